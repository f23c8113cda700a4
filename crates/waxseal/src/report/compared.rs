//! What two releases did in rooms of their own, in words that every format uses: what only one did, and how much both do.

use waxseal_model::{Decision, Judged, ReportEntry, RunChange, RunDifference, RunSide};

use super::answer::{NAME_LIMIT, count};
use super::escape::escape;

/// Differences that look alike, as one row: everything escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) side: RunSide,
    /// The aspect's id.
    pub(crate) aspect: &'static str,
    pub(crate) what: String,
    /// `Bcc, of what sendEmail sends, 3×`; may be empty.
    pub(crate) detail: String,
}

/// The rows of a comparison, what the newer release does first.
pub(crate) fn rows(change: &RunChange) -> Vec<Row> {
    let mut groups: Vec<(&RunDifference, u32)> = Vec::new();
    for it in &change.differences {
        let alike = |other: &RunDifference| {
            let value = |it: &RunDifference, name: &str| it.values.get(name).cloned();
            other.aspect == it.aspect
                && other.side == it.side
                && other.what == it.what
                && ["place", "call", "change"]
                    .iter()
                    .all(|name| value(other, name) == value(it, name))
        };
        match groups.iter().position(|(known, _)| alike(known)) {
            Some(idx) => groups[idx].1 += 1,
            None if groups.len() < MAX_ROWS => groups.push((it, 1)),
            None => {}
        }
    }
    groups.sort_by_key(|(it, _)| it.side);
    groups.into_iter().map(|(it, times)| row(it, times)).collect()
}

fn row(it: &RunDifference, times: u32) -> Row {
    let value = |name: &str| it.values.get(name).map(|value| escape(value, NAME_LIMIT));
    let mut parts: Vec<String> = [value("place"), value("change")].into_iter().flatten().collect();
    if let Some(call) = value("call") {
        parts.push(format!("of what `{call}` sends"));
    }
    if let Some(phase) = value("phase").filter(|phase| phase != "call") {
        parts.push(format!("in {phase}"));
    }
    if times > 1 {
        parts.push(format!("{times}×"));
    }
    Row {
        side: it.side,
        aspect: it.aspect.id(),
        what: escape(&it.what, NAME_LIMIT),
        detail: parts.join(", "),
    }
}

/// `7 recipients, 4 messages`: what both did.
pub(crate) fn both(change: &RunChange) -> String {
    let parts: Vec<String> = change
        .same
        .iter()
        .map(|(aspect, number)| match (aspect.id(), number) {
            ("canary", 2..) => format!("{number} uses of planted secrets"),
            ("canary", _) => "1 use of a planted secret".to_owned(),
            (word, number) => count(*number as usize, word),
        })
        .collect();
    if parts.is_empty() {
        "nothing that was seen".to_owned()
    } else {
        parts.join(", ")
    }
}

/// How they were run.
pub(crate) fn under(change: &RunChange) -> String {
    let calls = match change.calls.both {
        0 => String::new(),
        1 => ", under the same call".to_owned(),
        number => format!(", under the same {number} calls"),
    };
    format!("each in a room of its own{calls}")
}

/// `2 findings (1 block, 1 review) and 3 notes`: what both releases have, where only the difference counts.
pub(crate) fn shared(entry: &ReportEntry) -> Option<String> {
    let shared = &entry.verdict.shared;
    let number = |decision: Decision| shared.iter().filter(|it| it.decision == decision).count();
    let (blocks, reviews, notes) = (
        number(Decision::Block),
        number(Decision::Review),
        number(Decision::Allow),
    );
    let words: Vec<String> = [(blocks, "block"), (reviews, "review")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    let findings =
        (blocks + reviews > 0).then(|| format!("{} ({})", count(blocks + reviews, "finding"), words.join(", ")));
    let notes = (notes > 0).then(|| count(notes, "note"));
    let parts: Vec<String> = findings.into_iter().chain(notes).collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

/// Those of the findings that both have which would press by themselves.
pub(crate) fn shared_pressing(entry: &ReportEntry) -> impl Iterator<Item = &Judged> {
    let shared = entry.verdict.shared.iter();
    shared.filter(|judged| judged.decision > Decision::Allow)
}

/// More is read by programs.
const MAX_ROWS: usize = 60;
