//! Sums a run up: where it went, what it mailed, what it started and changed, and what could not be understood.
//!
//! [`summarize`] is pure. Names and texts in a [`RunSummary`] are the package's own: whoever prints them escapes them.

use std::net::IpAddr;

use waxseal_model::{Run, RunSummary};

use super::allow::Allowlist;

mod authors;
mod canaries;
mod destinations;
mod frames;
mod leaks;
mod mails;
mod pieces;
mod replies;
mod rest;

pub(crate) use authors::request_frames;

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
    /// Planted secrets that the package was handed as values of variables its code reads, by name.
    pub given: &'a [String],
    /// Folders of planted files that are the package's own login, as `/.gmail-mcp/`.
    pub own_folders: &'a [&'a str],
    /// The name server the room is configured with. Questions to any other are destinations.
    pub resolver: Option<IpAddr>,
    /// Node in the room was to tell which lines of code send.
    pub stacks: bool,
}

/// A secret that was planted in the room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planted {
    /// The canary, as events name it.
    pub canary: String,
    /// What must never be sent.
    pub value: String,
}

/// Sums a run up.
pub fn summarize(run: &Run, known: &Known<'_>) -> RunSummary {
    let map = destinations::Map::of(run, known);
    let joined = pieces::joined(run, &map);
    RunSummary {
        command: run.command.clone(),
        end: run.end,
        duration: run.duration,
        restricted: known.allow.is_some_and(|allow| !allow.is_empty()),
        unreached: destinations::unreached(run, &map),
        calls: run.calls.clone(),
        server: run.server.clone(),
        mails: mails::mails(run, &map),
        forwards: mails::forwards(run),
        logins: mails::logins(run),
        processes: rest::processes(run),
        files: rest::files(run),
        canaries: canaries::uses(run, known, &map, &joined),
        leaks: leaks::leaks(run, known, &map, &joined),
        fetched: mails::fetched(run),
        replies: replies::replies(run, known.find),
        generic: rest::generic(run),
        unknown: rest::unknown(run, &map),
        limits: rest::limits(run),
        attribution: known.stacks.then(|| map.attribution()),
        counters: run.counters,
        packets: None,
        invalid: run.invalid.clone(),
        destinations: map.into_sorted(),
    }
}

#[cfg(test)]
mod tests;
