//! Watches of files are counted for a user of this machine: a room could use up what its user has.

use std::io;

use crate::attempt::Attempt;
use crate::kernel::{call, own};

pub(crate) const ATTEMPT: Attempt = Attempt::new("using_up_the_watches_of_files", act, &[libc::EMFILE]);

/// A desktop has a few dozen.
fn act(_: &[String]) -> io::Result<()> {
    let all: io::Result<Vec<_>> = (0..60).map(|_| call(libc::SYS_inotify_init1, &[0]).map(own)).collect();
    all.map(drop)
}
