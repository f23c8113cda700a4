//! Bun: `bun.lock`, JSON with comments and trailing commas. The older `bun.lockb` is binary and is not read.
//!
//! `packages` maps where a package is installed (`a/b`: `b` below `a`) to a list that begins with what it is (`ms@2.0.0`), and is as long as that
//! needs: an address of the archive, what it depends on, its integrity.

use waxseal_model::OccurrenceSource;

use super::ident;
use super::json::{self, Dialect};
use super::locked::{Listing, Locked, Lockfile};
use super::tree::Node;
use super::{Format, LockfileError, text};

/// The table's row.
pub(super) const FORMAT: Format = Format {
    id: "bun",
    tool: "bun",
    names: &["bun.lock"],
    read,
};

/// The row of the format that is not read.
pub(super) const BINARY: Format = Format {
    id: "bun-binary",
    tool: "bun",
    names: &["bun.lockb"],
    read: |_| Err(LockfileError::BinaryBun),
};

fn read(bytes: &[u8]) -> Result<Lockfile, LockfileError> {
    let text = text::decode(bytes)?;
    let root = json::parse(&text, Dialect::Bun)?;
    let version = root
        .get("lockfileVersion")
        .and_then(Node::scalar)
        .ok_or(LockfileError::OtherFormat("bun"))?;
    if !version.parse::<u32>().is_ok_and(|version| VERSIONS.contains(&version)) {
        return Err(LockfileError::UnknownVersion("bun"));
    }
    let mut listing = Listing::new();
    let packages = root.get("packages").map(Node::entries).unwrap_or_default();
    for (place, entry) in packages {
        let ident = entry.items().first().and_then(Node::text).and_then(ident::split);
        let Some((name, reference)) = ident else {
            listing.problem(place, "it does not say what it is");
            continue;
        };
        // The project itself, where one of its packages asks for it.
        if reference.starts_with("root:") {
            continue;
        }
        listing.add(placed(place, name, reference, entry, &root))?;
    }
    Ok(listing.finish(&FORMAT, version))
}

fn placed(place: &str, name: &str, reference: &str, entry: &Node<'_>, root: &Node<'_>) -> Locked {
    let mut locked = Locked::new(name, place, entry.line);
    locked.installed_as(last_name(place));
    let texts = || entry.items().iter().skip(1).filter_map(Node::text);
    locked.occurrence.integrity = texts().find(|text| text.starts_with("sha")).map(str::to_owned);
    match ident::elsewhere(reference) {
        Some(elsewhere) => {
            if let Some(folder) = reference.strip_prefix("workspace:") {
                let workspace = root.get("workspaces").and_then(|it| it.get(folder));
                locked.occurrence.version = workspace.and_then(|it| it.text_of("version")).map(str::to_owned);
            }
            locked.occurrence.source = elsewhere;
            locked.resolved = Some(reference.to_owned());
        }
        None => {
            locked.occurrence.version = Some(reference.to_owned());
            locked.occurrence.source = OccurrenceSource::Registry;
            locked.resolved = texts().find(|text| text.starts_with("http")).map(str::to_owned);
        }
    }
    locked
}

/// `b` of `a/b`, `@scope/b` of `a/@scope/b`.
fn last_name(place: &str) -> &str {
    let Some((before, _)) = place.rsplit_once('/') else {
        return place;
    };
    let from = before.rfind('/').map_or(0, |slash| slash + 1);
    let with_scope = &place[from..];
    if with_scope.starts_with('@') {
        with_scope
    } else {
        &place[before.len() + 1..]
    }
}

/// Bun 1.2 wrote 0 and 1, bun 1.4 writes 2; the lists have kept their shape, and one that has not is a problem.
const VERSIONS: std::ops::RangeInclusive<u32> = 0..=99;
