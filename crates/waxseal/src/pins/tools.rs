//! The tools of a server in one hash.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use waxseal_model::{RunSummary, Tool, ToolServer};

/// The tools that a server listed when it ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tools {
    /// How many, and the hash of their names, descriptions and input schemas.
    Listed {
        /// How many.
        count: usize,
        /// SHA-256 in hexadecimal digits.
        hash: String,
    },
    /// There is no list to go by: one sentence of ours.
    Unknown(&'static str),
}

/// The tools that a server listed in its runs.
pub fn tools_of(runs: &[RunSummary]) -> Tools {
    if runs.is_empty() {
        return Tools::Unknown("it was not run");
    }
    if runs.iter().any(|run| !run.invalid.is_empty()) {
        return Tools::Unknown("its run is invalid");
    }
    let mut found: Option<Tools> = None;
    for server in runs.iter().filter_map(|run| run.server.as_ref()) {
        if server.tools.is_empty() {
            return Tools::Unknown("it listed no tools in the room");
        }
        let tools = Tools::Listed {
            count: server.tools.len(),
            hash: hash(server),
        };
        match &found {
            Some(other) if *other != tools => return Tools::Unknown("it listed other tools in another run"),
            _ => found = Some(tools),
        }
    }
    found.unwrap_or(Tools::Unknown("it did not speak as an MCP server in the room"))
}

/// The SHA-256 of the tools as JSON: sorted by name, keys sorted (RFC 8785, section 3.2.3), without blanks. The room keeps the first 8 KB of a
/// description and the first 16 KB of a schema; what lies behind is not in the hash.
fn hash(server: &ToolServer) -> String {
    let mut tools: Vec<&Tool> = server.tools.iter().collect();
    tools.sort_by(|a, b| (&a.name, &a.description, &a.schema).cmp(&(&b.name, &b.description, &b.schema)));
    let all: Vec<Value> = tools
        .into_iter()
        .map(|tool| {
            // What was cut is no JSON any more, and is taken as it is.
            let schema = serde_json::from_str(&tool.schema).unwrap_or_else(|_| json!(tool.schema));
            json!({ "description": tool.description, "inputSchema": schema, "name": tool.name })
        })
        .collect();
    let mut text = String::new();
    write(&Value::Array(all), &mut text);
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a value with its keys sorted, whatever order it came in. As deep as what was read, which the reader of JSON bounds.
fn write(value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            let sorted: BTreeMap<&String, &Value> = map.iter().collect();
            out.push('{');
            for (at, (key, value)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}
