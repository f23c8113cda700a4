//! JSON (with comments), TOML and YAML as one tree, in which each value knows where it stands.

mod json;
mod toml;
mod yaml;

use std::ops::Range;
use std::path::Path;

/// A value and its place in the text.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    /// Its bytes in the text.
    pub(super) span: Range<usize>,
}

/// A value.
#[derive(Debug)]
pub(super) enum Value {
    /// A text, its escapes resolved.
    Text(String),
    /// A number, a boolean or nothing, as it is written.
    Word(String),
    /// A list.
    List(Vec<Node>),
    /// Keys and values in the order of the text; a key may be there twice.
    Map(Vec<(String, Node)>),
    /// A YAML alias (`*name`), which is not followed.
    Alias,
}

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// JSON, with comments and trailing commas.
    Json,
    /// TOML.
    Toml,
    /// YAML.
    Yaml,
}

impl Format {
    /// By the file's name; JSON unless it says otherwise.
    pub(super) fn of(path: &Path) -> Self {
        match path.extension().and_then(|it| it.to_str()) {
            Some("toml") => Self::Toml,
            Some("yaml" | "yml") => Self::Yaml,
            _ => Self::Json,
        }
    }
}

/// A text that was read.
#[derive(Debug)]
pub(super) struct Document {
    /// The text, without a byte order mark.
    pub(super) text: String,
    /// Bytes of the mark before it.
    pub(super) mark: usize,
    /// The file is not UTF-8, so that places in the text are not places in the file.
    pub(super) recoded: bool,
    pub(super) format: Format,
    /// One value, or several YAML documents.
    pub(super) roots: Vec<Node>,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl Document {
    /// Reads a file's bytes; the error is one sentence of ours without text of the file.
    pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Self, &'static str> {
        if bytes.len() as u64 > super::MAX_CONFIG {
            return Err(TOO_LARGE);
        }
        let (text, mark, recoded) = decode(bytes)?;
        if text.contains('\0') {
            return Err("it holds zero bytes, so it is no configuration");
        }
        let separators = text.bytes().filter(|byte| b",[{:".contains(byte)).count();
        if separators > MAX_VALUES {
            return Err("it holds more values than are read");
        }
        let format = Format::of(path);
        let roots = match format {
            _ if text.trim().is_empty() => Vec::new(),
            Format::Json => json::parse(&text)?,
            Format::Toml => toml::parse(&text)?,
            Format::Yaml => yaml::parse(&text)?,
        };
        let lines = std::iter::once(0)
            .chain(
                text.bytes()
                    .enumerate()
                    .filter(|(_, byte)| *byte == b'\n')
                    .map(|(at, _)| at + 1),
            )
            .collect();
        Ok(Self {
            text,
            mark,
            recoded,
            format,
            roots,
            lines,
        })
    }

    /// The line a byte is on, from 1.
    pub(super) fn line(&self, at: usize) -> u32 {
        u32::try_from(self.lines.partition_point(|begin| *begin <= at)).unwrap_or(u32::MAX)
    }
}

impl Node {
    /// The value of a key; of two equal ones the last, as JSON's readers take it.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => entries.iter().rev().find(|(name, _)| name == key).map(|(_, node)| node),
            _ => None,
        }
    }

    /// The text of a text.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(&self) -> Option<bool> {
        match &self.value {
            Value::Word(word) | Value::Text(word) if word == "true" => Some(true),
            Value::Word(word) | Value::Text(word) if word == "false" => Some(false),
            _ => None,
        }
    }
}

/// UTF-8, or UTF-16 with a mark.
fn decode(bytes: &[u8]) -> Result<(String, usize, bool), &'static str> {
    let wide = |bytes: &[u8], one: fn([u8; 2]) -> u16| {
        let units = bytes
            .chunks(2)
            .map(|pair| one([pair[0], pair.get(1).copied().unwrap_or(0)]));
        let text: Result<String, _> = char::decode_utf16(units).collect();
        text.map(|text| (text, 2, true)).map_err(|_| NOT_TEXT)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest).map(|text| (text, 3, false)),
        bytes => utf8(bytes).map(|text| (text, 0, false)),
    }
}

fn utf8(bytes: &[u8]) -> Result<String, &'static str> {
    String::from_utf8(bytes.to_vec()).map_err(|_| NOT_TEXT)
}

pub(super) const TOO_LARGE: &str = "it is larger than is read (64 MB)";
const NOT_TEXT: &str = "it is neither UTF-8 nor UTF-16 text";
const NESTED: &str = "it is nested deeper than is read";

/// Values of one file: each costs some hundred bytes of memory.
const MAX_VALUES: usize = 4_000_000;
/// No configuration is nested deeper; a reader that calls itself must not exhaust its stack.
const MAX_DEPTH: usize = 128;

#[cfg(test)]
mod tests;
