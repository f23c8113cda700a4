//! Processes that do not want to be told of.

use waxseal_sandbox::Notice;

use crate::denials::room;
use crate::kernel::{self, address, call};

/// Starts of programs and connects of a process whose `/proc` belongs to nobody.
pub(crate) fn not_dumpable() -> Result<(), String> {
    let mut opened = room::open(&["hide"], |spec| spec.notices = true)?;
    let notices = opened.rest()?;
    let connected = notices
        .iter()
        .any(|it| matches!(it, Notice::Connect { address, .. } if address.windows(6).any(|it| it == b"hidden")));
    let started = notices
        .iter()
        .any(|it| matches!(it, Notice::Exec { arguments, .. } if arguments.iter().any(|it| it == b"hidden")));
    if connected && started {
        Ok(())
    } else {
        Err(format!("connect {connected}, start {started}: {notices:?}"))
    }
}

pub(crate) fn hide(_: &[String]) -> u8 {
    let _ = call(libc::SYS_prctl, &[libc::PR_SET_DUMPABLE as u64, 0]);
    connect(b"\x01\0/hidden\0", 10);
    let path = c"/usr/bin/true".to_bytes_with_nul();
    let arguments = [address(path), address(c"hidden".to_bytes_with_nul()), 0];
    let _ = call(libc::SYS_execve, &[address(path), address(&arguments), address(&0_u64)]);
    1
}

fn connect(place: &[u8], length: u64) {
    if let Ok(socket) = call(libc::SYS_socket, &[libc::AF_UNIX as u64, libc::SOCK_DGRAM as u64, 0]) {
        let _ = call(libc::SYS_connect, &[socket as u64, address(place), length]);
    }
}

/// The kernel looks at 32 bits of the length; whoever looks at more reads over the end of the memory.
pub(crate) fn strange_length() -> Result<(), String> {
    let mut opened = room::open(&["stretch"], |spec| spec.notices = true)?;
    let notices = opened.rest()?;
    if notices
        .iter()
        .any(|it| matches!(it, Notice::Connect { address, .. } if address.ends_with(b"stretched\0")))
    {
        Ok(())
    } else {
        Err(format!("{notices:?}"))
    }
}

pub(crate) fn stretch(_: &[String]) -> u8 {
    let text = b"\x01\0/stretched\0";
    let Some(place) = kernel::at_the_end_of_memory(text) else {
        return 1;
    };
    if let Ok(socket) = call(libc::SYS_socket, &[libc::AF_UNIX as u64, libc::SOCK_DGRAM as u64, 0]) {
        let _ = call(
            libc::SYS_connect,
            &[socket as u64, place, (1 << 32) | text.len() as u64],
        );
    }
    0
}
