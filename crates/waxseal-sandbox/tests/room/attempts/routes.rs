//! The room's interfaces and routes.

use std::io;

use crate::attempt::Attempt;
use crate::kernel::{address, address_mut, call, own};

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new("changing_an_interface", act, &[libc::EPERM])
};

fn act(_: &[String]) -> io::Result<()> {
    let _ = call(libc::SYS_unshare, &[libc::CLONE_NEWNET as u64]);
    // `RTM_NEWLINK` that sets the loopback interface up.
    let mut message = Vec::new();
    message.extend(32_u32.to_ne_bytes());
    message.extend(16_u16.to_ne_bytes());
    message.extend(5_u16.to_ne_bytes());
    message.extend([0; 12]);
    message.extend(1_u32.to_ne_bytes());
    message.extend(1_u32.to_ne_bytes());
    message.extend(1_u32.to_ne_bytes());
    ask(libc::NETLINK_ROUTE, &message)
}

/// Sends a message to the kernel; its answer.
pub(crate) fn ask(protocol: i32, message: &[u8]) -> io::Result<()> {
    let socket = call(
        libc::SYS_socket,
        &[libc::AF_NETLINK as u64, libc::SOCK_RAW as u64, protocol as u64],
    )?;
    let length = message.len() as u64;
    call(libc::SYS_sendto, &[socket as u64, address(message), length, 0, 0, 0])?;
    let mut answer = [0_u8; 256];
    let got = call(
        libc::SYS_recvfrom,
        &[socket as u64, address_mut(&mut answer), 256, 0, 0, 0],
    );
    drop(own(socket));
    got?;
    match i32::from_ne_bytes([answer[16], answer[17], answer[18], answer[19]]) {
        0 => Ok(()),
        code => Err(io::Error::from_raw_os_error(-code)),
    }
}
