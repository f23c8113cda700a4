//! Files, folders and links of a room that is being made. Every path is resolved from its root as it will be in the room, since a project may
//! hold links to anywhere.

use std::cell::RefCell;
use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, Mode, OFlags, ResolveFlags, mkdirat, open, openat, openat2, symlinkat, unlinkat};

use crate::cell::{FileCopy, RoomFile};

/// What lies in a room.
#[derive(Debug)]
pub(crate) struct Tree {
    root: OwnedFd,
    /// The folder that something was made in last: files come many to a folder.
    last: RefCell<Option<(String, OwnedFd)>>,
}

impl Tree {
    pub(crate) fn new(root: OwnedFd) -> Self {
        Self {
            root,
            last: RefCell::default(),
        }
    }

    /// To be called when something was mounted: what was found before may lie below it.
    pub(crate) fn forget(&self) {
        self.last.take();
    }

    /// What is at a path in the room.
    pub(crate) fn find(&self, path: &str) -> io::Result<OwnedFd> {
        self.find_as(path, OFlags::PATH)
    }

    fn find_as(&self, path: &str, flags: OFlags) -> io::Result<OwnedFd> {
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        let flags = flags | OFlags::CLOEXEC;
        Ok(openat2(&self.root, path, flags, Mode::empty(), resolve)?)
    }

    /// A folder of the room, which is made if it is not there. A file or a link that leads nowhere gives way.
    pub(crate) fn folder(&self, path: &str) -> io::Result<OwnedFd> {
        let path = path.trim_end_matches('/');
        let whole = if path.is_empty() { "." } else { path };
        // Mostly it is there.
        match self.find_as(whole, OFlags::PATH | OFlags::DIRECTORY) {
            Ok(there) => return Ok(there),
            Err(err) if path.is_empty() => return Err(err),
            Err(_) => {}
        }
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        let above = self.folder(above)?;
        match mkdirat(&above, name, FOLDER_MODE) {
            Err(rustix::io::Errno::EXIST) => {
                give_way(&above, name)?;
                mkdirat(&above, name, FOLDER_MODE)?;
            }
            made => made?,
        }
        self.find_as(path, OFlags::PATH | OFlags::DIRECTORY)
    }

    /// Makes something in the folder that it is to be in, with its name there.
    fn place<T>(&self, path: &str, make: impl Fn(BorrowedFd<'_>, &str) -> io::Result<T>) -> io::Result<T> {
        let (folder, name) = path.trim_end_matches('/').rsplit_once('/').unwrap_or(("", path));
        if matches!(name, "" | "." | "..") {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut last = self.last.borrow_mut();
        let here = match last.take() {
            Some((path, here)) if path == folder => here,
            _ => self.folder(folder)?,
        };
        let made = make(here.as_fd(), name);
        *last = Some((folder.to_owned(), here));
        made
    }

    /// A new file. What is in its place gives way.
    pub(crate) fn file(&self, path: &str, mode: u32) -> io::Result<fs::File> {
        self.place(path, |folder, name| {
            let make = || openat(folder, name, NEW_FILE, Mode::from_raw_mode(mode));
            let made = match make() {
                Err(rustix::io::Errno::EXIST) => {
                    give_way(folder, name)?;
                    make()
                }
                made => made,
            };
            Ok(fs::File::from(made?))
        })
    }

    pub(crate) fn link(&self, path: &str, says: &str) -> io::Result<()> {
        self.place(path, |folder, name| match symlinkat(says, folder, name) {
            Err(rustix::io::Errno::EXIST) => Ok(()),
            other => Ok(other?),
        })
    }

    pub(crate) fn write(&self, file: &RoomFile) -> io::Result<()> {
        use std::io::Write as _;
        self.file(&file.path, file.mode)?.write_all(&file.bytes)
    }

    /// Makes a copy of a file, of which the kernel moves the bytes; they are not looked at.
    pub(crate) fn copy(&self, source: Option<fs::File>, copy: &FileCopy) -> io::Result<()> {
        use std::io::{Read as _, Write as _};
        if source.is_none() && copy.rest.is_empty() {
            return Ok(());
        }
        let mut file = self.file(&copy.target, 0o644)?;
        if let Some(source) = source {
            io::copy(&mut source.take(MAX_COPY), &mut file)?;
        }
        file.write_all(&copy.rest)
    }
}

/// Opens a file that a room is given a copy of. `None`: there is none, or it is too large.
pub(crate) fn open_file(path: &Path) -> Option<fs::File> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = fs::File::from(open(path, flags, Mode::empty()).ok()?);
    let about = file.metadata().ok()?;
    (about.is_file() && about.len() <= MAX_COPY).then_some(file)
}

/// Removes what is in the way of something that is made: a file or a link, of the room only.
fn give_way(folder: impl AsFd, name: &str) -> io::Result<()> {
    match unlinkat(folder, name, AtFlags::empty()) {
        Err(rustix::io::Errno::NOENT) | Ok(()) => Ok(()),
        Err(err) => Err(err.into()),
    }
}

const NEW_FILE: OFlags = OFlags::WRONLY
    .union(OFlags::CREATE)
    .union(OFlags::EXCL)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);
const FOLDER_MODE: Mode = Mode::from_raw_mode(0o755);
/// Bytes of a file that is copied: the loader's cache is the largest, some hundred kB.
const MAX_COPY: u64 = 4 << 20;
