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
fn an_element_that_says_two_things_names_nobody() {
    check("a@x.example spy@y.example", &[], false);
    check("<a@x.example> <spy@y.example>, b@x.example", &["b@x.example"], false);
    check("spy@y.example: a@x.example;", &[], false);
    // A fold between them is white space too.
    check("a@x.example? spy@y.example", &[], false);
    check("a@x.example, \"never closed <spy@y.example>", &["a@x.example"], false);
}

#[test]
fn what_is_no_address_is_not_read() {
    check("a@x.example, postmaster", &["a@x.example"], false);
    check("A@X.Example", &["A@x.example"], true);
}
