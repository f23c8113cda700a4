//! The journal as `journalctl -o json` exports it: one object a line (systemd's JOURNAL_EXPORT_FORMATS). Each message goes to the reader of
//! the program that wrote it.
//!
//! `SYSLOG_IDENTIFIER` is what a program calls itself (`logger -t postfix/cleanup`). The names with an underscore are the journal's own
//! (systemd.journal-fields(7)): where they are exported, only what a mail server wrote is read.

use memchr::memmem;
use serde_json::Value;
use waxseal_model::Moment;

use super::exim::Exim;
use super::opensmtpd::OpenSmtpd;
use super::postfix::{self, Postfix};
use super::sendmail::{self, Sendmail};
use super::{Format, Reader, Sink, State, syslog};

pub(super) const FORMAT: Format = Format {
    id: "journald",
    name: "systemd's journal as JSON",
    recognises,
    reader: || Box::new(Journal::default()),
};

/// Readers of what is in it.
#[derive(Default)]
struct Journal {
    postfix: Postfix,
    exim: Exim,
    sendmail: Sendmail,
    opensmtpd: OpenSmtpd,
}

impl Reader for Journal {
    fn line(&mut self, line: &[u8], state: &mut State, sink: &mut Sink<'_>) {
        let Ok(Value::Object(fields)) = serde_json::from_slice::<Value>(line) else {
            state.tracker.counts.malformed += 1;
            return;
        };
        let text = |name: &str| fields.get(name).and_then(bytes);
        let Some(program) = text("SYSLOG_IDENTIFIER").or_else(|| text("_COMM")) else {
            return;
        };
        let Some(family) = family(&program) else { return };
        if !is_of(family, &fields) {
            state.tracker.counts.imitations += 1;
            return;
        }
        let Some(message) = text("MESSAGE") else {
            // `null` where it was too long to be exported (`--all` is missing).
            state.tracker.counts.malformed += u64::from(fields.get("MESSAGE").is_some_and(Value::is_null));
            return;
        };
        let host = text("_HOSTNAME").unwrap_or_default();
        let at = written(&fields);
        let line = syslog::Line {
            at,
            host: &host,
            program: &program,
            text: &message,
        };
        match family {
            OPENSMTPD => self.opensmtpd.said(&line, state, sink),
            EXIM => self.exim.said(&line, state, sink),
            POSTFIX => self.postfix.said(&line, state, sink),
            _ => self.sendmail.said(&line, state, sink),
        }
    }

    fn moment(&self, line: &[u8], _stamps: &mut super::stamp::Stamps) -> Option<Moment> {
        match serde_json::from_slice::<Value>(line) {
            Ok(Value::Object(fields)) => written(&fields),
            _ => None,
        }
    }
}

/// When the source of a message sent it, or else when the journal took it.
fn written(fields: &serde_json::Map<String, Value>) -> Option<Moment> {
    let text = |name: &str| fields.get(name).and_then(bytes);
    let stamp = text("_SOURCE_REALTIME_TIMESTAMP").or_else(|| text("__REALTIME_TIMESTAMP"))?;
    moment(&stamp)
}

/// The mail server that a program says it is of, by a word that its files and units have in their names.
fn family(program: &[u8]) -> Option<&'static [u8]> {
    match program {
        b"smtpd" | b"opensmtpd" => Some(OPENSMTPD),
        b"exim" | b"exim4" => Some(EXIM),
        _ if program.contains(&b'/') => Some(POSTFIX),
        _ if sendmail::PROGRAMS.contains(&program) => Some(SENDMAIL),
        _ => None,
    }
}

/// Whether a mail server wrote it, by what the journal itself noted of the writer. Where it noted nothing, that is not known, and it counts.
fn is_of(family: &[u8], fields: &serde_json::Map<String, Value>) -> bool {
    let noted = |name: &str| fields.get(name).and_then(bytes);
    let (user, file, unit) = (noted("_UID"), noted("_EXE"), noted("_SYSTEMD_UNIT"));
    if user.is_none() && file.is_none() && unit.is_none() {
        return true;
    }
    let is_named = |text: &[u8]| memmem::find(text, family).is_some();
    if user.as_deref() == Some(b"0") || unit.as_deref().is_some_and(is_named) {
        return true;
    }
    match file {
        // Anybody may give a file of his own any name.
        Some(file) => is_named(&file) && SYSTEM.iter().any(|folder| file.starts_with(folder)),
        // It had ended before the journal looked.
        None => noted("_COMM").is_some_and(|name| {
            let name = name.as_slice();
            let programs: &[&[u8]] = match family {
                POSTFIX => &postfix::PROGRAMS,
                SENDMAIL => &sendmail::PROGRAMS,
                _ => &[],
            };
            is_named(name) || programs.contains(&name)
        }),
    }
}

/// A field's bytes: a string, an array of numbers where it is not UTF-8, the first of several values.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::String(text) => Some(text.clone().into_bytes()),
        Value::Array(items) if items.iter().all(Value::is_u64) => items
            .iter()
            .map(|it| it.as_u64().and_then(|byte| u8::try_from(byte).ok()))
            .collect(),
        Value::Array(items) => items.first().filter(|it| it.is_string()).and_then(bytes),
        _ => None,
    }
}

/// Microseconds since 1970.
fn moment(text: &[u8]) -> Option<Moment> {
    let microseconds: i64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    Some(Moment(microseconds.div_euclid(1_000_000)))
}

fn recognises(line: &[u8]) -> bool {
    let has = |key: &[u8]| memchr::memmem::find(line, key).is_some();
    line.first() == Some(&b'{') && has(b"\"__REALTIME_TIMESTAMP\"") && has(b"\"MESSAGE\"")
}

const POSTFIX: &[u8] = b"postfix";
const EXIM: &[u8] = b"exim";
const SENDMAIL: &[u8] = b"sendmail";
const OPENSMTPD: &[u8] = b"smtpd";
/// Folders that only the machine's administrator writes to.
const SYSTEM: [&[u8]; 7] = [
    b"/usr/",
    b"/opt/",
    b"/bin/",
    b"/sbin/",
    b"/lib",
    b"/nix/store/",
    b"/gnu/store/",
];

#[cfg(test)]
mod tests;
