//! What a datagram looks like, by its first bytes and its port.

/// The name of the protocol that a datagram to `port` is of, as far as it shows.
pub(crate) fn guess(bytes: &[u8], port: u16) -> Option<String> {
    if let Some(version) = quic_version(bytes) {
        return Some(spell_quic(version));
    }
    let named = match bytes {
        // RFC 8489 §5: the magic cookie.
        [first, _, _, _, 0x21, 0x12, 0xa4, 0x42, ..] if first & 0xc0 == 0 => "stun",
        // RFC 6347 §4.1: the version is one's complement.
        [20..=25, 0xfe, 0xfd | 0xff, ..] => "dtls",
        [1, 0, 0, 0, ..] if bytes.len() == 148 => "wireguard",
        [b'<', b'0'..=b'9', ..] if is_syslog(bytes) => "syslog",
        [b'd', b'1', b':', b'a' | b'r', ..] => "dht",
        _ if bytes.starts_with(b"M-SEARCH ") || bytes.starts_with(b"NOTIFY * ") => "ssdp",
        // RFC 5905 §7.3: 48 bytes, a version and a mode that is not zero.
        [first, ..] if port == 123 && bytes.len() >= 48 && first & 7 != 0 => "ntp",
        [0x1b | 0x23 | 0xe3, ..] if bytes.len() == 48 => "ntp",
        [0, 1..=5, ..] if port == 69 => "tftp",
        [0x30, ..] if matches!(port, 161 | 162) => "snmp",
        _ if matches!(port, 67 | 68) => "dhcp",
        _ if port == 5353 => "mdns",
        _ if port == 5355 => "llmnr",
        _ if port == 137 => "netbios",
        _ if is_question(bytes) => "dns",
        _ => return None,
    };
    Some(named.to_owned())
}

/// RFC 9000 §17.2: a long header has the two upper bits set, and a connection id of at most 20 bytes. Version 0 is a server's.
fn quic_version(bytes: &[u8]) -> Option<u32> {
    let (head, rest) = bytes.split_first_chunk::<6>()?;
    let version = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
    let fits = head[0] & 0xc0 == 0xc0 && version != 0 && head[5] <= 20 && rest.len() > usize::from(head[5]);
    fits.then_some(version)
}

fn spell_quic(version: u32) -> String {
    match version {
        1 => "quic".to_owned(),
        0x6b33_43cf => "quic v2".to_owned(),
        draft if draft >> 8 == 0x00ff_0000 => format!("quic draft-{}", draft & 0xff),
        other => format!("quic {other:#010x}"),
    }
}

/// RFC 5424 §6.2.1: a priority of one to three digits.
fn is_syslog(bytes: &[u8]) -> bool {
    let digits = bytes[1..].iter().take_while(|it| it.is_ascii_digit()).count();
    digits <= 3 && bytes.get(1 + digits) == Some(&b'>')
}

/// RFC 1035 §4.1.1: a standard query with one question and no answers.
fn is_question(bytes: &[u8]) -> bool {
    bytes.len() >= 17 && bytes[2] & 0xf8 == 0 && bytes[3] & 0x40 == 0 && bytes[4..10] == [0, 1, 0, 0, 0, 0]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], port: u16, expected: Option<&str>) {
        assert_eq!(guess(bytes, port).as_deref(), expected);
    }

    #[test]
    fn datagrams_are_named_by_what_they_hold() {
        check(&[&[0xc3, 0, 0, 0, 1, 8][..], &[7; 1200]].concat(), 443, Some("quic"));
        check(
            &[&[0xc3, 0xff, 0, 0, 29, 8][..], &[7; 1200]].concat(),
            443,
            Some("quic draft-29"),
        );
        check(
            &[&[0xc3, 0xfa, 0xce, 0xb0, 0x0c, 8][..], &[7; 1200]].concat(),
            443,
            Some("quic 0xfaceb00c"),
        );
        check(b"\0\x01\0\0\x21\x12\xa4\x42abcdefghijkl", 3478, Some("stun"));
        check(&[0x23; 48], 123, Some("ntp"));
        check(b"<34>1 2026-01-01T00:00:00Z host app - - - text", 514, Some("syslog"));
        check(b"\0\x01file\0octet\0", 69, Some("tftp"));
        check(
            b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x01a\x07example\0\0\x01\0\x01",
            5300,
            Some("dns"),
        );
        check(b"{\"host\":\"laptop\"}", 9999, None);
        check(b"", 443, None);
    }

    #[test]
    fn no_bytes_break_it() {
        for first in 0..=255u8 {
            for length in 0..64 {
                guess(&vec![first; length], u16::from(first));
            }
        }
    }
}
