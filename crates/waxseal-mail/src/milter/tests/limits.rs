//! Mails and packets that are larger than any honest one.

use super::*;

#[test]
fn a_thousand_recipients() {
    let addresses: Vec<String> = (0..1000).map(|n| format!("<user{n}@customer.example>")).collect();
    let to = addresses.join(",\n ");
    let list: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let bytes = [offer(POSTFIX), mail(&list, &[("To", &to)]), end()].concat();
    for piece in [1000, usize::MAX] {
        let outcome = drive(Limits::default(), &bytes, piece, Answer::Accept);
        let seen = outcome.mails[0].as_ref().unwrap();
        assert_eq!(seen.recipients.len(), 1000);
        assert_eq!(seen.recipients, seen.visible);
        assert!(!seen.partial);
    }
}

#[test]
fn more_recipients_than_are_kept_are_no_mail_that_can_be_judged() {
    let limits = Limits {
        recipients: 3,
        ..Limits::default()
    };
    let mail_to = |count: usize| [offer(POSTFIX), mail(&vec!["<a@b.example>"; count], &[]), end()].concat();
    assert!(drive(limits, &mail_to(3), usize::MAX, Answer::Accept).mails[0].is_some());
    assert_eq!(drive(limits, &mail_to(4), usize::MAX, Answer::Accept).mails, [None]);
}

#[test]
fn a_recipient_that_is_too_long_is_cut_and_named_by_no_header() {
    let long = format!("<{}@b.example>", "a".repeat(2000));
    // What is kept of it ends as if it were another address of Alice's.
    let detail = format!("alice+{}@customer.example", "a".repeat(1001));
    assert_eq!(detail.len(), 1024);
    for written in [
        long.replacen("aaa", "\u{e9}", 1),
        long,
        format!("<{detail}.collector.example>"),
    ] {
        let bytes = [
            offer(POSTFIX),
            mail(
                &["<alice@customer.example>", &written],
                &[("To", "alice@customer.example")],
            ),
            end(),
        ]
        .concat();
        let seen = run(&bytes, Answer::Accept).mails.remove(0).unwrap();
        assert_eq!(seen.recipients.len(), 2);
        let kept = &seen.recipients[1];
        assert_eq!(kept.len(), 1024 + "\0@too-long.invalid".len());
        assert!(kept.starts_with('\0') && kept.ends_with("@too-long.invalid"));
        assert_eq!(seen.visible, ["alice@customer.example"]);
    }
}

#[test]
fn recipients_that_are_too_long_are_bounded_as_text_is() {
    let long = format!("<{}@b.example>", "a".repeat(2000));
    let bytes = [offer(POSTFIX), mail(&vec![long.as_str(); 10_000], &[]), end()].concat();
    assert_eq!(run(&bytes, Answer::Accept).mails, [None]);
}

#[test]
fn more_text_than_is_kept_is_no_mail_that_can_be_judged() {
    let mut bytes = [offer(POSTFIX), mail(&["<a@b.example>"], &[])].concat();
    let macros: Vec<u8> = (0..20_000_u32)
        .flat_map(|n| packet(b'D', format!("Ri\0{n:0>1000}\0").as_bytes()))
        .collect();
    bytes.extend(macros);
    bytes.extend(end());
    bytes.extend(mail(&["<a@b.example>"], &[]));
    bytes.extend(end());
    let mails = run(&bytes, Answer::Accept).mails;
    assert_eq!(mails[0], None);
    assert!(mails[1].is_some(), "the next mail is another");
}

#[test]
fn ten_megabytes_of_header_leave_no_memory_behind() {
    let mut session = Session::new(Limits::default());
    let mut output = Vec::new();
    let mut feed = |bytes: &[u8]| {
        for piece in bytes.chunks(4096) {
            session.receive(piece, &mut output).unwrap();
        }
    };
    feed(
        &[
            offer(POSTFIX),
            mail(&["<alice@customer.example>"], &[("To", "alice@customer.example")]),
        ]
        .concat(),
    );
    let subject = header("X-Long", &"x".repeat(60_000));
    for _ in 0..170 {
        feed(&subject);
    }
    feed(&packet(b'E', b""));
    let seen = session.mail(None, Shown::of).unwrap();
    assert_eq!(seen.visible, ["alice@customer.example"]);
    assert!(!seen.partial, "no field with recipients was lost");
    session.answer(Answer::Accept, &mut output).unwrap();
    assert!(session.room() < 64 << 10, "{} bytes", session.room());
}

#[test]
fn more_recipient_text_than_is_kept_is_partly_known() {
    let line = format!("{}alice@customer.example", "x@y.example, ".repeat(4000));
    let field = header("To", &line);
    let mut bytes = [offer(POSTFIX), mail(&["<alice@customer.example>"], &[])].concat();
    for _ in 0..200 {
        bytes.extend_from_slice(&field);
    }
    bytes.extend(end());
    let seen = run(&bytes, Answer::Accept).mails.remove(0).unwrap();
    assert!(seen.partial);
    assert!(seen.visible.contains(&"alice@customer.example".to_owned()));
    let all: usize = seen.visible.iter().map(String::len).sum();
    assert!(all <= Limits::default().visible_text);
}

#[test]
fn a_field_that_the_mail_server_may_have_cut_is_partly_known() {
    for (length, partial) in [(50_000, false), (60_000, true)] {
        let value = format!("{}alice@customer.example", " ".repeat(length));
        let bytes = [
            offer(POSTFIX),
            mail(&["<alice@customer.example>"], &[("To", &value)]),
            end(),
        ]
        .concat();
        let seen = run(&bytes, Answer::Accept).mails.remove(0).unwrap();
        assert_eq!(seen.partial, partial, "{length}");
    }
}

#[test]
fn a_header_packet_beyond_the_limit_is_passed_over_and_leaves_it_open_who_is_named() {
    let mut bytes = [
        offer(POSTFIX),
        mail(&["<alice@customer.example>"], &[("To", "alice@customer.example")]),
    ]
    .concat();
    bytes.extend(header("To", &"x".repeat(3 << 20)));
    bytes.extend(end());
    for piece in [4096, 100_003, usize::MAX] {
        let outcome = drive(Limits::default(), &bytes, piece, Answer::Accept);
        let seen = outcome.mails[0].as_ref().unwrap();
        assert_eq!(seen.visible, ["alice@customer.example"]);
        assert!(seen.partial, "in pieces of {piece}");
    }
}

#[test]
fn another_packet_beyond_the_limit_ends_the_connection() {
    let bytes = [offer(POSTFIX), packet(b'R', &vec![b'a'; 1 << 20])].concat();
    for piece in [4096, usize::MAX] {
        let outcome = drive(Limits::default(), &bytes, piece, Answer::Accept);
        assert_eq!(outcome.ended, Some(Err(ProtocolError::TooLarge((1 << 20) + 1))));
    }
}

#[test]
fn random_bytes_give_the_same_in_any_pieces() {
    // A linear congruential generator (Knuth, MMIX), so that the test is the same each time.
    let mut state = 1_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let honest = [
        offer(POSTFIX),
        connect(),
        mail(&["<a@b.example>"], &[("To", "a@b.example")]),
        end(),
    ]
    .concat();
    for _ in 0..2000 {
        let mut bytes = [honest.as_slice(), honest.as_slice()].concat();
        for _ in 0..next() % 4 {
            let at = next() % bytes.len();
            bytes[at] = next().to_le_bytes()[0];
        }
        let whole = drive(Limits::default(), &bytes, usize::MAX, Answer::Accept);
        let pieces = drive(Limits::default(), &bytes, 1 + next() % 40, Answer::Accept);
        assert_eq!(whole, pieces, "{}", bytes.escape_ascii());
    }
}
