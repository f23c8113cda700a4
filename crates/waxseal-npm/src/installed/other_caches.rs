//! The caches of yarn, pnpm and bun: what was once downloaded, as far as listing them says.

use std::path::{Path, PathBuf};

use waxseal_model::{Occurrence, OccurrenceSource, PlaceKind, PlaceProblem, Presence};

use super::files::{self, Kind, Trouble};
use super::global::{children, each, pnpm_data};
use super::{Contents, Limits, PlaceSource, Problems, Surroundings, manifest};
use crate::version::Version;

/// `npm-<name>-<version>-<hash>[-integrity]` below `v6` (yarnpkg/yarn, `src/config.js`, `generateModuleCachePath`; the folder:
/// `yarn cache dir`, `src/util/user-dirs.js`). The package itself lies in it, in `node_modules/<name>`.
pub(super) const YARN: PlaceSource = PlaceSource {
    id: "yarn-cache",
    kind: PlaceKind::Cache,
    tool: "yarn",
    find: |it| {
        let folders = [
            it.var("YARN_CACHE_FOLDER", ""),
            it.var("XDG_CACHE_HOME", "yarn"),
            it.home(".cache/yarn"),
            it.home("Library/Caches/Yarn"),
            it.var("LOCALAPPDATA", "Yarn/Cache"),
            Some(PathBuf::from("/usr/local/share/.cache/yarn")),
        ];
        let mut found = each(folders, children);
        found.retain(|folder| last(folder).strip_prefix('v').is_some_and(is_number));
        found
    },
    read: read_yarn,
};

/// `<slug>-npm-<version>-<hash>-<key>.zip` (yarnpkg/berry, `Cache.getVersionFilename`; the folder: `globalFolder`, `~/.yarn/berry` by
/// default).
pub(super) const YARN_BERRY: PlaceSource = PlaceSource {
    id: "yarn-berry-cache",
    kind: PlaceKind::Cache,
    tool: "yarn",
    find: |it| {
        let folders = [
            it.var("YARN_GLOBAL_FOLDER", "cache"),
            it.home(".yarn/berry/cache"),
            it.var("LOCALAPPDATA", "Yarn/Berry/cache"),
        ];
        each(folders, |folder| vec![folder.to_owned()])
    },
    read: read_berry,
};

/// `store/v<n>` below pnpm's data folder: up to version 3 an index of each package beside its files (`files/aa/…-index.json`), in
/// version 10 in `index` (pnpm/pnpm, `store/cafs/src/getFilePathInCafs.ts`), later in a database.
pub(super) const PNPM: PlaceSource = PlaceSource {
    id: "pnpm-store",
    kind: PlaceKind::Cache,
    tool: "pnpm",
    find: |it| {
        let mut found = each(pnpm_data(it), |data| children(&data.join("store")));
        found.extend(it.home(".pnpm-store").iter().flat_map(|store| children(store)));
        found
    },
    read: read_pnpm,
};

/// `<name>@<version>@@@1`, in a scope's folder where it has one (bun documentation, "Global cache"); of prereleases the folder holds a
/// hash, so that `package.json` is read.
pub(super) const BUN: PlaceSource = PlaceSource {
    id: "bun-cache",
    kind: PlaceKind::Cache,
    tool: "bun",
    find: |it| each(bun_caches(it), |folder| vec![folder.to_owned()]),
    read: read_bun,
};

/// Where bun's cache may be.
pub(super) fn bun_caches(it: &Surroundings) -> [Option<PathBuf>; 4] {
    [
        it.var("BUN_INSTALL_CACHE_DIR", ""),
        it.var("BUN_INSTALL", "install/cache"),
        it.var("XDG_CACHE_HOME", ".bun/install/cache"),
        it.home(".bun/install/cache"),
    ]
}

/// Collects what a cache names.
struct Reading<'l> {
    limits: &'l Limits,
    problems: Problems,
    packages: Vec<Occurrence>,
    entries: u32,
    nameless: u32,
    notes: Vec<PlaceProblem>,
}

impl<'l> Reading<'l> {
    fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            problems: Problems::new(limits),
            packages: Vec::new(),
            entries: 0,
            nameless: 0,
            notes: Vec::new(),
        }
    }

    fn list(&mut self, folder: &Path, shown: &str) -> Vec<(String, Kind)> {
        let left = self.limits.entries.saturating_sub(self.entries);
        match files::list(folder, left) {
            Ok((names, more)) => {
                self.entries = self
                    .entries
                    .saturating_add(u32::try_from(names.len()).unwrap_or(u32::MAX));
                if more {
                    self.problems
                        .add_always(shown, "there are more entries than are looked at");
                }
                names
                    .into_iter()
                    .map(|(name, kind)| (name.to_string_lossy().into_owned(), kind))
                    .collect()
            }
            Err(trouble) => {
                self.problems.add(shown, trouble.reason());
                Vec::new()
            }
        }
    }

    fn add(&mut self, name: &str, version: &str, path: &str) {
        if self.packages.len() >= self.limits.packages as usize {
            if self.packages.len() == self.limits.packages as usize {
                self.problems.add(path, "there are more packages than are looked at");
            }
            return;
        }
        self.packages.push(Occurrence {
            name: name.to_owned(),
            version: Some(version.to_owned()),
            requested: None,
            presence: Presence::CouldHaveRun,
            path: path.to_owned(),
            line: None,
            alias: None,
            integrity: None,
            source: OccurrenceSource::Unknown,
        });
    }

    /// Adds the package whose manifest this is; says whether it could.
    fn add_manifest(&mut self, file: &Path, limit: u64, path: &str) {
        let installed = match files::read(file, limit) {
            Ok(bytes) => manifest::parse(&bytes),
            Err(Trouble::Missing) => return,
            Err(trouble) => Err(trouble.reason()),
        };
        match installed {
            Ok(it) => match (it.name, it.version) {
                (Some(name), Some(version)) => self.add(&name, &version, path),
                _ => self.nameless = self.nameless.saturating_add(1),
            },
            Err(reason) => self.problems.add(path, reason),
        }
    }

    fn note(&mut self, path: &str, reason: &str) {
        self.notes.push(PlaceProblem {
            path: path.to_owned(),
            reason: reason.to_owned(),
        });
    }

    fn finish(mut self) -> Contents {
        if self.nameless > 0 {
            let reason = format!("{} entries do not say which release they are", self.nameless);
            self.note("", &reason);
        }
        self.packages
            .sort_by(|a, b| (&a.path, &a.name).cmp(&(&b.path, &b.name)));
        Contents {
            packages: self.packages,
            problems: self.problems.into_vec(),
            notes: self.notes,
        }
    }
}

fn read_yarn(cache: &Path, limits: &Limits) -> Contents {
    let mut reading = Reading::new(limits);
    for (entry, kind) in reading.list(cache, "") {
        if kind != Kind::Folder || !entry.starts_with("npm-") {
            continue;
        }
        let modules = cache.join(&entry).join("node_modules");
        let mut names: Vec<String> = Vec::new();
        for (name, _) in reading.list(&modules, &entry) {
            if name.starts_with('@') {
                let scoped = reading.list(&modules.join(&name), &entry);
                names.extend(scoped.into_iter().map(|(inner, _)| format!("{name}/{inner}")));
            } else if !name.starts_with('.') {
                names.push(name);
            }
        }
        // The name says where the version begins, which a dash does not.
        let release = names.iter().find_map(|name| {
            let slug = yarn_slug(name);
            let rest = entry.strip_prefix("npm-")?.strip_prefix(&slug)?.strip_prefix('-')?;
            let rest = rest.strip_suffix("-integrity").unwrap_or(rest);
            let version = rest.rsplit_once('-').map_or(rest, |(version, _)| version);
            Some((name.clone(), version.to_owned()))
        });
        match release {
            Some((name, version)) => reading.add(&name, &version, &entry),
            None => reading.nameless += 1,
        }
    }
    reading.finish()
}

/// yarn 1 writes one dash for whatever is neither a letter, a digit nor `@`.
fn yarn_slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '@' {
            slug.push(c);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug
}

fn read_berry(cache: &Path, limits: &Limits) -> Contents {
    let mut reading = Reading::new(limits);
    for (file, kind) in reading.list(cache, "") {
        let Some(stem) = file.strip_suffix(".zip").filter(|_| kind == Kind::File) else {
            continue;
        };
        match berry_release(&cache.join(&file), stem) {
            Some((name, version)) => reading.add(&name, &version, &file),
            None => reading.nameless += 1,
        }
    }
    reading.finish()
}

/// Which release an archive of yarn's holds: by its own name, and of scoped packages, whose slash became a dash there, by the
/// first names inside it: `node_modules/@scope/name/…` (the local file header of ZIP, APPNOTE section 4.3.7).
pub(super) fn berry_release(archive: &Path, stem: &str) -> Option<(String, String)> {
    let (slug, version) = split_berry(stem)?;
    if !slug.starts_with('@') {
        return Some((slug.to_owned(), version.to_owned()));
    }
    let head = files::head(archive, ZIP_HEAD).ok()?;
    let name = first_package(&head)?;
    (name.replace('/', "-") == slug).then(|| (name, version.to_owned()))
}

/// The scoped package that the first names in a ZIP archive lie in. Folders come first there, and take no data.
fn first_package(head: &[u8]) -> Option<String> {
    let mut at = 0;
    loop {
        let header = head.get(at..)?.strip_prefix(b"PK\x03\x04")?;
        let number = |from: usize| {
            Some(usize::from(u16::from_le_bytes([
                *header.get(from)?,
                *header.get(from + 1)?,
            ])))
        };
        let (name, extra) = (number(22)?, number(24)?);
        let text = std::str::from_utf8(header.get(26..26 + name)?).ok()?;
        let mut parts = text
            .strip_prefix("node_modules/")?
            .split('/')
            .filter(|part| !part.is_empty());
        if let (Some(scope), Some(name)) = (parts.next(), parts.next()) {
            return Some(format!("{scope}/{name}"));
        }
        at += 30 + name + extra;
    }
}

/// `lodash-npm-4.17.21-6382451519-eb835a2e51.zip`, without its ending: the name with dashes, and the version.
fn split_berry(stem: &str) -> Option<(&str, &str)> {
    let (rest, _key) = stem.rsplit_once('-')?;
    let (rest, _hash) = rest.rsplit_once('-')?;
    let at = rest.rfind("-npm-")?;
    let (slug, version) = (&rest[..at], &rest[at + "-npm-".len()..]);
    (!slug.is_empty() && Version::parse(version).is_some()).then_some((slug, version))
}

fn read_pnpm(store: &Path, limits: &Limits) -> Contents {
    let mut reading = Reading::new(limits);
    for (file, kind) in reading.list(store, "") {
        match (&*file, kind) {
            ("files" | "index", Kind::Folder) => read_pnpm_index(&mut reading, &store.join(&file), &file),
            ("index.db", Kind::File) => {
                let reason = "its index is a database, which is not read";
                reading.problems.add_always(&file, reason);
            }
            _ => {}
        }
    }
    reading.finish()
}

fn read_pnpm_index(reading: &mut Reading<'_>, folder: &Path, shown: &str) {
    for (spread, kind) in reading.list(folder, shown) {
        if kind != Kind::Folder {
            continue;
        }
        let folder = folder.join(&spread);
        let shown = format!("{shown}/{spread}");
        for (file, kind) in reading.list(&folder, &shown) {
            let index = shown.starts_with("index/") && file.ends_with(".json");
            if kind == Kind::File && (index || file.ends_with("-index.json")) {
                let path = format!("{shown}/{file}");
                reading.add_manifest(&folder.join(&file), MAX_INDEX, &path);
            }
        }
    }
}

fn read_bun(cache: &Path, limits: &Limits) -> Contents {
    let mut reading = Reading::new(limits);
    for (entry, kind) in reading.list(cache, "") {
        if kind != Kind::Folder {
            continue;
        }
        if entry.starts_with('@') && !entry[1..].contains('@') {
            for (inner, kind) in reading.list(&cache.join(&entry), &entry) {
                if kind == Kind::Folder {
                    read_bun_entry(&mut reading, cache, &format!("{entry}/{inner}"));
                }
            }
        } else {
            read_bun_entry(&mut reading, cache, &entry);
        }
    }
    reading.finish()
}

fn read_bun_entry(reading: &mut Reading<'_>, cache: &Path, entry: &str) {
    // `name` alone holds links to the versions beside it.
    if entry.get(1..).is_some_and(|rest| rest.contains('@')) {
        let limit = reading.limits.manifest;
        reading.add_manifest(&cache.join(entry).join("package.json"), limit, entry);
    }
}

fn last(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A local file header and the longest name npm installs.
const ZIP_HEAD: u64 = 2048;

/// pnpm's index of one package names each of its files; that of the largest packages has some megabytes.
const MAX_INDEX: u64 = 32 << 20;
