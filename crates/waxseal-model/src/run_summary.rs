//! What was seen in a run, summed up: the form in which a run is judged and reported.
//!
//! Made from a [`Run`](crate::Run)'s events by whoever collected them. Names and texts are the package's own: hostile, bounded, and not safe to
//! print raw.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::{ApiLogin, Call, Counters, FileChange, Forward, Phase, RunEnd, RunLimit, Submission, ToolServer};

/// What was seen in a run, summed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSummary {
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
    /// What was done with the package, in the order it was done.
    pub calls: Vec<Call>,
    /// The server it is, if it is one and was spoken with.
    pub server: Option<ToolServer>,
    /// Every message that was handed to a mail system, in the order of time.
    pub mails: Vec<Mail>,
    /// Every lasting order to send copies on, in the order of time.
    pub forwards: Vec<(Phase, Forward)>,
    /// Every pair of provider and credential that was shown to it, in the order of time.
    pub logins: Vec<ApiLogin>,
    /// Programs it started, in the order of time.
    pub processes: Vec<StartedProgram>,
    /// Files it made, changed or removed, by path.
    pub files: Vec<ChangedFile>,
    /// Planted secrets that were opened, changed or sent.
    pub canaries: Vec<CanaryUse>,
    /// What was made up for a call and went where no message was handed over.
    pub leaks: Vec<Leak>,
    /// Mailboxes that a message names and an answer from the network had named before: with the URL that was asked.
    pub fetched: Vec<(String, String)>,
    /// Answers of tools that would carry mail away.
    pub replies: Vec<Reply>,
    /// Hosts whose requests no emulated service answered, only the one that knows nothing.
    pub generic: Vec<UnknownService>,
    /// What was not understood.
    pub unknown: Vec<NotUnderstood>,
    /// Limits that were hit, each with a sentence of ours.
    pub limits: Vec<(RunLimit, String)>,
    /// How far it is known which lines of code made the connections; none if it was not asked for.
    pub attribution: Option<Attribution>,
    /// What the walls counted.
    pub counters: Counters,
    /// What became of its packets, if they were captured.
    pub packets: Option<PacketCount>,
    /// Why nothing can be concluded from what was not seen.
    pub invalid: Vec<String>,
}

/// What became of the packets of a run that were to be captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PacketCount {
    /// Packets that were kept.
    pub kept: u64,
    /// Packets that were seen and not kept, because the capture had reached its ceiling.
    pub cut: u64,
    /// Packets that the kernel dropped because they came faster than they could be written.
    pub dropped: u64,
}

impl PacketCount {
    /// All that are not in the capture.
    pub fn missing(&self) -> u64 {
        self.cut + self.dropped
    }

    /// What is missing, in one sentence, if something is.
    pub fn gap(&self) -> Option<String> {
        let (missing, all) = (self.missing(), self.kept + self.missing());
        (missing > 0).then(|| format!("{missing} of {all} packets are not in the capture"))
    }
}

/// One host and port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Which parts of the simulated internet answered its requests: `registry`, `generic/post`.
    pub answered_by: BTreeSet<String>,
    /// Why not all that was said to it could be looked into: sentences of ours.
    pub opaque: BTreeSet<String>,
    /// It, and every name it was called by, is on the allowlist.
    pub allowed: bool,
    /// Microseconds until the first time.
    pub first: u64,
    /// When in the life of the package.
    pub phases: BTreeSet<Phase>,
}

/// Who went somewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Author {
    /// The program and its arguments.
    pub program: Option<String>,
    /// The process.
    pub pid: Option<u32>,
    /// The frame of the package's own stack; can be forged.
    pub frame: Option<String>,
}

/// How far it is known which lines of code made the connections of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Attribution {
    /// Connections that were made.
    pub connections: u64,
    /// Those of which no stack was told: not of Node, or of a Node that what tells was taken out of.
    pub unattributed: u64,
    /// Stacks that belong to no connection and no datagram that was seen.
    pub strays: u64,
}

/// A name that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// One message that was handed to a mail system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Its number, from 1.
    pub number: usize,
    /// The number of its SMTP transaction, from 1, by which it is saved: `mail/0001.eml`.
    pub transaction: Option<usize>,
    /// Microseconds since the room was ready.
    pub at: u64,
    /// When in the life of the package.
    pub phase: Phase,
    /// The server's name or address, and port.
    pub server: String,
    /// The message.
    pub message: Submission,
    /// Its server is on the allowlist.
    pub allowed: bool,
    /// The line of code that made the connection, which may carry several messages; can be forged.
    pub frame: Option<String>,
}

/// A program that was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartedProgram {
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedFile {
    /// The path in the room.
    pub path: String,
    /// What became of it in the end.
    pub change: FileChange,
    /// Its size in the end.
    pub size: u64,
}

/// What was done to a planted secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// It was handed to the package as the value of a variable that its code reads, or lies as its login where it looks for one: whoever sends
    /// it to the service it is for, or opens it, does what it is meant to.
    pub given: bool,
}

/// What can be done to a planted secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

/// What was made up for a call and went elsewhere than to the mail system that took the message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Leak {
    /// The call.
    pub call: u32,
    /// What: `recipient`, `subject`, `text`.
    pub what: String,
    /// Where it went.
    pub place: String,
    /// How it was encoded, from the outside: `plain`, `base64, gzip`.
    pub encoding: String,
    /// When in the life of the package, the first time.
    pub phase: Phase,
}

/// Something that a server of tools says, which would carry mail away from whoever reads it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reply {
    /// The tool.
    pub tool: String,
    /// What it is.
    pub kind: ReplyKind,
    /// The host or mailbox it leads to.
    pub target: String,
    /// What of the call, or which planted secret, a link holds; else empty.
    pub what: String,
}

/// What is said by a server of tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ReplyKind {
    /// A link in an answer that holds what was handed over.
    Link,
    /// An order in an answer to send something to a stranger.
    Order,
    /// Such an order in a description of a tool, or in the server's instructions.
    Description,
}

/// Requests that were answered without knowing the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownService {
    /// The host.
    pub host: String,
    /// How many requests.
    pub times: u64,
    /// The first ones, `POST /path`.
    pub requests: Vec<String>,
}

/// What was seen and not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotUnderstood {
    /// `opaque`, `raw`, `datagram`, `packet`, `undecoded`, `cut`.
    pub kind: String,
    /// Where it went.
    pub place: String,
    /// How often.
    pub times: u64,
    /// Bytes.
    pub bytes: u64,
    /// One sentence of ours, or the beginning of what was sent.
    pub detail: String,
}

impl Destination {
    /// `host:port`, the address where there was no name.
    pub fn place(&self) -> String {
        let address = self.addresses.first().map(|address| match (address, self.port) {
            (IpAddr::V6(address), Some(_)) => format!("[{address}]"),
            (address, _) => address.to_string(),
        });
        let host = self.name.clone().or(address).unwrap_or_default();
        match self.port {
            Some(port) => format!("{host}:{port}"),
            None => host,
        }
    }
}
