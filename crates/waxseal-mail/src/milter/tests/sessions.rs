//! Whole connections: what is seen of each mail, in whatever pieces it comes.

use super::*;

fn plain() -> Shown {
    Shown {
        id: "4jX9n95prF".to_owned(),
        host: "mx.shop.example".to_owned(),
        login: "app".to_owned(),
        client: "192.0.2.7".to_owned(),
        listener: "submission".to_owned(),
        sender: "app@shop.example".to_owned(),
        from: "app@shop.example".to_owned(),
        recipients: vec!["alice@customer.example".to_owned()],
        visible: vec!["alice@customer.example".to_owned()],
        ..Shown::default()
    }
}

const FROM: (&str, &str) = ("From", "The shop <app@shop.example>");
const TO: (&str, &str) = ("To", "Alice <alice@customer.example>");

/// What is seen of the one mail of a connection, in pieces of every small size too.
fn check(recipients: &[&str], headers: &[(&str, &str)], expected: &Shown) {
    let bytes = [offer(POSTFIX), connect(), mail(recipients, headers), end()].concat();
    for piece in [1, 2, 3, 5, 7, 64, usize::MAX] {
        let outcome = drive(Limits::default(), &bytes, piece, Answer::Accept);
        assert_eq!(outcome.mails, [Some(expected.clone())], "in pieces of {piece}");
        assert_eq!(replies(&outcome), ["c"]);
    }
}

#[test]
fn a_recipient_whom_a_header_names() {
    check(&["<alice@customer.example>"], &[FROM, TO], &plain());
}

#[test]
fn a_recipient_only_the_envelope_shows() {
    let mut expected = plain();
    expected.recipients.push("archive@collector.example".to_owned());
    check(
        &["<alice@customer.example>", "<archive@collector.example>"],
        &[FROM, TO],
        &expected,
    );
}

#[test]
fn addresses_come_without_brackets_from_the_sendmail_command() {
    check(&["alice@customer.example"], &[FROM, TO], &plain());
}

#[test]
fn every_field_that_names_recipients_is_read_and_duplicates_too() {
    let mut expected = plain();
    expected.visible = [
        "a@x.example",
        "b@x.example",
        "c@x.example",
        "d@x.example",
        "e@x.example",
    ]
    .map(str::to_owned)
    .to_vec();
    let headers = [
        ("to", "a@x.example"),
        FROM,
        ("TO", "B <b@x.example>"),
        ("Cc", "c@x.example"),
        ("Resent-To", "d@x.example"),
        ("Resent-Cc ", "e@x.example"),
        ("X-To", "no@x.example"),
        ("Reply-To", "no@x.example"),
    ];
    check(&["<alice@customer.example>"], &headers, &expected);
}

#[test]
fn display_names_and_comments_name_nobody() {
    let value = "\"archive@collector.example\" <alice@customer.example> (spy@collector.example)";
    check(&["<alice@customer.example>"], &[FROM, ("To", value)], &plain());
}

#[test]
fn a_folded_field_is_read_as_one() {
    let mut expected = plain();
    expected.visible.push("bob@customer.example".to_owned());
    let value = "alice@customer.example,\n\tBob\n <bob@customer.example>";
    check(&["<alice@customer.example>"], &[FROM, ("To", value)], &expected);
}

#[test]
fn what_is_no_address_leaves_it_open_who_is_named() {
    let mut expected = plain();
    expected.partial = true;
    let headers = [FROM, TO, ("Cc", "everybody at the office")];
    check(&["<alice@customer.example>"], &headers, &expected);
}

#[test]
fn list_id_and_bcc_are_told_of() {
    let mut expected = plain();
    expected.list_id = "The list <list.shop.example>".to_owned();
    expected.bcc_header = true;
    let headers = [
        FROM,
        TO,
        ("List-Id", " The list <list.shop.example> "),
        ("bcc", "x@y.example"),
    ];
    check(&["<alice@customer.example>"], &headers, &expected);
}

#[test]
fn bytes_that_are_no_text_are_taken() {
    let mut bytes = [offer(POSTFIX), connect(), packet(b'M', b"<\xff@shop.example>\0")].concat();
    bytes.extend(packet(b'R', b"<sp\xffy@collector.example>\0"));
    bytes.extend(packet(b'L', b"To\0\xfe <alice@customer.example>\0"));
    bytes.extend(end());
    let mails = run(&bytes, Answer::Accept).mails;
    let seen = mails[0].as_ref().unwrap();
    assert_eq!(seen.sender, "\u{fffd}@shop.example");
    assert_eq!(seen.recipients, ["sp\u{fffd}y@collector.example"]);
    assert_eq!(seen.visible, ["alice@customer.example"]);
}

#[test]
fn a_bounce_has_no_sender() {
    let bytes = [offer(POSTFIX), packet(b'M', b"<>\0"), recipient("<a@b.example>"), end()].concat();
    assert_eq!(run(&bytes, Answer::Accept).mails[0].as_ref().unwrap().sender, "null");
}

#[test]
fn mails_of_one_connection_know_nothing_of_each_other() {
    let second = [
        packet(b'D', b"Mi\x005kY\0"),
        packet(b'M', b"<cron@shop.example>\0"),
        recipient("<bob@customer.example>"),
        end(),
    ]
    .concat();
    let given_up = mail(&["<given-up@customer.example>"], &[("To", "given-up@customer.example")]);
    let bytes = [
        offer(POSTFIX),
        connect(),
        mail(&["<alice@customer.example>"], &[FROM, TO]),
        end(),
        given_up,
        packet(b'A', b""),
        second,
        packet(b'Q', b""),
    ]
    .concat();
    for piece in [1, 11, usize::MAX] {
        let outcome = drive(Limits::default(), &bytes, piece, Answer::Accept);
        assert_eq!(outcome.ended, Some(Ok(())));
        assert_eq!(outcome.mails.len(), 2);
        assert_eq!(outcome.mails[0], Some(plain()));
        let second = outcome.mails[1].as_ref().unwrap();
        assert_eq!(second.sender, "cron@shop.example");
        assert_eq!(second.recipients, ["bob@customer.example"]);
        assert_eq!((second.login.as_str(), second.from.as_str()), ("", ""));
        assert!(second.visible.is_empty());
        assert_eq!(second.listener, "submission");
    }
}

#[test]
fn a_mail_that_nobody_ended_leaves_nothing_to_the_next() {
    let first = mail(&["<given-up@customer.example>"], &[("Cc", "given-up@customer.example")]);
    let bytes = [
        offer(POSTFIX),
        connect(),
        first,
        mail(&["<alice@customer.example>"], &[FROM, TO]),
        end(),
    ]
    .concat();
    assert_eq!(run(&bytes, Answer::Accept).mails, [Some(plain())]);
}

#[test]
fn the_next_client_over_the_same_connection_is_another() {
    let bytes = [
        offer(POSTFIX),
        connect(),
        packet(b'K', b""),
        packet(b'C', b"other.example\x006\0\x19IPv6:2001:db8::7\0"),
        mail(&["<alice@customer.example>"], &[FROM, TO]),
        end(),
    ]
    .concat();
    let mails = run(&bytes, Answer::Accept).mails;
    let seen = mails[0].as_ref().unwrap();
    assert_eq!(seen.client, "IPv6:2001:db8::7");
    assert_eq!(seen.listener, "");
}

#[test]
fn version_2_waits_for_every_reply() {
    let bytes = [
        offer(OLD_SENDMAIL),
        connect(),
        mail(&["<alice@customer.example>"], &[FROM, TO]),
        packet(b'B', b"never asked for\r\n"),
        end(),
    ]
    .concat();
    let outcome = run(&bytes, Answer::Accept);
    // CONNECT, MAIL, RCPT, two header fields, BODY, and the mail itself.
    assert_eq!(replies(&outcome), ["c"; 7]);
    assert_eq!(outcome.mails, [Some(plain())]);
}

#[test]
fn a_mail_server_that_goes_on_unanswered_is_refused() {
    let mut session = Session::new(Limits::default());
    let mut output = Vec::new();
    let bytes = [offer(POSTFIX), mail(&["<a@b.example>"], &[]), end()].concat();
    let received = session.receive(&bytes, &mut output).unwrap();
    assert_eq!(received.event, Some(Event::EndOfMessage));
    assert!(!session.is_idle());
    assert_eq!(session.receive(&end(), &mut output), Err(ProtocolError::Unanswered));
}
