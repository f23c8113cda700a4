//! What a registry says of a package name over time: who published what, when, and what is gone.

use serde::{Deserialize, Serialize};

use crate::Moment;

/// What a registry's full document says of a name and of all its releases (npm registry API, package metadata; what registries leave
/// out differs, so that every part may be missing).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct PackageHistory {
    /// When the name was first published.
    pub created: Option<Moment>,
    /// Who may publish now; `None` where the registry does not say.
    pub maintainers: Option<Vec<Person>>,
    /// Every release that is listed or that has a time, by time where there is one, then by version.
    pub releases: Vec<Release>,
    /// The whole name was unpublished: the tombstone.
    pub unpublished: Option<Tombstone>,
    /// The registry holds the name for security reasons: every version it lists is a placeholder of its own.
    pub security_holder: bool,
    /// What this registry does not serve: one entry a field, so that "not told" is never taken for "none".
    pub unserved: Vec<Unserved>,
    /// `description` of the newest release, bounded; what its author wrote.
    pub description: Option<String>,
    /// `readme` of the newest release, bounded; what its author wrote.
    pub readme: Option<String>,
}

impl PackageHistory {
    /// The release with this version.
    pub fn release(&self, version: &str) -> Option<&Release> {
        self.releases.iter().find(|release| release.version == version)
    }
}

/// One release, as far as the registry's document tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Release {
    /// The version, as the registry writes it.
    pub version: String,
    /// When it was published.
    pub published: Option<Moment>,
    /// It is still listed; `false` for what was removed and only left its time.
    pub listed: bool,
    /// Who published it.
    pub publisher: Option<Publisher>,
    /// Who could publish at that time.
    pub maintainers: Option<Vec<Person>>,
    /// The registry says that an attestation of where it was built exists; not verified.
    pub attested: bool,
    /// How many registry signatures it carries; `None` where none are served.
    pub signatures: Option<u32>,
    /// The commit it was published from, as npm noted it: 40 hex digits.
    pub git_head: Option<String>,
    /// `repository`, as one string.
    pub repository: Option<String>,
    /// npm noted that it has install scripts.
    pub has_install_script: bool,
    /// The deprecation message, if it is deprecated.
    pub deprecated: Option<String>,
}

/// Who published a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publisher {
    /// The account.
    pub person: Person,
    /// The service whose word the registry took instead of a token's (`trustedPublisher.id`): `github`, `gitlab`.
    pub trusted: Option<String>,
}

/// An account as a registry names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Person {
    /// The account's name; not safe to print raw.
    pub name: String,
    /// Its address, where it is served; not safe to print raw.
    pub email: Option<String>,
}

/// What is left of a name that was unpublished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Tombstone {
    /// When.
    pub time: Option<Moment>,
    /// By whom.
    pub by: Option<String>,
    /// The versions there were.
    pub versions: Vec<String>,
    /// Who could publish.
    pub maintainers: Vec<Person>,
}

/// A part of a package's document that a registry does not serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Unserved {
    /// When releases were published.
    Times,
    /// Who may publish now.
    Maintainers,
    /// Who published each release.
    Publishers,
    /// Releases that were removed: a registry of which none is known to keep their times.
    Removed,
    /// Registry signatures and attestations.
    Signatures,
}
