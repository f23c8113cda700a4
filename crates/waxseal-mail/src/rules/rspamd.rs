//! rspamd: recipients of the envelope whom no header names, as a symbol.

use super::{Kind, Name};

pub(super) const KIND: Kind = Kind {
    id: "rspamd",
    title: "rspamd: recipients whom no header names, as a symbol",
    text: include_str!("rspamd.lua"),
    exempt: Some(|names| format!("local exempt = {}", set(names))),
    domain: Some(|names| format!("local own_domains = {}", set(names))),
    socket: None,
};

/// A Lua table whose keys are the names.
fn set(names: &[Name]) -> String {
    let keys: Vec<String> = names
        .iter()
        .map(|name| format!("[\"{}\"] = true", name.as_str()))
        .collect();
    format!("{{ {} }}", keys.join(", "))
}
