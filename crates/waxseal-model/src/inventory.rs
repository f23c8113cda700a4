//! What is installed where, or would be started from where.

use serde::{Deserialize, Serialize};

/// A place that was looked into, and what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceContents {
    /// The place.
    pub place: Place,
    /// What it holds, by name and version.
    pub packages: Vec<Occurrence>,
    /// What differs from what was expected of the place.
    pub differences: Vec<Difference>,
    /// What of it could not be looked into: there may be anything.
    pub problems: Vec<PlaceProblem>,
    /// What of it says nothing that could be used, and leaves no doubt about the rest: entries of a cache that are no packages.
    pub notes: Vec<PlaceProblem>,
}

/// Somewhere packages are listed, installed, kept or started from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// What kind.
    pub kind: PlaceKind,
    /// The tool or client whose place it is: `npm`, `pnpm`, `Claude Desktop`.
    pub tool: String,
    /// Its path, as it was found; not safe to print raw.
    pub path: String,
}

/// Kinds of places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PlaceKind {
    /// A lockfile: what an install would bring.
    Lockfile,
    /// A `node_modules` folder of a project, as it really is.
    NodeModules,
    /// A folder of globally installed packages.
    Global,
    /// A folder that npx, pnpm dlx or bunx installed into.
    NpxCache,
    /// A package manager's cache: what was once downloaded.
    Cache,
    /// A configuration from which a client starts MCP servers.
    ClientConfig,
    /// A folder that was searched for places.
    Folder,
}

impl PlaceKind {
    /// The stable id used in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Lockfile => "lockfile",
            Self::NodeModules => "node-modules",
            Self::Global => "global",
            Self::NpxCache => "npx-cache",
            Self::Cache => "cache",
            Self::ClientConfig => "client-config",
            Self::Folder => "folder",
        }
    }
}

/// One package found in a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Occurrence {
    /// The package's own name, not the alias it is installed under; not safe to print raw.
    pub name: String,
    /// The exact version; `None` where only a range, a tag or nothing is known.
    pub version: Option<String>,
    /// What was asked for where it is not one exact version: `latest`, `^1.2.0`.
    pub requested: Option<String>,
    /// What being there proves.
    pub presence: Presence,
    /// Where within the place: a folder below it, an entry's key; empty for the place itself. Not safe to print raw.
    pub path: String,
    /// The line in the place's file, from 1.
    pub line: Option<u32>,
    /// The name it is installed under, where that is another: an alias, or the name of an MCP server in its client.
    pub alias: Option<String>,
    /// What it is to hash to, as the place says: `sha512-…`.
    pub integrity: Option<String>,
    /// Where it comes from.
    pub source: OccurrenceSource,
}

/// What being found proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Presence {
    /// Its files lie there now.
    Present,
    /// It was there or would be started: a lockfile, a cache, a configuration names it.
    CouldHaveRun,
    /// Something of this name is named, and not which release.
    Unknown,
}

impl Presence {
    /// The stable id used in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::CouldHaveRun => "could-have-run",
            Self::Unknown => "unknown",
        }
    }
}

/// Where an installed package comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum OccurrenceSource {
    /// A registry.
    Registry,
    /// A repository, by its address.
    Git(String),
    /// An archive by its address.
    Remote(String),
    /// A folder or an archive on this disk, by its path.
    Local(String),
    /// Inside the archive of another package.
    Bundled,
    /// The place does not say.
    Unknown,
}

/// What differs from what was expected of a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Difference {
    /// What kind.
    pub kind: DifferenceKind,
    /// The package.
    pub name: String,
    /// Where within the place.
    pub path: String,
    /// What was expected: a version, a hash.
    pub expected: Option<String>,
    /// What is there.
    pub found: Option<String>,
}

/// Kinds of differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DifferenceKind {
    /// Installed in another version than the lockfile says.
    OtherVersion,
    /// Installed, and the lockfile does not know it.
    NotLocked,
    /// In the lockfile, not optional, and not installed.
    NotInstalled,
    /// A file is not as it was published.
    ChangedFile,
    /// A file that was not published with the release.
    AddedFile,
    /// A file of the release that is not there.
    MissingFile,
    /// A client starts it without an exact version: whatever is newest that day.
    Unpinned,
    /// A server's tools are not those that were recorded when it was pinned.
    OtherTools,
    /// The archive of a pinned server does not hash to what was recorded.
    OtherIntegrity,
}

/// A part of a place that could not be looked into.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlaceProblem {
    /// Where; not safe to print raw.
    pub path: String,
    /// Why, in our words, without text of the file.
    pub reason: String,
}

/// Where was looked, whatever was found there: what "not affected" rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Scan {
    /// The folders that were asked for, as they were typed.
    pub roots: Vec<String>,
    /// What was asked whether it is there, with the answer.
    pub asked: Vec<AskedFor>,
    /// Every place that was looked into.
    pub places: Vec<PlaceSummary>,
    /// How many different releases are in them.
    pub releases: u64,
    /// What on the way to places could not be looked into.
    pub problems: Vec<PlaceProblem>,
}

/// Something that was asked for, and whether it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedFor {
    /// As it was typed: `postmark-mcp@>=1.0.16`.
    pub typed: String,
    /// The worst that was found; `None` where it is in none of the places that were looked into.
    pub found: Option<Presence>,
    /// The releases that were found, as package URLs, sorted.
    pub releases: Vec<String>,
}

/// A place that was looked into, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceSummary {
    /// The place.
    pub place: Place,
    /// How many packages it holds or names.
    pub packages: u64,
    /// How many of them say no exact version.
    pub unknown: u64,
    /// How many parts of it could not be looked into.
    pub problems: u64,
    /// The worst that was found of what it holds, where it is asked about or known to be malicious.
    pub affected: Option<Presence>,
}
