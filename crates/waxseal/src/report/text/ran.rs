//! What two releases did in rooms of their own: both runs in a line each, what only one did, and what both do.

use waxseal_model::{ReportEntry, RunChange, RunSide};

use super::page::{BAD, DOUBT, FAINT, PLAIN, Page, STRONG};
use crate::report::answer::SENTENCE_LIMIT;
use crate::report::compared::{Row, both, rows, shared, shared_pressing, under};
use crate::report::escape::escape;
use crate::report::run::{result, verdict};
use crate::report::width::{pad, width};

/// Every run of the entry; of a comparison, what differs instead of everything that was seen.
pub(crate) fn show(page: &mut Page, entry: &ReportEntry) {
    let Some(change) = &entry.run_change else {
        for run in &entry.runs {
            crate::report::run::show(page, run);
        }
        return;
    };
    page.blank();
    for (label, runs) in [("older", &entry.old_runs), ("newer", &entry.runs)] {
        for run in runs {
            let style = verdict(run).bold();
            page.labelled(&format!("RUN  {label}  "), style, &result(run));
        }
    }
    page.labelled("     ", FAINT, &under(change));
    differences(page, change);
    page.blank();
    page.labelled("  in both  ", FAINT, &both(change));
    if let Some(text) = shared(entry) {
        let text = format!("{text}, which the older release has too and which do not count here");
        page.labelled("  both have  ", DOUBT.bold(), &text);
        for judged in shared_pressing(entry).take(MAX_SHARED) {
            let summary = escape(&judged.finding.summary, SENTENCE_LIMIT);
            page.labelled(&format!("    {} ", judged.decision.id()), DOUBT, &summary);
        }
        page.labelled(
            "    ",
            FAINT,
            "`waxseal run` with one release alone judges what it does",
        );
    }
    if page.verbose {
        for run in &entry.runs {
            crate::report::run::show(page, run);
        }
    }
}

fn differences(page: &mut Page, change: &RunChange) {
    let all = rows(change);
    let column = all.iter().map(|row| width(row.aspect)).max().unwrap_or(0);
    for (side, title) in [(RunSide::Gained, "newly"), (RunSide::Lost, "no longer")] {
        let of_side: Vec<&Row> = all.iter().filter(|row| row.side == side).collect();
        if of_side.is_empty() {
            continue;
        }
        page.blank();
        page.line(&page.paint(STRONG, &format!("  {title}")));
        let most = if page.verbose { usize::MAX } else { MAX_ROWS };
        for row in of_side.iter().take(most) {
            let style = if side == RunSide::Gained { BAD } else { DOUBT };
            let detail = if row.detail.is_empty() {
                String::new()
            } else {
                format!("  ({})", row.detail)
            };
            let label = format!("    {}  ", pad(row.aspect, column));
            page.labelled(&label, style, &format!("{}{detail}", row.what));
        }
        if of_side.len() > most {
            page.line(&format!("    and {} more (--verbose shows them)", of_side.len() - most));
        }
    }
    if all.is_empty() {
        page.blank();
        page.labelled("  ", PLAIN, "nothing that only one of them did was seen");
    }
}

/// Differences of one side.
const MAX_ROWS: usize = 15;
/// Findings of both that are named.
const MAX_SHARED: usize = 5;
