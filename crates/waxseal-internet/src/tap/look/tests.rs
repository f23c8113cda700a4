use super::*;

fn v4(protocol: u8, to: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; 12];
    frame.extend([0x08, 0x00, 0x45, 0]);
    frame.extend((20 + payload.len() as u16).to_be_bytes());
    frame.extend([0, 0, 0, 0, 64, protocol, 0, 0, 10, 0, 2, 15]);
    frame.extend(to);
    frame.extend(payload);
    frame
}

fn v6(next: u8, to: &str, payload: &[u8]) -> Vec<u8> {
    let to: Ipv6Addr = to.parse().expect("an address");
    let mut frame = vec![0; 12];
    frame.extend([0x86, 0xdd, 0x60, 0, 0, 0]);
    frame.extend((payload.len() as u16).to_be_bytes());
    frame.extend([next, 64]);
    frame.extend([0; 16]);
    frame.extend(to.octets());
    frame.extend(payload);
    frame
}

fn check(frame: &[u8], expected: Option<(&str, u8, Option<u16>)>) {
    let seen = look(frame);
    let seen = seen.as_ref().map(|it| (it.to.to_string(), it.protocol, it.port));
    assert_eq!(seen, expected.map(|it| (it.0.to_owned(), it.1, it.2)));
    for end in 0..frame.len() {
        look(&frame[..end]);
    }
}

const MDNS: &[u8] = &[0x14, 0xe9, 0x14, 0xe9, 0, 12, 0, 0, b'd', b'a', b't', b'a'];

#[test]
fn what_no_socket_receives_is_seen() {
    check(&v4(UDP, [239, 1, 1, 1], MDNS), Some(("239.1.1.1", 17, Some(5353))));
    check(&v4(1, [8, 8, 8, 8], b"\x08\0\0\0secret"), Some(("8.8.8.8", 1, None)));
    check(&v4(SCTP, [8, 8, 8, 8], MDNS), Some(("8.8.8.8", 132, Some(5353))));
    check(&v6(UDP, "ff02::fb", MDNS), Some(("ff02::fb", 17, Some(5353))));
    check(&v6(TCP, "fe80::1", MDNS), Some(("fe80::1", 6, Some(5353))));
    check(
        &v6(ICMPV6, "2606:4700::1", b"\x80\0\0\0secret"),
        Some(("2606:4700::1", 58, None)),
    );
}

#[test]
fn what_a_socket_receives_or_a_kernel_says_by_itself_is_not() {
    check(&v4(TCP, [8, 8, 8, 8], MDNS), None);
    check(&v4(UDP, [255, 255, 255, 255], MDNS), None);
    check(&v4(IGMP, [224, 0, 0, 22], MDNS), None);
    check(&v6(UDP, "2606:4700::1", MDNS), None);
    check(&v6(ICMPV6, "ff02::2", &[133, 0, 0, 0]), None);
    check(&v6(0, "ff02::16", &[ICMPV6, 0, 5, 2, 0, 0, 1, 0, 143, 0, 0, 0]), None);
    check(&[0; 64], None);
}

#[test]
fn extension_headers_do_not_hide_what_is_behind_them() {
    let mut behind = vec![UDP, 0, 0, 0, 0, 0, 0, 0];
    behind.extend(MDNS);
    check(&v6(60, "ff02::fb", &behind), Some(("ff02::fb", 17, Some(5353))));
    let mut second = vec![UDP, 0, 0x01, 0x00, 0, 0, 0, 0];
    second.extend(MDNS);
    check(&v6(FRAGMENT, "ff02::fb", &second), Some(("ff02::fb", 17, None)));
}

#[test]
fn lengths_that_lie_do_no_harm() {
    for length in [0u16, 1, 19, 20, 21, 1000, u16::MAX] {
        let mut frame = v4(1, [8, 8, 8, 8], b"abc");
        frame[16..18].copy_from_slice(&length.to_be_bytes());
        look(&frame);
        let mut frame = v6(0, "ff02::1", &[0, 255, 0, 0, 0, 0, 0, 0]);
        frame[18..20].copy_from_slice(&length.to_be_bytes());
        look(&frame);
    }
    for byte in 0..=255 {
        look(&[byte; 80]);
    }
}
