//! The form encodings that provider APIs take beside JSON, as fields of bytes and as one JSON value.

use std::borrow::Cow;
use std::collections::BTreeMap;

use memchr::memmem;
use serde_json::{Map, Value};

/// A form as it was sent; hostile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// Its fields in their order.
    pub fields: Vec<FormField>,
    /// Whether all of it was read: false if a part is broken, there are too many, or a name is too deep.
    pub complete: bool,
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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

/// Reads a form of this content type: `multipart/…` (RFC 7578, RFC 2046 §5.1), else `application/x-www-form-urlencoded` (WHATWG URL §5.1).
pub fn decode(content_type: &str, body: &[u8]) -> Form {
    match is_multipart(content_type) {
        true => match boundary(content_type) {
            Some(boundary) => multipart(&boundary, body),
            None => Form::default(),
        },
        false => url_encoded(body),
    }
}

/// Whether a content type is a multipart one.
pub fn is_multipart(content_type: &str) -> bool {
    let kind = content_type.trim_start().as_bytes();
    kind.len() >= 10 && kind[..10].eq_ignore_ascii_case(b"multipart/")
}

/// Pairs of `name=value`.
pub fn url_encoded(body: &[u8]) -> Form {
    let mut form = Form {
        fields: Vec::new(),
        complete: true,
    };
    for (name, value) in form_urlencoded::parse(body) {
        if form.fields.len() == MAX_FIELDS {
            form.complete = false;
            break;
        }
        form.fields.push(FormField {
            name: name.into_owned(),
            value: value.into_owned().into_bytes(),
            ..FormField::default()
        });
    }
    form
}

fn multipart(boundary: &str, body: &[u8]) -> Form {
    let mut form = Form::default();
    let delimiter = format!("--{boundary}");
    let finder = memmem::Finder::new(&delimiter);
    // What stands before the first delimiter is a preamble; a delimiter is at the beginning of a line (RFC 2046 §5.1.1).
    let Some(mut rest) = finder.find(body).map(|at| &body[at + delimiter.len()..]) else {
        return form;
    };
    loop {
        if rest.starts_with(b"--") {
            form.complete = true;
            return form;
        }
        if form.fields.len() == MAX_FIELDS {
            return form;
        }
        let Some(end) = next_delimiter(&finder, rest) else {
            // It never ends: what there is of the last part is one all the same.
            form.fields.extend(part(rest));
            return form;
        };
        match part(&rest[..end]) {
            Some(field) => form.fields.push(field),
            None => return form,
        }
        let start = end
            + rest[end..]
                .iter()
                .take_while(|byte| matches!(byte, b'\r' | b'\n'))
                .count();
        rest = &rest[start + delimiter.len()..];
    }
}

/// Where the line break before the next delimiter begins.
fn next_delimiter(finder: &memmem::Finder<'_>, rest: &[u8]) -> Option<usize> {
    finder.find_iter(rest).find_map(|at| match &rest[..at] {
        [.., b'\r', b'\n'] => Some(at - 2),
        [.., b'\n'] => Some(at - 1),
        _ => None,
    })
}

/// One part, from the line break behind its delimiter.
fn part(bytes: &[u8]) -> Option<FormField> {
    // White space may stand behind a delimiter (RFC 2046 §5.1.1).
    let line = bytes.iter().position(|byte| *byte == b'\n')?;
    let bytes = &bytes[line + 1..];
    let crlf = memmem::find(bytes, b"\r\n\r\n").map(|at| (at, at + 4));
    let lf = memmem::find(bytes, b"\n\n").map(|at| (at, at + 2));
    let (end, start) = match (crlf, lf) {
        (Some(one), Some(other)) => one.min(other),
        (one, other) => one.or(other)?,
    };
    let header = String::from_utf8_lossy(bytes.get(..end.min(MAX_HEADER))?);
    let field = |wanted: &str| {
        header.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim()
                .eq_ignore_ascii_case(wanted)
                .then(|| value.trim().to_owned())
        })
    };
    let disposition = field("content-disposition");
    Some(FormField {
        // A part of a `multipart/mixed` body has no name.
        name: disposition
            .as_deref()
            .and_then(|it| parameter(it, "name"))
            .unwrap_or_default(),
        file: disposition.as_deref().and_then(|it| parameter(it, "filename")),
        media_type: field("content-type"),
        value: bytes[start..].to_vec(),
    })
}

/// The boundary of a content type.
fn boundary(content_type: &str) -> Option<String> {
    parameter(content_type, "boundary").filter(|it| !it.is_empty() && it.len() <= MAX_BOUNDARY)
}

/// A parameter of a header field's value (RFC 2045 §5.1), quoted or not.
pub fn parameter(value: &str, wanted: &str) -> Option<String> {
    let mut rest = value;
    while let Some((_, parameters)) = rest.split_once(';') {
        let (name, behind) = parameters.split_once('=')?;
        let quoted = behind.trim_start().strip_prefix('"');
        let (text, behind) = match quoted {
            Some(text) => unquote(text),
            None => {
                let end = behind.find(';').unwrap_or(behind.len());
                (behind[..end].trim().to_owned(), &behind[end..])
            }
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(text);
        }
        rest = behind;
    }
    None
}

/// What stands up to the closing quote, and what comes behind it.
fn unquote(text: &str) -> (String, &str) {
    let mut plain = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (plain, &text[at + 1..]),
            '\\' => plain.extend(chars.next().map(|(_, c)| c)),
            c => plain.push(c),
        }
    }
    (plain, "")
}

impl Form {
    /// One object: a repeated name is an array; files, and parts without a name, are left out.
    pub fn flat(&self) -> Value {
        let mut object: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for field in self.fields.iter().filter(|it| it.file.is_none() && !it.name.is_empty()) {
            let values = object.entry(&field.name).or_default();
            values.push(field.text().into_owned().into());
        }
        let fields = object
            .into_iter()
            .map(|(name, values)| (name.to_owned(), one_or_array(values)));
        Value::Object(fields.collect())
    }

    /// The shape of the AWS query protocol: `Destination.ToAddresses.member.1=a%40b.example` is an array of one text under
    /// `Destination.ToAddresses`. `None` if a name is deeper than any API has.
    pub fn nested(&self) -> Option<Value> {
        let mut root = Node::default();
        for field in &self.fields {
            if field.name.split('.').count() > MAX_DEPTH {
                return None;
            }
            let mut node = &mut root;
            for step in field.name.split('.') {
                node = node.children.entry(step.to_owned()).or_default();
            }
            node.values.push(field.text().into_owned().into());
        }
        Some(root.into_value())
    }
}

fn one_or_array(mut values: Vec<Value>) -> Value {
    match values.len() {
        1 => values.remove(0),
        _ => Value::Array(values),
    }
}

/// A field while the form is being read; its depth is at most [`MAX_DEPTH`].
#[derive(Default)]
struct Node {
    values: Vec<Value>,
    children: BTreeMap<String, Node>,
}

impl Node {
    fn into_value(mut self) -> Value {
        if self.values.is_empty()
            && self.children.len() == 1
            && let Some(members) = self.children.remove("member")
        {
            let mut elements: Vec<(u64, Node)> = members
                .children
                .into_iter()
                .map(|(key, node)| (key.parse().unwrap_or(u64::MAX), node))
                .collect();
            elements.sort_by_key(|(number, _)| *number);
            return Value::Array(elements.into_iter().map(|(_, node)| node.into_value()).collect());
        }
        if self.children.is_empty() {
            return one_or_array(self.values);
        }
        let fields: Map<String, Value> = self
            .children
            .into_iter()
            .map(|(name, node)| (name, node.into_value()))
            .collect();
        Value::Object(fields)
    }
}

/// The most recipients of any provider (SendGrid, 1,000), ten times over, with as many other fields.
const MAX_FIELDS: usize = 20_000;
/// The deepest name that Amazon SES has is `Destinations.member.N.Destination.ToAddresses.member.N`.
const MAX_DEPTH: usize = 12;
/// RFC 2046 §5.1.1 allows 70 characters; clients have been seen to take more.
const MAX_BOUNDARY: usize = 256;
/// Bytes of the header of one part.
const MAX_HEADER: usize = 16 << 10;

#[cfg(test)]
mod tests;
