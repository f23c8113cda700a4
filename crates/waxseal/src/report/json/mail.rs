//! The shape of mail that was seen in a run, for programs.

use schemars::JsonSchema;
use serde::Serialize;
use waxseal_model::{ApiLogin, Forward, Mail, Phase, RecipientPlace, RunSummary};

use super::shape::{text, texts};

/// A message that was handed to a mail system.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Mail")]
pub(crate) struct MailShape {
    /// Its number, from 1.
    number: usize,
    /// The number of its SMTP transaction; a saved message is `mail/0001.eml`.
    transaction: Option<usize>,
    /// When.
    at_us: u64,
    /// When in the life of the package.
    phase: &'static str,
    /// The server and port.
    server: String,
    /// `smtp`, the id of a provider, or `generic`.
    channel: String,
    /// The account.
    account: Option<String>,
    /// Who it says it is from.
    senders: Vec<SenderShape>,
    /// Everybody who gets it, an answer to it, or a receipt, with every place that says so.
    recipients: Vec<RecipientShape>,
    /// The subject.
    subject: Option<String>,
    /// The template that the provider fills in.
    template: Option<String>,
    /// Texts and attachments.
    contents: Vec<ContentShape>,
    /// It was accepted.
    accepted: bool,
    /// All of it was understood.
    complete: bool,
    /// Its server is on the allowlist.
    allowed: bool,
    /// The line of code that made the connection, by the package's own stack: it can be forged.
    frame: Option<String>,
    /// What it has of what was made up for the calls it belongs to.
    carries: Vec<CarriedShape>,
}

/// What a message has of what was made up for one call.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Carried")]
pub(crate) struct CarriedShape {
    /// The call's number.
    call: u32,
    /// One of its recipients.
    recipient: bool,
    /// Its subject.
    subject: bool,
    /// Its text, plain or HTML.
    text: bool,
}

/// Somebody whom a message says it is from.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Sender")]
pub(crate) struct SenderShape {
    /// The mailbox.
    mailbox: String,
    /// `MAIL FROM`, `From`, `Sender`.
    place: String,
}

/// Somebody who gets a message, an answer to it, or a receipt.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Recipient")]
pub(crate) struct RecipientShape {
    /// The mailbox.
    mailbox: String,
    /// `RCPT TO`, `To`, `Cc`, `Bcc`, `Reply-To`, or the name of a header field.
    places: Vec<String>,
}

/// A part of a message.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Content")]
pub(crate) struct ContentShape {
    /// `text`, `html`, `attachment` or `variables`.
    kind: &'static str,
    /// The name of an attachment.
    name: Option<String>,
    /// Its media type.
    media_type: Option<String>,
    /// Its length.
    bytes: u64,
    /// Where the provider is to fetch it.
    url: Option<String>,
}

/// A provider was told to send copies, or word, of mail somewhere from then on.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Forward")]
pub(crate) struct ForwardShape {
    /// When in the life of the package.
    phase: &'static str,
    /// The provider.
    channel: String,
    /// The host.
    host: String,
    /// The account.
    account: Option<String>,
    /// `webhook`, `route`, `filter`, `rule`, ….
    what: String,
    /// Mailboxes and URLs.
    targets: Vec<String>,
}

/// Credentials that were shown to a provider.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ApiLogin")]
pub(crate) struct LoginShape {
    /// The provider.
    channel: String,
    /// The host.
    host: String,
    /// The account.
    account: Option<String>,
    /// How the token, key or password begins.
    secret: String,
    /// It was planted in the room.
    accepted: bool,
}

impl MailShape {
    pub(super) fn of(run: &RunSummary, mail: &Mail) -> Self {
        let carried = waxseal_detect::carried(run, mail).into_iter().map(|it| CarriedShape {
            call: it.call,
            recipient: it.recipient,
            subject: it.subject,
            text: it.text,
        });
        let message = &mail.message;
        let sender = |sender: &waxseal_model::Sender| SenderShape {
            mailbox: text(&sender.mailbox),
            place: text(&sender.place),
        };
        let recipient = |(mailbox, places): &(&str, Vec<&RecipientPlace>)| RecipientShape {
            mailbox: text(mailbox),
            places: places.iter().map(|place| text(place.as_str())).collect(),
        };
        let content = |content: &waxseal_model::Content| ContentShape {
            kind: content.kind.id(),
            name: content.name.as_deref().map(text),
            media_type: content.media_type.as_deref().map(text),
            bytes: content.payload.length,
            url: content.url.as_deref().map(text),
        };
        Self {
            number: mail.number,
            transaction: mail.transaction,
            at_us: mail.at,
            phase: mail.phase.id(),
            server: text(&mail.server),
            channel: text(&message.channel),
            account: message.account.as_deref().map(shown_account),
            senders: message.senders.iter().map(sender).collect(),
            recipients: message.addressees().iter().map(recipient).collect(),
            subject: message.subject.as_deref().map(text),
            template: message.template.as_deref().map(text),
            contents: message.contents.iter().map(content).collect(),
            accepted: message.accepted,
            complete: message.complete,
            allowed: mail.allowed,
            frame: mail.frame.as_deref().map(text),
            carries: carried.collect(),
        }
    }
}

/// A user's name as it is; of a token only how it begins.
fn shown_account(account: &str) -> String {
    if account.contains('@') {
        text(account)
    } else {
        beginning(account)
    }
}

/// How a secret begins, and how long it is.
fn beginning(secret: &str) -> String {
    let shown: String = secret.chars().take(SHOWN).collect();
    match secret.chars().count() {
        length if length > SHOWN => text(&format!("{shown}… ({length} characters)")),
        _ => text(&shown),
    }
}

pub(super) fn forwards(run: &RunSummary) -> Vec<ForwardShape> {
    let one = |(phase, order): &(Phase, Forward)| ForwardShape {
        phase: phase.id(),
        channel: text(&order.channel),
        host: text(&order.host),
        account: order.account.as_deref().map(shown_account),
        what: text(&order.what),
        targets: texts(&order.targets),
    };
    run.forwards.iter().map(one).collect()
}

pub(super) fn logins(run: &RunSummary) -> Vec<LoginShape> {
    let one = |login: &ApiLogin| LoginShape {
        channel: text(&login.channel),
        host: text(&login.host),
        account: login.account.as_deref().map(text),
        secret: beginning(&login.secret),
        accepted: login.accepted,
    };
    run.logins.iter().map(one).collect()
}

/// Characters of a secret that are shown.
const SHOWN: usize = 6;
