//! The recipients in a message, found by the paths of a provider's table.

use std::borrow::Cow;

use waxseal_model::{FieldPlace, FieldSpec, Mailbox, RecipientPlace};

use crate::address::parse_list;
use crate::message::header_fields;
use crate::providers::FORWARD;

/// A decoded request body, whatever it was encoded in. Whoever builds one bounds its depth; nothing here recurses deeper
/// than a path of the table is long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fields<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Fields<'a>>),
    /// An object, in the order written, repeated names included.
    Object(Vec<(Cow<'a, str>, Fields<'a>)>),
    /// A number, a truth value or nothing.
    Other,
}

impl<'a> From<&'a serde_json::Value> for Fields<'a> {
    fn from(value: &'a serde_json::Value) -> Self {
        match value {
            serde_json::Value::String(text) => Self::Text(Cow::Borrowed(text)),
            serde_json::Value::Array(elements) => Self::List(elements.iter().map(Self::from).collect()),
            serde_json::Value::Object(fields) => Self::Object(
                fields
                    .iter()
                    .map(|(name, value)| (Cow::Borrowed(name.as_str()), Self::from(value)))
                    .collect(),
            ),
            _ => Self::Other,
        }
    }
}

/// A mailbox and the place it was found in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Recipient {
    /// Who.
    pub mailbox: Mailbox,
    /// Where it says so.
    pub place: RecipientPlace,
}

/// What [`collect`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipients {
    /// In the order of the table's paths, then of the message; duplicates included.
    pub recipients: Vec<Recipient>,
    /// Whether every value at every path was read: false if one holds something that is no mailbox, or a limit was met.
    pub complete: bool,
}

/// The recipients that a message names at these paths. An array of messages gives those of each.
pub fn collect(message: &Fields<'_>, specs: &[FieldSpec]) -> Recipients {
    let mut search = Search {
        found: Recipients {
            recipients: Vec::new(),
            complete: true,
        },
        steps: 0,
    };
    let messages = match message {
        Fields::List(messages) => messages.as_slice(),
        one => std::slice::from_ref(one),
    };
    for message in messages {
        for spec in specs {
            search.walk(
                message,
                Some(spec.path),
                Place {
                    own: spec.place,
                    named: None,
                },
            );
        }
    }
    search.found
}

/// The place of the value that a path has led to so far.
#[derive(Clone, Copy)]
struct Place {
    /// The place in the table.
    own: FieldPlace,
    /// A name in the path was met, and this is what it decides.
    named: Option<Option<FieldPlace>>,
}

struct Search {
    found: Recipients,
    steps: usize,
}

impl Search {
    /// Follows a path from a value; no path left means the value is what was looked for.
    fn walk(&mut self, value: &Fields<'_>, path: Option<&str>, place: Place) {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            self.found.complete = false;
            return;
        }
        let Some(path) = path else {
            return self.read_all(value, place);
        };
        let Fields::Object(fields) = value else { return };
        let (step, rest) = match path.split_once('.') {
            Some((step, rest)) => (step, Some(rest)),
            None => (path, None),
        };
        if let Some(prefix) = step.strip_suffix('*') {
            for (name, value) in fields {
                if let Some(header) = strip_prefix_ignoring_case(name, prefix) {
                    self.walk(
                        value,
                        rest,
                        Place {
                            named: Some(FieldPlace::of_header(header)),
                            ..place
                        },
                    );
                }
            }
            return;
        }
        let (wanted, key) = match step.split_once('[') {
            Some((wanted, key)) => (wanted, Some(key.trim_end_matches(']'))),
            None => (step, None),
        };
        for (name, value) in fields {
            if name != wanted {
                continue;
            }
            let elements = match (key, value) {
                (Some(_), Fields::List(elements)) => elements.as_slice(),
                _ => std::slice::from_ref(value),
            };
            for element in elements {
                let place = match key {
                    Some(key) if !key.is_empty() => Place {
                        named: Some(named_place(element, key)),
                        ..place
                    },
                    _ => place,
                };
                self.walk(element, rest, place);
            }
        }
    }

    /// Reads a text, or each text of an array.
    fn read_all(&mut self, value: &Fields<'_>, place: Place) {
        match value {
            Fields::Text(text) => self.read(text, place),
            Fields::List(elements) => {
                for element in elements {
                    if let Fields::Text(text) = element {
                        self.read(text, place);
                    }
                }
            }
            Fields::Object(_) | Fields::Other => {}
        }
    }

    fn read(&mut self, text: &str, place: Place) {
        match (place.named, place.own) {
            (Some(Some(named)), _) => self.read_list(text, named),
            (Some(None), FieldPlace::Header("*")) => {}
            (None, FieldPlace::Header("*")) => {
                let header = header_fields(text);
                self.found.complete &= header.complete;
                for (name, value) in &header.fields {
                    if let Some(place) = FieldPlace::of_header(name) {
                        self.read_list(value, place);
                    }
                }
            }
            // An order such as `forward("a@b.example")` or a bare address.
            (_, FORWARD) => {
                let found = Mailbox::find_all(text, MAX_RECIPIENTS);
                self.extend(found, FORWARD);
            }
            (_, own) => self.read_list(text, own),
        }
    }

    fn read_list(&mut self, text: &str, place: FieldPlace) {
        let list = parse_list(text);
        self.found.complete &= list.complete;
        self.extend(list.mailboxes, place);
    }

    fn extend(&mut self, mailboxes: Vec<Mailbox>, place: FieldPlace) {
        for mailbox in mailboxes {
            if self.found.recipients.len() == MAX_RECIPIENTS {
                self.found.complete = false;
                return;
            }
            self.found.recipients.push(Recipient {
                mailbox,
                place: place.place(),
            });
        }
    }
}

/// What the field `key` of an element says about its place.
fn named_place(element: &Fields<'_>, key: &str) -> Option<FieldPlace> {
    let Fields::Object(fields) = element else { return None };
    fields
        .iter()
        .find(|(name, _)| name == key)
        .and_then(|(_, value)| match value {
            Fields::Text(name) => FieldPlace::of_header(name),
            _ => None,
        })
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// Ten times the most recipients that any provider takes in one request (SendGrid, 1,000).
const MAX_RECIPIENTS: usize = 10_000;
/// Enough for that many recipients in objects of objects under a hundred paths.
const MAX_STEPS: usize = 2_000_000;

#[cfg(test)]
mod tests;
