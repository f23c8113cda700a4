//! journald, by its own protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): one datagram of fields.

use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use waxseal_model::Severity;

use super::{Kind, Outcome, Target};
use crate::alerts::alert::Letter;
use crate::alerts::settings::read;

pub(super) const KIND: Kind = Kind {
    id: "journald",
    check: |table| read::<Settings>(table).map(|_| ()),
    open: |table| {
        read::<Settings>(table).map(|settings| {
            Box::new(Journald {
                socket: settings.socket,
            }) as Box<dyn Target>
        })
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    /// Its socket.
    #[serde(default = "default_socket")]
    socket: PathBuf,
}

struct Journald {
    socket: PathBuf,
}

impl Target for Journald {
    fn send(&self, letter: &Letter) -> Outcome {
        let sent = UnixDatagram::unbound().and_then(|socket| {
            socket.set_write_timeout(Some(TIMEOUT))?;
            socket.send_to(&entry(letter), &self.socket)
        });
        match sent {
            Ok(_) => Outcome::Delivered,
            Err(err) => Outcome::later(format!("it cannot be reached: {err}")),
        }
    }

    fn place(&self) -> String {
        super::shown(&self.socket.display().to_string())
    }
}

/// The fields of one entry.
fn entry(letter: &Letter) -> Vec<u8> {
    let mut out = Vec::new();
    let priority = match letter.alert.severity {
        Severity::Critical => "2",
        Severity::High => "3",
        Severity::Medium => "4",
        Severity::Low => "5",
        Severity::Info => "6",
    };
    field(
        &mut out,
        "MESSAGE",
        &format!("{}: {}", letter.alert.severity.id(), letter.line()),
    );
    field(&mut out, "PRIORITY", priority);
    field(&mut out, "SYSLOG_IDENTIFIER", "waxseal");
    field(&mut out, "MESSAGE_ID", MESSAGE_ID);
    field(&mut out, "WAXSEAL_KIND", letter.kind());
    field(&mut out, "WAXSEAL_KEY", &letter.alert.key);
    for (name, value) in letter.facts() {
        field(&mut out, &name_of(&name), &value);
    }
    out
}

/// `NAME=value`, or with a length where the value has a line feed.
fn field(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(name.as_bytes());
    if value.contains('\n') {
        out.push(b'\n');
        out.extend_from_slice(&(value.len() as u64).to_le_bytes());
    } else {
        out.push(b'=');
    }
    out.extend_from_slice(value.as_bytes());
    out.push(b'\n');
}

/// A field's name: capitals, digits and `_`, 64 at most, with a beginning of our own so that no alert can set a field that means something else.
fn name_of(name: &str) -> String {
    let rest = name.chars().map(|c| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    });
    "WAXSEAL_".chars().chain(rest).take(64).collect()
}

fn default_socket() -> PathBuf {
    PathBuf::from("/run/systemd/journal/socket")
}

const TIMEOUT: Duration = Duration::from_secs(5);
/// What finds all entries of ours: `journalctl MESSAGE_ID=…`.
const MESSAGE_ID: &str = "8f2b0d6e5d0a4d53a3f0d0e3b1a7c942";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_with_a_line_feed_cannot_make_a_field() {
        let mut out = Vec::new();
        field(&mut out, "A", "one");
        field(&mut out, "B", "x\nPRIORITY=0");
        assert_eq!(out, b"A=one\nB\n\x0c\0\0\0\0\0\0\0x\nPRIORITY=0\n");
        assert_eq!(name_of("queue id=\n"), "WAXSEAL_QUEUE_ID__");
        assert_eq!(name_of("é"), "WAXSEAL__");
    }
}
