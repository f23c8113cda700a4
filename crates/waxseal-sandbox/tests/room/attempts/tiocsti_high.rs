//! Typing into the terminal by a request with more bits than the kernel looks at (CVE-2019-7303 of snapd, CVE-2019-10063 of flatpak).

use std::io;

use crate::attempt::Attempt;
use crate::attempts::tiocsti::scene;
use crate::kernel::{address, call};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    ..Attempt::new("typing_into_the_terminal_by_a_long_request", act, &[libc::EPERM])
};

fn act(_: &[String]) -> io::Result<()> {
    let _ = call(libc::SYS_setsid, &[]);
    let _ = call(libc::SYS_ioctl, &[0, libc::TIOCSCTTY, 0]);
    call(libc::SYS_ioctl, &[0, libc::TIOCSTI | (1 << 32), address(&b'x')]).map(drop)
}
