//! Records of known-malicious packages in the OSV format (OSV schema 1.7, <https://ossf.github.io/osv-schema/>): what they say of npm
//! packages, and whether they name a release. Nothing here reads a file or a clock.
//!
//! A record is kept only where it says that a package itself is malicious; weaknesses are counted by the caller and left out.

mod hashes;
mod matching;
mod name;
mod read;
mod time;

use serde::{Deserialize, Serialize};
use waxseal_model::Moment;

pub use hashes::{Algorithm, Hash};
pub use matching::Named;
pub use name::{key, normalise, same};
pub use read::{LeftOut, MAX_RECORD, read};
pub use time::moment;

/// A record about malicious npm packages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Record {
    /// Its id: `MAL-2025-47604`, or the line of a list.
    pub id: String,
    /// Other ids of the same.
    pub aliases: Vec<String>,
    /// Its one line; written by its author, bounded.
    pub summary: String,
    /// When it was published.
    pub published: Option<Moment>,
    /// When it was last changed.
    pub modified: Option<Moment>,
    /// When it was taken back.
    pub withdrawn: Option<Moment>,
    /// The npm packages it names.
    pub affected: Vec<Affected>,
    /// Hashes of malicious files and archives, each once.
    pub hashes: Vec<Hash>,
    /// Addresses with more, the most telling first, bounded.
    pub references: Vec<String>,
}

/// Which releases of a name are meant (OSV schema, `affected`): those in any range, and those that are listed. A name without
/// ranges and versions means all of its releases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Affected {
    /// The name as it was written, without percent-encoding.
    pub name: String,
    /// Ranges; one that holds is enough.
    pub ranges: Vec<Range>,
    /// Versions that are listed by themselves.
    pub versions: Vec<String>,
    /// It also has ranges that cannot be compared with versions: commits of a repository.
    pub unreadable: bool,
}

/// A range of versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Range {
    /// The events of OSV, in the order they were written. Plain version order decides, prereleases included.
    Events(Vec<Event>),
    /// A range as npm writes it, from a list of somebody's. Prereleases between its bounds are in it.
    Npm(String),
}

/// Where a range begins or ends (OSV schema, `affected[].ranges[].events`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What happens at the version.
    pub kind: EventKind,
    /// The version; `0` stands for before any version, and `*` for no limit.
    pub version: String,
}

/// What happens at a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EventKind {
    /// The first that is meant.
    Introduced,
    /// The first that is not meant any more.
    Fixed,
    /// The last that is meant.
    LastAffected,
    /// Nothing from here on is meant, whatever the other events say.
    Limit,
}

#[cfg(test)]
mod tests;
