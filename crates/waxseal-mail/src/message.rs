//! A raw message: its header fields, and the text it is carried as in an API request.

use std::borrow::Cow;

/// What [`header_fields`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderFields {
    /// Name and value, in order; a folded value is on one line (RFC 5322 §2.2.3).
    pub fields: Vec<(String, String)>,
    /// Whether all of the header was read: false if a line in it is no field, or it exceeds the limits.
    pub complete: bool,
}

/// The header fields of a raw message, which may be in base64 or base64url, as provider APIs want it.
pub fn header_fields(message: &str) -> HeaderFields {
    let message = plain(message);
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut complete = true;
    let mut read = 0;
    for line in message.split_inclusive('\n') {
        read += line.len();
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            break;
        }
        if read > MAX_HEADER || fields.len() == MAX_FIELDS {
            complete = false;
            break;
        }
        if line.starts_with([' ', '\t']) {
            match fields.last_mut() {
                Some((_, value)) if value.is_empty() => value.push_str(line.trim()),
                Some((_, value)) => value.push_str(line.trim_end()),
                None => complete = false,
            }
            continue;
        }
        match line.split_once(':') {
            Some((name, value)) => fields.push((name.trim_end().to_owned(), value.trim().to_owned())),
            None => complete = false,
        }
    }
    HeaderFields { fields, complete }
}

/// The message as text. A header field needs a colon, which base64 does not have.
fn plain(message: &str) -> Cow<'_, str> {
    if message.contains(':') {
        return Cow::Borrowed(message);
    }
    // Four characters of base64 are three bytes, so this holds the longest header.
    let bytes = decode_base64(message.bytes().take(MAX_HEADER * 2));
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// Base64 in either alphabet (RFC 4648 §4 and §5), with or without padding and line breaks; other bytes are skipped.
fn decode_base64(text: impl Iterator<Item = u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut bits = 0_u32;
    let mut count = 0;
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => continue,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    bytes
}

/// Five times what Postfix keeps of a header (`header_size_limit`, 100 KiB).
const MAX_HEADER: usize = 512 << 10;
/// Far above what any real message has.
const MAX_FIELDS: usize = 2_000;

#[cfg(test)]
mod tests;
