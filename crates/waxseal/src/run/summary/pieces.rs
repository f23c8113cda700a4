//! What left in pieces: texts that are put together from several questions, requests or datagrams to one place, as whoever got them would.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use waxseal_model::{HttpExchange, Observation, Phase, Run};

use super::destinations::Map;

/// Texts that went to one place in pieces, each put together in one way.
#[derive(Debug)]
pub(super) struct Joined {
    /// Where to.
    pub(super) place: String,
    /// When in the life of the package, the first time.
    pub(super) phase: Phase,
    /// The texts.
    pub(super) texts: Vec<Vec<u8>>,
}

/// What of a run went anywhere in more than one piece.
pub(super) fn joined(run: &Run, map: &Map) -> Vec<Joined> {
    let mut series = Series::default();
    for event in &run.events {
        match &event.observation {
            Observation::DnsQuery { name, .. } => {
                series.add(below(name), "name", event.phase, name.as_bytes());
            }
            Observation::Http(exchange) if !exchange.answered_by.starts_with("registry") => {
                requested(&mut series, map, event.phase, exchange);
            }
            Observation::WebSocket {
                connection, payload, ..
            }
            | Observation::Raw {
                connection, payload, ..
            } => {
                series.add(map.place(*connection), "bytes", event.phase, &payload.bytes);
            }
            Observation::Datagram { ends, payload, .. } => {
                series.add(ends.to.to_string(), "bytes", event.phase, &payload.bytes);
            }
            _ => {}
        }
    }
    series.joined()
}

/// Where a question for a name leads to: all names below two labels are somebody's own.
pub(super) fn below(name: &str) -> String {
    let mut labels = name.rsplit('.');
    match (labels.next(), labels.next()) {
        (Some(last), Some(first)) => format!("names below {first}.{last}"),
        _ => format!("the name {name}"),
    }
}

fn requested(series: &mut Series, map: &Map, phase: Phase, exchange: &HttpExchange) {
    let place = map.place(exchange.connection);
    let behind_host = exchange.url.splitn(4, '/').nth(3).unwrap_or_default();
    series.add(place.clone(), "path", phase, behind_host.as_bytes());
    series.add(place.clone(), "body", phase, &exchange.body.bytes);
    for (name, value) in exchange
        .headers
        .iter()
        .filter(|(name, _)| !ORDINARY.contains(&name.as_str()))
    {
        series.add(place.clone(), name, phase, value.as_bytes());
    }
}

/// What was sent, by place and by where in what was sent it stood.
#[derive(Default)]
struct Series(BTreeMap<(String, String), Pieces>);

/// What came one after the other.
struct Pieces {
    /// When in the life of the package, the first time.
    phase: Phase,
    pieces: Vec<Vec<u8>>,
    /// Bytes of all.
    size: usize,
}

impl Series {
    fn add(&mut self, place: String, kind: &str, phase: Phase, bytes: &[u8]) {
        if bytes.is_empty() || bytes.len() > MAX_PIECE {
            return;
        }
        let entry = self.0.entry((place, kind.to_owned())).or_insert_with(|| Pieces {
            phase,
            pieces: Vec::new(),
            size: 0,
        });
        // A name is asked for in two kinds, and again.
        let known = entry.pieces.iter().rev().take(4).any(|it| it == bytes);
        if !known && entry.pieces.len() < MAX_PIECES && entry.size + bytes.len() <= MAX_SIZE {
            entry.size += bytes.len();
            entry.pieces.push(bytes.to_vec());
        }
    }

    fn joined(self) -> Vec<Joined> {
        let several = self.0.into_iter().filter(|(_, it)| it.pieces.len() > 1);
        several
            .map(|((place, _), it)| Joined {
                place,
                phase: it.phase,
                texts: put_together(&it.pieces),
            })
            .collect()
    }
}

/// The pieces behind each other: as they are, and without what all of them have in common and what counts them; in the order in which they
/// came and in the order in which they are counted; and each decoded by itself.
fn put_together(pieces: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let items: Vec<Vec<&[u8]>> = pieces.iter().map(|piece| words(piece)).collect();
    let mut common: BTreeSet<&[u8]> = items.first().into_iter().flatten().copied().collect();
    for item in &items {
        common.retain(|word| item.contains(word));
    }
    let mut parts: Vec<(u64, Vec<&[u8]>)> = Vec::new();
    for item in &items {
        let mut count = 0;
        let mut kept = Vec::new();
        for &word in item.iter().filter(|word| !common.contains(*word)) {
            match number(word) {
                Some(it) => count = it,
                None => kept.push(word),
            }
        }
        parts.push((count, kept));
    }
    let mut texts = vec![pieces.concat()];
    let mut ways = |parts: &[(u64, Vec<&[u8]>)]| {
        texts.push(parts.iter().flat_map(|(_, words)| words.concat()).collect());
        texts.push(
            parts
                .iter()
                .flat_map(|(_, words)| words.iter().flat_map(|word| decoded(word)))
                .collect(),
        );
    };
    ways(&parts);
    let counted: BTreeSet<u64> = parts.iter().map(|(count, _)| *count).collect();
    if counted.len() > 1 {
        parts.sort_by_key(|(count, _)| *count);
        ways(&parts);
    }
    texts.retain(|text| text.len() >= SHORTEST);
    texts.sort();
    texts.dedup();
    texts
}

/// The words of a piece: letters and digits, and what Base64 and percent signs have beside them.
fn words(piece: &[u8]) -> Vec<&[u8]> {
    let is_sign = |byte: &u8| !(byte.is_ascii_alphanumeric() || b"+_-%".contains(byte));
    piece.split(is_sign).filter(|word| !word.is_empty()).collect()
}

/// What counts pieces: a number of a few digits.
fn number(word: &[u8]) -> Option<u64> {
    let digits = word.len() <= 4 && word.iter().all(u8::is_ascii_digit);
    digits.then(|| std::str::from_utf8(word).ok()?.parse().ok()).flatten()
}

/// A piece that was encoded by itself.
fn decoded(word: &[u8]) -> Vec<u8> {
    let text: Vec<u8> = word
        .iter()
        .map(|byte| match byte {
            b'+' => b'-',
            byte => *byte,
        })
        .collect();
    let padded = STANDARD.decode(word);
    padded
        .or_else(|_| URL_SAFE_NO_PAD.decode(&text))
        .unwrap_or_else(|_| word.to_vec())
}

/// Header fields that clients send with everything, or that say nothing of one's own.
const ORDINARY: [&str; 12] = [
    "host",
    "accept",
    "accept-encoding",
    "accept-language",
    "connection",
    "content-type",
    "content-length",
    "sec-fetch-mode",
    "transfer-encoding",
    "keep-alive",
    ":authority",
    "pragma",
];
/// A longer piece holds what is looked for whole.
const MAX_PIECE: usize = 16 << 10;
/// Pieces, and bytes of pieces, of one series.
const MAX_PIECES: usize = 1_000;
const MAX_SIZE: usize = 256 << 10;
/// The shortest text that holds something.
const SHORTEST: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pieces: &[&str], wanted: &str) {
        let pieces: Vec<Vec<u8>> = pieces.iter().map(|it| it.as_bytes().to_vec()).collect();
        let texts = put_together(&pieces);
        let shown: Vec<String> = texts
            .iter()
            .map(|it| String::from_utf8_lossy(it).into_owned())
            .collect();
        assert!(shown.iter().any(|it| it.contains(wanted)), "{wanted} in {shown:?}");
    }

    #[test]
    fn pieces_of_names_paths_and_bodies_are_put_together() {
        check(
            &[
                "s3cr.0.x.collect.example",
                "etw0.1.x.collect.example",
                "rdab.2.x.collect.example",
            ],
            "s3cretw0rdab",
        );
        // In another order than they were sent in.
        check(&["p?i=2&d=rdab", "p?i=0&d=s3cr", "p?i=1&d=etw0"], "s3cretw0rdab");
        check(&[r#"{"n":0,"d":"s3cret"}"#, r#"{"n":1,"d":"w0rdab"}"#], "s3cretw0rdab");
        // Each encoded by itself.
        check(&["d=czNjcmU=", "d=dHcwcmQ="], "s3cretw0rd");
        check(&["abc", "def", "ghijk"], "abcdefghijk");
    }

    #[test]
    fn names_are_of_whoever_has_the_two_labels_above_them() {
        assert_eq!(below("a.b.collect.example"), "names below collect.example");
        assert_eq!(below("localhost"), "the name localhost");
    }

    #[test]
    fn hostile_pieces_are_bounded() {
        let mut series = Series::default();
        for idx in 0..5_000_u32 {
            series.add(
                "a".to_owned(),
                "path",
                Phase::Call,
                format!("{idx}-{}", "x".repeat(900)).as_bytes(),
            );
        }
        let joined = series.joined();
        assert!(joined[0].texts.iter().all(|it| it.len() <= MAX_SIZE));
    }
}
