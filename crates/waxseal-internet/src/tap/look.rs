//! Ethernet, IPv4 and IPv6 headers, read by hand.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A packet to tell of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen<'a> {
    pub(crate) to: IpAddr,
    pub(crate) protocol: u8,
    pub(crate) port: Option<u16>,
    /// What is behind the IP headers.
    pub(crate) payload: &'a [u8],
}

/// Looks at an Ethernet frame. `None`: it is not to be told of, because it is no IP, because a socket of ours receives it, or
/// because it is what a kernel says by itself (IGMP, MLD, neighbour discovery).
pub(crate) fn look(frame: &[u8]) -> Option<Seen<'_>> {
    let (header, rest) = frame.split_first_chunk::<14>()?;
    let (mut kind, mut rest) = (u16::from_be_bytes([header[12], header[13]]), rest);
    // IEEE 802.1Q, once: a tag of four bytes.
    if kind == 0x8100 {
        let (tag, inner) = rest.split_first_chunk::<4>()?;
        (kind, rest) = (u16::from_be_bytes([tag[2], tag[3]]), inner);
    }
    match kind {
        0x0800 => look_v4(rest),
        0x86dd => look_v6(rest),
        _ => None,
    }
}

/// RFC 791 §3.1.
fn look_v4(packet: &[u8]) -> Option<Seen<'_>> {
    let header = packet.first_chunk::<20>()?;
    let length = usize::from(header[0] & 0x0f) * 4;
    if header[0] >> 4 != 4 || length < 20 {
        return None;
    }
    let total = usize::from(u16::from_be_bytes([header[2], header[3]]));
    // Zero where the network card cuts the packet.
    let end = if total < length {
        packet.len()
    } else {
        packet.len().min(total)
    };
    let payload = packet.get(length..end)?;
    let to = Ipv4Addr::new(header[16], header[17], header[18], header[19]);
    let protocol = header[9];
    let first = u16::from_be_bytes([header[6], header[7]]) & 0x1fff == 0;
    if protocol == IGMP || (matches!(protocol, TCP | UDP) && !to.is_multicast()) {
        return None;
    }
    Some(Seen {
        to: to.into(),
        protocol,
        port: port(protocol, payload, first),
        payload,
    })
}

/// RFC 8200 §3 and §4.
fn look_v6(packet: &[u8]) -> Option<Seen<'_>> {
    let (header, rest) = packet.split_first_chunk::<40>()?;
    if header[0] >> 4 != 6 {
        return None;
    }
    let length = usize::from(u16::from_be_bytes([header[4], header[5]]));
    let mut payload = if length == 0 {
        rest
    } else {
        &rest[..rest.len().min(length)]
    };
    let mut to = [0; 16];
    to.copy_from_slice(&header[24..40]);
    let to = Ipv6Addr::from(to);
    let (mut protocol, mut first) = (header[6], true);
    for _ in 0..MAX_EXTENSIONS {
        let size = match (protocol, payload) {
            (0 | 43 | 60 | 135, [_, length, ..]) => 8 + 8 * usize::from(*length),
            (FRAGMENT, [_, _, high, low, ..]) => {
                first &= u16::from_be_bytes([*high, *low]) >> 3 == 0;
                8
            }
            // RFC 4302 §2.2: in units of four bytes, less two.
            (51, [_, length, ..]) => 8 + 4 * usize::from(*length),
            _ => break,
        };
        let (Some(next), Some(rest)) = (payload.first(), payload.get(size..)) else {
            break;
        };
        (protocol, payload) = (*next, rest);
    }
    let near = to.is_multicast() || to.is_unicast_link_local();
    let own = protocol == ICMPV6 && payload.first().is_some_and(|it| matches!(it, 130..=137 | 143));
    if own || (matches!(protocol, TCP | UDP) && !near) {
        return None;
    }
    Some(Seen {
        to: to.into(),
        protocol,
        port: port(protocol, payload, first),
        payload,
    })
}

/// The destination port of protocols that have one where TCP has it.
fn port(protocol: u8, payload: &[u8], first: bool) -> Option<u16> {
    let has = first && matches!(protocol, TCP | UDP | DCCP | SCTP | UDP_LITE);
    let bytes = payload.get(2..4).filter(|_| has)?;
    Some(u16::from_be_bytes([bytes[0], bytes[1]]))
}

/// Protocol numbers (IANA).
const IGMP: u8 = 2;
const TCP: u8 = 6;
const UDP: u8 = 17;
const DCCP: u8 = 33;
const FRAGMENT: u8 = 44;
const ICMPV6: u8 = 58;
const SCTP: u8 = 132;
const UDP_LITE: u8 = 136;

/// RFC 8200 §4.1 lists seven in their order; more is an attempt.
const MAX_EXTENSIONS: usize = 8;

#[cfg(test)]
mod tests;
