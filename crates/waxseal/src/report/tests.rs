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
fn the_answer_is_still_in_sight_at_the_end_of_a_long_report() {
    let text = text::render(&samples::diff(), &options(80));
    let last: Vec<&str> = text.lines().rev().take(3).collect();
    assert!(
        last[2].starts_with("BLOCK  ") && last[1].contains("adds archive@collector.example"),
        "{last:?}"
    );
    let text = text::render(&samples::incomplete(), &options(80));
    assert_eq!(
        text.matches("INCOMPLETE").count(),
        1,
        "a short report is not said twice"
    );
}

#[test]
fn a_recipient_the_code_hides_is_said_under_its_mark() {
    let mut report = samples::block();
    let entry = &mut report.entries[0];
    entry.exhibits[0].formatted = true;
    entry.exhibits[0].lines[2].text = "        Bcc: e(0x1f, \"q9\"),".to_owned();
    entry.exhibits[0].lines[2].mark = Some((13, 13));
    let text = text::render(&report, &options(80));
    assert!(text.contains("^^^^^^^^^^^^^ is archive@collector.example\n"), "{text}");
    assert!(text.contains("minified; shown formatted"), "{text}");
    // A label that would not fit is left out, the mark is not.
    assert!(text::render(&report, &options(40)).contains("^^^^^^^^^^^^^\n"));
}

#[test]
fn whoever_waits_is_told_the_answer_and_what_presses() {
    let lines = text::so_far(&samples::block().entries[0]);
    assert_eq!(
        lines,
        [
            "so far, by its code: BLOCK  postmark-mcp-replica@1.0.16  `sendEmail` in index.js adds archive@collector.example as Bcc to \
          mail that the caller addresses"
        ]
    );
    let lines = text::so_far(&samples::incomplete().entries[0]);
    assert!(lines[0].starts_with("so far, by its code: INCOMPLETE"), "{lines:?}");
}

#[test]
fn what_both_releases_have_is_said_in_every_format() {
    let report = samples::compared(|_| {});
    assert_eq!(report.entries[0].verdict.decision, waxseal_model::Decision::Allow);
    for format in FORMATS {
        let text = (format.render)(&report, &RenderOptions::default());
        assert!(text.contains("pinned.example:443"), "{}: {text}", format.id);
        assert!(!text.contains("nothing found that the policy minds"), "{}", format.id);
    }
}

#[test]
fn every_width_can_be_asked_for() {
    for (_, report) in samples::all() {
        for columns in (0..60).chain([usize::MAX]) {
            assert!(text::render(&report, &options(columns)).ends_with('\n'));
        }
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

/// Every sample in one format, for a person to read.
fn check(name: &str, format: &str, options: &RenderOptions, samples: &[(&'static str, Report)]) {
    let format = find(format).expect("the format is in the table");
    let mut out = String::new();
    for (sample, report) in samples {
        out.push_str(&format!("=== {sample}\n{}\n", (format.render)(report, options)));
    }
    // Whoever prints a snapshot sees which colours there are.
    let out = out.replace('\u{1b}', "ESC");
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, out));
}

fn only(names: &[&str]) -> Vec<(&'static str, Report)> {
    samples::all()
        .into_iter()
        .filter(|(name, _)| names.contains(name))
        .collect()
}

#[test]
fn text_for_a_narrow_terminal() {
    check("text_80", "text", &options(80), &samples::all());
}

#[test]
fn text_for_a_wide_terminal() {
    check("text_160", "text", &options(160), &samples::all());
}

#[test]
fn text_in_colour() {
    let colored = RenderOptions {
        color: true,
        ..options(80)
    };
    check("text_color", "text", &colored, &only(&["diff", "many"]));
}

#[test]
fn text_with_everything() {
    let verbose = RenderOptions {
        verbose: true,
        ..options(80)
    };
    check("text_verbose", "text", &verbose, &only(&["diff", "many"]));
}

#[test]
fn json_for_programs() {
    check("json", "json", &options(80), &only(&["diff", "missing", "incomplete"]));
    check("jsonl", "jsonl", &options(80), &only(&["block", "many", "empty"]));
}

#[test]
fn sarif_for_code_hosts() {
    let mut report = samples::diff();
    // Later ones have an index that moves with the table.
    report.entries[0].verdict.findings.truncate(1);
    let text = without_rules(&report);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("sarif", text);
    });
}

/// A SARIF document without its rules, which are the table of methods again.
fn without_rules(report: &Report) -> String {
    let text = (find("sarif").expect("the format is in the table").render)(report, &options(80));
    let start = text.find("\"rules\": [").expect("there are rules");
    let indent = start - text[..start].rfind('\n').expect("not on the first line");
    let closing = format!("\n{}]", " ".repeat(indent - 1));
    let end = start + text[start..].find(&closing).expect("the rules end");
    format!(
        "{}\"rules\": [\"(the table of methods)\"{}",
        &text[..start],
        &text[end..]
    )
}

#[test]
fn markdown_for_pull_requests() {
    check("markdown", "markdown", &options(80), &samples::all());
}

#[test]
fn junit_for_build_servers() {
    check("junit", "junit", &options(80), &samples::all());
}

#[test]
fn every_format_ends_its_last_line_and_has_an_id_of_its_own() {
    let ids: std::collections::BTreeSet<&str> = FORMATS.iter().map(|format| format.id).collect();
    assert_eq!(ids.len(), FORMATS.len());
    for format in FORMATS {
        assert_eq!(find(format.id).map(|found| found.title), Some(format.title));
        for (name, report) in samples::all() {
            assert!(
                (format.render)(&report, &options(80)).ends_with('\n'),
                "{name} as {}",
                format.id
            );
        }
    }
    assert!(find("html").is_none());
}

#[test]
fn no_format_lets_a_character_of_a_package_through() {
    for format in FORMATS {
        let text = (format.render)(&samples::hostile(), &options(80));
        for bad in [
            '\u{1b}',
            '\u{9b}',
            '\0',
            '\r',
            '\u{202e}',
            '\u{2066}',
            '\u{200b}',
            '\u{feff}',
            '\u{2028}',
            '\u{e0041}',
        ] {
            assert!(!text.contains(bad), "{bad:?} in {}", format.id);
        }
    }
}
