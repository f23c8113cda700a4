//! Sendmail 8.12 and later, through syslog: `QUEUEID: from=<>, size=, class=, nrcpts=, msgid=<>, …` and
//! `QUEUEID: to=<a>,<b>, ctladdr=, delay=, …, relay=, dsn=, stat=`.
//!
//! There is no line for the end of a mail: it is done when something final became of as many recipients as were announced. Sendmail logs no
//! headers, so whom they name is unknown. The submission program hands each mail on to the daemon over loopback, under another id.

use memchr::{memchr, memmem};
use waxseal_model::{Delivery, Moment};

use super::tracker::{HostId, NewRecipient};
use super::{Format, Reader, Sink, State, syslog};

pub(super) const FORMAT: Format = Format {
    id: "sendmail",
    name: "Sendmail",
    recognises,
    reader: || Box::new(Sendmail),
};

/// Nothing is kept but the open mails.
#[derive(Default)]
pub(super) struct Sendmail;

#[derive(Clone, Copy)]
struct Entry<'l> {
    at: Option<Moment>,
    host: HostId,
    program: &'l [u8],
    id: &'l [u8],
    text: &'l [u8],
}

impl Reader for Sendmail {
    fn line(&mut self, line: &[u8], state: &mut State, sink: &mut Sink<'_>) {
        if let Some(line) = syslog::split(line, &mut state.stamps) {
            self.said(&line, state, sink);
        }
    }
}

impl Sendmail {
    /// Reads what the program said, whatever carried it.
    pub(super) fn said(&mut self, line: &syslog::Line<'_>, state: &mut State, sink: &mut Sink<'_>) {
        if !PROGRAMS.contains(&line.program) {
            return;
        }
        let Some(colon) = memchr(b':', line.text) else { return };
        let (id, text) = (&line.text[..colon], &line.text[colon + 1..]);
        let Some(text) = text.strip_prefix(b" ").filter(|_| is_id(id)) else {
            return;
        };
        let Some(host) = state.tracker.host(line.host, b"", b"") else {
            state.tracker.counts.malformed += 1;
            return;
        };
        let entry = Entry {
            at: line.at,
            host,
            program: line.program,
            id,
            text,
        };
        match about(entry, state, sink) {
            Some(()) => state.tracker.counts.understood += 1,
            None if text.starts_with(b"to=") || text.starts_with(b"from=") => state.tracker.counts.malformed += 1,
            None => {}
        }
    }
}

fn about(entry: Entry<'_>, state: &mut State, sink: &mut Sink<'_>) -> Option<()> {
    let text = entry.text;
    if let Some(rest) = text.strip_prefix(b"from=") {
        return taken(entry, rest, state, sink);
    }
    if let Some(rest) = text.strip_prefix(b"to=") {
        return delivered(entry, rest, state, sink);
    }
    if let Some(rest) = text.strip_prefix(b"AUTH=server, ") {
        let slot = state.tracker.open(entry.host, entry.id, entry.at, sink);
        let login = field(rest, b"authid=")?;
        let mail = state.tracker.mail(slot);
        mail.login = mail.keep(login);
        return Some(());
    }
    if let Some(rest) = text.strip_prefix(b"ruleset=check_rcpt, arg1=") {
        let (address, _) = element(rest)?;
        let slot = state.tracker.open(entry.host, entry.id, entry.at, sink);
        let recipient = NewRecipient {
            address: bare(address),
            original: b"",
            delivery: Delivery::Stopped,
            is_bcc: false,
        };
        state.tracker.recipient(slot, recipient);
        return Some(());
    }
    if let Some(rest) = text.strip_prefix(b"clone ") {
        let original = &rest[..memchr(b',', rest).unwrap_or(rest.len())];
        let slot = state.tracker.open(entry.host, entry.id, entry.at, sink);
        if let Some(first) = state.tracker.find(entry.host, original) {
            state.tracker.link_surely(slot, first);
        }
        return Some(());
    }
    if text.starts_with(b"done; ") {
        if let Some(slot) = state.tracker.find(entry.host, entry.id) {
            state.tracker.done(slot, sink);
        }
        return Some(());
    }
    // `QUEUEID: QUEUEID2: DSN: …`: a bounce, and what it is about.
    let colon = memchr(b':', text)?;
    let notice = &text[..colon];
    if is_id(notice) && text[colon..].starts_with(b": DSN: ") {
        let slot = state.tracker.open(entry.host, notice, entry.at, sink);
        let mail = state.tracker.mail(slot);
        mail.set_sender(b"");
        mail.listener = mail.keep(b"bounce");
        mail.client = mail.keep(entry.id);
        return Some(());
    }
    None
}

/// `from=<>, size=, class=, nrcpts=, msgid=<>, proto=, daemon=, relay=`.
fn taken(entry: Entry<'_>, rest: &[u8], state: &mut State, sink: &mut Sink<'_>) -> Option<()> {
    let (sender, fields) = element(rest)?;
    // The first: whatever comes before it is a number.
    let announced = field(fields, b"nrcpts=").and_then(|it| std::str::from_utf8(it).ok()?.parse::<u32>().ok())?;
    let relay = memmem::rfind(fields, b", relay=").map(|at| &fields[at + b", relay=".len()..]);
    let slot = state.tracker.open(entry.host, entry.id, entry.at, sink);
    let mail = state.tracker.mail(slot);
    mail.set_sender(bare(sender));
    mail.announced = Some(announced);
    mail.is_active = true;
    mail.listener = mail.keep(field(fields, b"daemon=").unwrap_or(entry.program));
    let relay = relay.unwrap_or_default();
    mail.client = mail.keep(relay);
    // `relay=app@localhost`: handed to the submission program by a local user.
    let is_local = field(fields, b"proto=").is_none();
    mail.is_from_inside = is_local || super::postfix::is_inside_text(mail.text(mail.client));
    if is_local && let Some(at) = memchr(b'@', relay) {
        mail.login = mail.keep(&relay[..at]);
    }
    if let Some(message_id) = field(fields, b"msgid=") {
        state.tracker.message_id(slot, message_id);
    }
    state.tracker.settle(slot, sink);
    Some(())
}

/// `to=A,B, ctladdr=C (UID/GID), delay=, …, stat=WORD …`; a long list ends with ` [more]` and goes on in the next line.
fn delivered(entry: Entry<'_>, rest: &[u8], state: &mut State, sink: &mut Sink<'_>) -> Option<()> {
    let status = memmem::find(rest, b", stat=").map(|at| &rest[at + b", stat=".len()..])?;
    let delivery = delivery(status);
    let slot = state.tracker.open(entry.host, entry.id, entry.at, sink);
    let list_end = list_end(rest);
    let controlling = rest[list_end..]
        .strip_prefix(b", ctladdr=")
        .and_then(element)
        .map(|(it, _)| bare(it));
    let original = controlling
        .filter(|it| !state.tracker.mail(slot).is_sender(it))
        .unwrap_or_default();
    let mut list = &rest[..list_end];
    while let Some((address, tail)) = element(list) {
        let address = bare(address);
        if !address.is_empty() {
            let original = if original == address { b"" } else { original };
            state.tracker.recipient(
                slot,
                NewRecipient {
                    address,
                    original,
                    delivery,
                    is_bcc: false,
                },
            );
        }
        list = tail.strip_prefix(b",").unwrap_or(tail);
    }
    handed_on(slot, entry, rest, status, state);
    if state.tracker.mail(slot).is_finished() {
        state.tracker.done(slot, sink);
    } else {
        state.tracker.settle(slot, sink);
    }
    Some(())
}

/// `stat=Sent (QUEUEID Message accepted for delivery)` of the submission program: the daemon's mail is the same one.
fn handed_on(slot: super::tracker::Slot, entry: Entry<'_>, rest: &[u8], status: &[u8], state: &mut State) {
    if field(rest, b"mailer=") != Some(b"relay") {
        return;
    }
    let Some(reply) = status.strip_prefix(b"Sent (") else {
        return;
    };
    let id = &reply[..memchr(b' ', reply).unwrap_or(0)];
    if is_id(id)
        && let Some(child) = state.tracker.find(entry.host, id)
    {
        state.tracker.link_surely(child, slot);
    }
}

fn delivery(status: &[u8]) -> Delivery {
    let status = match status {
        _ if status.starts_with(b"Sent") => return Delivery::Sent,
        _ if status.starts_with(b"queued") || status.starts_with(b"Deferred") => return Delivery::Deferred,
        status => status,
    };
    // What is tried again says so; all else is final.
    if memmem::find(status, b"try again").is_some() || status.starts_with(b"Transient") {
        Delivery::Deferred
    } else {
        Delivery::Bounced
    }
}

/// Where a list of recipients ends: fields are parted by a comma and a space, recipients by a comma alone.
fn list_end(rest: &[u8]) -> usize {
    let mut list = rest;
    loop {
        let Some((_, tail)) = element(list) else {
            return rest.len() - list.len();
        };
        match tail.strip_prefix(b",") {
            Some(more) if !more.starts_with(b" ") => list = more,
            _ => return rest.len() - tail.len(),
        }
    }
}

/// One address, quoted parts included, up to a comma; and what comes after.
fn element(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut end = 0;
    let mut is_quoted = false;
    let mut depth = 0_u8;
    while let Some(byte) = text.get(end) {
        match byte {
            b'\\' if is_quoted => end += 1,
            b'"' => is_quoted = !is_quoted,
            b'<' if !is_quoted => depth = 1,
            b'>' if !is_quoted => depth = 0,
            b',' | b' ' if !is_quoted && depth == 0 => break,
            _ => {}
        }
        end += 1;
    }
    // Quotes or brackets that never close hold nothing: then the first comma is the end.
    if is_quoted || depth > 0 || end > text.len() {
        end = memchr(b',', text).unwrap_or(text.len());
    }
    (end > 0).then(|| text.split_at(end))
}

fn bare(address: &[u8]) -> &[u8] {
    address
        .strip_prefix(b"<")
        .and_then(|it| it.strip_suffix(b">"))
        .unwrap_or(address)
}

/// The value of a field up to the next comma.
fn field<'l>(fields: &'l [u8], key: &[u8]) -> Option<&'l [u8]> {
    let value = &fields[memmem::find(fields, key)? + key.len()..];
    Some(&value[..memmem::find(value, b", ").unwrap_or(value.len())])
}

/// `4AM1SVxx001234`: a coded moment and a process id.
fn is_id(id: &[u8]) -> bool {
    (12..=24).contains(&id.len()) && id.iter().all(u8::is_ascii_alphanumeric) && id.iter().any(u8::is_ascii_digit)
}

fn recognises(line: &[u8]) -> bool {
    PROGRAMS.iter().any(|program| {
        let Some(at) = memmem::find(line, program) else {
            return false;
        };
        let text = &line[at + program.len()..];
        text.starts_with(b"[")
            && memmem::find(text, b"]: ").is_some_and(|end| {
                let text = &text[end + 3..];
                memchr(b':', text).is_some_and(|colon| is_id(&text[..colon]))
            })
    })
}

pub(super) const PROGRAMS: [&[u8]; 5] = [
    b"sendmail",
    b"sm-mta",
    b"sm-msp-queue",
    b"sm-que",
    b"sm-acceptingconnections",
];

#[cfg(test)]
mod tests;
