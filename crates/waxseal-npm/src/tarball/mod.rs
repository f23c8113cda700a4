//! Unpacks a package archive in memory by npm's own rules, under limits.

use std::ops::Range;
use std::sync::Arc;

use waxseal_model::Anomaly;

/// Ceilings on what is unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole archive once inflated.
    pub inflated: u64,
    /// Entries of any kind.
    pub entries: u32,
    /// Bytes of one file.
    pub file: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            inflated: 512 << 20,
            entries: 200_000,
            file: 256 << 20,
        }
    }
}

/// A package's files as npm would install them.
#[derive(Debug, Clone, Default)]
pub struct Unpacked {
    /// Sorted by path, each path once.
    pub files: Vec<PackageFile>,
    /// What is odd about the archive, in the order it was met.
    pub anomalies: Vec<Anomaly>,
    /// How many bytes the files hold together.
    pub unpacked_size: u64,
    data: Arc<Vec<u8>>,
}

/// One file; its content is a range of the inflated archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageFile {
    /// The path below the package's root, `/` between its parts; not safe to print raw.
    pub path: String,
    /// Permission bits as npm would ask the system for.
    pub mode: u32,
    range: Range<usize>,
}

impl PackageFile {
    /// Size in bytes.
    pub fn size(&self) -> u64 {
        self.range.len() as u64
    }
}

impl Unpacked {
    /// The content of `files[idx]`; empty for an index no file has.
    pub fn bytes(&self, idx: usize) -> &[u8] {
        self.files
            .get(idx)
            .and_then(|file| self.data.get(file.range.clone()))
            .unwrap_or_default()
    }

    /// The index of the file at `path`.
    pub fn find(&self, path: &str) -> Option<usize> {
        self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()
    }

    /// The content of the file at `path`.
    pub fn read(&self, path: &str) -> Option<&[u8]> {
        self.find(path).map(|idx| self.bytes(idx))
    }
}

/// Why an archive could not be unpacked; npm refuses the first kind too.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TarballError {
    /// Damaged, truncated, or no archive at all.
    #[error("the archive is damaged: {reason}")]
    Corrupt {
        /// What is wrong, in our words.
        reason: String,
    },
    /// A ceiling was hit.
    #[error("the archive holds more than {limit} {unit}")]
    TooLarge {
        /// The ceiling.
        limit: u64,
        /// What was counted: `bytes`, `entries`, `bytes in one file`.
        unit: &'static str,
    },
}

/// Unpacks an archive, gzipped or plain.
///
/// # Errors
/// When npm would refuse to install it, or a limit is hit.
pub fn unpack(bytes: &[u8], limits: &Limits) -> Result<Unpacked, TarballError> {
    let _ = (bytes, limits);
    Err(TarballError::Corrupt {
        reason: String::from("not read yet"),
    })
}
