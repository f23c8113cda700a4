//! `waxseal db export`: lists for others, on standard output.

use super::unusable;
use crate::cli::{DbExport, Shared};
use crate::commands::screen::{Problem, Screen, plain};
use crate::commands::settings;
use crate::db::export::export;
use crate::db::{Database, Kind, Store, number};
use crate::exit::Exit;

pub(super) fn run(arguments: &DbExport, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    let (env, _) = settings::load(shared)?;
    let database = Database::open(&Database::default_folder(&env)).map_err(|err| unusable(&err))?;
    if let Some(err) = database.broken().first() {
        return Err(unusable(err));
    }
    let wanted = |store: &&Store| match &arguments.only {
        Some(name) => store.meta().name == *name,
        None => store.meta().kind == Kind::List,
    };
    let stores: Vec<&Store> = database.stores().iter().filter(wanted).collect();
    if stores.is_empty() {
        return Err(match &arguments.only {
            Some(name) => Problem::usage(
                format!("there is no list `{}`", plain(name)),
                "`waxseal db status` names those there are".to_owned(),
            ),
            None => Problem::Sentence {
                exit: Exit::Nothing,
                message: "there are no lists".to_owned(),
                hint: Some("`waxseal db import` takes one in; `--only osv` writes what OSV knows".to_owned()),
            },
        });
    }
    let mut records = Vec::new();
    for store in stores {
        store
            .each(|record| records.push(record))
            .map_err(|err| unusable(&err))?;
    }
    let exported = export(arguments.format, &records, settings::now());
    screen.print(&exported.text)?;
    if exported.left_out > 0 {
        let count = number(exported.left_out);
        screen.warn(&[format!(
            "{count} entries cannot be said in this form and are left out; `--format stix` says the most"
        )]);
    }
    Ok(Exit::Clean)
}
