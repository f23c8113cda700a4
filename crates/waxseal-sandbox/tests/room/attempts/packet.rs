//! A socket that sees every packet.

use std::io;

use crate::attempt::Attempt;
use crate::kernel::{call, own};

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new("opening_a_packet_socket", act, &[libc::EAFNOSUPPORT])
};

fn act(_: &[String]) -> io::Result<()> {
    call(libc::SYS_socket, &[libc::AF_PACKET as u64, libc::SOCK_RAW as u64, 0]).map(|fd| drop(own(fd)))
}
