//! Writes a folder of proof that people open with the tools they know.
//!
//! | file | what it is | opens with |
//! |---|---|---|
//! | `index.html` | where the run went, what it mailed, requested, changed and started, with links to the rest | a browser |
//! | `events.jsonl` | every event, one JSON object a line (see [`Line`]) | `jq` |
//! | `traffic.har` | every HTTP request, HAR 1.2 | a browser's network panel |
//! | `mail/0001.eml` | each message as it was received; `mail/0001.json` is its envelope | a mail program |
//! | `capture.pcapng` | every packet, and the keys to decrypt them | Wireshark |
//! | `keys.log` | the keys alone (`SSLKEYLOGFILE`) | Wireshark |
//! | `run.json` | how it ended, what was counted, and the SHA-256 of every file above | anything |
//!
//! A folder without `run.json` was not finished.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use waxseal_model::{Observation, PacketCount, Run, RunSummary, SmtpTransaction};

use self::folder::{Budget, CAPTURE, Folder, MAIL, MAIL_PREFIX};
use crate::report::run::ending;

mod events;
mod folder;
mod har;
mod page;
pub(super) mod pcapng;
mod safe_json;

pub use events::{Bytes, Line, Seen, schema};

/// What is saved beside the run.
#[derive(Debug, Clone, Copy)]
pub struct Extras<'a> {
    /// When the room was ready.
    pub started: Timestamp,
    /// The packets, if they were captured.
    pub packets: Option<Packets<'a>>,
    /// The TLS secrets in the format of `SSLKEYLOGFILE`; empty for none.
    pub tls_keys: &'a str,
    /// Programs and their versions, beside that of waxseal.
    pub versions: &'a [(&'a str, &'a str)],
    /// The most that is written in all, in bytes.
    pub limit: u64,
}

/// Captured packets.
#[derive(Debug, Clone, Copy)]
pub struct Packets<'a> {
    /// Blocks of packets, as a run writes them to the file of [`make_ready`].
    pub blocks: &'a File,
    /// What became of them all.
    pub count: PacketCount,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The files, `run.json` last.
    pub files: Vec<SavedFile>,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFile {
    /// Its name from the folder on.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256 in hex.
    pub sha256: String,
}

/// The folder could not be written, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// A symbolic link, a file, or nothing that can be a folder.
    #[error("`{path}` is not a folder of its own")]
    NotAFolder {
        /// The path, escaped.
        path: String,
    },
    /// Somebody else's files.
    #[error("the folder `{path}` holds files that waxseal did not write")]
    NotEmpty {
        /// The path, escaped.
        path: String,
    },
    /// Something that is no file of ours under one of our names.
    #[error("`{path}` was put there by somebody else")]
    Planted {
        /// The path, escaped.
        path: String,
    },
    /// The ceiling.
    #[error("`{path}` would make the folder larger than {limit} bytes, and was not written")]
    TooLarge {
        /// The path, escaped.
        path: String,
        /// The ceiling.
        limit: u64,
    },
    /// The system refused.
    #[error("cannot {verb} `{path}`: {source}")]
    System {
        /// What was tried.
        verb: &'static str,
        /// The path, escaped.
        path: String,
        /// The system's error.
        source: io::Error,
    },
}

impl SaveError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotAFolder { .. } => "name a folder that is new or empty, not a link to one",
            Self::NotEmpty { .. } => "name a folder that is new or empty, or one that `waxseal run` wrote before",
            Self::Planted { .. } => "find out who did; then name a new folder",
            Self::TooLarge { .. } => "what was written before it is whole; the run sent more than is kept",
            Self::System { .. } => "name a folder that you can write to",
        }
    }
}

/// Makes the folder, or sees that it is one that may be written to: before anything runs whose proof would then have no place. Gives a file
/// without a name for the packets.
///
/// # Errors
/// Why not.
pub fn make_ready(folder: &Path) -> Result<File, SaveError> {
    Folder::open(folder)?.nameless()
}

/// Writes everything below `folder`, which is new, empty, or was written by this before.
///
/// # Errors
/// Names the first file that could not be written whole. The files before it are whole, and there is no `run.json`.
pub fn save(folder: &Path, run: &Run, summary: &RunSummary, extras: &Extras<'_>) -> Result<Saved, SaveError> {
    let folder = Folder::open(folder)?;
    let mut budget = Budget {
        limit: extras.limit,
        used: 0,
    };
    let mut files = vec![folder.write("events.jsonl", &mut budget, |out| events::write(run, out))?];
    files.push(folder.write("traffic.har", &mut budget, |out| har::write(run, extras.started, out))?);
    files.extend(mails(&folder, run, &mut budget)?);
    if !extras.tls_keys.is_empty() {
        let keys = extras.tls_keys.as_bytes();
        files.push(folder.write("keys.log", &mut budget, |out| out.write_all(keys))?);
    }
    if let Some(packets) = extras.packets {
        let write = |out: &mut folder::Part<'_>| capture(&packets, extras, run.duration, out);
        files.push(folder.write(CAPTURE, &mut budget, write)?);
    }
    let count = extras.packets.map(|it| it.count);
    let html = page::page(run, summary, extras.started, &files, count);
    files.push(folder.write("index.html", &mut budget, |out| out.write_all(html.as_bytes()))?);
    files.push(folder.write("run.json", &mut budget, |out| {
        safe_json::write(&about(run, extras, &files), out)?;
        out.write_all(b"\n")
    })?);
    Ok(Saved { files })
}

/// What `run.json` says.
fn about(run: &Run, extras: &Extras<'_>, files: &[SavedFile]) -> serde_json::Value {
    let mut versions: serde_json::Map<String, serde_json::Value> = extras
        .versions
        .iter()
        .map(|(program, version)| ((*program).to_owned(), json!(version)))
        .collect();
    versions.insert("waxseal".to_owned(), json!(env!("CARGO_PKG_VERSION")));
    let files = files
        .iter()
        .map(|file| json!({ "name": file.name, "bytes": file.bytes, "sha256": file.sha256 }));
    json!({
        "schema": "waxseal.saved/1",
        "command": run.command,
        "started": extras.started.to_string(),
        "duration_us": run.duration,
        "end": ending(run.end),
        "events": run.events.len(),
        "counters": run.counters,
        "packets": extras.packets.map(|it| it.count),
        "valid": run.invalid.is_empty(),
        "invalid": run.invalid,
        "versions": versions,
        "files": files.collect::<Vec<_>>(),
    })
}

/// Each message as it was received, and its envelope beside it.
fn mails(folder: &Folder, run: &Run, budget: &mut Budget) -> Result<Vec<SavedFile>, SaveError> {
    let mut files = Vec::new();
    let sent = run.events.iter().filter_map(|event| match &event.observation {
        Observation::Smtp(transaction) => Some((event, transaction.as_ref())),
        _ => None,
    });
    let mut mail = None;
    for (idx, (event, transaction)) in sent.enumerate() {
        let mail = match &mail {
            Some(mail) => mail,
            None => mail.insert(folder.below(MAIL, MAIL_PREFIX)?),
        };
        let number = idx + 1;
        let message = &transaction.message.bytes;
        files.push(mail.write(&format!("{number:04}.eml"), budget, |out| out.write_all(message))?);
        let mut about = envelope(transaction);
        about["at_us"] = json!(event.at);
        about["phase"] = json!(event.phase.id());
        files.push(mail.write(&format!("{number:04}.json"), budget, |out| {
            safe_json::write(&about, out)?;
            out.write_all(b"\n")
        })?);
    }
    Ok(files)
}

fn envelope(transaction: &SmtpTransaction) -> serde_json::Value {
    json!({
        "schema": "waxseal.envelope/1",
        "connection": transaction.connection.0,
        "helo": transaction.helo,
        "user": transaction.user,
        "from": transaction.from,
        "recipients": transaction.recipients,
        "accepted": transaction.accepted,
        "tls": transaction.tls,
        "length": transaction.message.length,
        "whole": transaction.message.is_whole(),
    })
}

/// The secrets stand before the packets, as readers need them, and are known only when all packets are.
fn capture(packets: &Packets<'_>, extras: &Extras<'_>, duration: u64, out: &mut folder::Part<'_>) -> io::Result<()> {
    pcapng::section(out)?;
    pcapng::interface(out)?;
    pcapng::secrets(out, extras.tls_keys)?;
    let mut blocks = packets.blocks;
    blocks.seek(SeekFrom::Start(0))?;
    io::copy(&mut blocks, out)?;
    let PacketCount { kept, .. } = packets.count;
    let started = Duration::try_from(extras.started.duration_since(Timestamp::UNIX_EPOCH)).unwrap_or_default();
    let end = started.saturating_add(Duration::from_micros(duration));
    pcapng::statistics(out, end, kept + packets.count.missing(), packets.count.missing())
}

#[cfg(test)]
mod tests;
