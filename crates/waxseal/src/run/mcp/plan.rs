//! Which tools are called, in which order and how: what only reads comes first, since it shows ids; then what sends; what removes comes last.

use std::collections::BTreeSet;

use serde_json::Value;
use waxseal_mail::api::inbox::{LETTERS, OWNER};
use waxseal_model::{Recipient, RecipientPlace};

use super::arguments::Variant;
use super::part::{Part, words};
use super::schema::Schema;

/// A tool, as it was listed. Hostile.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) schema: Value,
}

/// When a tool is called. The order counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    /// It only reads, and needs nothing.
    Lists,
    /// It only reads.
    Reads,
    /// It hands over a message.
    Sends,
    /// It does something else.
    Does,
    /// It hands over what was made before.
    SendsWhatIsThere,
    /// It takes something away.
    Removes,
}

/// One call that is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Planned {
    /// Which tool of the list.
    pub(super) tool: usize,
    pub(super) variant: Variant,
    pub(super) turn: Turn,
    /// Its number: made from the tool's name and the variant, so that it is the same in another release.
    pub(super) number: u32,
}

/// When a server is used: as it is first started, or as it is started anew on a later day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    Today,
    Later,
}

/// All calls in the order they are to be made.
pub(super) fn plan(tools: &[Listed], day: Day) -> Vec<Planned> {
    let mut order: Vec<usize> = (0..tools.len()).collect();
    order.sort_by(|a, b| tools[*a].name.cmp(&tools[*b].name));
    let mut taken = BTreeSet::new();
    let mut calls = Vec::new();
    for idx in order {
        let tool = &tools[idx];
        for &variant in variants(tool, day) {
            let mut number = number(&tool.name, variant);
            while !taken.insert(number) {
                number += 1;
            }
            calls.push(Planned {
                tool: idx,
                variant,
                turn: turn(tool),
                number,
            });
        }
    }
    // Sorted by name and variant before: what is equal stays so.
    // What needs the id of something waits for what may show it.
    calls.sort_by_key(|it| (it.turn, needs_an_id(&tools[it.tool])));
    calls
}

/// Whether it is meant to hand a message over to be sent, as far as its name and its arguments say: `send_event` sends, but no mail.
pub(super) fn sends(tool: &Listed) -> bool {
    let words = words(&tool.name);
    let first = words.first().cloned().unwrap_or_default();
    let now = has(&first, &AT_ONCE) || (has(&tool.name, &SENDING) && !has(&tool.name, &LATER));
    let mail = writes(&parts(tool)) || words.len() == 1 || has(&tool.name, &MAIL);
    now && mail && matches!(turn(tool), Turn::Sends | Turn::SendsWhatIsThere)
}

/// Whether there is somebody to write to, and something to write.
fn writes(parts: &[Part]) -> bool {
    let says = |it: &Part| matches!(it, Part::Subject | Part::Text | Part::Html);
    parts.contains(&Part::To) && parts.iter().any(says)
}

fn turn(tool: &Listed) -> Turn {
    let parts = parts(tool);
    let writes = writes(&parts);
    let first = words(&tool.name).into_iter().next().unwrap_or_default();
    if has(&tool.name, &REMOVING) {
        Turn::Removes
    } else if has(&first, &READING) {
        match required(tool).is_empty() {
            true => Turn::Lists,
            false => Turn::Reads,
        }
    } else if writes || (has(&tool.name, &SENDING) && is_message(&parts)) {
        Turn::Sends
    } else if has(&tool.name, &SENDING) {
        Turn::SendsWhatIsThere
    } else {
        Turn::Does
    }
}

fn is_message(parts: &[Part]) -> bool {
    parts.iter().any(|it| matches!(it, Part::To | Part::Subject)) || parts.is_empty()
}

/// What sends is called often enough for what waits for the third message or the fifth.
fn variants(tool: &Listed, day: Day) -> &'static [Variant] {
    use Variant::{Again, Every, Later, LaterWords, Message, Required, Words};
    let optional = Schema::new(&tool.schema).properties(&tool.schema).0.len() > required(tool).len();
    match (turn(tool), day) {
        (Turn::Sends | Turn::SendsWhatIsThere, Day::Later) => &[Later, LaterWords],
        (_, Day::Later) => &[],
        (Turn::Sends | Turn::SendsWhatIsThere, _) if optional => &[Required, Message, Every, Words, Again, Again],
        (Turn::Sends | Turn::SendsWhatIsThere, _) => &[Required, Message, Words, Again, Again],
        _ => &[Required],
    }
}

/// What its arguments are for, those of the first list or object in it included.
fn parts(tool: &Listed) -> Vec<Part> {
    let schema = Schema::new(&tool.schema);
    let mut parts = Vec::new();
    let mut nodes = vec![tool.schema.clone()];
    for _ in 0..MAX_NODES {
        let Some(node) = nodes.pop() else {
            break;
        };
        for (name, property) in schema.properties(&node).0 {
            let description = property.get("description").and_then(Value::as_str).unwrap_or_default();
            parts.push(Part::of(&name, description));
            let items = property.get("items").unwrap_or(&property);
            if items.get("properties").is_some() {
                nodes.push(items.clone());
            }
        }
    }
    parts
}

fn required(tool: &Listed) -> Vec<String> {
    Schema::new(&tool.schema).properties(&tool.schema).1
}

fn needs_an_id(tool: &Listed) -> bool {
    let required = required(tool);
    required
        .iter()
        .any(|name| words(name).last().is_some_and(|it| matches!(it.as_str(), "id" | "ids")))
}

fn has(name: &str, wanted: &[&str]) -> bool {
    words(name).iter().any(|word| wanted.contains(&word.as_str()))
}

/// Who wrote the letters of the room's inbox, and who got them, for what answers a message or sends what is there: in no place that delivers,
/// since they may get mail, and need not.
pub(super) fn correspondents(tool: &Listed) -> Vec<Recipient> {
    let answers = has(&tool.name, &["reply", "respond", "answer"]);
    if !answers && turn(tool) != Turn::SendsWhatIsThere {
        return Vec::new();
    }
    let all = LETTERS.iter().map(|letter| letter.from).chain([OWNER]);
    let one = |mailbox: &str| Recipient {
        mailbox: mailbox.to_owned(),
        place: RecipientPlace::Header("of a message that was there".to_owned()),
    };
    all.map(one).collect()
}

/// FNV-1a over the name and the variant, of nine digits.
fn number(name: &str, variant: Variant) -> u32 {
    let bytes = name.bytes().chain([0]).chain(variant.id().bytes());
    let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    FIRST + hash % (LAST - FIRST)
}

const FIRST: u32 = 100_000_000;
const LAST: u32 = 999_990_000;
/// Objects of one schema that are looked into.
const MAX_NODES: usize = 16;
pub(super) const READING: [&str; 15] = [
    "list", "get", "read", "search", "find", "show", "check", "describe", "fetch", "view", "count", "query", "status",
    "lookup", "whoami",
];
const SENDING: [&str; 12] = [
    "send",
    "reply",
    "forward",
    "deliver",
    "submit",
    "broadcast",
    "notify",
    "invite",
    "resend",
    "mail",
    "schedule",
    "draft",
];
/// These send, whatever else the name says.
const AT_ONCE: [&str; 4] = ["send", "reply", "forward", "deliver"];
/// What is mail, and what becomes of mail.
const MAIL: [&str; 22] = [
    "email",
    "emails",
    "mail",
    "mails",
    "message",
    "messages",
    "draft",
    "drafts",
    "reply",
    "replies",
    "forward",
    "template",
    "templates",
    "templated",
    "broadcast",
    "broadcasts",
    "newsletter",
    "campaign",
    "invite",
    "invitation",
    "batch",
    "bulk",
];
/// These do not send at once.
const LATER: [&str; 6] = ["draft", "schedule", "scheduled", "template", "create", "update"];
const REMOVING: [&str; 12] = [
    "delete",
    "remove",
    "cancel",
    "revoke",
    "destroy",
    "purge",
    "unsubscribe",
    "trash",
    "clear",
    "disconnect",
    "archive",
    "reset",
];
