//! The YAML that pnpm and yarn write, read line by line: about six times as fast as the full language.
//!
//! Maps and lists by indentation, texts on one line, short lists and maps in brackets. Whatever is outside of that, and whatever is wrong, is
//! left to the full reader: [`parse`] then gives nothing. What it gives is what the full reader gives, which a test and a fuzz target hold it to;
//! only a text behind `|` or `>` is passed over, and only where it is the reason why a release is deprecated.

use std::borrow::Cow;

use super::super::tree::{Budget, Entries, Node, Value};
use super::is_literal;

/// Reads all documents, if they are regular.
pub(super) fn parse(text: &str) -> Option<Vec<Node<'_>>> {
    let mut reader = Reader {
        rest: text,
        number: 0,
        current: None,
        budget: Budget::new(),
    };
    reader.advance()?;
    let mut documents = Vec::new();
    if reader.current.is_some_and(|line| line.text == MARK) {
        reader.advance()?;
    }
    loop {
        let first = reader.current?;
        if first.indent != 0 || first.text == MARK {
            return None;
        }
        documents.push(reader.block(0)?);
        match reader.current {
            None => return Some(documents),
            Some(line) if line.indent == 0 && line.text == MARK => reader.advance()?,
            Some(_) => return None,
        }
    }
}

/// A line that is neither blank nor a comment, without its indentation and the spaces behind it.
#[derive(Debug, Clone, Copy)]
struct Line<'t> {
    number: u32,
    indent: usize,
    text: &'t str,
}

struct Reader<'t> {
    rest: &'t str,
    number: u32,
    current: Option<Line<'t>>,
    budget: Budget,
}

impl<'t> Reader<'t> {
    /// The next line as it stands.
    fn raw(&mut self) -> Option<&'t str> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = match self.rest.as_bytes().iter().position(|byte| *byte == b'\n') {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, ""),
        };
        self.rest = rest;
        self.number = self.number.saturating_add(1);
        Some(line.strip_suffix('\r').unwrap_or(line))
    }

    /// Goes to the next line that says something. `None` where it is irregular.
    fn advance(&mut self) -> Option<()> {
        self.current = None;
        while let Some(line) = self.raw() {
            let indent = line.bytes().take_while(|byte| *byte == b' ').count();
            let text = line[indent..].trim_end_matches(' ');
            if text.is_empty() || text.starts_with('#') {
                if !text.bytes().all(is_plain) {
                    return None;
                }
                continue;
            }
            if !text.bytes().all(is_plain) && !text.starts_with(DEPRECATED) {
                return None;
            }
            self.current = Some(Line {
                number: self.number,
                indent,
                text,
            });
            break;
        }
        Some(())
    }

    /// The map or list whose lines have this indentation.
    fn block(&mut self, indent: usize) -> Option<Node<'t>> {
        let first = self.current?;
        self.budget.spend().ok()?;
        self.budget.enter(first.number).ok()?;
        let value = if first.text.starts_with("- ") {
            Value::List(self.list(indent)?)
        } else {
            Value::Map(self.map(indent)?)
        };
        self.budget.leave();
        Some(Node {
            line: first.number,
            value,
        })
    }

    fn list(&mut self, indent: usize) -> Option<Vec<Node<'t>>> {
        let mut items = Vec::new();
        while let Some(line) = self.current.filter(|line| line.indent == indent)
            && let Some(text) = line.text.strip_prefix("- ")
        {
            let value = self.inline(text.trim_start_matches(' '))?;
            // `- key: value` begins a map.
            if text.contains(": ") || text.ends_with(':') {
                return None;
            }
            items.push(Node {
                line: line.number,
                value,
            });
            self.advance()?;
        }
        self.not_deeper(indent)?;
        Some(items)
    }

    fn map(&mut self, indent: usize) -> Option<Entries<'t>> {
        let mut entries = Entries::new();
        while let Some(line) = self.current.filter(|line| line.indent == indent) {
            if line.text == MARK && indent == 0 {
                break;
            }
            let (key, value) = key(line.text)?;
            let value = if !value.is_empty() {
                self.valued(&key, value, indent)?
            } else {
                self.advance()?;
                match self.current {
                    Some(next) if next.indent > indent => self.block(next.indent)?.value,
                    Some(next) if next.indent == indent && next.text.starts_with("- ") => self.block(indent)?.value,
                    _ => {
                        self.budget.spend().ok()?;
                        Value::Literal(Cow::Borrowed(""))
                    }
                }
            };
            let line = line.number;
            entries.push((key, Node { line, value }));
        }
        self.not_deeper(indent)?;
        Some(entries)
    }

    /// A value on the line of its key.
    fn valued(&mut self, key: &str, value: &'t str, indent: usize) -> Option<Value<'t>> {
        if !matches!(value, "|" | "|-" | ">" | ">-") {
            let value = self.inline(value)?;
            self.advance()?;
            self.not_deeper(indent)?;
            return Some(value);
        }
        if key != "deprecated" {
            return None;
        }
        self.budget.spend().ok()?;
        loop {
            let (rest, number) = (self.rest, self.number);
            match self.raw() {
                Some(line)
                    if line.bytes().all(|byte| byte == b' ')
                        || line.bytes().take_while(|it| *it == b' ').count() > indent => {}
                _ => {
                    (self.rest, self.number) = (rest, number);
                    self.advance()?;
                    return Some(Value::Text(Cow::Borrowed("")));
                }
            }
        }
    }

    /// A text that goes on in the next line, and indentation that fits nothing, are irregular.
    fn not_deeper(&self, indent: usize) -> Option<()> {
        self.current.is_none_or(|next| next.indent <= indent).then_some(())
    }

    /// A text, or brackets, that end with the line.
    fn inline(&mut self, text: &'t str) -> Option<Value<'t>> {
        match text.as_bytes().first()? {
            b'{' | b'[' => {
                let (value, rest) = self.brackets(text)?;
                rest.is_empty().then_some(value)
            }
            b'\'' | b'"' => {
                self.budget.spend().ok()?;
                let (text, rest) = quoted(text)?;
                rest.is_empty().then_some(Value::Text(text))
            }
            _ => {
                self.budget.spend().ok()?;
                (!text.contains(": ") && !text.ends_with(':')).then(|| plain(text))?
            }
        }
    }

    /// `{a: b}` or `[a, b]`, and what follows.
    fn brackets(&mut self, text: &'t str) -> Option<(Value<'t>, &'t str)> {
        self.budget.spend().ok()?;
        self.budget.enter(self.number).ok()?;
        let is_map = text.starts_with('{');
        let end = if is_map { '}' } else { ']' };
        let line = self.current?.number;
        let (mut entries, mut items) = (Entries::new(), Vec::new());
        let mut rest = text[1..].trim_start_matches(' ');
        while !rest.starts_with(end) {
            let mut name = Cow::Borrowed("");
            if is_map {
                let (key, after) = part(rest, true)?;
                name = key;
                rest = after.strip_prefix(": ")?.trim_start_matches(' ');
            }
            let value = match rest.as_bytes().first()? {
                b'{' | b'[' => {
                    let (value, after) = self.brackets(rest)?;
                    rest = after;
                    value
                }
                first => {
                    self.budget.spend().ok()?;
                    let is_quoted = matches!(first, b'\'' | b'"');
                    let (text, after) = part(rest, false)?;
                    rest = after;
                    match text {
                        text if is_quoted => Value::Text(text),
                        Cow::Borrowed(text) => plain(text)?,
                        Cow::Owned(_) => return None,
                    }
                }
            };
            if is_map {
                entries.push((name, Node { line, value }));
            } else {
                items.push(Node { line, value });
            }
            rest = rest.trim_start_matches(' ');
            match rest.strip_prefix(',') {
                Some(after) => {
                    rest = after.trim_start_matches(' ');
                    // A comma behind the last one is not what is written.
                    if rest.starts_with(end) {
                        return None;
                    }
                }
                None if !rest.starts_with(end) => return None,
                None => {}
            }
        }
        self.budget.leave();
        let value = if is_map {
            Value::Map(entries)
        } else {
            Value::List(items)
        };
        Some((value, &rest[1..]))
    }
}

/// Parts a line into key and value.
fn key(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let (key, rest) = if text.starts_with(['\'', '"']) {
        quoted(text)?
    } else {
        let colons = text.match_indices(':').map(|(at, _)| at);
        let at = colons
            .into_iter()
            .find(|at| matches!(text.as_bytes().get(at + 1), None | Some(b' ')))?;
        let key = text[..at].trim_end_matches(' ');
        if key == "<<" {
            return None;
        }
        plain(key)?;
        (Cow::Borrowed(key), &text[at..])
    };
    let value = rest.strip_prefix(':')?;
    if text.len() - rest.len() > MAX_KEY {
        return None;
    }
    if !value.is_empty() && !value.starts_with(' ') {
        return None;
    }
    Some((key, value.trim_start_matches(' ')))
}

/// A text within brackets, and what follows.
fn part(text: &str, is_key: bool) -> Option<(Cow<'_, str>, &str)> {
    if text.starts_with(['\'', '"']) {
        return quoted(text);
    }
    let stops = |byte: &u8| matches!(byte, b',' | b'[' | b']' | b'{' | b'}');
    let mut end = text.bytes().position(|byte| stops(&byte))?;
    if is_key {
        end = text[..end].find(": ")?;
    } else if text[..end].contains(": ") || text[..end].trim_end_matches(' ').ends_with(':') {
        return None;
    }
    let word = text[..end].trim_end_matches(' ');
    plain(word)?;
    if word == "<<" || (is_key && (word.contains(':') || word.len() != end)) {
        return None;
    }
    Some((Cow::Borrowed(word), &text[end..]))
}

/// A text in quotes without escapes but `''`, and what follows.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    if let Some(inside) = text.strip_prefix('"') {
        let end = inside.find(['"', '\\'])?;
        let (text, rest) = inside.split_at(end);
        return Some((Cow::Borrowed(text), rest.strip_prefix('"')?));
    }
    let inside = text.strip_prefix('\'')?;
    let mut end = inside.find('\'')?;
    if inside[end + 1..].starts_with('\'') {
        while inside[end + 1..].starts_with('\'') {
            end += 2 + inside[end + 2..].find('\'')?;
        }
        return Some((Cow::Owned(inside[..end].replace("''", "'")), &inside[end + 1..]));
    }
    Some((Cow::Borrowed(&inside[..end]), &inside[end + 1..]))
}

/// A text without quotes: it begins with nothing that has a meaning, and no comment follows.
fn plain(text: &str) -> Option<Value<'_>> {
    let first = *text.as_bytes().first()?;
    let regular = first.is_ascii_alphanumeric()
        || matches!(
            first,
            b'/' | b'^' | b'~' | b'.' | b'_' | b'$' | b'+' | b'(' | b'=' | b'<' | b';'
        );
    if !regular || text.contains(" #") || text == "..." {
        return None;
    }
    let text = Cow::Borrowed(text);
    Some(if is_literal(&text) {
        Value::Literal(text)
    } else {
        Value::Text(text)
    })
}

/// Characters that mean the same everywhere.
fn is_plain(byte: u8) -> bool {
    (b' '..0x7f).contains(&byte)
}

/// Between documents.
const MARK: &str = "---";

/// The one field in which other languages and signs are usual.
const DEPRECATED: &str = "deprecated: ";

/// YAML 1.2 §7.4: a longer key needs a `?` in front.
const MAX_KEY: usize = 1024;
