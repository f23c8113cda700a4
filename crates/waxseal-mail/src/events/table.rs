//! Tables with a row of names: what comes out of spreadsheets, consoles and PowerShell.

use std::borrow::Cow;

/// The row of names of a table.
#[derive(Debug, Clone)]
pub(super) struct Header {
    /// In lower case, without spaces, hyphens and underscores, so that `recipient-address`, `recipient_address` and `RecipientAddress` are one.
    names: Vec<String>,
    delimiter: u8,
}

/// One row below it.
pub(super) struct Row<'a> {
    header: &'a Header,
    cells: Vec<Cow<'a, str>>,
}

impl Header {
    /// Reads a row of names; Exchange writes it as a comment, `#Fields: date-time,…`.
    pub(super) fn parse(line: &str) -> Self {
        let line = line.strip_prefix("#Fields:").map_or(line, str::trim_start);
        let outside = without_quoted(line);
        let count = |delimiter: &u8| outside.bytes().filter(|byte| byte == delimiter).count();
        let delimiter = *b",;\t"
            .iter()
            .max_by_key(|it| (count(it), **it == b','))
            .unwrap_or(&b',');
        let names = cells(line, delimiter).iter().map(|name| plain(name)).collect();
        Self { names, delimiter }
    }

    /// Whether all of these columns are there.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.names.iter().any(|it| it == name))
    }

    /// Whether any of these columns is there.
    pub(super) fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.names.iter().any(|it| it == name))
    }

    pub(super) fn row<'a>(&'a self, line: &'a str) -> Row<'a> {
        Row {
            header: self,
            cells: cells(line, self.delimiter),
        }
    }
}

impl Row<'_> {
    /// What stands in the first of these columns that is not empty.
    pub(super) fn get(&self, names: &[&str]) -> &str {
        names
            .iter()
            .filter_map(|name| self.header.names.iter().position(|it| it == name))
            .filter_map(|idx| self.cells.get(idx))
            .map(|cell| cell.trim())
            .find(|cell| !cell.is_empty())
            .unwrap_or_default()
    }

    /// Whether its table has all of these columns.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.header.has(names)
    }

    /// Whether it has as many cells as there are names.
    pub(super) fn is_whole(&self) -> bool {
        self.cells.len() == self.header.names.len()
    }
}

/// The row of names among the first rows of a text.
pub(super) fn header_of(text: &str, is_header: fn(&Header) -> bool) -> Option<Header> {
    text.lines().take(MAX_BEFORE).map(Header::parse).find(is_header)
}

/// RFC 4180 §2: a quoted cell may hold delimiters and line breaks, and quotes twice.
fn cells(line: &str, delimiter: u8) -> Vec<Cow<'_, str>> {
    let bytes = line.as_bytes();
    let mut cells = Vec::new();
    let mut start = 0;
    loop {
        if bytes.get(start) == Some(&b'"') {
            let mut end = start + 1;
            while let Some(length) = memchr::memchr(b'"', &bytes[end..]) {
                end += length;
                if bytes.get(end + 1) != Some(&b'"') {
                    break;
                }
                end += 2;
            }
            let closed = bytes.get(end) == Some(&b'"') && end > start;
            let inner = &line[start + 1..if closed { end } else { line.len() }];
            cells.push(if inner.contains("\"\"") {
                Cow::Owned(inner.replace("\"\"", "\""))
            } else {
                Cow::Borrowed(inner)
            });
            // What stands behind the closing quote is dropped.
            let rest = if closed { end + 1 } else { line.len() };
            match memchr::memchr(delimiter, &bytes[rest..]) {
                Some(length) => start = rest + length + 1,
                None => return cells,
            }
        } else {
            let length = memchr::memchr(delimiter, &bytes[start..]).unwrap_or(bytes.len() - start);
            cells.push(Cow::Borrowed(&line[start..start + length]));
            start += length + 1;
            if start > bytes.len() {
                return cells;
            }
        }
    }
}

fn without_quoted(line: &str) -> String {
    line.split('"').step_by(2).collect()
}

fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Comments and titles that may stand above the row of names.
pub(super) const MAX_BEFORE: usize = 20;
