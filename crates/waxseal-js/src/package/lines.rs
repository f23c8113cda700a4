//! Turns byte offsets of a file into lines and columns, in time that does not depend on how long a line is.

use oxc_span::Span;

/// A place in a file, see [`waxseal_model::Location`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) width: u32,
}

/// Where the lines of a file begin, and how many characters stand before each block of it.
pub(super) struct LineTable<'s> {
    source: &'s str,
    /// Offset of the first byte of every line.
    starts: Vec<u32>,
    /// Characters before every [`BLOCK`] bytes; empty if every character is one byte.
    characters: Vec<u32>,
}

impl<'s> LineTable<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        let bytes = source.as_bytes();
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', bytes).map(|at| offset(at + 1)));
        let mut characters = Vec::new();
        if !source.is_ascii() {
            let mut before = 0;
            for block in bytes.chunks(BLOCK) {
                characters.push(before);
                before += count_characters(block);
            }
            characters.push(before);
        }
        Self {
            source,
            starts,
            characters,
        }
    }

    /// The place of a span, its width cut at the end of its first line.
    pub(super) fn place(&self, span: Span) -> Place {
        let length = offset(self.source.len());
        let start = span.start.min(length);
        let line = self.starts.partition_point(|begin| *begin <= start) - 1;
        let line_end = self.starts.get(line + 1).map_or(length, |next| next - 1);
        let end = span.end.clamp(start, line_end.max(start));
        let before = self.characters_before(start);
        Place {
            line: offset(line) + 1,
            column: before - self.characters_before(self.starts[line]) + 1,
            width: (self.characters_before(end) - before).max(1),
        }
    }

    fn characters_before(&self, at: u32) -> u32 {
        let at = at as usize;
        if self.characters.is_empty() {
            return offset(at);
        }
        let block = at / BLOCK;
        self.characters[block] + count_characters(&self.source.as_bytes()[block * BLOCK..at])
    }
}

/// Every byte that does not continue a character begins one.
fn count_characters(bytes: &[u8]) -> u32 {
    offset(bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count())
}

/// Files are far below 4 GiB: the parser refuses larger ones.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Small enough that counting one block is cheap, large enough that the table is.
const BLOCK: usize = 4096;
