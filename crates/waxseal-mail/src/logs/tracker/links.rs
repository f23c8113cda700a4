//! Mails that belong together: handed in again by a content filter, forwarded for a local address, queued anew by a person.

use std::hash::BuildHasher;

use super::{Headers, Mail, Sink, Slot, Tracker};

impl Tracker {
    /// Says which message-id a mail has. It belongs to another of its host that is open with the same one, if it came from inside.
    pub(crate) fn message_id(&mut self, slot: Slot, message_id: &[u8]) {
        let mail = &self.mails[slot.0 as usize];
        if message_id.is_empty() || mail.links.message != 0 {
            return;
        }
        let message = (self.hasher.hash_one(message_id) ^ self.hosts.name_hash(mail.host)) | 1;
        let is_from_inside = mail.is_from_inside;
        match self.messages.find(message, |(hash, _)| *hash == message) {
            Some((_, first)) if is_from_inside => {
                let first = *first;
                self.link(slot.0, first);
            }
            Some(_) => {}
            None => {
                self.messages
                    .insert_unique(message, (message, slot.0), |(hash, _)| *hash);
                self.mails[slot.0 as usize].links.message = message;
            }
        }
    }

    fn link(&mut self, child: u32, parent: u32) {
        let first = &self.mails[parent as usize].links;
        let (depth, siblings) = (first.depth + 1, first.children.len());
        let links = &mut self.mails[child as usize].links;
        if child == parent
            || links.has_parent
            || depth > MAX_DEPTH
            || siblings >= MAX_CHILDREN
            || !links.children.is_empty()
        {
            return;
        }
        links.parent = Some(parent);
        links.has_parent = true;
        links.depth = depth;
        self.mails[parent as usize].links.children.push(child);
    }

    /// The server itself says that a mail was handed in again for another.
    pub(crate) fn link_surely(&mut self, child: Slot, parent: Slot) {
        self.link(child.0, parent.0);
        let links = &mut self.mails[child.0 as usize].links;
        links.is_sure |= links.parent == Some(parent.0);
    }

    /// A local address was replaced by what this mail goes to.
    pub(crate) fn forwarded(&mut self, child: Slot, parent: Slot, address: &[u8]) {
        self.link_surely(child, parent);
        let mail = self.mail(child);
        mail.forwarded = mail.keep(address);
    }

    /// A person queued a mail anew: what was known of it is known of the new one, and it is not given for itself.
    pub(crate) fn queued_anew(&mut self, new: Slot, old: Slot) {
        if new == old {
            return;
        }
        self.forget_id(old.0);
        let taken = std::mem::take(&mut self.mails[old.0 as usize]);
        let limit = self.limits.recipients;
        self.mail(new).take_over(&taken, limit);
        self.mails[old.0 as usize] = taken;
        self.release(old.0);
    }

    /// Whether a mail must wait until another was given.
    pub(super) fn has_to_wait(&mut self, slot: u32) -> bool {
        let Some(parent) = self.mails[slot as usize].links.parent else {
            return false;
        };
        let first = &self.mails[parent as usize];
        let waits = first.given == 0 || (first.given < first.recipients().len() && !first.is_done);
        self.mails[slot as usize].links.waits = waits;
        waits
    }

    /// Before a mail is given: what is known of its parent counts for it, and its children's headers if it has none.
    pub(super) fn settle_links(&mut self, slot: u32) {
        if let Some(parent) = self.mails[slot as usize].links.parent {
            self.cover(parent, slot);
        }
        let mail = &self.mails[slot as usize];
        if mail.headers != Headers::Unseen {
            return;
        }
        let naming = |child: &&u32| self.mails[**child as usize].headers == Headers::Naming;
        if let Some(child) = mail.links.children.iter().find(naming).copied() {
            self.copy_names(child, slot);
        }
    }

    fn cover(&mut self, parent: u32, child: u32) {
        let mut covered = std::mem::take(&mut self.mails[child as usize].links.covered);
        covered.clear();
        for recipient in self.mails[parent as usize].recipients() {
            covered.push(recipient.hash);
            if recipient.original_hash != 0 {
                covered.push(recipient.original_hash);
            }
        }
        covered.sort_unstable();
        self.mails[child as usize].links.covered = covered;
        if self.mails[child as usize].headers == Headers::Unseen {
            self.copy_names(parent, child);
        }
    }

    fn copy_names(&mut self, from: u32, to: u32) {
        let mut taken = std::mem::take(&mut self.mails[to as usize]);
        let other: &Mail = &self.mails[from as usize];
        taken.take_names(other);
        self.mails[to as usize] = taken;
    }

    /// After a mail was given: those that waited for it.
    pub(super) fn give_waiting(&mut self, slot: u32, sink: &mut Sink<'_>) {
        if self.mails[slot as usize].links.children.is_empty() {
            return;
        }
        for child in self.mails[slot as usize].links.children.clone() {
            let mail = &mut self.mails[child as usize];
            if !mail.links.waits {
                continue;
            }
            mail.links.waits = false;
            let is_done = mail.is_done;
            self.give(child, sink);
            self.give_waiting(child, sink);
            if is_done {
                self.release(child);
            }
        }
    }

    /// Before a mail's state is freed: nobody points at it any more.
    pub(super) fn unlink(&mut self, slot: u32) {
        let links = std::mem::take(&mut self.mails[slot as usize].links);
        if links.message != 0 {
            let is_it = |entry: &(u64, u32)| *entry == (links.message, slot);
            if let Ok(entry) = self.messages.find_entry(links.message, is_it) {
                entry.remove();
            }
        }
        for child in links.children {
            self.cover(slot, child);
            self.mails[child as usize].links.parent = None;
        }
        if let Some(parent) = links.parent {
            self.mails[parent as usize].links.children.retain(|it| *it != slot);
        }
    }
}

/// A mail is handed in again once or twice; longer chains are not followed.
const MAX_DEPTH: u8 = 4;
/// A filter hands a mail in again once, or once for each recipient.
const MAX_CHILDREN: usize = 1024;
