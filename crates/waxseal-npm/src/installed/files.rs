//! Looks at folders and files without waiting, without following more than is meant, and without believing any size.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

/// What stands under a name in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    File,
    Link,
    /// A pipe, a socket, a device: never opened.
    Other,
}

/// Why something could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It is not there.
    Missing,
    /// It is there and cannot be read, in our words.
    Unreadable(String),
}

impl Trouble {
    /// The reason in words.
    pub(super) fn reason(self) -> String {
        match self {
            Self::Missing => String::from("it is not there"),
            Self::Unreadable(reason) => reason,
        }
    }
}

impl From<io::Error> for Trouble {
    fn from(err: io::Error) -> Self {
        match err.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing,
            _ => Self::Unreadable(words(&err)),
        }
    }
}

/// The names in a folder with their kinds, sorted, at most `limit` of them; the flag says whether there are more.
pub(super) fn list(folder: &Path, limit: u32) -> Result<(Vec<(OsString, Kind)>, bool), Trouble> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if names.len() >= limit as usize {
            return Ok((names, true));
        }
        let kind = entry.file_type().map_or(Kind::Other, kind_of);
        names.push((entry.file_name(), kind));
    }
    names.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    Ok((names, false))
}

/// What stands at a path, links not followed.
pub(super) fn kind(path: &Path) -> Result<Kind, Trouble> {
    Ok(kind_of(fs::symlink_metadata(path)?.file_type()))
}

fn kind_of(found: fs::FileType) -> Kind {
    if found.is_dir() {
        Kind::Folder
    } else if found.is_file() {
        Kind::File
    } else if found.is_symlink() {
        Kind::Link
    } else {
        Kind::Other
    }
}

/// The content of a regular file of at most `limit` bytes. A link is followed, since some package managers install by links
/// to files; what it leads to must be a regular file.
pub(super) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Trouble> {
    let (file, size) = open(path)?;
    if size > limit {
        return Err(too_large(limit));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(too_large(limit));
    }
    Ok(bytes)
}

/// The first `count` bytes of a regular file, fewer where it holds fewer.
pub(super) fn head(path: &Path, count: u64) -> Result<Vec<u8>, Trouble> {
    let (file, _) = open(path)?;
    let mut bytes = Vec::new();
    file.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a regular file, with its size.
fn open(path: &Path) -> Result<(File, u64), Trouble> {
    let refused = || Trouble::Unreadable(String::from("it is no regular file"));
    // Looked at before it is opened, since opening a device can do something.
    if !fs::metadata(path)?.is_file() {
        return Err(refused());
    }
    let mut options = File::options();
    options.read(true);
    #[cfg(target_os = "linux")]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, O_NONBLOCK);
    let file = options.open(path)?;
    // Another thing may stand there by now.
    let meta = file.metadata()?;
    if meta.is_file() {
        Ok((file, meta.len()))
    } else {
        Err(refused())
    }
}

fn too_large(limit: u64) -> Trouble {
    Trouble::Unreadable(format!("it holds more than {limit} bytes"))
}

/// A system's error in words that hold no text of a file.
fn words(err: &io::Error) -> String {
    match err.kind() {
        io::ErrorKind::PermissionDenied => String::from("this user may not read it"),
        io::ErrorKind::InvalidFilename => String::from("its path is longer than the system takes"),
        // Its kind is not nameable yet (`io_error_more`), its number is the same on every Linux.
        _ if err.raw_os_error() == Some(ELOOP) => String::from("its links lead in a circle"),
        kind => format!("the system refuses: {kind}"),
    }
}

/// A path as text, for output that is escaped later.
pub(super) fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Linux's value (asm-generic/fcntl.h): a pipe without a writer is not waited for.
#[cfg(target_os = "linux")]
const O_NONBLOCK: i32 = 0o4000;

/// Linux's value (asm-generic/errno.h); macOS has 62.
const ELOOP: i32 = if cfg!(target_os = "macos") { 62 } else { 40 };
