//! What two releases did in rooms of their own.

use waxseal_model::{ReportEntry, RunSide};

use super::quote::{code, prose};
use crate::report::answer::SENTENCE_LIMIT;
use crate::report::compared::{both, rows, shared, shared_pressing, under};
use crate::report::escape::escape;

/// What only one of two releases did when it ran, and what both do.
pub(super) fn ran(entry: &ReportEntry) -> Option<String> {
    let change = entry.run_change.as_ref()?;
    let mut out = format!("They ran {}. In both: {}.\n", under(change), both(change));
    for row in rows(change) {
        let word = match row.side {
            RunSide::Gained => "newly",
            RunSide::Lost => "no longer",
        };
        let detail = if row.detail.is_empty() {
            String::new()
        } else {
            format!(" ({})", prose(&row.detail))
        };
        out.push_str(&format!("\n- {word}: {} {}{detail}", row.aspect, code(&row.what)));
    }
    if let Some(text) = shared(entry) {
        out.push_str(&format!(
            "\n\n**Both releases have {text}**, which do not count here:\n"
        ));
        for judged in shared_pressing(entry).take(MAX_SHARED) {
            let summary = prose(&escape(&judged.finding.summary, SENTENCE_LIMIT));
            out.push_str(&format!("\n- {} {summary}", judged.decision.id()));
        }
    }
    Some(out)
}

/// Findings of both releases that are named.
const MAX_SHARED: usize = 10;
