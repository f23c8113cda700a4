//! Copies a project into the room's memory, where it cannot be laid under it.

use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, symlink};
use std::path::Path;

use rustix::fs::{Dir, FileType, Mode, OFlags, openat, readlinkat};

/// Copies what can be read; what cannot be read is left out, as it would be for anybody who is not its owner.
pub(crate) fn copy_tree(from: BorrowedFd<'_>, to: &Path, depth: u32, left: &mut u64) -> io::Result<()> {
    for entry in Dir::read_from(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        *left = left
            .checked_sub(1)
            .ok_or_else(|| io::Error::other("it holds too many files"))?;
        let place = to.join(std::ffi::OsStr::from_bytes(name.to_bytes()));
        match entry.file_type() {
            FileType::Directory if depth < MAX_DEPTH => {
                let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                let Ok(inner) = openat(from, name, flags, Mode::empty()) else {
                    continue;
                };
                fs::create_dir(&place)?;
                copy_tree(inner.as_fd(), &place, depth + 1, left)?;
            }
            FileType::RegularFile => {
                let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
                let Ok(file) = openat(from, name, flags, Mode::empty()) else {
                    continue;
                };
                let mut file = fs::File::from(file);
                let mode = file.metadata()?.mode() & 0o755;
                let mut copy = fs::OpenOptions::new()
                    .write(true)
                    .create_new(true)
                    .mode(mode)
                    .open(&place)?;
                io::copy(&mut file, &mut copy)?;
            }
            FileType::Symlink => {
                let says = readlinkat(from, name, Vec::new())?;
                symlink(std::ffi::OsStr::from_bytes(says.to_bytes()), &place)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Folders in folders of a copied project.
const MAX_DEPTH: u32 = 64;
