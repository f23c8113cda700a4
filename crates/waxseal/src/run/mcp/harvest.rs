//! Ids that a server's answers hold: of accounts, templates, messages. Never addresses.

use serde_json::Value;

use super::part::words;
use super::plan::READING;

/// What answers have held so far.
#[derive(Debug, Default)]
pub(super) struct Harvest {
    found: Vec<Found>,
}

#[derive(Debug)]
struct Found {
    /// The words of the tool that answered: `list`, `accounts`.
    tool: Vec<String>,
    /// The words of the name it stood under.
    key: Vec<String>,
    value: String,
}

impl Harvest {
    /// Takes what an answer holds.
    pub(super) fn take(&mut self, tool: &str, reply: &str) {
        let tool = words(tool);
        match serde_json::from_str::<Value>(reply) {
            Ok(value) => self.walk(&tool, "", &value, 0),
            Err(_) => self.lines(&tool, reply),
        }
    }

    /// Takes what an error says would have been right: `account must be one of: default, work`.
    pub(super) fn take_error(&mut self, tool: &str, said: &str) {
        let tool = words(tool);
        let lower = said.to_ascii_lowercase();
        let Some(at) = CHOICES
            .iter()
            .filter_map(|it| lower.find(it).map(|at| at + it.len()))
            .min()
        else {
            return;
        };
        let rest = said.get(at..).unwrap_or_default();
        for word in rest
            .split(|c: char| !(c.is_alphanumeric() || "-_.@/".contains(c)))
            .take(MAX_WORDS)
        {
            self.keep(&tool, "", word);
        }
    }

    /// What fits an argument of a tool best: the first that was shown, or the last that was made for just that, as a draft is for
    /// `send_draft`.
    pub(super) fn find(&self, tool: &str, argument: &str) -> Option<String> {
        let mut wanted = words(argument);
        let is_id = wanted.last().is_some_and(|it| ID.contains(&it.as_str()));
        if is_id && wanted.len() > 1 {
            wanted.pop();
        } else if is_id {
            // `id` alone is that of what the tool is about: of a draft for `send_draft`.
            wanted = words(tool).into_iter().skip(1).collect();
        }
        let wanted: Vec<String> = wanted.iter().map(|it| singular(it)).collect();
        let rank = |found: &Found| -> Option<u8> {
            let key: Vec<String> = found.key.iter().map(|it| singular(it)).collect();
            let about = |words: &[String]| wanted.iter().any(|it| words.iter().any(|word| singular(word) == *it));
            let key_is_id = key.last().is_some_and(|it| ID.contains(&it.as_str()));
            if key.len() > 1 && key_is_id && about(&key) || key == wanted {
                Some(0)
            } else if about(&found.tool) && key_is_id {
                Some(1)
            } else if about(&found.tool) && key.last().is_some_and(|it| NAMES.contains(&it.as_str())) {
                Some(2)
            } else if key.is_empty() && found.tool == words(tool) {
                Some(3)
            } else {
                None
            }
        };
        let tool = words(tool);
        let made = |found: &Found| {
            let first = |words: &[String], known: &[&str]| words.first().is_some_and(|it| known.contains(&it.as_str()));
            let makes = !first(&found.tool, &READING) && !first(&found.tool, &HANDING);
            makes && first(&tool, &HANDING) && tool.len() > 1 && found.tool.get(1..) == tool.get(1..)
        };
        let order = |idx: usize, it: &Found| if made(it) { 0 } else { idx + 1 };
        let best = self.found.iter().enumerate();
        let best = best.rev().filter_map(|(idx, it)| Some((rank(it)?, order(idx, it), it)));
        best.min_by_key(|(rank, order, _)| (*rank, *order))
            .map(|(_, _, it)| it.value.clone())
    }

    fn walk(&mut self, tool: &[String], key: &str, value: &Value, depth: usize) {
        if depth > MAX_DEPTH || self.found.len() >= MAX_FOUND {
            return;
        }
        match value {
            Value::Object(fields) => {
                for (name, value) in fields.iter().take(MAX_FIELDS) {
                    self.walk(tool, name, value, depth + 1);
                }
            }
            Value::Array(items) => {
                for item in items.iter().take(MAX_FIELDS) {
                    self.walk(tool, key, item, depth + 1);
                }
            }
            Value::String(text) if is_key(key) => self.keep(tool, key, text),
            Value::Number(number) if is_key(key) => self.keep(tool, key, &number.to_string()),
            _ => {}
        }
    }

    /// `ID: 4711`, `"id": "4711"`, `name = default`, line by line.
    fn lines(&mut self, tool: &[String], reply: &str) {
        for line in reply.lines().take(MAX_LINES) {
            let mut rest = line;
            for _ in 0..MAX_PAIRS {
                let Some(at) = rest.find([':', '=']) else {
                    break;
                };
                let (before, after) = rest.split_at(at);
                let after = after.get(1..).unwrap_or_default();
                let mut name = before.rsplit(|c: char| !(c.is_alphanumeric() || "_-".contains(c)));
                let name = name.find(|it| !it.is_empty()).unwrap_or_default();
                let value = after.trim_start_matches(|c: char| c.is_whitespace() || "\"'`*".contains(c));
                let end = value.find(|c: char| c.is_whitespace() || "\"'`,;)]}*".contains(c));
                if is_key(name) {
                    self.keep(tool, name, value.get(..end.unwrap_or(value.len())).unwrap_or_default());
                }
                rest = after;
            }
            // What a list numbers its entries by: `[17] …`, `#17 …`.
            let numbered = line.trim_start();
            if let Some(rest) = numbered.strip_prefix(['[', '#']) {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || "-_".contains(c)));
                self.keep(tool, "id", rest.get(..end.unwrap_or(rest.len())).unwrap_or_default());
            }
            // What a list puts first in its line, marked or quoted: `- **default**`, `• "default" (…)`.
            let marked = line.trim_start_matches(|c: char| c.is_whitespace() || "-*•📧".contains(c) || c.is_numeric());
            if marked.len() < line.len() {
                let end = marked.find(|c: char| !(c.is_alphanumeric() || "-_".contains(c)));
                self.keep(
                    tool,
                    "name",
                    marked.get(..end.unwrap_or(marked.len())).unwrap_or_default(),
                );
            }
        }
    }

    fn keep(&mut self, tool: &[String], key: &str, value: &str) {
        let fits = |c: char| c.is_alphanumeric() || "-_./:+= ".contains(c);
        // Never an address, and nothing that could hold one.
        if self.found.len() < MAX_FOUND && (1..=MAX_VALUE).contains(&value.len()) && value.chars().all(fits) {
            self.found.push(Found {
                tool: tool.to_vec(),
                key: words(key),
                value: value.to_owned(),
            });
        }
    }
}

/// Whether something of this name names something.
fn is_key(name: &str) -> bool {
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    ID.contains(&last) || NAMES.contains(&last)
}

fn singular(word: &str) -> String {
    word.strip_suffix('s').unwrap_or(word).to_owned()
}

/// Words for handing over what was made before.
const HANDING: [&str; 4] = ["send", "deliver", "submit", "publish"];
const ID: [&str; 5] = ["id", "ids", "uid", "uuid", "key"];
const NAMES: [&str; 6] = ["name", "alias", "slug", "account", "mailbox", "path"];
const CHOICES: [&str; 5] = ["one of", "available", "valid values", "expected", "options"];
const MAX_FOUND: usize = 5_000;
const MAX_FIELDS: usize = 500;
const MAX_DEPTH: usize = 12;
const MAX_LINES: usize = 2_000;
const MAX_PAIRS: usize = 16;
const MAX_WORDS: usize = 32;
const MAX_VALUE: usize = 128;
