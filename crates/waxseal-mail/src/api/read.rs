//! What bodies of requests hold, read within limits: JSON, forms, multipart, credentials, mailboxes, attachments.

use base64::Engine as _;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use serde_json::Value;
use waxseal_model::{
    Content, ContentKind, FieldPlace, FieldSpec, Payload, Recipient, RecipientPlace, Sender, Submission,
};

use super::Request;
use crate::address::parse_list;
use crate::fields::{Fields, collect};
use crate::form::{self, Form};

/// The body as JSON (RFC 8259). Nesting is bounded by the reader (128), and what would need very much memory is not read.
pub fn json(request: &Request<'_>) -> Option<Value> {
    if has_too_much(request.body) {
        return None;
    }
    serde_json::from_slice(request.body).ok()
}

/// Whether a document has more values than are read: sixteen megabytes of `1,1,1` would be half a gigabyte.
pub(crate) fn has_too_much(bytes: &[u8]) -> bool {
    memchr::memchr2_iter(b',', b'[', bytes).count() > MAX_VALUES
}

/// The body as a form.
pub fn form(request: &Request<'_>) -> Form {
    form::decode(request.header("content-type").unwrap_or_default(), request.body)
}

/// `Authorization: Bearer TOKEN` (RFC 6750 §2.1), whatever the scheme is called.
pub fn bearer<'a>(request: &Request<'a>) -> Option<&'a str> {
    let (_, token) = request.header("authorization")?.trim().split_once(' ')?;
    Some(token.trim()).filter(|token| !token.is_empty())
}

/// User and password of `Authorization: Basic` (RFC 7617).
pub fn basic(request: &Request<'_>) -> Option<(String, String)> {
    let (scheme, coded) = request.header("authorization")?.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(base64(coded)?).ok()?;
    text.split_once(':')
        .map(|(user, password)| (user.to_owned(), password.to_owned()))
}

/// Base64 in either alphabet, with or without padding and line breaks.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        })
        .collect();
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&base64::alphabet::STANDARD, config)
        .decode(plain)
        .ok()
}

/// The text at a dotted path; a number is a text too.
pub fn text(value: &Value, path: &str) -> Option<String> {
    match at(value, path)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The value at a dotted path.
pub fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, step| value.get(step))
}

/// The elements of an array, or the value itself where there is none; nothing for `null`.
pub fn each(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let all = match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(elements)) => elements.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    all.iter().take(MAX_ELEMENTS)
}

/// Writes into a submission what a request says.
pub trait Writing {
    /// Everybody in an address list (RFC 5322 §3.4).
    fn to(&mut self, place: RecipientPlace, list: &str);
    /// Everybody in a JSON value: a text, an object with the address under one of these keys, or an array of either.
    fn to_all(&mut self, place: &RecipientPlace, value: Option<&Value>, keys: &[&str]);
    /// Everybody whom the provider's table finds in one message. What the table takes for a header is one here too.
    fn to_by_table(&mut self, message: &Value, table: &[FieldSpec]);
    /// Who it is from.
    fn from(&mut self, place: &str, list: &str);
    /// A header field: who it makes somebody receive, else kept as it is.
    fn header(&mut self, name: &str, value: &str);
    /// A header field that a table has read already, if it made somebody receive something: kept as it is.
    fn other_header(&mut self, name: &str, value: &str);
    /// A text of the message.
    fn says(&mut self, kind: ContentKind, text: &str);
    /// An attachment in Base64.
    fn attaches(&mut self, name: Option<String>, media_type: Option<String>, coded: &str);
    /// An attachment in bytes.
    fn holds(&mut self, name: Option<String>, media_type: Option<String>, bytes: &[u8]);
    /// A raw message (RFC 5322): its header fields decide, and so does what is in it.
    fn raw(&mut self, message: &[u8]);
}

impl Writing for Submission {
    fn to(&mut self, place: RecipientPlace, list: &str) {
        let found = parse_list(list);
        self.complete &= found.complete && self.recipients.len() < MAX_RECIPIENTS;
        let room = MAX_RECIPIENTS.saturating_sub(self.recipients.len());
        self.recipients
            .extend(found.mailboxes.iter().take(room).map(|mailbox| Recipient {
                mailbox: mailbox.to_string(),
                place: place.clone(),
            }));
    }

    fn to_all(&mut self, place: &RecipientPlace, value: Option<&Value>, keys: &[&str]) {
        for one in each(value) {
            let address = match one {
                Value::String(text) => Some(text.clone()),
                Value::Object(_) => keys.iter().find_map(|key| text(one, key)),
                _ => None,
            };
            match address {
                Some(address) => self.to(place.clone(), &address),
                None => self.complete = false,
            }
        }
    }

    fn to_by_table(&mut self, message: &Value, table: &[FieldSpec]) {
        let found = collect(&Fields::from(message), table);
        let room = MAX_RECIPIENTS.saturating_sub(self.recipients.len());
        self.complete &= found.complete && found.recipients.len() <= room;
        self.recipients
            .extend(found.recipients.into_iter().take(room).map(|it| Recipient {
                mailbox: it.mailbox.to_string(),
                place: it.place,
            }));
    }

    fn from(&mut self, place: &str, list: &str) {
        let found = parse_list(list).mailboxes;
        self.senders
            .extend(found.iter().take(MAX_SENDERS).map(|mailbox| Sender {
                mailbox: mailbox.to_string(),
                place: place.to_owned(),
            }));
    }

    fn header(&mut self, name: &str, value: &str) {
        match FieldPlace::of_header(name) {
            Some(place) => self.to(place.place(), value),
            None if name.eq_ignore_ascii_case("from") => self.from("From", value),
            None if name.eq_ignore_ascii_case("sender") => self.from("Sender", value),
            None if self.headers.len() < MAX_HEADERS => self.headers.push((cut(name), cut(value))),
            None => self.complete = false,
        }
    }

    fn other_header(&mut self, name: &str, value: &str) {
        if FieldPlace::of_header(name).is_none() {
            self.header(name, value);
        }
    }

    fn says(&mut self, kind: ContentKind, text: &str) {
        if self.contents.len() >= MAX_CONTENTS {
            self.complete = false;
            return;
        }
        self.contents.push(Content {
            kind,
            name: None,
            media_type: None,
            payload: Payload::cut(text.as_bytes(), MAX_CONTENT),
            url: None,
        });
    }

    fn attaches(&mut self, name: Option<String>, media_type: Option<String>, coded: &str) {
        let bytes = base64(coded).unwrap_or_else(|| coded.as_bytes().to_vec());
        self.holds(name, media_type, &bytes);
    }

    fn holds(&mut self, name: Option<String>, media_type: Option<String>, bytes: &[u8]) {
        if self.contents.len() >= MAX_CONTENTS {
            self.complete = false;
            return;
        }
        self.contents.push(Content {
            kind: ContentKind::Attachment,
            name: name.map(|it| cut(&it)),
            media_type: media_type.map(|it| cut(&it)),
            payload: Payload::cut(bytes, MAX_CONTENT),
            url: None,
        });
    }

    fn raw(&mut self, message: &[u8]) {
        crate::mime::read_into(self, message);
    }
}

/// A text of a bounded length.
pub(crate) fn cut(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

/// Values of one document: more than the largest body has of an ordinary one.
const MAX_VALUES: usize = 2_000_000;
/// Elements of one array.
const MAX_ELEMENTS: usize = 10_000;
/// Recipients of one message: ten times what any provider takes.
pub(crate) const MAX_RECIPIENTS: usize = 10_000;
/// Mailboxes in one `From`.
const MAX_SENDERS: usize = 64;
/// Other header fields that are kept.
pub(crate) const MAX_HEADERS: usize = 256;
/// Texts and attachments of one message.
pub(crate) const MAX_CONTENTS: usize = 256;
/// Bytes that are kept of each: texts are looked through for links and secrets.
pub(crate) const MAX_CONTENT: usize = 1 << 20;
/// Characters of a header field, a name, an id.
const MAX_TEXT: usize = 4_096;
