//! Columns are counted as a terminal shows them.

use super::*;

fn check(text: &str, columns: usize, expected: &[&str]) {
    let lines = wrap(text, columns);
    assert_eq!(lines, expected);
}

#[test]
fn text_breaks_at_spaces() {
    check(
        "copies every message to a stranger",
        12,
        &["copies every", "message to a", "stranger"],
    );
    check("", 10, &[]);
}

#[test]
fn a_word_that_is_too_wide_stays_whole() {
    check(
        "to archive@collector.example now",
        10,
        &["to", "archive@collector.example", "now"],
    );
}

#[test]
fn wide_characters_take_two_columns() {
    assert_eq!(width("日本"), 4);
    assert_eq!(width("e\u{301}"), 1);
    check("日本 日本", 5, &["日本", "日本"]);
    assert_eq!(cut("日本語", 5), "日本…");
    assert_eq!(cut("日本語", 6), "日本語");
    assert_eq!(pad("日本", 6), "日本  ");
}

#[test]
fn a_cut_leaves_no_blank_before_its_mark() {
    assert_eq!(cut("ab cdef", 4), "ab…");
}
