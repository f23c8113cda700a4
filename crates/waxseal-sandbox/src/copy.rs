//! Copies a tree of files: a project into the room's memory, where it cannot be laid under it, and what is to be kept out of it.

use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::MetadataExt as _;

use rustix::fs::{
    Dir, FileType, Mode, OFlags, Stat, Timespec, Timestamps, fstat, futimens, mkdirat, openat, readlinkat, symlinkat,
};

/// What becomes of what cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It is left out, as it would be for anybody who is not its owner.
    LeftOut,
    /// There is no copy then.
    Fails,
}

/// Copies files, folders and links, with the moments of their last change; `left` is how many may still be copied.
pub(crate) fn copy_tree(
    from: BorrowedFd<'_>,
    to: BorrowedFd<'_>,
    unreadable: Unreadable,
    left: &mut u64,
) -> io::Result<()> {
    Copying { unreadable, left }.folder(from, to, 0)
}

struct Copying<'l> {
    unreadable: Unreadable,
    left: &'l mut u64,
}

impl Copying<'_> {
    fn folder(&mut self, from: BorrowedFd<'_>, to: BorrowedFd<'_>, depth: u32) -> io::Result<()> {
        for entry in Dir::read_from(from)? {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            *self.left = self
                .left
                .checked_sub(1)
                .ok_or_else(|| io::Error::other("it holds too many files"))?;
            let opened = |flags: OFlags| {
                let opened = openat(
                    from,
                    name,
                    flags | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC,
                    Mode::empty(),
                );
                match (opened, self.unreadable) {
                    (Err(_), Unreadable::LeftOut) => Ok(None),
                    (opened, _) => opened.map(Some),
                }
            };
            match entry.file_type() {
                FileType::Directory if depth < MAX_DEPTH => {
                    let Some(inner) = opened(OFlags::DIRECTORY)? else {
                        continue;
                    };
                    make_folder(to, name)?;
                    let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                    let copy = openat(to, name, flags, Mode::empty())?;
                    self.folder(inner.as_fd(), copy.as_fd(), depth + 1)?;
                    futimens(&copy, &times(&fstat(&inner)?))?;
                }
                FileType::RegularFile => {
                    let Some(file) = opened(OFlags::NONBLOCK)? else {
                        continue;
                    };
                    self.made(copy_file(file.into(), to, name))?;
                }
                FileType::Symlink => {
                    let says = readlinkat(from, name, Vec::new())?;
                    self.made(symlinkat(says, to, name).map_err(io::Error::from))?;
                }
                _ if self.unreadable == Unreadable::Fails => return Err(io::Error::other("it holds more than files")),
                _ => {}
            }
        }
        Ok(())
    }

    /// Of two trees in one place the first hides what the second has under the same name.
    fn made(&self, made: io::Result<()>) -> io::Result<()> {
        match made {
            Err(err) if err.kind() == io::ErrorKind::AlreadyExists && self.unreadable == Unreadable::LeftOut => Ok(()),
            made => made,
        }
    }
}

/// Where two trees are copied into one, both may have it.
fn make_folder(to: BorrowedFd<'_>, name: &std::ffi::CStr) -> io::Result<()> {
    match mkdirat(to, name, Mode::from_raw_mode(0o755)) {
        Ok(()) | Err(rustix::io::Errno::EXIST) => Ok(()),
        Err(err) => Err(err.into()),
    }
}

fn copy_file(mut file: fs::File, to: BorrowedFd<'_>, name: &std::ffi::CStr) -> io::Result<()> {
    let mode = Mode::from_raw_mode(file.metadata()?.mode() & 0o755);
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut copy = fs::File::from(openat(to, name, flags, mode)?);
    io::copy(&mut file, &mut copy)?;
    Ok(futimens(&copy, &times(&fstat(&file)?))?)
}

/// When it was changed last, for both of what a file keeps.
fn times(stat: &Stat) -> Timestamps {
    let changed = Timespec {
        tv_sec: stat.st_mtime,
        tv_nsec: i64::try_from(stat.st_mtime_nsec).unwrap_or(0),
    };
    Timestamps {
        last_access: changed,
        last_modification: changed,
    }
}

/// Folders in folders of a copied project.
const MAX_DEPTH: u32 = 64;
