//! What is remembered of one application: bounded, and in a form that can be kept on disk.

use std::collections::{BTreeMap, BTreeSet};

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashMap, HashSet};
use serde::{Deserialize, Serialize};
use waxseal_model::{Delivery, Moment};

use super::recipients::Class;

/// Everything that is remembered of one application.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Application {
    /// The first and the last mail with a moment.
    pub pace: Pace,
    /// Mails.
    pub mails: u64,
    /// Of these, such as had headers that could all be read.
    pub with_headers: u64,
    /// Recipients that could not be decided, because headers were missing or cut off.
    pub undecided: u64,
    /// Mails that named nobody.
    pub all_hidden: u64,
    /// Mails that did not reach everybody at first: held or refused by the server.
    pub stopped: Stopped,
    /// Who got copies that no header names, by address.
    pub copies: BTreeMap<String, Copied>,
    /// Copies to subscribers of mailing lists, who are not remembered one by one.
    pub listed: u64,
    /// Copies to addresses beyond [`Application::MAX_COPIES`], which are not remembered one by one.
    pub further_copies: u64,
    /// Hashes of recipients' domains, as they are and as they were registered.
    pub domains: HashSet<u64>,
    /// How many registered ones.
    pub registered: u64,
    /// Recipients at domains beyond [`Application::MAX_DOMAINS`].
    pub further_domains: u64,
    /// The clients that handed its mail in; at most [`Application::MAX_CLIENTS`].
    pub clients: BTreeSet<String>,
    /// The logins it used; at most [`Application::MAX_NAMES`].
    pub logins: BTreeSet<String>,
    /// The envelope senders it wrote, or where there is none its `From`; at most [`Application::MAX_NAMES`].
    pub senders: BTreeSet<String>,
    /// Where no headers are to be had: hashes of addresses that were one of several recipients at least once; at most
    /// [`Application::MAX_SOLE`].
    pub once: HashSet<u64>,
    /// Those that were so again, by their hashes.
    pub companions: HashMap<u64, Candidate>,
    /// Hashes of addresses that got a mail by themselves; at most [`Application::MAX_SOLE`].
    pub sole: HashSet<u64>,
    /// Hashes of addresses that get mails of their own often, and their weights: a small table that keeps the most frequent (the algorithm of Misra
    /// and Gries).
    pub heavy: Vec<(u64, u32)>,
    /// Those of them that came back: candidates for a shadow.
    pub shadows: Vec<Candidate>,
    /// What was found in single mails: new domains and clients, and recipients that nobody counted; at most [`Application::MAX_NOTED`].
    pub noted: Vec<Noted>,
    /// Such findings beyond that.
    pub further_noted: u64,
    /// The last mail's moment and the hash of its first recipient.
    pub last_mail: Option<(Moment, u64)>,
    /// Hashes of senders, logins and clients together that are remembered above; not kept on disk.
    #[serde(skip)]
    pub(super) familiar: Familiar,
}

impl Application {
    /// Addresses with hidden copies that are remembered.
    pub const MAX_COPIES: usize = 10_000;
    /// Hashes of domains that are remembered.
    pub const MAX_DOMAINS: usize = 100_000;
    /// Clients that are remembered.
    pub const MAX_CLIENTS: usize = 64;
    /// Logins and senders that are remembered.
    pub const MAX_NAMES: usize = 8;
    /// Further recipients that are counted.
    pub const MAX_COMPANIONS: usize = 20_000;
    /// Addresses that are known to get mail alone.
    pub const MAX_SOLE: usize = 500_000;
    /// Candidates for a shadow.
    pub const MAX_SHADOWS: usize = 32;
    /// Combinations of sender, login and client.
    pub(super) const MAX_FAMILIAR: usize = 1_024;
    /// Findings in single mails.
    pub const MAX_NOTED: usize = 256;
}

/// A finding in one mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// The indicator's id.
    pub indicator: String,
    /// Whom it is about, or nothing.
    pub recipient: String,
    /// One sentence.
    pub summary: String,
    /// The queue id or message id.
    pub id: String,
    /// When.
    pub at: Option<Moment>,
}

/// Combinations that were met since the start, by a hash that differs from start to start.
#[derive(Debug, Clone, Default)]
pub(super) struct Familiar {
    state: DefaultHashBuilder,
    met: HashSet<u64>,
}

impl Familiar {
    /// Whether it was met before; remembers it.
    pub(super) fn has(&mut self, words: (&str, &str, &str)) -> bool {
        let hash = self.state.hash_one(words);
        if self.met.contains(&hash) {
            return true;
        }
        if self.met.len() >= Application::MAX_FAMILIAR {
            self.met.clear();
        }
        self.met.insert(hash);
        false
    }
}

impl PartialEq for Familiar {
    /// It only saves time.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Familiar {}

/// Since when and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pace {
    /// The first; `None` where no source gave a moment.
    pub first: Option<Moment>,
    /// The last.
    pub last: Option<Moment>,
}

impl Pace {
    pub(super) fn add(&mut self, at: Option<Moment>) {
        let Some(at) = at else { return };
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
    }
}

/// How often the server stopped an application's mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stopped {
    /// Recipients of mail that was held or refused.
    pub recipients: u64,
}

/// Copies to one address that no header names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// The latest reason.
    pub class: Class,
    /// Mails.
    pub count: u64,
    /// Since when and until when.
    pub pace: Pace,
    /// The first queue ids or message ids and, without a known reason, the latest ones, at most [`Copied::MAX_IDS`] each, with the host before a
    /// slash where it is known.
    pub first_ids: Vec<String>,
    /// See `first_ids`.
    pub last_ids: Vec<String>,
    /// Hashes of different visible recipients beside it; at most [`Copied::MAX_BESIDE`].
    pub beside: BTreeSet<u64>,
    /// What became of the copies.
    pub sent: u64,
    /// Copies that were held or refused.
    pub stopped: u64,
    /// It began after the application's baseline was known.
    pub after_baseline: bool,
}

impl Copied {
    /// Ids that are kept at each end.
    pub const MAX_IDS: usize = 5;
    /// Visible recipients that are told apart.
    pub const MAX_BESIDE: usize = 16;

    pub(super) fn new(class: Class, after_baseline: bool) -> Self {
        Self {
            class,
            count: 0,
            pace: Pace::default(),
            first_ids: Vec::new(),
            last_ids: Vec::new(),
            beside: BTreeSet::new(),
            sent: 0,
            stopped: 0,
            after_baseline,
        }
    }

    pub(super) fn add(&mut self, id: impl FnOnce() -> String, at: Option<Moment>, delivery: Delivery) {
        self.count += 1;
        self.pace.add(at);
        if self.first_ids.len() < Self::MAX_IDS {
            self.first_ids.push(id());
        } else if !self.class.is_explained() {
            if self.last_ids.len() == Self::MAX_IDS {
                self.last_ids.remove(0);
            }
            self.last_ids.push(id());
        }
        match delivery {
            Delivery::Sent => self.sent += 1,
            Delivery::Stopped => self.stopped += 1,
            _ => {}
        }
    }
}

/// An address that is met again and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The hash of `address`.
    pub hash: u64,
    /// Who.
    pub address: String,
    /// Its mails; of the first it is only known that there was one.
    pub seen: Companion,
}

/// A recipient that may be a copy, by statistics alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Companion {
    /// Mails.
    pub count: u64,
    /// Of these, mails beside (or shortly after mails to) somebody who was not beside it the last few times.
    pub fresh: u64,
    /// Hashes of those, the latest [`Companion::MAX_RECENT`].
    pub recent: Vec<u64>,
    /// Since when and until when.
    pub pace: Pace,
    /// The first ids.
    pub ids: Vec<String>,
}

impl Companion {
    /// How many of those beside it are remembered.
    pub const MAX_RECENT: usize = 16;

    /// Adds a mail beside these.
    pub(super) fn add(&mut self, beside: impl Iterator<Item = u64>, at: Option<Moment>, id: impl FnOnce() -> String) {
        self.count += 1;
        self.pace.add(at);
        if self.ids.len() < Copied::MAX_IDS {
            self.ids.push(id());
        }
        let mut any = false;
        for other in beside {
            if !self.recent.contains(&other) {
                any = true;
                if self.recent.len() == Self::MAX_RECENT {
                    self.recent.remove(0);
                }
                self.recent.push(other);
            }
        }
        self.fresh += u64::from(any);
    }
}
