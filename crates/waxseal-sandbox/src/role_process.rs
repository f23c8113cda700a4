//! A process that plays one role of this program, and ends with whoever started it.

use std::ffi::CStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use crate::sys;

/// A process that plays a role, and this end of a socket whose other end is its standard input. Ended, and waited for, when dropped.
#[derive(Debug)]
pub struct RoleProcess {
    pid: Pid,
    socket: OwnedFd,
    /// How long it took to make it.
    pub(crate) made_in: Duration,
}

impl RoleProcess {
    /// Makes a copy of this process that plays the role: much cheaper than starting a large program again. The copy keeps no descriptor
    /// and neither the arguments nor the environment that this process was started with, but whatever else lies in memory: to be called
    /// before anything is read. It is called `name` (15 bytes), and ends with the status that `role` gives.
    ///
    /// # Errors
    /// This process has more than one thread, or the kernel gives no process.
    pub fn fork(name: &CStr, role: fn() -> u8) -> io::Result<Self> {
        let begun = Instant::now();
        let (socket, theirs) = pair()?;
        let pid = sys::fork_role(name, &theirs, role)?;
        let made_in = begun.elapsed();
        Ok(Self { pid, socket, made_in })
    }

    /// Starts `program` with the one argument `role` and no environment.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(program: &Path, role: &str) -> io::Result<Self> {
        let begun = Instant::now();
        let (socket, theirs) = pair()?;
        let child = Command::new(program)
            .arg(role)
            .env_clear()
            .stdin(Stdio::from(theirs))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| io::Error::other("the kernel gave no process number"))?;
        let made_in = begun.elapsed();
        Ok(Self { pid, socket, made_in })
    }

    /// The process, as this machine numbers it.
    pub fn id(&self) -> u32 {
        self.pid.as_raw_nonzero().get().unsigned_abs()
    }
}

/// The socket to it.
impl AsFd for RoleProcess {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for RoleProcess {
    fn drop(&mut self) {
        // Nobody else waits for it, so the number is still its own.
        let _ = kill_process(self.pid, Signal::KILL);
        while let Err(rustix::io::Errno::INTR) = waitpid(Some(self.pid), WaitOptions::empty()) {}
    }
}

fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(socketpair(
        AddressFamily::UNIX,
        SocketType::STREAM,
        SocketFlags::CLOEXEC,
        None,
    )?)
}
