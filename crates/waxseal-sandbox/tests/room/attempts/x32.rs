//! A call by the numbers of the x32 interface, which no list of refused calls has.

use std::io;

use crate::attempt::{Attempt, unsupported};
use crate::kernel::call;
use crate::stage::in_room;

pub(crate) const ATTEMPT: Attempt = Attempt::new("calling_by_numbers_of_x32", act, &[libc::ENOSYS]);

fn act(_: &[String]) -> io::Result<()> {
    // `getpid`
    match call(0x4000_0000 | 39, &[]) {
        Err(_) if !in_room() => Err(unsupported("the kernel has no x32")),
        other => other.map(drop),
    }
}
