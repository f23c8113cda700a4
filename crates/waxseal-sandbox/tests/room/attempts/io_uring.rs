//! Calls that no filter sees.

use std::io;

use crate::attempt::{Attempt, unsupported};
use crate::kernel::{address_mut, call, own};
use crate::stage::in_room;

pub(crate) const ATTEMPT: Attempt = Attempt::new("opening_an_io_uring", act, &[libc::ENOSYS]);

fn act(_: &[String]) -> io::Result<()> {
    let mut parameters = [0_u32; 30];
    match call(libc::SYS_io_uring_setup, &[1, address_mut(&mut parameters)]) {
        Err(err) if !in_room() && matches!(err.raw_os_error(), Some(libc::ENOSYS | libc::EPERM)) => {
            Err(unsupported("io_uring is switched off"))
        }
        other => other.map(|fd| drop(own(fd))),
    }
}
