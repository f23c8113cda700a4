//! The findings of an entry: what led to the verdict with its code, what was waived, and notes on one line each.

use waxseal_model::{Decision, Exhibit, Judged, Proof, ReportEntry};

use super::page::{BAD, DOUBT, FAINT, Page, STRONG};
use crate::report::answer::{NAME_LIMIT, SENTENCE_LIMIT, count, decision_word, weight_sentence};
use crate::report::escape::escape;
use crate::report::excerpt::{Row, exhibit_rows};
use crate::report::width::{cut, pad, width};

/// Findings that lead to review or block. `named` is the one whose sentence the headline already says.
pub(crate) fn pressing(page: &mut Page, entry: &ReportEntry, named: Option<usize>) {
    let all: Vec<usize> = (0..entry.verdict.findings.len())
        .filter(|idx| {
            let judged = &entry.verdict.findings[*idx];
            judged.decision > Decision::Allow && !super::scan::is_in_table(entry, &judged.finding.indicator)
        })
        .collect();
    let shown = if page.verbose {
        all.len()
    } else {
        all.len().min(MAX_PRESSING)
    };
    for idx in &all[..shown] {
        page.blank();
        one(page, entry, *idx, named == Some(*idx));
    }
    if shown < all.len() {
        page.blank();
        page.line(&format!(
            "  and {} (--verbose shows them)",
            count(all.len() - shown, "more finding")
        ));
    }
}

/// Findings that the policy accepts, with the reason it gives.
pub(crate) fn waived(page: &mut Page, entry: &ReportEntry) {
    let waived = entry.verdict.findings.iter().filter(|judged| judged.waived.is_some());
    page.blank();
    for judged in waived {
        let label = format!("  waived[{}] ", escape(&judged.finding.indicator, NAME_LIMIT));
        page.labelled(&label, FAINT, &escape(&judged.finding.summary, SENTENCE_LIMIT));
        let reason = judged.waived.as_deref().unwrap_or_default();
        page.labelled("    = accepted: ", FAINT, &escape(reason, SENTENCE_LIMIT));
    }
}

/// Findings that lead to nothing: one line each, and only the first few unless asked for.
pub(crate) fn notes(page: &mut Page, entry: &ReportEntry) {
    let notes: Vec<&Judged> = entry
        .verdict
        .findings
        .iter()
        .filter(|judged| judged.decision == Decision::Allow && judged.waived.is_none())
        .collect();
    if notes.is_empty() {
        return;
    }
    page.blank();
    page.line(&page.paint(FAINT, &format!("  {}", count(notes.len(), "note"))));
    let shown = if page.verbose {
        notes.len()
    } else {
        notes.len().min(MAX_NOTES)
    };
    let id = |judged: &Judged| escape(&judged.finding.indicator, NAME_LIMIT);
    let column = notes[..shown]
        .iter()
        .map(|judged| width(&id(judged)))
        .max()
        .unwrap_or(0)
        .min(MAX_ID_COLUMN);
    for judged in &notes[..shown] {
        let finding = &judged.finding;
        let place = finding.evidence.first().map(place).unwrap_or_default();
        let text = format!(
            "{}  {}",
            pad(&id(judged), column),
            escape(&finding.summary, SENTENCE_LIMIT)
        );
        if page.verbose {
            let tail = if place.is_empty() {
                String::new()
            } else {
                format!(" ({place})")
            };
            let text = format!("{}{tail}", escape(&finding.summary, SENTENCE_LIMIT));
            page.labelled(&format!("    {}  ", pad(&id(judged), column)), FAINT, &text);
        } else {
            let room = page.width.saturating_sub(4);
            let tail = if place.is_empty() {
                String::new()
            } else {
                format!("  {place}")
            };
            let fits = width(&text) + width(&tail) <= room;
            page.line(&format!(
                "    {}",
                if fits {
                    format!("{text}{tail}")
                } else {
                    cut(&text, room)
                }
            ));
        }
    }
    if shown < notes.len() {
        page.line(&format!("    and {} more (--verbose shows them)", notes.len() - shown));
    }
}

/// One finding: its id and sentence, its code, and how sure it is.
fn one(page: &mut Page, entry: &ReportEntry, idx: usize, said: bool) {
    let judged = &entry.verdict.findings[idx];
    let finding = &judged.finding;
    let word = decision_word(judged);
    let style = if judged.decision == Decision::Block { BAD } else { DOUBT };
    let label = format!("  {word}[{}] ", escape(&finding.indicator, NAME_LIMIT));
    // The headline is not said twice: the first finding is introduced by what its indicator means.
    let meaning = waxseal_detect::indicator(&finding.indicator)
        .filter(|_| said)
        .map(|rule| rule.title.to_owned());
    let text = meaning.unwrap_or_else(|| escape(&finding.summary, SENTENCE_LIMIT));
    page.labelled(&label, style.bold(), &text);
    let exhibits: Vec<&Exhibit> = entry
        .exhibits
        .iter()
        .filter(|exhibit| exhibit.finding as usize == idx)
        .collect();
    let most = if page.verbose { exhibits.len() } else { MAX_EXHIBITS };
    let shown: Vec<&Exhibit> = exhibits.into_iter().take(most).collect();
    for exhibit in &shown {
        let proof = finding.evidence.get(exhibit.proof as usize);
        excerpt(page, exhibit, proof, judged.decision);
    }
    let told = |position: usize| shown.iter().any(|exhibit| exhibit.proof as usize == position);
    let rest: Vec<&Proof> = finding
        .evidence
        .iter()
        .enumerate()
        .filter(|(position, _)| !told(*position))
        .map(|(_, proof)| proof)
        .collect();
    other_places(page, &rest, shown.is_empty());
    page.labelled("      = ", FAINT, &weight_sentence(entry, judged));
    if let Some(steps) = finding.evidence.first().and_then(reached_by) {
        page.labelled("      = reached by: ", FAINT, &steps);
    }
}

/// The code of one proof, as compilers show it.
fn excerpt(page: &mut Page, exhibit: &Exhibit, proof: Option<&Proof>, decision: Decision) {
    let numbers = exhibit.lines.last().map_or(1, |line| line.number.to_string().len());
    let gutter = numbers.max(3) + 2;
    let columns = page.width.saturating_sub(gutter + 3);
    let rows = exhibit_rows(exhibit, columns);
    let mut at = proof
        .map(place)
        .filter(|text| !text.is_empty())
        .unwrap_or_else(|| escape(&exhibit.path, NAME_LIMIT));
    if let Some(function) = proof.and_then(|proof| proof.function.as_deref()) {
        at.push_str(&format!(" in {}", escape(function, NAME_LIMIT)));
    }
    if exhibit.formatted {
        at.push_str(" (minified; shown formatted, with the numbers of that form)");
    }
    page.labelled(&format!("{}--> ", " ".repeat(gutter)), FAINT, &at);
    let style = if decision == Decision::Block { BAD } else { DOUBT };
    bar(page, gutter);
    for row in &rows {
        source_line(page, row, gutter);
        if let Some((first, width)) = row.mark {
            let marks = format!("{}{}", " ".repeat(first), "^".repeat(width));
            let label = proof.map(|proof| mark_label(proof, row)).unwrap_or_default();
            let label = if first + width + 1 + label.chars().count() <= columns {
                label
            } else {
                String::new()
            };
            let bar = page.paint(FAINT, &format!("{} |", " ".repeat(gutter)));
            page.line(&format!(
                "{bar} {}",
                page.paint(style.bold(), format!("{marks} {label}").trim_end())
            ));
        }
    }
    bar(page, gutter);
}

fn bar(page: &mut Page, gutter: usize) {
    page.line(&page.paint(FAINT, &format!("{} |", " ".repeat(gutter))));
}

fn source_line(page: &mut Page, row: &Row, gutter: usize) {
    let number = row.number.map(|number| number.to_string()).unwrap_or_default();
    let bar = page.paint(FAINT, &format!("{number:>gutter$} |"));
    let text = if row.mark.is_some() {
        page.paint(STRONG, &row.text)
    } else {
        row.text.clone()
    };
    page.line(&format!("{bar} {text}"));
}

/// What stands under the mark: what the marked text is, or what it comes to if it does not say so itself.
fn mark_label(proof: &Proof, row: &Row) -> String {
    for key in ["recipient", "host", "command", "env", "dependency", "api"] {
        let Some(value) = proof.values.get(key) else { continue };
        let value = escape(value, NAME_LIMIT);
        if !row.text.contains(value.as_str()) {
            return format!("is {value}");
        }
        return match proof.values.get("place") {
            Some(place) if key == "recipient" => format!("{key}, in {}", escape(place, NAME_LIMIT)),
            _ => key.to_owned(),
        };
    }
    String::new()
}

/// Proofs without an excerpt: a line each for the first few. The values are shown where nothing else was.
fn other_places(page: &mut Page, proofs: &[&Proof], alone: bool) {
    let most = if page.verbose { proofs.len() } else { MAX_PLACES };
    for proof in proofs.iter().take(most) {
        let mut text = place(proof);
        if alone {
            let values: Vec<String> = proof
                .values
                .iter()
                .map(|(key, value)| format!("{}: {}", escape(key, NAME_LIMIT), escape(value, NAME_LIMIT)))
                .collect();
            text = [text, values.join(", ")]
                .iter()
                .filter(|part| !part.is_empty())
                .cloned()
                .collect::<Vec<_>>()
                .join(" · ");
        }
        if !text.is_empty() {
            page.labelled(if alone { "      --> " } else { "      = also at: " }, FAINT, &text);
        }
    }
    if proofs.len() > most {
        let more = count(proofs.len() - most, "more place");
        page.line(&format!(
            "      {} and {more} (--verbose shows them)",
            page.paint(FAINT, "=")
        ));
    }
}

/// `index.js:231:14`, escaped; empty if the proof names no file.
pub(crate) fn place(proof: &Proof) -> String {
    let Some(path) = &proof.path else { return String::new() };
    let mut text = escape(path, NAME_LIMIT);
    if let Some(location) = proof.location {
        text.push_str(&format!(":{}:{}", location.line, location.column));
    }
    text
}

/// `index.js › sendEmail`, escaped; `None` if that is not known.
pub(crate) fn reached_by(proof: &Proof) -> Option<String> {
    let steps: Vec<String> = proof
        .reached_by
        .iter()
        .take(MAX_STEPS)
        .map(|step| escape(step, NAME_LIMIT))
        .collect();
    (!steps.is_empty()).then(|| steps.join(" › "))
}

/// Findings shown in full; the first ones are the worst.
const MAX_PRESSING: usize = 8;
/// Excerpts of one finding.
const MAX_EXHIBITS: usize = 2;
/// Further places of one finding.
const MAX_PLACES: usize = 3;
/// The column of ids is no wider than this; a longer id moves only its own line.
const MAX_ID_COLUMN: usize = 36;
/// Notes on one line each.
const MAX_NOTES: usize = 5;
/// Steps from an entry point.
const MAX_STEPS: usize = 12;
