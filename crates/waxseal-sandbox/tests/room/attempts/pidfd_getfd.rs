//! A descriptor of another process is taken.

use std::io;

use crate::attempt::Attempt;
use crate::kernel::{call, own};

pub(crate) const ATTEMPT: Attempt = Attempt::new("taking_a_descriptor_of_a_process", act, &[libc::EPERM]);

fn act(_: &[String]) -> io::Result<()> {
    let process = call(libc::SYS_pidfd_open, &[u64::from(std::process::id()), 0])?;
    let taken = call(libc::SYS_pidfd_getfd, &[process as u64, 0, 0]);
    drop(own(process));
    taken.map(|fd| drop(own(fd)))
}
