//! Three readers of one grammar: the full one, the one of hot paths, and `mail-parser`, which others made.

use super::*;
use crate::address::grammar::{Dialect, write};

/// What `mail-parser` finds in the value of a `To` field.
pub(super) fn theirs(text: &str) -> Vec<String> {
    let raw = format!("To: {text}\r\n\r\n");
    let message = mail_parser::MessageParser::default().parse(raw.as_bytes());
    message
        .iter()
        .filter_map(|message| message.to())
        .flat_map(|to| to.iter())
        .filter_map(|address| address.address())
        .map(|address| match address.rsplit_once('@') {
            Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()),
            None => address.to_owned(),
        })
        .collect()
}

pub(super) fn visited(text: &str) -> (Vec<String>, bool) {
    let mut found = Vec::new();
    let complete = visit_list(text.as_bytes(), |address| found.push(address.to_owned()));
    (found, complete)
}

/// Bytes that look random and are the same each time (xorshift64, Marsaglia 2003).
struct Noise(u64);

impl Noise {
    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length)
            .map(|_| {
                self.0 ^= self.0 << 13;
                self.0 ^= self.0 >> 7;
                self.0 ^= self.0 << 17;
                (self.0 >> 24) as u8
            })
            .collect()
    }
}

#[test]
fn whatever_the_grammar_allows_is_read_as_it_is_meant() {
    let mut noise = Noise(0x2545_F491_4F6C_DD1D);
    let mut mailboxes = 0;
    for round in 0..20_000 {
        let written = write(&noise.bytes(round % 80), Dialect::Whole);
        check(
            &written.text,
            &written.names.iter().map(String::as_str).collect::<Vec<_>>(),
        );
        assert_eq!(
            visited(&written.text),
            (written.names.clone(), true),
            "in {:?}",
            written.text
        );
        mailboxes += written.names.len();
    }
    assert!(mailboxes > 20_000, "only {mailboxes} mailboxes were tried");
}

#[test]
fn mail_parser_agrees_where_it_follows_the_grammar() {
    let mut noise = Noise(0x9E37_79B9_7F4A_7C15);
    for round in 0..20_000 {
        let written = write(&noise.bytes(round % 80), Dialect::Common);
        assert_eq!(theirs(&written.text), written.names, "in {:?}", written.text);
        assert_eq!(
            visited(&written.text),
            (written.names.clone(), true),
            "in {:?}",
            written.text
        );
    }
}

/// Any text: what is visited is what is parsed, or less of it, and then it says so.
#[test]
fn the_fast_reader_never_names_more() {
    let mut noise = Noise(0xD1B5_4A32_D192_ED03);
    let pieces = [
        "a",
        "alice@a.example",
        "@",
        ".",
        ",",
        ";",
        ":",
        "<",
        ">",
        "(",
        ")",
        "\"",
        "\\",
        "[",
        "]",
        " ",
        "\r\n ",
        "\0",
        "é",
        "A@B.Example",
        "<a@b.example>",
        "Name ",
        "\u{a0}",
        "-",
        "=?utf-8?q?a?=",
        "\u{fffd}",
    ];
    let mut differ = 0;
    for round in 0..100_000 {
        let text: String = noise
            .bytes(1 + round % 12)
            .iter()
            .map(|byte| pieces[usize::from(*byte) % pieces.len()])
            .collect();
        let whole = parse_list(&text);
        let whole_names: Vec<String> = whole.mailboxes.iter().map(Mailbox::to_string).collect();
        let (found, complete) = visited(&text);
        if found == whole_names && complete == whole.complete {
            continue;
        }
        differ += 1;
        assert!(!complete, "{text:?}: {found:?} for {whole_names:?}");
        let mut rest = whole_names.iter();
        assert!(
            found.iter().all(|name| rest.any(|it| it == name)),
            "{text:?}: {found:?} of {whole_names:?}"
        );
    }
    assert!((1_000..50_000).contains(&differ), "{differ} differ");
}

#[test]
fn bytes_that_are_no_text_cost_only_their_name() {
    let mut found = Vec::new();
    let complete = visit_list(b"Andr\xe9 <andre@a.example>, b\xe9@b.example, c@c.example", |address| {
        found.push(address.to_owned())
    });
    assert_eq!(found, ["andre@a.example", "\"b\u{fffd}\"@b.example", "c@c.example"]);
    assert!(complete);
}

#[test]
fn the_limits_of_the_full_reader_are_those_of_the_fast_one() {
    for element in ["a@a.example,", "(x) a@a.example,", "A <a@a.example>,"] {
        let text = element.repeat(MAX_MAILBOXES + 5);
        let (found, complete) = visited(&text);
        assert_eq!((found.len(), complete), (MAX_MAILBOXES, false), "{element}");
    }
    let long = format!("{}a@a.example", " ".repeat(MAX_TEXT));
    assert_eq!(visited(&long), (Vec::new(), false));
    for hostile in ["(", "\"", "<", "[", "\\", ":", "@", "a.", "(\\", "a <", "\"\" ", "a:\""] {
        visited(&hostile.repeat(100_000));
    }
}
