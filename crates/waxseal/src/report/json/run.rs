//! The shape of what was seen in a run, for programs.

use std::collections::BTreeMap;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::Serialize;
use waxseal_model::{Destination, RunSummary};

use super::mail::{ForwardShape, LoginShape, MailShape, forwards, logins};
use super::shape::{text, texts};
use crate::report::run::{change_id, ending, limit_word};

/// What was seen in one run in the locked room. Times are microseconds since the room was ready; phases are `install`, `import`, `call`
/// and `after`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Run")]
pub(crate) struct RunShape {
    /// The program and its arguments, or the package.
    command: Vec<String>,
    /// How it ended: `kind` is `exited`, `signalled`, `not_started` or `stopped`; `text` says it in words.
    end: serde_json::Value,
    /// Microseconds it took.
    duration_us: u64,
    /// Nothing was lost, so that what was not seen did not happen.
    valid: bool,
    /// Why it is not valid.
    invalid: Vec<String>,
    /// There is an allowlist.
    restricted: bool,
    /// Where it went.
    destinations: Vec<DestinationShape>,
    /// Names that were asked for and never reached.
    unreached: Vec<Unreached>,
    /// What was done with the package, in the order it was done.
    calls: Vec<super::calls::CallShape>,
    /// The server of the Model Context Protocol that it is; null if it is none, or was not spoken with.
    server: Option<super::calls::ServerShape>,
    /// Messages that were handed to mail systems.
    mails: Vec<MailShape>,
    /// Lasting orders to providers.
    forwards: Vec<ForwardShape>,
    /// Credentials that were shown to providers.
    logins: Vec<LoginShape>,
    /// Programs that were started.
    processes: Vec<Program>,
    /// Files that were made, changed or removed.
    files: Vec<File>,
    /// Planted secrets that were opened, changed or sent.
    canaries: Vec<Canary>,
    /// What was not understood, or answered without knowing the service, and limits that were hit.
    unclear: Vec<Unclear>,
    /// How far it is known which lines of code made the connections; null if it was not asked for.
    attribution: Option<AttributionShape>,
    /// What each wall of the room counted.
    counters: BTreeMap<&'static str, u64>,
    /// What became of its packets, if they were captured (`--save`): how many were `kept`, `cut` because there were too many, `dropped`
    /// because they came too fast.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    packets: BTreeMap<&'static str, u64>,
}

/// One host and port.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Destination")]
pub(crate) struct DestinationShape {
    /// The name it was reached by; null for a bare address.
    name: Option<String>,
    /// The addresses behind it.
    addresses: Vec<IpAddr>,
    /// The port, where there is one.
    port: Option<u16>,
    /// What was spoken: `https`, `smtp`, `quic`, `opaque`, `unknown`, ….
    protocols: Vec<String>,
    /// Connections made or datagrams sent.
    times: u64,
    /// Bytes that were sent to it.
    sent_bytes: u64,
    /// Bytes that came from it.
    received_bytes: u64,
    /// Who, as far as it is known.
    by: Vec<Author>,
    /// Other names it was called by, in TLS or in a request.
    also_called: Vec<String>,
    /// Which parts of the simulated internet answered.
    answered_by: Vec<String>,
    /// Why not all that was said could be looked into.
    opaque: Vec<String>,
    /// It is on the allowlist.
    allowed: bool,
    /// The first time.
    first_us: u64,
    /// When in the life of the package.
    phases: Vec<&'static str>,
}

/// How far it is known which lines of code made the connections of a run.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Attribution")]
pub(crate) struct AttributionShape {
    /// Connections that were made.
    connections: u64,
    /// Those of which no stack was told.
    unattributed: u64,
    /// Stacks that belong to nothing that was seen.
    strays: u64,
}

/// Who went somewhere.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Author {
    /// The program and its arguments.
    program: Option<String>,
    /// The process.
    pid: Option<u32>,
    /// The line of code, by the package's own stack: it can be forged.
    frame: Option<String>,
}

/// A name that was asked for and never reached.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Unreached {
    /// The name.
    name: String,
    /// The kinds of record.
    kinds: Vec<String>,
    /// How often.
    times: u64,
    /// It was answered that there is no such name.
    denied: bool,
}

/// A program that was started.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Program {
    /// The process.
    pid: u32,
    /// When.
    at_us: u64,
    /// When in the life of the package.
    phase: &'static str,
    /// The file.
    path: String,
    /// Its arguments.
    arguments: Vec<String>,
}

/// A file that is not as it was.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct File {
    /// The path in the room.
    path: String,
    /// `made`, `changed` or `removed`.
    change: &'static str,
    /// Its size in the end.
    bytes: u64,
}

/// What was done to a planted secret.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Canary {
    /// Which.
    canary: String,
    /// `sent`, `changed` or `opened`.
    deed: &'static str,
    /// The path, or where it was sent.
    place: String,
    /// How often.
    times: u64,
    /// The first time.
    phase: &'static str,
    /// It is the value of a variable that the package reads.
    given: bool,
}

/// What keeps the summary from being the whole truth.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Unclear {
    /// `opaque`, `raw`, `datagram`, `packet`, `undecoded`, `cut`, `generic`, `limit`.
    kind: String,
    /// Where.
    place: Option<String>,
    /// How often.
    times: u64,
    /// Bytes.
    bytes: u64,
    /// The first requests, where the kind is `generic`.
    requests: Vec<String>,
    /// One sentence, or the beginning of what was sent.
    reason: String,
}

impl RunShape {
    pub(super) fn of(run: &RunSummary) -> Self {
        Self {
            command: texts(&run.command),
            end: ending(run.end),
            duration_us: run.duration,
            valid: run.invalid.is_empty(),
            invalid: texts(&run.invalid),
            restricted: run.restricted,
            destinations: run.destinations.iter().map(DestinationShape::of).collect(),
            unreached: unreached(run),
            calls: run.calls.iter().map(super::calls::CallShape::of).collect(),
            server: run.server.as_ref().map(super::calls::ServerShape::of),
            mails: run.mails.iter().map(|mail| MailShape::of(run, mail)).collect(),
            forwards: forwards(run),
            logins: logins(run),
            processes: programs(run),
            files: files(run),
            canaries: canaries(run),
            unclear: unclear(run),
            attribution: run.attribution.map(|it| AttributionShape {
                connections: it.connections,
                unattributed: it.unattributed,
                strays: it.strays,
            }),
            counters: counters(run),
            packets: run.packets.map_or_else(BTreeMap::new, |it| {
                BTreeMap::from([("kept", it.kept), ("cut", it.cut), ("dropped", it.dropped)])
            }),
        }
    }
}

impl DestinationShape {
    fn of(destination: &Destination) -> Self {
        let author = |author: &waxseal_model::Author| Author {
            program: author.program.as_deref().map(text),
            pid: author.pid,
            frame: author.frame.as_deref().map(text),
        };
        Self {
            name: destination.name.as_deref().map(text),
            addresses: destination.addresses.iter().copied().collect(),
            port: destination.port,
            protocols: texts(&destination.protocols),
            times: destination.times,
            sent_bytes: destination.sent,
            received_bytes: destination.received,
            by: destination.by.iter().map(author).collect(),
            also_called: texts(&destination.also),
            answered_by: texts(&destination.answered_by),
            opaque: texts(&destination.opaque),
            allowed: destination.allowed,
            first_us: destination.first,
            phases: destination.phases.iter().map(|phase| phase.id()).collect(),
        }
    }
}

fn unreached(run: &RunSummary) -> Vec<Unreached> {
    let one = |name: &waxseal_model::AskedName| Unreached {
        name: text(&name.name),
        kinds: texts(&name.kinds),
        times: name.times,
        denied: name.denied,
    };
    run.unreached.iter().map(one).collect()
}

fn programs(run: &RunSummary) -> Vec<Program> {
    let one = |program: &waxseal_model::StartedProgram| Program {
        pid: program.pid,
        at_us: program.at,
        phase: program.phase.id(),
        path: text(&program.path),
        arguments: texts(&program.arguments),
    };
    run.processes.iter().map(one).collect()
}

fn files(run: &RunSummary) -> Vec<File> {
    let one = |file: &waxseal_model::ChangedFile| File {
        path: text(&file.path),
        change: change_id(file.change),
        bytes: file.size,
    };
    run.files.iter().map(one).collect()
}

fn canaries(run: &RunSummary) -> Vec<Canary> {
    let one = |used: &waxseal_model::CanaryUse| Canary {
        canary: text(&used.canary),
        deed: used.deed.id(),
        place: text(&used.place),
        times: used.times,
        phase: used.phase.id(),
        given: used.given,
    };
    run.canaries.iter().map(one).collect()
}

fn unclear(run: &RunSummary) -> Vec<Unclear> {
    let limits = run.limits.iter().map(|(limit, detail)| Unclear {
        kind: "limit".to_owned(),
        place: Some(limit_word(*limit).to_owned()),
        times: 1,
        reason: text(detail),
        ..Unclear::default()
    });
    let unknown = run.unknown.iter().map(|unknown| Unclear {
        kind: text(&unknown.kind),
        place: Some(text(&unknown.place)),
        times: unknown.times,
        bytes: unknown.bytes,
        reason: text(&unknown.detail),
        ..Unclear::default()
    });
    let generic = run.generic.iter().map(|service| Unclear {
        kind: "generic".to_owned(),
        place: Some(text(&service.host)),
        times: service.times,
        requests: texts(&service.requests),
        reason: "its requests were answered without knowing the service".to_owned(),
        ..Unclear::default()
    });
    limits.chain(unknown).chain(generic).collect()
}

fn counters(run: &RunSummary) -> BTreeMap<&'static str, u64> {
    let counters = run.counters;
    BTreeMap::from([
        ("accepted", counters.accepted),
        ("connections", counters.connections),
        ("datagrams", counters.datagrams),
        ("datagrams_lost", counters.datagrams_lost),
        ("packets", counters.packets),
        ("packets_lost", counters.packets_lost),
        ("notices", counters.notices),
        ("stacks", counters.stacks),
        ("stacks_lost", counters.stacks_lost),
        ("events_lost", counters.events_lost),
    ])
}
