//! Where was looked: the table at the end of a scan, which is what "not affected" rests on.

use waxseal_model::{AskedFor, PlaceKind, PlaceSummary, Presence, Report, ReportEntry, Scan, Subject};

use super::page::{BAD, DOUBT, FAINT, GOOD, PLAIN, Page, STRONG, UNKNOWN};
use crate::report::answer::{Answer, NAME_LIMIT, SENTENCE_LIMIT, count};
use crate::report::escape::escape;
use crate::report::width::{pad, width};

/// Whether an entry is a place in which nothing is worse than a note.
pub(super) fn is_calm_place(entry: &ReportEntry) -> bool {
    matches!(entry.verdict.subject, Subject::Place(_)) && Answer::of(entry) == Answer::Allow
}

/// Whether a finding says no more than the table of places does.
pub(super) fn is_in_table(entry: &ReportEntry, indicator: &str) -> bool {
    !matches!(entry.verdict.subject, Subject::Place(_))
        && !entry.places.is_empty()
        && matches!(indicator, "installed/affected" | "installed/unknown-release")
}

/// Whether an entry is a place of which there is nothing to say but that it was looked into.
pub(super) fn is_plain_place(entry: &ReportEntry) -> bool {
    is_calm_place(entry) && entry.verdict.findings.is_empty() && entry.verdict.gaps.is_empty()
}

/// Every place of an entry in which the release was found.
pub(super) fn found(page: &mut Page, entry: &ReportEntry) {
    if matches!(entry.verdict.subject, Subject::Place(_)) {
        return;
    }
    let rows: Vec<(&'static str, String, String)> = entry
        .places
        .iter()
        .flat_map(|contents| {
            contents.packages.iter().map(|package| {
                let line = package.line.map(|line| format!(":{line}")).unwrap_or_default();
                let path = format!("{}{line}", escape(&contents.place.path, NAME_LIMIT));
                (
                    word(package.presence),
                    path,
                    detail(&contents.place.kind, &contents.place.tool, package),
                )
            })
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    page.blank();
    let shown = if page.verbose {
        rows.len()
    } else {
        rows.len().min(MAX_ROWS)
    };
    for (word, path, detail) in &rows[..shown] {
        let label = format!("  {}  ", pad(word, WORD_COLUMN));
        let style = if *word == word_of_unknown() { DOUBT } else { BAD };
        let text = if detail.is_empty() {
            path.clone()
        } else {
            format!("{path}  {detail}")
        };
        page.labelled(&label, style, &text);
    }
    if shown < rows.len() {
        page.line(&format!(
            "  and {} (--verbose shows them)",
            count(rows.len() - shown, "more place")
        ));
    }
}

fn detail(kind: &PlaceKind, tool: &str, package: &waxseal_model::Occurrence) -> String {
    let within = escape(&package.path, NAME_LIMIT);
    let alias = package.alias.as_deref().map(|alias| escape(alias, NAME_LIMIT));
    match (kind, alias) {
        (PlaceKind::ClientConfig, Some(server)) => format!("server `{server}` of {}", escape(tool, NAME_LIMIT)),
        (_, Some(alias)) => format!("{within} as `{alias}`"),
        (_, None) => within,
    }
}

/// Where was looked, and what was asked.
pub(super) fn summary(page: &mut Page, report: &Report, scan: &Scan) {
    page.blank();
    for asked in &scan.asked {
        answer(page, report, asked);
    }
    page.blank();
    let places = scan.places.len();
    let roots: Vec<String> = scan.roots.iter().map(|root| escape(root, NAME_LIMIT)).collect();
    let label = format!("looked into {}  ", count(places, "place"));
    let text = format!("{}; below {}", count_releases(scan.releases), roots.join(", "));
    page.labelled(&label, STRONG, &text);
    if places == 0 {
        return;
    }
    if page.verbose || places <= MAX_ROWS {
        table(page, scan);
    } else {
        kinds(page, scan);
    }
    for problem in scan.problems.iter().take(MAX_ROWS) {
        let text = format!(
            "{}: {}",
            escape(&problem.path, NAME_LIMIT),
            escape(&problem.reason, SENTENCE_LIMIT)
        );
        page.labelled("  could not look: ", UNKNOWN, &text);
    }
}

/// The answer to one question.
fn answer(page: &mut Page, report: &Report, asked: &AskedFor) {
    let shown = escape(&asked.typed, NAME_LIMIT);
    let unseen = report
        .entries
        .iter()
        .any(|entry| !entry.verdict.complete || entry.error.is_some());
    let (style, text) = match asked.found {
        Some(Presence::Present) => (BAD, "is here"),
        Some(Presence::CouldHaveRun) => (BAD, "is not here now, and could have run"),
        Some(Presence::Unknown) => (DOUBT, "is named, and nobody says which release"),
        None if unseen => (UNKNOWN, "was not found, but not every place could be looked into"),
        None => (GOOD, "is in none of the places: not affected"),
    };
    page.labelled(&format!("{shown}  "), style, text);
}

/// One line a place.
fn table(page: &mut Page, scan: &Scan) {
    let widest = |of: fn(&PlaceSummary) -> String| scan.places.iter().map(|it| width(&of(it))).max().unwrap_or(0);
    let kind_of: fn(&PlaceSummary) -> String = |it| it.place.kind.id().to_owned();
    let tool_of: fn(&PlaceSummary) -> String = |it| escape(&it.place.tool, NAME_LIMIT);
    let (kinds, tools) = (widest(kind_of), widest(tool_of).min(MAX_TOOL));
    for summary in &scan.places {
        let label = format!(
            "  {}  {}  ",
            pad(&kind_of(summary), kinds),
            pad(&tool_of(summary), tools)
        );
        let mut parts = vec![count_packages(summary.packages)];
        if summary.unknown > 0 {
            parts.push(format!("{} without a version", summary.unknown));
        }
        if summary.problems > 0 {
            parts.push(format!("{} could not be looked into", summary.problems));
        }
        if let Some(presence) = summary.affected {
            parts.push(format!("affected: {}", word(presence)));
        }
        let path = escape(&summary.place.path, NAME_LIMIT);
        let text = parts.join(", ");
        if width(&label) + width(&path) + 2 + width(&text) <= page.width {
            page.labelled(&label, FAINT, &format!("{path} ({text})"));
        } else {
            page.labelled(&label, FAINT, &path);
            page.labelled(&" ".repeat(width(&label)), PLAIN, &text);
        }
    }
}

/// A place with notes and nothing worse: each note, below its path.
pub(super) fn noted(page: &mut Page, entry: &ReportEntry) {
    let path = escape(&entry.verdict.subject.to_string(), NAME_LIMIT);
    page.line(&page.paint(STRONG, &path));
    for judged in &entry.verdict.findings {
        let word = if judged.waived.is_some() { "waived" } else { "note" };
        let label = format!("  {word}[{}] ", escape(&judged.finding.indicator, NAME_LIMIT));
        page.labelled(&label, FAINT, &escape(&judged.finding.summary, SENTENCE_LIMIT));
    }
    for gap in &entry.verdict.gaps {
        let text = format!("{} (the answer stands without it)", escape(&gap.reason, SENTENCE_LIMIT));
        page.labelled("  could not look: ", UNKNOWN, &text);
    }
}

/// One line a kind of place.
fn kinds(page: &mut Page, scan: &Scan) {
    let mut counted: std::collections::BTreeMap<PlaceKind, (usize, u64)> = std::collections::BTreeMap::new();
    for summary in &scan.places {
        let (places, packages) = counted.entry(summary.place.kind).or_default();
        *places += 1;
        *packages += summary.packages;
    }
    for (kind, (places, packages)) in counted {
        let text = format!("{}, {}", count(places, "place"), count_packages(packages));
        page.labelled(&format!("  {}  ", pad(kind.id(), KIND_COLUMN)), FAINT, &text);
    }
    page.labelled("  ", PLAIN, "--verbose lists each of them");
}

fn count_packages(number: u64) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), "package")
}

fn count_releases(number: u64) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), "release")
}

/// What being found proves, in a word or three.
fn word(presence: Presence) -> &'static str {
    match presence {
        Presence::Present => "present",
        Presence::CouldHaveRun => "could have run",
        Presence::Unknown => word_of_unknown(),
    }
}

fn word_of_unknown() -> &'static str {
    "unknown"
}

/// As wide as `could have run`.
const WORD_COLUMN: usize = 14;
/// As wide as the longest kind of place.
const KIND_COLUMN: usize = 13;
/// A longer name of a tool moves only its own line.
const MAX_TOOL: usize = 16;
/// More lines would push the answer off the screen.
const MAX_ROWS: usize = 20;
