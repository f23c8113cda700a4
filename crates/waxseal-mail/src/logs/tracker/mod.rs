//! Which mails are open: their state by host and queue id, freed when a server is done with one.
//!
//! Memory is bounded by [`Limits`]: where more is open, the oldest is given with what is known, and counted as given up.
//!
//! A content filter (as `amavisd` is set up) hands each mail in again under a new queue id. Such a mail is recognised while the first is open,
//! by its message-id (which a sender chooses), a client inside, and whatever the server or the filter says of it. It is given only if
//! it goes to somebody that the first does not go to; the first one's headers stand for it if it has none of its own.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};
use waxseal_model::Moment;

use super::{Counts, Mode, Sink};

mod hosts;
mod links;
mod mail;
mod saved;

pub(crate) use mail::{Headers, Mail, NewRecipient};

use hosts::Hosts;
use mail::Place;

/// What may be kept of a log at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Open mails.
    pub open: usize,
    /// Bytes of all open mails.
    pub bytes: usize,
    /// Recipients of one mail.
    pub recipients: usize,
}

impl Default for Limits {
    /// 262,144 open mails in 256 MB, and 65,536 recipients of one.
    fn default() -> Self {
        Self {
            open: 1 << 18,
            bytes: 256 << 20,
            recipients: 1 << 16,
        }
    }
}

/// The open mails of a log.
pub(crate) struct Tracker {
    pub(crate) counts: Counts,
    pub(crate) mode: Mode,
    source: &'static str,
    limits: Limits,
    mails: Vec<Mail>,
    free: Vec<u32>,
    /// By host and queue id.
    table: HashTable<u32>,
    /// By host and message-id.
    messages: HashTable<(u64, u32)>,
    hosts: Hosts,
    hasher: DefaultHashBuilder,
    oldest: u32,
    newest: u32,
    open: usize,
    bytes: usize,
}

/// A mail that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot(u32);

/// A host and an instance on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HostId(u32);

impl HostId {
    pub(crate) fn number(self) -> u32 {
        self.0
    }
}

impl Tracker {
    pub(crate) fn new(source: &'static str, mode: Mode, limits: Limits) -> Self {
        Self {
            counts: Counts::default(),
            mode,
            source,
            limits,
            mails: Vec::new(),
            free: Vec::new(),
            table: HashTable::new(),
            messages: HashTable::new(),
            hosts: Hosts::default(),
            hasher: DefaultHashBuilder::default(),
            oldest: NONE,
            newest: NONE,
            open: 0,
            bytes: 0,
        }
    }

    pub(crate) fn open_mails(&self) -> usize {
        self.open
    }

    /// The host of this name and instance; an instance called `usual` is not shown. `None` if there are too many.
    pub(crate) fn host(&mut self, host: &[u8], instance: &[u8], usual: &[u8]) -> Option<HostId> {
        self.hosts.id(host, instance, usual, &self.hasher).map(HostId)
    }

    /// Remembers that this host logs headers that name recipients.
    pub(crate) fn set_logs_names(&mut self, host: HostId) {
        self.hosts.set_logs_names(host.0);
    }

    pub(crate) fn mail(&mut self, slot: Slot) -> &mut Mail {
        &mut self.mails[slot.0 as usize]
    }

    /// The open mail with this queue id.
    pub(crate) fn find(&self, host: HostId, id: &[u8]) -> Option<Slot> {
        self.find_hashed(host, id, self.hash_of(host, id))
    }

    fn hash_of(&self, host: HostId, id: &[u8]) -> u64 {
        self.hasher.hash_one(id) ^ u64::from(host.0).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    fn find_hashed(&self, host: HostId, id: &[u8], hash: u64) -> Option<Slot> {
        let is_it = |slot: &u32| {
            let mail = &self.mails[*slot as usize];
            mail.host == host.0 && mail.id().as_bytes() == id
        };
        self.table.find(hash, is_it).map(|slot| Slot(*slot))
    }

    /// The open mail with this queue id, opened if there is none.
    pub(crate) fn open(&mut self, host: HostId, id: &[u8], at: Option<Moment>, sink: &mut Sink<'_>) -> Slot {
        let hash = self.hash_of(host, id);
        match self.find_hashed(host, id, hash) {
            Some(slot) => slot,
            None => self.insert(host, id, hash, at, sink),
        }
    }

    /// A new mail under this queue id: one that is open under it already has lost its end, and is given.
    pub(crate) fn begin(&mut self, host: HostId, id: &[u8], at: Option<Moment>, sink: &mut Sink<'_>) -> Slot {
        let hash = self.hash_of(host, id);
        if let Some(slot) = self.find_hashed(host, id, hash) {
            let mail = self.mail(slot);
            if !mail.is_active && !mail.is_mail() {
                return slot;
            }
            self.counts.unfinished += 1;
            self.done(slot, sink);
        }
        self.insert(host, id, hash, at, sink)
    }

    fn insert(&mut self, host: HostId, id: &[u8], hash: u64, at: Option<Moment>, sink: &mut Sink<'_>) -> Slot {
        while self.open >= self.limits.open.max(1) {
            self.give_up_oldest(sink);
        }
        let slot = self.free.pop().unwrap_or_else(|| {
            self.mails.push(Mail::default());
            u32::try_from(self.mails.len() - 1).unwrap_or(NONE)
        });
        let newest = self.newest;
        let mail = &mut self.mails[slot as usize];
        mail.begin(host.0, id, hash, at);
        (mail.older, mail.newer) = (newest, NONE);
        mail.weight = mail.weigh();
        self.bytes += mail.weight;
        match self.mails.get_mut(newest as usize) {
            Some(before) => before.newer = slot,
            None => self.oldest = slot,
        }
        self.newest = slot;
        self.open += 1;
        let mails = &self.mails;
        self.table.insert_unique(hash, slot, |slot| mails[*slot as usize].hash);
        Slot(slot)
    }

    /// Adds a recipient to a mail.
    pub(crate) fn recipient(&mut self, slot: Slot, new: NewRecipient<'_>) {
        let hasher = &self.hasher;
        let mail = &mut self.mails[slot.0 as usize];
        if !mail.recipient(new, |address| hash_address(hasher, address), self.limits.recipients) {
            self.counts.recipients_lost += 1;
        }
    }

    /// Adds a recipient that may take the place of one that was listed under the sender's own word for it.
    pub(crate) fn replace(&mut self, slot: Slot, new: NewRecipient<'_>) {
        let hasher = &self.hasher;
        let mail = &mut self.mails[slot.0 as usize];
        if !mail.replace(new, |address| hash_address(hasher, address), self.limits.recipients) {
            self.counts.recipients_lost += 1;
        }
    }

    /// Called after each line about a mail: counts what it takes, and gives it where that is safe.
    pub(crate) fn settle(&mut self, slot: Slot, sink: &mut Sink<'_>) {
        let mail = &mut self.mails[slot.0 as usize];
        let weight = mail.weigh();
        self.bytes = self.bytes + weight - mail.weight;
        mail.weight = weight;
        if self.mode == Mode::Live && mail.is_complete() {
            self.judge(slot.0, sink);
        }
        while self.bytes > self.limits.bytes && self.open > 1 {
            self.give_up_oldest(sink);
        }
    }

    /// The server is done with a mail: it is given, and its queue id is free.
    pub(crate) fn done(&mut self, slot: Slot, sink: &mut Sink<'_>) {
        self.forget_id(slot.0);
        self.mails[slot.0 as usize].is_done = true;
        if self.judge(slot.0, sink) {
            self.release(slot.0);
        }
    }

    fn forget_id(&mut self, slot: u32) {
        let mail = &self.mails[slot as usize];
        if let Ok(entry) = self.table.find_entry(mail.hash, |it| *it == slot) {
            entry.remove();
        }
    }

    /// Gives a mail, unless one that it was handed in again for must be given first. False if it waits for that.
    fn judge(&mut self, slot: u32, sink: &mut Sink<'_>) -> bool {
        if self.has_to_wait(slot) {
            return false;
        }
        self.give(slot, sink);
        self.give_waiting(slot, sink);
        true
    }

    /// Gives those recipients of a mail that were not given before.
    fn give(&mut self, slot: u32, sink: &mut Sink<'_>) {
        self.settle_links(slot);
        let mail = &self.mails[slot as usize];
        let (host, logs_names) = self.hosts.show(mail.host);
        let place = Place {
            source: self.source,
            host,
            logs_names,
        };
        let given = mail.given;
        let count = mail.recipients().len();
        if !mail.is_mail() {
            self.counts.abandoned += u64::from(mail.is_done);
        } else if given > 0 && given == count {
            // All of it was given before.
        } else if mail.links.has_parent {
            let covered = &mail.links.covered;
            let is_covered = |hash: u64| covered.binary_search(&hash).is_ok();
            let is_new = |it: &mail::Recipient| !is_covered(it.hash) && !is_covered(it.original_hash);
            if count > 0 && !mail.recipients()[given..].iter().any(is_new) {
                self.counts.handed_in_again += 1;
            } else {
                let is_sure = mail.links.is_sure;
                self.counts.mails += 1;
                mail.show(
                    place,
                    |at, it| at >= given && (!is_sure || is_new(it)),
                    |seen| sink(seen),
                );
            }
        } else {
            self.counts.mails += 1;
            mail.show(place, |at, _| at >= given, |seen| sink(seen));
        }
        self.mails[slot as usize].given = count;
    }

    /// Whether nothing is kept of any mail.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.open == 0 && self.bytes == 0 && self.table.is_empty() && self.messages.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Frees a mail's state.
    fn release(&mut self, slot: u32) {
        self.unlink(slot);
        let mail = &mut self.mails[slot as usize];
        self.bytes -= mail.weight;
        let (older, newer) = (mail.older, mail.newer);
        if mail.is_bulky() || self.free.len() > MAX_KEPT {
            *mail = Mail::default();
        }
        match self.mails.get_mut(older as usize) {
            Some(before) => before.newer = newer,
            None => self.oldest = newer,
        }
        match self.mails.get_mut(newer as usize) {
            Some(after) => after.older = older,
            None => self.newest = older,
        }
        self.open -= 1;
        self.free.push(slot);
    }

    fn give_up_oldest(&mut self, sink: &mut Sink<'_>) {
        let slot = self.oldest;
        let Some(mail) = self.mails.get(slot as usize) else {
            return;
        };
        if mail.is_mail() && (mail.given == 0 || mail.given < mail.recipients().len()) {
            self.counts.given_up += 1;
        }
        self.drop_oldest(slot, sink);
    }

    fn drop_oldest(&mut self, slot: u32, sink: &mut Sink<'_>) {
        self.forget_id(slot);
        self.mails[slot as usize].is_done = true;
        self.give(slot, sink);
        self.give_waiting(slot, sink);
        self.release(slot);
    }

    /// Gives all open mails of which some recipient was seen, oldest first, and keeps them.
    pub(crate) fn give_open(&mut self, sink: &mut Sink<'_>) {
        let mut next = self.oldest;
        while let Some(mail) = self.mails.get(next as usize) {
            let slot = next;
            next = mail.newer;
            if mail.recipients().is_empty() {
                continue;
            }
            if !mail.is_done && (mail.given == 0 || mail.given < mail.recipients().len()) {
                self.counts.unfinished += 1;
            }
            self.give(slot, sink);
        }
    }

    /// Gives all open mails, oldest first.
    pub(crate) fn finish_all(&mut self, sink: &mut Sink<'_>) {
        while let Some(mail) = self.mails.get(self.oldest as usize) {
            if mail.is_mail() && !mail.is_done && (mail.given == 0 || mail.given < mail.recipients().len()) {
                self.counts.unfinished += 1;
            }
            self.drop_oldest(self.oldest, sink);
        }
    }
}

/// Addresses are compared without case here, as most servers do.
fn hash_address(hasher: &DefaultHashBuilder, address: &[u8]) -> u64 {
    let mut small = [0_u8; 64];
    match small.get_mut(..address.len()) {
        Some(lower) => {
            lower.copy_from_slice(address);
            lower.make_ascii_lowercase();
            hasher.hash_one(&*lower) | 1
        }
        None => hasher.hash_one(address.to_ascii_lowercase().as_slice()) | 1,
    }
}

/// No mail.
const NONE: u32 = u32::MAX;
/// Freed states that keep what they allocated.
const MAX_KEPT: usize = 4096;
