//! Compares an installed package, file by file, with the archive it was published as.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use waxseal_model::{Difference, DifferenceKind, PlaceProblem};

use super::files::{self, Kind, Trouble};
use super::{Limits, Problems};
use crate::integrity::Integrity;
use crate::manifest;
use crate::tarball::{self, TarballError, Unpacked};

/// What differs, and what could explain it. Nothing of it says that a difference is harmless.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verification {
    /// Files that nothing known explains; paths are those below the package's folder.
    pub differences: Vec<Difference>,
    /// Files that the package's own install script, node-gyp or a patch of pnpm's may have made or changed.
    pub explained: Vec<Difference>,
    /// What could not be compared.
    pub problems: Vec<PlaceProblem>,
}

/// Compares the package in a folder with its archive, which the caller has checked against its integrity: what npm would unpack
/// is what is expected. `node_modules` holds other packages and is left out, but for what the archive itself brings there. What
/// npm is known to change is no difference: the line end of a program's first line (npm's bin-links, `fix-bin`), and the fields
/// that npm up to version 6 added to `package.json`.
///
/// # Errors
/// When the archive cannot be unpacked within `unpacking`.
pub fn verify(
    package: &Path,
    archive: &[u8],
    unpacking: &tarball::Limits,
    limits: &Limits,
) -> Result<Verification, TarballError> {
    let published = tarball::unpack(archive, unpacking)?;
    let manifest = published
        .read("package.json")
        .and_then(|bytes| manifest::parse(bytes).ok());
    let mut manifest = manifest.unwrap_or_default();
    manifest::note_gyp(&mut manifest, published.files.iter().map(|file| file.path.as_str()));
    let scripted = ["preinstall", "install", "postinstall"]
        .iter()
        .any(|name| manifest.scripts.contains_key(*name));
    let mut comparing = Comparing {
        package,
        published: &published,
        name: manifest.name.unwrap_or_default(),
        explains_new: scripted || manifest.implicit_gyp,
        // pnpm marks the folder of a package that the project patches.
        explains_all: is_patched(&files::text(package)),
        seen: HashSet::new(),
        answer: Verification::default(),
        problems: Problems::new(limits),
        entries: 0,
    };
    comparing.walk(limits, unpacking);
    comparing.missing();
    let Comparing {
        mut answer, problems, ..
    } = comparing;
    answer.differences.sort_by(|a, b| a.path.cmp(&b.path));
    answer.explained.sort_by(|a, b| a.path.cmp(&b.path));
    answer.problems = problems.into_vec();
    Ok(answer)
}

/// Whether pnpm marks a folder of its store as one of a package that the project patches.
fn is_patched(folder: &str) -> bool {
    let mut parts = folder.split(['/', '\\']);
    parts.any(|part| part == ".pnpm") && parts.next().is_some_and(|part| part.contains("patch_hash"))
}

struct Comparing<'a> {
    package: &'a Path,
    published: &'a Unpacked,
    name: String,
    explains_new: bool,
    explains_all: bool,
    /// Paths that are there, or could not be looked at.
    seen: HashSet<String>,
    answer: Verification,
    problems: Problems,
    entries: u32,
}

impl Comparing<'_> {
    /// A list instead of recursion, since folders may be nested deeper than the stack is.
    fn walk(&mut self, limits: &Limits, unpacking: &tarball::Limits) {
        let mut folders: Vec<(PathBuf, String)> = vec![(self.package.to_owned(), String::new())];
        while let Some((folder, prefix)) = folders.pop() {
            let left = limits.entries.saturating_sub(self.entries);
            let (names, more) = match files::list(&folder, left) {
                Ok(listed) => listed,
                Err(trouble) => {
                    self.unreadable(&prefix, trouble);
                    continue;
                }
            };
            self.entries = self
                .entries
                .saturating_add(u32::try_from(names.len()).unwrap_or(u32::MAX));
            for (name, kind) in names {
                let path = format!("{prefix}{}", name.to_string_lossy());
                match kind {
                    Kind::Folder => folders.push((folder.join(&name), format!("{path}/"))),
                    _ => self.compare(&folder.join(&name), path, kind, unpacking),
                }
            }
            if more {
                self.problems
                    .add_always(&prefix, "there are more files than are compared");
                return;
            }
        }
    }

    fn compare(&mut self, at: &Path, path: String, kind: Kind, unpacking: &tarball::Limits) {
        let Some(idx) = self.published.find(&path) else {
            if !in_modules(&path) {
                let found = match kind {
                    Kind::Link => "a link",
                    Kind::Other => "neither a file nor a folder",
                    Kind::File | Kind::Folder => "a file",
                };
                self.add(DifferenceKind::AddedFile, path, None, Some(found.to_owned()));
            }
            return;
        };
        self.seen.insert(path.clone());
        let published = self.published.bytes(idx);
        match files::read(at, unpacking.file) {
            Ok(installed) if is_same(&path, published, &installed) => {}
            Ok(installed) => {
                let hash = |bytes: &[u8]| Some(Integrity::sha512_of(bytes));
                self.add(DifferenceKind::ChangedFile, path, hash(published), hash(&installed));
            }
            Err(Trouble::Missing) if kind == Kind::Link => {
                let found = Some(String::from("a link that leads nowhere"));
                self.add(DifferenceKind::ChangedFile, path, None, found);
            }
            Err(trouble) => self.problems.add(&path, trouble.reason()),
        }
    }

    fn unreadable(&mut self, prefix: &str, trouble: Trouble) {
        self.problems.add(prefix, trouble.reason());
        // What lies in there is not missing, it was not looked at.
        let inside = self.published.files.iter().filter(|file| file.path.starts_with(prefix));
        self.seen.extend(inside.map(|file| file.path.clone()));
    }

    fn missing(&mut self) {
        let published = self.published;
        // A package that was brought along may have made way for another version of it.
        let missing = published.files.iter().filter(|file| !in_modules(&file.path));
        for file in missing {
            if !self.seen.contains(&file.path) {
                self.add(DifferenceKind::MissingFile, file.path.clone(), None, None);
            }
        }
    }

    fn add(&mut self, kind: DifferenceKind, path: String, expected: Option<String>, found: Option<String>) {
        let explained = self.explains_all || (self.explains_new && kind == DifferenceKind::AddedFile);
        let list = if explained {
            &mut self.answer.explained
        } else {
            &mut self.answer.differences
        };
        list.push(Difference {
            kind,
            name: self.name.clone(),
            path,
            expected,
            found,
        });
    }
}

fn in_modules(path: &str) -> bool {
    path.split('/').any(|part| part == "node_modules")
}

fn is_same(path: &str, published: &[u8], installed: &[u8]) -> bool {
    published == installed
        || is_unix_line_end(published, installed)
        || (path == "package.json" && is_older_npm(published, installed))
}

/// npm ends the first line of a program as Unix does, since a system would look for an interpreter with a carriage return in its
/// name (bin-links, `lib/fix-bin.js`).
fn is_unix_line_end(published: &[u8], installed: &[u8]) -> bool {
    let Some(end) = published
        .iter()
        .position(|byte| *byte == b'\n')
        .filter(|_| published.starts_with(b"#!"))
    else {
        return false;
    };
    let first = &published[..end];
    first
        .strip_suffix(b"\r")
        .is_some_and(|first| installed.strip_prefix(first) == Some(&published[end..]))
}

/// npm up to version 6 wrote `package.json` anew, with what it knew of the install in fields that begin with `_`. It counts as
/// the same when everything that is loaded, run or installed is as published.
fn is_older_npm(published: &[u8], installed: &[u8]) -> bool {
    let read =
        |bytes: &[u8]| serde_json::from_slice::<Value>(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).ok();
    let (Some(published), Some(installed)) = (read(published), read(installed)) else {
        return false;
    };
    let name = published.get("name").and_then(Value::as_str).unwrap_or_default();
    let bin = |value: &Value| match value.get("bin") {
        Some(Value::String(file)) => {
            let command = name.rsplit('/').next().unwrap_or(name).to_owned();
            Some(Value::Object(
                [(command, Value::String(file.clone()))].into_iter().collect(),
            ))
        }
        other => other.cloned(),
    };
    installed.get("_id").is_some()
        && installed.get("_resolved").is_some()
        && bin(&published) == bin(&installed)
        && LOADED.iter().all(|field| published.get(field) == installed.get(field))
}

/// The fields that decide what Node loads and npm runs or installs.
const LOADED: [&str; 14] = [
    "name",
    "version",
    "main",
    "module",
    "browser",
    "type",
    "exports",
    "imports",
    "scripts",
    "dependencies",
    "optionalDependencies",
    "peerDependencies",
    "directories",
    "gypfile",
];
