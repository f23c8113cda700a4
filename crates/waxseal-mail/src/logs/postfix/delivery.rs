//! `to=<>, orig_to=<>, relay=, conn_use=, delay=, delays=, dsn=, status=WORD (REPLY)`.
//!
//! The address is the sender's and the reply is the remote server's. Before 3.5 Postfix wrote addresses without quotes, so that
//! `"a@b>, relay=x"@c` looks like `a@b`: where a line can be read in two ways, both addresses are recipients.

use memchr::memmem::Finder;
use waxseal_model::Delivery;

/// One delivery, or the attempt at one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Delivered<'l> {
    pub(super) address: &'l [u8],
    /// `orig_to=`, or empty.
    pub(super) original: &'l [u8],
    /// The address as it is if all that follows it is taken for a part of it.
    pub(super) other_reading: Option<&'l [u8]>,
    pub(super) relay: &'l [u8],
    /// `None` for a probe.
    pub(super) delivery: Option<Delivery>,
    /// What stands in the brackets at the end, with the last of them.
    pub(super) reply: &'l [u8],
}

/// Searchers for what every line holds.
pub(super) struct Finders {
    relay: Finder<'static>,
    status: Finder<'static>,
}

impl Default for Finders {
    fn default() -> Self {
        Self {
            relay: Finder::new(b">, relay="),
            status: Finder::new(b", status="),
        }
    }
}

pub(super) fn parse<'l>(text: &'l [u8], finders: &Finders) -> Option<Delivered<'l>> {
    let rest = text.strip_prefix(b"to=<")?;
    let (address, mut tail) = address(rest)?;
    let mut original = &b""[..];
    if let Some(quoted) = tail.strip_prefix(b"orig_to=<") {
        (original, tail) = self::address(quoted)?;
    }
    let tail = tail.strip_prefix(b"relay=")?;
    let status = finders.status.find(tail)?;
    let fields = &tail[..status];
    let relay = &fields[..memchr::memchr(b',', fields).unwrap_or(fields.len())];
    // A reply can hold anything, but only what stands before it can be part of an address.
    let word = &tail[status + b", status=".len()..];
    let (word, reply) = word.split_at(memchr::memchr(b' ', word).unwrap_or(word.len()));
    let again = finders.relay.find(tail);
    let other_reading = again.and_then(|_| last_reading(rest, finders));
    Some(Delivered {
        address,
        original,
        other_reading,
        relay,
        delivery: delivery(word)?,
        reply: reply.strip_prefix(b" (").unwrap_or(reply),
    })
}

/// The address before the last `>, relay=`, without an `orig_to=` that may follow it.
fn last_reading<'l>(rest: &'l [u8], finders: &Finders) -> Option<&'l [u8]> {
    let mut last = None;
    let mut from = 0;
    while let Some(at) = finders.relay.find(&rest[from..]) {
        last = Some(from + at);
        from += at + 1;
    }
    let address = &rest[..last?];
    let original = memchr::memmem::rfind(address, b">, orig_to=<");
    Some(&address[..original.unwrap_or(address.len())])
}

/// Up to `>, `, of which a quoted local part may hold any number.
fn address(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut from = 0;
    if rest.first() == Some(&b'"') {
        from = quoted_end(rest).unwrap_or(0);
    }
    let end = from + memchr::memchr(b'>', &rest[from..])?;
    match rest[end + 1..].strip_prefix(b", ") {
        Some(tail) => Some((&rest[..end], tail)),
        // An unquoted address with a bracket in it.
        None => {
            let end = from + memchr::memmem::find(&rest[from..], b">, ")?;
            Some((&rest[..end], &rest[end + 3..]))
        }
    }
}

/// Where a quoted string ends (RFC 5321 §4.1.2).
fn quoted_end(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match text.get(at)? {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// What became of it; `Some(None)` for a probe, `None` for a word that Postfix does not write.
fn delivery(status: &[u8]) -> Option<Option<Delivery>> {
    Some(match status {
        b"sent" => Some(Delivery::Sent),
        b"deferred" | b"SOFTBOUNCE" => Some(Delivery::Deferred),
        b"bounced" | b"expired" => Some(Delivery::Bounced),
        b"deliverable" | b"undeliverable" => None,
        _ => return None,
    })
}
