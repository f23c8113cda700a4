//! `waxseal db import`: takes in lists and records, or takes a list out again.

use std::io::ErrorKind;
use std::path::Path;

use super::{bar, counted, refused, unusable};
use crate::cli::{DbImport, Shared};
use crate::commands::screen::{Problem, Screen, plain};
use crate::commands::settings;
use crate::db::import::{Source, import, is_osv};
use crate::db::{Database, DatabaseError, OSV, is_list_name, number, path_of};
use crate::exit::Exit;

pub(super) fn run(arguments: &DbImport, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    let (env, _) = settings::load(shared)?;
    let folder = Database::default_folder(&env);
    if let Some(name) = &arguments.remove {
        return remove(&folder, name, screen);
    }
    let name = name_of(arguments)?;
    let source = Source {
        name: name.clone(),
        from: arguments.paths.iter().map(|path| path.display().to_string()).collect(),
        asked: None,
        etag: None,
        last_modified: None,
    };
    let bar = bar(screen);
    let tell = |read: u64| bar.doing(&format!("reading {} records", number(read)));
    let done = import(&folder, &source, &arguments.paths, settings::now(), &tell);
    drop(bar);
    let done = done.map_err(|err| refused(&err))?;
    screen.note(&format!("`{name}`: {}", counted(&done.meta)));
    Ok(Exit::Clean)
}

/// The name that was given; else that of the only list, or `osv` for OSV's records.
fn name_of(arguments: &DbImport) -> Result<String, Problem> {
    let osv: Vec<bool> = arguments
        .paths
        .iter()
        .map(|path| is_osv(path))
        .collect::<Result<_, _>>()
        .map_err(|err| refused(&err))?;
    let only_osv = osv.iter().all(|is| *is);
    let name = match (&arguments.name, arguments.paths.as_slice()) {
        (Some(name), _) => name.clone(),
        (None, _) if only_osv => OSV.to_owned(),
        (None, [path]) => stem(path),
        (None, _) => {
            return Err(Problem::usage(
                "several lists have no name in common",
                "say by which name they are kept, with `--name NAME`".to_owned(),
            ));
        }
    };
    if name == OSV && !only_osv {
        return Err(Problem::usage(
            "`osv` is the name of OSV's records, and this is a list",
            "give it another name with `--name NAME`".to_owned(),
        ));
    }
    if is_list_name(&name) {
        Ok(name)
    } else {
        Err(Problem::usage(
            format!("`{}` is no name for a list", plain(&name)),
            "a name holds letters, digits, `-`, `_` and `.`; give one with `--name NAME`".to_owned(),
        ))
    }
}

/// A file's name up to its first dot.
fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').next().unwrap_or_default().to_owned()
}

fn remove(folder: &Path, name: &str, screen: &Screen) -> Result<Exit, Problem> {
    let shown = plain(name);
    let absent = || {
        Problem::usage(
            format!("there is no list `{shown}`"),
            "`waxseal db status` names those there are".to_owned(),
        )
    };
    if !is_list_name(name) {
        return Err(absent());
    }
    let path = path_of(folder, name);
    match std::fs::remove_file(&path) {
        Ok(()) => {
            screen.note(&format!("`{shown}` is taken out"));
            Ok(Exit::Clean)
        }
        Err(err) if matches!(err.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Err(absent()),
        Err(err) => Err(unusable(&DatabaseError::Unwritable {
            path: path.display().to_string(),
            reason: err.to_string(),
        })),
    }
}
