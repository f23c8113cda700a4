//! Takes the message itself: after DATA until a line with one dot (RFC 5321 §4.5.2), or by BDAT in counted chunks (RFC 3030).

use waxseal_model::Payload;

/// How much of a message is kept; the rest is counted.
pub(crate) const MAX_KEPT: usize = 8 * 1024 * 1024;

/// A message being received.
#[derive(Debug, Default)]
pub(crate) struct Content {
    payload: Payload,
}

impl Content {
    /// Adds bytes of the message.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let room = MAX_KEPT - self.payload.bytes.len().min(MAX_KEPT);
        self.payload.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.payload.length = self.payload.length.saturating_add(bytes.len() as u64);
    }

    /// How long it is so far.
    pub(crate) fn length(&self) -> u64 {
        self.payload.length
    }

    /// The message.
    pub(crate) fn into_payload(self) -> Payload {
        self.payload
    }
}

/// Undoes the dots of DATA and finds its end.
///
/// RFC 5321 §4.1.1.4: "The mail data are terminated by a line containing only a period, that is, the character sequence
/// "<CRLF>.<CRLF>", where the first <CRLF> is actually the terminator of the previous line". A bare LF ends a line only for a client
/// whose DATA command ended in one: for all others it is part of the message, else one message could hide another.
#[derive(Debug)]
pub(crate) struct DotReader {
    at: At,
    bare_lf: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// At the first byte of a line.
    LineStart,
    /// Behind a dot that began a line.
    Dot,
    /// Behind a dot that began a line, and a CR.
    DotCr,
    /// Within a line.
    Within,
    /// Behind a CR.
    Cr,
}

impl DotReader {
    /// A reader for a client whose DATA command ended in a bare LF, or did not.
    pub(crate) fn new(bare_lf: bool) -> Self {
        Self {
            at: At::LineStart,
            bare_lf,
        }
    }

    /// Takes bytes until the message ends. Gives how many were taken and whether it ended.
    pub(crate) fn take(&mut self, bytes: &[u8], content: &mut Content) -> (usize, bool) {
        let mut taken = 0;
        while let Some(byte) = bytes.get(taken) {
            if self.at == At::Within {
                let rest = &bytes[taken..];
                let plain = rest
                    .iter()
                    .position(|byte| matches!(byte, b'\r' | b'\n'))
                    .unwrap_or(rest.len());
                content.push(&rest[..plain]);
                taken += plain;
                if plain > 0 {
                    continue;
                }
            }
            taken += 1;
            if self.step(*byte, content) {
                return (taken, true);
            }
        }
        (taken, false)
    }

    /// One byte; true when it ended the message.
    fn step(&mut self, byte: u8, content: &mut Content) -> bool {
        match (self.at, byte) {
            (At::LineStart, b'.') => {
                self.at = At::Dot;
                return false;
            }
            (At::Dot, b'\r') => {
                self.at = At::DotCr;
                return false;
            }
            (At::Dot, b'\n') if self.bare_lf => return true,
            (At::DotCr, b'\n') => return true,
            // It was a CR in the middle of a line that began with a stuffed dot.
            (At::DotCr, _) => content.push(b"\r"),
            _ => {}
        }
        let behind_cr = matches!(self.at, At::Cr | At::DotCr);
        content.push(&[byte]);
        self.at = match byte {
            b'\r' => At::Cr,
            b'\n' if behind_cr || self.bare_lf => At::LineStart,
            _ => At::Within,
        };
        false
    }
}
