//! What of a room is there afterwards.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, Gid, Mode, OFlags, ResolveFlags, Uid, chownat, openat2};

use crate::cell::{CellSpec, Notice};
use crate::copy::{Unreadable, copy_tree};
use crate::mounts::open_source;
use crate::warden::SPARE_USER;

/// Hands an empty folder over to the user that rooms run as: who is not root runs them as itself.
///
/// # Errors
/// Its owner cannot be changed.
pub fn lend_folder(folder: &Path) -> io::Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let (user, group) = (Uid::from_raw(SPARE_USER), Gid::from_raw(SPARE_USER));
    let here = rustix::fs::CWD;
    Ok(chownat(
        here,
        folder,
        Some(user),
        Some(group),
        AtFlags::SYMLINK_NOFOLLOW,
    )?)
}

/// Where what is to be kept is put: opened while it can still be reached.
pub(crate) fn open_target(spec: &CellSpec) -> io::Result<Option<OwnedFd>> {
    spec.keep.as_ref().map(|keep| open_source(&keep.target)).transpose()
}

/// Copies it there. To be called inside of the room, when nothing else runs there.
pub(crate) fn keep(spec: &CellSpec, target: Option<&OwnedFd>) -> Option<Notice> {
    let (keep, target) = (spec.keep.as_ref()?, target?);
    let mut left = MAX_FILES;
    let copied = (|| {
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let source = openat2(rustix::fs::CWD, keep.source.as_str(), flags, Mode::empty(), resolve)?;
        copy_tree(source.as_fd(), target.as_fd(), Unreadable::Fails, &mut left)
    })();
    Some(match copied {
        Ok(()) => Notice::Kept(MAX_FILES - left),
        Err(err) => Notice::NotKept(err.raw_os_error().unwrap_or(libc::EIO)),
    })
}

/// Files, folders and links that are kept of one room.
const MAX_FILES: u64 = 400_000;
