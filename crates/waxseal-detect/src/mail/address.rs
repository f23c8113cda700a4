//! When two written addresses are the same mailbox, for the purpose of asking whether a header names a recipient.

use std::borrow::Cow;

/// The form in which addresses are compared: lower case, the domain in ASCII (RFC 5890 A-labels), without the brackets, quotes and
/// the dot at its end that an address may be written with.
///
/// Local parts are folded too, against RFC 5321 §2.4: a copy to `Alice@` beside a header that names `alice@` is a spelling, not a
/// secret, on every system that is in use. An address without a domain stays one word.
pub fn compare_key(written: &str) -> String {
    let written = bare(written);
    let Some((local, domain)) = written.rsplit_once('@') else {
        return unquoted(written).to_lowercase();
    };
    let mut key = unquoted(local).to_lowercase();
    key.push('@');
    key.push_str(&domain_key(domain));
    key
}

/// [`compare_key`] into a text that is used again and again.
pub(super) fn compare_key_into(key: &mut String, written: &str) {
    key.clear();
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\');
    if written.bytes().all(plain) && !written.ends_with('.') {
        key.push_str(written);
        key.make_ascii_lowercase();
    } else {
        key.push_str(&compare_key(written));
    }
}

/// A domain as it is compared: lower case, ASCII, without a dot at its end. What no IDNA knows stays as it is written, in lower case.
pub fn domain_key(domain: &str) -> Cow<'_, str> {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    if domain.is_ascii() {
        return match domain.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(domain.to_ascii_lowercase()),
            false => Cow::Borrowed(domain),
        };
    }
    Cow::Owned(idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_lowercase()))
}

/// The part of a domain that somebody registered, by the Public Suffix List that is compiled in; the domain itself where that list
/// knows none. Expects the form of [`domain_key`].
pub fn registrable(domain: &str) -> &str {
    psl::domain_str(domain).unwrap_or(domain)
}

/// A key without what follows the delimiter in its local part: `alice+shop@x.example` is `alice@x.example`.
pub(super) fn without_detail<'a>(key: &'a str, delimiters: &str) -> Cow<'a, str> {
    let Some((local, domain)) = key.rsplit_once('@') else {
        return Cow::Borrowed(key);
    };
    match local.find(|c| delimiters.contains(c)) {
        Some(at) if at > 0 => Cow::Owned(format!("{}@{domain}", &local[..at])),
        _ => Cow::Borrowed(key),
    }
}

/// What of a text of others is remembered: all of it, up to what any address may be long (RFC 5321 §4.5.3.1: 64 and 255 octets), cut between
/// characters. Two longer ones that begin alike count as one.
pub(super) fn remembered(text: &str) -> &str {
    match text.len() <= MAX_REMEMBERED {
        true => text,
        false => &text[..text.floor_char_boundary(MAX_REMEMBERED)],
    }
}

const MAX_REMEMBERED: usize = 320;

/// The domain of a key; empty where it has none.
pub(super) fn domain_of(key: &str) -> &str {
    key.rsplit_once('@').map_or("", |(_, domain)| domain)
}

fn bare(written: &str) -> &str {
    let trimmed = written.trim();
    trimmed
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
        .unwrap_or(trimmed)
}

/// RFC 5321 §4.1.2: a quoted string means what is inside it.
fn unquoted(local: &str) -> Cow<'_, str> {
    let Some(inner) = local
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|_| local.len() >= 2)
    else {
        return Cow::Borrowed(local);
    };
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next()),
            c => text.push(c),
        }
    }
    Cow::Owned(text)
}
