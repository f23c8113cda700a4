//! The console's own way of typing (CVE-2023-28100 of flatpak).

use std::io;

use crate::attempt::{Attempt, Scene, unsupported};
use crate::kernel::{address_mut, call};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    root: true,
    ..Attempt::new("typing_into_the_console", act, &[libc::EPERM])
};

fn scene() -> io::Result<Scene> {
    let console = std::fs::OpenOptions::new().read(true).write(true).open("/dev/tty1");
    Ok(Scene {
        stdin: Some(console.map_err(|_| unsupported("this machine has no console"))?.into()),
        ..Scene::default()
    })
}

fn act(_: &[String]) -> io::Result<()> {
    // Asks for the state of the shift keys, which changes nothing.
    call(libc::SYS_ioctl, &[0, libc::TIOCLINUX, address_mut(&mut [6_u8, 0])])
        .map(drop)
        .map_err(|err| match err.raw_os_error() {
            Some(libc::ENOTTY | libc::EINVAL) => unsupported("this machine has no console"),
            _ => err,
        })
}
