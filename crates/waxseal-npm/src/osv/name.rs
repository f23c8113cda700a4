//! One name in its many spellings.

use std::borrow::Cow;

/// The name without percent-encoding, blanks around it and, of a package URL, what is around it.
pub fn normalise(text: &str) -> String {
    let text = text.trim();
    let text = match text.get(..PURL.len()) {
        Some(start) if start.eq_ignore_ascii_case(PURL) => bare(&text[PURL.len()..]),
        _ => text,
    };
    decode(text).into_owned()
}

/// What a name is filed by: names that are the same have the same key, but not the other way round.
pub fn key(name: &str) -> String {
    name.to_lowercase()
}

/// Whether a record's name means a package's name; both are normalised.
///
/// npm takes no new name with capitals, so a record that has some means the name without them too. A name with capitals is one of the
/// old ones, and another package than the one without (`JSONStream`, `jsonstream`): a record in small letters does not mean it.
pub fn same(recorded: &str, asked: &str) -> bool {
    recorded == asked || recorded.to_lowercase() == asked
}

/// A package URL's name: without version, qualifiers and subpath.
fn bare(path: &str) -> &str {
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
    match path.rfind('@') {
        Some(at) if at > 0 => &path[..at],
        _ => path,
    }
}

/// Percent-encoding undone where it is whole; anything else is left as it is.
fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).and_then(|it| std::str::from_utf8(it).ok());
        let value = digits
            .filter(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|it| u8::from_str_radix(it, 16).ok());
        match value.filter(|_| *byte == b'%') {
            Some(value) => {
                out.push(value);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

const PURL: &str = "pkg:npm/";
