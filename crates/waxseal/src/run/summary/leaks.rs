//! What was made up for a call, found where no message was handed over.

use std::collections::{BTreeMap, BTreeSet};

use waxseal_internet::Needles;
use waxseal_model::{Leak, Observation, Run};

use super::canaries::parts;
use super::destinations::Map;
use crate::run::mint;

/// Every text of a call that went elsewhere than to a mail system that took a message; each place once.
pub(super) fn leaks(run: &Run, map: &Map) -> Vec<Leak> {
    let texts: Vec<(String, String)> = run.calls.iter().flat_map(mint::needles).collect();
    if texts.is_empty() {
        return Vec::new();
    }
    let needles = Needles::new(&texts);
    let took: BTreeSet<String> = run
        .events
        .iter()
        .filter_map(|event| match &event.observation {
            Observation::Submitted(message) => Some(map.place(message.connection)),
            _ => None,
        })
        .collect();
    let mut found: BTreeMap<(u32, String, String), Leak> = BTreeMap::new();
    for event in &run.events {
        // Who asks a mail server whether a mailbox exists names it.
        if matches!(event.observation, Observation::Smtp(_) | Observation::SmtpAuth { .. }) {
            continue;
        }
        let (place, parts) = parts(&event.observation, map);
        if took.contains(&place) {
            continue;
        }
        for part in parts.iter().filter(|part| part.len() >= SHORTEST) {
            for hit in needles.found_in(part) {
                let Some((call, what)) = mint::needle(&hit.canary) else {
                    continue;
                };
                found
                    .entry((call, what.to_owned(), place.clone()))
                    .or_insert_with(|| Leak {
                        call,
                        what: what.to_owned(),
                        place: place.clone(),
                        encoding: hit.encoding.clone(),
                        phase: event.phase,
                    });
            }
        }
    }
    found.into_values().take(MAX_LEAKS).collect()
}

/// The shortest thing that is looked for.
const SHORTEST: usize = 10;
/// Leaks that are kept.
const MAX_LEAKS: usize = 1_000;
