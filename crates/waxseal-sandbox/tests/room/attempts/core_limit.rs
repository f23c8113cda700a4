//! A crash in the room starts this machine's own crash handler (a program behind a pipe in `core_pattern`), as root, on what the
//! package left in memory. The kernel leaves it out only for a process whose limit is exactly one byte.

use std::io;

use crate::attempt::{Attempt, unsupported};
use crate::kernel::{address, address_mut, call};

pub(crate) const ATTEMPT: Attempt = Attempt::new("crashing_into_the_crash_handler", act, &[libc::EPERM]);

fn act(_: &[String]) -> io::Result<()> {
    let mut limit = [0_u64; 2];
    let nothing = [0_u64; 2];
    call(libc::SYS_prlimit64, &[0, 4, 0, address_mut(&mut limit)])?;
    if limit[1] == 0 {
        return Err(unsupported(
            "this machine allows no core files, and so no way to leave out its handler",
        ));
    }
    if limit[0] != 1 {
        return Ok(());
    }
    // Less than one byte is what wakes the handler.
    call(libc::SYS_setrlimit, &[4, address(&nothing)])
        .or_else(|_| call(libc::SYS_prlimit64, &[0, 4, address(&nothing), 0]))
        .map(drop)
}
