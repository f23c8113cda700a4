//! What the user typed, and what it asks for.

use waxseal_npm::version::{Range, Version};
use waxseal_npm::{PackageSpec, SpecError, Wanted, spec};

/// A package as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The text.
    pub typed: String,
    /// What it asks for.
    pub spec: PackageSpec,
}

impl Target {
    /// Reads what was typed.
    ///
    /// # Errors
    /// npm would refuse it.
    pub fn parse(typed: &str) -> Result<Self, SpecError> {
        Ok(Self {
            typed: typed.to_owned(),
            spec: spec::parse(typed)?,
        })
    }
}

/// Reads a release that may leave out its name, which is then that of `other`: a version, a range, or `@tag`.
///
/// # Errors
/// npm would refuse it.
pub fn release_of(other: &Target, typed: &str) -> Result<Target, SpecError> {
    let begins_like_a_version = typed.starts_with(|c: char| c.is_ascii_digit() || "^~<>=*".contains(c));
    let PackageSpec::Registry { name, .. } = &other.spec else {
        // What lies on disk has no other releases.
        if begins_like_a_version && !typed.ends_with(".tgz") && Range::parse(typed).is_some() {
            return Err(SpecError::NoReleases { tag: typed.to_owned() });
        }
        return Target::parse(typed);
    };
    let wanted = match typed.strip_prefix('@') {
        // A scope has a slash behind it.
        Some(tag) if !tag.contains('/') => Wanted::Tag(tag.to_owned()),
        None if Version::parse(typed).is_some() => Wanted::Version(typed.to_owned()),
        None if begins_like_a_version && !typed.ends_with(".tgz") && Range::parse(typed).is_some() => {
            Wanted::Range(typed.to_owned())
        }
        _ => return Target::parse(typed),
    };
    // Read back as a whole, so that one grammar decides what a version is.
    let bare = match &wanted {
        Wanted::Tag(text) | Wanted::Version(text) | Wanted::Range(text) => text.as_str(),
        Wanted::Default => "",
    };
    Ok(Target {
        typed: format!("{name}@{bare}"),
        ..Target::parse(&format!("{name}@{bare}"))?
    })
}
