//! What a user's text asks for, decided as npm decides it: a registry release, a folder, a packed archive, or something refused.

mod hosted;
mod purl;

use std::path::PathBuf;

use waxseal_model::{DependencySource, NameError, PackageName};

use crate::Environment;
use crate::tarball::names::cut;
use crate::version::{Range, Version};

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
        let below_home = if self.0 == "~" {
            Some("")
        } else {
            self.0.strip_prefix("~/")
        };
        match (below_home, &env.home) {
            (Some(rest), Some(home)) => home.join(rest.trim_start_matches('/')),
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
    /// A version alone, beside something on disk.
    #[error("`{tag}` is a version alone, and what lies on disk has no other releases")]
    NoReleases {
        /// The text: what a range is written with.
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
        let text = match self {
            Self::Empty => {
                "write a package as `name`, `name@range`, `pkg:npm/name@1.2.3`, `./folder` or `./package.tgz`"
            }
            Self::Name { .. } => "write `name` or `@scope/name`; a folder begins with `./`",
            Self::Tag { .. } => "write a version as `name@1.2.3`, a range as `name@^1.2`, a tag as `name@latest`",
            Self::NoReleases { .. } => "name the other release: `name@1.2.3`, its folder, or its archive",
            Self::Git { .. } => "clone it and give the folder, or run `npm pack` on it and give the archive",
            Self::Url { .. } => "download the archive and give its path",
            Self::Protocol { .. } => "a folder or an archive is given by its path, a package by its name",
            Self::Alias { .. } => "an alias is written `alias@npm:name@range`",
            Self::Purl { .. } => {
                "a package URL of npm's is written `pkg:npm/name@1.2.3` or `pkg:npm/%40scope/name@1.2.3`"
            }
            Self::TooLong { .. } => "give one package at a time",
        };
        text.to_owned()
    }
}

/// Reads a spec as npm's npm-package-arg does, and package URLs beside.
///
/// # Errors
/// When npm would refuse it, or waxseal does not fetch that kind.
pub fn parse(text: &str) -> Result<PackageSpec, SpecError> {
    if text.trim().is_empty() {
        return Err(SpecError::Empty);
    }
    if text.len() > MAX_LENGTH {
        return Err(SpecError::TooLong { limit: MAX_LENGTH });
    }
    if text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("pkg:")) {
        return purl::parse(text);
    }
    let (name, spec) = split_name(text);
    resolve(name, spec, text)
}

/// Parts `name@spec`; no name where the whole text is a path or an address.
fn split_name(text: &str) -> (Option<&str>, &str) {
    let at = text.char_indices().skip(1).find(|(_, c)| *c == '@').map(|(at, _)| at);
    let name_part = &text[..at.unwrap_or(text.len())];
    let is_path = !name_part.starts_with('@') && (name_part.contains('/') || is_archive_name(name_part));
    if has_scheme(text) || is_scp_address(text) || is_path {
        return (None, text);
    }
    match at {
        Some(at) => (
            Some(name_part),
            text.get(at + 1..).filter(|spec| !spec.is_empty()).unwrap_or("*"),
        ),
        None if PackageName::parse(text).is_ok() => (Some(text), ""),
        None => (None, text),
    }
}

fn resolve(name: Option<&str>, spec: &str, text: &str) -> Result<PackageSpec, SpecError> {
    let parsed = name.map(|name| parse_name(name, text)).transpose()?;
    if is_file_spec(spec) {
        return Ok(local(spec));
    }
    if let Some(target) = strip_alias(spec) {
        return resolve_alias(name, target, text);
    }
    if is_scp_address(spec) || hosted::is_hosted(spec) {
        return Err(SpecError::Git { spec: shown(text) });
    }
    if has_scheme(spec) {
        return Err(refuse_address(spec, text));
    }
    if spec.contains('/') || is_archive_name(spec) {
        return Ok(local(spec));
    }
    let Some(name) = parsed else {
        return Err(name_error(spec, text));
    };
    Ok(PackageSpec::Registry {
        name,
        wanted: Wanted::parse(spec)?,
        alias: None,
    })
}

impl Wanted {
    /// Reads what stands behind `name@`; nothing stands for the default.
    ///
    /// # Errors
    /// When npm would take it neither for a version, nor a range, nor a tag.
    pub fn parse(spec: &str) -> Result<Self, SpecError> {
        let trimmed = spec.trim();
        if trimmed.is_empty() {
            return Ok(Self::Default);
        }
        if let Some(version) = Version::parse(trimmed) {
            return Ok(Self::Version(version.to_string()));
        }
        if Range::parse(trimmed).is_some() {
            return Ok(Self::Range(trimmed.to_owned()));
        }
        // npm's test is `encodeURIComponent(tag) === tag`, which leaves these characters as they are.
        if trimmed
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.!~*'()".contains(c))
        {
            return Ok(Self::Tag(trimmed.to_owned()));
        }
        Err(SpecError::Tag { tag: shown(trimmed) })
    }
}

/// What the spec of a dependency points at; it need not be one that waxseal fetches.
pub fn source_of(spec: &str) -> DependencySource {
    let path = || spec.contains('/') || is_archive_name(spec);
    match refuse_address(spec, spec) {
        _ if is_file_spec(spec) || spec.starts_with("link:") || spec.starts_with("portal:") => DependencySource::File,
        _ if strip_alias(spec).is_some() => DependencySource::Registry,
        _ if is_scp_address(spec) || hosted::is_hosted(spec) => DependencySource::Git,
        SpecError::Git { .. } if has_scheme(spec) => DependencySource::Git,
        SpecError::Url { .. } if has_scheme(spec) => DependencySource::Url,
        _ if !has_scheme(spec) && path() => DependencySource::File,
        _ => DependencySource::Registry,
    }
}

/// `alias@npm:name@range`; an alias of an alias, a path or an address is refused as npm refuses it.
fn resolve_alias(alias: Option<&str>, target: &str, text: &str) -> Result<PackageSpec, SpecError> {
    let refused = || SpecError::Alias { spec: shown(text) };
    let (name, spec) = split_name(target);
    if name.is_none() || strip_alias(spec).is_some() {
        return Err(refused());
    }
    match resolve(name, spec, text)? {
        PackageSpec::Registry { name, wanted, .. } => Ok(PackageSpec::Registry {
            name,
            wanted,
            alias: alias.map(str::to_owned),
        }),
        _ => Err(refused()),
    }
}

/// A path, `file:` taken off as npm takes it off, however many slashes follow.
fn local(spec: &str) -> PackageSpec {
    let path = match spec.strip_prefix("file:") {
        Some(path) if path.starts_with('/') => {
            let bare = path.trim_start_matches('/');
            let relative = path.len() - bare.len() <= 3 && matches!(bare.split('/').next(), Some("." | ".."));
            if relative { bare.to_owned() } else { format!("/{bare}") }
        }
        Some(path) => path.to_owned(),
        None => spec.to_owned(),
    };
    // npm takes `/~/x` for the home folder too.
    let path = match path.strip_prefix("/~") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("~{rest}"),
        // A URL parser takes `c:/x` for a drive, and npm sends every path through one.
        _ if path.len() > 2 && path.as_bytes()[0].is_ascii_alphabetic() && &path.as_bytes()[1..3] == b":/" => {
            format!("/{path}")
        }
        _ => path,
    };
    if is_archive_name(spec) {
        PackageSpec::Archive(LocalPath(path))
    } else {
        PackageSpec::Folder(LocalPath(path))
    }
}

/// Something with a protocol that is not a known git host.
fn refuse_address(spec: &str, text: &str) -> SpecError {
    let spec_shown = shown(text);
    match spec.split(':').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "http" | "https" => SpecError::Url { spec: spec_shown },
        "git" | "git+http" | "git+https" | "git+ssh" | "git+rsync" | "git+ftp" | "git+file" => {
            SpecError::Git { spec: spec_shown }
        }
        _ => SpecError::Protocol { spec: spec_shown },
    }
}

fn parse_name(name: &str, text: &str) -> Result<PackageName, SpecError> {
    PackageName::parse(name).map_err(|source| SpecError::Name {
        name: shown_or(name, text),
        source,
    })
}

fn name_error(name: &str, text: &str) -> SpecError {
    match parse_name(name, text) {
        Err(err) => err,
        Ok(_) => SpecError::Tag { tag: shown(name) },
    }
}

fn shown_or(name: &str, text: &str) -> String {
    if name.is_empty() { shown(text) } else { shown(name) }
}

/// npm-package-arg: `/^(?:git[+])?[a-z]+:/i`.
fn has_scheme(text: &str) -> bool {
    let body = match text.get(..4) {
        Some(git) if git.eq_ignore_ascii_case("git+") => &text[4..],
        _ => text,
    };
    let letters = body.bytes().take_while(u8::is_ascii_alphabetic).count();
    letters > 0 && body.as_bytes().get(letters) == Some(&b':')
}

/// npm-package-arg: `/^[^@]+@[^:.]+\.[^:]+:.+$/`, the address scp and ssh take.
fn is_scp_address(text: &str) -> bool {
    let Some((user, rest)) = text.split_once('@') else {
        return false;
    };
    let Some((host, path)) = rest.split_once(':') else {
        return false;
    };
    let Some((first, more)) = host.split_once('.') else {
        return false;
    };
    !user.is_empty() && !first.is_empty() && !more.is_empty() && !path.is_empty() && !path.contains('\n')
}

fn is_file_spec(spec: &str) -> bool {
    let drive = spec.len() > 1 && spec.as_bytes()[0].is_ascii_alphabetic() && spec.as_bytes()[1] == b':';
    let scheme = spec.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"));
    scheme || drive || spec.starts_with(['.', '/']) || spec.starts_with("~/")
}

fn strip_alias(spec: &str) -> Option<&str> {
    spec.get(..4)
        .filter(|scheme| scheme.eq_ignore_ascii_case("npm:"))
        .map(|_| &spec[4..])
}

fn is_archive_name(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    [".tgz", ".tar.gz", ".tar"].iter().any(|end| lower.ends_with(end))
}

/// A text of the user as it may be printed: escaped, cut, without the credentials an address may hold.
fn shown(text: &str) -> String {
    let text = match text.split_once("://") {
        Some((scheme, rest)) => {
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let hidden = authority.rfind('@').map_or(0, |at| at + 1);
            format!("{scheme}://{}", &rest[hidden..])
        }
        None => text.to_owned(),
    };
    cut(&text, MAX_SHOWN).escape_debug().to_string()
}

/// npm names are 214 bytes at most; no path or range in use comes near.
const MAX_LENGTH: usize = 8 << 10;

/// Longest part of a spec that is repeated in an error.
const MAX_SHOWN: usize = 200;

#[cfg(test)]
mod tests;
