//! The log: one JSON object a line, ASCII only, never a subject or a body. What a sender wrote is escaped, so that no line can be forged and no
//! terminal be told anything.

use std::io;

use serde::Serialize;
use waxseal_detect::mail::{Judgement, MailFinding};
use waxseal_model::{EnvelopeSender, MailSeen, Moment};

/// A mail's line.
#[derive(Serialize)]
struct MailLine<'a> {
    time: String,
    event: &'static str,
    id: &'a str,
    action: &'static str,
    sender: &'a str,
    from: &'a str,
    login: &'a str,
    client: &'a str,
    listener: &'a str,
    host: &'a str,
    recipients: usize,
    hidden: &'a [String],
    /// How many more there are than `hidden` shows.
    #[serde(skip_serializing_if = "is_zero")]
    hidden_more: usize,
    #[serde(skip_serializing_if = "is_zero")]
    undecided: usize,
    findings: Vec<FindingLine<'a>>,
}

#[derive(Serialize)]
struct FindingLine<'a> {
    indicator: &'static str,
    severity: &'static str,
    application: &'a str,
    recipient: &'a str,
    summary: &'a str,
}

impl<'a> FindingLine<'a> {
    fn of(finding: &'a MailFinding) -> Self {
        Self {
            indicator: finding.indicator,
            severity: finding.severity.id(),
            application: &finding.application,
            recipient: &finding.recipient,
            summary: &finding.summary,
        }
    }
}

/// Something that happened to the server.
#[derive(Serialize)]
struct EventLine<'a> {
    time: String,
    event: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
}

/// Writes a mail's line. `action` is what the policy asks for.
pub(super) fn mail(lines: &mut Vec<u8>, mail: &MailSeen<'_>, judgement: &Judgement, now: Moment) {
    write(
        lines,
        &MailLine {
            time: shown(now),
            event: "mail",
            id: mail.id,
            action: judgement.action.policy_word(),
            sender: match mail.sender {
                EnvelopeSender::Address(address) => address,
                EnvelopeSender::Null | EnvelopeSender::Unknown => "",
            },
            from: mail.from,
            login: mail.login,
            client: mail.client,
            listener: mail.listener,
            host: mail.host,
            recipients: mail.recipients.len(),
            hidden: &judgement.hidden[..judgement.hidden.len().min(MAX_SHOWN)],
            hidden_more: judgement.hidden.len().saturating_sub(MAX_SHOWN),
            undecided: judgement.undecided,
            findings: judgement.findings.iter().take(MAX_SHOWN).map(FindingLine::of).collect(),
        },
    );
}

/// Writes a line on something that happened. `id` is that of a mail, or empty.
pub(super) fn event(lines: &mut Vec<u8>, now: Moment, event: &str, message: &str, id: &str) {
    write(
        lines,
        &EventLine {
            time: shown(now),
            event,
            message,
            id,
        },
    );
}

fn write(lines: &mut Vec<u8>, line: &impl Serialize) {
    let begin = lines.len();
    let mut serializer = serde_json::Serializer::with_formatter(&mut *lines, Ascii);
    match line.serialize(&mut serializer) {
        Ok(()) => lines.push(b'\n'),
        // Nothing in a line can fail; a torn one would be worse than none.
        Err(_) => lines.truncate(begin),
    }
}

fn shown(moment: Moment) -> String {
    jiff::Timestamp::from_second(moment.0).map_or_else(|_| String::new(), |it| it.to_string())
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// JSON in which every character beyond printable ASCII is escaped.
struct Ascii;

impl serde_json::ser::Formatter for Ascii {
    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut units = [0_u16; 2];
        let mut rest = fragment;
        while let Some(at) = rest.find(|c: char| !(' '..='~').contains(&c)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let mut chars = rest[at..].chars();
            for unit in chars.next().unwrap_or_default().encode_utf16(&mut units) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = chars.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

/// Addresses and findings of one mail that are in its line.
const MAX_SHOWN: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sender_wrote_cannot_forge_a_line() {
        let mut lines = Vec::new();
        let hostile = "a\"\n{\"event\":\"mail\"}\u{1b}[2J\u{202e}\u{85}\u{1f4e7}\u{7f}@x.example";
        event(&mut lines, Moment(0), "failure", "why", hostile);
        let text = String::from_utf8(lines).unwrap();
        assert_eq!(text.matches('\n').count(), 1);
        assert!(
            text.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)),
            "{text}"
        );
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["id"], hostile);
        assert_eq!(value["time"], "1970-01-01T00:00:00Z");
    }
}
