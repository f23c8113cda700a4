//! Bytes in pieces of any size: out of UTF-16 if need be, then cut into JSON objects or rows of a table.

mod json;
mod rows;

use std::borrow::Cow;

pub(super) use json::Objects;
pub(super) use rows::Rows;

/// Makes UTF-8 of what comes in; bytes that are none are left for later.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    encoding: Option<Encoding>,
    /// What came before the encoding was known, or half a character.
    pending: Vec<u8>,
    /// The first half of a surrogate pair.
    high: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16 { little: bool },
}

impl Decoder {
    /// What can be handed on of everything so far.
    pub(super) fn feed<'c>(&mut self, chunk: &'c [u8]) -> Cow<'c, [u8]> {
        let encoding = match self.encoding {
            Some(Encoding::Utf8) => return Cow::Borrowed(chunk),
            Some(encoding) => encoding,
            None => {
                self.pending.extend_from_slice(chunk);
                if self.pending.len() < MARK {
                    return Cow::Borrowed(&[]);
                }
                self.recognise()
            }
        };
        let mut bytes = std::mem::take(&mut self.pending);
        match encoding {
            Encoding::Utf8 => Cow::Owned(bytes),
            Encoding::Utf16 { little } => {
                if self.encoding.is_some() {
                    bytes.extend_from_slice(chunk);
                }
                self.encoding = Some(encoding);
                Cow::Owned(self.utf16(&bytes, little))
            }
        }
    }

    /// What is left at the end.
    pub(super) fn finish(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        if self.encoding.is_none() {
            let encoding = self.recognise();
            let bytes = std::mem::take(&mut self.pending);
            match encoding {
                Encoding::Utf8 => rest = bytes,
                Encoding::Utf16 { little } => rest = self.utf16(&bytes, little),
            }
        }
        if self.high.take().is_some() || !std::mem::take(&mut self.pending).is_empty() {
            rest.extend_from_slice("\u{fffd}".as_bytes());
        }
        rest
    }

    /// By the byte order mark, else by where zeros stand: exports of Exchange are in UTF-16 with and without one.
    fn recognise(&mut self) -> Encoding {
        let (encoding, mark) = match self.pending.as_slice() {
            [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
            [0xff, 0xfe, ..] => (Encoding::Utf16 { little: true }, 2),
            [0xfe, 0xff, ..] => (Encoding::Utf16 { little: false }, 2),
            [first, 0, second, 0, ..] if *first != 0 && *second != 0 => (Encoding::Utf16 { little: true }, 0),
            [0, first, 0, second, ..] if *first != 0 && *second != 0 => (Encoding::Utf16 { little: false }, 0),
            _ => (Encoding::Utf8, 0),
        };
        self.pending.drain(..mark);
        if encoding == Encoding::Utf8 {
            self.encoding = Some(encoding);
        }
        encoding
    }

    fn utf16(&mut self, bytes: &[u8], little: bool) -> Vec<u8> {
        self.encoding = Some(Encoding::Utf16 { little });
        let pairs = bytes.chunks_exact(2);
        self.pending = pairs.remainder().to_vec();
        let units = pairs.filter_map(|pair| <[u8; 2]>::try_from(pair).ok()).map(|pair| {
            if little {
                u16::from_le_bytes(pair)
            } else {
                u16::from_be_bytes(pair)
            }
        });
        let high = self.high.take();
        let mut units: Vec<u16> = high.into_iter().chain(units).collect();
        if units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            self.high = units.pop();
        }
        String::from_utf16_lossy(&units).into_bytes()
    }
}

/// The beginning of a file as text, whatever it is encoded in.
pub(super) fn decode_head(head: &[u8]) -> String {
    let mut decoder = Decoder::default();
    let mut bytes = decoder.feed(head).into_owned();
    if head.len() < MARK {
        bytes.extend(decoder.finish());
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// So many bytes tell the encoding.
const MARK: usize = 4;
