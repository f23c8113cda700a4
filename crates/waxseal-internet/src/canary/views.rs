//! Other ways to read the same bytes: with escapes undone, squeezed, decoded or inflated. All are bounded, none fails.

use std::io::Read as _;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};

/// A run of base64 or hexadecimal digits shorter than this holds no piece of a secret.
const MIN_RUN: usize = 16;

/// Lines at least this long may go on in the next line: RFC 2045 §6.8 breaks base64 at 76, PEM at 64.
const MIN_WRAPPED: usize = 60;

/// How many streams that look compressed are tried in one text.
const MAX_STREAMS: usize = 8;

/// The longest text that is tried as brotli, and the buffer it is read through.
const MAX_BROTLI: usize = 1 << 20;
const BROTLI_BUFFER: usize = 4 << 10;

/// What one compressed stream may become.
const MAX_INFLATED: u64 = 4 * 1024 * 1024;

/// Whether there are no more control characters in it than a text has.
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    let control = |byte: &&u8| **byte < b' ' && !byte.is_ascii_whitespace();
    bytes.iter().filter(control).count() * 32 <= bytes.len()
}

/// Percent-encoding undone (RFC 3986 §2.1); nothing when there is none.
pub(crate) fn percent(bytes: &[u8]) -> Option<Vec<u8>> {
    undo(bytes, b'%', |rest| Some((hex_pair(rest.get(1..3)?)?, 3)))
}

/// Quoted-printable undone (RFC 2045 §6.7): soft line breaks would hide a secret that stands across them.
pub(crate) fn quoted_printable(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = bytes;
    let mut found = false;
    while let Some(at) = rest.iter().position(|byte| *byte == b'=') {
        out.extend_from_slice(&rest[..at]);
        let behind = &rest[at + 1..];
        let (byte, taken) = match behind {
            [b'\r', b'\n', ..] => (None, 2),
            [b'\n', ..] => (None, 1),
            _ => match behind.get(..2).and_then(hex_pair) {
                Some(byte) => (Some(byte), 2),
                None => (Some(b'='), 0),
            },
        };
        found |= taken > 0;
        out.extend(byte);
        rest = &behind[taken..];
    }
    out.extend_from_slice(rest);
    found.then_some(out)
}

/// The escapes of JSON and JavaScript undone (RFC 8259 §7): `\u0041`, `\u{41}`, `\x41`, `\/`, `\n`.
pub(crate) fn escapes(bytes: &[u8]) -> Option<Vec<u8>> {
    undo(bytes, b'\\', |rest| match rest.get(1)? {
        b'x' => Some((hex_pair(rest.get(2..4)?)?, 4)),
        b'u' if rest.get(2) == Some(&b'{') => {
            let end = rest.iter().take(12).position(|byte| *byte == b'}')?;
            Some((code_point(&rest[3..end])?, end + 1))
        }
        b'u' => Some((code_point(rest.get(2..6)?)?, 6)),
        b'n' | b'r' | b't' => Some((b'\n', 2)),
        other if other.is_ascii_punctuation() => Some((*other, 2)),
        _ => None,
    })
}

/// Replaces what begins with `mark` by one byte, where `read` gives the byte and how many it stood for.
fn undo(bytes: &[u8], mark: u8, read: impl Fn(&[u8]) -> Option<(u8, usize)>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = bytes;
    let mut found = false;
    while let Some(at) = rest.iter().position(|byte| *byte == mark) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let (byte, taken) = match read(rest) {
            Some(read) => {
                found = true;
                read
            }
            None => (mark, 1),
        };
        out.push(byte);
        rest = &rest[taken..];
    }
    out.extend_from_slice(rest);
    found.then_some(out)
}

fn hex_pair(digits: &[u8]) -> Option<u8> {
    u8::try_from(number(digits)?).ok()
}

/// A code point of ASCII; all others are of no interest.
fn code_point(digits: &[u8]) -> Option<u8> {
    Some(number(digits)?.try_into().unwrap_or(b'?'))
}

fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Only letters, digits and what encodings use beside them: what was between the labels of a name, the lines of a text or the pieces of
/// a string is gone.
pub(crate) fn squeezed(bytes: &[u8]) -> Vec<u8> {
    let kept = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-');
    bytes.iter().copied().filter(kept).collect()
}

/// Without zeros, when there are about as many as in UTF-16 of plain letters.
pub(crate) fn narrowed(bytes: &[u8]) -> Option<Vec<u8>> {
    let zeros = bytes.iter().filter(|byte| **byte == 0).count();
    (zeros * 4 > bytes.len()).then(|| bytes.iter().copied().filter(|byte| *byte != 0).collect())
}

/// What runs of base64 digits decode to, from each of the four places at which the first group may begin. Runs go on over line ends, as
/// MIME breaks them.
pub(crate) fn base64_runs(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut decoded = Vec::new();
    for run in runs(bytes, is_base64) {
        // Text encoded as hexadecimal or written in one long word would come out as noise: that costs time, and harms nothing.
        for skip in 0..4.min(run.len()) {
            let digits = &run[skip..];
            let whole = &digits[..digits.len() - usize::from(digits.len() % 4 == 1)];
            decoded.extend(ANY_BASE64.decode(whole));
        }
    }
    decoded
}

/// What runs of hexadecimal digits decode to.
pub(crate) fn hex_runs(bytes: &[u8]) -> Vec<Vec<u8>> {
    let pairs = |run: Vec<u8>| run.chunks_exact(2).filter_map(hex_pair).collect();
    runs(bytes, |byte| byte.is_ascii_hexdigit())
        .into_iter()
        .map(pairs)
        .collect()
}

/// Runs of digits, with the alphabet of URLs turned into the standard one.
fn runs(bytes: &[u8], is_digit: fn(u8) -> bool) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut run: Vec<u8> = Vec::new();
    let mut line = 0;
    let mut idx = 0;
    while idx < bytes.len() {
        let byte = bytes[idx];
        if is_digit(byte) {
            run.push(match byte {
                b'-' => b'+',
                b'_' => b'/',
                other => other,
            });
            line += 1;
            idx += 1;
            continue;
        }
        let line_end = if line >= MIN_WRAPPED {
            line_end_at(&bytes[idx..])
        } else {
            0
        };
        if line_end == 0 && run.len() >= MIN_RUN {
            found.push(std::mem::take(&mut run));
        }
        if line_end == 0 {
            run.clear();
        }
        line = 0;
        idx += line_end.max(1);
    }
    if run.len() >= MIN_RUN {
        found.push(run);
    }
    found
}

fn line_end_at(bytes: &[u8]) -> usize {
    let ends: [&[u8]; 4] = [b"\r\n", b"\n", b"\\r\\n", b"\\n"];
    ends.iter()
        .find(|end| bytes.starts_with(end))
        .map_or(0, |end| end.len())
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// What the compressed streams in these bytes inflate to: gzip (RFC 1952) and zlib (RFC 1950) anywhere, deflate (RFC 1951) and brotli (RFC 7932) at the start.
pub(crate) fn inflated(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut tried = 0;
    for (idx, pair) in bytes.windows(2).enumerate() {
        let rest = &bytes[idx..];
        let plain = match pair {
            [0x1f, 0x8b] => read_some(GzDecoder::new(rest)),
            [0x78, 0x01 | 0x5e | 0x9c | 0xda] => read_some(ZlibDecoder::new(rest)),
            _ => continue,
        };
        tried += 1;
        found.extend(plain);
        if tried >= MAX_STREAMS {
            break;
        }
    }
    // Text is no deflate stream that is worth trying: its first three bits would have to say so.
    if found.is_empty() && bytes.first().is_some_and(|first| matches!(first >> 1 & 3, 1 | 2)) {
        found.extend(read_some(DeflateDecoder::new(bytes)));
    }
    // Nothing tells brotli (RFC 7932) from noise: what comes out must be a text.
    if found.is_empty() && !is_text(bytes) && bytes.len() <= MAX_BROTLI {
        let plain = read_some(brotli_decompressor::Decompressor::new(bytes, BROTLI_BUFFER));
        found.extend(plain.filter(|plain| is_text(plain)));
    }
    found
}

/// What can be read before the stream ends or turns out to be broken.
fn read_some(stream: impl std::io::Read) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    // A broken end does not make what came before it less of a leak.
    let _broken = stream.take(MAX_INFLATED).read_to_end(&mut plain);
    (plain.len() >= MIN_RUN / 2).then_some(plain)
}

const ANY_BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
