//! Content codings of a body undone, under a ceiling that no bomb breaks.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// What became of a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Coded {
    /// All codings were undone.
    Undone(Vec<u8>),
    /// It is left as it was sent: why.
    Left(String),
}

/// Undoes `codings`, the last one first (RFC 9110 §8.4), as long as no step gives more than `limit` bytes or grows by more than
/// a bomb would have to.
pub(super) fn undo(codings: &[&str], body: &[u8], limit: usize) -> Coded {
    if codings.len() > MAX_CODINGS {
        return Coded::Left(format!("more than {MAX_CODINGS} content codings"));
    }
    let mut bytes = body.to_vec();
    for coding in codings.iter().rev() {
        let room = limit.min(bytes.len().saturating_mul(MAX_RATIO).max(MIN_ROOM));
        let undone = match coding.to_ascii_lowercase().as_str() {
            "" | "identity" => continue,
            "gzip" | "x-gzip" => read(MultiGzDecoder::new(&bytes[..]), room),
            // RFC 9110 §8.4.1.2 says zlib; some clients send what is inside of it.
            "deflate" => match read(ZlibDecoder::new(&bytes[..]), room) {
                Err(Failed::Broken) => read(DeflateDecoder::new(&bytes[..]), room),
                read => read,
            },
            other => {
                let name: String = other.chars().take(MAX_NAME).collect();
                return Coded::Left(format!("the content coding `{name}` is not one we undo"));
            }
        };
        match undone {
            Ok(undone) => bytes = undone,
            Err(Failed::Broken) => return Coded::Left("the content coding does not decode".to_owned()),
            Err(Failed::TooLarge) => return Coded::Left(format!("the body decodes to more than {room} bytes")),
        }
    }
    Coded::Undone(bytes)
}

enum Failed {
    Broken,
    TooLarge,
}

fn read(decoder: impl Read, room: usize) -> Result<Vec<u8>, Failed> {
    let mut bytes = Vec::new();
    decoder
        .take(room as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| Failed::Broken)?;
    if bytes.len() > room {
        Err(Failed::TooLarge)
    } else {
        Ok(bytes)
    }
}

/// One is usual; each costs a pass.
const MAX_CODINGS: usize = 4;

/// Deflate reaches 1032 to one at most, and text ten to one; JSON that repeats itself can reach a hundred.
const MAX_RATIO: usize = 200;

/// Small bodies may grow by more: this much harms nobody.
const MIN_ROOM: usize = 1 << 20;

/// Registered codings have names of at most 12 letters.
const MAX_NAME: usize = 32;
