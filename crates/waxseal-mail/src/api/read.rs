//! What bodies of requests hold, read within limits: JSON, forms, multipart, credentials, mailboxes, attachments.

use std::borrow::Cow;

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

/// The body as JSON (RFC 8259). Nesting is bounded by the reader (128).
pub fn json(request: &Request<'_>) -> Option<Value> {
    serde_json::from_slice(request.body).ok()
}

/// Fields of a form, in their order: `application/x-www-form-urlencoded` (WHATWG URL §5.1) or `multipart/form-data` (RFC 7578).
pub fn form(request: &Request<'_>) -> Vec<FormField> {
    let media_type = request.header("content-type").unwrap_or_default();
    match media_type
        .get(..19)
        .is_some_and(|start| start.eq_ignore_ascii_case("multipart/form-data"))
    {
        true => multipart(media_type, request.body),
        false => url_encoded(request.body),
    }
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormField {
    /// Its name.
    pub name: String,
    /// The name of the file, if it is one.
    pub file: Option<String>,
    /// Its media type, if it is given.
    pub media_type: Option<String>,
    /// Its value.
    pub value: Vec<u8>,
}

impl FormField {
    /// The value as text.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.value)
    }
}

/// Pairs of `name=value`.
pub fn url_encoded(text: &[u8]) -> Vec<FormField> {
    form_urlencoded::parse(text)
        .take(MAX_FIELDS)
        .map(|(name, value)| FormField {
            name: name.into_owned(),
            file: None,
            media_type: None,
            value: value.into_owned().into_bytes(),
        })
        .collect()
}

fn multipart(media_type: &str, body: &[u8]) -> Vec<FormField> {
    // A form is a MIME message without its header.
    let mut message = format!("Content-Type: {}\r\n\r\n", media_type.replace(['\r', '\n'], " ")).into_bytes();
    message.extend_from_slice(body);
    let Some(message) = mail_parser::MessageParser::default().parse(&message) else {
        return Vec::new();
    };
    use mail_parser::MimeHeaders as _;
    let parts = message.parts.iter().take(MAX_FIELDS);
    parts
        .filter_map(|part| {
            let disposition = part.content_disposition()?;
            let kind = part.content_type();
            Some(FormField {
                name: disposition.attribute("name")?.to_owned(),
                file: disposition.attribute("filename").map(str::to_owned),
                media_type: kind.map(|kind| match kind.subtype() {
                    Some(sub) => format!("{}/{sub}", kind.ctype()),
                    None => kind.ctype().to_owned(),
                }),
                value: part.contents().to_vec(),
            })
        })
        .collect()
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
        if self.contents.len() >= MAX_CONTENTS {
            self.complete = false;
            return;
        }
        let bytes = base64(coded).unwrap_or_else(|| coded.as_bytes().to_vec());
        self.contents.push(Content {
            kind: ContentKind::Attachment,
            name,
            media_type,
            payload: Payload::cut(&bytes, MAX_CONTENT),
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

/// Fields of one form.
const MAX_FIELDS: usize = 10_000;
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
