//! What is installed on this machine, as it really is: `node_modules` folders, global folders, what npx installed, caches.
//!
//! [`PLACES`] lists the kinds of places that are looked for beside projects; [`places`] finds those that exist for one user,
//! [`FoundPlace::read`] reads one. [`node_modules()`] reads a project's folder and compares it with its lockfile, [`walk()`] finds
//! the projects below a folder, [`verify()`] compares an installed package with its archive.
//!
//! Nothing is started and nothing is written. Everything that is read may have been written by a package: sizes, counts and
//! depths have ceilings, pipes and devices are not opened, links cannot lead in a circle, and whatever could not be looked at is
//! told as a problem.

mod differences;
mod files;
mod global;
mod manifest;
mod modules;
mod npm_cache;
mod npx;
mod other_caches;
mod surroundings;
mod tree;
mod verify;
mod walk;

use std::path::{Path, PathBuf};

use waxseal_model::{Occurrence, Place, PlaceContents, PlaceKind, PlaceProblem};

pub use differences::{Expected, differences};
pub use modules::node_modules;
pub use npm_cache::{release_of_address, tarball as npm_tarball};
pub use surroundings::{Surroundings, other_users};
pub use verify::{Verification, verify};
pub use walk::{FoundFolder, PROJECT, walk};

/// One kind of place: who makes it, where it may be, how it is read.
#[derive(Debug)]
pub struct PlaceSource {
    /// What it is called in our output and in tests: `npm-global`.
    pub id: &'static str,
    /// What being listed there means.
    pub kind: PlaceKind,
    /// The tool whose place it is.
    pub tool: &'static str,
    /// Where such places may be for one user; those that do not exist are left out by [`places`].
    pub find: fn(&Surroundings) -> Vec<PathBuf>,
    /// Reads one.
    pub read: fn(&Path, &Limits) -> Contents,
}

/// Every kind of place that is looked for beside projects.
pub const PLACES: &[PlaceSource] = &[
    global::NPM,
    global::SYSTEM,
    global::NVM,
    global::FNM,
    global::VOLTA,
    global::PNPM,
    global::YARN,
    global::BUN,
    npx::NPM,
    npx::PNPM,
    npx::BUN,
    npm_cache::NPM,
    other_caches::YARN,
    other_caches::YARN_BERRY,
    other_caches::PNPM,
    other_caches::BUN,
];

/// Ceilings on what is looked at in one place. Whatever is beyond one is told as a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Packages, or entries of a cache.
    pub packages: u32,
    /// Files and folders that are listed.
    pub entries: u32,
    /// Bytes of one `package.json`; the largest known in use hold some hundreds of kilobytes.
    pub manifest: u64,
    /// How deep packages may lie in each other, and folders below the one that is walked. Paths end at 4,096 bytes on Linux, so
    /// that a few hundred is all a system can reach by a path.
    pub nesting: u32,
    /// Problems that are told one by one; one more says that there were others.
    pub problems: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            packages: 500_000,
            entries: 10_000_000,
            manifest: 1 << 20,
            nesting: 512,
            problems: 1_000,
        }
    }
}

/// What a place holds, before it is said which place it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contents {
    /// Sorted by path.
    pub packages: Vec<Occurrence>,
    /// What could not be looked at.
    pub problems: Vec<PlaceProblem>,
    /// What was looked at and says nothing that could be used.
    pub notes: Vec<PlaceProblem>,
}

/// A place that exists.
#[derive(Debug, Clone)]
pub struct FoundPlace {
    /// The place, as reports name it.
    pub place: Place,
    /// Its folder.
    pub folder: PathBuf,
    source: &'static PlaceSource,
}

impl FoundPlace {
    /// The entry of [`PLACES`] that it is one of.
    pub fn source(&self) -> &'static PlaceSource {
        self.source
    }

    /// Reads what it holds.
    pub fn read(&self, limits: &Limits) -> PlaceContents {
        let Contents {
            packages,
            problems,
            notes,
        } = (self.source.read)(&self.folder, limits);
        PlaceContents {
            place: self.place.clone(),
            packages,
            differences: Vec::new(),
            problems,
            notes,
        }
    }
}

/// The places of these kinds that exist for one user, each folder once, in the order of [`PLACES`].
pub fn places(surroundings: &Surroundings, kinds: &[PlaceKind]) -> Vec<FoundPlace> {
    let mut found = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for source in PLACES.iter().filter(|source| kinds.contains(&source.kind)) {
        for folder in (source.find)(surroundings) {
            // The same folder under two names, `/usr/local/lib` through a link for one, is one place. A folder that this user
            // may not look into is a place all the same: reading it tells so.
            let real = match folder.canonicalize() {
                Ok(real) => real,
                Err(err) if err.kind() == std::io::ErrorKind::PermissionDenied => folder.clone(),
                Err(_) => continue,
            };
            if seen.insert((source.kind, real)) {
                let place = Place {
                    kind: source.kind,
                    tool: source.tool.to_owned(),
                    path: files::text(&folder),
                };
                found.push(FoundPlace { place, folder, source });
            }
        }
    }
    found
}

/// [`places`] of global installs.
pub fn global_places(surroundings: &Surroundings) -> Vec<FoundPlace> {
    places(surroundings, &[PlaceKind::Global])
}

/// [`places`] that npx, pnpm dlx and bunx installed into.
pub fn npx_places(surroundings: &Surroundings) -> Vec<FoundPlace> {
    places(surroundings, &[PlaceKind::NpxCache])
}

/// [`places`] that package managers keep downloads in.
pub fn cache_places(surroundings: &Surroundings) -> Vec<FoundPlace> {
    places(surroundings, &[PlaceKind::Cache])
}

/// Collects problems up to a ceiling, and says when there were more.
#[derive(Debug)]
struct Problems {
    list: Vec<PlaceProblem>,
    limit: usize,
    left_out: usize,
}

impl Problems {
    fn new(limits: &Limits) -> Self {
        Self {
            list: Vec::new(),
            limit: limits.problems as usize,
            left_out: 0,
        }
    }

    fn add(&mut self, path: &str, reason: impl Into<String>) {
        if self.list.len() < self.limit {
            self.add_always(path, reason);
        } else {
            self.left_out += 1;
        }
    }

    /// For what must be said whatever else is: that a ceiling was hit.
    fn add_always(&mut self, path: &str, reason: impl Into<String>) {
        self.list.push(PlaceProblem {
            path: path.to_owned(),
            reason: reason.into(),
        });
    }

    /// Adds what was collected under the same ceiling.
    fn append(&mut self, others: Vec<PlaceProblem>) {
        self.list.extend(others);
    }

    fn into_vec(mut self) -> Vec<PlaceProblem> {
        if self.left_out > 0 {
            let reason = format!("{} more problems are not told one by one", self.left_out);
            self.add_always("", reason);
        }
        self.list
    }
}

#[cfg(test)]
mod tests;
