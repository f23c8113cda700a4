//! Unpacked trees of dependencies, kept for runs to come.
//!
//! npm itself unpacks a closure, with all scripts switched off, in a room of its own ([`lay`]); what it made is copied out of there, but
//! for the packages that have install scripts. A run finds the tree laid under its project's place: npm installs what is missing, and runs
//! the scripts, in the room and as always, and what the run changes of the tree is gone with the room.
//!
//! A tree is filed under a hash of all it was made from ([`Key`]): the manifest, the lockfile, the hash of every archive, npm and Node. It is
//! made aside and renamed into place, and used only if nothing of it has changed since ([`stamp`]). Whoever uses one holds a lock on it, so
//! that nobody clears it away meanwhile.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};
use waxseal_npm::Environment;
use waxseal_npm::cache::Cache;

mod lay;
mod stamp;

pub(super) use lay::Closed;
pub use lay::Unpacker;

/// A tree that is there for as long as this is held.
#[derive(Debug)]
pub struct Tree {
    /// The folder that holds `node_modules`.
    folder: PathBuf,
    /// Keeps others from clearing it away.
    _lock: File,
}

impl Tree {
    /// The folder that holds `node_modules`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// The trees of one user.
#[derive(Debug, Clone)]
pub(super) struct Store {
    root: PathBuf,
    /// Bytes of all trees together.
    most: u64,
}

impl Store {
    /// The trees below the user's cache folder ([`Cache::default_root`]).
    #[must_use]
    pub(super) fn of(env: &Environment) -> Self {
        Self {
            root: Cache::default_root(env).join("trees"),
            most: MOST,
        }
    }

    /// The tree that was made from this, if it is there and as it was made.
    fn find(&self, key: &Key) -> Option<Tree> {
        let home = self.root.join(&key.0);
        let lock = File::open(home.join(STAMP)).ok()?;
        lock.try_lock_shared().ok()?;
        let folder = home.join(FOLDER);
        let kept = stamp::read(&lock)?;
        if stamp::of(&folder).ok().as_ref() != Some(&kept) {
            drop(lock);
            clear(&home);
            return None;
        }
        // When it was used last. That it cannot be noted only lets it go sooner.
        let _ = lock.set_modified(SystemTime::now());
        Some(Tree { folder, _lock: lock })
    }

    /// Has a tree made aside and puts it into its place.
    fn make(&self, key: &Key, lay: impl FnOnce(&Path) -> Result<(), NoTree>) -> Result<Tree, NoTree> {
        private(&self.root)?;
        let aside = tempfile::Builder::new().prefix(ASIDE).tempdir_in(&self.root)?;
        let folder = aside.path().join(FOLDER);
        fs::DirBuilder::new().mode(0o755).create(&folder)?;
        lay(&folder)?;
        let stamp = stamp::of(&folder)?;
        stamp.write(&aside.path().join(STAMP))?;
        self.make_room(stamp.bytes);
        let home = self.root.join(&key.0);
        match fs::rename(aside.path(), &home) {
            Ok(()) => drop(aside.keep()),
            // Somebody else was faster.
            Err(_) if home.join(STAMP).exists() => {}
            Err(err) => return Err(err.into()),
        }
        self.find(key).ok_or(NoTree::Changed)
    }

    /// Clears away what was used longest ago until so many bytes more have room, and what was never finished.
    fn make_room(&self, bytes: u64) {
        let Ok(entries) = fs::read_dir(&self.root) else { return };
        let mut trees = Vec::new();
        for entry in entries.flatten() {
            let path = entry.path();
            if entry.file_name().as_encoded_bytes().starts_with(ASIDE.as_bytes()) {
                let made = entry.metadata().and_then(|it| it.modified()).ok();
                let old = made.and_then(|it| it.elapsed().ok()).is_some_and(|it| it > UNFINISHED);
                if old {
                    clear(&path);
                }
                continue;
            }
            let stamp = File::open(path.join(STAMP)).ok();
            let used = stamp.as_ref().and_then(|it| it.metadata().ok()?.modified().ok());
            let size = stamp.as_ref().and_then(stamp::read).map_or(0, |it| it.bytes);
            trees.push((used, size, path));
        }
        trees.sort();
        let mut total = trees.iter().map(|(_, size, _)| size).sum::<u64>() + bytes;
        for (_, size, path) in trees {
            if total <= self.most {
                return;
            }
            if clear(&path) {
                total -= size;
            }
        }
    }
}

/// What a tree is made from, as the name it is filed under.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key(String);

impl Key {
    /// `parts` are names with their bytes; each counts whole.
    fn of<'p>(parts: impl IntoIterator<Item = (&'p str, &'p [u8])>) -> Self {
        let mut hash = Sha256::new();
        hash.update(FORMAT);
        for (name, bytes) in parts {
            for part in [name.as_bytes(), bytes] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        Self(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Why there is no tree. Nothing is lost by it: npm then unpacks everything in the room.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoTree {
    /// The folder of trees.
    #[error("the cache cannot be used: {0}")]
    Cache(#[from] io::Error),
    /// npm did not come to its end, or not as it should.
    #[error("npm did not unpack it: {0}")]
    NotUnpacked(String),
    /// It was changed while it was made.
    #[error("what npm had unpacked did not stay as it was")]
    Changed,
}

/// Removes a tree that nobody uses. It is renamed first, so that nobody finds half of one.
fn clear(home: &Path) -> bool {
    if let Ok(lock) = File::open(home.join(STAMP))
        && lock.try_lock().is_err()
    {
        return false;
    }
    let Some(root) = home.parent() else { return false };
    let Ok(aside) = tempfile::Builder::new().prefix(ASIDE).tempdir_in(root) else {
        return false;
    };
    // Removed with its folder, or else when it is old.
    fs::rename(home, aside.path().join("gone")).is_ok()
}

/// Makes a folder for this user only.
fn private(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Hashed first; changed when what a tree holds changes.
const FORMAT: &[u8] = b"waxseal-tree-1";
const STAMP: &str = "stamp";
const FOLDER: &str = "app";
const ASIDE: &str = ".new-";
/// What was begun so long ago will not be finished.
const UNFINISHED: Duration = Duration::from_secs(3_600);
/// Bytes of all trees together.
const MOST: u64 = 2 << 30;

#[cfg(test)]
mod tests;
