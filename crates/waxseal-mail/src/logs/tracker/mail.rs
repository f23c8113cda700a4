//! What is known of one mail so far: spans into one text, so that a mail costs few allocations and a reused one none.

use hashbrown::HashTable;
use waxseal_model::{Delivery, Moment};

mod shown;

/// A piece of a mail's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    start: u32,
    len: u32,
}

/// One mail that is being put together.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    /// The queue id, then whatever else is kept.
    text: String,
    pub(super) id: Span,
    pub(super) host: u32,
    pub(super) hash: u64,
    pub(crate) at: Option<Moment>,
    sender: Sender,
    pub(crate) from: Span,
    pub(crate) login: Span,
    pub(crate) client: Span,
    pub(crate) listener: Span,
    pub(crate) list_id: Span,
    /// For a mail that a local address was forwarded by: that address.
    pub(crate) forwarded: Span,
    recipients: Vec<Recipient>,
    /// Where recipients are, by their hash, once there are more than [`INDEXED`].
    index: HashTable<u32>,
    named: Vec<Span>,
    pub(crate) announced: Option<u32>,
    /// Recipients that nothing more will become of.
    finals: u32,
    /// Recipients that were refused while others were taken: the server does not count them.
    refused: u32,
    pub(crate) headers: Headers,
    /// There is header text about recipients that could not be read.
    pub(crate) is_partial: bool,
    pub(crate) bcc_header: bool,
    /// The server has taken it in, as far as the log goes.
    pub(crate) is_active: bool,
    /// The server refused or holds it.
    pub(crate) is_stopped: bool,
    /// It came from the server itself or from a private address: it can be one that a content filter handed in again.
    pub(crate) is_from_inside: bool,
    pub(super) links: Links,
    /// How many of its recipients were given already.
    pub(super) given: usize,
    /// Bytes last counted for it.
    pub(super) weight: usize,
    pub(super) older: u32,
    pub(super) newer: u32,
    /// Its queue id is free again.
    pub(super) is_done: bool,
}

/// How a mail belongs to others of the same server.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// The hash of host and message-id; 0 for none.
    pub(super) message: u64,
    /// The mail that it is handed in again for, while that is open.
    pub(super) parent: Option<u32>,
    pub(super) children: Vec<u32>,
    /// The server or the filter itself said so, not only the message-id.
    pub(super) is_sure: bool,
    /// It is to be given as soon as its parent was.
    pub(super) waits: bool,
    /// The recipients of its parent, as hashes, once that is known.
    pub(super) covered: Vec<u64>,
    pub(super) has_parent: bool,
    /// How many mails stand before it.
    pub(super) depth: u8,
}

#[derive(Debug, Clone, Copy, Default)]
enum Sender {
    #[default]
    Unknown,
    Null,
    Address(Span),
}

/// What the log shows of the headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Headers {
    /// None of this mail.
    #[default]
    Unseen,
    /// Some, none of which names recipients.
    Others,
    /// At least one that names recipients.
    Naming,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Recipient {
    address: Span,
    original: Span,
    pub(super) hash: u64,
    pub(super) original_hash: u64,
    delivery: Delivery,
    is_bcc: bool,
}

impl Mail {
    /// Begins anew under this id, keeping what was allocated unless that was much.
    pub(super) fn begin(&mut self, host: u32, id: &[u8], hash: u64, at: Option<Moment>) {
        let mut text = std::mem::take(&mut self.text);
        let mut recipients = std::mem::take(&mut self.recipients);
        let mut named = std::mem::take(&mut self.named);
        text.clear();
        recipients.clear();
        named.clear();
        *self = Self {
            text,
            recipients,
            named,
            host,
            hash,
            at,
            ..Self::default()
        };
        self.id = self.keep(id);
    }

    /// Whether it holds more memory than is worth keeping for the next.
    pub(super) fn is_bulky(&self) -> bool {
        self.text.capacity() > 1024 || self.recipients.capacity() > 16 || self.named.capacity() > 32
    }

    /// Bytes of what is kept.
    pub(super) fn weigh(&self) -> usize {
        size_of::<Self>()
            + self.text.capacity()
            + self.recipients.capacity() * size_of::<Recipient>()
            + self.index.capacity() * 5
            + self.named.capacity() * size_of::<Span>()
            + self.links.covered.capacity() * 8
            + self.links.children.capacity() * 4
    }

    /// Keeps a text; what is not UTF-8 in it is replaced. Beyond [`MAX_TEXT`] nothing is kept.
    pub(crate) fn keep(&mut self, bytes: &[u8]) -> Span {
        let start = self.text.len();
        if start + bytes.len() > MAX_TEXT {
            return Span::default();
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text.push_str(text),
            Err(_) => self.text.push_str(&String::from_utf8_lossy(bytes)),
        }
        Span {
            start: short(start),
            len: short(self.text.len() - start),
        }
    }

    pub(crate) fn text(&self, span: Span) -> &str {
        let start = span.start as usize;
        self.text.get(start..start + span.len as usize).unwrap_or_default()
    }

    pub(super) fn id(&self) -> &str {
        self.text(self.id)
    }

    /// Sets the envelope sender; empty is the null sender.
    pub(crate) fn set_sender(&mut self, address: &[u8]) {
        let is_same = match self.sender {
            Sender::Unknown => false,
            Sender::Null => address.is_empty(),
            Sender::Address(span) => self.text(span).as_bytes() == address,
        };
        if !is_same {
            self.sender = match address {
                b"" => Sender::Null,
                address => Sender::Address(self.keep(address)),
            };
        }
    }

    /// Whether this is its sender, with or without a domain.
    pub(crate) fn is_sender(&self, address: &[u8]) -> bool {
        let Sender::Address(span) = self.sender else {
            return false;
        };
        let local = |address: &[u8]| address.iter().position(|byte| *byte == b'@').unwrap_or(address.len());
        let sender = self.text(span).as_bytes();
        match (local(sender), local(address)) {
            (ours, theirs) if ours == sender.len() || theirs == address.len() => sender[..ours] == address[..theirs],
            _ => sender == address,
        }
    }

    /// The envelope sender; `None` is unknown, empty the null sender.
    pub(super) fn sender(&self) -> Option<&str> {
        match self.sender {
            Sender::Unknown => None,
            Sender::Null => Some(""),
            Sender::Address(span) => Some(self.text(span)),
        }
    }

    /// The addresses that headers show.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.named.iter().map(|span| self.text(*span))
    }

    /// The recipients, for [`super::saved`].
    pub(super) fn saved_recipients(&self) -> Vec<(String, String, u8, bool)> {
        let saved = |it: &Recipient| {
            let text = |span| self.text(span).to_owned();
            (
                text(it.address),
                text(it.original),
                super::saved::number_of(it.delivery),
                it.is_bcc,
            )
        };
        self.recipients.iter().map(saved).collect()
    }

    /// Whether a sender was seen.
    pub(crate) fn has_sender(&self) -> bool {
        !matches!(self.sender, Sender::Unknown)
    }

    /// Names an address that a header shows.
    pub(crate) fn name(&mut self, address: &[u8]) {
        if self.named.len() < MAX_NAMED && self.text.len() + address.len() <= MAX_TEXT {
            let span = self.keep(address);
            self.named.push(span);
        } else {
            self.is_partial = true;
        }
    }

    /// Adds a recipient, or says what became of one that is there already. False if there is no room for it.
    pub(crate) fn recipient(&mut self, new: NewRecipient<'_>, hash: impl Fn(&[u8]) -> u64, limit: usize) -> bool {
        let address_hash = hash(new.address);
        let original_hash = if new.original.is_empty() { 0 } else { hash(new.original) };
        let known = self.position(address_hash, original_hash);
        if let Some(known) = known.and_then(|at| self.recipients.get_mut(at)) {
            known.is_bcc |= new.is_bcc;
            if new.delivery != Delivery::Unknown {
                self.finals += u32::from(is_final(new.delivery) && !is_final(known.delivery));
                known.delivery = new.delivery;
            }
            return true;
        }
        if self.recipients.len() >= limit || self.text.len() + new.address.len() + new.original.len() > MAX_TEXT {
            return false;
        }
        let recipient = Recipient {
            address: self.keep(new.address),
            original: if new.original.is_empty() {
                Span::default()
            } else {
                self.keep(new.original)
            },
            hash: address_hash,
            original_hash,
            delivery: new.delivery,
            is_bcc: new.is_bcc,
        };
        self.push(recipient);
        true
    }

    /// Where a recipient is. Few are looked through, many are indexed.
    fn position(&self, hash: u64, original_hash: u64) -> Option<usize> {
        let is_it = |it: &Recipient| it.hash == hash && it.original_hash == original_hash;
        if self.recipients.len() <= INDEXED {
            return self.recipients.iter().position(is_it);
        }
        let found = self.index.find(hash, |at| is_it(&self.recipients[*at as usize]));
        found.map(|at| *at as usize)
    }

    /// Adds a recipient in whose place the sender's own word for it may be listed: that one then stands for nobody.
    pub(crate) fn replace(&mut self, new: NewRecipient<'_>, hash: impl Fn(&[u8]) -> u64 + Copy, limit: usize) -> bool {
        let original = if new.original.is_empty() {
            None
        } else {
            self.position(hash(new.original), 0)
        };
        let Some(at) = original else {
            return self.recipient(new, hash, limit);
        };
        let address = self.keep(new.address);
        let Some(listed) = self.recipients.get_mut(at) else {
            return false;
        };
        let old_hash = listed.hash;
        self.finals += u32::from(is_final(new.delivery) && !is_final(listed.delivery));
        listed.original_hash = listed.hash;
        listed.original = listed.address;
        listed.address = address;
        listed.hash = hash(new.address);
        listed.delivery = new.delivery;
        let new_hash = listed.hash;
        let recipients = &self.recipients;
        if recipients.len() > INDEXED {
            if let Ok(entry) = self.index.find_entry(old_hash, |it| *it as usize == at) {
                entry.remove();
            }
            self.index
                .insert_unique(new_hash, short(at), |at| recipients[*at as usize].hash);
        }
        true
    }

    /// Whether something final became of every recipient that was announced.
    pub(crate) fn is_finished(&self) -> bool {
        self.announced
            .is_some_and(|announced| announced > 0 && self.finals >= announced)
    }

    fn push(&mut self, recipient: Recipient) {
        self.finals += u32::from(is_final(recipient.delivery));
        self.refused += u32::from(recipient.delivery == Delivery::Stopped);
        self.recipients.push(recipient);
        let recipients = &self.recipients;
        let from = match recipients.len() {
            ..=INDEXED => return,
            len if len == INDEXED + 1 => 0,
            len => len - 1,
        };
        for (at, recipient) in recipients.iter().enumerate().skip(from) {
            self.index
                .insert_unique(recipient.hash, short(at), |at| recipients[*at as usize].hash);
        }
    }

    pub(super) fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }

    /// Everything that is not delivered is stopped.
    pub(crate) fn stop(&mut self) {
        self.is_stopped = true;
        for recipient in &mut self.recipients {
            if recipient.delivery != Delivery::Sent {
                recipient.delivery = Delivery::Stopped;
            }
        }
    }

    /// Whether there is anything to judge.
    pub(super) fn is_mail(&self) -> bool {
        self.announced.is_some() || !self.recipients.is_empty()
    }

    /// Whether all of its recipients and headers were seen.
    pub(super) fn is_complete(&self) -> bool {
        let seen = self.recipients.len() - self.refused as usize;
        let has_all = |announced| self.is_active && seen >= announced as usize;
        !self.recipients.is_empty() && (self.is_stopped || self.announced.is_some_and(has_all))
    }

    /// Takes the names that another mail's headers show.
    pub(super) fn take_names(&mut self, other: &Self) {
        self.headers = other.headers;
        self.is_partial = other.is_partial;
        self.bcc_header |= other.bcc_header;
        for span in &other.named {
            self.name(other.text(*span).as_bytes());
        }
    }

    /// Takes all recipients and names of a mail that this one replaces.
    pub(super) fn take_over(&mut self, other: &Self, limit: usize) {
        for it in &other.recipients {
            if self.recipients.len() < limit {
                let address = self.keep(other.text(it.address).as_bytes());
                let original = self.keep(other.text(it.original).as_bytes());
                self.push(Recipient {
                    address,
                    original,
                    ..*it
                });
            }
        }
        self.take_names(other);
        self.at = other.at.or(self.at);
        self.announced = other.announced;
        self.given = other.given;
    }
}

fn is_final(delivery: Delivery) -> bool {
    matches!(delivery, Delivery::Sent | Delivery::Bounced | Delivery::Stopped)
}

/// A recipient as a line names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewRecipient<'a> {
    /// The address, without angle brackets.
    pub(crate) address: &'a [u8],
    /// What the sender had written, or empty.
    pub(crate) original: &'a [u8],
    pub(crate) delivery: Delivery,
    /// The log itself says that it was a `Bcc`.
    pub(crate) is_bcc: bool,
}

/// Where a mail was seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) source: &'a str,
    pub(super) host: &'a str,
    /// This server is known to log the headers that name recipients.
    pub(super) logs_names: bool,
}

/// More recipients than this are looked up by their hash.
const INDEXED: usize = 64;
/// Room for 65,536 recipients and as many names.
pub(super) const MAX_TEXT: usize = 8 << 20;
/// As many as an address list may hold.
const MAX_NAMED: usize = 10_000;

fn short(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
