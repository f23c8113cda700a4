//! The journal as `journalctl -o json` exports it: one object a line (systemd's JOURNAL_EXPORT_FORMATS). Each message goes to the reader of
//! the program that wrote it.

use serde_json::Value;
use waxseal_model::Moment;

use super::exim::Exim;
use super::opensmtpd::OpenSmtpd;
use super::postfix::Postfix;
use super::sendmail::Sendmail;
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
        let Some(message) = text("MESSAGE") else {
            // `null` where it was too long to be exported (`--all` is missing).
            state.tracker.counts.malformed +=
                u64::from(fields.get("MESSAGE").is_some_and(Value::is_null) && is_known(&program));
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
        match &*program {
            b"smtpd" | b"opensmtpd" => self.opensmtpd.said(&line, state, sink),
            b"exim" | b"exim4" => self.exim.said(&line, state, sink),
            program if program.contains(&b'/') => self.postfix.said(&line, state, sink),
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

fn is_known(program: &[u8]) -> bool {
    program.contains(&b'/') || [&b"smtpd"[..], b"sendmail", b"sm-mta", b"exim", b"exim4"].contains(&program)
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

#[cfg(test)]
mod tests;
