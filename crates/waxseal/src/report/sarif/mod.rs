//! SARIF 2.1.0, for code hosts: one run, a rule for each indicator, a result for each finding.
//!
//! What a code host would cut off silently is cut here and said in a notification. An answer that is not complete makes the
//! invocation unsuccessful, so that an empty list of results never passes for a clean one.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use waxseal_model::{GapWeight, Report};

use self::results::Results;
use self::shape::{AutomationDetails, Driver, Invocation, Log, Message, Notification, Run, RunProperties, Tool};
use super::RenderOptions;
use super::answer::{NAME_LIMIT, SENTENCE_LIMIT, count, identity, known_malicious_data, moment};
use super::escape::escape;

mod fingerprint;
mod location;
mod results;
mod rules;
mod shape;

/// Writes the report.
pub(crate) fn render(report: &Report, _options: &RenderOptions) -> String {
    render_within(report, &Limits::GITHUB)
}

/// What a code host accepts.
struct Limits {
    /// Results in one run.
    results: usize,
    /// Bytes of the compressed document.
    compressed: usize,
}

impl Limits {
    /// GitHub's. Its compressor may do slightly worse than ours, so half a megabyte is kept back.
    const GITHUB: Self = Self {
        results: 25_000,
        compressed: 9_500_000,
    };
}

fn render_within(report: &Report, limits: &Limits) -> String {
    let mut results = Results::of(report);
    results.keep(limits.results);
    loop {
        let text = document(report, &results);
        let fits = text.len() <= limits.compressed || compressed(&text) <= limits.compressed;
        let fewer = results.list.len() / 4 * 3;
        if fits || fewer == results.list.len() {
            return text;
        }
        results.keep(fewer);
    }
}

fn document(report: &Report, results: &Results) -> String {
    let driver = Driver {
        name: "waxseal",
        version: escape(&report.version, NAME_LIMIT),
        rules: rules::describe(results),
    };
    let run = Run {
        tool: Tool { driver },
        automation_details: AutomationDetails {
            id: format!("waxseal/{}/", escape(&report.command, NAME_LIMIT)),
        },
        invocations: vec![invocation(report, results)],
        original_uri_base_ids: location::bases(report),
        results: &results.list,
        column_kind: "unicodeCodePoints",
        properties: known_malicious_data(report).map(|text| RunProperties {
            known_malicious_data: text,
            known_malicious_records: report.database.as_ref().map(|it| it.records),
            known_malicious_updated: report.database.as_ref().and_then(|it| it.updated).and_then(moment),
        }),
    };
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [run],
    };
    let mut out = serde_json::to_string_pretty(&log).expect("plain data can be written as JSON");
    out.push('\n');
    out
}

/// Whether everything was looked at, and what was not, or was dropped from this document.
fn invocation(report: &Report, results: &Results) -> Invocation {
    let mut notes = Vec::new();
    if results.dropped > 0 {
        let text = format!(
            "{} left out to stay within what code hosts accept",
            count(results.dropped, "result")
        );
        notes.push(notification("error", text));
    }
    if results.places_dropped > 0 {
        let text = format!(
            "{} left out to stay within what code hosts accept",
            count(results.places_dropped, "place")
        );
        notes.push(notification("warning", text));
    }
    for entry in &report.entries {
        let package = identity(&entry.verdict.subject);
        if let Some(error) = &entry.error {
            notes.push(notification(
                "error",
                format!("{package}: {}", escape(&error.message, SENTENCE_LIMIT)),
            ));
        }
        for gap in &entry.verdict.gaps {
            let level = if gap.weight == GapWeight::Decisive {
                "error"
            } else {
                "note"
            };
            let method = escape(&gap.method, NAME_LIMIT);
            let text = format!(
                "{package}: could not look: {} ({method})",
                escape(&gap.reason, SENTENCE_LIMIT)
            );
            notes.push(notification(level, text));
        }
        if !entry.verdict.complete && entry.verdict.gaps.is_empty() && entry.error.is_none() {
            notes.push(notification(
                "error",
                format!("{package}: could not look at everything"),
            ));
        }
    }
    if notes.len() > MAX_NOTIFICATIONS {
        let more = notes.len() - MAX_NOTIFICATIONS;
        notes.truncate(MAX_NOTIFICATIONS);
        notes.push(notification(
            "error",
            format!("and {} left out", count(more, "more notification")),
        ));
    }
    let warnings = report
        .warnings
        .iter()
        .map(|text| notification("warning", escape(text, SENTENCE_LIMIT)));
    Invocation {
        execution_successful: report
            .entries
            .iter()
            .all(|entry| entry.verdict.complete && entry.error.is_none()),
        tool_execution_notifications: notes,
        tool_configuration_notifications: warnings.take(MAX_NOTIFICATIONS).collect(),
    }
}

fn notification(level: &'static str, text: String) -> Notification {
    Notification {
        level,
        message: message(&text),
    }
}

/// A message of text that is escaped already. SARIF reads `[text](target)` as a link (§3.11.6) and `{0}` as a placeholder
/// (§3.11.5), which text of a package must not be.
fn message(text: &str) -> Message {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let after = out.chars().next_back();
        if (c == '(' && after == Some(']')) || (c.is_ascii_digit() && after == Some('{')) {
            out.push(' ');
        }
        out.push(c);
    }
    Message { text: out }
}

/// How large the text is when compressed as uploads are.
fn compressed(text: &str) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(text.as_bytes())
        .and_then(|()| encoder.finish())
        .map_or(usize::MAX, |bytes| bytes.len())
}

/// The errata-01 edition of the OASIS standard.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Nobody reads more, and the count of the rest is said.
const MAX_NOTIFICATIONS: usize = 2_000;

#[cfg(test)]
mod tests;
