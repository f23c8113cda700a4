//! Memory whose reading waits for the package: whoever looks at it from outside would hang.

use std::io;

use crate::attempt::{Attempt, unsupported};
use crate::kernel::{call, own};
use crate::stage::in_room;

pub(crate) const ATTEMPT: Attempt = Attempt::new("holding_up_whoever_reads_memory", act, &[libc::EPERM]);

fn act(_: &[String]) -> io::Result<()> {
    // `UFFD_USER_MODE_ONLY`
    match call(libc::SYS_userfaultfd, &[1]) {
        Err(_) if !in_room() => Err(unsupported("userfaultfd is switched off")),
        other => other.map(|fd| drop(own(fd))),
    }
}
