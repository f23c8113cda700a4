//! Mail over SMTP: who receives it by the envelope, and who it says it goes to.

use std::collections::BTreeMap;

use mail_parser::{Address, MessageParser};
use waxseal_model::{Observation, Recipient, Run, SmtpTransaction, Submission};

use super::destinations::Map;

/// Every transaction, numbered as it is saved.
pub(super) fn mails(run: &Run, map: &Map) -> Vec<Submission> {
    let mut mails = Vec::new();
    for event in &run.events {
        let Observation::Smtp(transaction) = &event.observation else {
            continue;
        };
        let (recipients, subject) = recipients(transaction);
        mails.push(Submission {
            number: mails.len() + 1,
            at: event.at,
            phase: event.phase,
            server: map.place(transaction.connection),
            user: transaction.user.clone(),
            from: transaction.from.clone(),
            recipients,
            subject,
            accepted: transaction.accepted,
            whole: transaction.message.is_whole(),
            allowed: map.destination(transaction.connection).is_some_and(|it| it.allowed),
            frame: map.frame(transaction.connection),
        });
    }
    mails
}

/// Who the envelope names, then who only the header names; and the subject.
fn recipients(transaction: &SmtpTransaction) -> (Vec<Recipient>, Option<String>) {
    let mut found = Found::default();
    for path in &transaction.recipients {
        found.at(mailbox_of(path)).envelope = true;
    }
    let Some(message) = MessageParser::default().parse_headers(header(&transaction.message.bytes)) else {
        return (found.recipients, None);
    };
    for (field, address) in [("To", message.to()), ("Cc", message.cc()), ("Bcc", message.bcc())] {
        for mailbox in address
            .into_iter()
            .flat_map(Address::iter)
            .filter_map(|it| it.address())
        {
            let recipient = found.at(mailbox);
            if !recipient.fields.iter().any(|known| known == field) {
                recipient.fields.push(field.to_owned());
            }
        }
    }
    (found.recipients, message.subject().map(str::to_owned))
}

/// Recipients in the order they were first named.
#[derive(Default)]
struct Found {
    recipients: Vec<Recipient>,
    index: BTreeMap<String, usize>,
}

impl Found {
    /// Local parts may differ in case, but no server in use minds; names of hosts never do (RFC 5321 §2.4).
    fn at(&mut self, mailbox: &str) -> &mut Recipient {
        let idx = *self.index.entry(mailbox.to_ascii_lowercase()).or_insert_with(|| {
            self.recipients.push(Recipient {
                mailbox: mailbox.to_owned(),
                envelope: false,
                fields: Vec::new(),
            });
            self.recipients.len() - 1
        });
        &mut self.recipients[idx]
    }
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

/// The header alone: what follows the first empty line is not read here.
fn header(message: &[u8]) -> &[u8] {
    let end = message
        .windows(2)
        .position(|pair| pair == b"\n\n")
        .map(|at| at + 2)
        .into_iter()
        .chain(message.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4))
        .min()
        .unwrap_or(message.len());
    &message[..end.min(MAX_HEADER)]
}

/// Longer headers are read up to here.
const MAX_HEADER: usize = 256 << 10;
