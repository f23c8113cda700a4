//! The dependency closure: which releases an install needs, found out by the user's own npm without running anything of a package.
//!
//! npm works in an empty private folder that holds only a `package.json`, the project's lockfile and the project's `.npmrc`. It is
//! asked for a lockfile and nothing else ([`close`]). What it would get from elsewhere than a registry (a git repository, a URL, a
//! folder) is [`Refused`]: it leaves a gap, and nobody contacts it.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};
use url::Url;
use waxseal_model::PackageName;
use waxseal_npm::config::NpmConfig;
use waxseal_npm::{Environment, PackageSpec};

mod archive;
mod fetch;
mod lockfile;
mod manifest;
mod npm;

pub use archive::LocalArchive;
pub use fetch::{Archive, Archives, fetch};
pub use lockfile::read;
pub(super) use npm::read as settings;

/// What is to be installed.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// A package of a registry.
    Package(&'a PackageSpec),
    /// The dependencies of a project, by its folder.
    Project(&'a Path),
    /// An archive on disk.
    Archive(&'a LocalArchive<'a>),
}

/// Everything an install puts into place.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Closure {
    /// The releases, by their place in the tree.
    pub packages: Vec<Locked>,
    /// What is not fetched. Unless this is empty, an install in the room lacks something.
    pub refused: Vec<Refused>,
    /// Tags that are asked for somewhere in the tree, and the version each stands for.
    pub tags: Vec<Tag>,
    /// The `package.json` this is the closure of: the project's, without what was refused.
    pub manifest: Vec<u8>,
    /// The lockfile as npm wrote it.
    pub lockfile: Vec<u8>,
    /// The place of the one package that comes from an archive on disk, and is in `lockfile` alone.
    pub local: Option<String>,
}

/// One release at one place in the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Locked {
    /// `node_modules/a/node_modules/b`.
    pub path: String,
    /// Its name at the registry, which an alias hides.
    pub name: PackageName,
    /// Its version.
    pub version: String,
    /// Where its archive is; `None` with npm's `omit-lockfile-registry-resolved`.
    pub resolved: Option<Url>,
    /// What its archive must hash to.
    pub integrity: Option<String>,
    /// Only development needs it.
    pub dev: bool,
    /// The install goes on without it.
    pub optional: bool,
    /// It has install scripts. The registry says so of some; not every registry says so of all that have, so what it does not say
    /// is not known. Whoever has read the archive may say.
    pub has_install_script: Option<bool>,
    /// It comes inside of the archive of the package above it.
    pub bundled: bool,
    /// What else the lockfile says of it that a packument says too: `dependencies`, `bin`, `engines`, ….
    pub manifest: Map<String, Value>,
}

/// A dependency that is not fetched.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refused {
    /// The name it is loaded by; hostile.
    pub name: String,
    /// What was asked for; hostile.
    pub spec: String,
    /// Why, in a sentence of ours.
    pub why: String,
}

/// A tag that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag {
    /// The package.
    pub name: PackageName,
    /// The tag.
    pub tag: String,
    /// What it stands for.
    pub version: String,
}

/// The closure could not be found out.
#[derive(Debug, thiserror::Error)]
pub enum ClosureError {
    /// A folder or an archive where a package was expected.
    #[error("`{path}` is no package of a registry")]
    Local {
        /// The path.
        path: String,
    },
    /// The project's manifest.
    #[error("cannot read `{path}`: {reason}")]
    Project {
        /// The file.
        path: String,
        /// The reason.
        reason: String,
    },
    /// There is no npm.
    #[error("there is no npm on the PATH")]
    NoNpm,
    /// npm failed.
    #[error("npm could not work out what to install ({code}): {summary}")]
    Npm {
        /// npm's own code, `E404`.
        code: String,
        /// npm's own words.
        summary: String,
    },
    /// npm took too long.
    #[error("npm had not worked out what to install after {seconds} seconds")]
    TooLong {
        /// How long it was waited for.
        seconds: u64,
    },
    /// The private folder.
    #[error("cannot use a temporary folder: {source}")]
    Folder {
        /// The system's error.
        source: std::io::Error,
    },
    /// What npm wrote is no lockfile.
    #[error("the lockfile cannot be read: {reason}")]
    Lockfile {
        /// What is wrong, in our words.
        reason: String,
    },
}

impl ClosureError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Local { .. } => "name a package as `name` or `name@range`",
            Self::Project { .. } => "name a folder that holds a `package.json`",
            Self::NoNpm => "install npm, or put it on the PATH",
            Self::Npm { .. } => "`npm install --package-lock-only` in a copy of the project says more",
            Self::TooLong { .. } => "check the network, and try again",
            Self::Folder { .. } => "set `TMPDIR` to a folder that you can write to",
            Self::Lockfile { .. } => "remove the project's lockfile in a copy of it and try that",
        }
    }
}

/// How npm is run.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// npm's surroundings: its program, its configuration, the folder whose `.npmrc` counts.
    pub env: &'a Environment,
    /// npm's configuration in those surroundings.
    pub config: &'a NpmConfig,
    /// Use only what npm has in its own cache.
    pub offline: bool,
    /// What is installed beside a package, by name and range; nothing if npm finds no place for it.
    pub beside: &'a [(&'a str, &'a str)],
}

/// Finds out what an install of this needs. Runs npm, and nothing of any package.
///
/// # Errors
/// npm is missing or fails, or the project cannot be read.
pub fn close(wanted: Wanted<'_>, options: &Options<'_>) -> Result<Closure, ClosureError> {
    let alone = Options {
        beside: &[],
        ..*options
    };
    let wish = match wanted {
        Wanted::Package(spec) => manifest::of_package(spec, options.config.default_tag(), options.beside)?,
        Wanted::Project(folder) => manifest::of_project(folder)?,
        Wanted::Archive(archive) => archive::of_archive(archive)?,
    };
    let lockfile = match npm::lock(&wish, options) {
        Ok(lockfile) => lockfile,
        // npm stops at the first dependency it is not allowed to get; which others there are is not known.
        Err(npm::Failure::Refused(refused)) => {
            let mut all = wish.refused;
            all.push(refused);
            return Ok(Closure {
                refused: all,
                manifest: wish.manifest,
                ..Closure::default()
            });
        }
        // What stands beside must not keep a package from being run.
        Err(npm::Failure::Failed(ClosureError::Npm { .. })) if !options.beside.is_empty() => {
            return close(wanted, &alone);
        }
        Err(npm::Failure::Failed(err)) => return Err(err),
    };
    let local = match wanted {
        Wanted::Archive(archive) => Some(format!("node_modules/{}", archive.name()?)),
        _ => None,
    };
    let mut closure = lockfile::read_around(&lockfile, local.as_deref())?;
    closure.refused.extend(wish.refused);
    closure.refused.sort();
    closure.refused.dedup();
    closure.manifest = wish.manifest;
    closure.lockfile = lockfile;
    if let (Wanted::Archive(archive), Some(place)) = (wanted, local) {
        archive::promise(&mut closure, place, archive.bytes);
    }
    Ok(closure)
}

impl Closure {
    /// The lockfile for the room. Without the addresses of archives npm asks the registry it is configured with, which there is
    /// the simulated one. And npm looks for install scripts only in packages of which the lockfile says that they have some;
    /// here it is said of all that are not known to have none.
    pub fn lockfile_for_room(&self) -> Option<Vec<u8>> {
        let mut lockfile: Value = serde_json::from_slice(&self.lockfile).ok()?;
        let by_path: BTreeMap<&str, &Locked> = self.packages.iter().map(|it| (it.path.as_str(), it)).collect();
        for (path, entry) in lockfile.get_mut("packages")?.as_object_mut()? {
            let entry = entry.as_object_mut()?;
            if path.is_empty() || entry.contains_key("link") {
                continue;
            }
            if self.local.as_ref() != Some(path) {
                entry.remove("resolved");
            }
            let package = by_path.get(path.as_str());
            if package.is_none_or(|package| package.may_have_install_script()) {
                entry.insert("hasInstallScript".to_owned(), Value::Bool(true));
            } else {
                entry.remove("hasInstallScript");
            }
        }
        serde_json::to_vec_pretty(&lockfile).ok()
    }
}

impl Locked {
    /// Whether npm must look for install scripts. In the archive of another package there are none that npm would not see.
    pub fn may_have_install_script(&self) -> bool {
        self.has_install_script.unwrap_or(!self.bundled)
    }
}

/// Why a dependency from elsewhere than a registry is refused.
fn why(source: waxseal_model::DependencySource) -> Option<&'static str> {
    use waxseal_model::DependencySource as Source;
    match source {
        Source::Registry => None,
        Source::Git => Some("it comes from a git repository, which is not fetched"),
        Source::Url => Some("it comes from a URL, which is not fetched"),
        Source::File => Some("it is a folder or file beside the project, which is not copied"),
    }
}

#[cfg(test)]
mod tests;
