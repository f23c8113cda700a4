//! Turns a target into bytes that were checked, and what the registry says of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use waxseal_model::{
    Advisories, Anomaly, AnomalyKind, Collected, Gap, GapWeight, Integrity, PackageHistory, PackageName, PackageRef,
    RegistryFacts, ReportError, Subject,
};
use waxseal_npm::cache::Cache;
use waxseal_npm::config::NpmConfig;
use waxseal_npm::registry::Options;
use waxseal_npm::spec::LocalPath;
use waxseal_npm::{
    Environment, Form, Limits, PackageSource, PackageSpec, Packument, Registry, RegistryError, Wanted, folder, resolve,
};

use super::origin::Known;
use super::{Bar, Repositories, Target};
use crate::reader::{ArchiveFile, SideInput};

/// Fetches packages. The registry is only set up once a package needs it.
pub struct Collector<'b> {
    env: Environment,
    offline: bool,
    max_unpacked: u64,
    bar: &'b Bar,
    registry: OnceLock<Result<Registry, ReportError>>,
    /// The newest document seen of each name: two releases of one package are mostly in one document.
    documents: Mutex<BTreeMap<PackageName, Arc<Packument>>>,
    /// What is publicly known of malicious packages, if it is to be looked up.
    pub(super) known: Option<Known>,
    repositories: Repositories,
}

/// A package that was had.
#[derive(Debug, Clone)]
pub struct Found {
    /// What it is.
    pub subject: Subject,
    /// Its bytes.
    pub input: SideInput,
    /// How they were checked.
    pub integrity: Collected<Integrity>,
    /// What the registry says of it.
    pub registry: Collected<RegistryFacts>,
}

/// A package that was not had.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What was asked for, as far as it is known.
    pub subject: Subject,
    /// Why, and what to do.
    pub error: ReportError,
    /// The bytes that were had are not what they should be: a finding, not only an error.
    pub anomaly: Option<Anomaly>,
    /// What the registry says of a name or a release that it removed.
    pub history: Option<Box<PackageHistory>>,
    /// What is publicly known of what was asked for: what is known to be malicious is mostly gone from its registry.
    pub advisories: Collected<Advisories>,
}

/// What came of asking for a package.
pub type Fetched = Result<Found, Box<Failure>>;

/// A release that was chosen, not yet downloaded.
struct Chosen {
    package: PackageRef,
    packument: Arc<Packument>,
}

impl<'b> Collector<'b> {
    /// A collector for these surroundings.
    pub fn new(env: Environment, offline: bool, max_unpacked: u64, bar: &'b Bar) -> Self {
        let (registry, documents) = (OnceLock::new(), Mutex::default());
        Self {
            env,
            offline,
            max_unpacked,
            bar,
            registry,
            documents,
            known: None,
            repositories: Repositories::default(),
        }
    }

    /// Asks repositories where and as the user said.
    #[must_use]
    pub fn asking(mut self, repositories: Repositories) -> Self {
        self.repositories = repositories;
        self
    }

    /// Whether and where repositories are asked.
    pub(super) fn repositories(&self) -> &Repositories {
        &self.repositories
    }

    /// The versions before a release, nearest first, as far as its document was seen.
    pub(super) fn versions_before(&self, package: &PackageRef, most: usize) -> Vec<String> {
        let Some(packument) = self.documents().get(&package.name).cloned() else {
            return Vec::new();
        };
        std::iter::successors(resolve::previous(&packument, package), |it| {
            resolve::previous(&packument, it)
        })
        .take(most)
        .map(|it| it.version)
        .collect()
    }

    /// Gets one package.
    ///
    /// # Errors
    /// It cannot be had, or its bytes are not what was promised.
    pub fn fetch(&self, target: &Target) -> Fetched {
        match &target.spec {
            PackageSpec::Folder(path) => self.folder(path),
            PackageSpec::Archive(path) => self.archive(path),
            PackageSpec::Registry { name, wanted, .. } => {
                let chosen = self.choose(target, name, wanted)?;
                self.download(&chosen)
            }
        }
    }

    /// Gets two packages at the same time.
    pub fn fetch_pair(&self, old: &Target, new: &Target) -> (Fetched, Fetched) {
        // What is chosen from one document is chosen one after the other, so that the document is fetched once.
        let choose = |target: &Target| match &target.spec {
            PackageSpec::Registry { name, wanted, .. } => Some(self.choose(target, name, wanted)),
            _ => None,
        };
        let (chosen_old, chosen_new) = (choose(old), choose(new));
        // Neither has anything to wait for.
        if chosen_old.is_none() && chosen_new.is_none() {
            return (self.fetch(old), self.fetch(new));
        }
        let get = |target: &Target, chosen: Option<Result<Chosen, Box<Failure>>>| match chosen {
            Some(chosen) => chosen.and_then(|chosen| self.download(&chosen)),
            None => self.fetch(target),
        };
        std::thread::scope(|scope| {
            let first = scope.spawn(|| get(old, chosen_old));
            let second = get(new, chosen_new);
            (
                first.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                second,
            )
        })
    }

    /// Gets a package and the release before it; `None` where there is none before.
    pub fn fetch_with_previous(&self, target: &Target) -> (Fetched, Option<Fetched>) {
        let PackageSpec::Registry { name, wanted, .. } = &target.spec else {
            return (self.fetch(target), None);
        };
        let chosen = match self.choose(target, name, wanted) {
            Ok(chosen) => chosen,
            Err(failure) => return (Err(failure), None),
        };
        let Some(package) = resolve::previous(&chosen.packument, &chosen.package) else {
            return (self.download(&chosen), None);
        };
        let before = Chosen {
            package,
            packument: Arc::clone(&chosen.packument),
        };
        std::thread::scope(|scope| {
            let first = scope.spawn(|| self.download(&before));
            let second = self.download(&chosen);
            (
                second,
                Some(first.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))),
            )
        })
    }

    /// The client, set up at first use.
    ///
    /// # Errors
    /// npm's configuration cannot be used.
    pub fn registry(&self) -> Result<&Registry, ReportError> {
        let set_up = || {
            let config = NpmConfig::load(&self.env).map_err(|err| gap(&err, err.hint()))?;
            let cache = Cache::open(&Cache::default_root(&self.env)).map_err(|err| gap(&err, err.hint().to_owned()))?;
            let registry = Registry::new(config, cache, Options { offline: self.offline });
            Ok(registry
                .map_err(|err| gap(&err, err.hint()))?
                .on_progress(self.bar.observer()))
        };
        self.registry.get_or_init(set_up).as_ref().map_err(Clone::clone)
    }

    /// What packages are fetched with, and whether only what was fetched before is used.
    pub fn surroundings(&self) -> (&Environment, bool) {
        (&self.env, self.offline)
    }

    /// What is odd about npm's configuration, if it was used: one sentence each.
    pub fn notes(&self) -> Vec<String> {
        let used = self.registry.get().and_then(|registry| registry.as_ref().ok());
        used.map(|registry| registry.config().notes().to_vec())
            .unwrap_or_default()
    }

    fn choose(&self, target: &Target, name: &PackageName, wanted: &Wanted) -> Result<Chosen, Box<Failure>> {
        let registry = self.registry().map_err(|error| self.unresolved(target, error))?;
        self.bar.doing(&format!("fetching {name}"));
        let known = self.documents().get(name).cloned();
        if let (Some(packument), Wanted::Version(version)) = (known, wanted)
            && packument.versions.contains_key(version)
            && let Ok(package) = resolve::resolve(&packument, name, wanted)
        {
            return Ok(Chosen { package, packument });
        }
        let fail = |err: RegistryError| self.unresolved(target, gap(&err, err.hint()));
        let packument = registry.packument_for(name, Form::Abbreviated, wanted).map_err(fail)?;
        match resolve::resolve(&packument, name, wanted) {
            Ok(package) => {
                let packument = Arc::new(packument);
                self.documents().insert(name.clone(), Arc::clone(&packument));
                Ok(Chosen { package, packument })
            }
            // Only the full document knows what was removed, and when.
            Err(err) => {
                let full = registry.packument(name, Form::Full).map_err(|_| fail(err))?;
                let package = resolve::resolve(&full, name, wanted)
                    .map_err(|err| removed(&err, self.unresolved(target, gap(&err, err.hint())), target, &full))?;
                Ok(Chosen {
                    package,
                    packument: Arc::new(full),
                })
            }
        }
    }

    fn unresolved(&self, target: &Target, error: ReportError) -> Box<Failure> {
        let subject = Subject::Unresolved(target.typed.clone());
        let advisories = match &target.spec {
            PackageSpec::Registry { name, wanted, .. } => {
                let version = match wanted {
                    Wanted::Version(version) => Some(version.as_str()),
                    _ => None,
                };
                self.known_of(&subject, name.as_str(), version)
            }
            _ => Collected::NotRequested,
        };
        Box::new(Failure {
            subject,
            error,
            anomaly: None,
            history: None,
            advisories,
        })
    }

    fn documents(&self) -> std::sync::MutexGuard<'_, BTreeMap<PackageName, Arc<Packument>>> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn download(&self, chosen: &Chosen) -> Fetched {
        let subject = Subject::Package(chosen.package.clone());
        let known = || self.known_of(&subject, chosen.package.name.as_str(), Some(&chosen.package.version));
        let fail = |err: &RegistryError| {
            Box::new(Failure {
                subject: subject.clone(),
                error: gap(err, err.hint()),
                anomaly: matches!(err, RegistryError::Integrity { .. }).then(|| Anomaly {
                    kind: AnomalyKind::Corrupt,
                    path: None,
                    detail: format!("its integrity is broken: {}", integrity_reason(err)),
                    location: None,
                }),
                history: None,
                advisories: known(),
            })
        };
        let registry = self.registry().map_err(|error| {
            Box::new(Failure {
                subject: subject.clone(),
                error,
                anomaly: None,
                history: None,
                advisories: known(),
            })
        })?;
        self.bar.doing(&format!("fetching {}", chosen.package.name));
        let nothing = waxseal_npm::Dist::default();
        let dist = chosen
            .packument
            .versions
            .get(&chosen.package.version)
            .map_or(&nothing, |version| &version.dist);
        let tarball = registry.tarball(&chosen.package, dist).map_err(|err| fail(&err))?;
        Ok(Found {
            subject,
            input: SideInput::Archive(tarball.bytes),
            integrity: Collected::Present(Integrity {
                verified: tarball.verified,
            }),
            registry: Collected::Present(chosen.packument.facts(&chosen.package)),
        })
    }

    fn folder(&self, path: &LocalPath) -> Fetched {
        let subject = Subject::Folder(path.0.clone());
        let limits = Limits {
            inflated: self.max_unpacked,
            ..Limits::default()
        };
        match folder::read(&path.resolve(&self.env), &limits) {
            Ok(files) => Ok(local(subject, SideInput::Folder(Arc::new(files)))),
            Err(err) => Err(Box::new(Failure {
                subject,
                error: gap(&err, "name a folder that holds a `package.json`".to_owned()),
                anomaly: None,
                history: None,
                advisories: Collected::NotRequested,
            })),
        }
    }

    fn archive(&self, path: &LocalPath) -> Fetched {
        let subject = Subject::Archive(path.0.clone());
        match ArchiveFile::open(&path.resolve(&self.env), MAX_ARCHIVE) {
            Ok(archive) => Ok(local(subject, SideInput::File(archive))),
            Err(reason) => {
                let error = ReportError {
                    message: format!("cannot read `{}`: {reason}", path.0),
                    hint: Some("name a `.tgz` as `npm pack` writes it".to_owned()),
                    kind: GAP.to_owned(),
                };
                Err(Box::new(Failure {
                    subject,
                    error,
                    anomaly: None,
                    history: None,
                    advisories: Collected::NotRequested,
                }))
            }
        }
    }
}

impl Failure {
    /// The gap it leaves.
    pub fn gap(&self) -> Gap {
        Gap {
            subject: self.subject.clone(),
            method: "registry".to_owned(),
            reason: self.error.message.clone(),
            weight: GapWeight::Decisive,
        }
    }
}

fn local(subject: Subject, input: SideInput) -> Found {
    Found {
        subject,
        input,
        integrity: Collected::NotRequested,
        registry: Collected::NotRequested,
    }
}

/// What cannot be chosen; where it was removed, the history can tell more of it.
fn removed(err: &RegistryError, mut failure: Box<Failure>, target: &Target, full: &Packument) -> Box<Failure> {
    let is_removed = matches!(
        err,
        RegistryError::Unpublished { .. } | RegistryError::SecurityHolder { .. } | RegistryError::Removed { .. }
    );
    if is_removed {
        failure.history = Some(Box::new(full.history()));
        if let PackageSpec::Registry {
            name,
            wanted: Wanted::Version(version),
            ..
        } = &target.spec
        {
            failure.subject = Subject::Package(PackageRef {
                name: name.clone(),
                version: version.clone(),
            });
        }
    }
    failure
}

fn gap(err: &dyn std::fmt::Display, hint: String) -> ReportError {
    let hint = (!hint.is_empty()).then_some(hint);
    ReportError {
        message: err.to_string(),
        hint,
        kind: GAP.to_owned(),
    }
}

fn integrity_reason(err: &RegistryError) -> String {
    match err {
        RegistryError::Integrity { source, .. } => source.to_string(),
        other => other.to_string(),
    }
}

/// The kind of an error that says what could not be had.
const GAP: &str = "gap";

/// No registry takes a larger one.
const MAX_ARCHIVE: u64 = 1 << 30;
