//! A service on this machine's own IPv6 address.

use std::net::TcpStream;

use crate::attempt::{Attempt, unsupported};
use crate::attempts::loopback_v4::listener;

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene: || listener("[::1]:0").map_err(|_| unsupported("this machine has no IPv6")),
    ..Attempt::new(
        "connecting_to_an_ipv6_loopback_listener_of_this_machine",
        |words| TcpStream::connect(&words[0]).map(drop),
        &[libc::ECONNREFUSED],
    )
};
