//! Reads JSON Schema (draft-07 and 2020-12) as far as tools use it: where a reference leads, what kind of value is wanted. Never follows
//! anything out of the document.

use serde_json::{Map, Value};

/// A document of JSON Schema. Hostile.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schema<'s> {
    root: &'s Value,
}

/// What kind of value is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    Text,
    Whole,
    Number,
    Flag,
    Nothing,
    /// Anything will do.
    Any,
}

impl<'s> Schema<'s> {
    pub(super) fn new(root: &'s Value) -> Self {
        Self { root }
    }

    /// What a node is once its references are followed; nothing where they lead nowhere.
    pub(super) fn resolve<'n>(&self, node: &'n Value) -> Option<&'n Value>
    where
        's: 'n,
    {
        let mut node = node;
        for _ in 0..MAX_HOPS {
            let Some(to) = node.get("$ref").and_then(Value::as_str) else {
                return Some(node);
            };
            node = self.root.pointer(to.strip_prefix('#')?)?;
        }
        None
    }

    /// The kind of a node whose references were followed.
    pub(super) fn kind(node: &Value) -> Kind {
        let named = match node.get("type") {
            Some(Value::String(name)) => Some(name.as_str()),
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).find(|it| *it != "null"),
            _ => None,
        };
        match named {
            Some("object") => Kind::Object,
            Some("array") => Kind::Array,
            Some("string") => Kind::Text,
            Some("integer") => Kind::Whole,
            Some("number") => Kind::Number,
            Some("boolean") => Kind::Flag,
            Some("null") => Kind::Nothing,
            _ if node.get("properties").is_some() => Kind::Object,
            _ if node.get("items").is_some() => Kind::Array,
            _ => Kind::Any,
        }
    }

    /// The properties of an object, those of the parts that must all hold (`allOf`) included, and which of them are required.
    pub(super) fn properties(&self, node: &Value) -> (Map<String, Value>, Vec<String>) {
        let mut all = Map::new();
        let mut required = Vec::new();
        let parts = node.get("allOf").and_then(Value::as_array);
        let parts = parts.into_iter().flatten().take(MAX_PARTS);
        for part in std::iter::once(node).chain(parts.filter_map(|it| self.resolve(it))) {
            let properties = part.get("properties").and_then(Value::as_object);
            for (name, property) in properties.into_iter().flatten() {
                if all.len() < MAX_PROPERTIES && name.len() <= MAX_NAME {
                    all.entry(name.clone()).or_insert_with(|| property.clone());
                }
            }
            let names = part.get("required").and_then(Value::as_array);
            let names = names.into_iter().flatten().filter_map(Value::as_str);
            required.extend(names.take(MAX_PROPERTIES).map(str::to_owned));
        }
        (all, required)
    }

    /// The branches of which one must hold, those that want nothing left out.
    pub(super) fn branches<'n>(&self, node: &'n Value) -> Vec<&'n Value>
    where
        's: 'n,
    {
        let lists = ["anyOf", "oneOf"].iter().filter_map(|name| node.get(name));
        lists
            .filter_map(Value::as_array)
            .flatten()
            .take(MAX_PARTS)
            .filter_map(|it| self.resolve(it))
            .filter(|it| Self::kind(it) != Kind::Nothing)
            .collect()
    }
}

/// References that lead to references.
const MAX_HOPS: usize = 16;
const MAX_PARTS: usize = 32;
/// Properties of one object.
const MAX_PROPERTIES: usize = 200;
/// Bytes of a property's name.
const MAX_NAME: usize = 128;
