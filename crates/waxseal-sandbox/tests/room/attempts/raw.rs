//! A socket that writes its own headers.

use std::io;

use crate::attempt::Attempt;
use crate::kernel::{call, own};

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new("opening_a_raw_socket", act, &[libc::EPERM])
};

fn act(_: &[String]) -> io::Result<()> {
    let raw = libc::SOCK_RAW as u64;
    call(libc::SYS_socket, &[libc::AF_INET as u64, raw, libc::IPPROTO_TCP as u64]).map(|fd| drop(own(fd)))
}
