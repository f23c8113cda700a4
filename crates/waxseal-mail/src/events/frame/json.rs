//! Outermost JSON objects, one after the other, whatever stands between them: arrays, commas, line breaks.

use memchr::memchr3;

/// Cuts a stream into objects.
#[derive(Debug, Default)]
pub(in super::super) struct Objects {
    /// The object being read, up to [`MAX_OBJECT`].
    object: Vec<u8>,
    /// The braces and brackets that are open; none: between objects.
    open: Vec<u8>,
    in_string: bool,
    escaped: bool,
    after_newline: bool,
    too_long: bool,
    /// Objects that exceed the limit.
    pub(in super::super) long: u64,
    /// Objects that never ended, or text between objects that is no JSON.
    pub(in super::super) broken: u64,
}

impl Objects {
    /// Hands every object that ends in `chunk` to `object`.
    pub(in super::super) fn feed(&mut self, chunk: &[u8], object: &mut dyn FnMut(&[u8])) {
        let mut rest = chunk;
        while let Some(first) = rest.first() {
            if self.open.is_empty() {
                rest = self.skip_between(rest);
                continue;
            }
            if self.in_string && !self.escaped && !matches!(*first, b'"' | b'\\' | b'\n') {
                let length = memchr3(b'"', b'\\', b'\n', rest).unwrap_or(rest.len());
                self.keep(&rest[..length]);
                rest = &rest[length..];
                continue;
            }
            if !self.in_string {
                let length = rest
                    .iter()
                    .position(|byte| means_something(*byte))
                    .unwrap_or(rest.len());
                if length > 0 {
                    self.keep(&rest[..length]);
                    self.after_newline = false;
                    rest = &rest[length..];
                    continue;
                }
            }
            self.step(*first, object);
            rest = &rest[1..];
        }
    }

    /// An object that has not ended is said to be broken; where it seems to have swallowed others that follow on lines of their own,
    /// those are read.
    pub(in super::super) fn finish(&mut self, object: &mut dyn FnMut(&[u8])) {
        for _ in 0..MAX_RETRIES {
            if self.open.is_empty() {
                return;
            }
            let swallowed = std::mem::take(&mut self.object);
            self.give_up();
            let Some(next) = memchr::memmem::find(&swallowed, b"\n{") else {
                return;
            };
            self.feed(&swallowed[next + 1..], object);
        }
        if !self.open.is_empty() {
            self.give_up();
        }
    }

    /// Up to the next opening brace.
    fn skip_between<'c>(&mut self, chunk: &'c [u8]) -> &'c [u8] {
        let open = memchr::memchr(b'{', chunk).unwrap_or(chunk.len());
        let is_json = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'[' | b']' | b',' | 0x1e);
        if !chunk[..open].iter().all(is_json) {
            self.broken += 1;
        }
        if open == chunk.len() {
            return &[];
        }
        self.object.clear();
        self.too_long = false;
        (self.in_string, self.escaped, self.after_newline) = (false, false, false);
        self.open.push(b'{');
        self.keep(b"{");
        &chunk[open + 1..]
    }

    fn step(&mut self, byte: u8, object: &mut dyn FnMut(&[u8])) {
        let after_newline = std::mem::replace(&mut self.after_newline, byte == b'\n');
        if self.in_string {
            // RFC 8259 §7: no string holds a line break, so a line was cut off here.
            if byte == b'\n' {
                return self.give_up();
            }
            self.keep(&[byte]);
            if self.escaped {
                self.escaped = false;
            } else {
                self.escaped = byte == b'\\';
                self.in_string = byte != b'"';
            }
            return;
        }
        // A line that begins with a brace where no value is due: the line before it was cut off.
        if byte == b'{' && after_newline && !self.is_value_due() {
            self.give_up();
            self.skip_between(b"{");
            return;
        }
        self.keep(&[byte]);
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.open.push(byte),
            b'}' | b']' => {
                self.open.pop();
            }
            _ => {}
        }
        // What is nested deeper than the parser goes is not worth its memory.
        if self.open.len() > MAX_DEPTH {
            return self.give_up();
        }
        if self.open.is_empty() {
            if self.too_long {
                self.long += 1;
            } else {
                object(&self.object);
            }
            self.object.clear();
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.object.len() + bytes.len() > MAX_OBJECT {
            self.too_long = true;
            self.object = Vec::new();
        }
        if !self.too_long {
            self.object.extend_from_slice(bytes);
        }
    }

    fn is_value_due(&self) -> bool {
        let last = self.object.iter().rev().find(|byte| !byte.is_ascii_whitespace());
        let in_list = self.open.last() == Some(&b'[');
        matches!(last, Some(b'[' | b':')) || in_list && last == Some(&b',')
    }

    fn give_up(&mut self) {
        self.broken += 1;
        self.open.clear();
        self.object.clear();
    }
}

/// Outside strings.
fn means_something(byte: u8) -> bool {
    matches!(byte, b'"' | b'{' | b'}' | b'[' | b']' | b'\n')
}

/// The parser stops at 128.
const MAX_DEPTH: usize = 256;

/// So many lines that swallowed others are parted at the end.
const MAX_RETRIES: usize = 16;

/// A page of a list is one object: far above what any provider puts on one, and read in a few hundred megabytes.
pub(in super::super) const MAX_OBJECT: usize = 64 << 20;
