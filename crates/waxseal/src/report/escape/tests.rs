//! Nothing invisible gets through, and nothing ordinary is touched.

use super::*;

fn check(input: &str, expected: &str) {
    assert_eq!(escape(input, 200), expected);
}

#[test]
fn ordinary_text_stays_as_it_is() {
    check(
        "Bcc: 'archive@collector.example', // Grüße, 日本語, हिन्दी, é",
        "Bcc: 'archive@collector.example', // Grüße, 日本語, हिन्दी, é",
    );
    check(r"C:\path \u{202e}", r"C:\path \u{202e}");
}

#[test]
fn a_terminal_sequence_is_shown_and_not_obeyed() {
    check("\u{1b}[2J\u{1b}]0;owned\u{7}", r"\u{1b}[2J\u{1b}]0;owned\u{7}");
    check("\u{9b}31m", r"\u{9b}31m");
    check("a\r\nb\tc\u{8}", r"a\r\nb\tc\u{8}");
}

#[test]
fn text_that_runs_backwards_is_shown_as_written() {
    check("safe\u{202e}sj.exe", r"safe\u{202e}sj.exe");
    check("\u{2066}x\u{2069}\u{200f}\u{61c}", r"\u{2066}x\u{2069}\u{200f}\u{61c}");
}

#[test]
fn text_that_cannot_be_seen_is_seen() {
    check("a\u{200b}b\u{feff}c\u{ad}", r"a\u{200b}b\u{feff}c\u{ad}");
    check(
        "\u{e0041}\u{fe0f}\u{e0100}\u{fffd}",
        r"\u{e0041}\u{fe0f}\u{e0100}\u{fffd}",
    );
    check("a\u{a0}b\u{2028}c\u{3000}", r"a\u{a0}b\u{2028}c\u{3000}");
}

#[test]
fn a_heap_of_marks_does_not_paint_over_other_lines() {
    check("e\u{301}\u{302}\u{303}\u{304}x", "e\u{301}\u{302}\\u{303}\\u{304}x");
}

#[test]
fn length_is_bounded_and_says_so() {
    assert_eq!(escape("abcdef", 3), "abc…");
    assert_eq!(escape("abc", 3), "abc");
    // An escape is never cut in its middle.
    assert_eq!(escape("ab\u{202e}", 5), "ab…");
    assert!(escape(&"\u{202e}".repeat(1_000_000), 400).chars().count() <= 401);
}

#[test]
fn every_character_there_is_comes_out_visible() {
    for c in (0..=0x10_ffff_u32).filter_map(char::from_u32) {
        let mut marks = 0;
        let shown = visible(c, &mut marks);
        let mut out = String::new();
        shown.push_to(&mut out);
        assert!(!out.is_empty());
        let invisible = out.chars().any(|c| {
            c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
                || matches!(c, '\u{61c}' | '\u{fff9}'..='\u{ffff}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{10ffff}')
        });
        assert!(!invisible, "{:x} is shown as {out:?}", u32::from(c));
        assert_eq!(
            shown.width(),
            unicode_width::UnicodeWidthStr::width(out.as_str()),
            "{:x}",
            u32::from(c)
        );
    }
}
