//! Typing into the terminal of whoever started the room (CVE-2017-5226 of bubblewrap).

use std::io;

use crate::attempt::{Attempt, Scene};
use crate::kernel::{address, call};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    ..Attempt::new("typing_into_the_terminal", act, &[libc::EPERM])
};

/// A terminal as standard input.
pub(crate) fn scene() -> io::Result<Scene> {
    let master = std::fs::OpenOptions::new().read(true).write(true).open("/dev/ptmx")?;
    let mut number = 0_u32;
    call(libc::SYS_ioctl, &[fd(&master), libc::TIOCSPTLCK, address(&0_u32)])?;
    call(
        libc::SYS_ioctl,
        &[fd(&master), libc::TIOCGPTN, crate::kernel::address_mut(&mut number)],
    )?;
    let slave = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(format!("/dev/pts/{number}"))?;
    Ok(Scene {
        keep: vec![Box::new(master)],
        stdin: Some(slave.into()),
        ..Scene::default()
    })
}

fn fd(file: &impl std::os::fd::AsRawFd) -> u64 {
    u64::from(file.as_raw_fd().unsigned_abs())
}

fn act(_: &[String]) -> io::Result<()> {
    // The terminal has to be one's own, or one has to be root.
    let _ = call(libc::SYS_setsid, &[]);
    let _ = call(libc::SYS_ioctl, &[0, libc::TIOCSCTTY, 0]);
    call(libc::SYS_ioctl, &[0, libc::TIOCSTI, address(&b'x')]).map(drop)
}
