//! Whether a host may be talked to: a package names it, and must not make anybody talk to the inside of a network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs as _};
use std::sync::mpsc;
use std::time::Duration;

/// The public addresses of a host, looked up within a time.
///
/// # Errors
/// A sentence: it has none, or one of them is not public.
pub(super) fn resolve(host: &str, within: Duration) -> Result<Vec<IpAddr>, &'static str> {
    let (sender, receiver) = mpsc::channel();
    let host = host.to_owned();
    // The system's resolver cannot be told when to give up, so that nobody waits for this thread.
    std::thread::spawn(move || {
        let found = (host.as_str(), HTTPS).to_socket_addrs();
        let _ = sender.send(found.map(|all| all.map(|it| it.ip()).collect::<Vec<_>>()));
    });
    let found = receiver
        .recv_timeout(within)
        .map_err(|_| "its host's name was not answered in time")?;
    let mut found = found.map_err(|_| "its host's name leads nowhere")?;
    found.dedup();
    found.truncate(MAX_ADDRESSES);
    match found.iter().all(|it| is_public(*it)) {
        true if !found.is_empty() => Ok(found),
        true => Err("its host's name leads nowhere"),
        false => Err("its host's name leads into a network of its own"),
    }
}

/// Addresses that are routed in public (IANA special-purpose address registries).
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let special = match (first, second) {
        (0 | 10 | 127 | 224.., _) | (169, 254) | (172, 16..=31) | (192, 168) | (100, 64..=127) | (198, 18 | 19) => true,
        (192, 0) => matches!(third, 0 | 2),
        (198, 51) => third == 100,
        (203, 0) => third == 113,
        _ => false,
    };
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let [.., high, low] = parts;
    let inside = Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match parts {
        // IPv4-mapped (RFC 4291 §2.5.5.2), and behind a NAT64 (RFC 6052).
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => is_public_v4(inside),
        // Documentation, and what holds an IPv4 address elsewhere: 6to4, Teredo.
        [0x2001, 0xdb8 | 0, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => false,
        _ => parts[0] & 0xe000 == 0x2000,
    }
}

/// The port of HTTPS.
const HTTPS: u16 = 443;
/// More than any host has.
const MAX_ADDRESSES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_machines_and_inner_networks_are_not_public() {
        for inner in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "2002:a00:1::",
            "2001::1",
            "3fff::1",
        ] {
            assert!(!is_public(inner.parse().unwrap()), "{inner}");
        }
        for outer in [
            "1.1.1.1",
            "172.32.0.1",
            "100.128.0.1",
            "140.82.121.4",
            "2606:50c0:8000::153",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
        ] {
            assert!(is_public(outer.parse().unwrap()), "{outer}");
        }
    }

    #[test]
    fn a_name_of_this_machine_is_refused() {
        let inside = "its host's name leads into a network of its own";
        assert_eq!(resolve("localhost", Duration::from_secs(5)), Err(inside));
    }
}
