//! What is no mail protocol, what is too much, and what is cut anywhere.

use super::*;
use crate::chance::Chance;

#[test]
fn what_is_no_mail_protocol_is_raw() {
    check(
        "GET / HTTP/1.1\r\nHost: x\r\n",
        "500 500",
        &[r#"raw "GET / HTTP/1.1\nHost: x\n""#],
    );
    check("uid=0(root) gid=0", "", &[r#"raw "uid=0(root) gid=0""#]);
    check(
        "\0\x01\x02 EHLO\r\nEHLO x\r\n",
        "",
        &[r#"raw "\0\u{1}\u{2} EHLO\r\nEHLO x\r\n""#],
    );
    check("ab\x07c\nEHLO x\r\n", "", &[r#"raw "ab\u{7}c\nEHLO x\r\n""#]);
}

#[test]
fn a_hundred_errors_end_it() {
    let heard = hear(std::iter::once("x\r\n".repeat(200).as_bytes()));
    assert_eq!(heard.replies.matches("500 ").count(), 100);
    assert!(
        heard
            .replies
            .ends_with("421 4.7.0 smtp.shop.example Error: too many errors\r\n"),
        "{}",
        heard.replies
    );
    assert_eq!(heard.last, MailNext::Close);
}

#[test]
fn a_line_without_end_is_bounded() {
    let long = "NOOP ".to_owned() + &"a".repeat(20_000) + "\r\n";
    let heard = hear(std::iter::once(format!("EHLO me\r\n{long}NOOP\r\n").as_bytes()));
    assert!(
        heard
            .replies
            .ends_with("500 5.5.2 Error: line too long\r\n250 2.0.0 Ok\r\n"),
        "{}",
        heard.replies
    );
    let Some(Observation::Raw { payload, .. }) = heard.observations.last() else {
        panic!("the line is told: {:?}", heard.observations);
    };
    assert_eq!((payload.bytes.len(), payload.length), (12 * 1024 + 1, 20_007));
    let fits = "NOOP ".to_owned() + &"a".repeat(12 * 1024 - 5) + "\r\n";
    assert_eq!(hear(std::iter::once(fits.as_bytes())).replies, "250 2.0.0 Ok\r\n");
}

#[test]
fn a_large_message_is_counted_beyond_what_is_kept() {
    let mut client = b"MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\n".to_vec();
    client.extend_from_slice(&[b'a'; 9 << 20]);
    client.extend_from_slice(b"\r\n.\r\n");
    let heard = hear(client.chunks(65_536));
    let Observation::Smtp(mail) = &heard.observations[0] else {
        panic!("a transaction");
    };
    assert_eq!(
        (mail.message.bytes.len(), mail.message.length, mail.accepted),
        (8 << 20, (9 << 20) + 2, true)
    );
}

#[test]
fn ten_thousand_recipients_and_one() {
    let recipients: String = (0..10_001).map(|number| format!("RCPT TO:<b{number}@y>\r\n")).collect();
    let heard = hear(std::iter::once(format!("MAIL FROM:<a@x>\r\n{recipients}").as_bytes()));
    assert!(
        heard.replies.ends_with("452 4.5.3 Error: too many recipients\r\n"),
        "the last one is refused"
    );
    let Observation::Smtp(mail) = &heard.observations[0] else {
        panic!("a transaction");
    };
    assert_eq!(mail.recipients.len(), 10_000);
}

/// Words a client may say, put together at random, cut at random: always the same answers, and no panic.
#[test]
fn pieces_do_not_matter() {
    const WORDS: [&[u8]; 30] = [
        b"EHLO me",
        b"LHLO x",
        b"MAIL FROM:<a@x>",
        b"RCPT TO:<b@y>",
        b"DATA",
        b"BDAT 5",
        b"BDAT 3 LAST",
        b"RSET",
        b"NOOP z",
        b"QUIT",
        b"AUTH LOGIN",
        b"AUTH PLAIN AGEAYg==",
        b"AUTH CRAM-MD5",
        b"YQ==",
        b"*",
        b"=",
        b".",
        b"..",
        b"\r\n.\r\n",
        b"\n.\n",
        b"\r",
        b"\n",
        b"\r\n",
        b"\0",
        b"\xff\xfe",
        b"STARTTLS",
        b"<\">\"",
        b"aaaa",
        b"",
        b"MAIL FROM:\"<@:\\",
    ];
    let mut chance = Chance::new(1, "smtp pieces");
    for _ in 0..2_000 {
        let mut client = Vec::new();
        for _ in 0..chance.below(40) {
            client.extend_from_slice(chance.pick::<&[u8]>(&WORDS));
            client.extend_from_slice(chance.pick::<&[u8]>(&[&b"\r\n"[..], b"\r\n", b"\r\n", b"\n", b""]));
        }
        let whole = hear(std::iter::once(&client[..]));
        let size = 1 + chance.below(7);
        assert_eq!(
            hear(client.chunks(size)),
            whole,
            "{:?}",
            String::from_utf8_lossy(&client)
        );
    }
}

#[test]
fn noise_never_panics() {
    let mut chance = Chance::new(2, "smtp noise");
    for _ in 0..300 {
        let noise: Vec<u8> = (0..chance.below(3_000)).map(|_| chance.next() as u8).collect();
        let mut client = b"EHLO me\r\n".to_vec();
        client.extend_from_slice(&noise);
        assert_eq!(hear(client.chunks(1)), hear(std::iter::once(&client[..])));
    }
}
