//! Picks one release of a packument as npm's npm-pick-manifest does.

use std::cmp::Reverse;

use waxseal_model::{PackageName, PackageRef};

use crate::version::{Range, Version};
use crate::{Packument, RegistryError, VersionInfo, Wanted};

/// What the choice depends on beside the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// The tag that stands for no request: `latest`, or npm's `tag` setting.
    pub default_tag: String,
    /// The version of Node the choice is made for; `None` leaves `engines` out of it.
    pub node: Option<String>,
}

impl Default for Pick {
    fn default() -> Self {
        Self {
            default_tag: String::from("latest"),
            node: None,
        }
    }
}

/// Picks the release that npm would install.
///
/// # Errors
/// When there is none: unpublished, held, removed, or no version that satisfies.
pub fn resolve(packument: &Packument, name: &PackageName, wanted: &Wanted) -> Result<PackageRef, RegistryError> {
    resolve_with(packument, name, wanted, &Pick::default())
}

/// As [`resolve`], with npm's `tag` setting and the version of Node taken into account.
///
/// # Errors
/// As [`resolve`].
pub fn resolve_with(
    packument: &Packument,
    name: &PackageName,
    wanted: &Wanted,
    pick: &Pick,
) -> Result<PackageRef, RegistryError> {
    if packument.versions.is_empty() {
        return Err(match &packument.unpublished {
            Some(when) => RegistryError::Unpublished {
                name: name.clone(),
                when: when.clone(),
            },
            None => RegistryError::NoSuchVersion {
                name: name.clone(),
                wanted: String::from("published version"),
                nearest: None,
            },
        });
    }
    let version = match wanted {
        Wanted::Version(version) => find_exact(packument, version),
        Wanted::Tag(tag) => packument
            .dist_tags
            .get(tag)
            .and_then(|version| find_exact(packument, version)),
        Wanted::Default => best(packument, None, pick),
        Wanted::Range(range) => Range::parse(range).and_then(|range| best(packument, Some(&range), pick)),
    };
    match version {
        Some(version) if version.starts_with(SECURITY_HOLDER) && packument.is_security_holder() => {
            Err(RegistryError::SecurityHolder {
                name: name.clone(),
                holder: version.to_owned(),
            })
        }
        Some(version) => Ok(PackageRef {
            name: name.clone(),
            version: version.to_owned(),
        }),
        None => Err(explain(packument, name, wanted)),
    }
}

/// The newest version that stands in for a package that was removed for security reasons.
fn holder(packument: &Packument) -> Option<&String> {
    packument
        .versions
        .keys()
        .next_back()
        .filter(|_| packument.is_security_holder())
}

/// The release an update to `package` comes from: the next lower published version. A stable version follows the last stable
/// one where there is any, a prerelease whatever is next below it.
pub fn previous(packument: &Packument, package: &PackageRef) -> Option<PackageRef> {
    let current = Version::parse(&package.version)?;
    let below: Vec<(Version, &String)> = sorted(packument)
        .into_iter()
        .filter(|(version, _)| version.precedence(&current).is_lt())
        .collect();
    let stable = below
        .iter()
        .rev()
        .find(|(version, _)| current.is_prerelease() || !version.is_prerelease());
    let (_, version) = stable.or(below.last())?;
    Some(PackageRef {
        name: package.name.clone(),
        version: (*version).clone(),
    })
}

/// The published version that reads as this one, by its own spelling.
fn find_exact<'p>(packument: &'p Packument, version: &str) -> Option<&'p str> {
    let direct = packument.versions.get_key_value(version);
    let tidy = || Version::parse(version).and_then(|version| packument.versions.get_key_value(&version.to_string()));
    direct.or_else(tidy).map(|(version, _)| version.as_str())
}

/// npm's choice within a range: the default tag's version if it fits and nothing speaks against it, else the highest, with
/// those that suit this Node and are not deprecated before others.
fn best<'p>(packument: &'p Packument, range: Option<&Range>, pick: &Pick) -> Option<&'p str> {
    let node = pick.node.as_deref().and_then(Version::parse);
    let suits = |info: &VersionInfo| suits_node(info, node.as_ref());
    let any = Range::parse("*")?;
    let tagged = packument
        .dist_tags
        .get(&pick.default_tag)
        .and_then(|tag| packument.versions.get_key_value(tag));
    if let Some((tag, info)) = tagged {
        let fits = range.is_none_or(|range| is_star(range, &any) || satisfies(range, tag));
        if fits && suits(info) && info.deprecated.is_none() {
            return Some(tag);
        }
    }
    let range = range.unwrap_or(&any);
    let fitting = packument.versions.iter().filter_map(|(text, info)| {
        let version = Version::parse(text).filter(|version| range.satisfies(version))?;
        let fresh = info.deprecated.is_none();
        Some(((fresh && suits(info), suits(info), fresh, version), Reverse(text)))
    });
    fitting.max().map(|(_, Reverse(text))| text.as_str())
}

fn is_star(range: &Range, any: &Range) -> bool {
    range == any
}

fn satisfies(range: &Range, version: &str) -> bool {
    Version::parse(version).is_some_and(|version| range.satisfies(&version))
}

/// npm-install-checks: a missing or unreadable `engines.node` suits every Node.
fn suits_node(info: &VersionInfo, node: Option<&Version>) -> bool {
    match (node, &info.node) {
        (Some(node), Some(engine)) => Range::parse(engine).is_some_and(|range| range.satisfies(node)),
        _ => true,
    }
}

/// Why nothing was found: removed, or never there, with the nearest that is.
fn explain(packument: &Packument, name: &PackageName, wanted: &Wanted) -> RegistryError {
    if let Wanted::Version(version) = wanted
        && let Some(when) = packument.time.get(version)
    {
        let package = PackageRef {
            name: name.clone(),
            version: version.clone(),
        };
        return RegistryError::Removed {
            package,
            when: when.clone(),
        };
    }
    // Whatever there was under the name is gone.
    if let Some(holder) = holder(packument) {
        return RegistryError::SecurityHolder {
            name: name.clone(),
            holder: holder.clone(),
        };
    }
    let (shown, target) = match wanted {
        Wanted::Version(version) => (format!("version `{version}`"), Version::parse(version)),
        Wanted::Range(range) => (format!("version in `{}`", range.escape_debug()), first_version(range)),
        Wanted::Tag(tag) => (format!("tag `{}`", tag.escape_debug()), None),
        Wanted::Default => (String::from("published version"), None),
    };
    RegistryError::NoSuchVersion {
        name: name.clone(),
        wanted: shown,
        nearest: nearest(packument, target.as_ref()),
    }
}

/// The published version nearest below what was asked for, else the lowest above it, else what `latest` points at.
fn nearest(packument: &Packument, target: Option<&Version>) -> Option<String> {
    let latest = || {
        packument
            .dist_tags
            .get("latest")
            .filter(|version| packument.versions.contains_key(*version))
            .cloned()
    };
    let Some(target) = target else { return latest() };
    let all = sorted(packument);
    let below = all
        .iter()
        .rev()
        .find(|(version, _)| version < target && !version.is_prerelease());
    below
        .or(all.iter().find(|(version, _)| version > target))
        .map(|(_, text)| (*text).clone())
        .or_else(latest)
}

/// The first version a range names.
fn first_version(range: &str) -> Option<Version> {
    let digits = range.trim_start_matches(|c: char| !c.is_ascii_digit());
    let text: String = digits.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let mut parts = text.split('.').filter(|part| !part.is_empty());
    let mut part = || parts.next().unwrap_or("0");
    Version::parse(&format!("{}.{}.{}", part(), part(), part()))
}

/// Every published version, lowest first; what is no version by npm's rules is left out.
fn sorted(packument: &Packument) -> Vec<(Version, &String)> {
    let mut all: Vec<_> = packument
        .versions
        .keys()
        .filter_map(|text| Some((Version::parse(text)?, text)))
        .collect();
    all.sort();
    all
}

/// What npm puts in the place of a package it removed for security reasons.
const SECURITY_HOLDER: &str = "0.0.1-security";

#[cfg(test)]
mod tests;
