//! The kernel's ciphers, a part of it that nothing here needs.

use std::io;

use crate::attempt::{Attempt, unsupported};
use crate::kernel::{call, own};
use crate::stage::in_room;

pub(crate) const ATTEMPT: Attempt = Attempt::new("opening_a_cipher_socket", act, &[libc::EAFNOSUPPORT]);

fn act(_: &[String]) -> io::Result<()> {
    match call(libc::SYS_socket, &[libc::AF_ALG as u64, libc::SOCK_SEQPACKET as u64, 0]) {
        Err(_) if !in_room() => Err(unsupported("the kernel has no AF_ALG")),
        other => other.map(|fd| drop(own(fd))),
    }
}
