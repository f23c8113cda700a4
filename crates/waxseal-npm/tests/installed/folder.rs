//! Folders that are built for one test.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use waxseal_model::{Occurrence, PlaceContents, PlaceProblem};
use waxseal_npm::installed::{self, Expected, Limits};

/// A folder that is gone after the test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    /// Writes a file and the folders above it.
    pub(crate) fn put(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let file = self.at(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
        self
    }

    /// Puts a package there.
    pub(crate) fn package(&self, path: &str, name: &str, version: &str) -> &Self {
        let manifest = format!(r#"{{"name":"{name}","version":"{version}"}}"#);
        self.put(&format!("{path}/package.json"), manifest)
    }

    /// Makes a link at `path` to `target`, as it is written.
    pub(crate) fn link(&self, path: &str, target: &str) -> &Self {
        let at = self.at(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, at).unwrap();
        self
    }

    pub(crate) fn read(&self) -> PlaceContents {
        installed::node_modules(self.path(), None, &Limits::default())
    }

    pub(crate) fn compare(&self, expected: &[Expected]) -> PlaceContents {
        installed::node_modules(self.path(), Some(expected), &Limits::default())
    }
}

/// `path name@version`, in the order of the answer.
pub(crate) fn shown(packages: &[Occurrence]) -> Vec<String> {
    let line = |it: &Occurrence| {
        let version = it.version.as_deref().unwrap_or("?");
        format!("{} {}@{version}", it.path, it.name)
    };
    packages.iter().map(line).collect()
}

/// `path: reason`.
pub(crate) fn told(problems: &[PlaceProblem]) -> Vec<String> {
    problems
        .iter()
        .map(|it| format!("{}: {}", it.path, it.reason))
        .collect()
}

pub(crate) fn check(folder: &Folder, expected: &[&str]) {
    let contents = folder.read();
    assert_eq!(shown(&contents.packages), expected);
    assert_eq!(told(&contents.problems), [""; 0]);
}
