//! The summary for programs. Text of a package is in it as in every report: control and invisible characters as `\u{…}`.

use serde_json::{Value, json};
use waxseal_model::{FileChange, RunEnd};

use super::text::{end, limit_word};
use super::{Author, CanaryUse, ChangedFile, Destination, Mail, Process, Summary};
use crate::report::escape::escape;

/// `"schema": "waxseal.run/1"`. Further fields may come; a change that can break a reader counts the number up.
#[must_use]
pub fn json(summary: &Summary) -> Value {
    json!({
        "schema": "waxseal.run/1",
        "version": env!("CARGO_PKG_VERSION"),
        "command": texts(&summary.command),
        "end": ending(summary.end),
        "duration_us": summary.duration,
        "valid": summary.invalid.is_empty(),
        "invalid": texts(&summary.invalid),
        "destinations": summary.destinations.iter().map(destination).collect::<Vec<_>>(),
        "unreached": summary.unreached.iter().map(|name| json!({
            "name": text(&name.name),
            "kinds": texts(&name.kinds),
            "times": name.times,
            "denied": name.denied,
        })).collect::<Vec<_>>(),
        "mails": summary.mails.iter().map(mail).collect::<Vec<_>>(),
        "processes": summary.processes.iter().map(process).collect::<Vec<_>>(),
        "files": summary.files.iter().map(file).collect::<Vec<_>>(),
        "canaries": summary.canaries.iter().map(canary).collect::<Vec<_>>(),
        "gaps": gaps(summary),
        "counters": summary.counters,
    })
}

/// How a run ended, for programs.
pub(crate) fn ending(how: RunEnd) -> Value {
    let (kind, field, value) = match how {
        RunEnd::Exited(status) => ("exited", "status", json!(status)),
        RunEnd::Signalled(signal) => ("signalled", "signal", json!(signal)),
        RunEnd::NotStarted(error) => ("not_started", "error", json!(error)),
        RunEnd::Stopped(limit) => ("stopped", "limit", json!(limit_word(limit))),
    };
    json!({ "kind": kind, field: value, "text": end(how) })
}

fn destination(destination: &Destination) -> Value {
    json!({
        "name": destination.name.as_deref().map(text),
        "addresses": destination.addresses,
        "port": destination.port,
        "protocols": texts(&destination.protocols),
        "times": destination.times,
        "sent_bytes": destination.sent,
        "received_bytes": destination.received,
        "by": destination.by.iter().map(author).collect::<Vec<_>>(),
        "also_called": texts(&destination.also),
        "allowed": destination.allowed,
        "first_us": destination.first,
        "phases": destination.phases.iter().map(|phase| phase.id()).collect::<Vec<_>>(),
    })
}

fn author(author: &Author) -> Value {
    json!({
        "program": author.program.as_deref().map(text),
        "pid": author.pid,
        "frame": author.frame.as_deref().map(text),
    })
}

fn mail(mail: &Mail) -> Value {
    let recipients = mail.recipients.iter().map(|recipient| {
        json!({
            "mailbox": text(&recipient.mailbox),
            "envelope": recipient.envelope,
            "fields": recipient.fields,
        })
    });
    json!({
        "number": mail.number,
        "at_us": mail.at,
        "phase": mail.phase.id(),
        "server": text(&mail.server),
        "user": mail.user.as_deref().map(text),
        "from": text(&mail.from),
        "recipients": recipients.collect::<Vec<_>>(),
        "subject": mail.subject.as_deref().map(text),
        "accepted": mail.accepted,
        "whole": mail.whole,
        "allowed": mail.allowed,
    })
}

fn process(process: &Process) -> Value {
    json!({
        "pid": process.pid,
        "at_us": process.at,
        "phase": process.phase.id(),
        "path": text(&process.path),
        "arguments": texts(&process.arguments),
    })
}

fn file(file: &ChangedFile) -> Value {
    json!({ "path": text(&file.path), "change": change_id(file.change), "bytes": file.size })
}

/// The stable id of what happened to a file.
pub(crate) fn change_id(change: FileChange) -> &'static str {
    match change {
        FileChange::Made => "made",
        FileChange::Changed => "changed",
        FileChange::Removed => "removed",
    }
}

fn canary(used: &CanaryUse) -> Value {
    json!({
        "canary": text(&used.canary),
        "deed": used.deed.id(),
        "place": text(&used.place),
        "times": used.times,
        "phase": used.phase.id(),
    })
}

/// What keeps the summary from being the whole truth: each with a stable kind, a place and a sentence.
fn gaps(summary: &Summary) -> Vec<Value> {
    let invalid = summary
        .invalid
        .iter()
        .map(|reason| json!({ "kind": "invalid", "reason": text(reason) }));
    let limits = summary
        .limits
        .iter()
        .map(|(limit, detail)| json!({ "kind": "limit", "limit": limit_word(*limit), "reason": text(detail) }));
    let unknown = summary.unknown.iter().map(|unknown| {
        json!({
            "kind": unknown.kind,
            "place": text(&unknown.place),
            "times": unknown.times,
            "bytes": unknown.bytes,
            "reason": text(&unknown.detail),
        })
    });
    let generic = summary.generic.iter().map(|host| {
        json!({
            "kind": "generic",
            "place": text(&host.host),
            "times": host.times,
            "requests": texts(&host.requests),
            "reason": "its requests were answered without knowing the service",
        })
    });
    invalid.chain(limits).chain(unknown).chain(generic).collect()
}

fn texts<'a>(all: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    all.into_iter().map(|one| text(one)).collect()
}

fn text(text: &str) -> String {
    escape(text, MAX_TEXT)
}

/// Longer texts are cut, as in every report.
const MAX_TEXT: usize = 1024;
