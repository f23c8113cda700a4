//! The mark stands under what it marks, whatever stands before it.

use waxseal_model::{ExhibitLine, HunkLine};

use super::*;

/// Shows one marked line in `columns`, with the mark below as carets.
fn check(text: &str, mark: (u32, u32), columns: usize, expected: &[&str]) {
    let line = ExhibitLine {
        number: 1,
        text: text.to_owned(),
        cut_left: 0,
        cut_right: false,
        mark: Some(mark),
    };
    let exhibit = Exhibit {
        finding: 0,
        proof: 0,
        path: "index.js".to_owned(),
        formatted: false,
        lines: vec![line],
    };
    let rows = exhibit_rows(&exhibit, columns);
    let (first, width) = rows[0].mark.expect("the line is marked");
    let shown = [
        rows[0].text.clone(),
        format!("{}{}", " ".repeat(first), "^".repeat(width)),
    ];
    assert_eq!(shown, expected);
    assert!(super::super::width::width(&rows[0].text) <= columns);
}

#[test]
fn the_mark_stands_under_the_place() {
    check("a: 'x@y.test',", (3, 10), 40, &["a: 'x@y.test',", "   ^^^^^^^^^^"]);
}

#[test]
fn tabs_and_wide_and_hidden_characters_shift_the_mark() {
    check("x\ta", (2, 1), 40, &["x   a", "    ^"]);
    check("日本a", (2, 1), 40, &["日本a", "    ^"]);
    check("日本a", (0, 2), 40, &["日本a", "^^^^"]);
    check("\u{202e}a", (1, 1), 40, &[r"\u{202e}a", "        ^"]);
    check("e\u{301}a", (2, 1), 40, &["e\u{301}a", " ^"]);
}

#[test]
fn a_long_line_becomes_a_window_around_the_place() {
    let text = format!("{}HERE{}", "a".repeat(100), "b".repeat(100));
    check(&text, (100, 4), 24, &["…aaaaaaaHEREbbbbbbbbbbb…", "        ^^^^"]);
}

#[test]
fn a_place_wider_than_the_window_is_marked_as_far_as_it_is_seen() {
    check(
        &"x".repeat(100),
        (50, 50),
        22,
        &["…xxxxxxxxxxxxxxxxxxxx…", " ^^^^^^^^^^^^^^^^^^^^"],
    );
}

#[test]
fn a_place_beyond_the_line_is_marked_behind_it() {
    check("ab", (9, 3), 40, &["ab", "  ^"]);
    check("", (0, 0), 40, &["", "^"]);
}

#[test]
fn a_line_that_just_fits_is_not_cut() {
    check(
        &"x".repeat(24),
        (23, 1),
        24,
        &[&"x".repeat(24), &format!("{}^", " ".repeat(23))],
    );
}

#[test]
fn common_indentation_is_dropped() {
    let line = |number, text: &str| ExhibitLine {
        number,
        text: text.to_owned(),
        cut_left: 0,
        cut_right: false,
        mark: (number == 2).then_some((2, 1)),
    };
    let lines = vec![line(1, "\t{"), line(2, "\t\tx"), line(3, ""), line(4, "\t}\r")];
    let exhibit = Exhibit {
        finding: 0,
        proof: 0,
        path: "a".to_owned(),
        formatted: false,
        lines,
    };
    let rows = exhibit_rows(&exhibit, 40);
    let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    assert_eq!(texts, ["{", "    x", "", "}"]);
    assert_eq!(rows[1].mark, Some((4, 1)));
}

#[test]
fn a_changed_long_line_is_shown_where_it_changed() {
    let old = format!("{}old{}", "a".repeat(60), "z".repeat(60));
    let new = format!("{}newer{}", "a".repeat(60), "z".repeat(60));
    let hunk = Hunk {
        path: "a".to_owned(),
        formatted: false,
        old_start: 7,
        new_start: 9,
        reasons: Vec::new(),
        lines: vec![
            HunkLine {
                tag: LineTag::Context,
                text: "x".to_owned(),
            },
            HunkLine {
                tag: LineTag::Removed,
                text: old,
            },
            HunkLine {
                tag: LineTag::Added,
                text: new,
            },
        ],
    };
    let rows = hunk_rows(&hunk, 30);
    assert_eq!(rows[0].number, Some(9));
    assert_eq!(
        (rows[1].number, rows[1].text.as_str()),
        (None, "…aaaaaaaaaoldzzzzzzzzzzzzzzzz…")
    );
    assert_eq!(
        (rows[2].number, rows[2].text.as_str()),
        (Some(10), "…aaaaaaaaanewerzzzzzzzzzzzzzz…")
    );
}

#[test]
fn every_shape_of_line_stays_within_its_columns() {
    for columns in 20..50 {
        for length in [0, 1, 17, 18, 19, 20, 21, 48, 49, 50, 51, 200] {
            for first in (0..length + 2).step_by(7) {
                for text in [
                    "x".repeat(length),
                    "日".repeat(length),
                    "\u{202e}".repeat(length),
                    "\t".repeat(length),
                ] {
                    let line = Line {
                        cells: cells(&text),
                        focus: Some((first, 5)),
                        cut_left: length % 2 == 1,
                        cut_right: length % 3 == 1,
                    };
                    let (shown, mark) = line.window(0, columns);
                    let width = super::super::width::width(&shown);
                    assert!(width <= columns, "{width} > {columns}: {shown:?}");
                    let (first, count) = mark.expect("there is a focus");
                    assert!(
                        count >= 1 && first + count <= columns + 1,
                        "{first}+{count} in {columns}"
                    );
                }
            }
        }
    }
}
