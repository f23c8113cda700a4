//! Planted secrets: opened, changed, or sent in any form that can be recognised.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use memchr::memmem::Finder;
use waxseal_model::{CanaryDeed, CanaryUse, Observation, Phase, Run};

use super::destinations::Map;
use super::pieces::{self, Joined};
use super::{Known, Planted};

/// What was done to every canary, the worst first.
pub(super) fn uses(run: &Run, known: &Known<'_>, map: &Map, joined: &[Joined]) -> Vec<CanaryUse> {
    // What is looked for is only put together when something left.
    let secrets: LazyCell<Vec<Secret<'_>>, _> = LazyCell::new(|| known.planted.iter().filter_map(Secret::of).collect());
    let hits = |part: &[u8]| -> Vec<String> {
        match known.find {
            Some(find) => find(part),
            None => secrets
                .iter()
                .filter(|it| it.is_in(part))
                .map(|it| it.canary.to_owned())
                .collect(),
        }
    };
    let mut found = Found::default();
    let mut seen = BTreeSet::new();
    for event in &run.events {
        match &event.observation {
            Observation::CanaryOpened { canary, path } => {
                found.add(CanaryDeed::Opened, canary, path, event.phase);
            }
            Observation::CanaryChanged { canary, path } => {
                found.add(CanaryDeed::Changed, canary, path, event.phase);
            }
            observation => {
                let (place, parts) = parts(observation, map);
                for part in parts.iter().filter(|part| part.len() >= SHORTEST) {
                    for canary in hits(part) {
                        seen.insert((canary, place.clone()));
                    }
                }
                for (canary, place) in std::mem::take(&mut seen) {
                    found.add(CanaryDeed::Sent, &canary, &place, event.phase);
                }
            }
        }
    }
    for it in joined {
        let all: BTreeSet<String> = it.texts.iter().flat_map(|text| hits(text)).collect();
        for canary in &all {
            if !found.was_sent(canary, &it.place) {
                found.add(CanaryDeed::Sent, canary, &it.place, it.phase);
            }
        }
    }
    let given = |canary: &str| known.given.iter().any(|it| it == canary);
    let mut uses: Vec<CanaryUse> = found.0.into_values().collect();
    for used in &mut uses {
        used.given = match used.deed {
            CanaryDeed::Sent => given(&used.canary),
            CanaryDeed::Opened => known.own_folders.iter().any(|folder| used.place.contains(folder)),
            CanaryDeed::Changed => false,
        };
    }
    uses
}

#[derive(Default)]
struct Found(BTreeMap<(CanaryDeed, String, String), CanaryUse>);

impl Found {
    fn was_sent(&self, canary: &str, place: &str) -> bool {
        let key = (CanaryDeed::Sent, canary.to_owned(), place.to_owned());
        self.0.contains_key(&key)
    }

    fn add(&mut self, deed: CanaryDeed, canary: &str, place: &str, phase: Phase) {
        let key = (deed, canary.to_owned(), place.to_owned());
        let entry = self.0.entry(key).or_insert_with(|| CanaryUse {
            canary: canary.to_owned(),
            deed,
            place: place.to_owned(),
            times: 0,
            phase,
            given: false,
        });
        entry.times += 1;
    }
}

/// Where an observation went, and everything of it that a package chose.
pub(super) fn parts<'r>(observation: &'r Observation, map: &Map) -> (String, Vec<Cow<'r, [u8]>>) {
    let (place, parts): (String, Vec<&[u8]>) = match observation {
        Observation::DnsQuery { name, .. } => {
            // A value longer than a label is spread over several.
            let joined = name.replace('.', "").into_bytes();
            let parts = vec![Cow::Borrowed(name.as_bytes()), Cow::Owned(joined)];
            return (pieces::below(name), parts);
        }
        Observation::Smtp(transaction) => {
            let message = &transaction.message.bytes;
            let mut parts = vec![Cow::Borrowed(message.as_slice()), Cow::Owned(unfolded(message))];
            let texts = [&transaction.helo, &transaction.from]
                .into_iter()
                .chain(&transaction.recipients);
            parts.extend(texts.map(|text| Cow::Borrowed(text.as_bytes())));
            return (map.place(transaction.connection), parts);
        }
        Observation::Http(exchange) => {
            let body = &exchange.body.bytes;
            let mut parts = vec![
                Cow::Borrowed(exchange.url.as_bytes()),
                Cow::Borrowed(body.as_slice()),
                Cow::Owned(unfolded(body)),
            ];
            for (name, value) in &exchange.headers {
                parts.extend([Cow::Borrowed(name.as_bytes()), Cow::Borrowed(value.as_bytes())]);
            }
            return (map.place(exchange.connection), parts);
        }
        Observation::Tunnel { connection, target } => (map.place(*connection), vec![target.as_bytes()]),
        Observation::WebSocket {
            connection, payload, ..
        } => (map.place(*connection), vec![&payload.bytes]),
        Observation::SmtpAuth {
            connection,
            user,
            secret,
            ..
        } => (map.place(*connection), vec![user.as_bytes(), secret.as_bytes()]),
        Observation::Imap {
            connection, payload, ..
        } => {
            let bytes = &payload.bytes;
            let parts = vec![Cow::Borrowed(bytes.as_slice()), Cow::Owned(unfolded(bytes))];
            return (map.place(*connection), parts);
        }
        Observation::Raw {
            connection, payload, ..
        } => (map.place(*connection), vec![&payload.bytes]),
        Observation::Datagram { ends, payload, .. } => (ends.to.to_string(), vec![&payload.bytes]),
        Observation::Packet { to, payload, .. } => (to.to_string(), vec![&payload.bytes]),
        _ => (String::new(), Vec::new()),
    };
    (place, parts.into_iter().map(Cow::Borrowed).collect())
}

/// Bytes without line ends, since Base64 and quoted-printable text of a message is broken into lines (RFC 2045 §6.7 and §6.8).
fn unfolded(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for byte in bytes.iter().filter(|byte| **byte != b'\r') {
        match byte {
            b'\n' if out.last() == Some(&b'=') => drop(out.pop()),
            b'\n' => {}
            byte => out.push(*byte),
        }
    }
    out
}

/// A planted value in the forms it is looked for in.
struct Secret<'a> {
    canary: &'a str,
    forms: Vec<Finder<'static>>,
}

impl<'a> Secret<'a> {
    fn of(planted: &'a Planted) -> Option<Self> {
        let value = planted.value.as_bytes();
        // A shorter one is found by chance.
        if value.len() < SHORTEST {
            return None;
        }
        let hex: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut forms = vec![
            value.to_vec(),
            // Names are kept in lower case.
            planted.value.to_ascii_lowercase().into_bytes(),
            hex.to_ascii_uppercase().into_bytes(),
            hex.into_bytes(),
            url::form_urlencoded::byte_serialize(value)
                .collect::<String>()
                .into_bytes(),
            value.iter().rev().copied().collect(),
        ];
        for skipped in 0..3 {
            forms.extend(base64_forms(value, skipped));
        }
        forms.sort();
        forms.dedup();
        Some(Self {
            canary: &planted.canary,
            forms: forms.iter().map(|form| Finder::new(form).into_owned()).collect(),
        })
    }

    fn is_in(&self, part: &[u8]) -> bool {
        self.forms.iter().any(|form| form.find(part).is_some())
    }
}

/// What Base64 makes of a value that has `before` bytes (modulo 3) in front of it: the characters that depend on it alone.
fn base64_forms(value: &[u8], before: usize) -> [Vec<u8>; 2] {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(value);
    bytes.truncate(bytes.len() / 3 * 3);
    let skip = (before * 8).div_ceil(6);
    [STANDARD.encode(&bytes), URL_SAFE.encode(&bytes)].map(|text| text.as_bytes()[skip..].to_vec())
}

/// Shorter values are not looked for.
const SHORTEST: usize = 8;
