//! The mailboxes of the room's person: the inbox that mail APIs show too, and what clients put into them. One for the whole run.

use std::collections::{BTreeMap, BTreeSet};

use waxseal_mail::api::inbox::{LETTERS, date};

/// A message in a mailbox.
#[derive(Debug, Clone)]
pub(super) struct Message {
    /// Its unique identifier in the mailbox (RFC 3501 §2.3.1.1).
    pub(super) uid: u32,
    /// `\Seen` and its like.
    pub(super) flags: BTreeSet<String>,
    /// When it came, in seconds since 1970.
    pub(super) came: u64,
    /// The whole message (RFC 5322).
    pub(super) raw: Vec<u8>,
}

/// A mailbox.
#[derive(Debug, Clone, Default)]
pub(super) struct Mailbox {
    pub(super) messages: Vec<Message>,
    next: u32,
}

impl Mailbox {
    /// The identifier that the next message gets.
    pub(super) fn next_uid(&self) -> u32 {
        self.next + 1
    }
}

/// All mailboxes, by name.
#[derive(Debug)]
pub(super) struct Store {
    boxes: BTreeMap<String, Mailbox>,
    bytes: usize,
}

impl Store {
    /// The mailboxes as they are when the run begins. `now` is in seconds since 1970.
    pub(super) fn new(now: u64) -> Self {
        let boxes = SPECIAL.iter().map(|(name, _)| ((*name).to_owned(), Mailbox::default()));
        let mut store = Self {
            boxes: boxes.collect(),
            bytes: 0,
        };
        // The oldest has the lowest number.
        for letter in LETTERS.iter().rev() {
            store.add(INBOX, BTreeSet::new(), letter.came(now), letter.raw(now).into_bytes());
        }
        store
    }

    /// The names of all mailboxes.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.boxes.keys().map(String::as_str)
    }

    /// A mailbox; the inbox whatever the case of its name (RFC 3501 §5.1).
    pub(super) fn find(&self, name: &str) -> Option<&Mailbox> {
        self.boxes.get(&known(name))
    }

    /// A mailbox that is to be changed.
    pub(super) fn find_mut(&mut self, name: &str) -> Option<&mut Mailbox> {
        self.boxes.get_mut(&known(name))
    }

    /// Makes a mailbox; not if it is there, or there are too many.
    pub(super) fn create(&mut self, name: &str) -> bool {
        let fits = !name.is_empty() && name.len() <= MAX_NAME && self.boxes.len() < MAX_BOXES;
        let name = known(name);
        fits && !self.boxes.contains_key(&name) && self.boxes.insert(name, Mailbox::default()).is_none()
    }

    /// Removes a mailbox, with all in it; not the inbox.
    pub(super) fn remove(&mut self, name: &str) -> bool {
        let name = known(name);
        if name == INBOX {
            return false;
        }
        let removed = self.boxes.remove(&name);
        let bytes = removed.iter().flat_map(|it| &it.messages).map(|it| it.raw.len());
        self.bytes -= bytes.sum::<usize>();
        removed.is_some()
    }

    /// Puts a message into a mailbox, and gives its identifier; not where there is none, or too much.
    pub(super) fn add(&mut self, name: &str, flags: BTreeSet<String>, came: u64, raw: Vec<u8>) -> Option<u32> {
        if self.bytes + raw.len() > MAX_BYTES {
            return None;
        }
        let size = raw.len();
        let into = self.find_mut(name).filter(|it| it.messages.len() < MAX_MESSAGES)?;
        into.next += 1;
        let uid = into.next;
        into.messages.push(Message { uid, flags, came, raw });
        self.bytes += size;
        Some(uid)
    }

    /// Takes the messages out that a test picks; gives their numbers as they were when each was taken (RFC 3501 §7.4.1).
    pub(super) fn expunge(&mut self, name: &str, pick: impl Fn(&Message) -> bool) -> Vec<usize> {
        let Some(from) = self.boxes.get_mut(&known(name)) else {
            return Vec::new();
        };
        let mut taken = Vec::new();
        let mut number = 0;
        let bytes = &mut self.bytes;
        from.messages.retain(|message| {
            let goes = pick(message);
            if goes {
                *bytes -= message.raw.len();
                taken.push(number + 1);
            } else {
                number += 1;
            }
            !goes
        });
        taken
    }
}

/// What a mailbox is for (RFC 6154 §2), where it is for something.
pub(super) fn special_use(name: &str) -> &'static str {
    SPECIAL
        .iter()
        .find(|(known, _)| *known == name)
        .map_or("", |(_, usage)| usage)
}

/// `29-Nov-2026 09:14:27 +0000` (RFC 3501 §9, `date-time`).
pub(super) fn internal_date(seconds: u64) -> String {
    let text = date(seconds);
    let mut parts = text.split(' ').skip(1);
    let mut next = || parts.next().unwrap_or_default();
    format!("{}-{}-{} {} {}", next(), next(), next(), next(), next())
}

fn known(name: &str) -> String {
    if name.eq_ignore_ascii_case(INBOX) {
        INBOX.to_owned()
    } else {
        name.to_owned()
    }
}

pub(super) const INBOX: &str = "INBOX";
/// The mailboxes of an ordinary account.
const SPECIAL: [(&str, &str); 6] = [
    ("Archive", "\\Archive"),
    ("Drafts", "\\Drafts"),
    (INBOX, ""),
    ("Junk", "\\Junk"),
    ("Sent", "\\Sent"),
    ("Trash", "\\Trash"),
];
const MAX_BOXES: usize = 200;
const MAX_NAME: usize = 200;
/// Messages of one mailbox, and bytes of all together.
const MAX_MESSAGES: usize = 500;
const MAX_BYTES: usize = 32 << 20;
