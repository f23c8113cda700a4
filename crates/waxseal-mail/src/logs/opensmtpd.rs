//! OpenSMTPD 6.4 and later (smtp_session.c, mta.c, mda.c of its source), through syslog: `smtpd[PID]: SESSION SUBSYSTEM EVENT key=value …`.
//!
//! A message id is the upper half of its envelopes' ids. Addresses hold no spaces, quotes or brackets there. No headers are
//! logged, so whom they name is unknown, and no end: a mail is done when something final became of everybody and 256 others were after it.

use std::collections::{HashMap, VecDeque};

use memchr::{memchr, memmem};
use waxseal_model::{Delivery, Moment};

use super::tracker::{HostId, NewRecipient};
use super::{Format, Reader, Sink, State, syslog};

pub(super) const FORMAT: Format = Format {
    id: "opensmtpd",
    name: "OpenSMTPD",
    recognises,
    reader: || Box::new(OpenSmtpd::default()),
};

/// Sessions, and finished mails that may still turn out to have more recipients: an alias is not announced.
#[derive(Default)]
pub(super) struct OpenSmtpd {
    sessions: HashMap<(u32, [u8; 16]), Session>,
    finished: VecDeque<(HostId, [u8; 8])>,
}

#[derive(Default)]
struct Session {
    client: Vec<u8>,
    login: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Entry<'l> {
    at: Option<Moment>,
    host: HostId,
    session: [u8; 16],
    text: &'l [u8],
}

impl Reader for OpenSmtpd {
    fn line(&mut self, line: &[u8], state: &mut State, sink: &mut Sink<'_>) {
        if let Some(line) = syslog::split(line, &mut state.stamps) {
            self.said(&line, state, sink);
        }
    }
}

impl OpenSmtpd {
    /// Reads what the program said, whatever carried it.
    pub(super) fn said(&mut self, line: &syslog::Line<'_>, state: &mut State, sink: &mut Sink<'_>) {
        if line.program != b"smtpd" && line.program != b"opensmtpd" {
            return;
        }
        let Some((session, text)) = line.text.split_first_chunk::<16>() else {
            return;
        };
        let Some(text) = text.strip_prefix(b" ").filter(|_| is_hex(session)) else {
            return;
        };
        let Some(host) = state.tracker.host(line.host, b"", b"") else {
            state.tracker.counts.malformed += 1;
            return;
        };
        let entry = Entry {
            at: line.at,
            host,
            session: *session,
            text,
        };
        match self.about(entry, state, sink) {
            Some(()) => state.tracker.counts.understood += 1,
            None if EVENTS.iter().any(|event| text.starts_with(event)) => state.tracker.counts.malformed += 1,
            None => {}
        }
    }

    fn about(&mut self, entry: Entry<'_>, state: &mut State, sink: &mut Sink<'_>) -> Option<()> {
        let text = entry.text;
        let key = (entry.host.number(), entry.session);
        if let Some(rest) = text.strip_prefix(b"smtp connected ") {
            let address = value(rest, b"address=")?.to_owned();
            if self.sessions.len() < MAX_SESSIONS {
                self.sessions.insert(
                    key,
                    Session {
                        client: address,
                        login: Vec::new(),
                    },
                );
            }
            return Some(());
        }
        if let Some(rest) = text.strip_prefix(b"smtp authentication ") {
            if value(rest, b"result=") == Some(b"ok") && self.sessions.len() < MAX_SESSIONS {
                self.sessions.entry(key).or_default().login = value(rest, b"user=")?.to_owned();
            }
            return Some(());
        }
        if text.starts_with(b"smtp disconnected") {
            self.sessions.remove(&key);
            return Some(());
        }
        if let Some(rest) = text.strip_prefix(b"smtp message ") {
            return self.taken(entry, rest, state, sink);
        }
        if let Some(rest) = text.strip_prefix(b"smtp envelope ") {
            let id = value(rest, b"evpid=")?.first_chunk::<8>()?;
            let slot = state.tracker.open(entry.host, id, entry.at, sink);
            state.tracker.mail(slot).set_sender(bracketed(rest, b"from=<")?);
            let address = bracketed(rest, b" to=<")?;
            state.tracker.recipient(
                slot,
                NewRecipient {
                    address,
                    original: b"",
                    delivery: Delivery::Unknown,
                    is_bcc: false,
                },
            );
            state.tracker.settle(slot, sink);
            return Some(());
        }
        let rest = text
            .strip_prefix(b"mta delivery ")
            .or_else(|| text.strip_prefix(b"mda delivery "))?;
        self.delivered(entry, rest, state, sink)
    }

    fn taken(&mut self, entry: Entry<'_>, rest: &[u8], state: &mut State, sink: &mut Sink<'_>) -> Option<()> {
        let id = value(rest, b"msgid=")?.first_chunk::<8>()?;
        let announced = std::str::from_utf8(value(rest, b"nrcpt=")?).ok()?.parse().ok()?;
        let slot = state.tracker.begin(entry.host, id, entry.at, sink);
        let mail = state.tracker.mail(slot);
        mail.announced = Some(announced);
        mail.is_active = true;
        mail.listener = mail.keep(b"smtp");
        if let Some(session) = self.sessions.get(&(entry.host.number(), entry.session)) {
            mail.client = mail.keep(&session.client);
            mail.login = mail.keep(&session.login);
        }
        Some(())
    }

    /// `evpid= from=<> to=<> rcpt=<> … result="Ok" stat="…"`: `to` is where it went, `rcpt` what the sender had written, `-` if that is the same.
    fn delivered(&mut self, entry: Entry<'_>, rest: &[u8], state: &mut State, sink: &mut Sink<'_>) -> Option<()> {
        let id = value(rest, b"evpid=")?.first_chunk::<8>()?;
        let address = bracketed(rest, b" to=<")?;
        let original = bracketed(rest, b" rcpt=<")?;
        let result = memmem::find(rest, b" result=\"").map(|at| &rest[at + b" result=\"".len()..])?;
        let delivery = match &result[..memchr(b'"', result)?] {
            b"Ok" => Delivery::Sent,
            b"TempFail" => Delivery::Deferred,
            b"PermFail" => Delivery::Bounced,
            _ => return None,
        };
        let slot = state.tracker.open(entry.host, id, entry.at, sink);
        state.tracker.mail(slot).set_sender(bracketed(rest, b"from=<")?);
        let original = if original == b"-" || original == address {
            b""
        } else {
            original
        };
        state.tracker.replace(
            slot,
            NewRecipient {
                address,
                original,
                delivery,
                is_bcc: false,
            },
        );
        if state.tracker.mail(slot).is_finished() {
            self.finished.push_back((entry.host, *id));
        }
        state.tracker.settle(slot, sink);
        if self.finished.len() > FINISHED
            && let Some((host, id)) = self.finished.pop_front()
            && let Some(slot) = state.tracker.find(host, &id)
            && state.tracker.mail(slot).is_finished()
        {
            state.tracker.done(slot, sink);
        }
        Some(())
    }
}

fn is_hex(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn value<'l>(rest: &'l [u8], key: &[u8]) -> Option<&'l [u8]> {
    let value = &rest[memmem::find(rest, key)? + key.len()..];
    Some(&value[..memchr(b' ', value).unwrap_or(value.len())])
}

fn bracketed<'l>(rest: &'l [u8], key: &[u8]) -> Option<&'l [u8]> {
    let value = &rest[memmem::find(rest, key)? + key.len()..];
    Some(&value[..memchr(b'>', value)?])
}

fn recognises(line: &[u8]) -> bool {
    let Some(at) = memmem::find(line, b"smtpd[") else {
        return false;
    };
    let Some(end) = memmem::find(&line[at..], b"]: ") else {
        return false;
    };
    let text = &line[at + end + 3..];
    let Some((session, text)) = text.split_first_chunk::<16>() else {
        return false;
    };
    let text = text.strip_prefix(b" ").unwrap_or_default();
    is_hex(session)
        && [&b"smtp "[..], b"mta ", b"mda "]
            .iter()
            .any(|subsystem| text.starts_with(subsystem))
}

/// Lines that tell of recipients.
const EVENTS: [&[u8]; 4] = [b"smtp message ", b"smtp envelope ", b"mta delivery ", b"mda delivery "];
/// Sessions at one time, far more than the daemon allows.
const MAX_SESSIONS: usize = 1 << 16;
/// Finished mails that are kept for more recipients to come.
const FINISHED: usize = 256;

#[cfg(test)]
mod tests;
