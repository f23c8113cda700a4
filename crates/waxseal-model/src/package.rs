//! What a verdict is about: one immutable release of a package, or a folder, a project, a place.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A package's name as npm accepts it for packages that exist: `name` or `@scope/name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PackageName(String);

/// npm refuses longer names (validate-npm-package-name); old packages that break its other rules for new names still exist.
const MAX_NAME: usize = 214;

impl PackageName {
    /// Checks `name` by the rules of npm's validate-npm-package-name for packages that may already exist.
    ///
    /// # Errors
    /// Says which rule the name breaks.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        if name.len() > MAX_NAME {
            return Err(NameError::TooLong);
        }
        let parts: Vec<&str> = match name.strip_prefix('@') {
            Some(rest) => {
                let (scope, base) = rest.split_once('/').ok_or(NameError::Scope)?;
                if scope.is_empty() || base.is_empty() || scope.starts_with('.') {
                    return Err(NameError::Scope);
                }
                vec![scope, base]
            }
            None => vec![name],
        };
        for part in parts {
            if part.starts_with('.') || (part.starts_with(['_', '-']) && !name.starts_with('@')) {
                return Err(NameError::Start);
            }
            if let Some(bad) = part.chars().find(|c| !is_name_char(*c)) {
                return Err(NameError::Character(bad));
            }
        }
        if matches!(name.to_ascii_lowercase().as_str(), "node_modules" | "favicon.ico") {
            return Err(NameError::Reserved);
        }
        Ok(Self(name.to_owned()))
    }

    /// The whole name, scope included.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The scope without `@` and `/`, if there is one.
    pub fn scope(&self) -> Option<&str> {
        self.0
            .strip_prefix('@')
            .and_then(|rest| rest.split_once('/'))
            .map(|(scope, _)| scope)
    }

    /// The name without its scope.
    pub fn base(&self) -> &str {
        match self.0.strip_prefix('@').and_then(|rest| rest.split_once('/')) {
            Some((_, base)) => base,
            None => &self.0,
        }
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// npm's test is `encodeURIComponent(part) === part`, which leaves these characters as they are.
fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '!' | '~' | '*' | '\'' | '(' | ')')
}

/// Why a package name was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was given.
    #[error("a package name cannot be empty")]
    Empty,
    /// Longer than 214 bytes.
    #[error("a package name cannot be longer than {MAX_NAME} bytes")]
    TooLong,
    /// `@` without `scope/name` behind it.
    #[error("a scoped name is written `@scope/name`")]
    Scope,
    /// Starts with a dot, an underscore or a hyphen.
    #[error("a package name cannot start with a dot, an underscore or a hyphen")]
    Start,
    /// A character npm does not allow.
    #[error("a package name cannot hold the character {0:?}")]
    Character(char),
    /// `node_modules` and `favicon.ico`.
    #[error("this name is reserved by npm")]
    Reserved,
}

/// One immutable published release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PackageRef {
    /// The package's name.
    pub name: PackageName,
    /// The exact version, by npm's semver.
    pub version: String,
}

impl PackageRef {
    /// The package URL, `pkg:npm/%40scope/name@1.2.3` (purl-spec, npm type definition).
    pub fn purl(&self) -> String {
        let mut out = String::from("pkg:npm/");
        if let Some(scope) = self.name.scope() {
            out.push_str("%40");
            push_encoded(&mut out, scope);
            out.push('/');
        }
        push_encoded(&mut out, self.name.base());
        out.push('@');
        push_encoded(&mut out, &self.version);
        out
    }
}

impl fmt::Display for PackageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

/// purl-spec: everything outside the unreserved set is percent-encoded in names and versions; `:` may stay.
fn push_encoded(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b':') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}

/// What a finding and a verdict are about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Subject {
    /// One published release.
    Package(PackageRef),
    /// A folder that holds a package, by the path the user typed.
    Folder(String),
    /// A packed package on disk, by the path the user typed.
    Archive(String),
    /// A project with its lockfile.
    Project(String),
    /// A place where packages are installed.
    Place(String),
    /// A mail sender.
    Sender(String),
    /// An application.
    Application(String),
    /// A command that a person ran, as it was typed.
    Command(String),
    /// What was asked for and could not be resolved to any of the above, as the user typed it.
    Unresolved(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Package(package) => package.fmt(f),
            Self::Folder(text)
            | Self::Archive(text)
            | Self::Project(text)
            | Self::Place(text)
            | Self::Sender(text)
            | Self::Application(text)
            | Self::Command(text)
            | Self::Unresolved(text) => f.write_str(text),
        }
    }
}
