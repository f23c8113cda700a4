//! Puts together what several events, rows or pages say of one message.
//!
//! The state is bounded: at most [`MAX_MAILS`] messages and [`MAX_TEXT`] bytes of text are held, the oldest is told of once there are
//! more. What comes later for the same message is told of as another mail with the same id.

mod tell;

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::BuildHasher as _;

use waxseal_model::{Delivery, Moment, NamedBy};

pub(super) use tell::Teller;

use crate::address::visit_list;

/// The messages that are held.
#[derive(Debug, Default)]
pub(super) struct Mails {
    by_id: HashMap<Box<str>, Mail>,
    /// Ids in the order they came in.
    order: VecDeque<Box<str>>,
    text: usize,
    /// Those that were let go before the end, not told of yet.
    ready: Vec<Mail>,
    unnamed: u64,
    /// Messages that were let go before the end.
    pub(super) early: u64,
    /// Recipients of messages that were told of, who were not held since there are too many.
    pub(super) lost: u64,
}

/// One message, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Mail {
    id: String,
    /// Another id that a record may know it by.
    also: String,
    at: Option<Moment>,
    sender: Option<String>,
    from: String,
    login: String,
    client: String,
    listener: String,
    host: String,
    list_id: String,
    recipients: Vec<Recipient>,
    /// Where each recipient is in the list, by its key; empty while there are few.
    index: HashMap<Box<str>, usize>,
    visible: Vec<String>,
    /// The same, to look them up; empty while there are few.
    visible_index: HashSet<Box<str>>,
    shown: Shown,
    /// A header that names somebody was not read wholly.
    unreadable: bool,
    bcc_header: bool,
    /// The hash of the record that shows all of it, if one was read.
    whole: Option<u64>,
    /// Recipients that were not held, since there are too many.
    more: u32,
    /// Bytes of text, and of those what [`Mails`] has not counted yet.
    size: usize,
    grown: usize,
}

#[derive(Debug)]
struct Recipient {
    address: String,
    original: String,
    named: NamedBy,
    delivery: Delivery,
}

/// How much of the headers a source shows, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Shown {
    /// No headers.
    #[default]
    Unknown,
    /// Some of whom they name.
    Partial,
    /// Everybody they name.
    Known,
}

impl Mails {
    /// The message with this id, without angle brackets; an empty id is a message of its own each time.
    pub(super) fn of(&mut self, id: &str) -> &mut Mail {
        let id = bare(id);
        let key: Box<str> = if id.is_empty() {
            self.unnamed += 1;
            format!("\0{}", self.unnamed).into()
        } else {
            id.into()
        };
        self.held(key, id)
    }

    /// As [`Self::of`], for a record that shows all of a message. Another record of the same id is a message of its own: the sender chooses
    /// the id, and what one of two messages shows must not count as shown in the other. The same record again is the same message.
    pub(super) fn whole(&mut self, id: &str, record: &str) -> &mut Mail {
        let id = bare(id);
        let print = self.by_id.hasher().hash_one(record);
        let is_it = |mail: &Mail| mail.whole.is_none_or(|known| known == print);
        let key: Box<str> = if !id.is_empty() && self.by_id.get(id).is_none_or(is_it) {
            id.into()
        } else {
            format!("\0{print:016x}{id}").into()
        };
        let mail = self.held(key, id);
        mail.whole = Some(print);
        mail
    }

    fn held(&mut self, key: Box<str>, id: &str) -> &mut Mail {
        if !self.by_id.contains_key(&key) {
            self.make_room();
            self.order.push_back(key.clone());
            self.text += PER_MAIL + key.len() * 3;
        }
        let mail = self.by_id.entry(key).or_insert_with(|| Mail {
            id: id.to_owned(),
            ..Mail::default()
        });
        self.text += mail.grown;
        mail.size += std::mem::take(&mut mail.grown);
        mail
    }

    /// Lets the oldest go until there is room.
    fn make_room(&mut self) {
        while self.order.len() >= MAX_MAILS || (self.text > MAX_TEXT && !self.order.is_empty()) {
            let Some(mail) = self.take_oldest() else { continue };
            self.early += 1;
            self.ready.push(mail);
        }
    }

    fn take_oldest(&mut self) -> Option<Mail> {
        let key = self.order.pop_front()?;
        let mail = self.by_id.remove(&key)?;
        self.text = self.text.saturating_sub(PER_MAIL + key.len() * 3 + mail.size);
        self.lost += u64::from(mail.more);
        Some(mail)
    }

    /// Tells of those that were let go.
    pub(super) fn tell_ready(&mut self, teller: &mut Teller<'_, '_>) {
        for mail in std::mem::take(&mut self.ready) {
            teller.tell(&mail);
        }
    }

    /// Tells of all that are left, in the order they came in.
    pub(super) fn tell_all(&mut self, teller: &mut Teller<'_, '_>) {
        self.tell_ready(teller);
        while !self.order.is_empty() {
            if let Some(mail) = self.take_oldest() {
                teller.tell(&mail);
            }
        }
    }
}

impl Mail {
    /// The earliest point in time is kept.
    pub(super) fn at(&mut self, moment: Option<Moment>) {
        self.at = match (self.at, moment) {
            (Some(known), Some(other)) => Some(known.min(other)),
            (known, other) => known.or(other),
        };
    }

    /// The sender of the envelope; `<>` is nobody, an empty text says nothing.
    pub(super) fn sender(&mut self, text: &str) {
        if self.sender.is_some() || text.trim().is_empty() {
            return;
        }
        self.sender = Some(match text.trim() {
            "<>" => String::new(),
            text => self.hold(first_address(text).as_deref().unwrap_or(text)),
        });
    }

    /// The header `From`.
    pub(super) fn from(&mut self, text: &str) {
        if self.from.is_empty() {
            self.from = self.hold(first_address(text).as_deref().unwrap_or_default());
        }
    }

    pub(super) fn also(&mut self, id: &str) {
        let id = id.trim().trim_start_matches('<').trim_end_matches('>');
        if self.also.is_empty() && id != self.id {
            self.also = self.hold(id);
        }
    }

    pub(super) fn login(&mut self, text: &str) {
        if self.login.is_empty() {
            self.login = self.hold(text);
        }
    }

    pub(super) fn client(&mut self, text: &str) {
        if self.client.is_empty() {
            self.client = self.hold(text);
        }
    }

    pub(super) fn listener(&mut self, text: &str) {
        if self.listener.is_empty() {
            self.listener = self.hold(text);
        }
    }

    pub(super) fn host(&mut self, text: &str) {
        if self.host.is_empty() {
            self.host = self.hold(text);
        }
    }

    pub(super) fn list_id(&mut self, text: &str) {
        if self.list_id.is_empty() {
            self.list_id = self.hold(text);
        }
    }

    pub(super) fn bcc_header(&mut self) {
        self.bcc_header = true;
    }

    /// Everybody in an address list gets it. What is no address is kept as it stands: nobody may be lost here.
    pub(super) fn recipients(&mut self, text: &str, named: NamedBy, delivery: Delivery) {
        let mut found = 0;
        let complete = visit_list(text.as_bytes(), |address| {
            found += 1;
            self.recipient(address, "", named, delivery);
        });
        if (!complete || found == 0) && !text.trim().is_empty() {
            self.recipient(text.trim(), "", named, delivery);
        }
    }

    /// One address gets it, put in place of `original` if that is not empty.
    pub(super) fn recipient(&mut self, address: &str, original: &str, named: NamedBy, delivery: Delivery) {
        let address = cut(address);
        let known = if self.index.is_empty() {
            self.recipients
                .iter()
                .position(|it| it.address.eq_ignore_ascii_case(address))
        } else {
            self.index.get(address.to_ascii_lowercase().as_str()).copied()
        };
        if let Some(known) = known.and_then(|idx| self.recipients.get_mut(idx)) {
            known.named = known.named.max(named);
            known.delivery = known.delivery.likelier(delivery);
            if known.original.is_empty() && !original.is_empty() {
                known.original = cut(original).to_owned();
            }
            return;
        }
        if self.recipients.len() == MAX_RECIPIENTS {
            self.more = self.more.saturating_add(1);
            return;
        }
        let (address, original) = (self.hold(address), self.hold(original));
        if !self.index.is_empty() {
            self.index
                .insert(address.to_ascii_lowercase().into(), self.recipients.len());
        }
        self.recipients.push(Recipient {
            address,
            original,
            named,
            delivery,
        });
        if self.recipients.len() == FEW {
            let keys = self.recipients.iter().enumerate();
            self.index = keys
                .map(|(idx, it)| (it.address.to_ascii_lowercase().into(), idx))
                .collect();
        }
    }

    /// Says what became of all recipients that nothing is known of.
    pub(super) fn deliver_rest(&mut self, delivery: Delivery) {
        for recipient in &mut self.recipients {
            recipient.delivery = recipient.delivery.likelier(delivery);
        }
    }

    /// A header names everybody in this list; `shown` says how much of the headers the source shows.
    pub(super) fn visible(&mut self, text: &str, shown: Shown) {
        let complete = visit_list(text.as_bytes(), |address| self.name(address));
        self.shown(if complete { shown } else { shown.min(Shown::Partial) });
        self.unreadable |= !complete;
    }

    fn name(&mut self, address: &str) {
        let is_known = if self.visible_index.is_empty() {
            self.visible.iter().any(|it| it == address)
        } else {
            self.visible_index.contains(address)
        };
        if is_known {
            return;
        }
        if self.visible.len() == MAX_RECIPIENTS {
            self.unreadable = true;
            return;
        }
        let address = self.hold(address);
        if !self.visible_index.is_empty() {
            self.visible_index.insert(address.as_str().into());
        }
        self.visible.push(address);
        if self.visible.len() == FEW {
            self.visible_index = self.visible.iter().map(|it| it.as_str().into()).collect();
        }
    }

    /// How much of the headers a source shows; more than one: the most of it, as long as all of it could be read.
    pub(super) fn shown(&mut self, shown: Shown) {
        self.shown = self.shown.max(shown);
    }

    /// A copy that is bounded and counted.
    fn hold(&mut self, text: &str) -> String {
        let text = cut(text);
        self.grown += text.len() + PER_TEXT;
        text.to_owned()
    }
}

trait Likelier {
    /// What became of a recipient, told twice: that it was delivered outweighs that it was tried.
    fn likelier(self, other: Self) -> Self;
}

impl Likelier for Delivery {
    fn likelier(self, other: Self) -> Self {
        let weight = |it| match it {
            Self::Unknown => 0,
            Self::Stopped => 1,
            Self::Deferred => 2,
            Self::Bounced => 3,
            Self::Sent => 4,
        };
        if weight(other) > weight(self) { other } else { self }
    }
}

fn first_address(text: &str) -> Option<String> {
    let mut first = None;
    visit_list(text.as_bytes(), |address| {
        if first.is_none() {
            first = Some(address.to_owned());
        }
    });
    first
}

/// An id without angle brackets.
fn bare(id: &str) -> &str {
    cut(id.trim().trim_start_matches('<').trim_end_matches('>'))
}

fn cut(text: &str) -> &str {
    let end = (0..=text.len().min(MAX_WORD))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// Messages that are held at once.
const MAX_MAILS: usize = 100_000;
/// Bytes of text that are held at once.
const MAX_TEXT: usize = 128 << 20;
/// Ten times what any provider takes.
const MAX_RECIPIENTS: usize = 10_000;
/// More than the longest address (RFC 5321 §4.5.3.1.3: 256) and any id.
const MAX_WORD: usize = 1_024;
/// From so many recipients on they are looked up instead of searched for.
const FEW: usize = 16;
/// What a message costs beside its text, and a text beside its bytes.
const PER_MAIL: usize = 640;
const PER_TEXT: usize = 48;
