//! Reads a lockfile as npm 7 and later write it (version 2 and 3): the releases, and every edge that leads elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use url::Url;
use waxseal_model::PackageName;
use waxseal_npm::Wanted;
use waxseal_npm::spec::source_of;
use waxseal_npm::version::Version;

use super::manifest::refusal;
use super::{Closure, ClosureError, Locked, Refused, Tag, why};

/// Reads a lockfile. What its text promises is not checked here: archives are verified when they are fetched.
///
/// # Errors
/// It is no lockfile of these versions.
pub fn read(bytes: &[u8]) -> Result<Closure, ClosureError> {
    read_around(bytes, None)
}

/// As [`read`], but for the package at one place, which the project itself brings: what it needs is followed, it is not fetched.
pub(super) fn read_around(bytes: &[u8], local: Option<&str>) -> Result<Closure, ClosureError> {
    let fail = |reason: &str| ClosureError::Lockfile {
        reason: reason.to_owned(),
    };
    let lockfile: Value = serde_json::from_slice(bytes).map_err(|_| fail("it is not JSON"))?;
    let entries = lockfile
        .get("packages")
        .and_then(Value::as_object)
        .ok_or_else(|| fail("it has no `packages`, so it is older than version 2"))?;
    if entries.len() > MAX_PACKAGES {
        return Err(fail("it has more packages than an install can have"));
    }
    let mut refused = BTreeSet::new();
    let mut packages: BTreeMap<&str, Locked> = BTreeMap::new();
    let fetched = |path: &str| !path.is_empty() && local != Some(path);
    for (path, entry) in entries.iter().filter(|(path, _)| fetched(path)) {
        match locked(path, entry) {
            Ok(package) => drop(packages.insert(path, package)),
            Err(refusal) => drop(refused.insert(refusal)),
        }
    }
    let mut tags = BTreeSet::new();
    for (path, entry) in entries {
        if local.is_some() && path.is_empty() {
            continue;
        }
        for edge in edges(path, entry) {
            follow(&edge, path, &mut packages, &mut refused, &mut tags);
        }
    }
    Ok(Closure {
        packages: packages.into_values().collect(),
        refused: refused.into_iter().collect(),
        tags: tags.into_iter().collect(),
        ..Closure::default()
    })
}

/// One entry, or why it is refused.
fn locked(path: &str, entry: &Value) -> Result<Locked, Refused> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str);
    let flag = |key: &str| entry.get(key).and_then(Value::as_bool) == Some(true);
    let resolved = text("resolved").unwrap_or_default();
    let installed = path.rsplit_once("node_modules/").map(|(_, name)| name);
    let refuse = |why: &str| refusal(installed.unwrap_or(path), resolved, why);
    let Some(installed) = installed else {
        return Err(refuse("it is a folder of the project, which is not copied"));
    };
    if flag("link") {
        return Err(refuse("it is a link to a folder, which is not copied"));
    }
    let name = PackageName::parse(text("name").unwrap_or(installed))
        .map_err(|_| refuse("its name is none that npm accepts"))?;
    let version = text("version")
        .filter(|version| Version::parse(version).is_some())
        .ok_or_else(|| refuse("its version is none that npm accepts"))?;
    let url = match Url::parse(resolved) {
        _ if resolved.is_empty() => None,
        Ok(url) if matches!(url.scheme(), "http" | "https") => Some(url),
        _ => {
            let reason = why(source_of(resolved)).unwrap_or("its address is none of a registry");
            return Err(refuse(reason));
        }
    };
    Ok(Locked {
        path: path.to_owned(),
        name,
        version: version.to_owned(),
        resolved: url,
        integrity: text("integrity").map(str::to_owned),
        dev: flag("dev") || flag("devOptional"),
        optional: flag("optional") || flag("devOptional"),
        has_install_script: flag("hasInstallScript").then_some(true),
        bundled: flag("inBundle"),
        manifest: kept(entry),
    })
}

/// What a packument says too.
fn kept(entry: &Value) -> Map<String, Value> {
    let fields = entry.as_object().into_iter().flatten();
    fields
        .filter(|(key, _)| KEPT.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// A dependency somebody declares.
struct Edge<'l> {
    name: &'l str,
    spec: &'l str,
    /// An install goes on without it, or does not get it at all.
    may_lack: bool,
    /// npm leaves it out where it cannot be had.
    optional: bool,
}

fn edges<'l>(path: &str, entry: &'l Value) -> Vec<Edge<'l>> {
    let mut edges = Vec::new();
    for (kind, of_root) in [
        ("dependencies", false),
        ("optionalDependencies", false),
        ("peerDependencies", false),
        ("devDependencies", true),
    ] {
        if of_root && !path.is_empty() {
            continue;
        }
        let declared = entry.get(kind).and_then(Value::as_object).into_iter().flatten();
        edges.extend(declared.filter_map(|(name, spec)| {
            Some(Edge {
                name,
                spec: spec.as_str()?,
                may_lack: kind != "dependencies",
                optional: kind == "optionalDependencies",
            })
        }));
    }
    edges
}

/// Looks where an edge leads.
fn follow(
    edge: &Edge<'_>,
    from: &str,
    packages: &mut BTreeMap<&str, Locked>,
    refused: &mut BTreeSet<Refused>,
    tags: &mut BTreeSet<Tag>,
) {
    let place = places(from, edge.name).find(|place| packages.contains_key(place.as_str()));
    if let Some(reason) = why(source_of(edge.spec)) {
        refused.insert(refusal(edge.name, edge.spec, reason));
        if let Some(place) = place {
            packages.remove(place.as_str());
        }
        return;
    }
    let Some(package) = place.as_deref().and_then(|place| packages.get(place)) else {
        let already = refused.iter().any(|it| it.name == edge.name);
        if !already && (edge.optional || !edge.may_lack) {
            refused.insert(refusal(edge.name, edge.spec, "npm left it out of its lockfile"));
        }
        return;
    };
    let range = edge.spec.strip_prefix("npm:").map_or(edge.spec, behind_name);
    if let Ok(Wanted::Tag(tag)) = Wanted::parse(range) {
        tags.insert(Tag {
            name: package.name.clone(),
            tag,
            version: package.version.clone(),
        });
    }
}

/// `next` of `@scope/name@next`.
fn behind_name(target: &str) -> &str {
    let at = target.char_indices().skip(1).find(|(_, c)| *c == '@');
    at.map_or("", |(at, _)| &target[at + 1..])
}

/// Where Node looks for `name` from a package at `from`, the nearest first.
fn places(from: &str, name: &str) -> impl Iterator<Item = String> {
    let mut above = Some(from.to_owned());
    std::iter::from_fn(move || {
        let base = above.take()?;
        // Up to the package that holds this one.
        above = (!base.is_empty()).then(|| {
            let parent = base.rsplit_once("node_modules/").map_or("", |(parent, _)| parent);
            parent.trim_end_matches('/').to_owned()
        });
        Some(if base.is_empty() {
            format!("node_modules/{name}")
        } else {
            format!("{base}/node_modules/{name}")
        })
    })
}

/// What of an entry goes into a packument.
const KEPT: [&str; 12] = [
    "dependencies",
    "optionalDependencies",
    "peerDependencies",
    "peerDependenciesMeta",
    "bundleDependencies",
    "bin",
    "engines",
    "os",
    "cpu",
    "libc",
    "license",
    "deprecated",
];

/// The largest installs in use have some thousands.
const MAX_PACKAGES: usize = 50_000;
