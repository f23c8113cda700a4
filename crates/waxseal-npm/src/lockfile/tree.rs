//! What JSON and YAML have in common: values, each with the line on which it begins.

use std::borrow::Cow;

use super::LockfileError;

/// A value and its line, from 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node<'t> {
    pub(super) line: u32,
    pub(super) value: Value<'t>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'t> {
    /// A number, `true`, `false`, `null`, as it is written.
    Literal(Cow<'t, str>),
    Text(Cow<'t, str>),
    List(Vec<Node<'t>>),
    /// In the order of the file, equal keys included.
    Map(Entries<'t>),
}

pub(super) type Entries<'t> = Vec<(Cow<'t, str>, Node<'t>)>;

impl<'t> Node<'t> {
    /// The value of a key; of two equal keys the last counts, as in JavaScript.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries()
            .iter()
            .rev()
            .find(|(it, _)| it == key)
            .map(|(_, node)| node)
    }

    /// The entries of a map; none if it is none.
    pub(super) fn entries(&self) -> &[(Cow<'t, str>, Self)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The parts of a list; none if it is none.
    pub(super) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    /// A text; not a number.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A text or a literal, as it is written.
    pub(super) fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Literal(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a key.
    pub(super) fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// Whether a key is `true`.
    pub(super) fn flag(&self, key: &str) -> bool {
        matches!(self.get(key).map(|it| &it.value), Some(Value::Literal(text)) if text == "true")
    }
}

/// What reading may still spend.
#[derive(Debug)]
pub(super) struct Budget {
    depth: u32,
    values: u32,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { depth: 0, values: 0 }
    }

    /// Counts a value.
    pub(super) fn spend(&mut self) -> Result<(), LockfileError> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(LockfileError::TooMany);
        }
        Ok(())
    }

    /// Goes into a list or a map.
    pub(super) fn enter(&mut self, line: u32) -> Result<(), LockfileError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(LockfileError::TooDeep(line));
        }
        Ok(())
    }

    /// Comes out of it.
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }
}

/// npm's version 1 nests packages in packages, two levels each; the deepest seen have some twenty.
const MAX_DEPTH: u32 = 256;

/// Some fifteen a package are usual: enough for a hundred thousand packages.
const MAX_VALUES: u32 = 4_000_000;
