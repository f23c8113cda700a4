//! What the keys of requests mean that look like mail.

use serde_json::{Map, Value};
use waxseal_model::{ContentKind, FieldPlace, RecipientPlace};

/// What a key says of its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// Mailboxes that receive something.
    Place(RecipientPlace),
    /// A mailbox that sends.
    Sender,
    /// The subject.
    Subject,
    /// A text.
    Body(ContentKind),
    /// A template at the provider.
    Template,
    /// Attachments.
    Attachments,
    /// What a person is called.
    Name,
    /// Anything else.
    Other,
}

/// What a key means, however it is spelled: `reply_to`, `replyTo`, `Reply-To`.
pub(super) fn role(key: &str) -> Role {
    if key.len() > MAX_KEY {
        return Role::Other;
    }
    if let Some(place) = FieldPlace::of_header(key) {
        return Role::Place(place.place());
    }
    let plain: String = key
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let find = |words: &[&str]| words.contains(&plain.as_str());
    if find(TO) {
        return Role::Place(RecipientPlace::To);
    }
    if find(CC) {
        return Role::Place(RecipientPlace::Cc);
    }
    if find(BCC) {
        return Role::Place(RecipientPlace::Bcc);
    }
    if find(REPLY_TO) {
        return Role::Place(RecipientPlace::ReplyTo);
    }
    if find(ENVELOPE) {
        return Role::Place(RecipientPlace::Envelope);
    }
    if find(RETURN_PATH) {
        return Role::Place(RecipientPlace::Header("Return-Path".to_owned()));
    }
    if find(SENDER) {
        return Role::Sender;
    }
    if find(SUBJECT) {
        return Role::Subject;
    }
    if find(HTML) {
        return Role::Body(ContentKind::Html);
    }
    if find(TEXT) {
        return Role::Body(ContentKind::Text);
    }
    if find(TEMPLATE) {
        return Role::Template;
    }
    if find(ATTACHMENTS) {
        return Role::Attachments;
    }
    if find(NAME) {
        return Role::Name;
    }
    Role::Other
}

/// The place that an object names itself: by its `type`, or as a header field by its `name`.
pub(super) fn named_place(fields: &Map<String, Value>) -> Option<RecipientPlace> {
    let text = |key: &str| fields.get(key).and_then(Value::as_str);
    let by_type = ["type", "kind", "recipientType", "rcpt_type"]
        .iter()
        .find_map(|key| text(key));
    if let Some(kind) = by_type
        && let Some(place) = FieldPlace::of_header(kind)
    {
        return Some(place.place());
    }
    let is_header = ["value", "Value"].iter().any(|key| text(key).is_some());
    let name = ["name", "Name", "key", "Key", "field"].iter().find_map(|key| text(key));
    FieldPlace::of_header(name.filter(|_| is_header)?).map(FieldPlace::place)
}

const TO: &[&str] = &[
    "to",
    "tos",
    "tolist",
    "toaddress",
    "toaddresses",
    "toemail",
    "toemails",
    "toemailaddress",
    "torecipients",
    "msgto",
    "emailto",
    "mailto",
    "sendto",
    "recipient",
    "recipients",
    "recipientlist",
    "recipientemail",
    "recipientemails",
    "recipientaddress",
    "receiver",
    "receivers",
    "receiveremail",
    "destination",
    "destinations",
    "destinationaddress",
    "destinationaddresses",
    "addressee",
    "addressees",
    "headerto",
];
const CC: &[&str] = &[
    "cc",
    "ccs",
    "cclist",
    "ccaddress",
    "ccaddresses",
    "ccemail",
    "ccemails",
    "ccrecipients",
    "msgcc",
    "carboncopy",
];
const BCC: &[&str] = &[
    "bcc",
    "bccs",
    "bcclist",
    "bccaddress",
    "bccaddresses",
    "bccemail",
    "bccemails",
    "bccrecipients",
    "msgbcc",
    "blindcopy",
    "blindcarboncopy",
    "hiddenrecipients",
];
const REPLY_TO: &[&str] = &[
    "replyto",
    "replytos",
    "replytoaddress",
    "replytoaddresses",
    "replytoemail",
    "replytolist",
    "reply",
];
const ENVELOPE: &[&str] = &["rcpt", "rcpts", "rcptto", "enveloperecipients", "forwardto"];
const RETURN_PATH: &[&str] = &["returnpath", "bounceaddress", "bounceto", "errorsto"];
const SENDER: &[&str] = &[
    "from",
    "fromaddress",
    "fromemail",
    "fromemailaddress",
    "sender",
    "senderaddress",
    "senderemail",
    "mailfrom",
    "emailfrom",
    "source",
    "envelopefrom",
];
const SUBJECT: &[&str] = &["subject", "subjectline", "emailsubject", "mailsubject", "msgsubject"];
const HTML: &[&str] = &[
    "html",
    "htmlbody",
    "bodyhtml",
    "htmlpart",
    "htmlcontent",
    "htmltext",
    "msghtml",
    "amphtml",
];
const TEXT: &[&str] = &[
    "text",
    "textbody",
    "bodytext",
    "textpart",
    "textcontent",
    "plain",
    "plaintext",
    "plainbody",
    "bodyplain",
    "body",
    "message",
    "messagebody",
    "content",
    "contents",
    "msg",
    "emailbody",
    "mailbody",
];
const TEMPLATE: &[&str] = &[
    "template",
    "templateid",
    "templatename",
    "templatekey",
    "templatealias",
    "templateuuid",
    "transactionalid",
    "mailtemplatekey",
];
const ATTACHMENTS: &[&str] = &["attachment", "attachments", "inlineattachments"];
const NAME: &[&str] = &["name", "displayname", "fullname", "firstname", "lastname", "label"];
/// Longer than any key of an API.
const MAX_KEY: usize = 64;
