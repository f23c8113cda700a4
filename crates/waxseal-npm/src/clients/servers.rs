//! Finds the servers in a configuration.

use std::path::Path;

use waxseal_model::PlaceProblem;

use super::document::{Document, Node, Value};
use super::launch::{Launch, parse};
use super::table::Client;
use super::{Server, Servers, script};

/// Reads every server of a file.
pub(super) fn read(client: &'static Client, path: &Path, bytes: &[u8]) -> Servers {
    let mut found = Servers::default();
    match Document::read(path, bytes) {
        Ok(document) => {
            for entry in entries(client, &document, &mut found.problems) {
                let mut server = entry.server(client, &document);
                if let Launch::Script(file) = &server.launch {
                    server.owner = script::owner_of(file, path);
                }
                found.servers.push(server);
            }
            if found.servers.len() >= MAX_SERVERS {
                found.problems.push(problem("", "it holds more servers than are read"));
            }
        }
        Err(reason) => found.problems.push(problem("", reason)),
    }
    found
}

/// An entry that starts something, and the nodes that say what.
pub(super) struct Entry<'d> {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) node: &'d Node,
    /// The text that is the command.
    pub(super) command: Option<&'d Node>,
    /// The texts that are its arguments.
    pub(super) arguments: Vec<&'d Node>,
    url: Option<&'d Node>,
    unclear: Option<&'static str>,
}

/// Every entry of a document below the client's keys, in the order of the text.
pub(super) fn entries<'d>(client: &Client, document: &'d Document, problems: &mut Vec<PlaceProblem>) -> Vec<Entry<'d>> {
    let mut all: Vec<Entry<'d>> = Vec::new();
    for root in &document.roots {
        for keys in client.keys {
            below(client, root, keys, &mut Vec::new(), &mut all, problems);
        }
    }
    all.sort_by_key(|entry| entry.node.span.start);
    all.dedup_by_key(|entry| entry.node.span.start);
    all.truncate(MAX_SERVERS);
    all
}

fn below<'d>(
    client: &Client,
    node: &'d Node,
    keys: &[&str],
    path: &mut Vec<String>,
    all: &mut Vec<Entry<'d>>,
    problems: &mut Vec<PlaceProblem>,
) {
    if all.len() >= MAX_SERVERS {
        return;
    }
    if matches!(node.value, Value::Alias) {
        problems.push(problem(&path.join("."), ALIAS));
        return;
    }
    let Some((key, rest)) = keys.split_first() else {
        servers_in(client, node, path, all, problems);
        return;
    };
    let Value::Map(entries) = &node.value else { return };
    for (name, value) in entries {
        if *key == "*" || name == key {
            path.push(shortened(name));
            below(client, value, rest, path, all, problems);
            path.pop();
        } else if name == "<<" {
            problems.push(problem(&path.join("."), ALIAS));
        }
    }
}

/// A map from names to entries, or a list of entries that name themselves.
fn servers_in<'d>(
    client: &Client,
    node: &'d Node,
    path: &[String],
    all: &mut Vec<Entry<'d>>,
    problems: &mut Vec<PlaceProblem>,
) {
    let mut take = |name: &str, key: &str, node: &'d Node| {
        let whole = path
            .iter()
            .map(String::as_str)
            .chain([key])
            .collect::<Vec<_>>()
            .join(".");
        if matches!(node.value, Value::Alias) || name == "<<" {
            problems.push(problem(&whole, ALIAS));
        } else if all.len() < MAX_SERVERS {
            all.extend(entry(client, shortened(name), whole, node, path.is_empty()));
        }
    };
    match &node.value {
        Value::Map(entries) => entries
            .iter()
            .for_each(|(name, node)| take(name, &shortened(name), node)),
        Value::List(items) => {
            for (at, node) in items.iter().enumerate() {
                let name = node.get("name").and_then(Node::text).unwrap_or_default();
                take(name, &at.to_string(), node);
            }
        }
        _ => {}
    }
}

/// Reads what an entry says it starts. Where any value of the document may be meant, only one that starts something is an entry.
fn entry<'d>(client: &Client, name: String, path: String, node: &'d Node, anything: bool) -> Option<Entry<'d>> {
    let Value::Map(fields) = &node.value else { return None };
    // Older Continue writes the same below `transport`.
    let inner = node
        .get("transport")
        .filter(|it| matches!(it.value, Value::Map(_)))
        .unwrap_or(node);
    let mut entry = Entry {
        name,
        path,
        node,
        command: None,
        arguments: Vec::new(),
        url: URLS.iter().find_map(|key| inner.get(key)),
        unclear: None,
    };
    let mut arguments = inner.get("args");
    match inner.get(client.command).or_else(|| inner.get("command")) {
        Some(command) => match &command.value {
            Value::Text(_) => entry.command = Some(command),
            Value::List(items) => {
                entry.command = items.first();
                entry.arguments = items.iter().skip(1).collect();
            }
            // Older Zed: `"command": {"path": "npx", "args": []}`.
            Value::Map(_) => {
                entry.command = command.get("path");
                arguments = command.get("args").or(arguments);
            }
            Value::Word(_) | Value::Alias => entry.unclear = Some(NOT_TEXT),
        },
        None if entry.url.is_none() => {
            let built_in = ["source", "type", "settings", "enabled", "disabled"];
            let known = fields.iter().any(|(key, _)| built_in.contains(&key.as_str()));
            if anything || !known {
                return None;
            }
            entry.unclear = Some(OF_THE_CLIENT);
        }
        None => {}
    }
    match arguments.map(|it| &it.value) {
        Some(Value::List(items)) => entry.arguments.extend(items),
        Some(Value::Word(word)) if word == "null" || word.is_empty() => {}
        Some(_) => entry.unclear = Some(NOT_TEXT),
        None => {}
    }
    Some(entry)
}

impl Entry<'_> {
    /// What it starts.
    pub(super) fn launch(&self) -> Launch {
        if let Some(reason) = self.unclear {
            return Launch::Unclear(reason);
        }
        let Some(command) = self.command else {
            return match self.url {
                Some(url) => Launch::Remote(url.text().and_then(host)),
                None => Launch::Unclear(NOT_TEXT),
            };
        };
        let arguments = self.arguments.iter().map(|node| match &node.value {
            Value::Text(text) | Value::Word(text) => Some(text.clone()),
            _ => None,
        });
        match (command.text(), arguments.collect::<Option<Vec<String>>>()) {
            (Some(command), Some(arguments)) => parse(command, &arguments),
            _ => Launch::Unclear(NOT_TEXT),
        }
    }

    fn server(&self, client: &'static Client, document: &Document) -> Server {
        let says = |key: &str, wanted: bool| self.node.get(key).and_then(Node::flag) == Some(wanted);
        Server {
            name: self.name.clone(),
            path: self.path.clone(),
            client: client.name,
            launch: self.launch(),
            disabled: says("disabled", true) || says("enabled", false),
            line: document.line(self.node.span.start),
            owner: None,
        }
    }
}

/// The host and port of an address; nothing else of it.
fn host(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let host = url.host_str().filter(|host| !host.is_empty())?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

fn shortened(name: &str) -> String {
    name.chars().take(MAX_NAME).collect()
}

fn problem(path: &str, reason: &str) -> PlaceProblem {
    PlaceProblem {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

impl Launch {
    /// Why it could not be told what is started, so that any package may be behind it. An extension of the client itself is none.
    pub fn unread(&self) -> Option<&'static str> {
        match self {
            Self::Unclear(reason) if *reason != OF_THE_CLIENT => Some(reason),
            _ => None,
        }
    }
}

const URLS: &[&str] = &["url", "serverUrl", "httpUrl", "uri"];
const NOT_TEXT: &str = "its command or an argument is no text";
const OF_THE_CLIENT: &str =
    "it names neither a program nor an address: the client itself or an extension of it starts it";
const ALIAS: &str = "it is written with a YAML alias, which is not followed";

/// Servers of one configuration.
const MAX_SERVERS: usize = 10_000;
/// Characters of a name.
const MAX_NAME: usize = 400;
