//! How targets are told, one file each.

mod command;
mod email;
mod journald;
mod slack;
mod syslog;
mod webhook;

mod http;
mod process;

#[cfg(test)]
mod tests;

use std::time::Duration;

use super::alert::Letter;

/// One way to be told.
pub(super) trait Target: Send + Sync {
    /// Hands a letter over, within a bounded time.
    fn send(&self, letter: &Letter) -> Outcome;

    /// Where it is, as it may be shown: without secrets.
    fn place(&self) -> String;
}

/// What a target made of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It took it.
    Delivered,
    /// It did not, and may later: it is away, too busy, or does not know us.
    Later {
        /// One sentence, safe to show, without secrets.
        reason: String,
        /// How long it asked to be left alone.
        after: Option<Duration>,
    },
    /// It will never take this letter, though it may take others.
    Refused {
        /// One sentence, safe to show, without secrets.
        reason: String,
    },
}

impl Outcome {
    /// It may later.
    fn later(reason: impl std::fmt::Display) -> Self {
        Self::Later {
            reason: shown(&reason.to_string()),
            after: None,
        }
    }

    /// It never will.
    fn refused(reason: impl std::fmt::Display) -> Self {
        Self::Refused {
            reason: shown(&reason.to_string()),
        }
    }
}

/// A kind of target.
pub(super) struct Kind {
    /// What is written behind `kind =`.
    pub(super) id: &'static str,
    /// Says what is wrong with a table, without looking at secrets.
    pub(super) check: fn(toml::Table) -> Result<(), String>,
    /// Makes the target; reads its secrets.
    pub(super) open: fn(toml::Table) -> Result<Box<dyn Target>, String>,
}

/// Every kind of target.
pub(super) const TARGETS: &[Kind] = &[
    webhook::KIND,
    slack::KIND,
    email::KIND,
    syslog::KIND,
    journald::KIND,
    command::KIND,
];

/// The kind with this id.
pub(super) fn find(id: &str) -> Option<&'static Kind> {
    TARGETS.iter().find(|kind| kind.id == id)
}

/// The sender and the recipients of the mails that a target sends, if it sends any.
pub(super) fn mailboxes(kind: &str, table: &toml::Table) -> Option<(String, Vec<String>)> {
    (kind == email::KIND.id).then(|| email::mailboxes(table.clone()))?
}

/// What a server or a library says, as it may be shown.
fn shown(text: &str) -> String {
    crate::report::escape::escape(text.trim(), MAX_REASON)
}

/// The longest reason, in characters.
const MAX_REASON: usize = 300;
