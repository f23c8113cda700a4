//! Text of a package is never markup, and a comment never too long.

use super::*;
use crate::report::samples;

fn check(text: &str, expected: &str) {
    assert_eq!(prose(text), expected);
}

#[test]
fn words_stay_words_and_the_rest_is_code() {
    check(
        "`sendEmail` in index.js adds archive@collector.example as Bcc to the caller's mail, always.",
        "`sendEmail` in `index.js` adds `archive@collector.example` as Bcc to the caller's mail, always.",
    );
    check(
        "reads 3 files (or more), version 1.2.3.",
        "reads 3 files (or more), version `1.2.3`.",
    );
}

#[test]
fn nothing_pings_links_or_renders() {
    check(
        "ask @everyone about #1 and GH-1",
        "ask `@everyone` about `#1` and `GH-1`",
    );
    check(
        "see https://evil.example, www.evil.example",
        "see `https://evil.example`, `www.evil.example`",
    );
    check(
        "[a](b) ![](c) <b> &lt; *x* _y_ ~z~ |",
        "`[a](b)` `![](c)` `<b>` `&lt`; `*x*` `_y_` `~z~` `|`",
    );
    check("commit 0123456 deadbeef", "commit `0123456` `deadbeef`");
    check("-", "`-`");
}

#[test]
fn a_backtick_cannot_leave_its_code() {
    assert_eq!(code("a`b"), "``a`b``");
    assert_eq!(code("`"), "`` ` ``");
    assert_eq!(code(""), "`(blank)`");
    check("a ` @b", "a `@b`");
    check("a `` @b", "a `@b`");
    assert_eq!(cell(&code("a|b")), "`a\\|b`");
    check("one `two`, three", "one `two`, three");
    assert_eq!(fenced("text", &["```` x".to_owned()]), "`````text\n```` x\n`````");
}

#[test]
fn html_is_shown_and_not_read() {
    assert_eq!(
        html_code("<b title='x'>&\""),
        "<code>&lt;b title=&#39;x&#39;&gt;&amp;&quot;</code>"
    );
}

#[test]
fn no_sample_holds_markup_of_a_package() {
    let text = render(
        &samples::hostile(),
        &RenderOptions {
            verbose: true,
            ..RenderOptions::default()
        },
    );
    assert!(
        !text
            .chars()
            .any(|c| c != '\n' && escape(&c.to_string(), 9) != c.to_string())
    );
    // What is left when code is taken away.
    let mut left = String::new();
    let mut fence: Option<String> = None;
    for line in text.lines() {
        let run: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if run.len() >= 3 && line[run.len()..].chars().all(|c| c.is_ascii_alphabetic()) => fence = Some(run),
            None => left.push_str(&format!("{}\n", without_code(line))),
        }
    }
    assert!(fence.is_none());
    for bad in [
        "@everyone",
        "#1",
        "http",
        "www.",
        "<img",
        "](",
        "![",
        "&amp;&",
        "javascript",
    ] {
        assert!(!left.contains(bad), "{bad} in {left}");
    }
}

/// The line without its code spans, by CommonMark §6.1.
fn without_code(line: &str) -> String {
    let mut left = String::new();
    let outside = line
        .split("<code>")
        .map(|part| part.split_once("</code>").map_or(part, |(_, after)| after));
    let mut rest: String = outside.collect();
    while let Some(start) = rest.find('`') {
        let run = rest[start..].chars().take_while(|c| *c == '`').count();
        left.push_str(&rest[..start]);
        let body = rest[start + run..].to_owned();
        let mut at = 0;
        let end = loop {
            let Some(next) = body[at..].find('`') else { break None };
            let length = body[at + next..].chars().take_while(|c| *c == '`').count();
            if length == run {
                break Some(at + next);
            }
            at += next + length;
        };
        rest = match end {
            Some(end) => body[end + run..].to_owned(),
            None => panic!("code without an end in {line:?}"),
        };
    }
    left + &rest
}

#[test]
fn a_long_report_is_cut_and_says_so() {
    let mut report = samples::many();
    let entry = report.entries[4].clone();
    report.entries = vec![entry; 500];
    let text = render(&report, &RenderOptions::default());
    assert!(text.len() <= 60_000, "{}", text.len());
    assert!(text.contains("**Cut:** "));
    assert_eq!(text.matches("<details").count(), text.matches("</details>").count());
    assert!(text.starts_with("## waxseal: 500 blocked"));
    assert!(!render(&samples::many(), &RenderOptions::default()).contains("Cut:"));
}

#[test]
fn a_bar_does_not_add_a_cell_to_the_table() {
    let text = render(&samples::hostile(), &RenderOptions::default());
    let row = text
        .lines()
        .find(|line| line.starts_with("| **BLOCK**"))
        .expect("there is a row");
    let bars = row
        .match_indices('|')
        .filter(|(at, _)| !row[..*at].ends_with('\\'))
        .count();
    assert_eq!(bars, 4, "{row}");
}

#[test]
fn what_is_incomplete_says_so() {
    let text = render(&samples::incomplete(), &RenderOptions::default());
    assert!(
        text.contains("| **INCOMPLETE** |") && text.contains("could not look:"),
        "{text}"
    );
}
