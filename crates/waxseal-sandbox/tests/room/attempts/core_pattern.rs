//! What the kernel starts, as root of this machine, when a process crashes.

use crate::attempt::Attempt;
use crate::attempts::proc_sys::rewrite;

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new(
        "changing_who_gets_core_dumps",
        |_| rewrite("/proc/sys/kernel/core_pattern"),
        &[libc::EACCES, libc::EROFS],
    )
};
