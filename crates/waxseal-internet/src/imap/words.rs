//! Cuts what a client of IMAP sends into commands, and a command into words (RFC 3501 §4 and §9). Hostile; everything is bounded.

/// One word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// An atom, a quoted string or a literal.
    Text(Vec<u8>),
    /// What stands in parentheses.
    List(Vec<Word>),
}

impl Word {
    /// Its text; lossy, since names and searches are compared only.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Self::List(_) => String::new(),
        }
    }

    /// Its text in capitals, for what is a keyword.
    pub(super) fn upper(&self) -> String {
        self.text().to_ascii_uppercase()
    }

    /// The words in parentheses, or itself alone.
    pub(super) fn items(&self) -> &[Word] {
        match self {
            Self::List(items) => items,
            Self::Text(_) => std::slice::from_ref(self),
        }
    }
}

/// How far a command has come.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Framed {
    /// It is whole, with its last line end, and so long.
    Whole(usize),
    /// The client waits to be told to send a literal (RFC 3501 §7.5).
    Waits,
    /// More is to come.
    More,
    /// It is longer than any command is.
    TooLong,
}

/// Looks at the bytes from a command's first on. `told` is how many literals the client was told to send.
pub(super) fn frame(bytes: &[u8], told: usize) -> Framed {
    let (mut at, mut waiting) = (0, 0);
    loop {
        let rest = &bytes[at..];
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return if rest.len() > MAX_LINE {
                Framed::TooLong
            } else {
                Framed::More
            };
        };
        if end > MAX_LINE {
            return Framed::TooLong;
        }
        at += end + 1;
        let Some((length, waits)) = literal(&rest[..end]) else {
            return Framed::Whole(at);
        };
        if length > MAX_LITERAL || at + length > MAX_COMMAND {
            return Framed::TooLong;
        }
        waiting += usize::from(waits);
        if waiting > told {
            return Framed::Waits;
        }
        at += length;
        if at > bytes.len() {
            return Framed::More;
        }
    }
}

/// `{12}` at the end of a line, or `{12+}` where the client does not wait (RFC 7888 §4).
fn literal(line: &[u8]) -> Option<(usize, bool)> {
    let line = line.strip_suffix(b"\r").unwrap_or(line).strip_suffix(b"}")?;
    let open = line.iter().rposition(|byte| *byte == b'{')?;
    let inside = std::str::from_utf8(&line[open + 1..]).ok()?;
    let (digits, waits) = match inside.strip_suffix(['+', '-']) {
        Some(digits) => (digits, false),
        None => (inside, true),
    };
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| (digits.parse().unwrap_or(usize::MAX), waits))
}

/// The words of a whole command; nothing if it is none.
pub(super) fn words(command: &[u8]) -> Option<Vec<Word>> {
    let mut reader = Reader {
        rest: command,
        left: MAX_WORDS,
    };
    let words = reader.list(0)?;
    reader.rest.trim_ascii().is_empty().then_some(words)
}

struct Reader<'b> {
    rest: &'b [u8],
    left: usize,
}

impl Reader<'_> {
    /// Words until the list or the command ends.
    fn list(&mut self, depth: usize) -> Option<Vec<Word>> {
        let mut words = Vec::new();
        loop {
            let spaces = self.rest.iter().take_while(|byte| **byte == b' ').count();
            self.take(spaces);
            match self.rest.first()? {
                b'\r' | b'\n' => return (depth == 0).then_some(words),
                b')' if depth > 0 => {
                    self.take(1);
                    return Some(words);
                }
                b'(' if depth < MAX_DEPTH => {
                    self.take(1);
                    words.push(Word::List(self.list(depth + 1)?));
                }
                _ => words.push(Word::Text(self.text()?)),
            }
            self.left = self.left.checked_sub(1)?;
        }
    }

    fn text(&mut self) -> Option<Vec<u8>> {
        match self.rest.first()? {
            b'"' => self.quoted(),
            b'{' => {
                let end = self.rest.iter().position(|byte| *byte == b'\n')?;
                let (length, _) = literal(&self.rest[..end])?;
                self.take(end + 1);
                (length <= self.rest.len()).then(|| self.take(length).to_vec())
            }
            _ => self.atom(),
        }
    }

    /// RFC 3501 §9, `quoted`.
    fn quoted(&mut self) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        let mut bytes = self.rest.iter().enumerate().skip(1);
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'"' => {
                    self.take(at + 1);
                    return Some(text);
                }
                b'\\' => text.push(*bytes.next()?.1),
                b'\r' | b'\n' => return None,
                _ => text.push(*byte),
            }
        }
        None
    }

    /// To the next space or parenthesis; what stands in brackets belongs to it: `BODY[HEADER.FIELDS (DATE FROM)]`.
    fn atom(&mut self) -> Option<Vec<u8>> {
        let mut inside = false;
        let ends = |byte: &u8| {
            match byte {
                b'\r' | b'\n' => return true,
                b'[' => inside = true,
                b']' => inside = false,
                b' ' | b'(' | b')' => return !inside,
                _ => {}
            }
            false
        };
        let end = self.rest.iter().position(ends).unwrap_or(self.rest.len());
        (end > 0).then(|| self.take(end).to_vec())
    }

    fn take(&mut self, length: usize) -> &[u8] {
        let (taken, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        taken
    }
}

/// RFC 2683 §3.2.1.5 asks servers for 8000 bytes; clients that name many messages send more.
const MAX_LINE: usize = 64 << 10;
/// A message that is stored.
const MAX_LITERAL: usize = 8 << 20;
/// A message with what stands around it.
const MAX_COMMAND: usize = MAX_LITERAL + 4 * MAX_LINE;
const MAX_WORDS: usize = 10_000;
const MAX_DEPTH: usize = 16;
