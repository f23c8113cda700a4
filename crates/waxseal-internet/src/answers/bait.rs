//! Mailboxes and hosts that exist nowhere else: who uses one got it from one of our answers.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use waxseal_model::ConnectionId;

use crate::HttpRequest;
use crate::chance::{Chance, LOWER36};

/// How many mailboxes and hosts are remembered; later ones are handed out and not recognised.
const MAX_HANDED_OUT: usize = 100_000;

/// How long a URL is remembered.
const MAX_URL: usize = 2048;

/// Everything that was handed out.
#[derive(Debug)]
pub struct Bait {
    seed: u64,
    handed_out: Mutex<BTreeMap<String, BaitOwner>>,
}

/// The response that handed something out first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaitOwner {
    /// The connection of the response.
    pub connection: ConnectionId,
    /// The URL that was asked for.
    pub url: String,
}

impl Bait {
    /// Bait whose names are decided by a seed.
    pub fn mint(seed: u64) -> Self {
        Self {
            seed,
            handed_out: Mutex::default(),
        }
    }

    /// The response that handed this mailbox out. Case and `+tag` do not matter, as they do not for delivery.
    pub fn owner_of(&self, mailbox: &str) -> Option<BaitOwner> {
        let mailbox = mailbox
            .trim()
            .trim_matches(['<', '>'])
            .trim_end_matches('.')
            .to_ascii_lowercase();
        let (local, domain) = mailbox.rsplit_once('@')?;
        let local = local.split('+').next().unwrap_or(local);
        self.lookup(&format!("{local}@{domain}"))
    }

    /// The response that handed out a link to this host.
    pub fn owner_of_host(&self, host: &str) -> Option<BaitOwner> {
        self.lookup(&host.trim_end_matches('.').to_ascii_lowercase())
    }

    /// A mailbox for a response, decided by its chance.
    pub(crate) fn mailbox(&self, chance: &Chance, slot: usize, request: &HttpRequest<'_>) -> String {
        let mut chance = chance.clone();
        for _ in 0..slot {
            chance.next();
        }
        let mut chance = Chance::new(self.seed ^ chance.next(), "mailbox");
        self.hand_out(request, || {
            let (first, last) = (chance.pick(&FIRST_NAMES), chance.pick(&LAST_NAMES));
            let domain = chance.pick(&DOMAINS);
            format!("{first}.{last}.{}@{domain}", chance.text(LOWER36, 5))
        })
    }

    /// A host for a response, decided by its chance.
    pub(crate) fn host(&self, chance: &Chance, request: &HttpRequest<'_>) -> String {
        let mut chance = Chance::new(self.seed ^ chance.clone().next(), "host");
        self.hand_out(request, || {
            let purpose = chance.pick(&["cdn", "api", "assets", "edge", "sync"]);
            format!("{purpose}-{}.{}", chance.text(LOWER36, 6), chance.pick(&DOMAINS))
        })
    }

    /// Hands out the first name that no other URL was given.
    fn hand_out(&self, request: &HttpRequest<'_>, mut next: impl FnMut() -> String) -> String {
        let url = &request.url[..request.url.floor_char_boundary(MAX_URL)];
        let mut handed_out = self.handed_out.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let name = next();
            match handed_out.get(&name) {
                Some(owner) if owner.url == url => return name,
                Some(_) => {}
                None if handed_out.len() >= MAX_HANDED_OUT => return name,
                None => {
                    let owner = BaitOwner {
                        connection: request.connection,
                        url: url.to_owned(),
                    };
                    handed_out.insert(name.clone(), owner);
                    return name;
                }
            }
        }
    }

    fn lookup(&self, name: &str) -> Option<BaitOwner> {
        self.handed_out
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned()
    }
}

/// Reserved for examples (RFC 2606 §2): none of them can belong to anyone.
const DOMAINS: [&str; 6] = [
    "mailhost.example",
    "postbox.example",
    "northwind-mail.example",
    "inboxly.example",
    "harbourmail.example",
    "brightpost.example",
];

const FIRST_NAMES: [&str; 16] = [
    "anna", "ben", "carla", "david", "elena", "felix", "grace", "henry", "irene", "jonas", "karin", "leo", "maria",
    "nico", "olga", "paul",
];

const LAST_NAMES: [&str; 16] = [
    "adler", "brandt", "costa", "dorn", "evans", "fischer", "garcia", "hale", "ivanov", "jensen", "keller", "lindt",
    "moser", "novak", "orlov", "pratt",
];
