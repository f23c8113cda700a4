//! Headers of raw messages, plain and encoded.

use super::*;

fn check(message: &str, expected: &[(&str, &str)], complete: bool) {
    let found = header_fields(message);
    let fields: Vec<(&str, &str)> = found
        .fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        (fields.as_slice(), found.complete),
        (expected, complete),
        "in {message:?}"
    );
}

#[test]
fn fields_end_at_the_empty_line() {
    check(
        "From: a@a.example\r\nTo: b@b.example\r\n\r\nBcc: no",
        &[("From", "a@a.example"), ("To", "b@b.example")],
        true,
    );
    check(
        "To: b@b.example\nBcc : spy@c.example",
        &[("To", "b@b.example"), ("Bcc", "spy@c.example")],
        true,
    );
    check("", &[], true);
}

#[test]
fn folded_fields_are_one_line() {
    check(
        "To: a@a.example,\r\n b@b.example\r\nBcc:\r\n\tc@c.example\r\n\r\n",
        &[("To", "a@a.example, b@b.example"), ("Bcc", "c@c.example")],
        true,
    );
}

#[test]
fn both_alphabets_of_base64_are_read() {
    // "To: a@a.example\r\nSubject: ~~~???\r\n\r\n" in base64, in base64url, without padding and with line breaks.
    let fields = [("To", "a@a.example"), ("Subject", "~~~???")];
    check("VG86IGFAYS5leGFtcGxlDQpTdWJqZWN0OiB+fn4/Pz8NCg0K", &fields, true);
    check("VG86IGFAYS5leGFtcGxlDQpTdWJqZWN0OiB-fn4_Pz8NCg0K", &fields, true);
    check("VG86IGFAYS5leGFt\r\ncGxlDQpTdWJqZWN0OiB-fn4_Pz8NCg0", &fields, true);
}

#[test]
fn a_line_that_is_no_field_is_said() {
    check(
        "To: a@a.example\r\nno field\r\nBcc: c@c.example\r\n\r\n",
        &[("To", "a@a.example"), ("Bcc", "c@c.example")],
        false,
    );
    check(" folded from nothing\r\n\r\n", &[], false);
}

#[test]
fn the_limits_hold_and_are_said() {
    let many = header_fields(&"X: y\n".repeat(MAX_FIELDS + 1));
    assert_eq!((many.fields.len(), many.complete), (MAX_FIELDS, false));
    let long = header_fields(&format!("X: {}\nBcc: c@c.example\n", "y".repeat(MAX_HEADER)));
    assert_eq!((long.fields.len(), long.complete), (0, false));
}
