//! Installed files against the published archives, for `--verify`.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use waxseal_model::{
    Difference, Occurrence, OccurrenceSource, PackageName, PackageRef, PlaceContents, PlaceKind, PlaceProblem, Presence,
};
use waxseal_npm::installed::{self, Limits, Verification};
use waxseal_npm::integrity::Integrity;
use waxseal_npm::{Dist, Form, PackageSource as _, Wanted, tarball};

use crate::collect::Collector;

/// Compares every package that lies in `places` with its archive, which comes from npm's cache, from waxseal's, or from the registry. What
/// differs is added to the place; an archive that cannot be had is told once a place.
pub fn verify(places: &mut [PlaceContents], collector: &Collector<'_>, npm_cache: &Path, tell: &(dyn Fn(&str) + Sync)) {
    let kinds = [PlaceKind::NodeModules, PlaceKind::Global, PlaceKind::NpxCache];
    for contents in places.iter_mut().filter(|it| kinds.contains(&it.place.kind)) {
        let root = PathBuf::from(&contents.place.path);
        let compared = AtomicUsize::new(0);
        let outcomes: Vec<Outcome> = contents
            .packages
            .par_iter()
            .filter(|package| is_published(package))
            .map(|package| {
                let so_far = compared.fetch_add(1, Ordering::Relaxed);
                if so_far.is_multiple_of(TOLD_EACH) {
                    tell(&format!("comparing {} with its archive", package.name));
                }
                compare(&root, package, collector, npm_cache)
            })
            .collect();
        let skipped: Vec<&str> = contents
            .packages
            .iter()
            .filter(|package| package.presence == Presence::Present && !is_published(package))
            .map(|package| package.name.as_str())
            .collect();
        if let Some(first) = skipped.first() {
            let reason = format!(
                "{} packages are of no registry by what is known of them, so they were not compared: `{}`{}",
                skipped.len(),
                first.escape_default(),
                if skipped.len() > 1 { " and others" } else { "" }
            );
            contents.notes.push(PlaceProblem {
                path: String::new(),
                reason,
            });
        }
        take(contents, outcomes);
    }
}

/// What became of one package.
enum Outcome {
    Compared(String, Box<Verification>),
    /// Its archive could not be had.
    NoArchive(String),
    /// Its archive is not what the lockfile or the registry promises, or cannot be unpacked.
    Broken(String, String),
}

/// Whether a registry has an archive of it.
fn is_published(package: &Occurrence) -> bool {
    package.presence == Presence::Present
        && package.version.is_some()
        && matches!(package.source, OccurrenceSource::Registry | OccurrenceSource::Unknown)
}

fn compare(root: &Path, package: &Occurrence, collector: &Collector<'_>, npm_cache: &Path) -> Outcome {
    let path = package.path.clone();
    let bytes = match archive(package, collector, npm_cache) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Outcome::NoArchive(package.name.clone()),
        Err(reason) => return Outcome::Broken(path, reason),
    };
    match installed::verify(
        &root.join(&path),
        &bytes,
        &tarball::Limits::default(),
        &Limits::default(),
    ) {
        Ok(verification) => Outcome::Compared(path, Box::new(verification)),
        Err(err) => Outcome::Broken(path, format!("its archive cannot be unpacked: {err}")),
    }
}

/// The archive, checked against what the place says it hashes to, else against what the registry says; `None` where it cannot be had.
fn archive(package: &Occurrence, collector: &Collector<'_>, npm_cache: &Path) -> Result<Option<Vec<u8>>, String> {
    let (Ok(name), Some(version)) = (PackageName::parse(&package.name), package.version.clone()) else {
        return Ok(None);
    };
    let promised = package
        .integrity
        .as_deref()
        .and_then(|text| Integrity::parse(text).ok());
    if let Some(bytes) = promised.as_ref().and_then(|it| installed::npm_tarball(npm_cache, it)) {
        return Ok(Some(bytes));
    }
    let Ok(registry) = collector.registry() else {
        return Ok(None);
    };
    let release = PackageRef { name, version };
    let get = |dist: &Dist| registry.tarball(&release, dist);
    if let Some(integrity) = &package.integrity {
        let dist = Dist {
            integrity: Some(integrity.clone()),
            ..Dist::default()
        };
        // Only what is in our own cache can be had without an address.
        if let Ok(tarball) = get(&dist) {
            return Ok(Some(tarball.bytes.to_vec()));
        }
    }
    let wanted = Wanted::Version(release.version.clone());
    let Ok(packument) = registry.packument_for(&release.name, Form::Abbreviated, &wanted) else {
        return Ok(None);
    };
    let Some(info) = packument.versions.get(&release.version) else {
        return Ok(None);
    };
    let dist = Dist {
        integrity: package.integrity.clone().or_else(|| info.dist.integrity.clone()),
        ..info.dist.clone()
    };
    match get(&dist) {
        Ok(tarball) => Ok(Some(tarball.bytes.to_vec())),
        Err(waxseal_npm::RegistryError::Integrity { .. }) => {
            Err("the registry's archive is not the one that the lockfile names".to_owned())
        }
        Err(_) => Ok(None),
    }
}

/// Adds what was found to the place.
fn take(contents: &mut PlaceContents, outcomes: Vec<Outcome>) {
    let mut without: Vec<String> = Vec::new();
    for outcome in outcomes {
        match outcome {
            Outcome::Compared(path, verification) => {
                let below = |difference: Difference| Difference {
                    path: format!("{path}/{}", difference.path),
                    ..difference
                };
                contents
                    .differences
                    .extend(verification.differences.into_iter().map(below));
                let problems = verification.problems.into_iter().map(|problem| PlaceProblem {
                    path: format!("{path}/{}", problem.path),
                    ..problem
                });
                contents.problems.extend(problems);
                if !verification.explained.is_empty() {
                    contents.notes.push(PlaceProblem {
                        path: path.clone(),
                        reason: format!(
                            "{} files of it were not published, which its install script or a patch explains",
                            verification.explained.len()
                        ),
                    });
                }
            }
            Outcome::NoArchive(name) => without.push(name),
            Outcome::Broken(path, reason) => contents.problems.push(PlaceProblem { path, reason }),
        }
    }
    without.sort();
    without.dedup();
    if let Some(first) = without.first() {
        let more = without.len() - 1;
        contents.notes.push(PlaceProblem {
            path: String::new(),
            reason: format!(
                "the archives of {} packages could not be had, so they were not compared: `{}`{}",
                without.len(),
                first.escape_default(),
                if more > 0 { " and others" } else { "" }
            ),
        });
    }
}

/// Each would only flicker.
const TOLD_EACH: usize = 16;
