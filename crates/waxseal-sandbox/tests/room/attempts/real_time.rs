//! A process that the whole machine waits for.

use std::io;

use crate::attempt::Attempt;
use crate::kernel::{address, call};

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new("running_before_everybody_else", act, &[libc::EPERM])
};

fn act(_: &[String]) -> io::Result<()> {
    let priority = 1_i32;
    call(
        libc::SYS_sched_setscheduler,
        &[0, libc::SCHED_FIFO as u64, address(&priority)],
    )
    .map(drop)
}
