//! Reports for pull requests and build summaries: a table of all answers, and details that open.
//!
//! Nothing that a package wrote is left as Markdown or HTML: it stands in code, where no link, no mention and no tag works.

use waxseal_model::{Decision, Exhibit, GapWeight, Judged, LineTag, Report, ReportEntry};

use self::quote::{cell, code, html_code, prose};
use super::RenderOptions;
use super::answer::{
    Answer, NAME_LIMIT, SENTENCE_LIMIT, brief_sentence, count, decision_word, is_shown, known_malicious_data, sentence,
    subject, tally_sentence, weight_sentence,
};
use super::escape::escape;
use super::excerpt::{Row, exhibit_rows, hunk_rows};
use super::text::findings::{place, reached_by};

mod quote;
mod ran;

/// Writes the report.
pub(crate) fn render(report: &Report, options: &RenderOptions) -> String {
    let mut page = Page {
        out: format!(
            "## waxseal: {}\n\n",
            if options.brief {
                brief_sentence(report)
            } else {
                tally_sentence(&report.entries)
            }
        ),
        left_out: 0,
    };
    let mut entries: Vec<&ReportEntry> = report.entries.iter().filter(|it| is_shown(it, options)).collect();
    entries.sort_by_key(|entry| Answer::of(entry));
    if !entries.is_empty() {
        page.add("| answer | package | why |\n|---|---|---|\n");
    }
    for entry in &entries {
        let (text, _) = sentence(entry);
        let row = format!(
            "| **{}** | {} | {} |\n",
            Answer::of(entry).word(),
            cell(&code(&subject(entry))),
            cell(&prose(&text))
        );
        page.add_within(&row, TABLE_LIMIT);
    }
    if let Some(text) = known_malicious_data(report) {
        page.add(&format!("\nknown-malicious data: {}\n", prose(&text)));
    }
    for warning in &report.warnings {
        page.add(&format!("\n**warning:** {}\n", prose(&escape(warning, SENTENCE_LIMIT))));
    }
    for entry in entries {
        let parts = parts(entry, options);
        if !parts.is_empty() {
            details(&mut page, entry, &parts);
        }
    }
    page.finish()
}

/// A document that stays below what a comment may hold.
struct Page {
    out: String,
    left_out: usize,
}

impl Page {
    /// Adds a part as a whole, or counts it as left out.
    fn add(&mut self, part: &str) -> bool {
        self.add_within(part, LIMIT)
    }

    fn add_within(&mut self, part: &str, limit: usize) -> bool {
        let fits = self.out.len() + part.len() <= limit;
        if fits {
            self.out.push_str(part);
        } else {
            self.left_out += 1;
        }
        fits
    }

    fn finish(mut self) -> String {
        if self.left_out > 0 {
            let text = format!(
                "\n**Cut:** {} left out to stay within what a comment may hold. `--format text` shows everything.\n",
                count(self.left_out, "part")
            );
            self.out.push_str(&text);
        }
        self.out
    }
}

/// One entry, open if it needs attention.
fn details(page: &mut Page, entry: &ReportEntry, parts: &[String]) {
    let answer = Answer::of(entry);
    let open = if answer == Answer::Allow { "" } else { " open" };
    let name = html_code(&subject(entry));
    let head = format!(
        "\n<details{open}>\n<summary><b>{}</b> {name}</summary>\n",
        answer.word()
    );
    if !page.add_within(&head, LIMIT - CLOSING.len()) {
        return;
    }
    for part in parts {
        page.add_within(&format!("\n{}\n", part.trim_end()), LIMIT - CLOSING.len());
    }
    page.out.push_str(CLOSING);
}

/// What there is to say of an entry beyond its row in the table, each part a block of its own.
fn parts(entry: &ReportEntry, options: &RenderOptions) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(error) = &entry.error {
        let hint = error
            .hint
            .as_deref()
            .map(|hint| format!("\n\nhint: {}", prose(&escape(hint, SENTENCE_LIMIT))));
        parts.push(format!(
            "{}{}",
            prose(&escape(&error.message, SENTENCE_LIMIT)),
            hint.unwrap_or_default()
        ));
    }
    for (idx, judged) in entry.verdict.findings.iter().enumerate() {
        if judged.decision > Decision::Allow {
            parts.extend(finding(entry, idx, judged));
        }
    }
    for judged in entry.verdict.findings.iter().filter(|judged| judged.waived.is_some()) {
        let reason = escape(judged.waived.as_deref().unwrap_or_default(), SENTENCE_LIMIT);
        parts.push(format!("{}; accepted: {}", claim(judged), prose(&reason)));
    }
    let gaps: Vec<String> = entry.verdict.gaps.iter().map(gap).collect();
    if !gaps.is_empty() {
        parts.push(gaps.join("\n"));
    }
    parts.extend(change(entry));
    parts.extend(ran::ran(entry));
    parts.extend(diff(entry, options));
    parts.extend(notes(entry, options));
    let mut explained: Vec<String> = Vec::new();
    for judged in entry
        .verdict
        .findings
        .iter()
        .filter(|judged| judged.decision > Decision::Allow)
    {
        let command = code(&format!(
            "waxseal explain {}",
            escape(&judged.finding.indicator, NAME_LIMIT)
        ));
        if !explained.contains(&command) && explained.len() < MAX_EXPLAINED {
            explained.push(command);
        }
    }
    if !explained.is_empty() {
        parts.push(format!(
            "{} says what it is, and when it is wrong.",
            explained.join(", ")
        ));
    }
    parts
}

/// One finding that needs attention, with its code.
fn finding(entry: &ReportEntry, idx: usize, judged: &Judged) -> Vec<String> {
    let mut parts = vec![format!(
        "{} ({})",
        claim(judged),
        prose(&weight_sentence(entry, judged))
    )];
    let evidence = &judged.finding.evidence;
    for exhibit in entry
        .exhibits
        .iter()
        .filter(|exhibit| exhibit.finding as usize == idx)
        .take(MAX_EXHIBITS)
    {
        let proof = evidence.get(exhibit.proof as usize);
        let at = proof
            .map(place)
            .filter(|at| !at.is_empty())
            .unwrap_or_else(|| escape(&exhibit.path, NAME_LIMIT));
        let mut text = code(&at);
        if exhibit.formatted {
            text.push_str(" (minified; shown formatted)");
        }
        if let Some(steps) = proof.and_then(reached_by) {
            text.push_str(&format!(", reached by {}", code(&steps)));
        }
        parts.push(format!("{text}\n\n{}", fenced("text", &excerpt(exhibit))));
    }
    if parts.len() == 1 {
        let places: Vec<String> = evidence
            .iter()
            .map(place)
            .filter(|at| !at.is_empty())
            .map(|at| code(&at))
            .collect();
        let shown = places.len().min(MAX_PLACES);
        if shown > 0 {
            let more = places.len() - shown;
            let tail = if more > 0 {
                format!(" and {}", count(more, "more place"))
            } else {
                String::new()
            };
            parts.push(format!("at {}{tail}", places[..shown].join(", ")));
        }
    }
    parts
}

/// `**block** `id`: sentence`.
fn claim(judged: &Judged) -> String {
    let id = code(&escape(&judged.finding.indicator, NAME_LIMIT));
    format!(
        "**{}** {id}: {}",
        decision_word(judged),
        prose(&escape(&judged.finding.summary, SENTENCE_LIMIT))
    )
}

fn excerpt(exhibit: &Exhibit) -> Vec<String> {
    let mut lines = Vec::new();
    for row in exhibit_rows(exhibit, CODE_COLUMNS).iter().take(MAX_LINES) {
        lines.push(numbered(row, &row.text));
        if let Some((first, width)) = row.mark {
            lines.push(format!("{:>NUMBER$} | {}{}", "", " ".repeat(first), "^".repeat(width)));
        }
    }
    lines
}

fn numbered(row: &Row, text: &str) -> String {
    let number = row.number.map(|number| number.to_string()).unwrap_or_default();
    format!("{number:>NUMBER$} | {text}").trim_end().to_owned()
}

/// A block of code that nothing in it can end.
fn fenced(language: &str, lines: &[String]) -> String {
    let run = lines.iter().map(|line| quote::longest_run(line)).max().unwrap_or(0);
    let fence = "`".repeat((run + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}", lines.join("\n"))
}

fn gap(gap: &waxseal_model::Gap) -> String {
    let weight = match gap.weight {
        GapWeight::Decisive => "",
        GapWeight::Partial => "; the answer stands without it",
    };
    let reason = prose(&escape(&gap.reason, SENTENCE_LIMIT));
    format!(
        "- could not look: {reason} ({}{weight})",
        code(&escape(&gap.method, NAME_LIMIT))
    )
}

/// New capabilities and changed fields of the manifest, a list each.
fn change(entry: &ReportEntry) -> Vec<String> {
    let Some(change) = &entry.change else { return Vec::new() };
    let mut parts = Vec::new();
    let gained: Vec<String> = change
        .gained
        .iter()
        .map(|gained| {
            let capability = &gained.capability;
            let path = entry
                .paths
                .get(capability.location.file.0 as usize)
                .map_or("?", String::as_str);
            let at = format!("{}:{}", escape(path, NAME_LIMIT), capability.location.line);
            format!(
                "- {}: {} at {}",
                capability.kind.id(),
                code(&super::text::change::api(capability)),
                code(&at)
            )
        })
        .collect();
    parts.extend(list("Can newly do", &gained));
    let fields: Vec<String> = change
        .manifest
        .iter()
        .map(|field| {
            let value = |text: &Option<String>| match text {
                Some(text) => code(&escape(text, SENTENCE_LIMIT)),
                None => "nothing".to_owned(),
            };
            format!(
                "- {}: {} → {}",
                code(&escape(&field.field, NAME_LIMIT)),
                value(&field.old),
                value(&field.new)
            )
        })
        .collect();
    parts.extend(list("Changes of package.json", &fields));
    parts
}

fn list(title: &str, items: &[String]) -> Option<String> {
    if items.is_empty() {
        return None;
    }
    let shown = items.len().min(MAX_ITEMS);
    let more = items.len() - shown;
    let tail = if more > 0 {
        format!("\n- and {more} more")
    } else {
        String::new()
    };
    Some(format!("{title}:\n\n{}{tail}", items[..shown].join("\n")))
}

/// The lines that differ, a block for each piece, and what was folded away.
fn diff(entry: &ReportEntry, options: &RenderOptions) -> Vec<String> {
    let Some(diff) = &entry.diff else { return Vec::new() };
    let most = if options.verbose {
        diff.hunks.len()
    } else {
        diff.hunks.len().min(MAX_HUNKS)
    };
    let mut parts = Vec::new();
    for hunk in &diff.hunks[..most] {
        let mut at = code(&format!("{}:{}", escape(&hunk.path, NAME_LIMIT), hunk.new_start));
        for reason in &hunk.reasons {
            at.push_str(&format!(", {}", prose(&escape(reason, NAME_LIMIT))));
        }
        let rows = hunk_rows(hunk, CODE_COLUMNS);
        let mut lines: Vec<String> = rows
            .iter()
            .take(MAX_LINES)
            .map(|row| match row.tag {
                Some(LineTag::Added) => format!("+ {}", row.text),
                Some(LineTag::Removed) => format!("- {}", row.text),
                _ => format!("  {}", row.text).trim_end().to_owned(),
            })
            .collect();
        if rows.len() > MAX_LINES {
            lines.push(format!("# and {}", count(rows.len() - MAX_LINES, "more line")));
        }
        parts.push(format!("{at}\n\n{}", fenced("diff", &lines)));
    }
    let mut folded: Vec<String> = diff
        .folded
        .iter()
        .map(|folded| {
            let hunks = count(folded.hunks as usize, "hunk");
            let files = count(folded.files as usize, "file");
            format!("{hunks} of {} in {files}", prose(&escape(&folded.reason, NAME_LIMIT)))
        })
        .collect();
    if diff.hunks.len() > most {
        folded.push(count(diff.hunks.len() - most, "more hunk"));
    }
    if diff.same_code > 0 {
        folded.push(format!(
            "{} with the same code in other words",
            count(diff.same_code as usize, "file")
        ));
    }
    if !folded.is_empty() {
        parts.push(format!("Folded: {}", folded.join(", ")));
    }
    parts
}

/// Findings that lead to nothing.
fn notes(entry: &ReportEntry, options: &RenderOptions) -> Option<String> {
    let notes: Vec<String> = entry
        .verdict
        .findings
        .iter()
        .filter(|judged| judged.decision == Decision::Allow && judged.waived.is_none())
        .map(|judged| format!("- {}", claim(judged)))
        .collect();
    if options.verbose || notes.is_empty() {
        return (!notes.is_empty()).then(|| notes.join("\n"));
    }
    Some(format!("{} ({})", count(notes.len(), "note"), "`--verbose` shows them"))
}

/// GitHub takes 65,536 characters in a comment; the closing line and whoever wraps this need some.
const LIMIT: usize = 59_000;
/// The table leaves room for details.
const TABLE_LIMIT: usize = 20_000;
const CLOSING: &str = "\n</details>\n";
/// A pull request shows about as many without scrolling.
const CODE_COLUMNS: usize = 100;
/// The width of line numbers.
const NUMBER: usize = 5;
const MAX_EXHIBITS: usize = 2;
const MAX_PLACES: usize = 5;
const MAX_LINES: usize = 40;
const MAX_ITEMS: usize = 20;
const MAX_HUNKS: usize = 10;
const MAX_EXPLAINED: usize = 3;

#[cfg(test)]
mod tests;
