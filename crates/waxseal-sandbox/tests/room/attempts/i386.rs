//! A call by the numbers of i386, by its own way into the kernel.

use std::io;
use std::os::unix::process::ExitStatusExt as _;

use crate::attempt::{Attempt, Ends, unsupported};
use crate::stage::{ACT, in_room};

pub(crate) const ATTEMPT: Attempt = Attempt {
    ends: Ends::Killed(libc::SIGSYS),
    ..Attempt::new("calling_by_numbers_of_i386", act, &[])
};

#[cfg(target_arch = "x86_64")]
fn act(words: &[String]) -> io::Result<()> {
    if in_room() || !words.is_empty() {
        let number = crate::kernel::getpid_of_i386();
        return if number > 0 {
            Ok(())
        } else {
            Err(io::Error::from_raw_os_error(-number))
        };
    }
    // Where the kernel does not know this way, it ends whoever takes it.
    let status = std::process::Command::new(std::env::current_exe()?)
        .args([ACT, ATTEMPT.name, "here"])
        .status()?;
    match status.signal() {
        Some(_) => Err(unsupported("the kernel has no i386")),
        None => Ok(()),
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn act(_: &[String]) -> io::Result<()> {
    Err(unsupported("this processor has no i386"))
}
