//! A lock on a file of this machine, which its users would wait for.

use std::fs::File;
use std::io;

use crate::attempt::{Attempt, Scene, unsupported};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    ..Attempt::new("meeting_a_lock_of_this_machine", act, &[libc::ENOLCK])
};

/// Somebody on this machine holds a lock.
fn scene() -> io::Result<Scene> {
    whole_usr()?;
    let file = File::open(FILE)?;
    file.lock_shared()?;
    Ok(Scene {
        keep: vec![Box::new(file)],
        ..Scene::default()
    })
}

/// With something mounted in `/usr` a room shows it as it is.
pub(crate) fn whole_usr() -> io::Result<()> {
    if std::fs::read_to_string("/proc/self/mountinfo")?.contains(" /usr/") {
        return Err(unsupported("something is mounted in /usr"));
    }
    Ok(())
}

/// Who has to wait for a lock has met it.
fn act(_: &[String]) -> io::Result<()> {
    match File::open(FILE)?.try_lock() {
        Err(std::fs::TryLockError::WouldBlock) => Ok(()),
        Err(std::fs::TryLockError::Error(err)) => Err(err),
        Ok(()) => Err(io::Error::from_raw_os_error(libc::ENOLCK)),
    }
}

pub(crate) const FILE: &str = "/usr/bin/env";
