//! Rows of a table (RFC 4180): a line, or more where quotes hold line breaks.

/// Cuts a stream into rows.
#[derive(Debug, Default)]
pub(in super::super) struct Rows {
    row: Vec<u8>,
    in_quotes: bool,
    /// The last byte ended a quoted cell, or began a quote inside it (two quotes).
    after_quotes: bool,
    too_long: bool,
    /// Rows that exceed the limit.
    pub(in super::super) long: u64,
}

impl Rows {
    /// Hands every row that ends in `chunk` to `row`, without its line break; empty ones are left out.
    pub(in super::super) fn feed(&mut self, chunk: &[u8], row: &mut dyn FnMut(&[u8])) {
        let mut rest = chunk;
        while !rest.is_empty() {
            let length = memchr::memchr2(b'"', b'\n', rest).unwrap_or(rest.len());
            self.after_quotes &= length == 0;
            self.keep(&rest[..length]);
            let Some(byte) = rest.get(length) else { return };
            rest = &rest[length + 1..];
            if *byte == b'"' {
                self.quote();
                self.keep(b"\"");
            } else if self.in_quotes {
                self.keep(b"\n");
            } else {
                self.end(row);
            }
        }
    }

    /// A quote opens a cell at its beginning only; comments (`#Fields:` of Exchange) have none.
    fn quote(&mut self) {
        if self.in_quotes {
            self.in_quotes = false;
            self.after_quotes = true;
            return;
        }
        let begins = matches!(self.row.last(), None | Some(b',' | b';' | b'\t'));
        self.in_quotes = (begins || self.after_quotes) && self.row.first() != Some(&b'#');
        self.after_quotes = false;
    }

    /// The last row may lack its line break.
    pub(in super::super) fn finish(&mut self, row: &mut dyn FnMut(&[u8])) {
        self.end(row);
    }

    fn end(&mut self, row: &mut dyn FnMut(&[u8])) {
        if std::mem::take(&mut self.too_long) {
            self.long += 1;
        } else {
            let bytes = self.row.strip_suffix(b"\r").unwrap_or(&self.row);
            if !bytes.is_empty() {
                row(bytes);
            }
        }
        self.row.clear();
        (self.in_quotes, self.after_quotes) = (false, false);
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.row.len() + bytes.len() > MAX_ROW {
            // A quote that never closes swallows what follows; the next line break ends it.
            self.too_long = true;
            self.in_quotes = false;
            self.row.clear();
        }
        if !self.too_long {
            self.row.extend_from_slice(bytes);
        }
    }
}

/// A thousand recipients of the longest addresses, and what is told of each.
const MAX_ROW: usize = 1 << 20;
