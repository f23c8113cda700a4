//! pnpm: `pnpm-lock.yaml`, and the hidden `node_modules/.pnpm/lock.yaml`.
//!
//! Versions 5.x call a package `/name/1.0.0_peers`, 6.x `/name@1.0.0(peers)`. Version 9 describes `name@1.0.0` under `packages` and lists under
//! `snapshots` with which peers it is installed. pnpm 11 and later put a document in front that locks what pnpm itself needs.

use std::collections::{HashMap, HashSet};

use waxseal_model::OccurrenceSource;

use super::ident;
use super::locked::{Listing, Locked, Lockfile};
use super::tree::Node;
use super::{Format, LockfileError, text, yaml};
use crate::version::Version;

/// The table's row.
pub(super) const FORMAT: Format = Format {
    id: "pnpm",
    tool: "pnpm",
    names: &["pnpm-lock.yaml", ".pnpm/lock.yaml"],
    read,
};

fn read(bytes: &[u8]) -> Result<Lockfile, LockfileError> {
    let text = text::decode(bytes)?;
    let documents = yaml::parse(&text)?;
    let documents: Vec<&Node<'_>> = documents.iter().filter(|it| it.is_map()).collect();
    let mut listing = Listing::new();
    let mut last = None;
    for document in documents {
        let version = document
            .get("lockfileVersion")
            .and_then(Node::scalar)
            .ok_or(LockfileError::OtherFormat("pnpm"))?;
        let keys = Keys::of(version).ok_or(LockfileError::UnknownVersion("pnpm"))?;
        packages(document, keys, &mut listing)?;
        links(document, &mut listing)?;
        last = Some(version);
    }
    let version = last.ok_or(LockfileError::OtherFormat("pnpm"))?;
    Ok(listing.finish(&FORMAT, version))
}

/// How a version of the format writes its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// `/name/1.0.0_peers`
    Slashes,
    /// `/name@1.0.0(peers)`
    Slash,
    /// `name@1.0.0(peers)`
    Plain,
}

impl Keys {
    fn of(version: &str) -> Option<Self> {
        match version.split('.').next()? {
            "5" => Some(Self::Slashes),
            "6" => Some(Self::Slash),
            "7" | "9" => Some(Self::Plain),
            _ => None,
        }
    }

    /// A key without the peers.
    fn base(self, key: &str) -> &str {
        if self != Self::Slashes && key.ends_with(')') {
            before_peers(key)
        } else {
            key
        }
    }

    /// Name and reference, where the key says them.
    fn split(self, key: &str) -> Option<(&str, &str)> {
        match self {
            Self::Slashes => {
                let (_, path) = key.split_once('/')?;
                let at = path
                    .bytes()
                    .enumerate()
                    .filter(|(_, byte)| *byte == b'/')
                    .nth(usize::from(path.starts_with('@')))?
                    .0;
                let version = path[at + 1..].split('/').next()?;
                Some((&path[..at], version.split('_').next()?))
            }
            // Without the slash it is an address, and the entry has a name of its own.
            Self::Slash => ident::split(key.strip_prefix('/')?),
            Self::Plain => ident::split(key),
        }
    }
}

/// Takes `(a@1)(b@2(c@3))` off the end.
fn before_peers(key: &str) -> &str {
    let mut open = 0usize;
    let mut end = key.len();
    for (at, byte) in key.bytes().enumerate().rev() {
        match byte {
            b')' => open += 1,
            b'(' if open == 0 => return &key[..end],
            b'(' => {
                open -= 1;
                if open == 0 {
                    end = at;
                }
            }
            _ if open == 0 => return &key[..end],
            _ => {}
        }
    }
    key
}

/// `packages`, and of `snapshots` what is installed.
fn packages(document: &Node<'_>, keys: Keys, listing: &mut Listing) -> Result<(), LockfileError> {
    let described = document.get("packages").map(Node::entries).unwrap_or_default();
    let snapshots = document.get("snapshots").map(Node::entries).unwrap_or_default();
    let needed = Needed::of(document, snapshots);
    // A project names an alias with the whole key it stands for.
    let aliases: HashMap<&str, &str> = projects(document)
        .into_iter()
        .flat_map(|(_, project)| KINDS.iter().flat_map(|kind| dependencies(project, kind)))
        .map(|(name, reference, _)| (keys.base(reference), name))
        .collect();
    for (key, entry) in described {
        match package(key, entry, keys) {
            Some(mut locked) => {
                let base = keys.base(key);
                if let Some(alias) = aliases.get(base) {
                    locked.installed_as(alias);
                }
                if !snapshots.is_empty() {
                    locked.dev = needed.only_for_development(base);
                    locked.optional = needed.optional.get(base).copied().unwrap_or_default();
                }
                listing.add(locked)?;
            }
            None => listing.problem(key, "it does not name a package"),
        }
    }
    // pnpm goes by the snapshots: one that nobody describes is installed all the same.
    let known: HashSet<&str> = described.iter().map(|(key, _)| keys.base(key)).collect();
    for (key, entry) in snapshots {
        let base = keys.base(key);
        if known.contains(base) {
            continue;
        }
        match package(base, entry, keys) {
            Some(locked) => listing.add(locked)?,
            None => listing.problem(key, "it does not name a package"),
        }
    }
    Ok(())
}

fn package(key: &str, entry: &Node<'_>, keys: Keys) -> Option<Locked> {
    let base = keys.base(key);
    let said = keys.split(base);
    let name = entry.text_of("name").or(said.map(|(name, _)| name))?;
    let reference = said.map_or(base, |(_, reference)| reference);
    let mut locked = Locked::new(name, key, entry.line);
    let exact = Version::parse(reference).is_some();
    locked.occurrence.version = entry
        .text_of("version")
        .or(exact.then_some(reference))
        .map(str::to_owned);
    let resolution = entry.get("resolution");
    let of = |field: &str| resolution.and_then(|it| it.text_of(field)).map(str::to_owned);
    locked.occurrence.integrity = of("integrity");
    let directory = of("directory");
    let repository = of("repo").map(|repo| format!("{repo}#{}", of("commit").unwrap_or_default()));
    let tarball = of("tarball");
    locked.occurrence.source = match (&directory, &repository, &tarball) {
        (Some(path), _, _) => OccurrenceSource::Local(path.clone()),
        (_, Some(address), _) => OccurrenceSource::Git(address.clone()),
        (_, _, Some(address)) if address.starts_with("file:") => {
            OccurrenceSource::Local(address["file:".len()..].to_owned())
        }
        // A registry's archive has an address in the lockfile where it is not the one that follows from the name.
        (_, _, Some(address)) if !exact => OccurrenceSource::Remote(address.clone()),
        _ if exact => OccurrenceSource::Registry,
        _ => ident::elsewhere(reference).unwrap_or_else(|| OccurrenceSource::Remote(reference.to_owned())),
    };
    locked.resolved = directory.or(repository).or(tarball);
    locked.dev = entry.flag("dev");
    locked.optional = entry.flag("optional");
    Some(locked)
}

/// Each project of the workspace, by its folder; a single project is the whole document.
fn projects<'d>(document: &'d Node<'d>) -> Vec<(&'d str, &'d Node<'d>)> {
    match document.get("importers") {
        Some(importers) => importers
            .entries()
            .iter()
            .map(|(folder, project)| (folder.as_ref(), project))
            .collect(),
        None => vec![(".", document)],
    }
}

/// What a project depends on: the name, and what it is resolved to.
fn dependencies<'d>(project: &'d Node<'d>, kind: &str) -> impl Iterator<Item = (&'d str, &'d str, u32)> {
    let entries = project.get(kind).map(Node::entries).unwrap_or_default();
    entries.iter().filter_map(|(name, resolved)| {
        let reference = resolved
            .get("version")
            .and_then(Node::scalar)
            .or_else(|| resolved.scalar())?;
        Some((name.as_ref(), reference, resolved.line))
    })
}

/// Folders that projects link to: they have no entry of their own.
fn links(document: &Node<'_>, listing: &mut Listing) -> Result<(), LockfileError> {
    let mut seen = HashSet::new();
    for (folder, project) in projects(document) {
        for (name, reference, line) in KINDS.iter().flat_map(|kind| dependencies(project, kind)) {
            let Some(path) = reference.strip_prefix("link:") else {
                continue;
            };
            let path = beside(folder, path);
            if seen.insert((name, path.clone())) {
                let mut locked = Locked::new(name, &path, line);
                locked.resolved = Some(reference.to_owned());
                locked.occurrence.source = OccurrenceSource::Local(path);
                listing.add(locked)?;
            }
        }
    }
    Ok(())
}

/// `packages/b`, which is `../b` from `packages/a`. Only text: nothing is opened.
fn beside(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// What version 9 leaves to be worked out: who needs a package.
struct Needed<'d> {
    /// Bases that are needed by more than development.
    always: HashSet<&'d str>,
    /// Bases, and whether an install goes on without them.
    optional: HashMap<&'d str, bool>,
}

impl<'d> Needed<'d> {
    fn of(document: &'d Node<'d>, snapshots: &'d [(std::borrow::Cow<'d, str>, Node<'d>)]) -> Self {
        let by_key: HashMap<&str, &Node<'_>> = snapshots.iter().map(|(key, it)| (key.as_ref(), it)).collect();
        let mut optional = HashMap::new();
        for (key, snapshot) in snapshots {
            let all = optional.entry(before_peers(key)).or_insert(true);
            *all &= snapshot.flag("optional");
        }
        let mut reached: HashSet<&str> = HashSet::new();
        let mut waiting: Vec<&Node<'_>> = projects(document).into_iter().map(|(_, project)| project).collect();
        while let Some(from) = waiting.pop() {
            for (name, reference, _) in USED.iter().flat_map(|kind| dependencies(from, kind)) {
                let found = by_key
                    .get_key_value(reference)
                    .or_else(|| by_key.get_key_value(format!("{name}@{reference}").as_str()));
                if let Some((key, snapshot)) = found
                    && reached.insert(key)
                {
                    waiting.push(snapshot);
                }
            }
        }
        Self {
            always: reached.into_iter().map(before_peers).collect(),
            optional,
        }
    }

    fn only_for_development(&self, base: &str) -> bool {
        !self.always.contains(base)
    }
}

const KINDS: [&str; 3] = ["dependencies", "devDependencies", "optionalDependencies"];

/// Kinds that an installed project uses, and what pnpm itself needs to install it.
const USED: [&str; 4] = [
    "dependencies",
    "optionalDependencies",
    "configDependencies",
    "packageManagerDependencies",
];
