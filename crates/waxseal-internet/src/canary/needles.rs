//! Every form in which a piece of a secret may stand in a text without anything around it having to be decoded.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::chance::BASE32;

/// All forms of a piece, each with the name of the encoding.
pub(crate) fn forms(piece: &str) -> Vec<(Vec<u8>, &'static str)> {
    let bytes = piece.as_bytes();
    let wide: Vec<u8> = bytes.iter().flat_map(|byte| [*byte, 0]).collect();
    let mut forms = vec![
        (bytes.to_vec(), "plain"),
        (reversed(bytes), "reversed"),
        (bytes.iter().map(|byte| rot13(*byte)).collect(), "rot13"),
        (hex(bytes).into_bytes(), "hex"),
        (reversed(hex(bytes).as_bytes()), "reversed hex"),
        (hex(&wide).into_bytes(), "hex of utf-16"),
        (decimal(bytes, ",").into_bytes(), "decimal"),
        (decimal(bytes, ", ").into_bytes(), "decimal"),
        (decimal(bytes, " ").into_bytes(), "decimal"),
    ];
    for before in 0..3 {
        for (text, name, backwards) in [(bytes, "base64", "reversed base64"), (&wide, "base64 of utf-16", "")] {
            let (standard, url) = base64_behind(text, before);
            if !backwards.is_empty() {
                forms.push((reversed(standard.as_bytes()), backwards));
            }
            forms.push((standard.into_bytes(), name));
            forms.push((url.into_bytes(), name));
        }
    }
    for before in 0..5 {
        forms.push((base32_behind(bytes, before).into_bytes(), "base32"));
    }
    forms
}

/// Base64 (RFC 4648 §4, §5) of these bytes behind some others: only the characters that no byte outside has a part in.
fn base64_behind(bytes: &[u8], before: usize) -> (String, String) {
    let padded = [&vec![0; before][..], bytes].concat();
    let first = (before * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    let cut = |encoded: String| encoded[first..last].to_owned();
    (
        cut(STANDARD_NO_PAD.encode(&padded)),
        cut(URL_SAFE_NO_PAD.encode(&padded)),
    )
}

/// Base32 (RFC 4648 §6) of these bytes behind some others, in the same way.
fn base32_behind(bytes: &[u8], before: usize) -> String {
    let padded = [&vec![0; before][..], bytes].concat();
    let first = (before * 8).div_ceil(5);
    let last = padded.len() * 8 / 5;
    base32(&padded)[first..last].to_owned()
}

/// Base32 without padding.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let bit = |idx: usize| {
        bytes
            .get(idx / 8)
            .map_or(0, |byte| usize::from(byte >> (7 - idx % 8) & 1))
    };
    let digit = |start: usize| (start..start + 5).fold(0, |digit, idx| digit << 1 | bit(idx));
    let starts = (0..bytes.len() * 8).step_by(5);
    starts
        .map(|start| char::from(BASE32.as_bytes()[digit(start)]))
        .collect()
}

/// Hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Numbers, as an array of bytes is printed.
fn decimal(bytes: &[u8], between: &str) -> String {
    bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(between)
}

fn reversed(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().rev().copied().collect()
}

/// The letter thirteen places further.
pub(crate) fn rot13(byte: u8) -> u8 {
    let first = if byte.is_ascii_lowercase() { b'a' } else { b'A' };
    if byte.is_ascii_alphabetic() {
        (byte - first + 13) % 26 + first
    } else {
        byte
    }
}
