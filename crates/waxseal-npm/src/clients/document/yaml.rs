//! YAML, from a parser's events. Aliases are not followed, so that none can go in a circle or multiply.

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::{MAX_DEPTH, NESTED, Node, Value};

/// Reads every document of a text.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, &'static str> {
    let bytes = Places::new(text);
    let mut tree = Tree::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|_| "it is not YAML")?;
        let span = bytes.at(span.start.index())..bytes.at(span.end.index());
        match event {
            Event::Scalar(word, style, ..) => {
                let plain = style == ScalarStyle::Plain;
                let span = match style {
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => span.start..quoted_end(text, span.start),
                    _ => span,
                };
                let word = word.into_owned();
                let value = if plain && is_word(&word) {
                    Value::Word(word)
                } else {
                    Value::Text(word)
                };
                tree.value(Node { value, span });
            }
            Event::Alias(_) => tree.value(Node {
                value: Value::Alias,
                span,
            }),
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if tree.open.len() > MAX_DEPTH {
                    return Err(NESTED);
                }
                tree.open.push(Open {
                    is_map: matches!(event, Event::MappingStart(..)),
                    nodes: Vec::new(),
                    start: span.start,
                });
            }
            Event::SequenceEnd | Event::MappingEnd => tree.close(span.end),
            _ => {}
        }
    }
    Ok(tree.roots)
}

/// What is being put together.
#[derive(Default)]
struct Tree {
    open: Vec<Open>,
    roots: Vec<Node>,
}

struct Open {
    is_map: bool,
    nodes: Vec<Node>,
    start: usize,
}

impl Tree {
    fn value(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(open) => open.nodes.push(node),
            None => self.roots.push(node),
        }
    }

    fn close(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        let start = open.start.min(end);
        let value = if open.is_map {
            map(open.nodes)
        } else {
            Value::List(open.nodes)
        };
        self.value(Node {
            value,
            span: start..end,
        });
    }
}

/// Keys and values in turn; a key that is no text has none of the names that are looked for.
fn map(nodes: Vec<Node>) -> Value {
    let mut entries = Vec::new();
    let mut nodes = nodes.into_iter();
    while let (Some(key), Some(value)) = (nodes.next(), nodes.next()) {
        let key = match key.value {
            Value::Text(text) | Value::Word(text) => text,
            _ => String::new(),
        };
        entries.push((key, value));
    }
    Value::Map(entries)
}

/// The byte behind a quoted scalar: the parser's own end lies behind the blanks and the comment that follow.
fn quoted_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let quote = bytes.get(start).copied().unwrap_or_default();
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match *byte {
            b'\\' if quote == b'"' => at += 2,
            // Twice within single quotes is one of them.
            byte if byte == quote && quote == b'\'' && bytes.get(at + 1) == Some(&quote) => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// YAML 1.2 core schema, §10.3.2: what a plain scalar is where it is no text. Numbers stay texts: a package may be called `7`.
fn is_word(text: &str) -> bool {
    matches!(
        text,
        "" | "~" | "null" | "Null" | "NULL" | "true" | "True" | "TRUE" | "false" | "False" | "FALSE"
    )
}

/// The parser counts characters; places in a text are bytes.
struct Places {
    /// The byte at which each block of characters begins; empty for a text of ASCII.
    starts: Vec<usize>,
    len: usize,
}

impl Places {
    fn new(text: &str) -> Self {
        let starts = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(at, _)| at).collect()
        };
        Self {
            starts,
            len: text.len(),
        }
    }

    fn at(&self, index: usize) -> usize {
        if self.starts.is_empty() {
            return index.min(self.len);
        }
        self.starts.get(index).copied().unwrap_or(self.len)
    }
}
