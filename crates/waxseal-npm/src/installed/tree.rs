//! Reads a `node_modules` folder as it really is: which packages lie in it, whoever put them there.
//!
//! npm, yarn (its `node-modules` linker) and bun lay packages beside and inside each other. pnpm, yarn's `pnpm` linker and bun's
//! isolated one keep the real folders in a store below `node_modules` (`.pnpm`, `.store`, `.bun`) and link to them. Real folders
//! are read first, each once; then every link that leads to something not yet read. Folders of packages are not searched
//! further than their own `node_modules`: what lies elsewhere in them is part of that package.

mod links;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use waxseal_model::{Occurrence, OccurrenceSource, PlaceProblem, Presence};

use super::files::{self, Kind, Trouble};
use super::manifest::{self, Installed};
use super::{Limits, Problems};

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Sorted by path.
    pub(super) packages: Vec<Occurrence>,
    pub(super) problems: Vec<PlaceProblem>,
    /// Names that a package which is there needs.
    pub(super) needed: HashSet<String>,
}

/// A `node_modules` folder to read.
struct Modules {
    /// Where it really is, without links.
    real: PathBuf,
    /// What it is called in the answer: `node_modules`, `packages/a/node_modules`; empty for a global folder.
    shown: String,
    /// How many folders of the kind it lies in.
    depth: u32,
    /// It lies in a package that carries packages inside its own archive.
    bundled: bool,
}

/// A link to be followed once all real folders are read.
struct Link {
    at: PathBuf,
    shown: String,
    alias: String,
    depth: u32,
}

struct Reading<'l> {
    limits: &'l Limits,
    /// The project: links that lead into it are told relative to it.
    root: PathBuf,
    found: Found,
    problems: Problems,
    entries: u32,
    queue: Vec<Modules>,
    links: Vec<Link>,
    /// Real folders of packages, with their place in `found.packages`.
    seen: HashMap<PathBuf, usize>,
    /// Real `node_modules` folders.
    seen_modules: HashSet<PathBuf>,
    full: bool,
}

/// Reads the `node_modules` folder at `modules`, called `shown` in the answer. `root` is the folder that its paths start from.
pub(super) fn read(root: &Path, modules: &Path, shown: &str, limits: &Limits) -> Found {
    let mut reading = Reading {
        limits,
        root: root.canonicalize().unwrap_or_else(|_| root.to_owned()),
        found: Found::default(),
        problems: Problems::new(limits),
        entries: 0,
        queue: Vec::new(),
        links: Vec::new(),
        seen: HashMap::new(),
        seen_modules: HashSet::new(),
        full: false,
    };
    match modules.canonicalize() {
        Ok(real) => reading.push(real, shown.to_owned(), 0, false),
        Err(err) => reading.problems.add(shown, Trouble::from(err).reason()),
    }
    reading.run();
    let Reading {
        mut found, problems, ..
    } = reading;
    found
        .packages
        .sort_by(|a, b| (&a.path, &a.name).cmp(&(&b.path, &b.name)));
    found.problems = problems.into_vec();
    found
}

impl Reading<'_> {
    fn run(&mut self) {
        loop {
            if self.full {
                return;
            }
            if let Some(modules) = self.queue.pop() {
                self.read_modules(&modules);
            } else if let Some(link) = self.links.pop() {
                self.follow(link);
            } else {
                return;
            }
        }
    }

    fn push(&mut self, real: PathBuf, shown: String, depth: u32, bundled: bool) {
        if depth > self.limits.nesting {
            let reason = format!("packages lie deeper in each other than {} levels", self.limits.nesting);
            self.problems.add(&shown, reason);
        } else if self.seen_modules.insert(real.clone()) {
            self.queue.push(Modules {
                real,
                shown,
                depth,
                bundled,
            });
        }
    }

    fn list(&mut self, folder: &Path, shown: &str) -> Vec<(std::ffi::OsString, Kind)> {
        let left = self.limits.entries.saturating_sub(self.entries);
        match files::list(folder, left) {
            Ok((names, more)) => {
                self.entries = self
                    .entries
                    .saturating_add(u32::try_from(names.len()).unwrap_or(u32::MAX));
                if more {
                    self.stop(shown, "folders and files");
                }
                names
            }
            Err(trouble) => {
                self.problems.add(shown, trouble.reason());
                Vec::new()
            }
        }
    }

    fn stop(&mut self, shown: &str, what: &str) {
        if std::mem::replace(&mut self.full, true) {
            return;
        }
        let reason = format!("there are more {what} than are looked at; the rest was left out");
        self.problems.add_always(shown, reason);
    }

    fn read_modules(&mut self, modules: &Modules) {
        // Links among the names come last, in the order of their names, so that the first of two is the one that is told.
        let first_link = self.links.len();
        for (name, kind) in self.list(&modules.real, &modules.shown) {
            let text = name.to_string_lossy();
            if STORES.contains(&&*text) && kind == Kind::Folder {
                self.read_store(&modules.real.join(&name), &join(&modules.shown, &text), modules.depth);
            } else if text.starts_with('.') {
                // `.bin`, `.cache` and what package managers note for themselves; Node takes no package's name for it.
            } else if text.starts_with('@') && kind == Kind::Folder {
                let shown = join(&modules.shown, &text);
                self.read_scope(modules, &modules.real.join(&name), &shown, &text);
            } else {
                self.candidate(modules, &modules.real.join(&name), &text, kind);
            }
        }
        self.links[first_link..].reverse();
    }

    fn read_scope(&mut self, modules: &Modules, folder: &Path, shown: &str, scope: &str) {
        for (name, kind) in self.list(folder, shown) {
            let text = name.to_string_lossy();
            if !text.starts_with('.') {
                self.candidate(modules, &folder.join(&name), &format!("{scope}/{text}"), kind);
            }
        }
    }

    /// A store's entries hold a `node_modules` each (pnpm, bun, the linked strategies of npm and yarn), or the package itself in
    /// `package` (yarn 4). npm keeps those of a scope in a folder of its own.
    fn read_store(&mut self, store: &Path, shown: &str, depth: u32) {
        let mut folders = vec![(store.to_owned(), shown.to_owned())];
        while let Some((folder, shown)) = folders.pop() {
            for (name, kind) in self.list(&folder, &shown) {
                let text = name.to_string_lossy();
                let (entry, shown) = (folder.join(&name), join(&shown, &text));
                if kind != Kind::Folder {
                    continue;
                }
                if text == "node_modules" {
                    self.push(entry, shown, depth + 1, false);
                } else if !self.read_store_entry(&entry, &shown, depth) && text.starts_with('@') && folder == store {
                    folders.push((entry, shown));
                }
            }
        }
    }

    /// Says whether it is an entry: npm's folders of a scope, and yarn's entries of scoped packages, both begin with `@`.
    fn read_store_entry(&mut self, entry: &Path, shown: &str, depth: u32) -> bool {
        let is_folder = |path: &Path| matches!(files::kind(path), Ok(Kind::Folder));
        let (inner, package) = (entry.join("node_modules"), entry.join("package"));
        let (has_inner, has_package) = (is_folder(&inner), is_folder(&package));
        if has_inner {
            self.push(inner, join(shown, "node_modules"), depth + 1, false);
        }
        if has_package {
            self.package(
                package,
                join(shown, "package"),
                None,
                depth + 1,
                OccurrenceSource::Unknown,
            );
        }
        has_inner || has_package
    }

    fn candidate(&mut self, modules: &Modules, at: &Path, name: &str, kind: Kind) {
        let shown = join(&modules.shown, name);
        match kind {
            Kind::Folder => {
                let source = if modules.bundled {
                    OccurrenceSource::Bundled
                } else {
                    OccurrenceSource::Unknown
                };
                self.package(at.to_owned(), shown, Some(name), modules.depth, source);
            }
            Kind::Link => self.links.push(Link {
                at: at.to_owned(),
                shown,
                alias: name.to_owned(),
                depth: modules.depth,
            }),
            // A file beside the packages is none, and a pipe or device is not touched.
            Kind::File | Kind::Other => {}
        }
    }

    fn package(&mut self, real: PathBuf, shown: String, name: Option<&str>, depth: u32, source: OccurrenceSource) {
        if self.seen.contains_key(&real) {
            return;
        }
        if self.found.packages.len() >= self.limits.packages as usize {
            self.stop(&shown, "packages");
            return;
        }
        let nested = real.join("node_modules");
        let inside = join(&shown, "node_modules");
        let bundled = source == OccurrenceSource::Bundled;
        let bundles = self.add(&real, shown, name, source) || bundled;
        match files::kind(&nested) {
            Ok(Kind::Folder) => self.push(nested, inside, depth + 1, bundles),
            Ok(Kind::Link) => {
                if let Ok(target) = nested.canonicalize() {
                    self.push(target, inside, depth + 1, bundles);
                }
            }
            Ok(Kind::File | Kind::Other) | Err(Trouble::Missing) => {}
            Err(trouble) => self.problems.add(&inside, trouble.reason()),
        }
    }

    /// Notes the package in a folder; says whether it carries packages inside its own archive.
    fn add(&mut self, real: &Path, shown: String, name: Option<&str>, source: OccurrenceSource) -> bool {
        let Some(installed) = self.manifest(real, &shown) else {
            return false;
        };
        let bundles = installed.bundles;
        self.found.needed.extend(installed.needs);
        let folder = name.map(str::to_owned);
        let own = installed.name.or_else(|| folder.clone());
        let Some(own) = own else { return bundles };
        let source = match (source, &installed.resolved) {
            (OccurrenceSource::Unknown, Some(resolved)) => source_of(resolved),
            (source, _) => source,
        };
        self.seen.insert(real.to_owned(), self.found.packages.len());
        self.found.packages.push(Occurrence {
            alias: folder.filter(|folder| *folder != own),
            name: own,
            version: installed.version,
            requested: None,
            presence: Presence::Present,
            path: shown,
            line: None,
            integrity: installed.integrity,
            source,
        });
        bundles
    }

    /// What the manifest in a folder says: nothing where it cannot be read, which is told. `None` where no package lies there: an
    /// uninstall left the folder behind, or yarn put it in the place of a package for another system.
    fn manifest(&mut self, real: &Path, shown: &str) -> Option<Installed> {
        let reason = match files::read(&real.join("package.json"), self.limits.manifest) {
            Ok(bytes) => match manifest::parse(&bytes) {
                Ok(installed) if installed.mocked && holds_only(real, "package.json") => return None,
                Ok(installed) => {
                    if installed.version.is_none() {
                        self.problems.add(shown, "its `package.json` holds no version");
                    }
                    return Some(installed);
                }
                Err(reason) => reason,
            },
            Err(Trouble::Missing) if holds_only(real, "node_modules") => return None,
            Err(trouble) => trouble.reason(),
        };
        self.problems
            .add(shown, format!("its `package.json` cannot be read: {reason}"));
        Some(Installed::default())
    }
}

/// A folder with nothing in it but perhaps this.
fn holds_only(folder: &Path, only: &str) -> bool {
    files::list(folder, 2).is_ok_and(|(names, more)| !more && names.iter().all(|(name, _)| name == only))
}

/// `_resolved` of npm up to version 6: the address of the archive, or of the repository.
fn source_of(resolved: &str) -> OccurrenceSource {
    if resolved.starts_with("git") {
        OccurrenceSource::Git(resolved.to_owned())
    } else if resolved.starts_with("file:") {
        OccurrenceSource::Local(resolved.to_owned())
    } else {
        OccurrenceSource::Unknown
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// Folders below `node_modules` in which package managers keep the real packages.
const STORES: [&str; 3] = [".pnpm", ".store", ".bun"];
