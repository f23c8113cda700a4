//! The quieter sections of the summary: names that led nowhere, requests nobody knew, bytes nobody understood.

use waxseal_model::RunSummary;

use super::text::{NAME, PUZZLE, SENTENCE, row, section, times};
use crate::report::answer::bytes;
use crate::report::escape::escape;
use crate::report::text::page::{FAINT, Page};

/// Names that were asked for and never reached.
pub(super) fn unreached(page: &mut Page, summary: &RunSummary) {
    section(
        page,
        "names asked for, never reached",
        &summary.unreached,
        |page, name| {
            let kinds: Vec<String> = name.kinds.iter().take(8).map(|kind| escape(kind, NAME)).collect();
            let mut text = format!("{}{}", kinds.join(", "), times(name.times));
            if name.denied {
                text.push_str(", answered that there is none");
            }
            row(page, &escape(&name.name, NAME), FAINT, &text);
        },
    );
}

/// Requests that were answered without knowing the service.
pub(super) fn generic(page: &mut Page, summary: &RunSummary) {
    section(
        page,
        "answered without knowing the service",
        &summary.generic,
        |page, host| {
            let requests: Vec<String> = host.requests.iter().take(3).map(|it| escape(it, NAME)).collect();
            let mut text = requests.join(", ");
            if host.requests.len() > requests.len() {
                text.push_str(", …");
            }
            text.push_str(&times(host.times));
            row(page, &escape(&host.host, NAME), FAINT, &text);
        },
    );
}

/// What was not understood.
pub(super) fn unknown(page: &mut Page, summary: &RunSummary) {
    section(page, "not understood", &summary.unknown, |page, unknown| {
        let mut text = format!("{}{}", unknown.kind, times(unknown.times));
        if unknown.bytes > 0 {
            text.push_str(&format!(", {}", bytes(unknown.bytes)));
        }
        text.push_str(&format!(": {}", escape(&unknown.detail, SENTENCE)));
        row(page, &escape(&unknown.place, NAME), PUZZLE, &text);
    });
}
