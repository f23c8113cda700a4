//! JSON into a tree with lines; on request also as bun writes it, with comments and commas behind the last entry.
//!
//! serde_json gives no lines and takes no commas too many; this takes what `JSON.parse` takes. Half a surrogate pair becomes the replacement
//! character, since Rust's strings cannot hold it.

use std::borrow::Cow;

use super::LockfileError;
use super::tree::{Budget, Entries, Node, Value};

/// What is taken beside plain JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Nothing.
    Json,
    /// Comments, and a comma behind the last entry.
    Bun,
}

/// Reads one value and nothing behind it.
///
/// # Errors
/// The syntax breaks, or a ceiling is passed.
pub(super) fn parse(text: &str, dialect: Dialect) -> Result<Node<'_>, LockfileError> {
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        line: 1,
        dialect,
        budget: Budget::new(),
    };
    let node = reader.value()?;
    reader.space()?;
    if reader.at < reader.bytes.len() {
        return Err(reader.broken());
    }
    Ok(node)
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    line: u32,
    dialect: Dialect,
    budget: Budget,
}

impl<'t> Reader<'t> {
    fn broken(&self) -> LockfileError {
        LockfileError::Broken(self.line)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Skips spaces, and comments where they are taken.
    fn space(&mut self) -> Result<(), LockfileError> {
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => self.line = self.line.saturating_add(1),
                b' ' | b'\t' | b'\r' => {}
                b'/' if self.dialect == Dialect::Bun => {
                    self.comment()?;
                    continue;
                }
                _ => break,
            }
            self.at += 1;
        }
        Ok(())
    }

    fn comment(&mut self) -> Result<(), LockfileError> {
        let rest = &self.bytes[self.at..];
        let length = if rest.starts_with(b"//") {
            rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
        } else if rest.starts_with(b"/*") {
            let end = rest.windows(2).skip(2).position(|pair| pair == b"*/");
            end.ok_or_else(|| self.broken())? + 4
        } else {
            return Err(self.broken());
        };
        self.line = self.line.saturating_add(lines(&rest[..length]));
        self.at += length;
        Ok(())
    }

    fn value(&mut self) -> Result<Node<'t>, LockfileError> {
        self.space()?;
        self.budget.spend()?;
        let line = self.line;
        let value = match self.peek() {
            Some(b'"') => Value::Text(self.string()?),
            Some(b'{') => Value::Map(self.map()?),
            Some(b'[') => Value::List(self.list()?),
            Some(_) => Value::Literal(self.literal()?),
            None => return Err(self.broken()),
        };
        Ok(Node { line, value })
    }

    fn map(&mut self) -> Result<Entries<'t>, LockfileError> {
        let mut entries = Entries::new();
        self.open()?;
        while self.more(b'}', entries.is_empty())? {
            let line = self.line;
            let key = self.string()?;
            self.space()?;
            self.take(b':')?;
            // An entry is where its key is.
            let value = self.value()?.value;
            entries.push((key, Node { line, value }));
        }
        Ok(entries)
    }

    fn list(&mut self) -> Result<Vec<Node<'t>>, LockfileError> {
        let mut items = Vec::new();
        self.open()?;
        while self.more(b']', items.is_empty())? {
            items.push(self.value()?);
        }
        Ok(items)
    }

    /// Over the bracket that opens a list or a map.
    fn open(&mut self) -> Result<(), LockfileError> {
        self.at += 1;
        self.budget.enter(self.line)
    }

    /// Whether an entry follows; otherwise over the bracket that closes.
    fn more(&mut self, end: u8, first: bool) -> Result<bool, LockfileError> {
        self.space()?;
        if !first && self.peek() != Some(end) {
            self.take(b',')?;
            self.space()?;
            if self.dialect == Dialect::Json && self.peek() == Some(end) {
                return Err(self.broken());
            }
        }
        if self.peek() == Some(end) {
            self.at += 1;
            self.budget.leave();
            return Ok(false);
        }
        Ok(true)
    }

    fn take(&mut self, byte: u8) -> Result<(), LockfileError> {
        if self.peek() != Some(byte) {
            return Err(self.broken());
        }
        self.at += 1;
        Ok(())
    }

    fn literal(&mut self) -> Result<Cow<'t, str>, LockfileError> {
        let rest = &self.bytes[self.at..];
        let end = rest
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'+' | b'.'))
            .unwrap_or(rest.len());
        let word = &self.text[self.at..self.at + end];
        if !matches!(word, "true" | "false" | "null") && !is_number(word.as_bytes()) {
            return Err(self.broken());
        }
        self.at += end;
        Ok(Cow::Borrowed(word))
    }

    fn string(&mut self) -> Result<Cow<'t, str>, LockfileError> {
        self.take(b'"')?;
        let start = self.at;
        let mut mended = String::new();
        let mut plain = start;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    mended.push_str(&self.text[plain..self.at]);
                    mended.push(self.escape()?);
                    plain = self.at;
                }
                Some(byte) if byte >= b' ' => self.at += 1,
                _ => return Err(self.broken()),
            }
        }
        let tail = &self.text[plain..self.at];
        self.at += 1;
        if plain == start {
            return Ok(Cow::Borrowed(tail));
        }
        mended.push_str(tail);
        Ok(Cow::Owned(mended))
    }

    /// RFC 8259 §7.
    fn escape(&mut self) -> Result<char, LockfileError> {
        let letter = self.bytes.get(self.at + 1).copied().ok_or_else(|| self.broken())?;
        self.at += 2;
        Ok(match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.hex()?;
                let low = self.bytes[self.at..].starts_with(b"\\u") && (0xd800..0xdc00).contains(&first);
                let before = self.at;
                if low {
                    self.at += 2;
                    let second = self.hex()?;
                    if (0xdc00..0xe000).contains(&second) {
                        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                        return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    self.at = before;
                }
                char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return Err(self.broken()),
        })
    }

    fn hex(&mut self) -> Result<u32, LockfileError> {
        let digits = self.bytes.get(self.at..self.at + 4).ok_or_else(|| self.broken())?;
        let mut code = 0;
        for digit in digits {
            let digit = char::from(*digit).to_digit(16).ok_or_else(|| self.broken())?;
            code = code * 16 + digit;
        }
        self.at += 4;
        Ok(code)
    }
}

/// RFC 8259 §6.
fn is_number(word: &[u8]) -> bool {
    let digits = |from: &[u8]| from.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = word.strip_prefix(b"-").unwrap_or(word);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = match exponent {
            [b'+' | b'-', digits @ ..] => digits,
            all => all,
        };
        let count = digits(exponent);
        return count > 0 && count == exponent.len();
    }
    rest.is_empty()
}

fn lines(bytes: &[u8]) -> u32 {
    let count = bytes.iter().filter(|byte| **byte == b'\n').count();
    u32::try_from(count).unwrap_or(u32::MAX)
}
