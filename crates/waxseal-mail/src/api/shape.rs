//! Where a provider's JSON says what is in a message. Who gets it stands in the provider's table.

use serde_json::Value;
use waxseal_model::{Content, ContentKind, FieldSpec, Payload, Submission};

use super::Call;
use super::read::{MAX_CONTENT, MAX_CONTENTS, Writing as _, at, base64, cut, each, text};

/// Where a message says what. Paths are dotted.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Who gets it.
    pub recipients: &'static [FieldSpec],
    /// Who it is from: a text, or an object with an address.
    pub from: &'static [(&'static str, &'static str)],
    /// The subject.
    pub subject: &'static [&'static str],
    /// Texts; variables are kept as JSON, whatever they are.
    pub contents: &'static [(ContentKind, &'static str)],
    /// Header fields: an object, or an array of objects with name and value. The table has read who they make receive something.
    pub headers: &'static [&'static str],
    /// Arrays of attachments.
    pub attachments: &'static [&'static str],
    /// The id or name of a template.
    pub template: &'static [&'static str],
}

impl Shape {
    /// Reads a message.
    pub fn read(&self, call: &Call<'_, '_>, message: &Value) -> Submission {
        let mut read = call.message();
        read.complete = message.is_object();
        read.to_by_table(message, self.recipients);
        self.read_rest(call, message, &mut read);
        read
    }

    /// Reads everything but who gets it.
    pub fn read_rest(&self, call: &Call<'_, '_>, message: &Value, read: &mut Submission) {
        for (place, path) in self.from {
            for one in each(at(message, path)) {
                if let Some(address) = address(one) {
                    read.from(place, &address);
                }
            }
        }
        if let Some(subject) = self.subject.iter().find_map(|path| text(message, path)) {
            read.subject = Some(cut(&subject));
        }
        read.template = self
            .template
            .iter()
            .find_map(|path| text(message, path))
            .map(|it| cut(&it));
        for path in self.headers {
            headers(at(message, path), read);
        }
        if !call.has_room() {
            read.complete &= self.contents.is_empty();
            return;
        }
        for (kind, path) in self.contents {
            match at(message, path) {
                None | Some(Value::Null) => {}
                Some(Value::String(said)) => read.says(*kind, said),
                Some(value) => read.says(*kind, &value.to_string()),
            }
        }
        for path in self.attachments {
            for one in each(at(message, path)) {
                attach(one, read);
            }
        }
    }
}

/// The address of a text, or of an object that holds one.
pub fn address(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(_) => ADDRESS_KEYS.iter().find_map(|key| text(value, key)),
        _ => None,
    }
}

/// An object of header fields, or an array of pairs.
fn headers(value: Option<&Value>, read: &mut Submission) {
    if let Some(Value::Object(fields)) = value
        && !fields.keys().any(|name| name.eq_ignore_ascii_case("name"))
    {
        for (name, value) in fields {
            match value {
                Value::String(text) => read.other_header(name, text),
                value => read.other_header(name, &value.to_string()),
            }
        }
        return;
    }
    for one in each(value) {
        let find = |keys: &[&str]| keys.iter().find_map(|key| text(one, key));
        match (find(&["name", "Name", "key"]), find(&["value", "Value"])) {
            (Some(name), Some(value)) => read.other_header(&name, &value),
            _ => read.complete = false,
        }
    }
}

/// One attachment, in Base64 or as the place where the provider is to fetch it.
fn attach(value: &Value, read: &mut Submission) {
    let find = |keys: &[&str]| keys.iter().find_map(|key| text(value, key));
    let (name, media_type) = (find(NAME_KEYS), find(TYPE_KEYS));
    let url = match value {
        Value::String(text) => Some(text.clone()),
        _ => find(&["url", "path", "href", "Path", "sourceUrl"]),
    };
    let coded = find(CONTENT_KEYS);
    if read.contents.len() >= MAX_CONTENTS || (coded.is_none() && url.is_none()) {
        // Bytes as an array of numbers are taken by some: `{"type":"Buffer","data":[…]}`.
        read.complete &= coded.is_none() && value.is_object();
        let bytes = bytes(value);
        if read.contents.len() >= MAX_CONTENTS || bytes.is_empty() {
            read.complete = false;
            return;
        }
        read.contents.push(attachment(name, media_type, &bytes, None));
        return;
    }
    let bytes = coded.map(|coded| base64(&coded).unwrap_or_else(|| coded.into_bytes()));
    let url = url.filter(|_| bytes.is_none()).map(|url| cut(&url));
    let bytes = bytes.unwrap_or_default();
    read.contents.push(attachment(name, media_type, &bytes, url));
}

fn attachment(name: Option<String>, media_type: Option<String>, bytes: &[u8], url: Option<String>) -> Content {
    Content {
        kind: ContentKind::Attachment,
        name: name.map(|it| cut(&it)),
        media_type: media_type.map(|it| cut(&it)),
        payload: Payload::cut(bytes, MAX_CONTENT),
        url,
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    let content = CONTENT_KEYS.iter().find_map(|key| value.get(*key));
    let array = content.and_then(|it| it.get("data").or(Some(it)));
    let numbers = array.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let byte = |it: &Value| it.as_u64().and_then(|it| u8::try_from(it).ok());
    numbers.iter().take(MAX_CONTENT).map_while(byte).collect()
}

/// Under what an object holds an address.
const ADDRESS_KEYS: &[&str] = &[
    "email",
    "Email",
    "address",
    "emailAddress.address",
    "email_address.address",
];
const NAME_KEYS: &[&str] = &["name", "Name", "filename", "Filename", "fileName", "FileName"];
const TYPE_KEYS: &[&str] = &[
    "type",
    "contentType",
    "ContentType",
    "content_type",
    "mime_type",
    "Content-type",
    "Type",
];
const CONTENT_KEYS: &[&str] = &[
    "content",
    "Content",
    "Base64Content",
    "contentBytes",
    "contentInBase64",
    "data",
    "BinaryContent",
    "RawContent",
];
