//! What was seen in a run, for people: the result in one line, then what pressed, then the rest.

use anstyle::Style;
use waxseal_model::{
    Author, CanaryDeed, Destination, FileChange, Mail, RecipientPlace, RunEnd, RunLimit, RunSummary, Submission,
};

use super::place::place;
use super::{program, rows};
use crate::report::RenderOptions;
use crate::report::answer::{bytes, count};
use crate::report::escape::escape;
use crate::report::text::page::{BAD, DOUBT, FAINT, GOOD, PLAIN, Page, STRONG, UNKNOWN};
use crate::report::width::{cut, pad, width};

/// Writes the summary by itself. Ends with a line feed.
#[must_use]
pub(crate) fn render(summary: &RunSummary, options: &RenderOptions) -> String {
    let mut page = Page::new(options);
    headline(&mut page, summary);
    for reason in summary.invalid.iter().take(MAX_ROWS) {
        let reason = fitted(reason, SENTENCE, page.width.saturating_sub(14));
        page.labelled("  invalid: ", BAD.bold(), &reason);
    }
    sections(&mut page, summary);
    page.finish()
}

/// Writes the summary as a part of a report, which says by itself why nothing can be concluded from a run.
pub(crate) fn show(page: &mut Page, summary: &RunSummary) {
    page.blank();
    headline(page, summary);
    sections(page, summary);
}

fn sections(page: &mut Page, summary: &RunSummary) {
    for (limit, detail) in summary.limits.iter().take(MAX_ROWS) {
        let label = format!("  {} limit: ", limit_word(*limit));
        let detail = fitted(detail, SENTENCE, page.width.saturating_sub(18));
        page.labelled(&label, DOUBT.bold(), &detail);
    }
    if let Some(gap) = summary.packets.and_then(|it| it.gap()) {
        page.labelled("  packets: ", DOUBT.bold(), &gap);
    }
    canaries(page, summary);
    rows::calls(page, summary);
    rows::server(page, summary);
    mails(page, summary);
    destinations(page, summary);
    rows::unreached(page, summary);
    processes(page, summary);
    files(page, summary);
    rows::generic(page, summary);
    rows::unknown(page, summary);
}

/// `RUN  npm test  exit 0 in 3.2 s: 4 destinations, 2 mails`
fn headline(page: &mut Page, summary: &RunSummary) {
    let command = escape(&summary.command.join(" "), COMMAND);
    let (style, text) = (verdict(summary).bold(), result(summary));
    let label = "RUN  ";
    if width(label) + width(&command) + 2 + width(&text) <= page.width {
        let line = format!("{}{}  {text}", page.paint(style, label), page.paint(STRONG, &command));
        page.line(&line);
        return;
    }
    let command = cut(&command, page.width - width(label));
    page.line(&format!("{}{}", page.paint(style, label), page.paint(STRONG, &command)));
    page.labelled("     ", PLAIN, &text);
}

pub(crate) fn verdict(summary: &RunSummary) -> Style {
    let pressing = !summary.invalid.is_empty() || !summary.canaries.is_empty();
    let looked_for = summary.restricted && summary.destinations.iter().any(|it| !it.allowed);
    if pressing || looked_for {
        BAD
    } else if summary.destinations.is_empty() && summary.mails.is_empty() {
        GOOD
    } else {
        DOUBT
    }
}

/// The result in one sentence.
pub(crate) fn result(summary: &RunSummary) -> String {
    let mut parts = Vec::new();
    let refused = summary.destinations.iter().filter(|it| !it.allowed).count();
    parts.push(counted(
        summary.destinations.len(),
        "destination",
        summary.restricted,
        refused,
    ));
    if !summary.mails.is_empty() {
        let refused = summary.mails.iter().filter(|it| !it.allowed).count();
        parts.push(counted(summary.mails.len(), "mail", summary.restricted, refused));
    }
    for (deed, word) in [(CanaryDeed::Sent, "sent"), (CanaryDeed::Changed, "changed")] {
        let found = summary.canaries.iter().filter(|it| it.deed == deed).count();
        if found > 0 {
            let noun = if found == 1 { "canary" } else { "canaries" };
            parts.push(format!("{found} {noun} {word}"));
        }
    }
    let invalid = if summary.invalid.is_empty() { "" } else { ", INVALID" };
    let took = seconds(summary.duration);
    format!("{} in {took}{invalid}: {}", end(summary.end), parts.join(", "))
}

/// `4 destinations, 1 of them not allowed`
fn counted(number: usize, word: &str, restricted: bool, refused: usize) -> String {
    let all = match number {
        0 => format!("no {word}"),
        number => count(number, word),
    };
    match (restricted, refused) {
        (false, _) | (_, 0) => all,
        (true, refused) if refused == number => format!("{all} not allowed"),
        (true, refused) => format!("{all} ({refused} not allowed)"),
    }
}

/// How a run ended, in a few words.
pub(crate) fn end(end: RunEnd) -> String {
    match end {
        RunEnd::Exited(status) => format!("exit {status}"),
        RunEnd::Signalled(signal) => format!("ended by signal {signal}"),
        RunEnd::NotStarted(error) => format!("not started (error {error})"),
        RunEnd::Stopped(limit) => format!("stopped by the {} limit", limit_word(limit)),
        RunEnd::Left => "left running".to_owned(),
    }
}

/// The stable word for a limit.
pub(crate) fn limit_word(limit: RunLimit) -> &'static str {
    match limit {
        RunLimit::Time => "time",
        RunLimit::Memory => "memory",
        RunLimit::Events => "events",
    }
}

/// `3.2 s`
fn seconds(duration: u64) -> String {
    format!("{}.{} s", duration / 1_000_000, duration / 100_000 % 10)
}

fn canaries(page: &mut Page, summary: &RunSummary) {
    section(page, "canaries", &summary.canaries, |page, used| {
        let style = if used.deed == CanaryDeed::Sent { BAD } else { DOUBT };
        let preposition = if used.deed == CanaryDeed::Sent { "to" } else { "at" };
        let place = escape(&used.place, NAME);
        let text = format!("{} {preposition} {place}{}", used.deed.id(), times(used.times));
        row(page, &escape(&used.canary, NAME), style, &text);
    });
}

fn mails(page: &mut Page, summary: &RunSummary) {
    section(page, "mail", &summary.mails, |page, mail| mail_row(page, summary, mail));
}

fn mail_row(page: &mut Page, summary: &RunSummary, mail: &Mail) {
    let message = &mail.message;
    let mut text = format!("through {}", escape(&mail.server, NAME));
    if message.channel != SMTP {
        text.push_str(&format!(" ({})", escape(&message.channel, NAME)));
    } else if let Some(user) = &message.account {
        text.push_str(&format!(" as {}", escape(user, NAME)));
    }
    if let Some(subject) = &message.subject {
        text.push_str(&format!(", \"{}\"", escape(subject, SUBJECT)));
    }
    if let Some(template) = &message.template {
        text.push_str(&format!(", template {}", escape(template, NAME)));
    }
    if !message.accepted {
        text.push_str(", not accepted");
    }
    if !message.complete {
        text.push_str(", not all of it understood");
    }
    if let Some(frame) = &mail.frame {
        text.push_str(&format!(", at {}", escape(&place(frame), NAME)));
    }
    if summary.restricted && !mail.allowed {
        text.push_str(", not allowed");
    }
    let label = format!("{:04}", mail.number);
    let from = message
        .sender()
        .map_or_else(|| "(nobody)".to_owned(), |from| escape(from, NAME));
    page.line(&format!(
        "    {} from {}",
        page.paint(FAINT, &label),
        cut(&from, page.width - 14)
    ));
    page.labelled("         ", PLAIN, &fitted(&text, SENTENCE, page.width - 9));
    let addressees = message.addressees();
    for (mailbox, places) in addressees.iter().take(MAX_ROWS) {
        recipient_row(page, message, mailbox, places);
    }
    more(page, addressees.len(), "         ");
}

fn recipient_row(page: &mut Page, message: &Submission, mailbox: &str, places: &[&RecipientPlace]) {
    let (style, places) = named_in(message, places);
    let mailbox = escape(mailbox, NAME);
    if width(&mailbox) + 14 + width(&places) <= page.width {
        return page.line(&format!("         to {}  {places}", page.paint(style, &mailbox)));
    }
    let mailbox = cut(&mailbox, page.width - 12);
    page.line(&format!("         to {}", page.paint(style, &mailbox)));
    page.labelled("            ", PLAIN, &places);
}

/// What names a recipient. Over SMTP, who only the envelope names receives it, and the message does not say so.
fn named_in(message: &Submission, places: &[&RecipientPlace]) -> (Style, String) {
    let envelope = places.contains(&&RecipientPlace::Envelope);
    let fields: Vec<&str> = places
        .iter()
        .filter(|it| ***it != RecipientPlace::Envelope)
        .map(|it| it.as_str())
        .collect();
    let text = escape(&fields.join(", "), NAME);
    match (message.channel == SMTP, envelope, fields.is_empty()) {
        (_, true, true) => (BAD, "(only in the envelope)".to_owned()),
        (true, false, _) => (FAINT, format!("(only in {text}, not in the envelope)")),
        _ if places.contains(&&RecipientPlace::Bcc) => (DOUBT, format!("({text})")),
        _ => (PLAIN, format!("({text})")),
    }
}

fn destinations(page: &mut Page, summary: &RunSummary) {
    section(page, "destinations", &summary.destinations, |page, destination| {
        let refused = summary.restricted && !destination.allowed;
        let style = if refused { BAD } else { STRONG };
        row(
            page,
            &escape(&destination.place(), NAME),
            style,
            &destination_text(destination, refused),
        );
    });
    let attribution = summary.attribution.unwrap_or_default();
    if attribution.unattributed > 0 {
        let all = count(
            usize::try_from(attribution.connections).unwrap_or(usize::MAX),
            "connection",
        );
        let text = format!("no line of code is known for {} of {all}", attribution.unattributed);
        page.labelled("    ", FAINT, &text);
    }
}

fn destination_text(destination: &Destination, refused: bool) -> String {
    let protocols: Vec<String> = destination.protocols.iter().map(|it| escape(it, NAME)).collect();
    let mut parts = vec![format!("{}{}", protocols.join("+"), times(destination.times))];
    if protocols.is_empty() {
        parts = vec![format!("connected{}", times(destination.times))];
    }
    parts.push(format!("{} sent", bytes(destination.sent)));
    parts.push(format!("{} received", bytes(destination.received)));
    for name in destination.also.iter().take(MAX_INLINE) {
        parts.push(format!("also called {}", escape(name, NAME)));
    }
    if destination.also.len() > MAX_INLINE {
        parts.push(format!("and {} more names", destination.also.len() - MAX_INLINE));
    }
    parts.extend(destination.by.iter().take(MAX_INLINE).map(author));
    if destination.by.len() > MAX_INLINE {
        parts.push(format!("and {} others", destination.by.len() - MAX_INLINE));
    }
    let phases: Vec<&str> = destination.phases.iter().map(|phase| phase.id()).collect();
    parts.push(format!("in {}", phases.join(" and ")));
    if refused {
        parts.push("not allowed".to_owned());
    }
    parts.join(", ")
}

/// `by node index.js (process 12) at index.js:4:25 send`
fn author(author: &Author) -> String {
    let mut text = String::from("by");
    if let Some(program) = &author.program {
        text.push_str(&format!(" {}", escape(program, PROGRAM)));
    }
    if let Some(pid) = author.pid {
        text.push_str(&format!(" (process {pid})"));
    }
    if let Some(frame) = &author.frame {
        text.push_str(&format!(" at {}", escape(&place(frame), NAME)));
    }
    text
}

/// Programs in the order they were first started, those with the same arguments on one line.
fn processes(page: &mut Page, summary: &RunSummary) {
    let mut started: Vec<(String, u64)> = Vec::new();
    let mut index = std::collections::BTreeMap::new();
    for process in &summary.processes {
        let name = program(&process.path, &process.arguments);
        let idx = *index.entry(name.clone()).or_insert_with(|| {
            started.push((name, 0));
            started.len() - 1
        });
        started[idx].1 += 1;
    }
    section(page, "programs", &started, |page, (name, number)| {
        let text = format!("{}{}", escape(name, SENTENCE), times(*number));
        page.labelled("    ", PLAIN, &fitted(&text, SENTENCE * 2, page.width - 4));
    });
}

fn files(page: &mut Page, summary: &RunSummary) {
    section(page, "files", &summary.files, |page, file| {
        let (word, style) = match file.change {
            FileChange::Made => ("made", GOOD),
            FileChange::Changed => ("changed", DOUBT),
            FileChange::Removed => ("removed", BAD),
        };
        let size = match file.change {
            FileChange::Removed => String::new(),
            _ => format!("  {}", bytes(file.size)),
        };
        let room = page.width.saturating_sub(4 + 9 + width(&size));
        let path = cut(&escape(&file.path, SENTENCE), room);
        page.line(&format!("    {} {path}{size}", page.paint(style, &pad(word, 8))));
    });
}

/// A heading and its rows, cut with a count.
pub(super) fn section<T>(page: &mut Page, title: &str, all: &[T], mut show: impl FnMut(&mut Page, &T)) {
    if all.is_empty() {
        return;
    }
    page.blank();
    page.line(&page.paint(STRONG, &format!("  {title}")));
    for one in all.iter().take(MAX_ROWS) {
        show(page, one);
    }
    more(page, all.len(), "    ");
}

fn more(page: &mut Page, all: usize, indent: &str) {
    if all > MAX_ROWS {
        page.line(&page.paint(FAINT, &format!("{indent}and {} more", all - MAX_ROWS)));
    }
}

/// A name in a column and what there is to say of it; a name that is too long for the column gets a line of its own.
pub(super) fn row(page: &mut Page, name: &str, style: Style, text: &str) {
    let column = (page.width * 2 / 5).min(MAX_COLUMN);
    if width(name) > column {
        let name = cut(name, page.width - 4);
        page.line(&format!("    {}", page.paint(style, &name)));
        let text = fitted(text, SENTENCE * 2, page.width - 8);
        return page.labelled("        ", PLAIN, &text);
    }
    let label = format!("    {}  ", pad(name, column));
    let text = fitted(text, SENTENCE * 2, page.width - width(&label));
    page.labelled(&label, style, &text);
}

/// Text of which no word is wider than the room it has. It may be escaped already: what is escaped stays as it is.
fn fitted(text: &str, limit: usize, columns: usize) -> String {
    let words = escape(text, limit);
    let words: Vec<String> = words.split(' ').map(|word| cut(word, columns)).collect();
    words.join(" ")
}

/// ` 3×`, nothing for once.
pub(super) fn times(number: u64) -> String {
    if number == 1 {
        String::new()
    } else {
        format!(" {number}×")
    }
}

/// The colour of what could not be understood.
pub(super) const PUZZLE: Style = UNKNOWN;

/// The channel of what no provider takes.
const SMTP: &str = "smtp";
/// Rows of one section.
const MAX_ROWS: usize = 12;
/// Values listed within one row.
const MAX_INLINE: usize = 3;
/// The widest column of names.
const MAX_COLUMN: usize = 40;
/// Host names have 253 bytes at most.
pub(super) const NAME: usize = 300;
/// A program is known by its beginning.
const PROGRAM: usize = 80;
/// The beginning of a subject tells it from others.
const SUBJECT: usize = 100;
/// A command.
const COMMAND: usize = 200;
/// One sentence.
pub(super) const SENTENCE: usize = 600;
