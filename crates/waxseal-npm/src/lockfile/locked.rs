//! What a lockfile says: the packages, and what of it could not be understood.

use waxseal_model::{Occurrence, OccurrenceSource, PackageName, PlaceProblem, Presence};

use super::{LockfileError, MAX_PACKAGES};
use crate::installed::release_of_address;
use crate::version::Version;

/// What a lockfile holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lockfile {
    /// The id of its [`super::Format`].
    pub format: &'static str,
    /// The tool that wrote it.
    pub tool: &'static str,
    /// The version of the format, as the file says it: `3`, `9.0`.
    pub version: String,
    /// The packages, in the order of name, version and path, each once.
    pub packages: Vec<Locked>,
    /// Entries that could not be understood, in the order of the file.
    pub problems: Vec<PlaceProblem>,
}

/// One package of a lockfile.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Locked {
    /// Which package, and where in the file. `path` is the entry's key.
    pub occurrence: Occurrence,
    /// Where the tool puts it, where the lockfile says so (npm): `node_modules/a/node_modules/b`, below the project. It begins with `../` where a
    /// link of the project leads out of it, and has no `..` behind that.
    pub install_path: Option<String>,
    /// Only needed for development. `false` also where the format does not say (yarn).
    pub dev: bool,
    /// An install goes on without it. `false` also where the format does not say (yarn classic).
    pub optional: bool,
    /// Only there because another package expects it (npm alone says so).
    pub peer: bool,
    /// The address or path it comes from, as the lockfile says it; not safe to print raw.
    pub resolved: Option<String>,
}

impl Locked {
    /// A package of `name` that is found at `key`, about which no more is known yet.
    pub(super) fn new(name: &str, key: &str, line: u32) -> Self {
        Self {
            occurrence: Occurrence {
                name: name.to_owned(),
                version: None,
                requested: None,
                presence: Presence::CouldHaveRun,
                path: key.to_owned(),
                line: (line > 0).then_some(line),
                alias: None,
                integrity: None,
                source: OccurrenceSource::Unknown,
            },
            install_path: None,
            dev: false,
            optional: false,
            peer: false,
            resolved: None,
        }
    }

    /// Notes the name it is installed under, if that is not its own.
    pub(super) fn installed_as(&mut self, name: &str) {
        self.occurrence.alias = (self.occurrence.name != name).then(|| name.to_owned());
    }
}

/// Collects what a reader finds, checked.
#[derive(Debug)]
pub(super) struct Listing {
    packages: Vec<Locked>,
    problems: Vec<PlaceProblem>,
    unlisted: usize,
}

/// The release that is fetched where the address is another one's: that is what an install would bring, whatever the entry calls it.
fn fetched_as(locked: &Locked) -> Option<Locked> {
    let (name, version) = release_of_address(locked.resolved.as_deref()?)?;
    let it = &locked.occurrence;
    let known = it.version.as_deref().and_then(Version::parse);
    let same_version = known.is_none() || known == Version::parse(&version);
    if (it.name == name && same_version) || PackageName::parse(&name).is_err() || Version::parse(&version).is_none() {
        return None;
    }
    let mut fetched = locked.clone();
    fetched.occurrence.alias = Some(it.name.clone());
    fetched.occurrence.name = name;
    fetched.occurrence.version = Some(version);
    fetched.install_path = None;
    Some(fetched)
}

impl Listing {
    pub(super) fn new() -> Self {
        Self {
            packages: Vec::new(),
            problems: Vec::new(),
            unlisted: 0,
        }
    }

    /// Takes a package, if its name is one and its version is one.
    ///
    /// # Errors
    /// There are more packages than are listed.
    pub(super) fn add(&mut self, mut locked: Locked) -> Result<(), LockfileError> {
        let it = &mut locked.occurrence;
        if PackageName::parse(&it.name).is_err() {
            self.problem(&it.path, "its name is none that npm accepts");
            return Ok(());
        }
        if it
            .alias
            .as_deref()
            .is_some_and(|alias| PackageName::parse(alias).is_err())
        {
            self.problem(&it.path, "it is installed under a name that npm does not accept");
            it.alias = None;
        }
        let local = matches!(it.source, OccurrenceSource::Local(_));
        match it.version.as_deref().map(|version| (version, Version::parse(version))) {
            Some((_, Some(_))) => {}
            // A folder of the project may have any version; berry and others write `0.0.0-use.local`, or none.
            Some((_, None)) if local => it.version = None,
            Some((version, None)) => {
                let version = version
                    .get(..version.floor_char_boundary(MAX_VERSION))
                    .map(str::to_owned);
                let path = it.path.clone();
                it.requested = version;
                it.version = None;
                it.presence = Presence::Unknown;
                self.problem(&path, "its version is none that npm accepts");
            }
            None if matches!(
                it.source,
                OccurrenceSource::Registry | OccurrenceSource::Unknown | OccurrenceSource::Bundled
            ) =>
            {
                it.presence = Presence::Unknown;
                let path = it.path.clone();
                self.problem(&path, "it has no version");
            }
            None => {}
        }
        if self.packages.len() + 1 >= MAX_PACKAGES {
            return Err(LockfileError::TooMany);
        }
        self.packages.extend(fetched_as(&locked));
        self.packages.push(locked);
        Ok(())
    }

    /// Notes an entry that is not understood.
    pub(super) fn problem(&mut self, path: &str, reason: &str) {
        if self.problems.len() < MAX_PROBLEMS {
            let end = path.floor_char_boundary(MAX_PATH);
            self.problems.push(PlaceProblem {
                path: path[..end].to_owned(),
                reason: reason.to_owned(),
            });
        } else {
            self.unlisted += 1;
        }
    }

    /// Sorts and closes the list.
    pub(super) fn finish(mut self, format: &super::Format, version: &str) -> Lockfile {
        if self.unlisted > 0 {
            self.problems.push(PlaceProblem {
                path: String::new(),
                reason: format!("{} more entries were not understood", self.unlisted),
            });
        }
        self.packages
            .sort_unstable_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.cmp(b)));
        self.packages.dedup_by(|a, b| key(a) == key(b));
        Lockfile {
            format: format.id,
            tool: format.tool,
            version: version.to_owned(),
            packages: self.packages,
            problems: self.problems,
        }
    }
}

/// What a package is told apart by.
fn key(locked: &Locked) -> (&str, Option<&str>, &str) {
    let it = &locked.occurrence;
    (&it.name, it.version.as_deref(), &it.path)
}

/// Most problems that are told one by one.
const MAX_PROBLEMS: usize = 200;

/// How much of a key is told with a problem.
const MAX_PATH: usize = 512;

/// How much is kept of a version that is none.
const MAX_VERSION: usize = 256;
