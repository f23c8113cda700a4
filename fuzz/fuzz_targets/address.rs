//! Any bytes as an address list: nobody is named for sure whom the full reader does not find. The same bytes as choices of the grammar
//! of RFC 5322: every reader, and `mail-parser` where it follows the grammar, finds whom the text names.
#![no_main]

#[path = "../../crates/waxseal-mail/src/address/grammar.rs"]
mod grammar;

use grammar::{Dialect, Written};
use libfuzzer_sys::fuzz_target;
use waxseal_mail::address::{parse_list, visit_list};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let all: Vec<String> = parse_list(&text).mailboxes.iter().map(ToString::to_string).collect();
    let (named, complete) = visited(bytes);
    let mut rest = all.iter();
    assert!(named.iter().all(|name| rest.any(|it| it == name)), "{named:?} of {all:?}");
    assert!(!complete || named.len() == all.len(), "{named:?} of {all:?}");

    let choices = &bytes[..bytes.len().min(4_096)];
    let written = grammar::write(choices, Dialect::Whole);
    agree(&written);
    let written = grammar::write(choices, Dialect::Common);
    agree(&written);
    assert_eq!(theirs(&written.text), written.names, "the other parser, in {:?}", written.text);
});

fn agree(written: &Written) {
    let list = parse_list(&written.text);
    let names: Vec<String> = list.mailboxes.iter().map(ToString::to_string).collect();
    assert_eq!((&names, list.complete), (&written.names, true), "in {:?}", written.text);
    assert_eq!(visited(written.text.as_bytes()), (names, true), "in {:?}", written.text);
}

fn visited(text: &[u8]) -> (Vec<String>, bool) {
    let mut found = Vec::new();
    let complete = visit_list(text, |address| found.push(address.to_owned()));
    (found, complete)
}

fn theirs(text: &str) -> Vec<String> {
    let raw = format!("To: {text}\r\n\r\n");
    let message = mail_parser::MessageParser::default().parse(raw.as_bytes());
    let addresses = message.iter().filter_map(|message| message.to()).flat_map(|to| to.iter());
    addresses
        .filter_map(|address| address.address())
        .map(|address| match address.rsplit_once('@') {
            Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()),
            None => address.to_owned(),
        })
        .collect()
}
