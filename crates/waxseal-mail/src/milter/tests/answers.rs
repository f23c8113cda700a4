//! What goes back for each answer, and what is done where the mail server does not offer it.

use super::*;
use crate::milter::NotPossible;

const BOTH: [&str; 2] = ["<alice@customer.example>", "<archive@collector.example>"];

fn check(headers: &[(&str, &str)], answer: Answer<'_>, expected: &[&str]) {
    let bytes = [offer(POSTFIX), connect(), mail(&BOTH, headers), end()].concat();
    assert_eq!(replies(&run(&bytes, answer)), expected);
}

#[test]
fn accept() {
    check(&[], Answer::Accept, &["c"]);
}

#[test]
fn tag_adds_a_field() {
    check(&[], Answer::Tag(2), &["hX-Waxseal-Hidden\\x002\\x00", "c"]);
}

#[test]
fn a_forged_field_is_removed_whatever_the_answer() {
    let forged = [("x-waxseal-hidden", "0"), ("Subject", "x"), ("X-Waxseal-Hidden", "0")];
    let removed = [
        "m\\x00\\x00\\x00\\x02X-Waxseal-Hidden\\x00\\x00",
        "m\\x00\\x00\\x00\\x01X-Waxseal-Hidden\\x00\\x00",
    ];
    check(&forged, Answer::Accept, &[removed[0], removed[1], "c"]);
    check(
        &forged,
        Answer::Tag(1),
        &[removed[0], removed[1], "hX-Waxseal-Hidden\\x001\\x00", "c"],
    );
}

#[test]
fn hold_gives_a_reason() {
    check(
        &[],
        Answer::Hold("one recipient that no header names"),
        &["qone recipient that no header names\\x00", "c"],
    );
}

#[test]
fn reject_and_try_later_give_a_code_and_safe_words() {
    check(
        &[],
        Answer::Reject("hidden recipient"),
        &["y550 5.7.1 hidden recipient\\x00"],
    );
    check(&[], Answer::TryLater("later"), &["y451 4.7.1 later\\x00"]);
    check(&[], Answer::Reject("a\r\n250 b%sé"), &["y550 5.7.1 a??250 b?s?\\x00"]);
}

#[test]
fn words_are_cut_to_a_line() {
    let words = "w".repeat(5000);
    let bytes = [offer(POSTFIX), mail(&BOTH, &[]), end()].concat();
    assert!(replies(&run(&bytes, Answer::Reject(&words)))[0].len() < 512);
}

#[test]
fn strip_takes_out_the_hidden_only() {
    let hidden = ["Archive@collector.example".to_owned()];
    check(&[], Answer::Strip(&hidden), &["-<archive@collector.example>\\x00", "c"]);
}

#[test]
fn strip_names_a_recipient_by_the_bytes_that_came() {
    let mut bytes = [
        offer(POSTFIX),
        packet(b'M', b"<a@b.example>\0"),
        recipient("<b@b.example>"),
    ]
    .concat();
    bytes.extend(packet(b'R', b"<sp\xffy@collector.example>\0"));
    bytes.extend(end());
    let hidden = ["sp\u{fffd}y@collector.example".to_owned()];
    assert_eq!(
        replies(&run(&bytes, Answer::Strip(&hidden))),
        ["-<sp\\xffy@collector.example>\\x00", "c"]
    );
}

/// Asks for something that is not possible: an error, nothing written, and the mail still waits.
fn refused(offered: [u32; 3], answer: Answer<'_>, expected: NotPossible) {
    let mut session = Session::new(Limits::default());
    let mut output = Vec::new();
    let bytes = [offer(offered), mail(&BOTH, &[("X-Waxseal-Hidden", "0")]), end()].concat();
    session.receive(&bytes, &mut output).unwrap();
    let before = output.len();
    assert_eq!(session.answer(answer, &mut output), Err(expected));
    assert_eq!(output.len(), before);
    assert_eq!(session.answer(Answer::TryLater("later"), &mut output), Ok(()));
    assert!(output.len() > before);
}

#[test]
fn strip_never_leaves_a_mail_without_anybody() {
    let all = [
        "alice@customer.example".to_owned(),
        "archive@collector.example".to_owned(),
    ];
    refused(POSTFIX, Answer::Strip(&all), NotPossible::NobodyLeft);
    let other = ["somebody@collector.example".to_owned()];
    refused(POSTFIX, Answer::Strip(&other), NotPossible::NoSuchRecipient);
}

#[test]
fn strip_takes_out_nobody_of_whom_only_the_beginning_is_known() {
    let long = format!("<{}@collector.example>", "a".repeat(2000));
    let bytes = [offer(POSTFIX), mail(&["<alice@customer.example>", &long], &[]), end()].concat();
    let mut session = Session::new(Limits::default());
    let mut output = Vec::new();
    session.receive(&bytes, &mut output).unwrap();
    let before = output.len();
    let hidden = [format!("\0{}@too-long.invalid", "a".repeat(1024))];
    assert_eq!(
        session.answer(Answer::Strip(&hidden), &mut output),
        Err(NotPossible::TooLong)
    );
    assert_eq!(output.len(), before);
    assert_eq!(session.answer(Answer::Hold("reason"), &mut output), Ok(()));
}

#[test]
fn what_was_not_offered_is_not_done() {
    let nothing = [6, 0, 0x1f_ffff];
    refused(nothing, Answer::Tag(1), NotPossible::NotOffered("add a header field"));
    refused(nothing, Answer::Hold("reason"), NotPossible::NotOffered("hold a mail"));
    let hidden = ["archive@collector.example".to_owned()];
    refused(
        nothing,
        Answer::Strip(&hidden),
        NotPossible::NotOffered("take out a recipient"),
    );
}
