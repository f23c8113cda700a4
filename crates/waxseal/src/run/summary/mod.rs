//! Sums a run up: where it went, what it mailed, what it started and changed, and what could not be understood.
//!
//! [`summarize`] is pure. [`render`] writes the summary for a terminal, [`json`] for programs. Names and texts in a [`Summary`] are
//! the package's own: both writers escape them.

use std::collections::BTreeSet;
use std::net::IpAddr;

use waxseal_model::{Counters, FileChange, Phase, Run, RunEnd, RunLimit};

use super::allow::Allowlist;

mod authors;
mod canaries;
mod destinations;
mod json;
mod mails;
mod rest;
mod rows;
mod text;

pub use json::json;
pub(crate) use json::{change_id, ending};
pub(crate) use text::limit_word;
pub use text::{Color, render};

/// The canaries that are in some bytes, by name.
pub type FindPlanted<'f> = dyn Fn(&[u8]) -> Vec<String> + 'f;

/// What is known of a run beside what was seen.
#[derive(Clone, Copy, Default)]
pub struct Known<'a> {
    /// What `--allow` was given.
    pub allow: Option<&'a Allowlist>,
    /// What was planted.
    pub planted: &'a [Planted],
    /// Finds what was planted in bytes that left, by name: instead of the values in `planted`, which are then not looked for.
    pub find: Option<&'a FindPlanted<'a>>,
    /// The name server the room is configured with. Questions to any other are destinations.
    pub resolver: Option<IpAddr>,
}

/// A secret that was planted in the room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planted {
    /// The canary, as events name it.
    pub canary: String,
    /// What must never be sent.
    pub value: String,
}

/// What was seen in a run, summed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// How it ended.
    pub end: RunEnd,
    /// Microseconds it took.
    pub duration: u64,
    /// Something was allowed, so that what was not is told apart.
    pub restricted: bool,
    /// Where it went, what was not allowed first, then by time.
    pub destinations: Vec<Destination>,
    /// Names it asked for and never went to.
    pub unreached: Vec<AskedName>,
    /// Every mail transaction over SMTP, in the order of time.
    pub mails: Vec<Mail>,
    /// Programs it started, in the order of time.
    pub processes: Vec<Process>,
    /// Files it made, changed or removed, by path.
    pub files: Vec<ChangedFile>,
    /// Planted secrets that were opened, changed or sent.
    pub canaries: Vec<CanaryUse>,
    /// Hosts whose requests no emulated service answered, only the one that knows nothing.
    pub generic: Vec<Generic>,
    /// What was not understood.
    pub unknown: Vec<Unknown>,
    /// Limits that were hit, each with a sentence of ours.
    pub limits: Vec<(RunLimit, String)>,
    /// What the walls counted.
    pub counters: Counters,
    /// Why nothing can be concluded from what was not seen.
    pub invalid: Vec<String>,
}

/// One host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The name it was reached by.
    pub name: Option<String>,
    /// The addresses behind it.
    pub addresses: BTreeSet<IpAddr>,
    /// The port, where there is one.
    pub port: Option<u16>,
    /// What was spoken: `https`, `smtp`, `quic`, `opaque`, `unknown`.
    pub protocols: BTreeSet<String>,
    /// Connections made or datagrams sent.
    pub times: u64,
    /// Bytes the package sent.
    pub sent: u64,
    /// Bytes it was sent.
    pub received: u64,
    /// Who, as far as it is known.
    pub by: BTreeSet<Author>,
    /// Other names it was called by: in TLS, or in a request.
    pub also: BTreeSet<String>,
    /// It, and every name it was called by, is on the allowlist.
    pub allowed: bool,
    /// Microseconds until the first time.
    pub first: u64,
    /// When in the life of the package.
    pub phases: BTreeSet<Phase>,
}

/// Who went somewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Author {
    /// The program and its arguments.
    pub program: Option<String>,
    /// The process.
    pub pid: Option<u32>,
    /// The frame of the package's own stack; can be forged.
    pub frame: Option<String>,
}

/// A name that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedName {
    /// The name.
    pub name: String,
    /// `A`, `TXT`, ….
    pub kinds: BTreeSet<String>,
    /// How often.
    pub times: u64,
    /// It was answered that there is no such name.
    pub denied: bool,
}

/// A mail transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its number: the saved message is `mail/0001.eml`.
    pub number: usize,
    /// Microseconds since the room was ready.
    pub at: u64,
    /// When in the life of the package.
    pub phase: Phase,
    /// The server's name or address, and port.
    pub server: String,
    /// The account.
    pub user: Option<String>,
    /// `MAIL FROM`.
    pub from: String,
    /// Everybody named in the envelope or the header.
    pub recipients: Vec<Recipient>,
    /// The subject, decoded.
    pub subject: Option<String>,
    /// It came to its end and was accepted.
    pub accepted: bool,
    /// The whole message was kept.
    pub whole: bool,
    /// Its server is on the allowlist.
    pub allowed: bool,
}

/// Somebody a mail goes to or says it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// `local@domain`, as written.
    pub mailbox: String,
    /// `RCPT TO` named them: they receive it.
    pub envelope: bool,
    /// The fields that name them: `To`, `Cc`, `Bcc`.
    pub fields: Vec<&'static str>,
}

/// A program that was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// The process.
    pub pid: u32,
    /// Microseconds since the room was ready.
    pub at: u64,
    /// When in the life of the package.
    pub phase: Phase,
    /// The file.
    pub path: String,
    /// Its arguments.
    pub arguments: Vec<String>,
}

/// A file that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// The path in the room.
    pub path: String,
    /// What became of it in the end.
    pub change: FileChange,
    /// Its size in the end.
    pub size: u64,
}

/// What was done to a planted secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanaryUse {
    /// Which.
    pub canary: String,
    /// What was done.
    pub deed: CanaryDeed,
    /// The path, or where it was sent.
    pub place: String,
    /// How often.
    pub times: u64,
    /// When in the life of the package, the first time.
    pub phase: Phase,
}

/// What can be done to a planted secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CanaryDeed {
    /// Its value left, as it is or encoded.
    Sent,
    /// Its file was changed or removed.
    Changed,
    /// Its file was opened.
    Opened,
}

impl CanaryDeed {
    /// The stable id used in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Changed => "changed",
            Self::Opened => "opened",
        }
    }
}

/// Requests that were answered without knowing the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generic {
    /// The host.
    pub host: String,
    /// How many requests.
    pub times: u64,
    /// The first ones, `POST /path`.
    pub requests: Vec<String>,
}

/// What was seen and not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// `opaque`, `raw`, `datagram`, `packet`, `undecoded`, `cut`.
    pub kind: &'static str,
    /// Where it went.
    pub place: String,
    /// How often.
    pub times: u64,
    /// Bytes.
    pub bytes: u64,
    /// One sentence of ours, or the beginning of what was sent.
    pub detail: String,
}

/// Sums a run up.
pub fn summarize(run: &Run, known: &Known<'_>) -> Summary {
    let map = destinations::Map::of(run, known);
    Summary {
        command: run.command.clone(),
        end: run.end,
        duration: run.duration,
        restricted: known.allow.is_some_and(|allow| !allow.is_empty()),
        unreached: destinations::unreached(run, &map),
        mails: mails::mails(run, &map),
        processes: rest::processes(run),
        files: rest::files(run),
        canaries: canaries::uses(run, known, &map),
        generic: rest::generic(run),
        unknown: rest::unknown(run, &map),
        limits: rest::limits(run),
        counters: run.counters,
        invalid: run.invalid.clone(),
        destinations: map.into_sorted(),
    }
}

#[cfg(test)]
mod tests;
