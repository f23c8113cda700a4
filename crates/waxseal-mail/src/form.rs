//! The two form encodings that provider APIs take beside JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;

use thiserror::Error;

use crate::fields::Fields;

/// Why a form could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FormError {
    /// More fields than any message has.
    #[error("the form holds more than {MAX_FIELDS} fields")]
    TooManyFields,
    /// A field name with more dots than any API has.
    #[error("a field of the form is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// A part of a multipart form has no end, no empty line after its header, or no name.
    #[error("a part of the form is broken")]
    BrokenPart,
}

/// Reads `application/x-www-form-urlencoded` in the shape of the AWS query protocol:
/// `Destination.ToAddresses.member.1=a%40b.example` is a list of one text under `Destination.ToAddresses`.
pub fn decode_urlencoded(body: &str) -> Result<Fields<'static>, FormError> {
    let mut root = Node::default();
    for (count, pair) in body.split('&').filter(|pair| !pair.is_empty()).enumerate() {
        if count == MAX_FIELDS {
            return Err(FormError::TooManyFields);
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode_percent(name);
        if name.split('.').count() > MAX_DEPTH {
            return Err(FormError::TooDeep);
        }
        let mut node = &mut root;
        for step in name.split('.') {
            node = node.children.entry(step.to_owned()).or_default();
        }
        node.values.push(decode_percent(value));
    }
    Ok(root.into_fields())
}

/// Reads `multipart/form-data` (RFC 7578), given the boundary of its content type. A repeated name becomes a list;
/// the content of a file is read as text.
pub fn decode_multipart(boundary: &str, body: &str) -> Result<Fields<'static>, FormError> {
    let mut names: BTreeMap<String, Vec<Fields<'static>>> = BTreeMap::new();
    let delimiter = format!("--{boundary}");
    let mut parts = body.split(delimiter.as_str());
    // What stands before the first delimiter is a preamble.
    parts.next().ok_or(FormError::BrokenPart)?;
    let mut ended = false;
    for (count, part) in parts.enumerate() {
        if part.starts_with("--") {
            ended = true;
            break;
        }
        if count == MAX_FIELDS {
            return Err(FormError::TooManyFields);
        }
        let part = part.strip_prefix("\r\n").ok_or(FormError::BrokenPart)?;
        let (header, value) = part.split_once("\r\n\r\n").ok_or(FormError::BrokenPart)?;
        let value = value.strip_suffix("\r\n").ok_or(FormError::BrokenPart)?;
        let name = part_name(header).ok_or(FormError::BrokenPart)?;
        names
            .entry(name)
            .or_default()
            .push(Fields::Text(Cow::Owned(value.to_owned())));
    }
    if !ended {
        return Err(FormError::BrokenPart);
    }
    let object = names
        .into_iter()
        .map(|(name, values)| (Cow::Owned(name), one_or_list(values)));
    Ok(Fields::Object(object.collect()))
}

/// The `name` parameter of a part's `Content-Disposition`.
fn part_name(header: &str) -> Option<String> {
    let line = header.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let start = line
        .match_indices("name=\"")
        .find(|(at, _)| line[..*at].ends_with([' ', ';', '\t']))?
        .0;
    let rest = &line[start + "name=\"".len()..];
    Some(rest[..rest.find('"')?].to_owned())
}

fn one_or_list(mut values: Vec<Fields<'static>>) -> Fields<'static> {
    match values.len() {
        1 => values.remove(0),
        _ => Fields::List(values),
    }
}

/// A field while the form is being read; its depth is at most [`MAX_DEPTH`].
#[derive(Default)]
struct Node {
    values: Vec<String>,
    children: BTreeMap<String, Node>,
}

impl Node {
    fn into_fields(mut self) -> Fields<'static> {
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
            return Fields::List(elements.into_iter().map(|(_, node)| node.into_fields()).collect());
        }
        if self.children.is_empty() {
            return one_or_list(
                self.values
                    .into_iter()
                    .map(|value| Fields::Text(Cow::Owned(value)))
                    .collect(),
            );
        }
        Fields::Object(
            self.children
                .into_iter()
                .map(|(name, node)| (Cow::Owned(name), node.into_fields()))
                .collect(),
        )
    }
}

/// Percent-encoding with `+` for a space; a broken escape stays as it is.
fn decode_percent(text: &str) -> String {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, tail @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high * 16 + low);
                    rest = tail;
                }
                _ => bytes.push(b'%'),
            },
            _ => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The most recipients of any provider (SendGrid, 1,000), ten times over, with as many other fields.
const MAX_FIELDS: usize = 20_000;
/// The deepest name that Amazon SES has is `Destinations.member.N.Destination.ToAddresses.member.N`.
const MAX_DEPTH: usize = 12;

#[cfg(test)]
mod tests;
