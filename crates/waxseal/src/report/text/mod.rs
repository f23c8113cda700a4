//! The report for people: a verdict in one line, then why, with the code, then what to do.

use std::collections::BTreeMap;

use anstyle::Style;
use waxseal_model::{Decision, Gap, GapWeight, Report, ReportEntry, Subject};

use self::page::{BAD, DOUBT, FAINT, GOOD, PLAIN, Page, STRONG, UNKNOWN};
use super::RenderOptions;
use super::answer::{
    Answer, NAME_LIMIT, SENTENCE_LIMIT, brief_sentence, bytes, count, folded_gaps, is_shown, known_malicious_data,
    sentence, subject, tally_sentence,
};
use super::escape::escape;
use super::width::{pad, width};

pub(super) mod change;
pub(super) mod findings;
pub(crate) mod page;
mod ran;
mod scan;

/// Writes the report.
pub(crate) fn render(report: &Report, options: &RenderOptions) -> String {
    let mut page = Page::new(options);
    // What needs attention comes first; entries with one answer stay in the order asked for.
    let mut entries: Vec<&ReportEntry> = report.entries.iter().filter(|it| is_shown(it, options)).collect();
    entries.sort_by_key(|entry| Answer::of(entry));
    let several = report.entries.len() > 1;
    let is_short = |entry: &ReportEntry| several && !options.verbose && is_quiet(entry);
    let names = entries
        .iter()
        .filter(|entry| is_short(entry))
        .map(|entry| width(&subject(entry)));
    let column = names.max().unwrap_or(0).min(MAX_NAME_COLUMN);
    for entry in &entries {
        if report.scan.is_some() && scan::is_plain_place(entry) {
            continue;
        }
        if report.scan.is_some() && scan::is_calm_place(entry) {
            page.blank();
            scan::noted(&mut page, entry);
            continue;
        }
        if is_short(entry) {
            short_entry(&mut page, entry, column);
        } else {
            page.blank();
            full_entry(&mut page, entry);
            page.blank();
        }
    }
    untold(&mut page, entries.iter().copied().filter(|entry| is_short(entry)));
    known_malicious(&mut page, report);
    reminder(&mut page, &entries);
    if let Some(looked) = &report.scan {
        scan::summary(&mut page, report, looked);
    }
    if !report.warnings.is_empty() {
        page.blank();
        for warning in &report.warnings {
            page.labelled("warning: ", DOUBT.bold(), &escape(warning, SENTENCE_LIMIT));
        }
    }
    if options.brief {
        page.blank();
        for (reason, number) in folded_gaps(report, options) {
            page.labelled(
                "could not look: ",
                UNKNOWN,
                &format!("{reason} ({})", count(number, "release")),
            );
        }
        page.labelled("", STRONG, &brief_sentence(report));
    } else if several || report.entries.is_empty() {
        page.blank();
        page.line(&page.paint(STRONG, &tally_sentence(&report.entries)));
    }
    page.finish()
}

/// How old what is publicly known is, so that nobody takes an old answer for a new one.
fn known_malicious(page: &mut Page, report: &Report) {
    if let Some(text) = known_malicious_data(report) {
        page.blank();
        page.labelled("known-malicious data: ", FAINT, &text);
    }
}

/// What is known of a package before it runs, in a few lines for whoever waits.
pub(crate) fn so_far(entry: &ReportEntry) -> Vec<String> {
    let (text, named) = sentence(entry);
    let word = Answer::of(entry).word();
    let mut lines = vec![format!("so far, by its code: {word}  {}  {text}", subject(entry))];
    let others = entry
        .verdict
        .findings
        .iter()
        .enumerate()
        .filter(|(idx, judged)| judged.decision > Decision::Allow && named != Some(*idx));
    lines.extend(others.take(MAX_SO_FAR).map(|(_, judged)| {
        let id = escape(&judged.finding.indicator, NAME_LIMIT);
        let summary = escape(&judged.finding.summary, SENTENCE_LIMIT);
        format!("  {}[{id}] {summary}", judged.decision.id())
    }));
    lines
}

/// Whether the entry is allowed and one line says all there is to it.
fn is_quiet(entry: &ReportEntry) -> bool {
    Answer::of(entry) == Answer::Allow
        && entry.verdict.gaps.iter().all(is_of_all)
        && entry.change.is_none()
        && entry.run_change.is_none()
        && entry.verdict.findings.iter().all(|f| f.waived.is_none())
}

/// Whether a gap is of what the registry does not tell of any package, or of a database that is not there: said once for all short entries.
fn is_of_all(gap: &Gap) -> bool {
    matches!(gap.method.as_str(), "history" | "known-malicious") && gap.weight == GapWeight::Partial
}

/// What the registry does not tell of the packages that have one line each, with how many they are.
fn untold<'r>(page: &mut Page, short: impl Iterator<Item = &'r ReportEntry>) {
    let mut reasons: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for gap in short.flat_map(|entry| &entry.verdict.gaps) {
        *reasons.entry((gap.reason.as_str(), gap.method.as_str())).or_default() += 1;
    }
    for ((reason, method), packages) in reasons {
        let text = format!(
            "{} ({}, {}; the answers stand without it)",
            escape(reason, SENTENCE_LIMIT),
            escape(method, NAME_LIMIT),
            count(packages, "package")
        );
        page.blank();
        page.labelled("could not look: ", UNKNOWN, &text);
    }
}

/// An allowed entry among others: one line, its name in a column.
fn short_entry(page: &mut Page, entry: &ReportEntry, column: usize) {
    let mut parts = vec![can_do(entry), parsed(entry)];
    match entry.verdict.findings.len() {
        0 => {}
        notes => parts.push(count(notes, "note")),
    }
    let label = format!("{}  {}  ", Answer::Allow.word(), pad(&subject(entry), column));
    page.labelled(&label, GOOD, &parts.join("; "));
}

/// An entry with all its parts. Parts that have nothing to say are left out.
fn full_entry(page: &mut Page, entry: &ReportEntry) {
    let named = headline(page, entry);
    hint(page, entry);
    scan::found(page, entry);
    findings::pressing(page, entry, named);
    findings::waived(page, entry);
    change::show(page, entry);
    ran::show(page, entry);
    findings::notes(page, entry);
    gaps(page, entry);
    looked_at(page, entry);
    what_to_do(page, entry);
}

/// On a terminal the end of a long report is what stays in sight, so the first answers stand there once more.
fn reminder(page: &mut Page, entries: &[&ReportEntry]) {
    if page.lines() <= TERMINAL_LINES {
        return;
    }
    page.blank();
    for entry in entries
        .iter()
        .filter(|entry| Answer::of(entry) != Answer::Allow)
        .take(MAX_REMINDERS)
    {
        headline(page, entry);
    }
}

/// `BLOCK  name@1.0.16  copies every message to archive@collector.example`, on two lines if one is too short.
/// Returns which finding it speaks of.
fn headline(page: &mut Page, entry: &ReportEntry) -> Option<usize> {
    let answer = Answer::of(entry);
    let style = answer_style(answer).bold();
    let label = format!("{}  ", answer.word());
    let name = subject(entry);
    let (text, named) = sentence(entry);
    if width(&label) + width(&name) + 2 + width(&text) <= page.width {
        let line = format!("{}{}  {text}", page.paint(style, &label), page.paint(STRONG, &name));
        page.line(&line);
    } else {
        if width(&label) + width(&name) <= page.width {
            let line = format!("{}{}", page.paint(style, &label), page.paint(STRONG, &name));
            page.line(&line);
        } else {
            page.labelled(&label, style, &name);
        }
        page.labelled(&" ".repeat(width(&label)), PLAIN, &text);
    }
    if answer != Answer::Incomplete && !entry.verdict.complete {
        page.labelled(
            &" ".repeat(width(&label)),
            PLAIN,
            "and it is incomplete: not all of it could be looked at",
        );
    }
    named
}

fn answer_style(answer: Answer) -> Style {
    match answer {
        Answer::Block => BAD,
        Answer::Review => DOUBT,
        Answer::Incomplete => UNKNOWN,
        Answer::Allow => GOOD,
    }
}

/// The error of an entry, unless the headline was it, and its hint.
fn hint(page: &mut Page, entry: &ReportEntry) {
    let Some(error) = &entry.error else { return };
    if entry.verdict.decision > Decision::Allow {
        page.labelled("  error: ", UNKNOWN.bold(), &escape(&error.message, SENTENCE_LIMIT));
    }
    if let Some(hint) = &error.hint {
        page.labelled("  hint: ", FAINT, &escape(hint, SENTENCE_LIMIT));
    }
}

/// Whether the headline already says the first decisive gap.
fn answer_is_a_gap(entry: &ReportEntry) -> bool {
    Answer::of(entry) == Answer::Incomplete && entry.error.is_none()
}

/// What could not be looked at. Never folded away, but not said again if the headline was it.
fn gaps(page: &mut Page, entry: &ReportEntry) {
    let said = entry
        .verdict
        .gaps
        .iter()
        .position(|gap| gap.weight == GapWeight::Decisive)
        .filter(|_| answer_is_a_gap(entry));
    page.blank();
    for (idx, gap) in entry.verdict.gaps.iter().enumerate() {
        if said == Some(idx) {
            continue;
        }
        let mut text = escape(&gap.reason, SENTENCE_LIMIT);
        text.push_str(&format!(" ({}", escape(&gap.method, NAME_LIMIT)));
        text.push_str(match gap.weight {
            GapWeight::Decisive => ")",
            GapWeight::Partial => "; the answer stands without it)",
        });
        page.labelled("  could not look: ", UNKNOWN, &text);
    }
}

/// What the code can do and how much of it was read: the calm end of every entry that was read.
fn looked_at(page: &mut Page, entry: &ReportEntry) {
    if entry.counts.files == 0 {
        return;
    }
    page.blank();
    page.labelled("  can do  ", FAINT, &can_do(entry));
    let size = format!(
        "{}; {}, {} unpacked",
        parsed(entry),
        count(entry.counts.files as usize, "file"),
        bytes(entry.counts.bytes)
    );
    page.labelled("  read    ", FAINT, &size);
    if page.verbose {
        let ran: Vec<String> = entry.verdict.ran.iter().map(|id| escape(id, NAME_LIMIT)).collect();
        page.labelled("  ran     ", FAINT, &ran.join(", "));
    }
}

fn can_do(entry: &ReportEntry) -> String {
    let parts: Vec<String> = entry
        .capabilities
        .iter()
        .filter(|(_, places)| *places > 0)
        .map(|(kind, places)| format!("{} {places}", escape(kind, NAME_LIMIT)))
        .collect();
    if parts.is_empty() {
        "nothing beyond computing".to_owned()
    } else {
        parts.join(", ")
    }
}

fn parsed(entry: &ReportEntry) -> String {
    let counts = entry.counts;
    if counts.parsed >= counts.code {
        format!("{} parsed", count(counts.code as usize, "code file"))
    } else {
        format!(
            "only {} of {} parsed",
            counts.parsed,
            count(counts.code as usize, "code file")
        )
    }
}

/// What a person can type next.
fn what_to_do(page: &mut Page, entry: &ReportEntry) {
    let verdict = &entry.verdict;
    if verdict.decision == Decision::Allow {
        return;
    }
    let mut steps: Vec<(String, &str)> = Vec::new();
    if let (Some(Subject::Package(old)), Subject::Package(new)) = (&verdict.compared_with, &verdict.subject) {
        let pin = format!("npm install {old}");
        // A name or version a shell would read as more than a word is not put into a command.
        if old.name == new.name && is_plain(&old.to_string()) {
            steps.push((pin, "stays with the release before"));
        }
    }
    let mut explained: Vec<&str> = Vec::new();
    for judged in verdict
        .findings
        .iter()
        .filter(|judged| judged.decision > Decision::Allow)
    {
        let id = judged.finding.indicator.as_str();
        if !explained.contains(&id) && explained.len() < MAX_EXPLAINED {
            explained.push(id);
        }
    }
    for id in explained {
        let text = format!("waxseal explain {}", escape(id, NAME_LIMIT));
        steps.push((text, "explains it, and when it is wrong"));
    }
    page.blank();
    page.line(&page.paint(FAINT, "  what to do"));
    let column = steps.iter().map(|(command, _)| width(command)).max().unwrap_or(0);
    for (command, why) in steps {
        if 4 + column + 2 + width(why) <= page.width {
            page.line(&format!("    {}  {}", pad(&command, column), page.paint(FAINT, why)));
        } else {
            page.line(&format!("    {command}"));
        }
    }
    page.labelled(
        "    ",
        PLAIN,
        "or accept it: a waiver in waxseal.toml, with reason, owner and expires",
    );
}

fn is_plain(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '@' | '/' | '.' | '_' | '-' | '+'))
}

/// The column of names is no wider than this; a longer name moves only its own line.
const MAX_NAME_COLUMN: usize = 40;

/// The height of a terminal that nobody resized, less the line of the prompt.
const TERMINAL_LINES: usize = 23;

/// Answers that stand at the end once more; the last line counts all.
const MAX_REMINDERS: usize = 5;

/// More would push the rest off the screen; each finding names its id anyway.
const MAX_EXPLAINED: usize = 3;
/// Findings that are shown before a package runs.
const MAX_SO_FAR: usize = 4;
