//! Compares what lies in a project with what its lockfile says.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use waxseal_model::{Difference, DifferenceKind, Occurrence, OccurrenceSource};

use crate::lockfile::Locked;

/// A package as a lockfile names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The folder it is to lie in, relative to the project: `node_modules/a/node_modules/b`. Empty where the format does not say
    /// (yarn, pnpm, bun): then names and versions are compared.
    pub path: String,
    /// Its own name.
    pub name: String,
    /// Its exact version; `None` where the lockfile holds none (git, files).
    pub version: Option<String>,
    /// Its absence is no difference: optional, for another system, a peer that need not be there.
    pub optional: bool,
    /// Only needed for development: `npm install --omit=dev` leaves all of these out.
    pub dev: bool,
    /// What its archive hashes to.
    pub integrity: Option<String>,
    /// Where it comes from.
    pub source: OccurrenceSource,
}

impl From<&Locked> for Expected {
    /// As a lockfile names it: a peer may be missing too, since `--legacy-peer-deps` leaves them out.
    fn from(locked: &Locked) -> Self {
        Self {
            path: locked.install_path.clone().unwrap_or_default(),
            name: locked.occurrence.name.clone(),
            version: locked.occurrence.version.clone(),
            optional: locked.optional || locked.peer,
            dev: locked.dev,
            integrity: locked.occurrence.integrity.clone(),
            source: locked.occurrence.source.clone(),
        }
    }
}

/// What differs. Packages that are as the lockfile says get its `integrity` and `source`. `needed` are the names that some
/// installed package or the project itself depends on: in formats without folders, the absence of what nobody present needs is
/// no difference, since these formats do not all say what is optional.
pub fn differences(packages: &mut [Occurrence], expected: &[Expected], needed: &HashSet<String>) -> Vec<Difference> {
    // npm's linked strategy writes down the folders that it would use without it.
    let linked = packages.iter().any(|it| it.path.starts_with("node_modules/.store/"));
    let mut found = if !linked && expected.iter().any(|it| !it.path.is_empty()) {
        by_folder(packages, expected)
    } else {
        by_name(packages, expected, needed)
    };
    found.sort_by(|a, b| (&a.path, &a.name, a.kind).cmp(&(&b.path, &b.name, b.kind)));
    found
}

fn by_folder(packages: &mut [Occurrence], expected: &[Expected]) -> Vec<Difference> {
    let mut left: HashMap<&str, &Expected> = expected.iter().map(|it| (it.path.as_str(), it)).collect();
    let mut found = Vec::new();
    for package in packages.iter_mut() {
        match left.remove(package.path.as_str()) {
            Some(locked) => found.extend(compare(package, locked)),
            // A workspace is its own folder; what it is linked as may be missing from a lockfile.
            None if matches!(package.source, OccurrenceSource::Local(_)) => {}
            None => found.push(not_locked(package)),
        }
    }
    let without_dev = !expected.iter().any(|it| it.dev && !left.contains_key(it.path.as_str()));
    let missing: BTreeMap<&str, &Expected> = left
        .into_iter()
        .filter(|(path, it)| {
            // Workspaces are listed by their folders, and are no packages that were installed.
            let installed = path.split('/').any(|part| part == "node_modules");
            installed && !it.optional && !(it.dev && without_dev)
        })
        .collect();
    found.extend(missing.values().map(|it| not_installed(it)));
    found
}

fn compare(package: &mut Occurrence, locked: &Expected) -> Option<Difference> {
    let same_name = package.name == locked.name;
    let same_version = locked.version.is_none() || package.version == locked.version;
    if same_name && same_version {
        adopt(package, locked);
        return None;
    }
    if matches!(
        (&package.source, &locked.source),
        (OccurrenceSource::Local(_), OccurrenceSource::Local(_))
    ) {
        return None;
    }
    let shown = |name: &str, version: Option<&str>| {
        let version = version.unwrap_or("without a version");
        Some(if same_name {
            version.to_owned()
        } else {
            format!("{name}@{version}")
        })
    };
    Some(Difference {
        kind: DifferenceKind::OtherVersion,
        name: locked.name.clone(),
        path: package.path.clone(),
        expected: shown(&locked.name, locked.version.as_deref()),
        found: shown(&package.name, package.version.as_deref()),
    })
}

fn adopt(package: &mut Occurrence, locked: &Expected) {
    if package.integrity.is_none() {
        package.integrity.clone_from(&locked.integrity);
    }
    // What npm wrote goes before what the package says of itself.
    if locked.source == OccurrenceSource::Registry || package.source == OccurrenceSource::Unknown {
        package.source = locked.source.clone();
    }
}

fn by_name(packages: &mut [Occurrence], expected: &[Expected], needed: &HashSet<String>) -> Vec<Difference> {
    let mut locked: HashMap<&str, Vec<&Expected>> = HashMap::new();
    for it in expected {
        locked.entry(it.name.as_str()).or_default().push(it);
    }
    let mut found = Vec::new();
    for package in packages.iter_mut() {
        if matches!(package.source, OccurrenceSource::Local(_)) {
            continue;
        }
        let Some(known) = locked.get(package.name.as_str()) else {
            // What another package carries inside its archive is in no lockfile of these formats.
            if package.source != OccurrenceSource::Bundled {
                found.push(not_locked(package));
            }
            continue;
        };
        let same = known
            .iter()
            .find(|it| it.version.is_none() || it.version == package.version);
        match same {
            Some(it) => adopt(package, it),
            None if package.source == OccurrenceSource::Bundled => {}
            None => found.push(other_version(package, known)),
        }
    }
    let present: HashSet<(&str, Option<&str>)> = packages
        .iter()
        .map(|it| (it.name.as_str(), it.version.as_deref()))
        .collect();
    let names: HashSet<&str> = packages.iter().map(|it| it.name.as_str()).collect();
    let is_there = |it: &Expected| match it.version.as_deref() {
        Some(version) => present.contains(&(it.name.as_str(), Some(version))),
        None => names.contains(it.name.as_str()),
    };
    let without_dev = !expected.iter().any(|it| it.dev && is_there(it));
    let missing = expected
        .iter()
        .filter(|it| !(it.optional || is_there(it) || it.dev && without_dev))
        // Where another version of it is there, that is the difference that is told.
        .filter(|it| needed.contains(&it.name) && !names.contains(it.name.as_str()));
    let mut told = BTreeSet::new();
    for it in missing {
        if told.insert((&it.name, &it.version)) {
            found.push(not_installed(it));
        }
    }
    found
}

fn other_version(package: &Occurrence, known: &[&Expected]) -> Difference {
    let versions: BTreeSet<&str> = known.iter().filter_map(|it| it.version.as_deref()).collect();
    Difference {
        kind: DifferenceKind::OtherVersion,
        name: package.name.clone(),
        path: package.path.clone(),
        expected: Some(versions.into_iter().take(MAX_VERSIONS).collect::<Vec<_>>().join(", ")),
        found: package.version.clone(),
    }
}

fn not_locked(package: &Occurrence) -> Difference {
    Difference {
        kind: DifferenceKind::NotLocked,
        name: package.name.clone(),
        path: package.path.clone(),
        expected: None,
        found: package.version.clone(),
    }
}

fn not_installed(locked: &Expected) -> Difference {
    Difference {
        kind: DifferenceKind::NotInstalled,
        name: locked.name.clone(),
        path: locked.path.clone(),
        expected: locked.version.clone(),
        found: None,
    }
}

/// Most versions of one name that are told; a large lockfile holds five or six of the most common.
const MAX_VERSIONS: usize = 16;
