//! Address lists and the mailboxes they deliver to.

use super::*;

mod differential;
mod oddities;

fn check(text: &str, expected: &[&str]) {
    let list = parse_list(text);
    let found: Vec<String> = list.mailboxes.iter().map(Mailbox::to_string).collect();
    assert_eq!(found, expected, "in {text:?}");
    assert!(list.complete, "{text:?} was not read to the end");
}

/// Like [`check`], where something in the text is no mailbox.
fn check_partly(text: &str, expected: &[&str]) {
    let list = parse_list(text);
    let found: Vec<String> = list.mailboxes.iter().map(Mailbox::to_string).collect();
    assert_eq!(found, expected, "in {text:?}");
    assert!(!list.complete, "{text:?} was called complete");
}

#[test]
fn plain_lists() {
    check("", &[]);
    check("<>", &[]);
    check("alice@a.example", &["alice@a.example"]);
    check("alice@a.example, bob@b.example", &["alice@a.example", "bob@b.example"]);
    check("alice@a.example;bob@b.example;", &["alice@a.example", "bob@b.example"]);
    check(",, alice@a.example ,,", &["alice@a.example"]);
    check("Alice@A.Example.", &["Alice@a.example"]);
    check("a+tag@a.example", &["a+tag@a.example"]);
}

#[test]
fn names_and_brackets() {
    check("Alice Example <alice@a.example>", &["alice@a.example"]);
    check(
        "\"Example, Alice\" <alice@a.example>, <bob@b.example>",
        &["alice@a.example", "bob@b.example"],
    );
    check("=?utf-8?q?Jos=C3=A9=2C_A?= <jose@a.example>", &["jose@a.example"]);
    check("Alice <alice@a.example", &["alice@a.example"]);
    check("Alice alice@a.example", &["alice@a.example"]);
    check(
        "Alice <alice@a.example> Bob <bob@b.example>",
        &["alice@a.example", "bob@b.example"],
    );
}

#[test]
fn an_address_in_a_name_or_comment_receives_nothing() {
    check("\"spy@collector.example\" <alice@a.example>", &["alice@a.example"]);
    check("spy@collector.example <alice@a.example>", &["alice@a.example"]);
    check("alice@a.example (spy@collector.example)", &["alice@a.example"]);
    check(
        "(spy@collector.example (nested) \\) still) alice@a.example",
        &["alice@a.example"],
    );
    check("\"spy\\\"@collector.example\" <alice@a.example>", &["alice@a.example"]);
}

#[test]
fn an_address_behind_a_comment_receives() {
    check("alice(x)@(y)a(z).example", &["alice@a.example"]);
    check("(a) <(b)alice@a.example(c)> (d)", &["alice@a.example"]);
}

#[test]
fn groups_give_their_members() {
    check(
        "Team: alice@a.example, Bob <bob@b.example>;",
        &["alice@a.example", "bob@b.example"],
    );
    check("undisclosed-recipients:;", &[]);
    check("A: a@a.example;, b@b.example", &["a@a.example", "b@b.example"]);
}

#[test]
fn obsolete_forms() {
    check("<@relay.example,@other.example:alice@a.example>", &["alice@a.example"]);
    check("alice . b @ a . example", &["alice.b@a.example"]);
    check(
        "alice@a.example,\r\n\tbob@b.example",
        &["alice@a.example", "bob@b.example"],
    );
}

#[test]
fn quoted_local_parts_and_literals() {
    check("\"alice\"@a.example", &["alice@a.example"]);
    check("\"alice smith\"@a.example", &["\"alice smith\"@a.example"]);
    check("\"a@b\\\"c\"@a.example", &["\"a@b\\\"c\"@a.example"]);
    check("spy@[192.0.2.1]", &["spy@[192.0.2.1]"]);
    check("spy@[IPv6:2001:db8::1]", &["spy@[ipv6:2001:db8::1]"]);
    check("root@localhost", &["root@localhost"]);
}

#[test]
fn other_scripts_are_kept_as_written() {
    check("josé@bücher.example", &["josé@bücher.example"]);
    check("<用户@例子.example>", &["用户@例子.example"]);
}

#[test]
fn smuggled_header_fields_are_read() {
    check(
        "alice@a.example\r\nBcc: spy@collector.example",
        &["alice@a.example", "spy@collector.example"],
    );
}

#[test]
fn what_is_no_mailbox_is_said() {
    check_partly("postmaster", &[]);
    check_partly("alice@a.example, (never closed bob@b.example", &["alice@a.example"]);
    check_partly("alice@a.example, \"never closed <bob@b.example>", &["alice@a.example"]);
    check_partly("alice@, bob@b.example", &["bob@b.example"]);
    check_partly("@a.example", &[]);
}

#[test]
fn the_limits_hold_and_are_said() {
    let list = parse_list(&"a@a.example,".repeat(MAX_MAILBOXES + 5));
    assert_eq!((list.mailboxes.len(), list.complete), (MAX_MAILBOXES, false));

    let list = parse_list(&format!("{}a@a.example", "é".repeat(MAX_TEXT)));
    assert_eq!((list.mailboxes.len(), list.complete), (0, false));

    for hostile in ["(", "\"", "<", "[", "\\", ":", "@", "a.", "(\\"] {
        parse_list(&hostile.repeat(100_000));
    }
}

/// mail-parser is another reading of the same standard, made by others; where both call it an address, they agree.
#[test]
fn another_parser_agrees() {
    for text in [
        "alice@a.example, Bob <bob@b.example>",
        "\"Example, Alice\" <alice@a.example>, <bob@b.example>",
        "\"spy@collector.example\" <alice@a.example>",
        "alice@a.example (spy@collector.example)",
        "Team: alice@a.example, Bob <bob@b.example>;, carol@c.example",
        "undisclosed-recipients:;",
        "=?utf-8?q?Jos=C3=A9=2C_A?= <jose@a.example>",
        "a+tag@a.example,\r\n\tbob@b.example",
        "josé@bücher.example",
    ] {
        let raw = format!("To: {text}\r\n\r\n");
        let message = mail_parser::MessageParser::default()
            .parse(raw.as_bytes())
            .expect("a message");
        let theirs: Vec<String> = message
            .to()
            .into_iter()
            .flat_map(|to| to.iter())
            .filter_map(|address| address.address().map(str::to_owned))
            .collect();
        check(text, &theirs.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
