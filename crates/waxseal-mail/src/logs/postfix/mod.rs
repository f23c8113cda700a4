//! Postfix, every release with `nrcpt=` (2.0 and later): `NAME/SERVICE/PROGRAM[PID]: QUEUEID: TEXT`.
//!
//! A mail begins with `client=` or `uid=`, is taken in with `(queue active)`, and ends with `removed`. Whom its headers name is
//! logged where `header_checks` say `INFO` or `WARN` ([`header`]); where it is not, that is unknown.

use std::collections::VecDeque;
use std::sync::LazyLock;

use memchr::{memchr, memmem, memrchr};
use waxseal_model::{Delivery, Moment};

use super::tracker::{HostId, Mail, NewRecipient, Slot};
use super::{Format, Reader, Sink, State, lines, syslog};

mod delivery;
mod header;
mod session;

pub(super) const FORMAT: Format = Format {
    id: "postfix",
    name: "Postfix",
    recognises,
    reader: || Box::new(Postfix::default()),
};

/// What is kept between lines beside the open mails.
#[derive(Default)]
pub(super) struct Postfix {
    /// Refused mails, which may still have lines to come: the last few.
    closing: VecDeque<(HostId, Vec<u8>)>,
    finders: delivery::Finders,
}

/// A line about one mail.
#[derive(Debug, Clone, Copy)]
struct Entry<'l> {
    at: Option<Moment>,
    host: HostId,
    /// What the instance calls the service, or the program's own name.
    service: &'l [u8],
    program: &'l [u8],
    id: &'l [u8],
    text: &'l [u8],
}

impl Reader for Postfix {
    fn line(&mut self, line: &[u8], state: &mut State, sink: &mut Sink<'_>) {
        if let Some(line) = syslog::split(line, &mut state.stamps) {
            self.said(&line, state, sink);
        }
    }

    fn lines(&mut self, bytes: &[u8], state: &mut State, sink: &mut Sink<'_>) {
        for line in lines::lines(bytes) {
            state.tracker.counts.lines += 1;
            state.tracker.counts.overlong += u64::from(line.is_cut);
            self.line(line.bytes, state, sink);
        }
    }
}

impl Postfix {
    /// Reads what one program said, whatever carried it.
    pub(super) fn said(&mut self, line: &syslog::Line<'_>, state: &mut State, sink: &mut Sink<'_>) {
        let Some(colon) = memchr(b':', line.text) else { return };
        let id = &line.text[..colon];
        let is_queued = is_queue_id(id);
        if !is_queued && id != NO_QUEUE {
            return;
        }
        let Some((instance, service, program)) = parts(line.program) else {
            return;
        };
        let Some(text) = line.text[colon + 1..].strip_prefix(b" ") else {
            return;
        };
        let Some(host) = state.tracker.host(line.host, instance, b"postfix") else {
            state.tracker.counts.malformed += 1;
            return;
        };
        let entry = Entry {
            at: line.at,
            host,
            service,
            program,
            id,
            text,
        };
        let understood = if is_queued {
            self.queued(entry, state, sink)
        } else {
            session::refused_before(entry, state, sink)
        };
        match understood {
            Some(()) => state.tracker.counts.understood += 1,
            None if must_be_understood(entry) => state.tracker.counts.malformed += 1,
            None => {}
        }
    }

    /// `None` where a line is not understood, which for most means that it does not matter.
    fn queued(&mut self, entry: Entry<'_>, state: &mut State, sink: &mut Sink<'_>) -> Option<()> {
        let text = entry.text;
        if text.starts_with(b"to=<") {
            return self.delivered(entry, state, sink);
        }
        match entry.program {
            b"qmgr" | b"nqmgr" | b"oqmgr" | b"postsuper" => match text {
                b"removed" => {
                    if let Some(slot) = state.tracker.find(entry.host, entry.id) {
                        state.tracker.done(slot, sink);
                    }
                    Some(())
                }
                _ => active(entry, state, sink),
            },
            b"smtpd" => session::smtpd(entry, state, sink),
            b"pickup" => session::pickup(entry, state, sink),
            b"cleanup" => self.cleanup(entry, state, sink),
            b"bounce" => self.notified(entry, state, sink),
            _ => None,
        }
    }

    fn cleanup(&mut self, entry: Entry<'_>, state: &mut State, sink: &mut Sink<'_>) -> Option<()> {
        let text = entry.text;
        if let Some(message_id) = text.strip_prefix(b"message-id=") {
            let slot = state.tracker.open(entry.host, entry.id, entry.at, sink);
            let mail = state.tracker.mail(slot);
            // No session and no pickup before it: the server made it itself.
            mail.is_from_inside |= mail.text(mail.listener).is_empty();
            if message_id != b"<>" {
                state.tracker.message_id(slot, message_id);
            }
            return Some(());
        }
        let colon = memchr(b':', text)?;
        let (action, rest) = (&text[..colon], text[colon + 1..].strip_prefix(b" ")?);
        if action.starts_with(b"milter-") {
            return self.milter(entry, action, rest, state, sink);
        }
        let rest = rest.strip_prefix(b"header ")?;
        let slot = state.tracker.open(entry.host, entry.id, entry.at, sink);
        header::read(slot, entry, rest, state)?;
        if matches!(action, b"reject" | b"discard" | b"hold") {
            session::refusal(slot, rest, state);
            state.tracker.mail(slot).stop();
            self.close_soon(entry, state, sink);
        }
        state.tracker.settle(slot, sink);
        Some(())
    }

    /// `milter-reject: END-OF-MESSAGE from HOST: …; from=<> to=<> proto= helo=<>`, `milter-hold`, `milter-discard`.
    fn milter(
        &mut self,
        entry: Entry<'_>,
        action: &[u8],
        rest: &[u8],
        state: &mut State,
        sink: &mut Sink<'_>,
    ) -> Option<()> {
        let slot = state.tracker.open(entry.host, entry.id, entry.at, sink);
        session::refusal(slot, rest, state);
        if rest.starts_with(b"RCPT ") {
            return Some(());
        }
        state.tracker.mail(slot).stop();
        // A session hears of it and ends; a mail of `sendmail` has a bounce to come.
        let is_session = memmem::find(rest, b"> proto=").is_some();
        if action == b"milter-reject" && is_session {
            state.tracker.done(slot, sink);
            return Some(());
        }
        if action != b"milter-hold" {
            self.close_soon(entry, state, sink);
        }
        state.tracker.settle(slot, sink);
        Some(())
    }

    /// Of a refused mail no end is logged: it is given when enough others were refused after it.
    fn close_soon(&mut self, entry: Entry<'_>, state: &mut State, sink: &mut Sink<'_>) {
        self.closing.push_back((entry.host, entry.id.to_owned()));
        if self.closing.len() <= CLOSING {
            return;
        }
        let Some((host, id)) = self.closing.pop_front() else {
            return;
        };
        let Some(slot) = state.tracker.find(host, &id) else {
            return;
        };
        let mail = state.tracker.mail(slot);
        if mail.is_stopped && !mail.is_active {
            state.tracker.done(slot, sink);
        }
    }

    /// `to=<>, orig_to=<>, relay=, …, status=`, which any delivery agent says, and the queue manager and cleanup for it.
    fn delivered(&mut self, entry: Entry<'_>, state: &mut State, sink: &mut Sink<'_>) -> Option<()> {
        let it = delivery::parse(entry.text, &self.finders)?;
        // A probe of address verification (`verify(8)`) delivers nothing.
        let Some(delivery) = it.delivery else { return Some(()) };
        let slot = state.tracker.open(entry.host, entry.id, entry.at, sink);
        let recipient = NewRecipient {
            address: it.address,
            original: if it.original == it.address { b"" } else { it.original },
            delivery,
            is_bcc: false,
        };
        state.tracker.recipient(slot, recipient);
        if let Some(address) = it.other_reading {
            state.tracker.counts.imitations += 1;
            state.tracker.recipient(
                slot,
                NewRecipient {
                    address,
                    original: b"",
                    ..recipient
                },
            );
        }
        if delivery == Delivery::Sent {
            handed_on(slot, entry, &it, state);
        }
        state.tracker.settle(slot, sink);
        Some(())
    }

    /// `sender non-delivery notification: QUEUEID`, `postmaster …`, `sender delay notification: …`.
    fn notified(&mut self, entry: Entry<'_>, state: &mut State, sink: &mut Sink<'_>) -> Option<()> {
        let colon = memmem::rfind(entry.text, b"notification: ")?;
        let notice = &entry.text[colon + b"notification: ".len()..];
        if !is_queue_id(notice) {
            return None;
        }
        let slot = state.tracker.open(entry.host, notice, entry.at, sink);
        let mail = state.tracker.mail(slot);
        mail.listener = mail.keep(b"bounce");
        mail.client = mail.keep(entry.id);
        if let Some(cause) = state.tracker.find(entry.host, entry.id) {
            let mail = state.tracker.mail(cause);
            if mail.is_stopped && !mail.is_active {
                state.tracker.done(cause, sink);
            }
        }
        Some(())
    }
}

/// `from=<>, size=, nrcpt= (queue active)`; parsed from the right, since the address is the sender's.
fn active(entry: Entry<'_>, state: &mut State, sink: &mut Sink<'_>) -> Option<()> {
    let rest = entry.text.strip_prefix(b"from=<")?;
    let end = memrchr(b'>', rest)?;
    let address = &rest[..end];
    let fields = &rest[end + 1..];
    let Some(at) = COUNT.find(fields) else {
        // `status=expired, returned to sender`: what became of whom is in lines of its own.
        return fields.starts_with(b", status=").then_some(());
    };
    let announced = number(&fields[at + b"nrcpt=".len()..])?;
    let slot = state.tracker.open(entry.host, entry.id, entry.at, sink);
    let mail = state.tracker.mail(slot);
    mail.set_sender(address);
    mail.announced = Some(mail.announced.unwrap_or(0).max(announced));
    mail.is_active = true;
    state.tracker.settle(slot, sink);
    Some(())
}

/// What a delivery says of the mail that it became: `(forwarded as QUEUEID)` by our own agent, `queued as QUEUEID` by a filter inside.
fn handed_on(slot: Slot, entry: Entry<'_>, it: &delivery::Delivered<'_>, state: &mut State) {
    let last = |reply: &'_ [u8]| memrchr(b' ', reply).map_or(0, |space| space + 1);
    let reply = it.reply.strip_suffix(b")").unwrap_or(it.reply);
    if entry.program == b"local" {
        let Some(id) = reply.strip_prefix(b"forwarded as ") else {
            return;
        };
        if let Some(child) = state.tracker.find(entry.host, id) {
            let address = if it.original.is_empty() {
                it.address
            } else {
                it.original
            };
            state.tracker.forwarded(child, slot, address);
        }
        return;
    }
    if !session::is_inside(it.relay) {
        return;
    }
    let id = &reply[last(reply)..];
    let id = id.strip_suffix(b")").unwrap_or(id);
    if is_queue_id(id)
        && memmem::find(reply, b"queued as ").is_some()
        && let Some(child) = state.tracker.find(entry.host, id)
    {
        state.tracker.link_surely(child, slot);
    }
}

/// Instance, service and program of `postfix/smtpd`, `postfix/submission/smtpd`, `postfix-out/smtp`.
fn parts(name: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let first = memchr(b'/', name)?;
    let last = memrchr(b'/', name)?;
    let program = &name[last + 1..];
    let service = if first == last { program } else { &name[first + 1..last] };
    Some((&name[..first], service, program))
}

/// Short ids are hexadecimal in upper case; long ones (`enable_long_queue_ids`) are digits and consonants, so no word is one.
pub(super) fn is_queue_id(id: &[u8]) -> bool {
    (5..=32).contains(&id.len())
        && id
            .iter()
            .fold(SHORT | LONG, |kinds, byte| kinds & ID_BYTES[usize::from(*byte)])
            != 0
}

/// [`session::is_inside`] for what was kept of a client.
pub(super) fn is_inside_text(client: &str) -> bool {
    session::is_inside(client.as_bytes())
}

/// A line that tells of recipients or headers.
fn must_be_understood(entry: Entry<'_>) -> bool {
    entry.text.starts_with(b"to=<") || (entry.program == b"qmgr" && entry.text.starts_with(b"from=<"))
}

fn recognises(line: &[u8]) -> bool {
    let Some(at) = memmem::find(line, b"]: ") else {
        return false;
    };
    let Some(open) = memrchr(b'[', &line[..at]) else {
        return false;
    };
    let program = line[..open].rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    parts(program).is_some_and(|(_, _, program)| PROGRAMS.contains(&program))
}

fn number(digits: &[u8]) -> Option<u32> {
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&digits[..count]).ok()?.parse().ok()
}

/// Names a header's addresses, and counts where they could not all be read.
fn take_names(mail: &mut Mail, text: &[u8]) {
    if !super::names::names(text, |address| mail.name(address)) {
        mail.is_partial = true;
    }
}

/// Made once, since it is looked for in every mail.
static COUNT: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b"nrcpt="));
const NO_QUEUE: &[u8] = b"NOQUEUE";
/// Refused mails that are kept open for lines to come.
const CLOSING: usize = 64;
/// By which a log is recognised.
pub(super) const PROGRAMS: [&[u8]; 12] = [
    b"smtpd", b"pickup", b"cleanup", b"qmgr", b"nqmgr", b"smtp", b"lmtp", b"local", b"virtual", b"pipe", b"bounce",
    b"master",
];

const SHORT: u8 = 1;
const LONG: u8 = 2;
static ID_BYTES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0_usize;
    while byte < 256 {
        let c = byte as u8;
        if c.is_ascii_digit() {
            table[byte] = SHORT | LONG;
        } else if c.is_ascii_alphabetic() {
            let is_vowel = matches!(c.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u');
            table[byte] = if is_vowel { 0 } else { LONG } | if c >= b'A' && c <= b'F' { SHORT } else { 0 };
        }
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests;
