//! What was made up for a call, found where no message was handed over.

use std::collections::{BTreeMap, BTreeSet};

use waxseal_internet::Needles;
use waxseal_model::{Leak, Observation, Phase, Run};

use super::Known;
use super::canaries::parts;
use super::destinations::Map;
use super::pieces::Joined;
use crate::run::mint;

/// Every text of a call that went elsewhere than to the mail system that took the message; each place once.
pub(super) fn leaks(run: &Run, known: &Known<'_>, map: &Map, joined: &[Joined]) -> Vec<Leak> {
    let texts: Vec<(String, String)> = run.calls.iter().flat_map(mint::needles).collect();
    if texts.is_empty() {
        return Vec::new();
    }
    let needles = Needles::new(&texts);
    let own: BTreeSet<String> = run
        .events
        .iter()
        .filter_map(|event| match &event.observation {
            Observation::ApiLogin(login) if login.accepted && login.channel == "imap" && is_own(&login.host) => {
                Some(map.place(login.connection))
            }
            _ => None,
        })
        .collect();
    let mut found = Found::default();
    for event in &run.events {
        // Who asks a mail server whether a mailbox exists names it.
        if matches!(event.observation, Observation::Smtp(_) | Observation::SmtpAuth { .. }) {
            continue;
        }
        let (place, parts) = parts(&event.observation, map);
        // What is put into the mailbox one sends from: a copy of what was sent.
        if matches!(event.observation, Observation::Imap { .. }) && own.contains(&place) {
            continue;
        }
        for part in parts.iter().filter(|part| part.len() >= SHORTEST) {
            found.look(&needles, part, &place, event.phase, "");
        }
    }
    for it in joined {
        for text in &it.texts {
            found.look(&needles, text, &it.place, it.phase, "in pieces, ");
        }
    }
    let systems = Systems::of(run, known, map);
    let by_call: BTreeMap<u32, BTreeSet<&str>> = found.0.values().fold(BTreeMap::new(), |mut all, leak| {
        all.entry(leak.call).or_default().insert(&leak.place);
        all
    });
    let elsewhere = |leak: &&Leak| !systems.took(&leak.place, by_call.get(&leak.call));
    found.0.values().filter(elsewhere).take(MAX_LEAKS).cloned().collect()
}

/// What was found, by call, by what of it, and by place.
#[derive(Default)]
struct Found(BTreeMap<(u32, String, String), Leak>);

impl Found {
    fn look(&mut self, needles: &Needles, bytes: &[u8], place: &str, phase: Phase, how: &str) {
        for hit in needles.found_in(bytes) {
            let Some((call, what)) = mint::needle(&hit.canary) else {
                continue;
            };
            let key = (call, what.to_owned(), place.to_owned());
            self.0.entry(key).or_insert_with(|| Leak {
                call,
                what: what.to_owned(),
                place: place.to_owned(),
                encoding: format!("{how}{}", hit.encoding),
                phase,
            });
        }
    }
}

/// Who took messages.
struct Systems {
    /// Mail servers and providers.
    known: BTreeSet<String>,
    /// Hosts nobody knows that were handed what looks like a message, in the order of time; those first that were shown a credential the
    /// package was given: whoever asks for nothing takes no mail for others.
    others: Vec<String>,
}

impl Systems {
    fn of(run: &Run, known: &Known<'_>, map: &Map) -> Self {
        let mut systems = Self {
            known: BTreeSet::new(),
            others: Vec::new(),
        };
        for event in &run.events {
            if let Observation::Submitted(message) = &event.observation {
                let place = map.place(message.connection);
                if message.channel != GENERIC {
                    systems.known.insert(place);
                } else if !systems.others.contains(&place) {
                    systems.others.push(place);
                }
            }
        }
        if systems.others.len() > 1
            && let Some(find) = known.find
        {
            let mut shown = BTreeSet::new();
            for event in &run.events {
                let (place, parts) = parts(&event.observation, map);
                if systems.others.contains(&place) && !shown.contains(&place) {
                    let given = |canary: &String| known.given.contains(canary);
                    if parts.iter().any(|part| find(part).iter().any(given)) {
                        shown.insert(place);
                    }
                }
            }
            systems.others.sort_by_key(|place| !shown.contains(place));
        }
        systems
    }

    /// Whether a place is the mail system for a call whose texts went to these places. A host that nobody knows is one if no known one got
    /// anything of the call, and only one is.
    fn took(&self, place: &str, places: Option<&BTreeSet<&str>>) -> bool {
        if self.known.contains(place) {
            return true;
        }
        let Some(places) = places else {
            return false;
        };
        let served = places.iter().any(|it| self.known.contains(*it));
        let first = self.others.iter().find(|it| places.contains(it.as_str()));
        !served && first.is_some_and(|it| it == place)
    }
}

const GENERIC: &str = "generic";
/// A mail server of the room's person, or one that is open to the public: there an account that was handed over is that person's.
fn is_own(host: &str) -> bool {
    let own = host == mint::OWN_DOMAIN
        || host
            .strip_suffix(mint::OWN_DOMAIN)
            .is_some_and(|rest| rest.ends_with('.'));
    own || PUBLIC.contains(&host)
}

/// Where mail is read by the public.
const PUBLIC: [&str; 6] = [
    "imap.gmail.com",
    "outlook.office365.com",
    "imap.mail.yahoo.com",
    "imap.mail.me.com",
    "imap.fastmail.com",
    "imap.zoho.com",
];
/// The shortest thing that is looked for.
const SHORTEST: usize = 10;
/// Leaks that are kept.
const MAX_LEAKS: usize = 1_000;
