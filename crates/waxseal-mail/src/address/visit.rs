//! Address lists on hot paths: plain elements are handed on as they stand, whatever else goes through the full reader.

use super::{AddressList, MAX_MAILBOXES, Reader, Reading, cut};

/// Hands every address that a `To`, `Cc`, `Resent-To` or `Resent-Cc` value names for sure to `visit`, as `local@domain`: the domain in
/// lower case, the local part as written, in quotes where it needs them. In order, duplicates included. Returns whether all of the value
/// was read.
///
/// Agrees with [`parse_list`](super::parse_list) wherever each element of the list says one thing. An element that says two (`a@x b@y`,
/// `<a@x> <b@y>`, `a@x: b@y;`) names nobody here, and the value is not complete: readers of mail disagree on whom it names, and what
/// nobody is shown must not count as shown.
///
/// Elements such as `a@b.example`, `Name <a@b.example>` and `"Name" <a@b.example>` cost one pass and no allocation.
pub fn visit_list(text: &[u8], mut visit: impl FnMut(&str)) -> bool {
    match std::str::from_utf8(text) {
        Ok(text) => visit_text(text, &mut visit),
        Err(_) => visit_text(&String::from_utf8_lossy(text), &mut visit),
    }
}

fn visit_text(text: &str, visit: &mut impl FnMut(&str)) -> bool {
    let mut complete = true;
    let mut rest = cut(text, &mut complete);
    let mut count = 0;
    let mut scratch = String::new();
    while !rest.is_empty() {
        let Some(plain) = plain_element(rest.as_bytes()) else {
            let (after, whole) = visit_element(rest, &mut count, &mut scratch, visit);
            complete &= whole;
            rest = after;
            continue;
        };
        if let Some((start, end)) = plain.address {
            if count == MAX_MAILBOXES {
                return false;
            }
            count += 1;
            let address = &rest[start..end];
            visit(if plain.has_capitals {
                lower_domain(address, &mut scratch)
            } else {
                address
            });
        }
        rest = &rest[plain.next..];
    }
    complete
}

/// One element by the full reader: what is behind it, and whether it was read wholly.
fn visit_element<'a>(
    text: &'a str,
    count: &mut usize,
    scratch: &mut String,
    visit: &mut impl FnMut(&str),
) -> (&'a str, bool) {
    let list = AddressList {
        mailboxes: Vec::new(),
        complete: true,
    };
    let mut reader = Reader::new(text, list, Reading::Sure);
    reader.count = *count;
    let more = reader.read_element();
    *count = reader.count;
    let rest = if more { reader.chars.as_str() } else { "" };
    for mailbox in &reader.list.mailboxes {
        scratch.clear();
        // Writing to a `String` does not fail.
        let _ = std::fmt::Write::write_fmt(scratch, format_args!("{mailbox}"));
        visit(scratch);
    }
    (rest, reader.list.complete)
}

fn lower_domain<'a>(address: &str, scratch: &'a mut String) -> &'a str {
    scratch.clear();
    let at = address.rfind('@').unwrap_or_default();
    scratch.push_str(&address[..at]);
    scratch.extend(address[at..].chars().map(|c| c.to_ascii_lowercase()));
    scratch
}

/// An element that needs no reader.
struct Plain {
    /// Where its address is; `None` for an empty element.
    address: Option<(usize, usize)>,
    /// Its domain is not in lower case.
    has_capitals: bool,
    /// Where the next element begins.
    next: usize,
}

/// Reads `a@b.example`, `Name <a@b.example>` or nothing, up to a comma, a semicolon or the end. `None`: not of this form.
fn plain_element(text: &[u8]) -> Option<Plain> {
    let start = skip_space(text, 0);
    // A bare address first: most elements are one.
    let (end, address) = dotted_address(text, start);
    let after = skip_space(text, end);
    if is_end(text, after) {
        if end == start {
            return Some(Plain {
                address: None,
                has_capitals: false,
                next: next_element(text, after),
            });
        }
        let has_capitals = address?;
        return Some(Plain {
            address: Some((start, end)),
            has_capitals,
            next: next_element(text, after),
        });
    }
    let open = phrase(text, end)?;
    let (end, address) = dotted_address(text, open + 1);
    let has_capitals = address?;
    if text.get(end) != Some(&b'>') {
        return None;
    }
    let after = skip_space(text, end + 1);
    is_end(text, after).then(|| Plain {
        address: Some((open + 1, end)),
        has_capitals,
        next: next_element(text, after),
    })
}

/// Skips a display name of atoms and quoted strings without escapes, up to the opening bracket, which it gives.
fn phrase(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match CLASSES[usize::from(*text.get(at)?)] {
            Class::Quote => {
                let length = memchr::memchr2(b'"', b'\\', &text[at + 1..])?;
                at += 1 + length;
                if text[at] != b'"' {
                    return None;
                }
            }
            Class::Special => return (text[at] == b'<').then_some(at),
            _ => {}
        }
        at += 1;
    }
}

/// Reads atoms, dots and one at sign (RFC 5322 §3.2.3): where that ends, and, if it is an address that needs no second look, whether
/// there are capitals in its domain.
fn dotted_address(text: &[u8], start: usize) -> (usize, Option<bool>) {
    let mut at = None;
    let mut label = start;
    let mut has_capitals = false;
    let mut is_plain = true;
    let mut idx = start;
    while let Some(byte) = text.get(idx) {
        match CLASSES[usize::from(*byte)] {
            Class::Lower | Class::Hyphen => {}
            Class::Capital => has_capitals |= at.is_some(),
            Class::Atom => is_plain &= at.is_none(),
            Class::Dot | Class::At => {
                is_plain &= idx > label && is_label(&text[label..idx], at.is_some());
                if *byte == b'@' {
                    is_plain &= at.is_none() && idx - start <= MAX_LOCAL;
                    at = Some(idx);
                }
                label = idx + 1;
            }
            Class::Special | Class::Quote | Class::Other => break,
        }
        idx += 1;
    }
    is_plain &= idx > label && is_label(&text[label..idx], at.is_some());
    let domain = at.map_or(0, |at| idx - at - 1);
    let found = (is_plain && domain > 0 && domain <= MAX_DOMAIN).then_some(has_capitals);
    (idx, found)
}

/// RFC 1035 §2.3.1, for the labels of a domain; an atom of a local part may be anything.
fn is_label(label: &[u8], in_domain: bool) -> bool {
    !in_domain || label.len() <= MAX_LABEL && label.first() != Some(&b'-') && label.last() != Some(&b'-')
}

fn skip_space(text: &[u8], mut at: usize) -> usize {
    while matches!(text.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

fn is_end(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), None | Some(b',' | b';'))
}

fn next_element(text: &[u8], end: usize) -> usize {
    text.len().min(end + 1)
}

/// What a byte can be part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A letter in lower case or a digit.
    Lower,
    /// A letter in upper case.
    Capital,
    /// The rest of `atext` (RFC 5322 §3.2.3), which no domain holds.
    Atom,
    /// In local parts and domains.
    Hyphen,
    Dot,
    At,
    Quote,
    /// Means something outside quotes, or might.
    Special,
    /// White space, and bytes outside ASCII: in display names only.
    Other,
}

const CLASSES: [Class; 256] = classes();

const fn classes() -> [Class; 256] {
    let mut classes = [Class::Special; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' | b'0'..=b'9' => Class::Lower,
            b'A'..=b'Z' => Class::Capital,
            b'-' => Class::Hyphen,
            b'.' => Class::Dot,
            b'@' => Class::At,
            b'"' => Class::Quote,
            b'!' | b'#'..=b'\'' | b'*' | b'+' | b'/' | b'=' | b'?' | b'^'..=b'`' | b'{'..=b'~' => Class::Atom,
            b' ' | b'\t' | b'\r' | b'\n' | 0x80.. => Class::Other,
            _ => Class::Special,
        };
        byte += 1;
    }
    classes
}

/// RFC 5321 §4.5.3.1.1 and §4.5.3.1.2, RFC 1035 §2.3.4.
const MAX_LOCAL: usize = 64;
const MAX_DOMAIN: usize = 255;
const MAX_LABEL: usize = 63;
