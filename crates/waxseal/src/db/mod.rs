//! The database of known-malicious packages: what OSV knows, and lists of somebody's, looked up offline.
//!
//! Below the user's data folder lies one file for each source ([`Store`]), replaced as a whole. [`Database`] opens them all and answers;
//! [`import()`] makes them from folders, archives and lists; [`export`] writes lists out again. Nothing here is printed.

mod error;
pub mod export;
pub mod import;
mod lists;
mod matching;
mod store;
mod words;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use waxseal_model::DatabaseInfo;
use waxseal_npm::Environment;
use waxseal_npm::osv::{self, Record};

pub use error::DatabaseError;
pub use import::{Imported, import};
pub use matching::Hashes;
pub use store::{Kind, LeftOut, Meta, Store, Writer};
pub use words::{age, described, number};

/// Every source of known-malicious packages on this machine, open. Files that are replaced meanwhile stay as they were.
#[derive(Debug)]
pub struct Database {
    stores: Vec<Store>,
    broken: Vec<DatabaseError>,
}

impl Database {
    /// Where it lies: `$XDG_DATA_HOME/waxseal/advisories`, else below `~/.local/share`. A relative `XDG_DATA_HOME` is ignored, as the
    /// standard says (XDG Base Directory Specification, "Environment variables").
    pub fn default_folder(env: &Environment) -> PathBuf {
        let xdg = env
            .var("XDG_DATA_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute());
        let base = xdg.or_else(|| env.home.as_ref().map(|home| home.join(".local/share")));
        base.unwrap_or_else(|| env.cwd.join(".local/share"))
            .join("waxseal/advisories")
    }

    /// Opens every source in a folder.
    ///
    /// # Errors
    /// There is none, or none that can be read. Where only some cannot be read, [`Database::broken`] says which.
    pub fn open(folder: &Path) -> Result<Self, DatabaseError> {
        let mut database = Self {
            stores: Vec::new(),
            broken: Vec::new(),
        };
        for path in files(folder)? {
            match Store::open(&path) {
                Ok(store) => database.stores.push(store),
                Err(err) => database.broken.push(err),
            }
        }
        if !database.stores.is_empty() {
            return Ok(database);
        }
        Err(match database.broken.into_iter().next() {
            Some(err) => err,
            None => DatabaseError::Absent,
        })
    }

    /// Sources that are there and cannot be read.
    pub fn broken(&self) -> &[DatabaseError] {
        &self.broken
    }

    /// The sources that can be read, OSV first, then by name.
    pub fn stores(&self) -> &[Store] {
        &self.stores
    }

    /// How many records it holds, how old they are, and where they came from.
    pub fn info(&self) -> DatabaseInfo {
        let metas = || self.stores.iter().map(Store::meta);
        let from_osv = metas().filter(|meta| meta.kind == Kind::Osv);
        DatabaseInfo {
            records: metas().map(|meta| meta.records).sum(),
            updated: from_osv.filter_map(|meta| meta.updated).max(),
            sources: metas().map(|meta| meta.name.clone()).collect(),
        }
    }

    /// The records that name a package, with their sources; the name in any spelling.
    ///
    /// # Errors
    /// A record cannot be read back as it was written.
    pub fn lookup(&self, name: &str) -> Result<Vec<(&Meta, Record)>, DatabaseError> {
        let name = osv::normalise(name);
        let mut found = Vec::new();
        for store in &self.stores {
            let records = store.of_name(&name)?;
            found.extend(records.into_iter().map(|record| (store.meta(), record)));
        }
        Ok(found)
    }
}

/// The files of a folder's sources, OSV first, then the lists by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, DatabaseError> {
    let unreadable = |path: &Path, err: &std::io::Error| DatabaseError::Unreadable {
        path: path.display().to_string(),
        reason: err.to_string(),
    };
    let lists = folder.join(LISTS);
    let mut found = Vec::new();
    match fs::read_dir(&lists) {
        Ok(entries) => {
            for entry in entries {
                let path = entry.map_err(|err| unreadable(&lists, &err))?.path();
                if path.extension().is_some_and(|it| it == EXTENSION) {
                    found.push(path);
                }
            }
        }
        Err(err) if matches!(err.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
        Err(err) => return Err(unreadable(&lists, &err)),
    }
    found.sort();
    let osv = path_of(folder, OSV);
    match osv.try_exists() {
        Ok(true) => found.insert(0, osv),
        Ok(false) => {}
        Err(err) => return Err(unreadable(&osv, &err)),
    }
    Ok(found)
}

/// Where the source with this name lies.
pub fn path_of(folder: &Path, name: &str) -> PathBuf {
    match name {
        OSV => folder.join(format!("{OSV}.{EXTENSION}")),
        name => folder.join(LISTS).join(format!("{name}.{EXTENSION}")),
    }
}

/// Whether a list can have this name: letters, digits, `-`, `_` and `.`, not beginning with a dot.
pub fn is_list_name(name: &str) -> bool {
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty() && name.len() <= MAX_LIST_NAME && !name.starts_with(['.', '-']) && name.chars().all(sound)
}

/// The name of the source that `waxseal db update` keeps.
pub const OSV: &str = "osv";

const LISTS: &str = "lists";
const EXTENSION: &str = "db";

/// A file's name bears no more.
const MAX_LIST_NAME: usize = 64;

#[cfg(test)]
mod tests;
