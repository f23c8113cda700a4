//! A read-only mount is made writable.

use std::io;

use crate::attempt::Attempt;
use crate::attempts::mount::leave_mounts;
use crate::kernel::{address, call};

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new("making_the_root_writable", act, &[libc::EPERM])
};

fn act(_: &[String]) -> io::Result<()> {
    let _ = leave_mounts();
    let flags = libc::MS_REMOUNT | libc::MS_BIND;
    call(
        libc::SYS_mount,
        &[0, address(c"/proc".to_bytes_with_nul()), 0, flags, 0],
    )
    .map(drop)
}
