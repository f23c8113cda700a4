//! Negotiation, and bytes that are no milter's.

use super::*;

/// What is taken of an offer: version, actions, steps.
fn check(offered: [u32; 3], expected: [u32; 3]) {
    let outcome = run(&offer(offered), Answer::Accept);
    let all = packets(&outcome.output);
    assert_eq!(all.len(), 1);
    let numbers: Vec<u32> = all[0].1[..12]
        .chunks(4)
        .map(|four| u32::from_be_bytes(four.try_into().unwrap()))
        .collect();
    assert_eq!(numbers, expected, "offered {offered:x?}");
}

#[test]
fn postfix_is_asked_for_what_tells_of_recipients_and_for_one_reply() {
    // ADDHDRS, DELRCPT, CHGHDRS, QUARANTINE, SETSYMLIST; no HELO, BODY, EOH, UNKNOWN, DATA; no reply to any step.
    check(POSTFIX, [6, 0x139, 0x000f_f3d2]);
}

#[test]
fn a_version_from_the_future_is_answered_with_ours() {
    check([7, u32::MAX, u32::MAX], [6, 0x139, 0x000f_f3d2]);
}

#[test]
fn version_2_has_no_steps_without_a_reply() {
    check(OLD_SENDMAIL, [2, 0x39, 0x52]);
    check([2, 0x3f, u32::MAX], [2, 0x39, 0x52]);
}

#[test]
fn nothing_is_asked_for_that_is_not_offered() {
    check([6, 0, 0], [6, 0, 0]);
    check([4, 0x1, 0x80], [4, 0x1, 0x80]);
}

#[test]
fn macros_are_chosen_where_the_mail_server_lets_us() {
    let outcome = run(&offer(POSTFIX), Answer::Accept);
    let expected = b"\0\0\0\0j {daemon_name} {client_addr}\0\0\0\0\x02i {auth_authen}\0\0\0\0\x03i\0\0\0\0\x05i\0";
    assert_eq!(packets(&outcome.output)[0].1[12..], expected[..]);
    let without = run(&offer([6, 0xff, 0x1f_ffff]), Answer::Accept);
    assert_eq!(packets(&without.output)[0].1.len(), 12);
}

/// How a connection ends.
fn ends(bytes: &[u8], expected: Option<Result<(), ProtocolError>>) {
    for piece in [1, 3, usize::MAX] {
        let outcome = drive(Limits::default(), bytes, piece, Answer::Accept);
        assert_eq!(outcome.ended, expected, "in pieces of {piece}");
        assert!(outcome.mails.is_empty());
    }
}

#[test]
fn what_is_no_milter_protocol_ends_the_connection() {
    ends(
        b"GET / HTTP/1.1\r\n\r\n",
        Some(Err(ProtocolError::TooLarge(0x4745_5420))),
    );
    ends(b"EHLO there\r\n", Some(Err(ProtocolError::TooLarge(0x4548_4c4f))));
    ends(&[0; 4], Some(Err(ProtocolError::EmptyPacket)));
    ends(&packet(b'x', b""), Some(Err(ProtocolError::UnknownCommand(b'x'))));
    ends(&packet(b'M', b"<a@b>\0"), Some(Err(ProtocolError::NotNegotiated(b'M'))));
    ends(&offer([1, 0x1f, 0x7f]), Some(Err(ProtocolError::OldVersion(1))));
    ends(&packet(b'O', &[0, 0, 0, 6]), Some(Err(ProtocolError::Cut('O'))));
    let cut = |command, data: &[u8]| [offer(POSTFIX), packet(command, data)].concat();
    ends(&cut(b'L', b"To\0no end"), Some(Err(ProtocolError::Cut('L'))));
    ends(&cut(b'R', b"no end"), Some(Err(ProtocolError::Cut('R'))));
    ends(&cut(b'C', b"host\x004"), Some(Err(ProtocolError::Cut('C'))));
    ends(&cut(b'D', b""), Some(Err(ProtocolError::Cut('D'))));
}

#[test]
fn an_end_in_a_packet_is_waited_for() {
    ends(&offer(POSTFIX)[..10], None);
    ends(&packet(b'Q', b""), Some(Ok(())));
    ends(&[offer(POSTFIX), packet(b'Q', b"")].concat(), Some(Ok(())));
}

#[test]
fn a_client_without_an_address_is_known_by_its_name() {
    let bytes = [
        offer(POSTFIX),
        packet(b'C', b"localhost\0U"),
        mail(&["<a@b.example>"], &[]),
        end(),
    ]
    .concat();
    assert_eq!(
        run(&bytes, Answer::Accept).mails[0].as_ref().unwrap().client,
        "localhost"
    );
}
