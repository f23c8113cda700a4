//! Something is mounted.

use std::io;

use crate::attempt::Attempt;
use crate::kernel::{address, call};

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new("mounting", act, &[libc::EPERM])
};

/// Leaves the mounts of this machine, so that an attempt on it leaves nothing behind.
pub(crate) fn leave_mounts() -> io::Result<()> {
    call(libc::SYS_unshare, &[libc::CLONE_NEWNS as u64])?;
    let private = libc::MS_REC | libc::MS_PRIVATE;
    call(libc::SYS_mount, &[0, address(c"/".to_bytes_with_nul()), 0, private, 0]).map(drop)
}

/// Mounts a memory.
pub(crate) fn mount_at(place: &std::ffi::CStr) -> io::Result<()> {
    let kind = address(c"tmpfs".to_bytes_with_nul());
    call(libc::SYS_mount, &[kind, address(place.to_bytes_with_nul()), kind, 0, 0]).map(drop)
}

fn act(_: &[String]) -> io::Result<()> {
    let _ = leave_mounts();
    mount_at(c"/tmp")
}
