//! What npm wrote down when it installed, against what packages say of themselves: a manifest can claim another name and version than the
//! registry knows the archive by.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use waxseal_model::{Occurrence, PlaceContents, PlaceKind, PlaceProblem};
use waxseal_npm::lockfile;

/// Adds what npm says it installed where the manifest there says otherwise, so that both are looked up. npm's word is its hidden lockfile
/// (`node_modules/.package-lock.json`, npm documentation, "package-lock.json", hidden lockfiles).
pub fn unmask(places: &mut [PlaceContents]) {
    for contents in places.iter_mut() {
        let root = PathBuf::from(&contents.place.path);
        let (hidden, below) = match contents.place.kind {
            PlaceKind::NodeModules | PlaceKind::NpxCache => (root.join("node_modules").join(HIDDEN), ""),
            PlaceKind::Global => (root.join(HIDDEN), "node_modules/"),
            _ => continue,
        };
        match read(&hidden) {
            Ok(Some(written)) => compare(contents, &written, below),
            Ok(None) => {}
            Err(reason) => contents.problems.push(PlaceProblem {
                path: HIDDEN.to_owned(),
                reason,
            }),
        }
    }
}

fn compare(contents: &mut PlaceContents, written: &lockfile::Lockfile, below: &str) {
    let known: BTreeMap<&str, &lockfile::Locked> = written
        .packages
        .iter()
        .filter_map(|it| Some((it.install_path.as_deref()?, it)))
        .collect();
    let mut masked = Vec::new();
    for package in &contents.packages {
        let Some(locked) = known.get(format!("{below}{}", package.path).as_str()) else {
            continue;
        };
        let it = &locked.occurrence;
        if it.version.is_some() && (it.name != package.name || it.version != package.version) {
            masked.push(Occurrence {
                name: it.name.clone(),
                version: it.version.clone(),
                alias: Some(package.name.clone()),
                integrity: it.integrity.clone().or_else(|| package.integrity.clone()),
                source: it.source.clone(),
                ..package.clone()
            });
        }
    }
    contents.packages.extend(masked);
}

/// The hidden lockfile, if there is one.
fn read(path: &Path) -> Result<Option<lockfile::Lockfile>, String> {
    let meta = match std::fs::metadata(path) {
        Ok(meta) => meta,
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(err) => return Err(format!("it cannot be read: {err}")),
    };
    if !meta.is_file() {
        return Err("it is no file".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(lockfile::MAX_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|err| format!("it cannot be read: {err}"))?;
    lockfile::read(HIDDEN, &bytes).map(Some).map_err(|err| err.to_string())
}

/// npm's name for it.
const HIDDEN: &str = ".package-lock.json";
