//! JUnit XML, for build servers: a suite for each package, a test case for each method.
//!
//! Review and block are failures, what could not be looked at is an error: a build server then never counts it as passed.

use std::io;

use quick_xml::Writer;
use quick_xml::events::BytesText;
use waxseal_model::{Decision, Gap, GapWeight, Judged, Report, ReportEntry};

use super::RenderOptions;
use super::answer::{
    NAME_LIMIT, SENTENCE_LIMIT, decision_word, identity, known_malicious_data, sentence, weight_sentence,
};
use super::escape::escape;
use super::excerpt::exhibit_rows;
use super::text::findings::{place, reached_by};

/// Writes the report.
pub(crate) fn render(report: &Report, _options: &RenderOptions) -> String {
    let known = known_malicious_data(report);
    let of = |entry| Suite {
        known: known.clone(),
        ..Suite::of(entry)
    };
    let suites: Vec<Suite> = report.entries.iter().map(of).collect();
    let mut bytes = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_vec();
    write(&mut Writer::new_with_indent(&mut bytes, b' ', 2), &suites).expect("memory can be written to");
    bytes.push(b'\n');
    String::from_utf8(bytes).expect("only text was written")
}

/// One package.
struct Suite {
    name: String,
    /// How old what is publicly known is.
    known: Option<String>,
    cases: Vec<Case>,
    /// What neither fails nor is an error: notes, waived findings, partial gaps.
    output: Vec<String>,
}

/// One method of it.
struct Case {
    name: String,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    Failed {
        message: String,
        indicator: String,
        text: String,
    },
    /// It could not be looked at.
    Error {
        message: String,
        text: String,
    },
}

impl Suite {
    fn of(entry: &ReportEntry) -> Self {
        let verdict = &entry.verdict;
        let mut cases: Vec<Case> = Vec::new();
        for id in methods(entry) {
            let found: Vec<(usize, &Judged)> = verdict
                .findings
                .iter()
                .enumerate()
                .filter(|(_, judged)| judged.decision > Decision::Allow && method(judged) == id)
                .collect();
            let name = escape(id, NAME_LIMIT);
            if let Some((_, worst)) = found.first() {
                cases.push(Case {
                    name,
                    outcome: failed(entry, worst, &found),
                });
            } else if verdict.ran.iter().any(|ran| ran == id) {
                cases.push(Case {
                    name,
                    outcome: Outcome::Passed,
                });
            }
        }
        for gap in verdict.gaps.iter().filter(|gap| gap.weight == GapWeight::Decisive) {
            let outcome = Outcome::Error {
                message: reason(gap),
                text: reason(gap),
            };
            cases.push(Case {
                name: format!("{}: could not look", escape(&gap.method, NAME_LIMIT)),
                outcome,
            });
        }
        if let Some(error) = &entry.error {
            let message = escape(&error.message, SENTENCE_LIMIT);
            let hint = error
                .hint
                .as_deref()
                .map(|hint| format!("\nhint: {}", escape(hint, SENTENCE_LIMIT)));
            let text = format!("{message}{}", hint.unwrap_or_default());
            cases.push(Case {
                name: "waxseal".to_owned(),
                outcome: Outcome::Error { message, text },
            });
        }
        // However the verdict came about, its suite says the same.
        if !verdict.complete && !cases.iter().any(|case| matches!(case.outcome, Outcome::Error { .. })) {
            let (message, _) = sentence(entry);
            let text = "not all of it could be looked at".to_owned();
            cases.push(Case {
                name: "waxseal".to_owned(),
                outcome: Outcome::Error { message, text },
            });
        }
        Self {
            name: identity(&verdict.subject),
            known: None,
            cases,
            output: output(entry),
        }
    }

    fn failures(&self) -> usize {
        self.cases
            .iter()
            .filter(|case| matches!(case.outcome, Outcome::Failed { .. }))
            .count()
    }

    fn errors(&self) -> usize {
        self.cases
            .iter()
            .filter(|case| matches!(case.outcome, Outcome::Error { .. }))
            .count()
    }
}

/// The methods that ran, then those of findings beyond them.
fn methods(entry: &ReportEntry) -> Vec<&str> {
    let mut ids: Vec<&str> = entry.verdict.ran.iter().map(String::as_str).collect();
    for judged in entry
        .verdict
        .findings
        .iter()
        .filter(|judged| judged.decision > Decision::Allow)
    {
        if !ids.contains(&method(judged)) {
            ids.push(method(judged));
        }
    }
    ids
}

fn method(judged: &Judged) -> &str {
    judged.finding.indicator.split('/').next().unwrap_or_default()
}

fn failed(entry: &ReportEntry, worst: &Judged, found: &[(usize, &Judged)]) -> Outcome {
    let text: Vec<String> = found
        .iter()
        .map(|(idx, judged)| describe(entry, *idx, judged))
        .collect();
    Outcome::Failed {
        message: escape(&worst.finding.summary, SENTENCE_LIMIT),
        indicator: escape(&worst.finding.indicator, NAME_LIMIT),
        text: text.join("\n\n"),
    }
}

/// A finding with its places and code, as lines.
fn describe(entry: &ReportEntry, idx: usize, judged: &Judged) -> String {
    let mut lines = vec![claim(judged), weight_sentence(entry, judged)];
    for proof in judged.finding.evidence.iter().take(MAX_PLACES) {
        let reached = reached_by(proof)
            .map(|steps| format!(", reached by {steps}"))
            .unwrap_or_default();
        let at = place(proof);
        if !at.is_empty() {
            lines.push(format!("at {at}{reached}"));
        }
    }
    for exhibit in entry
        .exhibits
        .iter()
        .filter(|exhibit| exhibit.finding as usize == idx)
        .take(MAX_EXHIBITS)
    {
        for row in exhibit_rows(exhibit, CODE_COLUMNS) {
            let number = row.number.unwrap_or_default();
            lines.push(format!("{number:>5} | {}", row.text).trim_end().to_owned());
            if let Some((first, width)) = row.mark {
                lines.push(format!("      | {}{}", " ".repeat(first), "^".repeat(width)));
            }
        }
    }
    lines.join("\n")
}

fn claim(judged: &Judged) -> String {
    let finding = &judged.finding;
    let id = escape(&finding.indicator, NAME_LIMIT);
    format!(
        "{}[{id}] {}",
        decision_word(judged),
        escape(&finding.summary, SENTENCE_LIMIT)
    )
}

fn reason(gap: &Gap) -> String {
    escape(&gap.reason, SENTENCE_LIMIT)
}

fn output(entry: &ReportEntry) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for judged in entry
        .verdict
        .findings
        .iter()
        .filter(|judged| judged.decision == Decision::Allow)
    {
        let accepted = judged
            .waived
            .as_deref()
            .map(|reason| format!("; accepted: {}", escape(reason, SENTENCE_LIMIT)));
        lines.push(format!("{}{}", claim(judged), accepted.unwrap_or_default()));
    }
    let shared = entry.verdict.shared.iter();
    lines.extend(shared.map(|judged| format!("both releases, so it does not count: {}", claim(judged))));
    for gap in entry.verdict.gaps.iter().filter(|gap| gap.weight == GapWeight::Partial) {
        lines.push(format!(
            "could not look: {} (the answer stands without it)",
            reason(gap)
        ));
    }
    lines
}

fn write(writer: &mut Writer<&mut Vec<u8>>, suites: &[Suite]) -> io::Result<()> {
    let total = |count: fn(&Suite) -> usize| suites.iter().map(count).sum::<usize>().to_string();
    writer
        .create_element("testsuites")
        .with_attribute(("name", "waxseal"))
        .with_attribute(("tests", total(|suite| suite.cases.len()).as_str()))
        .with_attribute(("failures", total(Suite::failures).as_str()))
        .with_attribute(("errors", total(Suite::errors).as_str()))
        .write_inner_content(|writer| suites.iter().try_for_each(|suite| write_suite(writer, suite)))?;
    Ok(())
}

fn write_suite(writer: &mut Writer<&mut Vec<u8>>, suite: &Suite) -> io::Result<()> {
    writer
        .create_element("testsuite")
        .with_attribute(("name", suite.name.as_str()))
        .with_attribute(("tests", suite.cases.len().to_string().as_str()))
        .with_attribute(("failures", suite.failures().to_string().as_str()))
        .with_attribute(("errors", suite.errors().to_string().as_str()))
        .with_attribute(("skipped", "0"))
        .write_inner_content(|writer| {
            if let Some(known) = &suite.known {
                writer.create_element("properties").write_inner_content(|writer| {
                    let property = writer.create_element("property");
                    let property = property.with_attribute(("name", "known-malicious-data"));
                    property.with_attribute(("value", known.as_str())).write_empty()?;
                    Ok(())
                })?;
            }
            for case in &suite.cases {
                write_case(writer, &suite.name, case)?;
            }
            if !suite.output.is_empty() {
                let text = suite.output.join("\n");
                writer
                    .create_element("system-out")
                    .write_text_content(BytesText::new(&text))?;
            }
            Ok(())
        })?;
    Ok(())
}

fn write_case(writer: &mut Writer<&mut Vec<u8>>, suite: &str, case: &Case) -> io::Result<()> {
    let element = writer
        .create_element("testcase")
        .with_attribute(("classname", suite))
        .with_attribute(("name", case.name.as_str()));
    match &case.outcome {
        Outcome::Passed => element.write_empty()?,
        Outcome::Failed {
            message,
            indicator,
            text,
        } => element.write_inner_content(|writer| {
            writer
                .create_element("failure")
                .with_attribute(("message", message.as_str()))
                .with_attribute(("type", indicator.as_str()))
                .write_text_content(BytesText::new(text))?;
            Ok(())
        })?,
        Outcome::Error { message, text } => element.write_inner_content(|writer| {
            writer
                .create_element("error")
                .with_attribute(("message", message.as_str()))
                .with_attribute(("type", "incomplete"))
                .write_text_content(BytesText::new(text))?;
            Ok(())
        })?,
    };
    Ok(())
}

/// Build servers show a fixed width.
const CODE_COLUMNS: usize = 100;
const MAX_EXHIBITS: usize = 2;
const MAX_PLACES: usize = 10;

#[cfg(test)]
mod tests;
