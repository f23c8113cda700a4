//! Versions and ranges by npm's rules, which are looser than the semver specification.

/// A version as npm's semver reads it in loose mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(nodejs_semver::Version);

/// A range as npm's semver reads it in loose mode.
#[derive(Debug, Clone)]
pub struct Range(nodejs_semver::Range);

impl Version {
    /// Reads a version; `None` when npm would not take it for one.
    pub fn parse(text: &str) -> Option<Self> {
        nodejs_semver::Version::parse(text).ok().map(Self)
    }
}

impl Range {
    /// Reads a range; `None` when npm would not take it for one.
    pub fn parse(text: &str) -> Option<Self> {
        nodejs_semver::Range::parse(text).ok().map(Self)
    }

    /// Whether a version satisfies it.
    pub fn satisfies(&self, version: &Version) -> bool {
        self.0.satisfies(&version.0)
    }
}
