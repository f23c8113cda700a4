//! Cuts what a client sends into lines, bounded, whether they end in CRLF or in a bare LF.

/// RFC 4954 §4 asks for 12,288 octets so that long authentication responses fit; RFC 5321 §4.5.3.1.4 only for 512.
pub(crate) const MAX_LINE: usize = 12 * 1024;

/// A line being received.
#[derive(Debug, Default)]
pub(crate) struct LineBuffer {
    kept: Vec<u8>,
    length: usize,
}

/// One whole line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its bytes without the line end, at most [`MAX_LINE`] of them.
    pub(crate) bytes: Vec<u8>,
    /// How long it was.
    pub(crate) length: usize,
    /// It was longer than what was kept.
    pub(crate) too_long: bool,
    /// It ended in LF without CR.
    pub(crate) bare_lf: bool,
}

impl LineBuffer {
    /// Takes bytes up to and with the first LF. Gives how many were taken, and the line if one was ended.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> (usize, Option<Line>) {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = &bytes[..end.unwrap_or(bytes.len())];
        // One more than a line may have, for its CR.
        let room = (MAX_LINE + 1).saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&part[..part.len().min(room)]);
        self.length = self.length.saturating_add(part.len());
        match end {
            Some(end) => (end + 1, Some(self.cut())),
            None => (bytes.len(), None),
        }
    }

    /// What was kept of a line that has not ended, and how long it was.
    pub(crate) fn rest(&mut self) -> (Vec<u8>, usize) {
        (std::mem::take(&mut self.kept), std::mem::take(&mut self.length))
    }

    /// How many more bytes the line may have.
    pub(crate) fn room(&self) -> usize {
        MAX_LINE.saturating_sub(self.length)
    }

    fn cut(&mut self) -> Line {
        let mut bytes = std::mem::take(&mut self.kept);
        let mut length = std::mem::take(&mut self.length);
        let bare_lf = bytes.last() != Some(&b'\r');
        if length == bytes.len() && !bare_lf {
            bytes.pop();
            length -= 1;
        }
        bytes.truncate(MAX_LINE);
        Line {
            too_long: length > MAX_LINE,
            bytes,
            length,
            bare_lf,
        }
    }
}
