//! `waxseal db`: gets, shows, takes in and hands out what is publicly known of malicious packages.

mod export;
mod import;
mod status;
mod update;

use super::screen::{Problem, Screen};
use crate::cli::{Db, DbCommand, Shared};
use crate::collect::Bar;
use crate::db::import::ImportError;
use crate::db::{DatabaseError, Meta, number};
use crate::exit::Exit;

pub(super) fn run(arguments: &Db, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    match &arguments.command {
        DbCommand::Update(arguments) => update::run(arguments, shared, screen),
        DbCommand::Status(arguments) => status::run(arguments, shared, screen),
        DbCommand::Import(arguments) => import::run(arguments, shared, screen),
        DbCommand::Export(arguments) => export::run(arguments, shared, screen),
    }
}

/// A database that cannot be used leaves the question open; none at all is nothing to look at.
fn unusable(err: &DatabaseError) -> Problem {
    Problem::Sentence {
        exit: match err {
            DatabaseError::Absent => Exit::Nothing,
            _ => Exit::Incomplete,
        },
        message: err.to_string(),
        hint: Some(err.hint()),
    }
}

fn refused(err: &ImportError) -> Problem {
    match err {
        ImportError::Database(err) => unusable(err),
        err => Problem::Sentence {
            exit: match err {
                ImportError::Unreadable { .. } | ImportError::Archive { .. } => Exit::Incomplete,
                _ => Exit::Usage,
            },
            message: err.to_string(),
            hint: Some(err.hint()),
        },
    }
}

/// `231,402 records (1,204 taken back); left out: 5,021 about weaknesses`.
fn counted(meta: &Meta) -> String {
    let plural = |count: u64, noun: &str| format!("{} {noun}{}", number(count), if count == 1 { "" } else { "s" });
    let mut text = plural(meta.records, "record");
    if meta.withdrawn > 0 {
        text.push_str(&format!(" ({} taken back)", number(meta.withdrawn)));
    }
    let left_out: Vec<String> = [
        (meta.left_out.weaknesses, "about weaknesses"),
        (meta.left_out.other, "about other things than npm packages"),
        (meta.left_out.unreadable, "that cannot be read"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{} {what}", number(count)))
    .collect();
    if !left_out.is_empty() {
        text.push_str(&format!("; left out: {}", left_out.join(", ")));
    }
    text
}

fn bar(screen: &Screen) -> Bar {
    if screen.progress {
        Bar::on_terminal()
    } else {
        Bar::default()
    }
}
