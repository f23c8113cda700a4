//! Files that are there as a whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use waxseal_model::Moment;

/// Why something could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("the spool of alerts cannot {act} `{}`: {source}", path.display())]
pub struct SpoolError {
    /// What was tried.
    pub act: &'static str,
    /// Where.
    pub path: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

/// Wraps an error of the system.
pub(super) fn failed(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SpoolError {
    let path = path.to_owned();
    move |source| SpoolError { act, path, source }
}

/// Makes a folder that nobody else can look into, and those above it.
pub(super) fn make_folder(path: &Path) -> Result<(), SpoolError> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(failed("make", path))
}

/// Whether a file outlives the loss of power, or only the end of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    Synced,
    Written,
}

/// Writes a file beside its place and renames it.
pub(super) fn put(path: &Path, value: &impl Serialize, keep: Keep) -> Result<(), SpoolError> {
    let bytes = serde_json::to_vec(value).map_err(|err| failed("write", path)(io::Error::other(err)))?;
    let beside = path.with_extension("new");
    let written = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .custom_flags(NO_LINK)
            .open(&beside)?;
        file.write_all(&bytes)?;
        if keep == Keep::Synced {
            file.sync_all()?;
        }
        std::fs::rename(&beside, path)
    };
    written().map_err(|err| {
        // A half-written file would take the room that the next one needs.
        let _ = std::fs::remove_file(&beside);
        failed("write", path)(err)
    })?;
    if keep == Keep::Synced {
        sync_folder(path)?;
    }
    Ok(())
}

/// Makes what a folder lists outlive the loss of power.
fn sync_folder(path: &Path) -> Result<(), SpoolError> {
    let folder = path.parent().unwrap_or(path);
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed("sync", folder))
}

/// Reads a file of ours. `None`: there is none. One that is too long or broken is an error, never "none".
pub(super) fn get<T: DeserializeOwned>(path: &Path, most: u64) -> Result<Option<T>, SpoolError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(err) => return Err(failed("read", path)(err)),
    };
    let mut bytes = Vec::new();
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(failed("read", path))?;
    if bytes.len() as u64 > most {
        return Err(failed("read", path)(io::Error::other("it is too long")));
    }
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|err| failed("read", path)(io::Error::new(io::ErrorKind::InvalidData, err)))
}

/// Removes a file; one that is not there is no error.
pub(super) fn remove(path: &Path) -> Result<(), SpoolError> {
    match std::fs::remove_file(path) {
        Err(err) if err.kind() != io::ErrorKind::NotFound => Err(failed("remove", path)(err)),
        _ => Ok(()),
    }
}

/// The names in a folder that end in `.json`, without that, in no order; at most `most`.
pub(super) fn names(folder: &Path, most: usize) -> Result<Vec<String>, SpoolError> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed("read", folder))? {
        let entry = entry.map_err(failed("read", folder))?;
        if let Some(name) = entry.file_name().to_str().and_then(|name| name.strip_suffix(".json")) {
            found.push(name.to_owned());
            if found.len() >= most {
                break;
            }
        }
    }
    Ok(found)
}

/// For files that are made or written to: a link in their place is an error, so that nobody has another file written.
pub(super) const NO_LINK: i32 = rustix::fs::OFlags::NOFOLLOW.bits() as i32;

/// The moment it is.
pub(crate) fn now() -> Moment {
    Moment(jiff::Timestamp::now().as_second())
}
