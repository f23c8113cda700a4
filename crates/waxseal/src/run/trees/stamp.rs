//! What a tree was like when it was made.
//!
//! Files are not read again: number, size, mode and both moments of change of each, as the file system has them, tell whether somebody
//! touched it. The moment of the last change of a file's state (`st_ctime`) cannot be set by anybody.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

/// What a tree is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Bytes of its files.
    pub(super) bytes: u64,
    /// Files, folders and links.
    entries: u64,
    /// SHA-256 over the path and state of each.
    digest: String,
}

impl Stamp {
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let mut file = File::create_new(path)?;
        writeln!(file, "{FORMAT}\t{}\t{}\t{}", self.bytes, self.entries, self.digest)
    }
}

/// Reads what [`Stamp::write`] wrote; `None` for anything else.
pub(super) fn read(file: &File) -> Option<Stamp> {
    let mut text = String::new();
    file.take(1_024).read_to_string(&mut text).ok()?;
    let mut fields = text.strip_suffix('\n')?.split('\t');
    let mut field = || fields.next();
    if field()? != FORMAT {
        return None;
    }
    Some(Stamp {
        bytes: field()?.parse().ok()?,
        entries: field()?.parse().ok()?,
        digest: field()?.to_owned(),
    })
}

/// What the tree in a folder is like now.
///
/// # Errors
/// Part of it cannot be looked at, or it is deeper or larger than a tree can be.
pub(super) fn of(folder: &Path) -> io::Result<Stamp> {
    let mut stamping = Stamping {
        hash: Sha256::new(),
        bytes: 0,
        entries: 0,
    };
    stamping.folder(folder, 0)?;
    let digest = stamping.hash.finalize();
    Ok(Stamp {
        bytes: stamping.bytes,
        entries: stamping.entries,
        digest: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}

struct Stamping {
    hash: Sha256,
    bytes: u64,
    entries: u64,
}

impl Stamping {
    fn folder(&mut self, folder: &Path, depth: u32) -> io::Result<()> {
        if depth > MAX_DEPTH {
            return Err(io::Error::other("its folders lie too deep"));
        }
        let mut names = fs::read_dir(folder)?
            .map(|entry| Ok(entry?.file_name()))
            .collect::<io::Result<Vec<_>>>()?;
        names.sort();
        self.number(names.len() as u64);
        for name in names {
            self.entries += 1;
            if self.entries > MAX_ENTRIES {
                return Err(io::Error::other("it holds too many files"));
            }
            let path = folder.join(&name);
            let state = path.symlink_metadata()?;
            self.text(name.as_bytes());
            self.number(state.ino());
            self.number(state.mode().into());
            for moment in [state.mtime(), state.mtime_nsec(), state.ctime(), state.ctime_nsec()] {
                self.number(moment.cast_unsigned());
            }
            if state.is_dir() {
                self.folder(&path, depth + 1)?;
                continue;
            }
            self.number(state.size());
            self.bytes += state.size();
            if state.is_symlink() {
                self.text(fs::read_link(&path)?.as_os_str().as_bytes());
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &[u8]) {
        self.number(text.len() as u64);
        self.hash.update(text);
    }

    fn number(&mut self, number: u64) {
        self.hash.update(number.to_le_bytes());
    }
}

const FORMAT: &str = "waxseal-tree-stamp-1";
/// Folders in folders; what is kept of a room is no deeper.
const MAX_DEPTH: u32 = 70;
/// Files, folders and links of one tree.
const MAX_ENTRIES: u64 = 400_000;
