//! A message that was handed to a mail system, and what else a program can have one do: as the simulated internet read it.
//!
//! Texts are the package's own: hostile, bounded, and not safe to print raw.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ConnectionId, Payload, RecipientPlace};

/// One message: one SMTP transaction, or one message of a request to a provider's API, which may hold many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// The connection it came over.
    pub connection: ConnectionId,
    /// `smtp`, the id of a provider, or `generic` for a request to an API nobody knows that looks like one.
    pub channel: String,
    /// The host it was handed to.
    pub host: String,
    /// The account it was handed in for: a user's name, or a token.
    pub account: Option<String>,
    /// Who it says it is from, in every place that says so.
    pub senders: Vec<Sender>,
    /// Everybody who gets it, an answer to it, or a receipt, in every place that says so; duplicates included.
    pub recipients: Vec<Recipient>,
    /// The subject, decoded.
    pub subject: Option<String>,
    /// Texts, attachments, and values for a template.
    pub contents: Vec<Content>,
    /// Other header fields, as the request gives them.
    pub headers: Vec<(String, String)>,
    /// The id or name of a template that the provider fills in.
    pub template: Option<String>,
    /// It was accepted.
    pub accepted: bool,
    /// All of it was understood: false if something in a place of recipients is no mailbox, or a limit was met.
    pub complete: bool,
}

impl Submission {
    /// Everybody whom it names, with every place that does, in the order they are first named.
    ///
    /// Local parts may differ in case, but no server in use minds; names of hosts never do (RFC 5321 §2.4).
    pub fn addressees(&self) -> Vec<(&str, Vec<&RecipientPlace>)> {
        let mut all: Vec<(&str, Vec<&RecipientPlace>)> = Vec::new();
        let mut index: BTreeMap<String, usize> = BTreeMap::new();
        for recipient in &self.recipients {
            let idx = *index.entry(recipient.mailbox.to_ascii_lowercase()).or_insert_with(|| {
                all.push((&recipient.mailbox, Vec::new()));
                all.len() - 1
            });
            if let Some((_, places)) = all.get_mut(idx)
                && !places.contains(&&recipient.place)
            {
                places.push(&recipient.place);
            }
        }
        all
    }

    /// Who sends it: of the envelope where there is one, else of the header.
    pub fn sender(&self) -> Option<&str> {
        self.senders.first().map(|sender| sender.mailbox.as_str())
    }
}

/// Somebody whom a message says it is from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Sender {
    /// The mailbox.
    pub mailbox: String,
    /// Where it says so: `MAIL FROM`, `From`, `Sender`.
    pub place: String,
}

/// Somebody who gets a message, an answer to it, or a receipt.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Recipient {
    /// The mailbox, `local@domain`, as a mail server reads it.
    pub mailbox: String,
    /// Where it says so.
    pub place: RecipientPlace,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// What it is.
    pub kind: ContentKind,
    /// The name of an attachment.
    pub name: Option<String>,
    /// Its media type (RFC 9110 §8.3.1), where it is given.
    pub media_type: Option<String>,
    /// The content itself, encodings undone, cut at a ceiling.
    pub payload: Payload,
    /// Where the provider is to fetch it.
    pub url: Option<String>,
}

/// What a part of a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ContentKind {
    /// Plain text.
    Text,
    /// HTML.
    Html,
    /// An attachment, inline or not.
    Attachment,
    /// Values that the provider puts into a template, as JSON.
    Variables,
}

impl ContentKind {
    /// The stable id used in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Html => "html",
            Self::Attachment => "attachment",
            Self::Variables => "variables",
        }
    }
}

/// A lasting order to a provider: copies of mail, or word of it, go somewhere from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forward {
    /// The connection it came over.
    pub connection: ConnectionId,
    /// The provider.
    pub channel: String,
    /// The host.
    pub host: String,
    /// The account.
    pub account: Option<String>,
    /// What was made or changed: `webhook`, `route`, `filter`, `rule`, `delegate`, `forwarding address`, `api key`, `receipt rule`.
    pub what: String,
    /// Where to: mailboxes and URLs.
    pub targets: Vec<String>,
}

/// Credentials that were shown to a provider's API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiLogin {
    /// The connection they came over.
    pub connection: ConnectionId,
    /// The provider.
    pub channel: String,
    /// The host.
    pub host: String,
    /// The account, where it has a name.
    pub account: Option<String>,
    /// The token, key or password.
    pub secret: String,
    /// Whether it was accepted: only what the room itself planted is.
    pub accepted: bool,
}
