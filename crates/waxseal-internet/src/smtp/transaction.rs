//! One mail transaction (RFC 5321 §3.3): from MAIL until the message is taken, or until it is given up.

use waxseal_mail::mime;
use waxseal_model::{ConnectionId, Observation, SmtpTransaction};

use super::command::Path;
use super::content::Content;

/// RFC 5321 §4.5.3.1.8 asks for at least 100; no honest client comes near this.
const MAX_RECIPIENTS: usize = 10_000;

/// All recipients of one transaction together; 10,000 of the longest lines would be 120 MB.
const MAX_RECIPIENT_BYTES: usize = 4 * 1024 * 1024;

/// RFC 1870: SIZE; RFC 6152: BODY; RFC 3461 §4.4: RET, ENVID; RFC 4954 §5: AUTH; RFC 6531 §3.4: SMTPUTF8.
const MAIL_PARAMETERS: [&str; 6] = ["SIZE", "BODY", "RET", "ENVID", "AUTH", "SMTPUTF8"];

/// RFC 3461 §4.1, §4.2.
const RECIPIENT_PARAMETERS: [&str; 2] = ["NOTIFY", "ORCPT"];

/// What EHLO offers as SIZE, and the longest message that is taken.
pub(crate) const MAX_SIZE: u64 = 50 * 1024 * 1024;

/// A refusal: code, enhanced code (RFC 3463) and text.
pub(crate) type Refusal = (u16, &'static str, &'static str);

/// A transaction that is open.
#[derive(Debug, Default)]
pub(crate) struct Transaction {
    from: String,
    recipients: Vec<String>,
    recipient_bytes: usize,
    binary: bool,
    /// What came of the message.
    pub(crate) content: Content,
    /// A chunk was taken: DATA may not follow (RFC 3030 §2).
    pub(crate) chunked: bool,
}

impl Transaction {
    /// Begins with MAIL. What was refused comes back as well, so that it can be told as given up.
    pub(crate) fn begin(path: Path) -> (Self, Result<(), Refusal>) {
        let allowed = check_mail(&path);
        let body = path.parameter("BODY").unwrap_or_default();
        let binary = body.eq_ignore_ascii_case("BINARYMIME");
        (
            Self {
                from: path.mailbox,
                binary,
                ..Self::default()
            },
            allowed,
        )
    }

    /// Adds a recipient.
    pub(crate) fn add(&mut self, path: Path) -> Result<(), Refusal> {
        check_recipient(&path)?;
        let mut recipient = path.mailbox;
        for parameter in path.parameters {
            recipient.push(' ');
            recipient.push_str(&parameter);
        }
        let bytes = self.recipient_bytes + recipient.len();
        if self.recipients.len() >= MAX_RECIPIENTS || bytes > MAX_RECIPIENT_BYTES {
            return Err((452, "4.5.3", "Error: too many recipients"));
        }
        self.recipient_bytes = bytes;
        self.recipients.push(recipient);
        Ok(())
    }

    /// How many recipients it has.
    pub(crate) fn recipients(&self) -> usize {
        self.recipients.len()
    }

    /// Whether DATA may follow.
    pub(crate) fn check_data(&self) -> Result<(), Refusal> {
        // RFC 3030 §3: "If a DATA command is issued after a MAIL command containing a body-type of BINARYMIME, a 503 "Bad sequence of
        // commands" response MUST be sent".
        if self.chunked || self.binary {
            return Err((503, "5.5.1", "Bad sequence of commands"));
        }
        if self.recipients.is_empty() {
            return Err((554, "5.5.1", "Error: no valid recipients"));
        }
        Ok(())
    }

    /// Whether the whole message may be taken.
    pub(crate) fn check_size(&self) -> Result<(), Refusal> {
        if self.content.length() > MAX_SIZE {
            return Err((552, "5.3.4", "Error: message file too big"));
        }
        Ok(())
    }

    /// What it was, and, if somebody was to get a message, what that was.
    pub(crate) fn told(self, client: &Client, host: &str, accepted: bool) -> Vec<Observation> {
        let transaction = SmtpTransaction {
            connection: client.connection,
            helo: client.helo.clone(),
            user: client.user.clone(),
            from: self.from,
            recipients: self.recipients,
            message: self.content.into_payload(),
            accepted,
            tls: client.tls,
        };
        // Somebody who only asks whether a mailbox exists hands over nothing.
        let message = (transaction.message.length > 0).then(|| mime::of_transaction(&transaction, host));
        let mut told = vec![Observation::Smtp(Box::new(transaction))];
        told.extend(message.map(|message| Observation::Submitted(Box::new(message))));
        told
    }
}

/// What is known of the client.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) connection: ConnectionId,
    pub(crate) helo: String,
    pub(crate) user: Option<String>,
    pub(crate) tls: bool,
}

fn check_mail(path: &Path) -> Result<(), Refusal> {
    if path.unknown_parameter(&MAIL_PARAMETERS).is_some() {
        return Err((555, "5.5.4", "Unsupported option"));
    }
    let one_of = |keyword, values: &[&str]| match path.parameter(keyword) {
        Some(value) => values.iter().any(|allowed| value.eq_ignore_ascii_case(allowed)),
        None => true,
    };
    if !one_of("BODY", &["7BIT", "8BITMIME", "BINARYMIME"]) || !one_of("RET", &["FULL", "HDRS"]) {
        return Err((501, "5.5.4", "Bad parameter syntax"));
    }
    match path.parameter("SIZE").map(str::parse::<u64>) {
        Some(Err(_)) => Err((501, "5.5.4", "Bad message size syntax")),
        // RFC 1870 §6.1: a declared size over the limit is refused at once.
        Some(Ok(size)) if size > MAX_SIZE => Err((552, "5.3.4", "Message size exceeds fixed limit")),
        _ => Ok(()),
    }
}

fn check_recipient(path: &Path) -> Result<(), Refusal> {
    if path.unknown_parameter(&RECIPIENT_PARAMETERS).is_some() {
        return Err((555, "5.5.4", "Unsupported option"));
    }
    // RFC 3461 §4.1: NEVER must stand alone.
    let notify = path.parameter("NOTIFY").unwrap_or("NEVER").to_ascii_uppercase();
    let some = |value: &str| ["SUCCESS", "FAILURE", "DELAY"].contains(&value);
    if notify != "NEVER" && !notify.split(',').all(some) {
        return Err((501, "5.5.4", "Error: Bad NOTIFY parameter syntax"));
    }
    // RFC 3461 §4.2: `ORCPT=addr-type;xtext`.
    if path.parameter("ORCPT").is_some_and(|value| !value.contains(';')) {
        return Err((501, "5.5.4", "Error: Bad ORCPT parameter syntax"));
    }
    Ok(())
}
