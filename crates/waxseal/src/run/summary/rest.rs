//! What is left of a run: programs, files, requests nobody knew, bytes nobody understood, limits.

use std::collections::BTreeMap;

use waxseal_model::{
    ChangedFile, FileChange, HttpExchange, NotUnderstood, Observation, Payload, Run, RunLimit, StartedProgram,
    UnknownService,
};

use super::destinations::{Map, host_of};

/// Programs that were started. A search along `PATH` is seen as one attempt for each folder: the last one is it.
pub(super) fn processes(run: &Run) -> Vec<StartedProgram> {
    let mut found: Vec<StartedProgram> = Vec::new();
    let mut last: BTreeMap<u32, usize> = BTreeMap::new();
    for event in &run.events {
        let Observation::Exec { pid, path, arguments } = &event.observation else {
            continue;
        };
        let before = last.get(pid).and_then(|idx| found.get_mut(*idx));
        match before {
            Some(before) if before.arguments == *arguments && before.path != *path => path.clone_into(&mut before.path),
            _ => {
                last.insert(*pid, found.len());
                found.push(StartedProgram {
                    pid: *pid,
                    at: event.at,
                    phase: event.phase,
                    path: path.clone(),
                    arguments: arguments.clone(),
                });
            }
        }
    }
    found
}

/// What became of every file in the end.
pub(super) fn files(run: &Run) -> Vec<ChangedFile> {
    let mut found: BTreeMap<&str, ChangedFile> = BTreeMap::new();
    for event in &run.events {
        let Observation::FileChanged { path, change, size } = &event.observation else {
            continue;
        };
        let before = found.get(path.as_str()).map(|file| file.change);
        let change = match (before, change) {
            // What was not there before the run stays a new file, however often it is written.
            (Some(FileChange::Made), FileChange::Changed) => FileChange::Made,
            // And what was there before is no new file for having been away.
            (Some(FileChange::Removed), FileChange::Made) => FileChange::Changed,
            (_, change) => *change,
        };
        let file = ChangedFile {
            path: path.clone(),
            change,
            size: *size,
        };
        found.insert(path, file);
    }
    found.into_values().collect()
}

/// Requests that only the service that knows nothing answered, by host.
pub(super) fn generic(run: &Run) -> Vec<UnknownService> {
    let mut found: BTreeMap<String, UnknownService> = BTreeMap::new();
    for event in &run.events {
        let Observation::Http(exchange) = &event.observation else {
            continue;
        };
        // `generic/<rule>`; and what npm's registry was asked for beyond what the install needs: a second stage.
        let made_up = exchange.answered_by.split('/').next() == Some("generic");
        if !made_up && exchange.answered_by != "registry/unforeseen" {
            continue;
        }
        let (host, request) = named(exchange);
        let entry = found.entry(host.clone()).or_insert_with(|| UnknownService {
            host,
            times: 0,
            requests: Vec::new(),
        });
        entry.times += 1;
        if entry.requests.len() < MAX_REQUESTS && !entry.requests.contains(&request) {
            entry.requests.push(request);
        }
    }
    found.into_values().collect()
}

/// The host of a request, and `POST /path` without what is asked for behind it.
fn named(exchange: &HttpExchange) -> (String, String) {
    let path = url::Url::parse(&exchange.url).map_or_else(|_| exchange.url.clone(), |url| url.path().to_owned());
    let address = || url::Url::parse(&exchange.url).ok()?.host_str().map(str::to_owned);
    let host = host_of(exchange).1.or_else(address).unwrap_or_default();
    (host, format!("{} {path}", exchange.method))
}

/// What was seen and not understood, by kind and place.
pub(super) fn unknown(run: &Run, map: &Map) -> Vec<NotUnderstood> {
    let mut found: BTreeMap<(&'static str, String), NotUnderstood> = BTreeMap::new();
    for event in &run.events {
        let Some((kind, place, bytes, detail)) = not_understood(&event.observation, map) else {
            continue;
        };
        let entry = found.entry((kind, place.clone())).or_insert_with(|| NotUnderstood {
            kind: kind.to_owned(),
            place,
            times: 0,
            bytes: 0,
            detail,
        });
        entry.times += 1;
        entry.bytes += bytes;
    }
    found.into_values().collect()
}

fn not_understood(observation: &Observation, map: &Map) -> Option<(&'static str, String, u64, String)> {
    Some(match observation {
        Observation::Opaque { connection, reason, .. } => ("opaque", map.place(*connection), 0, reason.clone()),
        Observation::Raw {
            connection, payload, ..
        } => ("raw", map.place(*connection), payload.length, beginning(payload)),
        Observation::Datagram {
            ends,
            host,
            protocol: None,
            payload,
        } => {
            let host = host.clone().unwrap_or_else(|| ends.to.ip().to_canonical().to_string());
            let place = format!("{host}:{}", ends.to.port());
            ("datagram", place, payload.length, beginning(payload))
        }
        Observation::Packet {
            to, protocol, payload, ..
        } => {
            let detail = format!("IP protocol {protocol}");
            ("packet", to.to_canonical().to_string(), payload.length, detail)
        }
        Observation::Http(exchange) if exchange.undecoded.is_some() => {
            let reason = exchange.undecoded.clone().unwrap_or_default();
            (
                "undecoded",
                map.place(exchange.connection),
                exchange.body.length,
                reason,
            )
        }
        Observation::Http(exchange) if !exchange.body.is_whole() => cut(map.place(exchange.connection), &exchange.body),
        Observation::Smtp(transaction) if !transaction.message.is_whole() => {
            cut(map.place(transaction.connection), &transaction.message)
        }
        Observation::WebSocket {
            connection, payload, ..
        }
        | Observation::Imap {
            connection, payload, ..
        } if !payload.is_whole() => cut(map.place(*connection), payload),
        _ => return None,
    })
}

fn cut(place: String, payload: &Payload) -> (&'static str, String, u64, String) {
    let detail = format!("only the first {} bytes were kept", payload.bytes.len());
    ("cut", place, payload.length, detail)
}

/// How bytes begin: as text if they are text, else in hex.
fn beginning(payload: &Payload) -> String {
    let first = &payload.bytes[..payload.bytes.len().min(MAX_BEGINNING)];
    match std::str::from_utf8(first) {
        Ok(text) if text.chars().all(|c| !c.is_control() || c.is_whitespace()) => text.to_owned(),
        _ => first.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// Limits that were hit, in the order of time.
pub(super) fn limits(run: &Run) -> Vec<(RunLimit, String)> {
    let hit = run.events.iter().filter_map(|event| match &event.observation {
        Observation::LimitHit { limit, detail } => Some((*limit, detail.clone())),
        _ => None,
    });
    hit.take(MAX_LIMITS).collect()
}

/// Different requests of one host that are kept.
const MAX_REQUESTS: usize = 20;

/// Bytes that are shown of what is not understood.
const MAX_BEGINNING: usize = 24;

/// A limit is hit again and again.
const MAX_LIMITS: usize = 100;
