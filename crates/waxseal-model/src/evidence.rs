//! What was observed of a subject, without an opinion.

use serde::{Deserialize, Serialize};

use crate::{
    Advisories, Capability, Collected, FileIdx, Location, MailFlow, Manifest, PackageHistory, PlaceContents,
    Provenance, RepositoryFacts, RunSummary, Subject,
};

/// Everything observed of one subject, each part a [`Collected`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What it is about.
    pub subject: Subject,
    /// How the bytes were checked.
    pub integrity: Collected<Integrity>,
    /// What the registry says of this release.
    pub registry: Collected<RegistryFacts>,
    /// What the registry says of the name over time, and of who published what.
    pub history: Collected<PackageHistory>,
    /// What is publicly known of it.
    pub advisories: Collected<Advisories>,
    /// What its attestations say.
    pub provenance: Collected<Provenance>,
    /// What the repository it names knows of it.
    pub repository: Collected<RepositoryFacts>,
    /// Where it is installed; or, for a place, what is installed there.
    pub places: Collected<Vec<PlaceContents>>,
    /// What its files hold and its code could do.
    pub source: Collected<SourceEvidence>,
    /// What it did each time it ran in the locked room, in the order of the runs.
    pub runs: Collected<Vec<RunSummary>>,
}

impl Evidence {
    /// Evidence of which nothing was asked for yet.
    pub fn new(subject: Subject) -> Self {
        Self {
            subject,
            integrity: Collected::NotRequested,
            registry: Collected::NotRequested,
            history: Collected::NotRequested,
            advisories: Collected::NotRequested,
            provenance: Collected::NotRequested,
            repository: Collected::NotRequested,
            places: Collected::NotRequested,
            source: Collected::NotRequested,
            runs: Collected::NotRequested,
        }
    }
}

/// How the bytes of an archive were checked against what the registry promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Integrity {
    /// The subresource-integrity string that was verified, `sha512-…`.
    pub verified: String,
}

/// What the registry says of one release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct RegistryFacts {
    /// The version `latest` points at.
    pub latest: Option<String>,
    /// When the release was published, RFC 3339, as the registry gives it.
    pub published: Option<String>,
    /// The release is marked deprecated: the message.
    pub deprecated: Option<String>,
    /// How many versions the registry lists.
    pub versions: usize,
    /// The next lower published version by semver, if there is one.
    pub previous: Option<String>,
}

/// What a package's files hold and what its code could do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct SourceEvidence {
    /// Its `package.json`.
    pub manifest: Collected<Manifest>,
    /// The beginning of its README, cut to 64 KiB; what its author wrote, not safe to print raw.
    pub readme: Option<String>,
    /// Every file as npm would install it, sorted by path.
    pub files: Vec<FileFacts>,
    /// What the code could do, sorted by location.
    pub capabilities: Vec<Capability>,
    /// Recipients, accounts and copies that the caller did not supply, and those read from configuration.
    pub flows: Vec<MailFlow>,
    /// Names of packages and built-ins the code loads, sorted, without duplicates.
    pub loads: Vec<String>,
    /// A module name somewhere could not be folded, so `loads` may lack some.
    pub loads_unknown: bool,
    /// What is odd about the archive or a file.
    pub anomalies: Vec<Anomaly>,
    /// How many bytes the files hold together.
    pub unpacked_size: u64,
}

impl SourceEvidence {
    /// The path of a file, or `?` for an index that no file has.
    pub fn path(&self, file: FileIdx) -> &str {
        self.files.get(file.0 as usize).map_or("?", |file| file.path.as_str())
    }
}

/// One file as npm would install it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// The path below the package's root, `/` between its parts; not safe to print raw.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// The first 16 bytes of the SHA-256 of its content, which tells files apart.
    pub digest: [u8; 16],
    /// What was done with it.
    pub state: FileState,
}

/// What was done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FileState {
    /// Node could not load it as code, or it is a declaration file: not parsed.
    NotCode,
    /// Parsed as JavaScript or TypeScript.
    Parsed,
    /// Parsed as JSON.
    Json,
    /// Node could load it, but neither Node nor we can parse it as any kind of module: it cannot run.
    Unparsable,
    /// Not looked into: too large, too deep, or the parser was stopped.
    Skipped,
}

/// Something odd about the archive or one of its files, as the reader saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anomaly {
    /// What kind.
    pub kind: AnomalyKind,
    /// The path it concerns, as the archive writes it; not safe to print raw.
    pub path: Option<String>,
    /// One sentence of ours.
    pub detail: String,
    /// Where in a parsed file, if it is one.
    pub location: Option<Location>,
}

/// The kinds of oddity, and how they end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AnomalyKind {
    /// The archive cannot be read at all, or only in part: corrupt, truncated.
    Corrupt,
    /// A limit was hit: unpacked size, number of files, size of one file. What lies beyond was not read.
    TooLarge,
    /// A lockfile expects other bytes than the registry serves.
    OtherHash,
    /// More than one gzip member: some scanners stop at the first, npm does not.
    MultiMember,
    /// Bytes behind the end of the archive, which npm ignores.
    TrailingData,
    /// A path that leaves the package's folder; npm refuses the entry.
    Traversal,
    /// An absolute path; npm strips its root.
    AbsolutePath,
    /// A symbolic or hard link; npm drops it.
    Link,
    /// A device, a fifo or an unknown type; npm drops it.
    SpecialFile,
    /// Two entries for one path; npm installs the last.
    Duplicate,
    /// Two paths that are one on a file system that folds case.
    CaseCollision,
    /// A path with control characters or bidirectional overrides.
    HostileName,
    /// A pax or GNU header that changes a name or a size in a way only some readers follow.
    HeaderTrick,
    /// A file nested deeper, or longer, than Node or the parser can load.
    ParserBomb,
    /// Working out the values in a file was stopped at its limit: what was left is reported as dynamic.
    Unfolded,
    /// Text that looks different from what it is: bidirectional overrides or invisible characters in code.
    DeceptiveText,
}
