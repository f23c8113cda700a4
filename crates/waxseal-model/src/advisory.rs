//! What is publicly known to be bad, and how a release was found among it.

use serde::{Deserialize, Serialize};

use crate::{Gap, Moment};

/// What the database of known-malicious packages says of one release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advisories {
    /// The database it was looked up in.
    pub database: DatabaseInfo,
    /// The records that name it or other releases of its name, withdrawn ones too, by source and id.
    pub matches: Vec<AdvisoryMatch>,
    /// What keeps the answer from being whole: the database is older than is accepted, or a list of it cannot be read.
    pub gap: Option<Gap>,
}

/// A database of known-malicious packages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseInfo {
    /// Records in it.
    pub records: u64,
    /// When it was last brought up to date by the source, not when the file was copied; `None` where there are only lists of somebody's.
    pub updated: Option<Moment>,
    /// Where the records came from, one name each: `osv`, or the name of an imported list.
    pub sources: Vec<String>,
}

/// A record that names a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvisoryMatch {
    /// The record's id: `MAL-2025-47604`, or the line of a list.
    pub id: String,
    /// Where it came from: `osv`, or the name of a list.
    pub source: String,
    /// That is a list of somebody's.
    pub listed: bool,
    /// Its one line.
    pub summary: String,
    /// Other ids of the same.
    pub aliases: Vec<String>,
    /// How it names the release.
    pub matched: Matched,
    /// It says that the package itself is malicious, not that it has a weakness.
    pub malicious: bool,
    /// When it was published.
    pub published: Option<Moment>,
    /// When it was taken back; it does not count then.
    pub withdrawn: Option<Moment>,
    /// Addresses with more, bounded.
    pub references: Vec<String>,
}

/// How a record names a release (OSV schema 1.7, `affected`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Matched {
    /// Every version of the name, from zero on and without an end.
    Every,
    /// A range of versions, as text: `>=1.0.16`, `>=1.0.0 <1.0.3`.
    Range(String),
    /// The version is listed by itself.
    Version,
    /// The archive, or a file of it, has a hash that the record lists.
    Hash {
        /// `sha256:…`.
        hash: String,
        /// The file by its path; `None` for the archive as a whole.
        file: Option<String>,
    },
    /// It names other releases of the same name only: which, as text.
    Others(String),
    /// It names the name, and whether it means this release cannot be told: what it says, as text.
    Unknown(String),
}
