//! One connection of a mail server: bytes in, bytes out, and between them the mails to be judged.

use waxseal_model::{MailSeen, Moment};

use super::HIDDEN_FIELD;
use super::answer::{Answer, NotPossible};
use super::command::{Command, LENGTH, MAX_PACKET, MAX_PASSED, ProtocolError, macros, number};
use super::draft::{Draft, Peer};
use super::negotiate::{Step, Terms};
use super::reply;

/// What is kept of one mail, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Recipients. Of a mail with more, nothing sound can be said: [`Session::mail`] gives [`TooMuch`].
    pub recipients: usize,
    /// Bytes of the header fields that name recipients. Of a mail with more, it is only partly known whom its header names.
    pub visible_text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            recipients: 100_000,
            visible_text: 1 << 20,
        }
    }
}

/// What happened in the bytes that were received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A mail is there, and the mail server waits for the answer.
    EndOfMessage,
    /// The mail server ends the connection.
    Quit,
}

/// How far [`Session::receive`] got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// How many of the bytes are done with: all of them without an event.
    pub used: usize,
    /// What happened behind the last of these.
    pub event: Option<Event>,
}

/// A mail with more recipients than are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the mail has more recipients than are taken")]
pub struct TooMuch;

/// One connection of a mail server.
#[derive(Debug, Default)]
pub struct Session {
    limits: Limits,
    terms: Option<Terms>,
    peer: Peer,
    draft: Draft,
    /// A mail is shown and not answered yet.
    waiting: bool,
    /// The start of a packet that has not come wholly.
    held: Vec<u8>,
    /// Bytes of a packet that still have to be passed over.
    passing: usize,
}

impl Session {
    /// A connection over which nothing came yet.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// What was agreed on, once it is.
    pub fn terms(&self) -> Option<Terms> {
        self.terms
    }

    /// Whether nothing of a mail has come, so that the connection may be ended without anybody noticing.
    pub fn is_idle(&self) -> bool {
        !self.draft.has_begun() && !self.is_partial()
    }

    /// Whether a packet is there in part.
    pub fn is_partial(&self) -> bool {
        !self.held.is_empty() || self.passing > 0
    }

    /// Bytes of memory that are kept for this connection beside the session itself.
    pub fn room(&self) -> usize {
        self.held.capacity() + self.draft.room()
    }

    /// Takes in bytes as they come, in pieces of any size, and writes what goes back. Ends behind an event: the rest of the bytes is to be
    /// handed in again, after the answer to a mail.
    ///
    /// # Errors
    /// The peer does not speak this protocol. Nothing more can be read then.
    pub fn receive(&mut self, bytes: &[u8], output: &mut Vec<u8>) -> Result<Received, ProtocolError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.passing > 0 {
                let passed = self.passing.min(rest.len());
                self.passing -= passed;
                rest = &rest[passed..];
                continue;
            }
            let event = if self.held.is_empty() {
                let Some(packet) = whole(rest)? else {
                    rest = self.hold(rest)?;
                    continue;
                };
                rest = &rest[LENGTH + packet.len()..];
                self.take(packet, output)?
            } else {
                rest = self.hold(rest)?;
                let held = std::mem::take(&mut self.held);
                let event = match whole(&held)? {
                    Some(packet) => self.take(packet, output)?,
                    None => {
                        self.held = held;
                        continue;
                    }
                };
                self.held = held;
                self.let_go();
                event
            };
            if event.is_some() {
                let used = bytes.len() - rest.len();
                return Ok(Received { used, event });
            }
        }
        Ok(Received {
            used: bytes.len(),
            event: None,
        })
    }

    /// Shows the mail whose end was met.
    ///
    /// # Errors
    /// It has more recipients than are kept.
    pub fn mail<R>(&mut self, at: Option<Moment>, look: impl FnOnce(&MailSeen<'_>) -> R) -> Result<R, TooMuch> {
        if self.draft.is_too_much() {
            return Err(TooMuch);
        }
        Ok(self.draft.show(&self.peer, at, look))
    }

    /// Answers the mail whose end was met. A header field of our own name that the sender wrote is removed, whatever the answer.
    ///
    /// # Errors
    /// It is not possible; nothing is written then, and the mail still waits. To accept and to refuse are always possible.
    pub fn answer(&mut self, answer: Answer<'_>, output: &mut Vec<u8>) -> Result<(), NotPossible> {
        let Some(terms) = self.terms.filter(|_| self.waiting) else {
            return Ok(());
        };
        let begin = output.len();
        if terms.may_change() {
            // From the last to the first, so that no number depends on what was removed before.
            for index in (1..=self.draft.forged().min(MAX_FORGED)).rev() {
                reply::remove_header(output, index, HIDDEN_FIELD);
            }
        }
        let written = answer.write(terms, &self.draft, output);
        match written {
            Ok(()) => {
                self.waiting = false;
                self.draft.clear();
            }
            Err(_) => output.truncate(begin),
        }
        written
    }

    /// Moves bytes to the packet that is held, no more than it needs, and gives the others.
    fn hold<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], ProtocolError> {
        let mut rest = bytes;
        // The length and the command first: they decide whether the packet is kept.
        if self.held.len() <= LENGTH {
            let head = (LENGTH + 1 - self.held.len()).min(rest.len());
            self.held.extend_from_slice(&rest[..head]);
            rest = &rest[head..];
        }
        let (Some(length), Some(&letter)) = (number(&self.held), self.held.get(LENGTH)) else {
            // A length of zero or far too much is wrong already, before its command comes.
            return whole(&self.held).map(|_| rest);
        };
        if length == 0 {
            return Err(ProtocolError::EmptyPacket);
        }
        if length > MAX_PACKET {
            if length > MAX_PASSED || !Command::is_passable(letter) || self.terms.is_none() {
                return Err(ProtocolError::TooLarge(length));
            }
            self.pass(length, letter);
            return Ok(rest);
        }
        let missing = (LENGTH + length as usize).saturating_sub(self.held.len());
        let (now, later) = rest.split_at(missing.min(rest.len()));
        self.held.extend_from_slice(now);
        Ok(later)
    }

    /// Passes over a packet whose length and command are held.
    fn pass(&mut self, length: u32, letter: u8) {
        self.passing = (length as usize + LENGTH).saturating_sub(self.held.len());
        self.held = Vec::new();
        if letter == b'L' {
            self.draft.lose_header();
        }
    }

    /// Empties the room for packets in pieces, and gives it back if a large one needed it.
    fn let_go(&mut self) {
        if self.held.capacity() > KEPT_ROOM {
            self.held = Vec::new();
        } else {
            self.held.clear();
        }
    }

    fn take(&mut self, packet: &[u8], output: &mut Vec<u8>) -> Result<Option<Event>, ProtocolError> {
        if self.waiting {
            return Err(ProtocolError::Unanswered);
        }
        let command = Command::read(packet)?;
        let Some(terms) = self.terms else {
            return self.begin(&command, packet, output);
        };
        let step = match command {
            Command::Header { name, value } => {
                self.draft.add_header(name, value, &self.limits);
                Step::Header
            }
            Command::Recipient(written) => {
                self.draft.add_recipient(written, &self.limits);
                Step::Recipient
            }
            Command::Macros { stage, pairs } => {
                self.take_macros(stage, pairs);
                return Ok(None);
            }
            Command::Sender(written) => {
                if self.draft.has_begun() {
                    self.draft.clear();
                }
                self.draft.set_sender(written);
                Step::Sender
            }
            Command::EndOfMessage => {
                self.waiting = true;
                return Ok(Some(Event::EndOfMessage));
            }
            Command::Connect { name, address } => {
                self.meet(name, address);
                Step::Connect
            }
            Command::Abort => {
                self.draft.clear();
                return Ok(None);
            }
            Command::NextClient => {
                self.draft.clear();
                self.peer = Peer::default();
                return Ok(None);
            }
            Command::Quit => return Ok(Some(Event::Quit)),
            Command::Negotiate(offer) => {
                self.negotiate(offer.take()?, output);
                return Ok(None);
            }
            Command::Hello => Step::Hello,
            Command::Data => Step::Data,
            Command::EndOfHeaders => Step::EndOfHeaders,
            Command::Body => Step::Body,
            Command::Unknown => Step::Unknown,
        };
        if terms.waits(step) {
            reply::go_on(output);
        }
        Ok(None)
    }

    /// A client; the macro that says its address came before.
    fn meet(&mut self, name: &[u8], address: &[u8]) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_NAME)]).into_owned();
        self.peer.name = text(name);
        if self.peer.address.is_empty() {
            self.peer.address = text(address);
        }
    }

    /// The first packet must negotiate; a mail server that only looks whether anybody is there may also leave at once.
    fn begin(
        &mut self,
        command: &Command<'_>,
        packet: &[u8],
        output: &mut Vec<u8>,
    ) -> Result<Option<Event>, ProtocolError> {
        match command {
            Command::Negotiate(offer) => {
                self.negotiate(offer.take()?, output);
                Ok(None)
            }
            Command::Quit => Ok(Some(Event::Quit)),
            _ => Err(ProtocolError::NotNegotiated(packet.first().copied().unwrap_or(0))),
        }
    }

    fn negotiate(&mut self, terms: Terms, output: &mut Vec<u8>) {
        self.terms = Some(terms);
        self.peer = Peer::default();
        self.draft.clear();
        terms.write(output);
    }

    fn take_macros(&mut self, stage: u8, pairs: &[u8]) {
        // What comes before the sender belongs to the mail that begins.
        if stage == b'M' && self.draft.has_begun() {
            self.draft.clear();
        }
        for (name, value) in macros(pairs) {
            let name = name
                .strip_prefix(b"{")
                .and_then(|it| it.strip_suffix(b"}"))
                .unwrap_or(name);
            let place = match name {
                b"i" => {
                    self.draft.set_id(value);
                    continue;
                }
                b"auth_authen" => {
                    self.draft.set_login(value);
                    continue;
                }
                b"j" => &mut self.peer.server,
                b"daemon_name" => &mut self.peer.listener,
                b"client_addr" => &mut self.peer.address,
                _ => continue,
            };
            if place.as_bytes() != value {
                *place = String::from_utf8_lossy(&value[..value.len().min(MAX_NAME)]).into_owned();
            }
        }
    }
}

/// The packet at the start of some bytes, without its length, if all of it is there and it is no larger than what is kept.
fn whole(bytes: &[u8]) -> Result<Option<&[u8]>, ProtocolError> {
    match number(bytes) {
        None => Ok(None),
        Some(0) => Err(ProtocolError::EmptyPacket),
        Some(length) if length > MAX_PASSED => Err(ProtocolError::TooLarge(length)),
        Some(length) if length > MAX_PACKET => Ok(None),
        Some(length) => Ok(bytes[LENGTH..].get(..length as usize)),
    }
}

/// Room that is kept between packets that come in pieces.
const KEPT_ROOM: usize = 4 << 10;
/// The longest name of a host or listener that is kept: twice that of a domain (RFC 1035 §3.1).
const MAX_NAME: usize = 510;
/// The most forged header fields that are removed: each costs the mail server a search through the whole header.
const MAX_FORGED: u32 = 1000;
