//! Requests to an API nobody knows: does one hand over a message?
//!
//! The rule. An object, with everything in it, is a message if
//! - a mailbox stands under a key that names recipients (`to`, `cc`, `bcc`, `recipients`, …), and there is a sender, a subject, a text or a
//!   template beside it, however deep; or
//! - a subject, a text and a mailbox under any key stand in the same object.
//!
//! A raw message (RFC 5322) that names a recipient is one wherever it stands, also in Base64. The smallest object counts, so that each
//! message of an array is one. An address alone (a profile, a login, telemetry) makes no message, and neither does a sender with a text.

mod evidence;
mod keys;
mod xml;

use serde_json::Value;
use waxseal_model::{ConnectionId, Mailbox, RecipientPlace, Submission};

use super::Request;
use super::read::{Writing as _, base64, has_too_much};
use crate::form;
use evidence::Evidence;
use keys::{Role, role};

/// The messages that a request looks like handing over.
pub fn messages(request: &Request<'_>) -> Vec<Submission> {
    let mut reader = Reader::new(request.submission(CHANNEL, None));
    let query = form::url_encoded(request.query.as_bytes());
    if !query.fields.is_empty() {
        reader.judge(&query.flat(), 0);
    }
    reader.read(request.header("content-type").unwrap_or_default(), request.body, 0);
    reader.end()
}

/// The messages that a text looks like handing over which came over a WebSocket from this host.
pub fn messages_in_text(connection: ConnectionId, host: &str, text: &[u8]) -> Vec<Submission> {
    let request = Request {
        connection,
        host,
        method: "",
        path: "",
        query: "",
        headers: &[],
        body: text,
    };
    // Socket.IO and the like put numbers before their JSON.
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let start = match text.get(digits) {
        Some(b'[' | b'{') => digits,
        _ => 0,
    };
    let mut reader = Reader::new(request.submission(CHANNEL, None));
    reader.read("", &text[start..], 0);
    reader.end()
}

struct Reader {
    /// A message without anything in it.
    empty: Submission,
    found: Vec<Submission>,
    /// Values that may still be looked at.
    values: usize,
    /// Bytes that may still be decoded.
    decoded: usize,
}

impl Reader {
    fn new(empty: Submission) -> Self {
        Self {
            empty,
            found: Vec::new(),
            values: MAX_VALUES,
            decoded: MAX_DECODED,
        }
    }

    fn end(mut self) -> Vec<Submission> {
        if (self.values == 0 || self.decoded == 0)
            && let Some(last) = self.found.last_mut()
        {
            last.complete = false;
        }
        self.found
    }

    /// Reads a body, a part of one, or what was encoded in one.
    fn read(&mut self, media_type: &str, bytes: &[u8], level: usize) {
        let bytes = bytes.trim_ascii_start();
        if bytes.is_empty() || level > MAX_LEVEL {
            return;
        }
        if form::is_multipart(media_type) {
            return self.read_parts(media_type, bytes, level);
        }
        if matches!(bytes[0], b'{' | b'[' | b'"') {
            return self.read_json(bytes, level);
        }
        if looks_like_message(bytes) {
            return self.raw(bytes);
        }
        if bytes[0] == b'<' {
            if let Some(value) = xml::read(bytes) {
                self.judge(&value, level);
            }
            return;
        }
        if let Some(body) = behind_http_head(bytes) {
            return self.read("", body, level + 1);
        }
        if media_type.to_ascii_lowercase().contains("urlencoded") || is_form(bytes) {
            let form = form::url_encoded(bytes);
            self.judge(&form.nested().unwrap_or_else(|| form.flat()), level);
            return;
        }
        self.read_encoded(&String::from_utf8_lossy(bytes), level);
    }

    /// One document, or one a line.
    fn read_json(&mut self, bytes: &[u8], level: usize) {
        if has_too_much(bytes) {
            return self.glance(bytes);
        }
        if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
            return self.judge(&value, level);
        }
        let mut documents = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
        while let Some(Ok(value)) = documents.next() {
            self.judge(&value, level);
            if self.values == 0 {
                return;
            }
        }
    }

    /// A document with more values than are looked at: if it names recipients at all, everybody in it may be one.
    fn glance(&mut self, bytes: &[u8]) {
        let keys: [&[u8]; 4] = [b"\"to\"", b"\"cc\"", b"\"bcc\"", b"ecipients"];
        if !keys.iter().any(|key| memchr::memmem::find(bytes, key).is_some()) {
            return;
        }
        let found = Mailbox::find_all(&String::from_utf8_lossy(bytes), MAX_GLANCED);
        let mut evidence = Evidence::default();
        for mailbox in found {
            evidence.receives(&RecipientPlace::To, &mailbox.to_string());
        }
        if !evidence.recipients.is_empty() {
            self.emit(evidence, false);
        }
    }

    fn read_parts(&mut self, media_type: &str, bytes: &[u8], level: usize) {
        let form = form::decode(media_type, bytes);
        let before = self.found.len();
        self.judge(&form.flat(), level);
        let judged = self.found.len() > before;
        for field in &form.fields {
            let is_message = looks_like_message(&field.value);
            if field.file.is_some() && judged && !is_message {
                if let Some(message) = self.found.get_mut(before) {
                    message.holds(field.file.clone(), field.media_type.clone(), &field.value);
                }
            } else if field.file.is_some() || field.name.is_empty() {
                self.read(field.media_type.as_deref().unwrap_or_default(), &field.value, level + 1);
            }
        }
        if let (true, Some(message)) = (judged && !form.complete, self.found.get_mut(before)) {
            message.complete = false;
        }
    }

    /// A text that stands for something else: Base64, JSON, a raw message.
    fn read_encoded(&mut self, text: &str, level: usize) {
        let start = text.trim_start();
        if start.len() < MIN_ENCODED || level >= MAX_LEVEL {
            return;
        }
        if start.starts_with(['{', '[']) {
            return self.read_json(start.as_bytes(), level + 1);
        }
        if looks_like_message(start.as_bytes()) {
            return self.raw(start.as_bytes());
        }
        let is_coded = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=-_\r\n".contains(&byte);
        if start.len() < MIN_BASE64 || start.len() > self.decoded || !start.bytes().all(is_coded) {
            return;
        }
        self.decoded -= start.len();
        if let Some(bytes) = base64(start) {
            let plain = bytes.trim_ascii_start();
            if looks_like_message(plain) {
                self.raw(plain);
            } else if plain.first().is_some_and(|byte| matches!(byte, b'{' | b'[')) {
                self.read_json(plain, level + 1);
            } else if plain.len() >= MIN_BASE64 && plain.iter().all(|byte| is_coded(*byte)) {
                self.read_encoded(&String::from_utf8_lossy(plain), level + 1);
            }
        }
    }

    fn raw(&mut self, message: &[u8]) {
        if self.has_room() {
            let mut read = self.empty.clone();
            read.raw(message);
            self.found.push(read);
        }
    }

    /// Looks at a document. Recipients that stand apart from every message in it go with the first.
    fn judge(&mut self, value: &Value, level: usize) {
        let before = self.found.len();
        let rest = self.walk(value, None, level);
        if rest.recipients.is_empty() {
            return;
        }
        match self.found.get_mut(before) {
            Some(message) => {
                message.complete = false;
                rest.add_recipients(message);
            }
            // The rest of it was not looked at: what there is looks like the half of a message.
            None if self.values == 0 => self.emit(rest, false),
            None => {}
        }
    }

    /// Whether there may be one more; the last says if there was.
    fn has_room(&mut self) -> bool {
        let full = self.found.len() >= MAX_MESSAGES;
        if let (true, Some(last)) = (full, self.found.last_mut()) {
            last.complete = false;
        }
        !full
    }

    fn emit(&mut self, evidence: Evidence, complete: bool) {
        if self.has_room() {
            let mut message = self.empty.clone();
            message.complete = complete;
            evidence.write(&mut message);
            self.found.push(message);
        }
    }

    /// What a value says that is not in a message yet. `place` is the one that a key above it names.
    fn walk(&mut self, value: &Value, place: Option<&RecipientPlace>, level: usize) -> Evidence {
        let mut evidence = Evidence::default();
        if self.values == 0 {
            return evidence;
        }
        self.values -= 1;
        match value {
            Value::String(text) => match place {
                Some(place) => evidence.receives(place, text),
                None => self.read_encoded(text, level),
            },
            Value::Array(elements) => {
                for element in elements {
                    let one = self.walk(element, place, level);
                    evidence.join(one);
                }
            }
            Value::Object(fields) => return self.walk_object(fields, place, level),
            _ => {}
        }
        evidence
    }

    fn walk_object(
        &mut self,
        fields: &serde_json::Map<String, Value>,
        place: Option<&RecipientPlace>,
        level: usize,
    ) -> Evidence {
        let mut evidence = Evidence::default();
        // `{"email": …, "type": "bcc"}`, and `{"name": "Bcc", "value": …}` of a header.
        let named = keys::named_place(fields);
        let place = named.as_ref().or(place);
        for (key, value) in fields {
            match (role(key), value) {
                (Role::Place(own), value) => evidence.join(self.walk(value, Some(&own), level)),
                (Role::Sender, value) => evidence.sent_by(value),
                (Role::Subject, Value::String(text)) => evidence.has_subject(text),
                (Role::Body(kind), Value::String(text)) if place.is_none() => {
                    let before = self.found.len();
                    self.read_encoded(text, level);
                    if self.found.len() == before {
                        evidence.says(kind, text);
                    }
                }
                (Role::Template, Value::String(_) | Value::Number(_)) => evidence.has_template(value),
                (Role::Attachments, value) => evidence.attaches(value),
                // What a person is called is no address.
                (Role::Name, Value::String(_)) if place.is_some() => {}
                (_, Value::String(text)) if place.is_none() => {
                    evidence.mentions(text);
                    self.read_encoded(text, level);
                }
                (_, value) => {
                    if let Some(place) = place
                        && key.contains('@')
                    {
                        evidence.receives(place, key);
                    }
                    evidence.join(self.walk(value, place, level));
                }
            }
        }
        if evidence.is_message() {
            let sure = evidence.is_sure();
            self.emit(std::mem::take(&mut evidence), sure);
        }
        evidence.leave_object();
        evidence
    }
}

/// Whether bytes begin as a message does that names a recipient: a header with `To`, `Cc` or `Bcc` and another field of mail.
fn looks_like_message(bytes: &[u8]) -> bool {
    const FIELDS: [&str; 7] = [
        "from",
        "subject",
        "date",
        "mime-version",
        "message-id",
        "content-type",
        "sender",
    ];
    let head = &bytes[..bytes.len().min(MAX_HEAD)];
    let (mut recipient, mut other) = (false, false);
    for (idx, line) in head.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        if idx > 0 && matches!(line[0], b' ' | b'\t') {
            continue;
        }
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        let is_name = name.len() < line.len() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        if !is_name || name.is_empty() {
            // Prose, or a line that was cut.
            return recipient && other && idx > 0;
        }
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        recipient |= matches!(name.as_str(), "to" | "cc" | "bcc");
        other |= FIELDS.contains(&name.as_str());
    }
    recipient && other
}

/// The body of a request that stands in a part of another (`application/http`).
fn behind_http_head(bytes: &[u8]) -> Option<&[u8]> {
    let line = &bytes[..bytes.iter().position(|byte| *byte == b'\n')?.min(MAX_HEAD)];
    memchr::memmem::find(line, b" HTTP/1.")?;
    let end = memchr::memmem::find(bytes, b"\r\n\r\n")?;
    Some(&bytes[end + 4..])
}

/// Whether a body that does not say so looks like a form.
fn is_form(bytes: &[u8]) -> bool {
    let mut start = &bytes[..bytes.len().min(256)];
    // Base64 ends in them.
    while let [rest @ .., b'='] = start {
        start = rest;
    }
    let name = start.iter().position(|byte| *byte == b'=').unwrap_or(0);
    name > 0
        && start[..name]
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-[]%:".contains(byte))
        && !start.iter().any(|byte| byte.is_ascii_whitespace())
}

const CHANNEL: &str = "generic";
/// Mailboxes of a document that is too large to be looked at.
const MAX_GLANCED: usize = 1_000;
/// Values of all documents of a request: more than a body of the largest size that is kept has in ordinary JSON.
const MAX_VALUES: usize = 2_000_000;
/// Bytes of Base64 that are decoded.
const MAX_DECODED: usize = 32 << 20;
/// JSON in a text in JSON: nobody goes deeper on purpose.
const MAX_LEVEL: usize = 4;
/// Messages of one request: as many as a batch of any provider has.
const MAX_MESSAGES: usize = 1_000;
/// The shortest text that holds a message in JSON or as it is.
const MIN_ENCODED: usize = 20;
/// The shortest Base64 of a message that names a recipient.
const MIN_BASE64: usize = 48;
/// How much of a text is looked at to tell whether it is a message.
const MAX_HEAD: usize = 8 << 10;

#[cfg(test)]
mod tests;
