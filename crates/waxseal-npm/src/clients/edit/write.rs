//! Puts a changed configuration in the place of the old one, with a copy of that beside it.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

/// A file that may be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The file itself, links followed.
    path: PathBuf,
    mode: u32,
    owner: (u32, u32),
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The copy of what was there before.
    pub backup: PathBuf,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// No regular file, or none that can be looked at.
    #[error("it is no file that can be replaced")]
    NoFile,
    /// It is a link to a file of somebody else.
    #[error("it is a link to a file that belongs to somebody else")]
    ForeignLink,
    /// It has another name.
    #[error("the file has a second name (a hard link), which would keep the old text")]
    HardLink,
    /// Its mode says that nobody writes it.
    #[error("it is read-only")]
    ReadOnly,
    /// It is not what was shown.
    #[error("it was changed by somebody else meanwhile, so nothing was written")]
    Changed,
    /// There are too many copies already.
    #[error("there are {0} copies of it already: remove those that are not needed")]
    Backups(u32),
    /// The system refused.
    #[error("it could not be written: {0}")]
    Io(#[from] io::Error),
}

impl Target {
    /// Looks whether a file may be replaced: a regular file that its owner may write, reached by itself or by a link of the same owner.
    ///
    /// # Errors
    /// When it may not.
    pub fn of(path: &Path) -> Result<Self, WriteError> {
        let link = fs::symlink_metadata(path).map_err(|_| WriteError::NoFile)?;
        let real = fs::canonicalize(path).map_err(|_| WriteError::NoFile)?;
        let file = fs::symlink_metadata(&real).map_err(|_| WriteError::NoFile)?;
        if !file.is_file() {
            return Err(WriteError::NoFile);
        }
        if link.is_symlink() && link.uid() != file.uid() {
            return Err(WriteError::ForeignLink);
        }
        if file.nlink() > 1 {
            return Err(WriteError::HardLink);
        }
        if file.mode() & OWNER_WRITES == 0 {
            return Err(WriteError::ReadOnly);
        }
        Ok(Self {
            path: real,
            mode: file.mode() & MODE_BITS,
            owner: (file.uid(), file.gid()),
        })
    }

    /// Replaces `before` by `after`, at once, mode and owner kept; the copy is made first. Extended attributes are not kept.
    ///
    /// # Errors
    /// When the file no longer holds `before`, or the system refuses. The old file is then untouched.
    pub fn replace(&self, before: &[u8], after: &[u8]) -> Result<Written, WriteError> {
        self.expect(before)?;
        let backup = self.back_up(before)?;
        let folder = self.path.parent().ok_or(WriteError::NoFile)?;
        let mut new = tempfile::Builder::new().prefix(".waxseal-").tempfile_in(folder)?;
        new.write_all(after)?;
        self.adorn(new.as_file())?;
        new.as_file().sync_all()?;
        // The last moment at which this can be seen.
        self.expect(before)?;
        new.persist(&self.path).map_err(|err| err.error)?;
        File::open(folder)?.sync_all()?;
        Ok(Written { backup })
    }

    /// The file is still the one that was looked at, and holds these bytes.
    fn expect(&self, bytes: &[u8]) -> Result<(), WriteError> {
        if Self::of(&self.path)? != *self {
            return Err(WriteError::Changed);
        }
        let mut now = Vec::new();
        File::open(&self.path)?
            .take(bytes.len() as u64 + 1)
            .read_to_end(&mut now)?;
        if now == bytes { Ok(()) } else { Err(WriteError::Changed) }
    }

    /// Writes the copy under the first free number.
    fn back_up(&self, bytes: &[u8]) -> Result<PathBuf, WriteError> {
        let name = self.path.file_name().ok_or(WriteError::NoFile)?;
        for number in 1..=MAX_BACKUPS {
            let mut copy = name.to_owned();
            copy.push(format!(".waxseal-backup-{number}"));
            let copy = self.path.with_file_name(copy);
            // Private from its first byte: the old text may hold secrets.
            let file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(PRIVATE)
                .open(&copy);
            let mut file = match file {
                Ok(file) => file,
                Err(err) if err.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(err) => return Err(err.into()),
            };
            let done = file
                .write_all(bytes)
                .and_then(|()| self.adorn(&file))
                .and_then(|()| file.sync_all());
            if let Err(err) = done {
                // Half a copy is of no use; that it cannot be removed changes nothing.
                let _ = fs::remove_file(&copy);
                return Err(err.into());
            }
            return Ok(copy);
        }
        Err(WriteError::Backups(MAX_BACKUPS))
    }

    /// Gives a new file the owner and mode of the old one.
    fn adorn(&self, file: &File) -> io::Result<()> {
        let now = file.metadata()?;
        if (now.uid(), now.gid()) != self.owner {
            fchown(file, Some(self.owner.0), Some(self.owner.1))?;
        }
        file.set_permissions(Permissions::from_mode(self.mode))
    }
}

const OWNER_WRITES: u32 = 0o200;
const MODE_BITS: u32 = 0o7777;
const PRIVATE: u32 = 0o600;
/// Copies of one configuration.
const MAX_BACKUPS: u32 = 1_000;
