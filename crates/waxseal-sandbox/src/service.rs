//! What a service asks of the kernel: signals as something to read, sockets that it was started with, and an end of being root.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use crate::sys;

/// Signals that are read instead of coming by themselves (`man 2 signalfd`).
#[derive(Debug)]
pub struct Signals(File);

impl Signals {
    /// Takes these signals. To be called before the first thread is started: one that runs already still gets them.
    ///
    /// # Errors
    /// The kernel refuses.
    pub fn take(signals: &[i32]) -> io::Result<Self> {
        sys::signal_descriptor(signals).map(|descriptor| Self(File::from(descriptor)))
    }

    /// The number of a signal that came, or `None` if there is none. Does not wait.
    pub fn pending(&mut self) -> Option<i32> {
        // `struct signalfd_siginfo` has 128 bytes, of which the first four are the number.
        let mut info = [0_u8; 128];
        self.0.read_exact(&mut info).ok()?;
        let number = u32::from_ne_bytes(*info.first_chunk()?);
        i32::try_from(number).ok()
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// The sockets that whoever started this process opened for it, from descriptor 3 on: their number is in `LISTEN_FDS`
/// (`man 3 sd_listen_fds`). The descriptors themselves stay open beside what is given.
///
/// # Errors
/// There is no such descriptor.
pub fn inherited_sockets(count: usize) -> io::Result<Vec<OwnedFd>> {
    let numbers = (3_i32..).take(count.min(MOST_SOCKETS));
    numbers.map(sys::second_descriptor).collect()
}

/// Gives up root for a user, a group and further groups, for good and for all threads of this process.
///
/// # Errors
/// The kernel refuses: mostly because this process is not root.
pub fn become_account(user: u32, group: u32, further: &[u32]) -> io::Result<()> {
    sys::become_account(user, group, further)
}

/// Gives back the memory of code that only the start of a service needed. What runs again is read again, so that this costs a service that runs for
/// weeks nothing.
///
/// # Errors
/// The kernel does not say where the code lies, or keeps it: nothing has changed then.
pub fn forget_start() -> io::Result<()> {
    sys::forget_code()
}

/// More than anybody listens at.
const MOST_SOCKETS: usize = 16;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "in a test a panic is the answer")]

    use super::*;

    /// Pages of files that this process has in memory: the third number of `/proc/self/statm`.
    fn of_files() -> u64 {
        let numbers = std::fs::read_to_string("/proc/self/statm").unwrap();
        numbers.split(' ').nth(2).unwrap().parse().unwrap()
    }

    #[test]
    fn what_is_forgotten_is_read_again_when_it_runs() {
        let sorted = || {
            let mut words: Vec<String> = (0..100).rev().map(|n| format!("{n:03}")).collect();
            words.sort();
            words.concat()
        };
        let before = (sorted(), of_files());
        forget_start().unwrap();
        assert!(of_files() < before.1);
        assert_eq!(sorted(), before.0);
    }
}
