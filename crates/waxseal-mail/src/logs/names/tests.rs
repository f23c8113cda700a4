use super::*;

fn check(text: &str, expected: &[&str], complete: bool) {
    let mut found = Vec::new();
    let whole = names(text.as_bytes(), |address| {
        found.push(String::from_utf8_lossy(address).into_owned())
    });
    assert_eq!(
        (found.iter().map(String::as_str).collect::<Vec<_>>(), whole),
        (expected.to_vec(), complete),
        "{text}"
    );
}

#[test]
fn names_as_postfix_writes_them() {
    check("a@x.example", &["a@x.example"], true);
    check(
        "User Number 0 <u0@x.example>,? User Number 1 <u1@x.example>",
        &["u0@x.example", "u1@x.example"],
        true,
    );
    check("a@x.example,??b@x.example", &["a@x.example", "b@x.example"], true);
    check(
        "=?utf-8?b?w6RibGU=?= <a@x.example>,? =?utf-8?q?b?= <b@x.example>",
        &["a@x.example", "b@x.example"],
        true,
    );
    check("", &[], true);
    check("undisclosed-recipients:;", &[], true);
}

#[test]
fn an_address_in_a_name_or_a_comment_names_nobody() {
    check("\"spy@y.example\" <a@x.example>", &["a@x.example"], true);
    check("a@x.example (spy@y.example)", &["a@x.example"], true);
}

#[test]
fn what_the_log_could_not_write_is_not_known() {
    check("j?rgen@x.example, a@x.example", &["a@x.example"], false);
    check("a@x.example, <b@x.ex", &["a@x.example", "b@x.ex"], true);
    assert_eq!(without_last(b"a@x.example, <b@x.ex"), b"a@x.example");
    assert_eq!(without_last(b"<b@x.ex"), b"");
}

#[test]
fn the_short_way_reads_as_the_long_one_does() {
    for text in [
        "a@x.example",
        "A <a@x.example>",
        "a@x.example, B C <b@y.example>,c@z.example",
        "a@",
        "@x",
        "a@x, , b@y",
        "<a@x.example>",
        "<a@x> b",
        "a b@x",
        "<a@x.example",
        "a@x.example>",
        "a@b@c.example",
        "a@x..example",
        "a@-x.example",
        ",",
        "<>",
        "A <a@x.example> <b@x.example>",
    ] {
        let mut short = Vec::new();
        if let Some(complete) = plain_names(text.as_bytes(), &mut |it: &[u8]| {
            short.push(String::from_utf8_lossy(it).into_owned())
        }) {
            let list = parse_list(text);
            let long: Vec<String> = list.mailboxes.iter().map(ToString::to_string).collect();
            assert_eq!((short, complete), (long, list.complete), "{text}");
        }
    }
}
