//! Builds the arguments of a call from a tool's schema, and writes down what was asked for. Whom to send to is minted here, and nowhere
//! else: no address that a schema holds is used.

use serde_json::{Map, Value, json};
use waxseal_model::{ContentKind, Recipient, RecipientPlace, Requested, Sender};

use super::harvest::Harvest;
use super::part::{Part, words};
use super::schema::{Kind, Schema};
use crate::run::mint::Minted;

/// How the arguments of a call are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Variant {
    /// What is required.
    Required,
    /// That, and every part of an ordinary message.
    Message,
    /// Everything.
    Every,
    /// Every part of a message, with the words that the code looks out for.
    Words,
    /// Every part of a message, again.
    Again,
    /// Every part of a message, by a server that was started anew: with a clock that is ahead, and nothing set that need not be.
    Later,
    /// The same, with the words that the code looks out for.
    LaterWords,
}

impl Variant {
    /// Whether what is minted is about what the code looks out for.
    pub(super) fn is_wordy(self) -> bool {
        matches!(self, Self::Words | Self::LaterWords)
    }

    /// In words of ours.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Required => "required arguments",
            Self::Message => "every part of a message",
            Self::Every => "every optional argument",
            Self::Words => "words that the code looks out for",
            Self::Again => "every part of a message, again",
            Self::Later => "on a later day",
            Self::LaterWords => "words that the code looks out for, on a later day",
        }
    }
}

/// What the arguments of one call are made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Making<'m> {
    pub(super) tool: &'m str,
    pub(super) variant: Variant,
    pub(super) minted: &'m Minted,
    pub(super) harvest: &'m Harvest,
    /// A file that is there.
    pub(super) file: &'m str,
    /// Seconds since 1970.
    pub(super) now: i64,
}

/// The arguments, and what they ask for. `sends` is left as it is.
pub(super) fn build(schema: &Value, making: &Making<'_>) -> (Value, Requested) {
    let mut builder = Builder {
        schema: Schema::new(schema),
        making,
        left: MAX_VALUES,
        asked: Requested::default(),
    };
    let arguments = builder.object(schema, None, 0).unwrap_or_else(|| json!({}));
    (arguments, builder.asked)
}

struct Builder<'m, 's> {
    schema: Schema<'s>,
    making: &'m Making<'m>,
    /// Values that may still be made.
    left: usize,
    asked: Requested,
}

/// Where a value is to stand.
#[derive(Clone, Copy)]
struct Place<'p> {
    name: &'p str,
    part: Part,
    /// What the object or list around it is for.
    within: Option<Part>,
}

impl Builder<'_, '_> {
    fn value(&mut self, node: &Value, place: Place<'_>, depth: usize) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        if depth > MAX_DEPTH {
            return None;
        }
        let schema = self.schema;
        let node = schema.resolve(node)?;
        if let Some(fixed) = node.get("const") {
            return is_harmless(fixed).then(|| fixed.clone());
        }
        if let Some(choices) = node.get("enum").and_then(Value::as_array) {
            let fits = |it: &&Value| !it.is_null() && is_harmless(it);
            return choices.iter().take(MAX_CHOICES).find(fits).cloned();
        }
        match Schema::kind(node) {
            Kind::Object => self.object(node, Some(place), depth),
            Kind::Array => self.list(node, place, depth),
            Kind::Text => self.text(node, place),
            Kind::Whole | Kind::Number => Some(self.number(node, place)),
            Kind::Flag => Some(json!(FLAGS_SET.contains(&place.name.to_ascii_lowercase().as_str()))),
            Kind::Nothing => Some(Value::Null),
            Kind::Any => self.branch(node, place, depth),
        }
    }

    /// The first branch that can be made; a text where there is none.
    fn branch(&mut self, node: &Value, place: Place<'_>, depth: usize) -> Option<Value> {
        let schema = self.schema;
        let branches = schema.branches(node);
        if branches.is_empty() {
            if node.get("allOf").is_some() {
                return self.object(node, Some(place), depth);
            }
            return match place.part {
                Part::Values => Some(self.values()),
                _ => self.text(node, place),
            };
        }
        branches.iter().find_map(|it| self.value(it, place, depth + 1))
    }

    fn object(&mut self, node: &Value, place: Option<Place<'_>>, depth: usize) -> Option<Value> {
        let (properties, required) = self.schema.properties(node);
        if properties.is_empty() && place.is_some() {
            return Some(self.values());
        }
        let within = place.and_then(|it| {
            let known = it.part.is_mailbox() || it.part == Part::Attachment;
            if known { Some(it.part) } else { it.within }
        });
        let mut made = Map::new();
        for (name, property) in &properties {
            let description = property.get("description").and_then(Value::as_str).unwrap_or_default();
            let part = inside(within, Part::of(name, description));
            let wanted = required.contains(name)
                || match self.making.variant {
                    Variant::Required => false,
                    Variant::Every => true,
                    _ => part.is_of_message(),
                };
            if !wanted {
                continue;
            }
            let place = Place { name, part, within };
            if let Some(value) = self.value(property, place, depth + 1) {
                made.insert(name.clone(), value);
            }
        }
        Some(Value::Object(made))
    }

    fn list(&mut self, node: &Value, place: Place<'_>, depth: usize) -> Option<Value> {
        let least = node.get("minItems").and_then(Value::as_u64).unwrap_or(0).min(3);
        let two = place.part == Part::To && self.making.variant != Variant::Required;
        let most = node.get("maxItems").and_then(Value::as_u64).unwrap_or(u64::MAX);
        let wanted = least.max(if two { 2 } else { 1 }).min(most);
        let nothing = Value::Bool(true);
        let items = node.get("items").unwrap_or(&nothing);
        let mut made = Vec::new();
        if let Some(first) = node.get("prefixItems").and_then(Value::as_array) {
            for item in first.iter().take(MAX_ITEMS) {
                made.push(self.value(item, place, depth + 1)?);
            }
            return Some(Value::Array(made));
        }
        for _ in 0..wanted {
            made.push(self.value(items, place, depth + 1)?);
        }
        Some(Value::Array(made))
    }

    fn text(&mut self, node: &Value, place: Place<'_>) -> Option<Value> {
        let format = node.get("format").and_then(Value::as_str).unwrap_or_default();
        let part = match format {
            "email" | "idn-email" if !place.part.is_mailbox() => Part::Mailbox,
            "uri" | "url" | "uri-reference" | "iri" => Part::Url,
            "date-time" | "date" | "time" => Part::Time,
            "uuid" if !place.part.is_mailbox() => Part::Id,
            _ => place.part,
        };
        let text = self.wording(node, Place { part, ..place }, format)?;
        let most = node.get("maxLength").and_then(Value::as_u64).unwrap_or(u64::MAX);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        if text.chars().count() > most {
            if part.is_of_message() {
                return None;
            }
            return Some(json!(text.chars().take(most).collect::<String>()));
        }
        Some(json!(text))
    }

    fn wording(&mut self, node: &Value, place: Place<'_>, format: &str) -> Option<String> {
        let minted = self.making.minted;
        Some(match place.part {
            part if part.is_mailbox() => self.mailbox(part)?,
            Part::Subject => {
                self.asked.subject = Some(minted.subject.clone());
                minted.subject.clone()
            }
            Part::Text => self.content(ContentKind::Text, &minted.text),
            Part::Html => self.content(ContentKind::Html, &minted.html),
            Part::Attachment | Part::FilePath => {
                self.content(ContentKind::Attachment, &minted.file_name);
                self.making.file.to_owned()
            }
            Part::FileName => self.content(ContentKind::Attachment, &minted.file_name),
            Part::FileContent => {
                use base64::Engine as _;
                base64::engine::general_purpose::STANDARD.encode(&minted.file_content)
            }
            Part::Id => self.id(node, place.name, format),
            Part::Name => minted.name.clone(),
            Part::Url => format!("https://www.brightfield.example/{}", slug(&minted.file_name)),
            Part::Time => self.time(format),
            _ => match default(node) {
                Some(text) => text,
                None => minted.file_name.clone(),
            },
        })
    }

    /// The next mailbox for a place, each once.
    fn mailbox(&mut self, part: Part) -> Option<String> {
        let minted = self.making.minted;
        let (place, list) = match part {
            Part::To => (RecipientPlace::To, minted.to.as_slice()),
            Part::Cc => (RecipientPlace::Cc, minted.cc.as_slice()),
            Part::Bcc => (RecipientPlace::Bcc, minted.bcc.as_slice()),
            Part::ReplyTo => (RecipientPlace::ReplyTo, std::slice::from_ref(&minted.reply_to)),
            Part::From => {
                let sender = Sender {
                    mailbox: minted.from.clone(),
                    place: "From".to_owned(),
                };
                if !self.asked.senders.contains(&sender) {
                    self.asked.senders.push(sender);
                }
                return Some(minted.from.clone());
            }
            // Somebody who is not written to, unless the tool does that with whoever it is given.
            _ => (RecipientPlace::To, minted.to.get(2..)?),
        };
        let given = |mailbox: &str| self.asked.recipients.iter().any(|it| it.mailbox == mailbox);
        let mailbox = list.iter().find(|it| !given(it)).or_else(|| list.last())?.clone();
        let recipient = Recipient {
            mailbox: mailbox.clone(),
            place,
        };
        if !self.asked.recipients.contains(&recipient) {
            self.asked.recipients.push(recipient);
        }
        Some(mailbox)
    }

    fn content(&mut self, kind: ContentKind, text: &str) -> String {
        let content = (kind, text.to_owned());
        if !self.asked.contents.contains(&content) {
            self.asked.contents.push(content);
        }
        text.to_owned()
    }

    /// What the server has shown, else what it proposes, else something of that form.
    fn id(&self, node: &Value, name: &str, format: &str) -> String {
        let found = self.making.harvest.find(self.making.tool, name);
        let by_name = words(name).last().is_some_and(|it| it.ends_with("id") || it == "ids");
        let unknown = if format == "uuid" || by_name {
            UNKNOWN_ID
        } else {
            "default"
        };
        found.or_else(|| default(node)).unwrap_or_else(|| unknown.to_owned())
    }

    fn time(&self, format: &str) -> String {
        // Soon enough for every service that accepts a time at all, and late enough to lie ahead.
        let at = jiff::Timestamp::from_second(self.making.now + HOUR).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let text = at.to_string();
        match format {
            "date" => text.get(..10).unwrap_or_default().to_owned(),
            "time" => text.get(11..).unwrap_or_default().to_owned(),
            _ => text,
        }
    }

    fn number(&self, node: &Value, place: Place<'_>) -> Value {
        if place.part == Part::Id
            && let Some(id) = self.making.harvest.find(self.making.tool, place.name)
            && let Ok(number) = id.parse::<u64>()
        {
            return json!(number);
        }
        let bound = |name: &str| {
            node.get(name)
                .and_then(Value::as_f64)
                .filter(|it| it.abs() < MAX_NUMBER)
        };
        let least = bound("minimum").or_else(|| bound("exclusiveMinimum").map(|it| it + 1.0));
        let most = bound("maximum").or_else(|| bound("exclusiveMaximum").map(|it| it - 1.0));
        let wanted = if place.part == Part::Count { 10.0 } else { 1.0 };
        let value = most.map_or(wanted, |most| most.min(wanted));
        let value = least.map_or(value, |least| least.max(value));
        if value.fract() == 0.0 {
            #[expect(clippy::cast_possible_truncation, reason = "bounded by MAX_NUMBER")]
            return json!(value as i64);
        }
        json!(value)
    }

    /// Something under names of one's own.
    fn values(&mut self) -> Value {
        let minted = self.making.minted;
        json!({ "name": minted.name, "reference": minted.file_name })
    }
}

/// What a part is for inside of another: the address of a recipient is a recipient.
fn inside(within: Option<Part>, part: Part) -> Part {
    match (within, part) {
        (Some(outer), Part::Mailbox) if outer.is_mailbox() => outer,
        (Some(Part::Attachment), Part::Name) => Part::FileName,
        (Some(Part::Attachment), Part::Text | Part::Values) => Part::FileContent,
        (_, part) => part,
    }
}

/// What a schema proposes, unless it may be somebody's address.
fn default(node: &Value) -> Option<String> {
    let text = node.get("default")?.as_str()?;
    let fits = !text.is_empty() && text.len() <= MAX_DEFAULT && is_harmless(&json!(text));
    fits.then(|| text.to_owned())
}

/// No address is in it, and it is small.
fn is_harmless(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.contains('@') && !text.contains("://") && text.len() <= MAX_DEFAULT,
        Value::Array(_) | Value::Object(_) => false,
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

fn slug(name: &str) -> &str {
    name.strip_suffix(".txt").unwrap_or(name)
}

/// The id of nothing, in the form that most services give theirs.
const UNKNOWN_ID: &str = "3f2b8c1e-5d47-4a69-9c0e-7b1d2a4f6e85";
/// Values of one call.
const MAX_VALUES: usize = 500;
const MAX_DEPTH: usize = 8;
const MAX_ITEMS: usize = 8;
const MAX_CHOICES: usize = 1_000;
const MAX_DEFAULT: usize = 64;
/// Every whole number below is exact.
const MAX_NUMBER: f64 = 9e15;
const HOUR: i64 = 3_600;
/// Flags that a tool does nothing without.
const FLAGS_SET: [&str; 4] = ["confirm", "confirmed", "force", "enabled"];
