//! Where a release says it comes from, and what could be checked of it.

use serde::{Deserialize, Serialize};

/// What the attestations of a release say, each verified by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Provenance {
    /// One entry for each attestation the registry serves.
    pub attestations: Vec<Attestation>,
    /// The repository that its `package.json` names, as `https://HOST/PATH`; `None` where it names none that can be read.
    pub declared: Option<String>,
}

/// One attestation of a release (SLSA provenance, npm publish attestation).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Attestation {
    /// What kind of statement it is: `https://slsa.dev/provenance/v1`.
    pub predicate: String,
    /// Why it does not hold, in our words; `None` when its signature, its digest and the name of its subject were checked and hold.
    pub broken: Option<String>,
    /// It could not be checked with what we have, in our words: that says nothing against it.
    pub unchecked: Option<String>,
    /// Who signed: the certificate's identity, a workflow's address.
    pub identity: Option<String>,
    /// Who vouches for that identity.
    pub issuer: Option<String>,
    /// The repository it says it was built from, as `https://HOST/PATH`.
    pub repository: Option<String>,
    /// The commit it says it was built from.
    pub commit: Option<String>,
}

/// What the repository that a release names knows of that release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct RepositoryFacts {
    /// The address that was asked.
    pub url: String,
    /// How many tags there are.
    pub tags: u32,
    /// The tag that carries the release's version, as it is written there.
    pub tag: Option<String>,
    /// The tag that carries the version of the release before, as it is written there: whether this repository tags its releases at all.
    pub previous_tag: Option<String>,
    /// The commit that the registry noted.
    pub commit: Option<String>,
    /// The commit that the registry noted is the tip of a branch or a tag; `None` where the registry noted none.
    pub commit_is_a_tip: Option<bool>,
    /// The commit that the registry noted exists; `None` where that could not be found out.
    pub commit_exists: Option<bool>,
    /// How many releases before this one were looked for among the tags: the nearest few.
    pub earlier: u32,
    /// How many of those have a tag.
    pub earlier_tagged: u32,
}
