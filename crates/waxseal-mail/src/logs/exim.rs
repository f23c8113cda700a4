//! Exim's main log, 4.80 to 4.98: `DATE TIME [ZONE] [PID] ID FLAG ADDRESS …`, in a file or through syslog.
//!
//! `<=` is an arrival, whose `for` list (`log_selector = +received_recipients`) names every envelope recipient as the sender wrote it; `=>`,
//! `->`, `>>` and `*>` are deliveries, `**` a failure, `==` a deferral, `Completed` the end. Exim has no setting that logs
//! headers; [`VISIBLE`] is what our two lines of an ACL write, and where they are missing nobody knows whom the headers name.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::{memchr, memmem};
use waxseal_model::{Delivery, Moment};

use super::stamp::Stamps;
use super::tracker::{Headers, HostId, NewRecipient, Slot};
use super::{Format, Reader, Sink, State, names, syslog};

pub(super) const FORMAT: Format = Format {
    id: "exim",
    name: "Exim main log",
    recognises,
    reader: || Box::new(Exim),
};

/// Nothing is kept but the open mails.
#[derive(Default)]
pub(super) struct Exim;

#[derive(Clone, Copy)]
struct Entry<'l> {
    at: Option<Moment>,
    host: HostId,
    id: &'l [u8],
    text: &'l [u8],
}

impl Reader for Exim {
    fn line(&mut self, line: &[u8], state: &mut State, sink: &mut Sink<'_>) {
        if let Some((at, text)) = stamped(line, &state.stamps) {
            self.text(at, b"", text, state, sink);
        } else if let Some(line) = syslog::split(line, &mut state.stamps)
            && line.program.starts_with(b"exim")
        {
            self.said(&line, state, sink);
        }
    }

    fn moment(&self, line: &[u8], stamps: &mut Stamps) -> Option<Moment> {
        match stamped(line, stamps) {
            Some((at, _)) => Some(at),
            None => syslog::split(line, stamps)?.at,
        }
    }
}

impl Exim {
    /// What came through syslog, with a stamp of Exim's own (`syslog_timestamp`) or without.
    pub(super) fn said(&mut self, line: &syslog::Line<'_>, state: &mut State, sink: &mut Sink<'_>) {
        let (at, text) = match stamped(line.text, &state.stamps) {
            Some((at, text)) => (Some(at), text),
            None => (line.at, line.text),
        };
        if let Some(at) = at {
            self.text(at, line.host, text, state, sink);
        }
    }

    fn text(&mut self, at: Moment, host: &[u8], text: &[u8], state: &mut State, sink: &mut Sink<'_>) {
        let Some(host) = state.tracker.host(host, b"", b"") else {
            state.tracker.counts.malformed += 1;
            return;
        };
        let (id, rest) = text.split_at(memchr(b' ', text).unwrap_or(text.len()));
        if !is_id(id) {
            if refused(host, at, text, state, sink).is_some() {
                state.tracker.counts.understood += 1;
            }
            return;
        }
        let entry = Entry {
            at: Some(at),
            host,
            id,
            text: rest.strip_prefix(b" ").unwrap_or(rest),
        };
        match about(entry, state, sink) {
            Some(()) => state.tracker.counts.understood += 1,
            None if entry.text.get(2) == Some(&b' ') && FLAGS.contains(&&entry.text[..2]) => {
                state.tracker.counts.malformed += 1
            }
            None => {}
        }
    }
}

/// `DATE TIME`, a zone if `log_timezone` is set, a process id if `log_selector = +pid`.
fn stamped<'l>(line: &'l [u8], stamps: &Stamps) -> Option<(Moment, &'l [u8])> {
    // Otherwise it is a line of syslog in RFC 3339.
    (line.get(10) == Some(&b' ')).then_some(())?;
    let (at, rest) = stamps.iso(line)?;
    let rest = rest.strip_prefix(b" ")?;
    match rest.strip_prefix(b"[") {
        Some(process) => {
            let end = memchr(b']', process)?;
            process[..end].iter().all(u8::is_ascii_digit).then_some(())?;
            Some((at, process[end + 1..].strip_prefix(b" ")?))
        }
        None => Some((at, rest)),
    }
}

/// `1xUwNb-0005uG-0g`, and since 4.97 `1xUwNb-00000005uG7-0abc`: base 62.
fn is_id(id: &[u8]) -> bool {
    let dashes = match id.len() {
        16 => [6, 13],
        23 => [6, 18],
        _ => return false,
    };
    id.iter().enumerate().all(|(at, byte)| {
        if dashes.contains(&at) {
            *byte == b'-'
        } else {
            byte.is_ascii_alphanumeric()
        }
    })
}

fn about(entry: Entry<'_>, state: &mut State, sink: &mut Sink<'_>) -> Option<()> {
    if entry.text == b"Completed" || entry.text.starts_with(b"Completed ") {
        if let Some(slot) = state.tracker.find(entry.host, entry.id) {
            state.tracker.done(slot, sink);
        }
        return Some(());
    }
    if let Some(rest) = entry.text.strip_prefix(VISIBLE) {
        let slot = state.tracker.open(entry.host, entry.id, entry.at, sink);
        visible(slot, entry.host, rest, state)?;
        state.tracker.settle(slot, sink);
        return Some(());
    }
    let (flag, rest) = (entry.text.get(..2)?, entry.text.get(2..)?.strip_prefix(b" ")?);
    let delivery = match flag {
        b"<=" => return arrived(entry, rest, state, sink),
        b"=>" | b"->" | b">>" => Delivery::Sent,
        b"*>" => Delivery::Unknown,
        b"**" => Delivery::Bounced,
        b"==" => Delivery::Deferred,
        _ => return None,
    };
    let (address, original) = delivered(rest)?;
    let slot = state.tracker.open(entry.host, entry.id, entry.at, sink);
    state.tracker.replace(
        slot,
        NewRecipient {
            address,
            original,
            delivery,
            is_bcc: false,
        },
    );
    state.tracker.settle(slot, sink);
    Some(())
}

/// `SENDER H=HOST [ADDRESS] U= P= A= S= id= T="SUBJECT" from <RAW> for RECIPIENT …`.
fn arrived(entry: Entry<'_>, rest: &[u8], state: &mut State, sink: &mut Sink<'_>) -> Option<()> {
    let (sender, _) = word(rest)?;
    let rest = &rest[sender.len()..];
    let slot = state.tracker.begin(entry.host, entry.id, entry.at, sink);
    let mail = state.tracker.mail(slot);
    mail.set_sender(if sender == b"<>" { b"" } else { sender });
    mail.is_active = true;
    let (fields, recipients) = without_subject(rest);
    let field = |key: &[u8]| {
        let start = memmem::find(fields, key)? + key.len();
        word(&fields[start..]).map(|(value, _)| value)
    };
    if let Some(host) = memmem::find(fields, b" H=").map(|at| &fields[at + 3..]) {
        let end = memchr(b']', host).map_or(host.len(), |end| end + 1);
        mail.client = mail.keep(&host[..end]);
    }
    let login = field(b" A=").map(|login| login.splitn(2, |byte| *byte == b':').nth(1).unwrap_or(login));
    mail.login = match login.or_else(|| field(b" U=")) {
        Some(login) => mail.keep(login),
        None => mail.login,
    };
    mail.listener = mail.keep(field(b" P=").unwrap_or_default());
    if let Some(cause) = field(b" R=").filter(|id| is_id(id)) {
        mail.listener = mail.keep(b"bounce");
        mail.client = mail.keep(cause);
    }
    // `local` is `sendmail`; a filter hands a mail in again from this machine.
    mail.is_from_inside = mail.text(mail.client).is_empty() || super::postfix::is_inside_text(mail.text(mail.client));
    let message_id = field(b" id=").map(<[u8]>::to_owned);
    if let Some(message_id) = message_id {
        state.tracker.message_id(slot, &message_id);
    }
    let Some(mut list) = recipients else {
        state.tracker.settle(slot, sink);
        return Some(());
    };
    let mut count = 0_u32;
    while let Some((address, rest)) = word(list) {
        if address.contains(&b'@') || !address.starts_with(b"*") {
            count += 1;
            state.tracker.recipient(
                slot,
                NewRecipient {
                    address,
                    original: b"",
                    delivery: Delivery::Unknown,
                    is_bcc: false,
                },
            );
        }
        list = rest;
    }
    // A line that was cut (`LOG_BUFFER_SIZE`) does not say how many there are.
    if memmem::find(rest, b"log string overflowed").is_none() {
        state.tracker.mail(slot).announced = Some(count);
    }
    state.tracker.settle(slot, sink);
    Some(())
}

/// What stands before a subject, and the recipients after it. Quotes within a subject are escaped, so the last quote that is not ends it.
fn without_subject(rest: &[u8]) -> (&[u8], Option<&[u8]>) {
    let subject = memmem::find(rest, b" T=\"");
    let fields = &rest[..subject.unwrap_or(rest.len())];
    let mut ends = memmem::rfind_iter(rest, b"\" ").filter(|at| {
        let escapes = rest[..*at].iter().rev().take_while(|byte| **byte == b'\\').count();
        escapes % 2 == 0
    });
    let after = match subject {
        Some(start) => {
            let start = start + b" T=\"".len();
            let tail = ends.find(|at| {
                let tail = &rest[at + 1..];
                *at >= start && (tail.starts_with(b" from <") || tail.starts_with(b" for "))
            });
            tail.map_or(&b""[..], |at| &rest[at + 1..])
        }
        None => rest,
    };
    let list = memmem::find(after, b" for ").map(|at| &after[at + b" for ".len()..]);
    (fields, list)
}

/// `ADDRESS (PARENT) <ORIGINAL> …`; a local delivery shows the local part alone, a pipe or file its own words.
fn delivered(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let (address, mut rest) = word(rest)?;
    let address = address.strip_suffix(b":").unwrap_or(address);
    while let Some(parent) = rest.strip_prefix(b"(") {
        rest = parent.get(memchr(b')', parent)? + 1..)?;
        rest = rest.strip_prefix(b" ").unwrap_or(rest);
    }
    let original = match rest.strip_prefix(b"<") {
        Some(original) => {
            let (quoted, _) = word(original)?;
            let quoted = quoted.strip_suffix(b":").unwrap_or(quoted);
            quoted.strip_suffix(b">")?
        }
        None => b"",
    };
    let is_mailbox = address.contains(&b'@') && !matches!(address.first(), Some(b'|' | b'/'));
    Some(match (is_mailbox, original) {
        (_, b"") => (address, b""),
        (true, original) if original == address => (address, b""),
        (true, original) => (address, original),
        (false, original) => (original, b""),
    })
}

/// Up to the next space that is not in a quoted local part; and what comes after it.
fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut end = 0;
    let mut is_quoted = false;
    while let Some(byte) = text.get(end) {
        match byte {
            b'\\' if is_quoted => end += 1,
            b'"' => is_quoted = !is_quoted,
            b' ' if !is_quoted => break,
            _ => {}
        }
        end += 1;
    }
    let end = end.min(text.len());
    (end > 0).then(|| (&text[..end], text.get(end + 1..).unwrap_or_default()))
}

/// `NAME BASE64` after [`VISIBLE`]: a whole header in an encoding that no sender can imitate.
fn visible(slot: Slot, host: HostId, rest: &[u8], state: &mut State) -> Option<()> {
    let (name, encoded) = rest.split_at(memchr(b' ', rest).unwrap_or(rest.len()));
    let encoded = encoded.trim_ascii();
    let text = STANDARD.decode(encoded).ok()?;
    let is_cut = text.len() >= SHOWN;
    let text: Vec<u8> = text
        .iter()
        .map(|byte| {
            if matches!(byte, b'\r' | b'\n' | b'\t') {
                b' '
            } else {
                *byte
            }
        })
        .collect();
    let mail = state.tracker.mail(slot);
    if mail.headers == Headers::Unseen {
        mail.headers = Headers::Others;
    }
    match name {
        b"to" | b"cc" | b"resent-to" | b"resent-cc" => {
            mail.headers = Headers::Naming;
            mail.is_partial |= is_cut;
            let text = if is_cut { names::without_last(&text) } else { &text };
            if !names::names(text, |address| mail.name(address)) {
                mail.is_partial = true;
            }
            state.tracker.set_logs_names(host);
        }
        b"bcc" => mail.bcc_header |= !text.trim_ascii().is_empty(),
        b"list-id" => mail.list_id = mail.keep(text.trim_ascii()),
        b"from" => {
            let mut first = None;
            names::names(&text, |address| {
                first.get_or_insert_with(|| address.to_owned());
            });
            mail.from = mail.keep(first.as_deref().unwrap_or_default());
        }
        _ => return None,
    }
    Some(())
}

/// `H=HOST [ADDRESS] F=<SENDER> rejected RCPT <ADDRESS>: …`: nothing was taken in, but somebody tried.
fn refused(host: HostId, at: Moment, text: &[u8], state: &mut State, sink: &mut Sink<'_>) -> Option<()> {
    let client = text.strip_prefix(b"H=")?;
    let rejected = memmem::find(text, b" rejected RCPT <").map(|at| &text[at + b" rejected RCPT <".len()..])?;
    let address = &rejected[..memmem::find(rejected, b">: ").or_else(|| memchr(b'>', rejected))?];
    let slot = state.tracker.begin(host, b"rejected", Some(at), sink);
    let mail = state.tracker.mail(slot);
    mail.client = mail.keep(&client[..memchr(b']', client).map_or(0, |end| end + 1)]);
    if let Some(at) = memmem::find(text, b" F=<") {
        let sender = &text[at + b" F=<".len()..];
        mail.set_sender(&sender[..memchr(b'>', sender)?]);
    }
    state.tracker.recipient(
        slot,
        NewRecipient {
            address,
            original: b"",
            delivery: Delivery::Stopped,
            is_bcc: false,
        },
    );
    state.tracker.done(slot, sink);
    Some(())
}

fn recognises(line: &[u8]) -> bool {
    let text = match memmem::find(line, b"exim") {
        Some(at) if line.first() != Some(&b'2') || line.get(10) != Some(&b' ') => {
            let text = &line[at..];
            memmem::find(text, b"]: ").map_or(&b""[..], |end| &text[end + 3..])
        }
        _ => line,
    };
    text.split(|byte| *byte == b' ').take(5).any(is_id)
}

/// What the lines of our ACL begin with, before the name of a header and its text in base 64.
const VISIBLE: &[u8] = b"waxseal-visible ";
/// Bytes of a header that those lines show at most (`${length_4000:…}`).
const SHOWN: usize = 4000;
const FLAGS: [&[u8]; 7] = [b"<=", b"=>", b"->", b">>", b"*>", b"**", b"=="];

#[cfg(test)]
mod tests;
