//! npm: `package-lock.json`, `npm-shrinkwrap.json`, and the hidden `node_modules/.package-lock.json`.
//!
//! Version 1 (npm 5 and 6) nests packages under `dependencies`. Version 3 lists them by their folder under `packages`. Version 2 has both:
//! npm 7 and later read `packages`, npm 6 reads `dependencies`, so what either would install is listed.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use waxseal_model::OccurrenceSource;

use super::json::{self, Dialect};
use super::locked::{Listing, Locked, Lockfile};
use super::tree::Node;
use super::{Format, LockfileError, text};

/// The table's row.
pub(super) const FORMAT: Format = Format {
    id: "npm",
    tool: "npm",
    names: &["npm-shrinkwrap.json", "package-lock.json", ".package-lock.json"],
    read,
};

fn read(bytes: &[u8]) -> Result<Lockfile, LockfileError> {
    let text = text::decode(bytes)?;
    let root = json::parse(&text, Dialect::Json)?;
    if !root.is_map() {
        return Err(LockfileError::OtherFormat("npm"));
    }
    // npm 4 and older wrote shrinkwraps without a version.
    let version = match root.get("lockfileVersion") {
        None => "1",
        Some(node) => match node.scalar() {
            Some(version @ ("1" | "2" | "3")) => version,
            _ => return Err(LockfileError::UnknownVersion("npm")),
        },
    };
    let packages = root.get("packages").filter(|node| node.is_map());
    let dependencies = root.get("dependencies").filter(|node| node.is_map());
    if packages.is_none() && dependencies.is_none() && root.get("lockfileVersion").is_none() {
        return Err(LockfileError::OtherFormat("npm"));
    }
    if (version != "1" && packages.is_none()) || (packages.is_none() && root.get("packages").is_some()) {
        return Err(LockfileError::OtherFormat("npm"));
    }
    let mut listing = Listing::new();
    let mut seen = HashMap::new();
    if let Some(packages) = packages {
        folders(packages, &mut listing, &mut seen)?;
    }
    if version != "3"
        && let Some(dependencies) = dependencies
    {
        nested(
            dependencies,
            "",
            &mut Nested {
                listing: &mut listing,
                seen: &seen,
            },
        )?;
    }
    Ok(listing.finish(&FORMAT, version))
}

/// Folder to version, of what `packages` lists.
type Seen<'t> = HashMap<String, Option<&'t str>>;

/// `packages`: one entry a folder.
fn folders<'t>(packages: &'t Node<'t>, listing: &mut Listing, seen: &mut Seen<'t>) -> Result<(), LockfileError> {
    // Of two equal folders the last counts.
    let mut last: HashMap<&str, &Node<'t>> = HashMap::with_capacity(packages.entries().len());
    for (folder, entry) in packages.entries() {
        last.insert(folder, entry);
    }
    let asked = addresses(packages);
    let linked: HashSet<&str> = packages
        .entries()
        .iter()
        .filter(|(_, entry)| entry.flag("link"))
        .filter_map(|(_, entry)| entry.text_of("resolved"))
        // A link to what is installed tells nothing of that: it is an entry of its own.
        .filter(|target| !target.split('/').any(|part| part == "node_modules"))
        .collect();
    for (folder, entry) in packages.entries() {
        let current = last.get(folder.as_ref()).is_some_and(|it| std::ptr::eq(*it, entry));
        // The project itself, and folders that are told of with the link that leads to them.
        if folder.is_empty() || !current || linked.contains(folder.as_ref()) {
            continue;
        }
        if !entry.is_map() {
            listing.problem(folder, "it is not an entry");
            continue;
        }
        if !is_place(folder) {
            listing.problem(folder, "its place is none below the project");
            continue;
        }
        let locked = installed(folder, entry, &last, &asked);
        seen.insert(folder.to_string(), entry.text_of("version"));
        listing.add(locked)?;
    }
    Ok(())
}

/// Whether a folder is one that npm would write: `packages/a`, `node_modules/@scope/b`. Only in front of the first `node_modules` it may lead
/// out of the project, as links do.
fn is_place(folder: &str) -> bool {
    let mut below = false;
    !folder.contains(['\\', '\0'])
        && folder.split('/').all(|part| {
            below |= part == "node_modules";
            !part.is_empty() && part != "." && (part != ".." || !below)
        })
}

/// One entry of `packages`.
fn installed<'t>(
    folder: &str,
    entry: &'t Node<'t>,
    all: &HashMap<&str, &'t Node<'t>>,
    asked: &HashSet<&str>,
) -> Locked {
    let resolved = entry.text_of("resolved");
    let target = if entry.flag("link") {
        resolved.and_then(|target| all.get(target).copied())
    } else {
        None
    };
    let under = match folder.rsplit_once("node_modules/") {
        Some((_, name)) => name,
        None => folder.rsplit('/').next().unwrap_or(folder),
    };
    let described = target.unwrap_or(entry);
    let name = entry
        .text_of("name")
        .or_else(|| described.text_of("name"))
        .unwrap_or(under);
    let mut locked = Locked::new(name, folder, entry.line);
    let inside = folder.contains("node_modules/");
    if inside {
        locked.installed_as(under);
        locked.install_path = Some(folder.to_owned());
    }
    locked.occurrence.version = described.text_of("version").map(str::to_owned);
    locked.occurrence.source = if !inside {
        OccurrenceSource::Local(folder.to_owned())
    } else if entry.flag("inBundle") {
        OccurrenceSource::Bundled
    } else if entry.flag("link") {
        OccurrenceSource::Local(resolved.unwrap_or_default().to_owned())
    } else {
        // npm leaves the address out where it follows from the name (`omit-lockfile-registry-resolved`).
        resolved.map_or(OccurrenceSource::Registry, |address| {
            source(address, asked.contains(address))
        })
    };
    describe(&mut locked, entry);
    locked
}

/// What both forms say in the same fields.
fn describe(locked: &mut Locked, entry: &Node<'_>) {
    let either = entry.flag("devOptional");
    locked.occurrence.integrity = entry.text_of("integrity").map(str::to_owned);
    locked.resolved = entry.text_of("resolved").map(str::to_owned);
    locked.dev = entry.flag("dev");
    locked.optional = entry.flag("optional") || either;
    locked.peer = entry.flag("peer");
}

/// The addresses that packages are asked for by: what comes from one of them does not come from a registry.
fn addresses<'t>(packages: &'t Node<'t>) -> HashSet<&'t str> {
    let mut found = HashSet::new();
    for (_, entry) in packages.entries() {
        for kind in [
            "dependencies",
            "devDependencies",
            "optionalDependencies",
            "peerDependencies",
        ] {
            let specs = entry.get(kind).map(Node::entries).unwrap_or_default();
            let addresses = specs.iter().filter_map(|(_, spec)| spec.text());
            found.extend(addresses.filter(|spec| spec.starts_with("http")));
        }
    }
    found
}

/// Where an address of an entry leads.
fn source(address: &str, asked: bool) -> OccurrenceSource {
    let owned = || address.to_owned();
    match address.split_once(':').map(|(scheme, _)| scheme) {
        Some("http" | "https") if asked => OccurrenceSource::Remote(owned()),
        Some("http" | "https") => OccurrenceSource::Registry,
        Some("file") => OccurrenceSource::Local(address["file:".len()..].to_owned()),
        Some(scheme) if scheme.starts_with("git") => OccurrenceSource::Git(owned()),
        _ => OccurrenceSource::Unknown,
    }
}

struct Nested<'l, 't> {
    listing: &'l mut Listing,
    seen: &'l Seen<'t>,
}

/// `dependencies` of version 1, and what nests in it. The depth was limited when the text was read.
fn nested(dependencies: &Node<'_>, above: &str, into: &mut Nested<'_, '_>) -> Result<(), LockfileError> {
    for (name, entry) in dependencies.entries() {
        let folder: Cow<'_, str> = if above.is_empty() {
            format!("node_modules/{name}").into()
        } else {
            format!("{above}/node_modules/{name}").into()
        };
        if !entry.is_map() || !is_place(&folder) {
            let reason = if entry.is_map() {
                "its place is none below the project"
            } else {
                "it is not an entry"
            };
            into.listing.problem(&folder, reason);
            continue;
        }
        let locked = older(name, &folder, entry);
        // Version 2 says the same a second time; only what is said otherwise is listed again.
        let same = into.seen.get(folder.as_ref()).is_some_and(|version| {
            let it = &locked.occurrence;
            it.version.is_none() || it.version.as_deref() == *version
        });
        if !same {
            into.listing.add(locked)?;
        }
        if let Some(inner) = entry.get("dependencies") {
            nested(inner, &folder, into)?;
        }
    }
    Ok(())
}

/// One entry of version 1: `version` is a version, or says where else the package comes from.
fn older(under: &str, folder: &str, entry: &Node<'_>) -> Locked {
    let said = entry.text_of("version");
    let alias = said.and_then(|it| it.strip_prefix("npm:")).and_then(|it| {
        let at = it.char_indices().skip(1).find(|(_, c)| *c == '@')?.0;
        Some((&it[..at], &it[at + 1..]))
    });
    let (name, version) = match alias {
        Some((name, version)) => (name, Some(version)),
        None => (under, said),
    };
    let mut locked = Locked::new(name, folder, entry.line);
    locked.installed_as(under);
    locked.install_path = Some(folder.to_owned());
    locked.occurrence.source = match version.map(|it| source(it, true)) {
        Some(OccurrenceSource::Unknown) | None => {
            locked.occurrence.version = version.map(str::to_owned);
            let resolved = entry.text_of("resolved");
            resolved.map_or(OccurrenceSource::Registry, |address| source(address, false))
        }
        Some(elsewhere) => elsewhere,
    };
    if entry.flag("bundled") {
        locked.occurrence.source = OccurrenceSource::Bundled;
    }
    describe(&mut locked, entry);
    if locked.occurrence.version.is_none() && locked.resolved.is_none() {
        locked.resolved = said.map(str::to_owned);
    }
    locked
}
