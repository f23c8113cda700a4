//! What was seen in a run, as reports and saved proofs show it.

use serde_json::{Value, json};
use waxseal_model::{FileChange, RunEnd};

mod place;
mod rows;
mod text;

pub(crate) use text::{end, limit_word, render, result, show, verdict};

/// How a run ended, for programs.
pub(crate) fn ending(how: RunEnd) -> Value {
    let (kind, field, value) = match how {
        RunEnd::Exited(status) => ("exited", "status", json!(status)),
        RunEnd::Signalled(signal) => ("signalled", "signal", json!(signal)),
        RunEnd::NotStarted(error) => ("not_started", "error", json!(error)),
        RunEnd::Stopped(limit) => ("stopped", "limit", json!(limit_word(limit))),
        RunEnd::Left => return json!({ "kind": "left", "text": end(how) }),
    };
    json!({ "kind": kind, field: value, "text": end(how) })
}

/// The stable id of what happened to a file.
pub(crate) fn change_id(change: FileChange) -> &'static str {
    match change {
        FileChange::Made => "made",
        FileChange::Changed => "changed",
        FileChange::Removed => "removed",
    }
}

/// A program as it was started: its arguments, or the file where there are none.
pub(crate) fn program(path: &str, arguments: &[String]) -> String {
    if arguments.is_empty() {
        path.to_owned()
    } else {
        arguments.join(" ")
    }
}
