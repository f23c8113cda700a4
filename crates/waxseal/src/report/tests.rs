//! Every format on every sample.

use super::samples;
use super::*;

fn options(width: usize) -> RenderOptions {
    RenderOptions {
        width,
        ..RenderOptions::default()
    }
}

#[test]
fn a_recipient_is_the_first_thing_on_the_screen() {
    for (width, lines) in [(80, 3), (160, 1)] {
        let text = text::render(&samples::diff(), &options(width));
        let first: Vec<&str> = text.lines().take(lines).collect();
        assert!(
            first[0].starts_with("BLOCK  postmark-mcp-replica 1.0.15 → 1.0.16"),
            "{first:?}"
        );
        assert!(
            first.join(" ").contains("adds archive@collector.example as Bcc"),
            "{first:?}"
        );
    }
}

#[test]
fn an_incomplete_answer_never_reads_as_a_pass() {
    for report in [samples::incomplete(), samples::missing()] {
        let text = text::render(&report, &options(80));
        assert!(text.starts_with("INCOMPLETE  "), "{text}");
        assert!(!text.contains("ALLOW") && !text.contains("nothing found"), "{text}");
    }
}

#[test]
fn text_fits_its_page_and_leaves_no_blanks_at_the_end_of_a_line() {
    for (name, report) in samples::all().into_iter().filter(|(name, _)| *name != "hostile") {
        for columns in [80, 100, 160] {
            for line in text::render(&report, &options(columns)).lines() {
                assert!(!line.ends_with(' '), "{name}: {line:?}");
                assert!(width::width(line) <= columns, "{name} at {columns}: {line:?}");
            }
        }
    }
}

#[test]
fn nothing_of_a_package_reaches_a_terminal_unescaped() {
    for (name, report) in samples::all() {
        let text = text::render(
            &report,
            &RenderOptions {
                verbose: true,
                ..options(80)
            },
        );
        let bad: Vec<char> = text
            .chars()
            .filter(|c| *c != '\n' && escape::escape(&c.to_string(), 9) != c.to_string())
            .collect();
        assert!(bad.is_empty(), "{name}: {bad:?}");
    }
}
