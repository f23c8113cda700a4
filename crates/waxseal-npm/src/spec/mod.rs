//! What a user's text asks for, decided as npm decides it: a registry release, a folder, a packed archive, or something refused.

use std::path::PathBuf;

use waxseal_model::{NameError, PackageName};

use crate::Environment;

/// What to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackageSpec {
    /// A release of a registry package.
    Registry {
        /// The package's name at the registry.
        name: PackageName,
        /// Which release.
        wanted: Wanted,
        /// The name it would be installed under, when an alias was written.
        alias: Option<String>,
    },
    /// A folder that holds a package.
    Folder(LocalPath),
    /// A packed package on disk.
    Archive(LocalPath),
}

/// Which release of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing was said: the default tag.
    Default,
    /// Exactly this version.
    Version(String),
    /// The best version in this range.
    Range(String),
    /// The version this tag points at.
    Tag(String),
}

/// A path as the user typed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPath(pub String);

impl LocalPath {
    /// The path from the working directory, `~/` being the home folder.
    pub fn resolve(&self, env: &Environment) -> PathBuf {
        match (self.0.strip_prefix("~/"), &env.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => env.cwd.join(&self.0),
        }
    }
}

/// Why a spec was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// Nothing was given.
    #[error("no package was named")]
    Empty,
    /// npm would not accept the name.
    #[error("`{name}` is not a package name: {source}")]
    Name {
        /// The name, escaped.
        name: String,
        /// The rule it breaks.
        source: NameError,
    },
    /// npm would not accept what follows the `@`.
    #[error("`{tag}` is neither a version, nor a range, nor a tag npm accepts")]
    Tag {
        /// The text, escaped.
        tag: String,
    },
    /// npm would fetch this from a git repository.
    #[error("`{spec}` is a git repository, which waxseal does not fetch")]
    Git {
        /// The text, escaped.
        spec: String,
    },
    /// npm would fetch this from a URL.
    #[error("`{spec}` is a URL, which waxseal does not fetch")]
    Url {
        /// The text, escaped, without credentials.
        spec: String,
    },
    /// npm would refuse this protocol too.
    #[error("`{spec}` has a protocol that npm does not know")]
    Protocol {
        /// The text, escaped.
        spec: String,
    },
    /// An alias of something that is not a registry package.
    #[error("`{spec}` is an alias of something that is not at a registry")]
    Alias {
        /// The text, escaped.
        spec: String,
    },
    /// A package URL that is not one of npm's.
    #[error("`{spec}` is not a package URL of npm's: {reason}")]
    Purl {
        /// The text, escaped.
        spec: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Longer than any real spec.
    #[error("a package spec cannot be longer than {limit} bytes")]
    TooLong {
        /// The ceiling.
        limit: usize,
    },
}

impl SpecError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        String::new()
    }
}

/// Reads a spec as npm's npm-package-arg does, and package URLs beside.
///
/// # Errors
/// When npm would refuse it, or waxseal does not fetch that kind.
pub fn parse(text: &str) -> Result<PackageSpec, SpecError> {
    let _ = text;
    Err(SpecError::Empty)
}
