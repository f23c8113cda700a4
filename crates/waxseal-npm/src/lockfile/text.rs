//! The bytes of a lockfile as text.

use std::borrow::Cow;

use super::LockfileError;

/// Decodes UTF-8, or UTF-16 that begins with its mark; the mark itself is taken off.
///
/// # Errors
/// It is neither, or it was left in the middle of a merge.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, LockfileError> {
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(std::str::from_utf8(rest).map_err(|_| LockfileError::NotText)?),
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)?),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)?),
        _ => Cow::Borrowed(std::str::from_utf8(bytes).map_err(|_| LockfileError::NotText)?),
    };
    match unmerged(&text) {
        Some(line) => Err(LockfileError::Unmerged(line)),
        None => Ok(text),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, LockfileError> {
    let (pairs, []) = bytes.as_chunks::<2>() else {
        return Err(LockfileError::NotText);
    };
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .collect::<Result<String, _>>()
        .map_err(|_| LockfileError::NotText)
}

/// The line on which git's marks of a merge begin.
fn unmerged(text: &str) -> Option<u32> {
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find(MERGE)) {
        let at = from + found;
        if at == 0 || text.as_bytes()[at - 1] == b'\n' {
            let before = text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
            return Some(u32::try_from(before + 1).unwrap_or(u32::MAX));
        }
        from = at + MERGE.len();
    }
    None
}

const MERGE: &str = "<<<<<<< ";
