//! `waxseal db status`: what is in the database, how old it is, and whether all of it can be read.

use serde::Serialize;
use waxseal_model::Moment;

use super::{counted, unusable};
use crate::cli::{DbStatus, Shared, StatusFormat};
use crate::commands::screen::{Problem, Screen, plain};
use crate::commands::settings;
use crate::db::{Database, DatabaseError, Kind, Meta, Store, age, described};
use crate::exit::Exit;
use crate::report::answer::{self, bytes};

pub(super) fn run(arguments: &DbStatus, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    let (env, _) = settings::load(shared)?;
    let folder = Database::default_folder(&env);
    let now = settings::now();
    let opened = Database::open(&folder);
    let mut broken: Vec<DatabaseError> = match &opened {
        Ok(database) => database.broken().to_vec(),
        Err(err) => vec![err.clone()],
    };
    let stores: &[Store] = opened.as_ref().map_or(&[], Database::stores);
    broken.extend(stores.iter().filter_map(|store| store.verify().err()));
    let shown = folder.display().to_string();
    match arguments.format {
        StatusFormat::Json => {
            let status = Status::of(&shown, &opened, &broken, now);
            let text = serde_json::to_string_pretty(&status).map_err(Problem::fault)?;
            screen.print(&format!("{text}\n"))?;
        }
        StatusFormat::Text if !stores.is_empty() => screen.print(&text(&shown, &opened, now))?,
        StatusFormat::Text => {}
    }
    match broken.split_first() {
        None => Ok(Exit::Clean),
        Some((first, rest)) => {
            for err in rest {
                screen.error(&err.to_string(), Some(&err.hint()));
            }
            Err(unusable(first))
        }
    }
}

fn text(folder: &str, opened: &Result<Database, DatabaseError>, now: Moment) -> String {
    let Ok(database) = opened else { return String::new() };
    let mut out = format!("known-malicious data: {}\n", described(Some(&database.info()), now));
    out.push_str(&format!("in {}\n", plain(folder)));
    for store in database.stores() {
        let meta = store.meta();
        out.push_str(&format!("\n{}  {}\n", plain(&meta.name), counted(meta)));
        let old = match (meta.kind, meta.updated) {
            (Kind::Osv, Some(updated)) => format!("{} old, ", age(now.since(updated))),
            _ => format!("taken in {} ago, ", age(now.since(meta.written))),
        };
        out.push_str(&format!("  {old}{}\n", bytes(store.size())));
        for from in &meta.from {
            out.push_str(&format!("  from {}\n", plain(from)));
        }
    }
    out
}

/// The state of the database, for programs.
#[derive(Serialize)]
struct Status<'s> {
    schema: &'static str,
    /// The folder it lies in.
    path: &'s str,
    /// Every source can be read.
    whole: bool,
    records: u64,
    /// RFC 3339; null where there is nothing of OSV's.
    updated: Option<String>,
    age_seconds: Option<i64>,
    sources: Vec<SourceStatus<'s>>,
    errors: Vec<String>,
}

#[derive(Serialize)]
struct SourceStatus<'s> {
    name: &'s str,
    kind: Kind,
    records: u64,
    withdrawn: u64,
    left_out: crate::db::LeftOut,
    updated: Option<String>,
    written: Option<String>,
    bytes: u64,
    from: &'s [String],
}

impl<'s> Status<'s> {
    fn of(path: &'s str, opened: &'s Result<Database, DatabaseError>, broken: &[DatabaseError], now: Moment) -> Self {
        let info = opened.as_ref().ok().map(Database::info);
        let updated = info.as_ref().and_then(|info| info.updated);
        let stores = opened.as_ref().map_or(&[][..], Database::stores);
        Self {
            schema: "waxseal.database/1",
            path,
            whole: broken.is_empty(),
            records: info.as_ref().map_or(0, |info| info.records),
            updated: updated.and_then(answer::moment),
            age_seconds: updated.map(|updated| now.since(updated)),
            sources: stores.iter().map(SourceStatus::of).collect(),
            errors: broken.iter().map(|err| plain(&err.to_string())).collect(),
        }
    }
}

impl<'s> SourceStatus<'s> {
    fn of(store: &'s Store) -> Self {
        let meta: &Meta = store.meta();
        Self {
            name: &meta.name,
            kind: meta.kind,
            records: meta.records,
            withdrawn: meta.withdrawn,
            left_out: meta.left_out,
            updated: meta.updated.and_then(answer::moment),
            written: answer::moment(meta.written),
            bytes: store.size(),
            from: &meta.from,
        }
    }
}
