//! The quieter sections of the summary: names that led nowhere, requests nobody knew, bytes nobody understood.

use waxseal_model::{CallOutcome, RunSummary};

use super::text::{NAME, PUZZLE, SENTENCE, row, section, times};
use crate::report::answer::bytes;
use crate::report::escape::escape;
use crate::report::text::page::{FAINT, PLAIN, Page};

/// What was called: the tool, how, and what came of it.
pub(super) fn calls(page: &mut Page, summary: &RunSummary) {
    section(page, "calls", &summary.calls, |page, call| {
        let style = match call.outcome {
            CallOutcome::Returned => PLAIN,
            _ => PUZZLE,
        };
        let outcome = match &call.outcome {
            CallOutcome::Returned => "returned".to_owned(),
            CallOutcome::Failed(said) => format!("failed: {}", escape(said, SENTENCE)),
            CallOutcome::TimedOut => "took too long".to_owned(),
            CallOutcome::NotMade(why) => format!("not made: {}", escape(why, SENTENCE)),
        };
        let variant = escape(&call.variant, NAME);
        let text = [variant.as_str(), &outcome]
            .into_iter()
            .filter(|it| !it.is_empty())
            .collect::<Vec<_>>()
            .join(", ");
        row(page, &escape(&call.name, NAME), style, &text);
    });
}

/// What a server of the Model Context Protocol no longer lists as it did before it was used.
pub(super) fn server(page: &mut Page, summary: &RunSummary) {
    let changes = summary.server.as_ref().map_or(&[][..], |it| &it.changes);
    section(page, "lists that changed while it was used", changes, |page, change| {
        let text = format!("{}, {}", change.list.id(), change.kind.id());
        row(page, &escape(&change.name, NAME), PUZZLE, &text);
    });
}

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
