//! Standard input is a socket: whom it leads to is a process of this machine, which the kernel names by a descriptor.

use std::io;
use std::os::unix::net::UnixStream;

use crate::attempt::{Attempt, Scene, unsupported};
use crate::kernel::{address, address_mut, call};
use crate::stage::in_room;

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    ..Attempt::new(
        "signalling_whoever_is_behind_a_socket",
        act,
        &[libc::EINVAL, libc::EPERM, libc::ESRCH],
    )
};

/// A socket as standard input, and its other end.
pub(crate) fn scene() -> io::Result<Scene> {
    let (ours, theirs) = UnixStream::pair()?;
    Ok(Scene {
        keep: vec![Box::new(ours)],
        stdin: Some(theirs.into()),
        ..Scene::default()
    })
}

fn act(_: &[String]) -> io::Result<()> {
    let (mut process, size) = (-1_i32, 4_u32);
    let option = [
        0,
        libc::SOL_SOCKET as u64,
        SO_PEERPIDFD,
        address_mut(&mut process),
        address(&size),
    ];
    match call(libc::SYS_getsockopt, &option) {
        Err(err) if err.raw_os_error() == Some(libc::ENOPROTOOPT) && !in_room() => {
            return Err(unsupported("the kernel does not name who is behind a socket"));
        }
        other => other?,
    };
    call(libc::SYS_pidfd_send_signal, &[process.unsigned_abs().into(), 0, 0, 0]).map(drop)
}

/// `asm-generic/socket.h`, Linux 6.5.
const SO_PEERPIDFD: u64 = 77;
