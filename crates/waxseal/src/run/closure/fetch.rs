//! Fetches the archives of a closure through our own registry client: verified, and kept in our cache.
//!
//! A lockfile may name any host for an archive. Only the registry npm is configured with for that package is asked: where the
//! lockfile names another, or none, the registry's own document says where the archive is, and the lockfile's hash still decides.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use url::Url;
use waxseal_model::{PackageName, PackageRef};
use waxseal_npm::{Dist, Form, PackageSource, RegistryError, Wanted};

use super::manifest::refusal;
use super::{Closure, Locked, Refused};

/// The archives of a closure.
#[derive(Debug, Clone, Default)]
pub struct Archives {
    /// The bytes of each release, still packed.
    pub archives: BTreeMap<PackageRef, Archive>,
    /// What could not be had.
    pub refused: Vec<Refused>,
    /// Optional releases for another system, which npm does not ask for.
    pub skipped: Vec<PackageRef>,
}

/// One archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// The hash that was verified.
    pub verified: String,
}

/// Fetches every archive of a closure. `home` is the registry of a package, as npm is configured.
pub fn fetch(
    closure: &Closure,
    source: &dyn PackageSource,
    home: &(dyn Fn(&PackageName) -> Option<Url> + Sync),
) -> Archives {
    let mut wanted: BTreeMap<PackageRef, &Locked> = BTreeMap::new();
    let mut refused = BTreeSet::new();
    let mut skipped = BTreeSet::new();
    for package in closure.packages.iter().filter(|package| !package.bundled) {
        let release = package.release();
        if package.optional && !package.fits_linux() {
            skipped.insert(release);
            continue;
        }
        match wanted.get(&release) {
            // Two archives under one name and version: a registry has one of them at most.
            Some(known) if known.integrity.is_some() && known.integrity != package.integrity => {
                let why = "the lockfile promises two different archives for it";
                refused.insert(refusal(&package.path, &package.version, why));
            }
            _ => drop(wanted.insert(release, package)),
        }
    }
    let fetched: Vec<(PackageRef, Result<Archive, Refused>)> = wanted
        .into_par_iter()
        .map(|(release, package)| {
            let archive = archive(&release, package, source, home);
            (release, archive)
        })
        .collect();
    let mut archives = BTreeMap::new();
    for (release, archive) in fetched {
        match archive {
            Ok(archive) => drop(archives.insert(release, archive)),
            Err(why) => drop(refused.insert(why)),
        }
    }
    Archives {
        archives,
        refused: refused.into_iter().collect(),
        skipped: skipped.into_iter().collect(),
    }
}

fn archive(
    release: &PackageRef,
    package: &Locked,
    source: &dyn PackageSource,
    home: &(dyn Fn(&PackageName) -> Option<Url> + Sync),
) -> Result<Archive, Refused> {
    let fail = |err: RegistryError| refusal(release.name.as_str(), &release.version, &err.to_string());
    let at_home = package.resolved.as_ref().filter(|resolved| {
        let home = home(&release.name);
        home.is_some_and(|home| {
            home.host() == resolved.host() && home.port_or_known_default() == resolved.port_or_known_default()
        })
    });
    let dist = match (at_home, &package.integrity) {
        (Some(resolved), Some(integrity)) => Dist {
            tarball: Some(resolved.to_string()),
            integrity: Some(integrity.clone()),
            ..Dist::default()
        },
        _ => promised(release, package, source).map_err(fail)?,
    };
    let tarball = source.tarball(release, &dist).map_err(fail)?;
    Ok(Archive {
        bytes: tarball.bytes,
        verified: tarball.verified,
    })
}

/// Where the registry says the archive is, and what it must hash to by the lockfile, if that says so.
fn promised(release: &PackageRef, package: &Locked, source: &dyn PackageSource) -> Result<Dist, RegistryError> {
    let wanted = Wanted::Version(release.version.clone());
    let packument = source.packument_for(&release.name, Form::Abbreviated, &wanted)?;
    let info = packument
        .versions
        .get(&release.version)
        .ok_or_else(|| RegistryError::NoSuchVersion {
            name: release.name.clone(),
            wanted: format!("version `{}`", release.version),
            nearest: None,
        })?;
    let mut dist = info.dist.clone();
    if let Some(integrity) = &package.integrity {
        dist.integrity = Some(integrity.clone());
    }
    Ok(dist)
}

impl Locked {
    /// Name and version.
    pub fn release(&self) -> PackageRef {
        PackageRef {
            name: self.name.clone(),
            version: self.version.clone(),
        }
    }

    /// Whether npm would install it in the room, by `os` and `cpu` (npm documentation, "package.json").
    pub fn fits_linux(&self) -> bool {
        let cpu = match std::env::consts::ARCH {
            "x86_64" => "x64",
            "aarch64" => "arm64",
            other => other,
        };
        self.lists("os", "linux") && self.lists("cpu", cpu)
    }

    /// Whether a list such as `["!win32"]` or `["darwin", "linux"]` holds a value.
    fn lists(&self, key: &str, value: &str) -> bool {
        let list: Vec<&str> = match self.manifest.get(key) {
            Some(serde_json::Value::Array(list)) => list.iter().filter_map(serde_json::Value::as_str).collect(),
            Some(serde_json::Value::String(one)) => vec![one],
            _ => return true,
        };
        let denied = list.iter().any(|one| one.strip_prefix('!') == Some(value));
        let (positive, named) = (
            list.iter().any(|one| !one.starts_with('!')),
            list.iter().any(|one| *one == value || *one == "any"),
        );
        !denied && (named || !positive)
    }
}
