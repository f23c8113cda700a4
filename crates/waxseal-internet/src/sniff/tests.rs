use super::*;

fn check(bytes: &[u8], expected: Protocol) {
    assert_eq!(
        sniff(bytes),
        Sniffed::Is(expected),
        "{}",
        String::from_utf8_lossy(bytes)
    );
    for end in 0..bytes.len() {
        let early = sniff(&bytes[..end]);
        assert!(
            matches!(early, Sniffed::More) || early == Sniffed::Is(expected),
            "{early:?} after {end} bytes"
        );
    }
}

#[test]
fn each_protocol_is_known_by_its_first_bytes_however_they_are_cut() {
    check(b"\x16\x03\x01\x02\x00\x01\x00", Protocol::Tls);
    check(b"GET / HTTP/1.1\r\n", Protocol::Http1);
    check(b"PROPFIND /dav HTTP/1.0\r\n", Protocol::Http1);
    check(b"CONNECT mail.example:443 HTTP/1.1\r\n", Protocol::Http1);
    check(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Protocol::Http2);
    check(b"EHLO laptop\r\n", Protocol::Smtp);
    check(b"helo laptop\r\n", Protocol::Smtp);
    check(b"QUIT\r\n", Protocol::Smtp);
    check(b"SSH-2.0-OpenSSH_9.6\r\n", Protocol::Ssh);
    check(
        b"\x00\x1d\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x00\x00\x01\x00\x01",
        Protocol::Dns,
    );
}

#[test]
fn what_only_begins_like_a_protocol_is_raw() {
    for bytes in [
        b"\x16\x03\x01\x02\x00\x02".as_slice(),
        b"GET me out\n",
        b"uid=1000(user) gid=1000(user)\n",
        b"\x00\x1d\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00",
        b"{\"host\":\"laptop\"}",
        b"HELLO\n",
        b"PRI * HTTP/1.1\r\n",
    ] {
        assert_eq!(
            sniff(bytes),
            Sniffed::Is(Protocol::Raw),
            "{}",
            String::from_utf8_lossy(bytes)
        );
    }
}

#[test]
fn a_request_line_longer_than_is_waited_for_is_believed_by_its_method() {
    let long = format!("GET /{}", "a".repeat(4000));
    assert_eq!(sniff(long.as_bytes()), Sniffed::Is(Protocol::Http1));
    let long = format!("FETCH /{}", "a".repeat(4000));
    assert_eq!(sniff(long.as_bytes()), Sniffed::Is(Protocol::Raw));
}

#[test]
fn nothing_says_nothing() {
    assert_eq!(sniff(b""), Sniffed::More);
}

#[test]
fn no_two_first_bytes_and_no_length_break_it() {
    for first in 0..=255u8 {
        for second in 0..=255u8 {
            for length in [1, 2, 5, 6, 13, 14, 40] {
                let mut bytes = vec![second; length];
                bytes[0] = first;
                sniff(&bytes);
            }
        }
    }
}
