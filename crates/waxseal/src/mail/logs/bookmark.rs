//! How far a log was read: in which file, to which byte, and what stood before it, so that a file that was rotated is found again under
//! its new name, and one that was replaced is not taken for it.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::files::LogFile;
use super::open::open;

/// A place in a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    device: u64,
    inode: u64,
    /// The end of the last line that was read.
    offset: u64,
    /// SHA-256 of the bytes before it, at most [`BEFORE`] of them.
    before: String,
}

/// Why a bookmark does not fit a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BookmarkError {
    /// No file holds what was read last.
    #[error(
        "no file of it holds what was read last time; it is read from its beginning, and lines in between may be missing"
    )]
    Gone,
}

impl Bookmark {
    /// A bookmark at a byte of a plain file. `None` for what cannot be found again: standard input and compressed files.
    pub fn set(file: &LogFile, offset: u64) -> Option<Self> {
        let (device, inode) = file.identity.filter(|_| file.is_plain)?;
        let mut open = File::open(&file.path).ok()?;
        let meta = open.metadata().ok()?;
        // It may have been rotated since.
        ((meta.dev(), meta.ino()) == (device, inode)).then_some(())?;
        let before = hash_before(&mut open, offset).ok()?;
        Some(Self {
            device,
            inode,
            offset,
            before,
        })
    }

    /// The byte it is at.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Which file it is in, and at which byte; the file that has its number is asked first, then every other: a copy that was truncated
    /// afterwards (`copytruncate`) or compressed has another number.
    ///
    /// # Errors
    /// None of them holds the bytes that were before it.
    pub fn find(&self, files: &[LogFile]) -> Result<(usize, u64), BookmarkError> {
        let is_it = |file: &LogFile| file.identity == Some((self.device, self.inode));
        let mut order: Vec<usize> = (0..files.len()).collect();
        order.sort_by_key(|at| !is_it(&files[*at]));
        let found = order.into_iter().find(|at| self.fits(&files[*at]));
        let at = found.ok_or(BookmarkError::Gone)?;
        Ok((at, self.offset))
    }

    fn fits(&self, file: &LogFile) -> bool {
        let hash = match file.is_plain {
            true => File::open(&file.path).and_then(|mut it| hash_before(&mut it, self.offset)),
            false => hash_before_decoded(&file.path, self.offset),
        };
        hash.is_ok_and(|hash| hash == self.before)
    }
}

fn hash_before(file: &mut File, offset: u64) -> io::Result<String> {
    let start = offset.saturating_sub(BEFORE);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(offset - start).read_to_end(&mut bytes)?;
    hash(&bytes, offset - start)
}

fn hash_before_decoded(path: &Path, offset: u64) -> io::Result<String> {
    let start = offset.saturating_sub(BEFORE);
    let mut bytes = open(path)?.bytes;
    if io::copy(&mut bytes.by_ref().take(start), &mut io::sink())? < start {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut before = Vec::new();
    bytes.take(offset - start).read_to_end(&mut before)?;
    hash(&before, offset - start)
}

/// A shorter file than there was does not fit.
fn hash(bytes: &[u8], wanted: u64) -> io::Result<String> {
    if bytes.len() as u64 != wanted {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The bookmarks of all logs that were read with one folder of state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmarks {
    logs: Vec<Marked>,
    /// SHA-256 of exports that were read.
    exports: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Marked {
    name: PathBuf,
    format: String,
    bookmark: Bookmark,
    /// The mails that were open there.
    open: Vec<u8>,
}

impl Bookmarks {
    /// Reads what [`Self::to_bytes`] wrote; nothing is none. `None` where it is something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [] => Some(Self::default()),
            bytes => postcard::from_bytes(bytes).ok(),
        }
    }

    /// The form in which they are kept beside what was seen.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn to_bytes(&self) -> io::Result<Vec<u8>> {
        postcard::to_stdvec(self).map_err(io::Error::other)
    }

    /// Whether an export with this content was read before.
    pub fn has_export(&self, hash: &str) -> bool {
        self.exports.iter().any(|it| it == hash)
    }

    /// Remembers that it was; the latest 10,000.
    pub fn add_export(&mut self, hash: String) {
        if self.exports.len() == MAX_EXPORTS {
            self.exports.remove(0);
        }
        self.exports.push(hash);
    }

    /// The bookmark of a log, and the mails that were open there.
    pub fn of(&self, name: &Path, format: &str) -> Option<(&Bookmark, &[u8])> {
        let marked = self.logs.iter().find(|it| it.name == name && it.format == format)?;
        Some((&marked.bookmark, &marked.open))
    }

    /// Sets a log's bookmark.
    pub fn set(&mut self, name: &Path, format: &str, bookmark: Bookmark, open: Vec<u8>) {
        self.logs.retain(|it| it.name != name);
        self.logs.push(Marked {
            name: name.to_owned(),
            format: format.to_owned(),
            bookmark,
            open,
        });
    }
}

/// Bytes before a bookmark that must be the same: some 30 lines.
const BEFORE: u64 = 4096;
/// Exports that are remembered.
const MAX_EXPORTS: usize = 10_000;
