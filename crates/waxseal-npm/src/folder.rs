//! Reads a package that lies in a folder, as files, without following a link or leaving it.
//!
//! What `npm pack` would take is decided by many rules and by files the author controls; everything is read instead, but for
//! `node_modules` and `.git`, so that nothing can be hidden by an ignore file.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use waxseal_model::AnomalyKind;

use crate::tarball::names::Anomalies;
use crate::tarball::{Limits, PackageFile, Unpacked};

/// A folder could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It does not exist or is not a folder.
    #[error("`{path}` is not a folder")]
    NotAFolder {
        /// The path as given.
        path: String,
    },
    /// The system refused to read it or something in it.
    #[error("cannot read `{path}`: {source}")]
    Io {
        /// What could not be read, escaped.
        path: String,
        /// The system's error.
        source: io::Error,
    },
    /// A ceiling was hit.
    #[error("the folder holds more than {limit} {unit}")]
    TooLarge {
        /// The ceiling.
        limit: u64,
        /// What was counted.
        unit: &'static str,
    },
}

/// Reads every regular file below `path` except in `node_modules` and `.git`.
///
/// # Errors
/// When the folder or a file in it cannot be read, or a limit is hit.
pub fn read(path: &Path, limits: &Limits) -> Result<Unpacked, FolderError> {
    if !fs::metadata(path).is_ok_and(|meta| meta.is_dir()) {
        return Err(FolderError::NotAFolder { path: shown(path) });
    }
    let mut reading = Reading {
        limits,
        entries: 0,
        files: Vec::new(),
        anomalies: Anomalies::default(),
        data: Vec::new(),
    };
    // A list instead of recursion, since the folders may be nested deeper than the stack is.
    let mut folders = vec![(path.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        reading.read_folder(&folder, &prefix, &mut folders)?;
    }
    Ok(Unpacked::new(reading.files, reading.anomalies, reading.data))
}

struct Reading<'l> {
    limits: &'l Limits,
    entries: u32,
    files: Vec<PackageFile>,
    anomalies: Anomalies,
    data: Vec<u8>,
}

impl Reading<'_> {
    fn read_folder(
        &mut self,
        folder: &Path,
        prefix: &str,
        folders: &mut Vec<(PathBuf, String)>,
    ) -> Result<(), FolderError> {
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = entries.map_err(|source| FolderError::Io {
            path: shown(folder),
            source,
        })?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            self.entries += 1;
            if self.entries > self.limits.entries {
                return Err(FolderError::TooLarge {
                    limit: u64::from(self.limits.entries),
                    unit: "entries",
                });
            }
            let path = entry.path();
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().map_err(|source| FolderError::Io {
                path: shown(&path),
                source,
            })?;
            if kind.is_dir() {
                if !LEFT_OUT.iter().any(|left_out| entry.file_name() == *left_out) {
                    folders.push((path, format!("{name}/")));
                }
            } else if kind.is_file() {
                self.read_file(&path, name)?;
            } else if kind.is_symlink() {
                self.anomalies
                    .add(AnomalyKind::Link, Some(&name), "it is a link, which is not followed");
            } else {
                self.anomalies.add(
                    AnomalyKind::SpecialFile,
                    Some(&name),
                    "it is neither a file nor a folder",
                );
            }
        }
        Ok(())
    }

    fn read_file(&mut self, path: &Path, name: String) -> Result<(), FolderError> {
        let failed = |source| FolderError::Io {
            path: shown(path),
            source,
        };
        let start = self.data.len();
        let room = self.limits.inflated.saturating_sub(start as u64);
        let mut file = open(path).map_err(failed)?;
        let meta = file.metadata().map_err(failed)?;
        if !meta.is_file() {
            return Err(failed(io::Error::other("it changed while it was read")));
        }
        let ceiling = room.min(self.limits.file);
        file.by_ref()
            .take(ceiling.saturating_add(1))
            .read_to_end(&mut self.data)
            .map_err(failed)?;
        let size = (self.data.len() - start) as u64;
        if size > self.limits.file {
            return Err(FolderError::TooLarge {
                limit: self.limits.file,
                unit: "bytes in one file",
            });
        }
        if size > room {
            return Err(FolderError::TooLarge {
                limit: self.limits.inflated,
                unit: "bytes",
            });
        }
        self.anomalies.add_name(&name);
        self.files
            .push(PackageFile::new(name, mode(&meta), start..self.data.len()));
        Ok(())
    }
}

/// Opens a file without following a link that was put there meanwhile, and without waiting for a pipe's other end.
fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(target_os = "linux")]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, O_NOFOLLOW | O_NONBLOCK);
    options.open(path)
}

fn mode(meta: &fs::Metadata) -> u32 {
    #[cfg(unix)]
    {
        std::os::unix::fs::MetadataExt::mode(meta) & 0o7777
    }
    #[cfg(not(unix))]
    {
        let _ = meta;
        0o644
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string().escape_debug().to_string()
}

/// Not the package's own files.
const LEFT_OUT: [&str; 2] = ["node_modules", ".git"];

/// Linux's values (asm-generic/fcntl.h; the same on x86-64 and, for these two, on arm64 but for `O_NOFOLLOW`).
#[cfg(all(target_os = "linux", not(target_arch = "aarch64")))]
const O_NOFOLLOW: i32 = 0o400_000;
#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
const O_NOFOLLOW: i32 = 0o100_000;
#[cfg(target_os = "linux")]
const O_NONBLOCK: i32 = 0o4000;

#[cfg(test)]
mod tests;
