//! One mail while it comes in: only what decides who gets it and whom its header names.

use waxseal_model::{Delivery, EnvelopeSender, MailSeen, Moment, NamedBy, RecipientSeen, Visible};

use super::HIDDEN_FIELD;
use super::cut::may_be_cut;
use super::session::Limits;
use crate::address::visit_list;

/// What is known of the client and the listener, for all mails that it hands in.
#[derive(Debug, Default)]
pub(super) struct Peer {
    /// The mail server's own name, macro `j`.
    pub(super) server: String,
    /// The client's name, where it has no address.
    pub(super) name: String,
    /// The client's address.
    pub(super) address: String,
    /// Macro `{daemon_name}`.
    pub(super) listener: String,
}

/// A piece of [`Draft::text`].
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: u32,
    end: u32,
}

/// One mail while it comes in. All text lies one behind the other in one string.
#[derive(Debug, Default)]
pub(super) struct Draft {
    text: String,
    id: Span,
    login: Span,
    sender: Option<Span>,
    from: Span,
    list_id: Span,
    recipients: Vec<Span>,
    /// Recipients whose bytes are no UTF-8, as they were written, by their place in `recipients`.
    odd: Vec<(usize, Vec<u8>)>,
    /// Recipients of whom only the first bytes are kept, marked, by their place in `recipients`, from the first to the last.
    cut: Vec<usize>,
    visible: Vec<Span>,
    /// Bytes of header fields with recipients that were read.
    visible_text: usize,
    /// Not all of the recipients that the header names are known.
    partial: bool,
    /// There are more recipients than are kept.
    too_much: bool,
    bcc_header: bool,
    /// How many header fields of our own name the sender wrote.
    forged: u32,
    /// Room for what [`Draft::show`] lends, kept from mail to mail.
    shown: Vec<RecipientSeen<'static>>,
    named: Vec<&'static str>,
}

impl Draft {
    /// Forgets the mail. Room that an unusual mail needed is given back.
    pub(super) fn clear(&mut self) {
        if self.text.capacity() > KEPT_ROOM || self.recipients.capacity() + self.visible.capacity() > KEPT_PLACES {
            *self = Self::default();
            return;
        }
        let mut text = std::mem::take(&mut self.text);
        let mut recipients = std::mem::take(&mut self.recipients);
        let mut visible = std::mem::take(&mut self.visible);
        text.clear();
        recipients.clear();
        visible.clear();
        *self = Self {
            text,
            recipients,
            visible,
            shown: std::mem::take(&mut self.shown),
            named: std::mem::take(&mut self.named),
            ..Self::default()
        };
    }

    /// Bytes of memory that are kept.
    pub(super) fn room(&self) -> usize {
        self.text.capacity()
            + (self.recipients.capacity() + self.visible.capacity()) * size_of::<Span>()
            + self.shown.capacity() * size_of::<RecipientSeen<'_>>()
            + self.named.capacity() * size_of::<&str>()
    }

    /// Whether a mail has begun.
    pub(super) fn has_begun(&self) -> bool {
        self.sender.is_some()
    }

    pub(super) fn set_id(&mut self, id: &[u8]) {
        if !id.is_empty() && self.get(self.id).as_bytes() != id {
            self.id = self.put(id, MAX_WORD);
        }
    }

    pub(super) fn set_login(&mut self, login: &[u8]) {
        self.login = self.put(login, MAX_WORD);
    }

    pub(super) fn set_sender(&mut self, written: &[u8]) {
        self.sender = Some(self.put(bare(written), MAX_WORD));
    }

    pub(super) fn add_recipient(&mut self, written: &[u8], limits: &Limits) {
        if self.recipients.len() >= limits.recipients {
            self.too_much = true;
            return;
        }
        let address = bare(written);
        let span = if address.len() > MAX_WORD {
            self.cut.push(self.recipients.len());
            // Neither its beginning nor a domain in it may pass for a recipient that a header names or that somebody accepted.
            let marked = [CUT_BEFORE, &address[..MAX_WORD], CUT_BEHIND].concat();
            self.put(&marked, marked.len())
        } else {
            if std::str::from_utf8(written).is_err() {
                self.odd.push((self.recipients.len(), written.to_vec()));
            }
            self.put(address, MAX_WORD)
        };
        self.recipients.push(span);
    }

    /// Takes in one header field. Most are none that matter, which their length tells.
    pub(super) fn add_header(&mut self, name: &[u8], value: &[u8], limits: &Limits) {
        let name = name.trim_ascii_end();
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        match name.len() {
            2 if is("To") || is("Cc") => self.add_visible(value, limits),
            9 if is("Resent-To") || is("Resent-Cc") => self.add_visible(value, limits),
            4 if is("From") && self.from.end == 0 => self.set_from(value),
            7 if is("List-Id") && self.list_id.end == 0 => self.list_id = self.put(value.trim_ascii(), MAX_LINE),
            3 if is("Bcc") => self.bcc_header = true,
            10 if is("Resent-Bcc") => self.bcc_header = true,
            16 if is(HIDDEN_FIELD) => self.forged += 1,
            _ => {}
        }
    }

    /// A header field was too long to keep: it may have named anybody.
    pub(super) fn lose_header(&mut self) {
        self.partial = true;
    }

    fn add_visible(&mut self, value: &[u8], limits: &Limits) {
        self.partial |= may_be_cut(value);
        self.visible_text = self.visible_text.saturating_add(value.len());
        if self.visible_text > limits.visible_text {
            self.partial = true;
            return;
        }
        let Self { text, visible, .. } = self;
        let is_whole = visit_list(value, |address| visible.push(append(text, address)));
        self.partial |= !is_whole;
    }

    fn set_from(&mut self, value: &[u8]) {
        let Self { text, from, .. } = self;
        visit_list(&value[..value.len().min(MAX_FROM)], |address| {
            if from.end == 0 {
                *from = append(text, address);
            }
        });
    }

    /// Whether there are more recipients than are kept, so that nothing sound can be said of the mail.
    pub(super) fn is_too_much(&self) -> bool {
        self.too_much
    }

    /// How many header fields of our own name the sender wrote.
    pub(super) fn forged(&self) -> u32 {
        self.forged
    }

    /// How many recipients there are.
    pub(super) fn count(&self) -> usize {
        self.recipients.len()
    }

    /// The address of a recipient, and the same as the mail server wrote it where that is something else than the address in brackets.
    pub(super) fn recipient(&self, index: usize) -> (&str, Option<&[u8]>) {
        let address = self.recipients.get(index).map_or("", |span| self.get(*span));
        let odd = self.odd.iter().find(|(place, _)| *place == index);
        (address, odd.map(|(_, written)| written.as_slice()))
    }

    /// Whether only the first bytes of a recipient are kept, so that the mail server cannot be told whom is meant.
    pub(super) fn is_cut(&self, index: usize) -> bool {
        self.cut.binary_search(&index).is_ok()
    }

    /// Shows the mail.
    pub(super) fn show<R>(&mut self, peer: &Peer, at: Option<Moment>, look: impl FnOnce(&MailSeen<'_>) -> R) -> R {
        let mut recipients: Vec<RecipientSeen<'_>> = emptied(std::mem::take(&mut self.shown));
        let mut named: Vec<&str> = emptied(std::mem::take(&mut self.named));
        recipients.extend(self.recipients.iter().map(|span| RecipientSeen {
            address: self.get(*span),
            original: "",
            named: NamedBy::Envelope,
            delivery: Delivery::Unknown,
        }));
        named.extend(self.visible.iter().map(|span| self.get(*span)));
        let result = look(&MailSeen {
            source: "milter",
            host: &peer.server,
            id: self.get(self.id),
            at,
            sender: match self.sender.map(|span| self.get(span)) {
                None => EnvelopeSender::Unknown,
                Some("") => EnvelopeSender::Null,
                Some(address) => EnvelopeSender::Address(address),
            },
            from: self.get(self.from),
            login: self.get(self.login),
            client: if peer.address.is_empty() {
                &peer.name
            } else {
                &peer.address
            },
            listener: &peer.listener,
            list_id: self.get(self.list_id),
            recipients: &recipients,
            visible: if self.partial {
                Visible::Partial(&named)
            } else {
                Visible::Known(&named)
            },
            announced: None,
            bcc_header: self.bcc_header,
        });
        let (recipients, named) = (emptied(recipients), emptied(named));
        self.shown = recipients;
        self.named = named;
        result
    }

    fn get(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    fn put(&mut self, bytes: &[u8], limit: usize) -> Span {
        let bytes = &bytes[..bytes.len().min(limit)];
        if self.text.len() + bytes.len() > MAX_TEXT {
            self.too_much = true;
            return Span::default();
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => append(&mut self.text, text),
            Err(_) => append(&mut self.text, &String::from_utf8_lossy(bytes)),
        }
    }
}

/// Appends a piece of text.
fn append(text: &mut String, piece: &str) -> Span {
    let place = |at| u32::try_from(at).unwrap_or(u32::MAX);
    let start = place(text.len());
    text.push_str(piece);
    Span {
        start,
        end: place(text.len()),
    }
}

/// An address without angle brackets: `<a@b>` from a client, `a@b` from `sendmail(1)`.
fn bare(written: &[u8]) -> &[u8] {
    let written = written.trim_ascii();
    match written {
        [b'<', inner @ .., b'>'] => inner,
        other => other,
    }
}

/// An empty list in the room of another, for things of the same size that live as long as need be.
fn emptied<Before, After>(list: Vec<Before>) -> Vec<After> {
    list.into_iter().filter_map(|_| None).collect()
}

/// Text of one mail: room for the most recipients that are taken by default, each of 80 bytes.
const MAX_TEXT: usize = 8 << 20;
/// Room for text that is kept between mails.
const KEPT_ROOM: usize = 16 << 10;
/// Places for addresses that are kept between mails.
const KEPT_PLACES: usize = 1024;
/// The longest address that is taken: four times what RFC 5321 §4.5.3.1.3 allows, since quotes and a route come on top. Longer ones are no
/// mailbox that a header names: they are cut.
const MAX_WORD: usize = 1024;
/// What is before an address that was cut: no header field can hold it, since it ends there.
const CUT_BEFORE: &[u8] = b"\0";
/// What is behind it: a domain that never is one (RFC 2606 §2).
const CUT_BEHIND: &[u8] = b"@too-long.invalid";
/// The longest line of a header (RFC 5322 §2.1.1).
const MAX_LINE: usize = 998;
/// As much of `From` as is read.
const MAX_FROM: usize = 8 << 10;
