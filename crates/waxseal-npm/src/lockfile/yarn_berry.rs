//! Yarn 2 and later ("berry"): `yarn.lock` as YAML with `__metadata`.
//!
//! An entry's key lists what it was asked for by, its `resolution` says what it is: `ms@npm:2.0.0`. Its `checksum` is one of yarn's own archive
//! and not of the published one, so it is no integrity. Which packages are for development only is not said.

use waxseal_model::OccurrenceSource;

use super::ident;
use super::locked::{Listing, Locked, Lockfile};
use super::tree::Node;
use super::{Format, LockfileError, text, yaml};

/// The table's row.
pub(super) const FORMAT: Format = Format {
    id: "yarn-berry",
    tool: "yarn",
    names: &["yarn.lock"],
    read,
};

fn read(bytes: &[u8]) -> Result<Lockfile, LockfileError> {
    let text = text::decode(bytes)?;
    if !text.lines().any(|line| line.starts_with("__metadata")) {
        return Err(LockfileError::OtherFormat("yarn 2 or later"));
    }
    let documents = yaml::parse(&text)?;
    let [root] = documents.as_slice() else {
        return Err(LockfileError::OtherFormat("yarn 2 or later"));
    };
    let metadata = root
        .get("__metadata")
        .ok_or(LockfileError::OtherFormat("yarn 2 or later"))?;
    let version = metadata.get("version").and_then(Node::scalar).unwrap_or_default();
    if !version.parse::<u32>().is_ok_and(|version| VERSIONS.contains(&version)) {
        return Err(LockfileError::UnknownVersion("yarn"));
    }
    let mut listing = Listing::new();
    for (key, entry) in root.entries() {
        if key == "__metadata" {
            continue;
        }
        let Some((name, reference)) = entry.text_of("resolution").and_then(ident::split) else {
            listing.problem(key, "it does not say what it is resolved to");
            continue;
        };
        // The project itself.
        if reference == "workspace:." {
            continue;
        }
        for locked in resolved(key, name, reference, entry) {
            listing.add(locked)?;
        }
    }
    Ok(listing.finish(&FORMAT, version))
}

/// One package for each name that the entry is installed under.
fn resolved(key: &str, name: &str, reference: &str, entry: &Node<'_>) -> Vec<Locked> {
    let mut base = Locked::new(name, key, entry.line);
    base.occurrence.version = entry
        .get("version")
        .and_then(Node::scalar)
        .filter(|version| *version != NO_VERSION)
        .map(str::to_owned);
    base.occurrence.source = source(reference);
    base.resolved = Some(reference.to_owned());
    let mut found: Vec<Locked> = Vec::new();
    for descriptor in key.split(", ") {
        let under = ident::split(descriptor).map_or(name, |(under, _)| under);
        let mut locked = base.clone();
        locked.installed_as(under);
        if found.iter().all(|it| it.occurrence.alias != locked.occurrence.alias) {
            // An entry is known by its first key, unless it stands for several packages.
            if !found.is_empty() {
                locked.occurrence.path = descriptor.to_owned();
            }
            found.push(locked);
        }
    }
    found
}

/// Where a locator's reference leads. What is bound to it follows `::`, what it is at within its source follows `#`.
fn source(reference: &str) -> OccurrenceSource {
    let bare = reference.split("::").next().unwrap_or(reference);
    if let Some(patched) = bare.strip_prefix("patch:") {
        // `patch:NAME@npm%3A1.0.0#PATCH`: the release, changed on this disk.
        let inner = patched.split('#').next().unwrap_or(patched);
        let inner = inner.replace("%3A", ":").replace("%3a", ":").replace("%2F", "/");
        return ident::split(&inner).map_or(OccurrenceSource::Unknown, |(_, inner)| source(inner));
    }
    if bare.starts_with("npm:") {
        return OccurrenceSource::Registry;
    }
    match ident::elsewhere(bare) {
        Some(OccurrenceSource::Local(path)) => {
            OccurrenceSource::Local(path.split('#').next().unwrap_or_default().to_owned())
        }
        Some(elsewhere) => elsewhere,
        None => OccurrenceSource::Unknown,
    }
}

/// What a workspace has for a version, whatever its own says.
const NO_VERSION: &str = "0.0.0-use.local";

/// Yarn 2 wrote 4, yarn 3 writes 5 and 6, yarn 4 writes 8 and 10; entries have kept their shape, and one that has not is a problem.
const VERSIONS: std::ops::RangeInclusive<u32> = 3..=99;
