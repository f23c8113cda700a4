//! Lists of somebody's: names and versions as CSV, package URLs, or STIX 2.1. Pure: text in, records out.

mod csv;
mod purls;
mod stix;
mod stix_pattern;
mod versions;

use waxseal_model::Moment;
use waxseal_npm::osv::{Affected, Record, normalise};

pub(super) use csv::read as csv;
pub(super) use purls::read as purls;
pub(super) use stix::read as stix;

/// What a list held.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// Its records.
    pub(super) records: Vec<Record>,
    /// Entries about other things than npm packages and files.
    pub(super) other: u64,
    /// Entries that say something about npm packages which cannot be taken over.
    pub(super) unreadable: u64,
}

/// A list that cannot be used, with the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// From 1; 0 for the whole.
    pub(super) line: usize,
    /// What is wrong, in our words; what it quotes is bounded.
    pub(super) what: String,
}

impl Wrong {
    fn at(line: usize, what: impl Into<String>) -> Self {
        Self {
            line,
            what: what.into(),
        }
    }
}

/// The record of a line.
fn of_line(line: usize, affected: Affected, reason: &str, reference: &str, now: Moment) -> Record {
    let references = Some(reference.trim()).filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    Record {
        id: format!("line {line}"),
        summary: cut(reason.trim(), MAX_REASON),
        published: Some(now),
        affected: vec![affected],
        references: references.map(|url| cut(url, MAX_URL)).into_iter().collect(),
        ..Record::default()
    }
}

/// A package's name as it may stand in a list.
fn name_of(text: &str) -> Option<String> {
    let name = normalise(text);
    let sound =
        !name.is_empty() && name.len() <= MAX_NAME && !name.chars().any(|c| c.is_whitespace() || c.is_control());
    sound.then_some(name)
}

/// `text`, cut at a character.
fn cut(text: &str, limit: usize) -> String {
    text[..text.floor_char_boundary(limit)].to_owned()
}

const MAX_NAME: usize = 256;
const MAX_REASON: usize = 300;
const MAX_URL: usize = 500;
/// How much of a wrong text is said again.
const MAX_SHOWN: usize = 80;

#[cfg(test)]
mod tests;
