//! `waxseal db update`: downloads OSV's archive for npm if it has changed, and puts its records in place of those before.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use waxseal_npm::cache::Cache;
use waxseal_npm::config::NpmConfig;
use waxseal_npm::registry::{Answer, FileRequest, Options};
use waxseal_npm::{Environment, Registry, RegistryError};

use super::{bar, counted, refused, unusable};
use crate::cli::{DbUpdate, Shared};
use crate::collect::Bar;
use crate::commands::screen::{Problem, Screen, plain};
use crate::commands::settings;
use crate::config::Config;
use crate::db::import::{ImportError, MAX_ARCHIVE, Source, import_archive};
use crate::db::{Database, DatabaseError, Meta, OSV, Store, number, path_of};
use crate::exit::Exit;

pub(super) fn run(arguments: &DbUpdate, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    let (env, config) = settings::load(shared)?;
    let named = arguments.from.as_ref().or(config.database.url.as_ref());
    let url = named.map_or(OSV_ARCHIVE, String::as_str);
    let folder = Database::default_folder(&env);
    let path = path_of(&folder, OSV);
    // One that cannot be read is got anew as a whole.
    let before = Store::open(&path).ok();
    let bar = bar(screen);
    let registry = client(&env, &config, &bar)?;
    let known = before.as_ref().map(Store::meta).filter(|meta| meta.from == [url]);
    let request = FileRequest {
        what: "the known-malicious data",
        url,
        etag: known.and_then(|meta| meta.etag.as_deref()),
        last_modified: known.and_then(|meta| meta.last_modified.as_deref()),
        ceiling: MAX_ARCHIVE,
    };
    let archive = aside(&folder)?;
    bar.doing("asking for the known-malicious data");
    let answer = registry
        .file(&request, archive.as_file())
        .map_err(|err| unreached(&err, url, before.as_ref()))?;
    let now = settings::now();
    let meta = match (answer, &before) {
        (Answer::New { etag, last_modified }, _) => {
            let source = Source {
                name: OSV.to_owned(),
                from: vec![url.to_owned()],
                asked: Some(now),
                etag,
                last_modified,
            };
            let tell = |read: u64| bar.doing(&format!("reading {} records", number(read)));
            let done = import_archive(&folder, &source, archive.path(), now, &tell);
            done.map_err(|err| not_taken(err, url, before.as_ref()))?.meta
        }
        (Answer::Unchanged, Some(store)) => {
            let meta = Meta {
                updated: Some(now),
                ..store.meta().clone()
            };
            store.describe_anew(&path, &meta).map_err(|err| unusable(&err))?;
            drop(bar);
            screen.note(&format!("known-malicious data: nothing new, {}", counted(&meta)));
            return Ok(Exit::Clean);
        }
        // Only asked for where there is one.
        (Answer::Unchanged, None) => {
            return Err(Problem::fault(
                "the server says that nothing has changed, and there is nothing",
            ));
        }
    };
    drop(bar);
    screen.note(&format!("known-malicious data: {}", counted(&meta)));
    Ok(Exit::Clean)
}

fn client(env: &Environment, config: &Config, bar: &Bar) -> Result<Registry, Problem> {
    let npm = NpmConfig::load(env).map_err(|err| Problem::usage(&err, err.hint()))?;
    let cache = Cache::open(&Cache::default_root(env)).map_err(|err| Problem::usage(&err, err.hint().to_owned()))?;
    let options = Options {
        offline: config.source.offline,
    };
    let registry = Registry::new(npm, cache, options).map_err(|err| Problem::usage(&err, err.hint()))?;
    Ok(registry.on_progress(bar.observer()))
}

/// A file in the database's folder, which is made for this user only; gone when it is dropped.
fn aside(folder: &Path) -> Result<tempfile::NamedTempFile, Problem> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    let file = made.and_then(|()| tempfile::Builder::new().prefix(".part-").tempfile_in(folder));
    file.map_err(|err| {
        unusable(&DatabaseError::Unwritable {
            path: folder.display().to_string(),
            reason: err.to_string(),
        })
    })
}

fn unreached(err: &RegistryError, url: &str, before: Option<&Store>) -> Problem {
    let hint = match err {
        RegistryError::Setting { .. } => {
            return Problem::usage(err, "name an address that begins with `https://`".to_owned());
        }
        RegistryError::OfflineMiss { .. } => "`offline` is set in waxseal.toml".to_owned(),
        RegistryError::TooLarge { .. } => "is it an archive of records of malicious packages?".to_owned(),
        RegistryError::Dns { .. } | RegistryError::Status { .. } | RegistryError::Address { .. } => {
            "check the network, and the address in `--from` or in section [database] of waxseal.toml".to_owned()
        }
        err => err.hint(),
    };
    kept(
        format!("cannot get the known-malicious data from {}: {err}", plain(url)),
        &hint,
        before,
    )
}

fn not_taken(err: ImportError, url: &str, before: Option<&Store>) -> Problem {
    let url = plain(url);
    let (message, hint) = match &err {
        ImportError::Archive { what, .. } => (
            format!("what {url} sends cannot be read as a ZIP archive of records: {what}"),
            "try again; if it stays, check the address".to_owned(),
        ),
        ImportError::Nothing { .. } => (
            format!("what {url} sends holds no records of malicious npm packages"),
            "check the address in `--from` or in section [database] of waxseal.toml".to_owned(),
        ),
        err => return refused(err),
    };
    kept(message, &hint, before)
}

/// Nothing came of it, and what there was is still there.
fn kept(message: String, hint: &str, before: Option<&Store>) -> Problem {
    let kept = before.map_or("", |_| "; the database stays as it was");
    Problem::Sentence {
        exit: Exit::Incomplete,
        message,
        hint: Some(format!("{hint}{kept}")),
    }
}

/// OSV's archive of all records about npm (<https://google.github.io/osv.dev/data/>, "Data dumps").
const OSV_ARCHIVE: &str = "https://osv-vulnerabilities.storage.googleapis.com/npm/all.zip";
