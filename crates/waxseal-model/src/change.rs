//! What differs between two releases, as facts.

use serde::{Deserialize, Serialize};

use crate::{Capability, MailFlow};

/// What differs between an older and a newer release. Indices and locations point into the newer one's evidence,
/// but for what was lost, which points into the older one's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Change {
    /// Differences of `package.json`.
    pub manifest: Vec<ManifestChange>,
    /// Capabilities the newer one has more often than the older.
    pub gained: Vec<Gained>,
    /// Capabilities the older one had more often than the newer.
    pub lost: Vec<Capability>,
    /// Mail flows that are new: no flow of the older release has the same kind, origin and value.
    pub flows: Vec<MailFlow>,
    /// Files.
    pub files: FileChanges,
}

/// A capability that the newer release has more often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gained {
    /// The first new place of it.
    pub capability: Capability,
    /// How many places the newer release has beyond the older.
    pub more: u32,
    /// How much of it is new.
    pub novelty: Novelty,
}

/// How new a gained capability is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Novelty {
    /// The older release does the same thing, in fewer places.
    More,
    /// The older release was not seen to reach it; the newer does.
    Reached,
    /// The older release uses this API with other targets.
    Target,
    /// The older release uses other APIs of this kind.
    Api,
    /// The older release had nothing of this kind.
    Kind,
}

/// One difference between two manifests.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ManifestChange {
    /// The dotted field: `scripts.postinstall`, `dependencies.axios`, `exports`, `license`.
    pub field: String,
    /// The older value, if there was one.
    pub old: Option<String>,
    /// The newer value, if there is one.
    pub new: Option<String>,
}

/// How the files differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct FileChanges {
    /// Paths only the newer has.
    pub added: Vec<String>,
    /// Paths only the older has.
    pub removed: Vec<String>,
    /// Paths both have with different content.
    pub changed: Vec<String>,
    /// How many are identical.
    pub identical: u32,
}
