//! Raw messages (RFC 5322, RFC 2045): who gets them, what is in them.

use mail_parser::{MessageParser, MimeHeaders as _, PartType};
use waxseal_model::{Content, ContentKind, Payload, Recipient, RecipientPlace, Sender, SmtpTransaction, Submission};

use crate::api::read::{MAX_CONTENT, MAX_CONTENTS, Writing as _, cut};
use crate::message::header_fields;

/// Writes into a submission what a raw message says. Every header field that makes somebody receive something counts as often as it
/// stands there.
pub fn read_into(submission: &mut Submission, message: &[u8]) {
    let header = header_fields(&String::from_utf8_lossy(header_of(message)));
    submission.complete &= header.complete;
    for (name, value) in &header.fields {
        // What only says how the rest is written.
        let technical = ["mime-version", "content-type", "content-transfer-encoding", "subject"];
        if !technical.iter().any(|it| name.eq_ignore_ascii_case(it)) {
            submission.header(name, value);
        }
    }
    let Some(parsed) = MessageParser::default().parse(message) else {
        submission.complete = false;
        return;
    };
    if submission.subject.is_none() {
        submission.subject = parsed.subject().map(cut);
    }
    for part in &parsed.parts {
        let (kind, bytes): (ContentKind, &[u8]) = match &part.body {
            PartType::Multipart(_) => continue,
            PartType::Text(text) if part.attachment_name().is_none() => (ContentKind::Text, text.as_bytes()),
            PartType::Html(text) if part.attachment_name().is_none() => (ContentKind::Html, text.as_bytes()),
            _ => (ContentKind::Attachment, part.contents()),
        };
        if submission.contents.len() >= MAX_CONTENTS {
            submission.complete = false;
            return;
        }
        let media_type = part.content_type().map(|kind| match kind.subtype() {
            Some(sub) => cut(&format!("{}/{sub}", kind.ctype())),
            None => cut(kind.ctype()),
        });
        submission.contents.push(Content {
            kind,
            name: part.attachment_name().map(cut),
            media_type,
            payload: Payload::cut(bytes, MAX_CONTENT),
            url: None,
        });
    }
}

/// What a mail transaction handed over.
pub fn of_transaction(transaction: &SmtpTransaction, host: &str) -> Submission {
    let mut submission = Submission {
        connection: transaction.connection,
        channel: "smtp".to_owned(),
        host: host.to_owned(),
        account: transaction.user.clone(),
        senders: Vec::new(),
        recipients: Vec::new(),
        subject: None,
        contents: Vec::new(),
        headers: Vec::new(),
        template: None,
        accepted: transaction.accepted,
        complete: transaction.message.is_whole(),
    };
    if !transaction.from.is_empty() {
        submission.senders.push(Sender {
            mailbox: transaction.from.clone(),
            place: "MAIL FROM".to_owned(),
        });
    }
    submission
        .recipients
        .extend(transaction.recipients.iter().map(|path| Recipient {
            mailbox: mailbox_of(path).to_owned(),
            place: RecipientPlace::Envelope,
        }));
    read_into(&mut submission, &transaction.message.bytes);
    submission
}

/// The mailbox of `RCPT TO`: parameters stand behind a space (RFC 5321 §4.1.1.3), which a quoted local part may hold too.
fn mailbox_of(path: &str) -> &str {
    let (mut quoted, mut escaped) = (false, false);
    let end = path.find(|c: char| {
        let is_end = c == ' ' && !quoted;
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && quoted && !escaped;
        is_end
    });
    // A quote that never ends is no reason to lose a recipient.
    end.map_or(path, |end| &path[..end])
}

/// The header alone: up to the first empty line.
fn header_of(message: &[u8]) -> &[u8] {
    let mut start = 0;
    while let Some(length) = message[start..].iter().position(|byte| *byte == b'\n') {
        let line = &message[start..start + length];
        if line.is_empty() || line == b"\r" {
            return &message[..start];
        }
        start += length + 1;
    }
    message
}

#[cfg(test)]
mod tests;
