//! Who handed a mail in, and what was refused of it: `smtpd`, `pickup`, `NOQUEUE`.

use memchr::{memchr, memmem};
use waxseal_model::Delivery;

use super::{Entry, is_queue_id};
use crate::logs::tracker::{NewRecipient, Slot};
use crate::logs::{Sink, State};

/// `client=HOST[ADDRESS], sasl_method=, sasl_username=, sasl_sender=, orig_queue_id=, orig_client=`, or a refused recipient.
pub(super) fn smtpd(entry: Entry<'_>, state: &mut State, sink: &mut Sink<'_>) -> Option<()> {
    let Some(rest) = entry.text.strip_prefix(b"client=") else {
        let rest = entry
            .text
            .strip_prefix(b"milter-")
            .unwrap_or(entry.text)
            .strip_prefix(b"reject: ")?;
        let slot = state.tracker.open(entry.host, entry.id, entry.at, sink);
        refusal(slot, rest, state);
        state.tracker.settle(slot, sink);
        return Some(());
    };
    let slot = state.tracker.begin(entry.host, entry.id, entry.at, sink);
    let mail = state.tracker.mail(slot);
    let (client, fields) = rest.split_at(memchr(b',', rest).unwrap_or(rest.len()));
    mail.client = mail.keep(client);
    mail.listener = mail.keep(entry.service);
    mail.is_from_inside = is_inside(client);
    if fields.is_empty() {
        return Some(());
    }
    let (fields, original_id) = match memmem::rfind(fields, b", orig_queue_id=") {
        Some(at) => (&fields[..at], Some(&fields[at + b", orig_queue_id=".len()..])),
        None => (fields, None),
    };
    if let Some(at) = memmem::find(fields, b", sasl_username=") {
        let name = &fields[at + b", sasl_username=".len()..];
        let end = [&b", sasl_sender="[..], b", orig_client="]
            .iter()
            .filter_map(|it| memmem::rfind(name, it))
            .min();
        mail.login = mail.keep(&name[..end.unwrap_or(name.len())]);
    }
    if let Some(original) = original_id {
        let id = &original[..memchr(b',', original).unwrap_or(original.len())];
        if is_queue_id(id)
            && let Some(first) = state.tracker.find(entry.host, id)
        {
            state.tracker.link_surely(slot, first);
        }
    }
    Some(())
}

/// `uid=0 from=<root>`, and `orig_id=` where `postsuper -r` queued it anew.
pub(super) fn pickup(entry: Entry<'_>, state: &mut State, sink: &mut Sink<'_>) -> Option<()> {
    let rest = entry.text.strip_prefix(b"uid=")?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let original = memmem::rfind(rest, b"> orig_id=").map(|at| &rest[at + b"> orig_id=".len()..]);
    let original = original
        .filter(|id| is_queue_id(id))
        .and_then(|id| state.tracker.find(entry.host, id));
    let slot = state.tracker.begin(entry.host, entry.id, entry.at, sink);
    if let Some(original) = original {
        state.tracker.queued_anew(slot, original);
    }
    let mail = state.tracker.mail(slot);
    let mut login = [0_u8; 24];
    let name = [b"uid:", &rest[..digits.min(20)]].concat();
    let login = match login.get_mut(..name.len()) {
        Some(login) => {
            login.copy_from_slice(&name);
            &*login
        }
        None => &name,
    };
    mail.login = mail.keep(login);
    mail.listener = mail.keep(b"pickup");
    mail.is_from_inside = true;
    Some(())
}

/// `NOQUEUE: reject: RCPT from HOST: REPLY; from=<> to=<> proto= helo=<>`: nothing was taken in, but somebody tried.
pub(super) fn refused_before(entry: Entry<'_>, state: &mut State, sink: &mut Sink<'_>) -> Option<()> {
    let rest = entry
        .text
        .strip_prefix(b"milter-")
        .unwrap_or(entry.text)
        .strip_prefix(b"reject: ")?;
    if !rest.starts_with(b"RCPT from ") {
        return Some(());
    }
    let slot = state.tracker.begin(entry.host, entry.id, entry.at, sink);
    refusal(slot, rest, state);
    let mail = state.tracker.mail(slot);
    let client = &rest[b"RCPT from ".len()..];
    mail.client = mail.keep(&client[..memmem::find(client, b": ").unwrap_or(0)]);
    mail.listener = mail.keep(entry.service);
    state.tracker.done(slot, sink);
    Some(())
}

/// Adds whom a refusal names. What stands before `; from=<` and in `helo=<>` is the sender's: each way to read it counts.
pub(super) fn refusal(slot: Slot, rest: &[u8], state: &mut State) {
    let first = memmem::find(rest, b"; from=<");
    let last = memmem::rfind(rest, b"; from=<");
    for at in [first, last.filter(|_| first != last)].into_iter().flatten() {
        let tail = &rest[at + b"; from=<".len()..];
        let Some(end) = memmem::find(tail, b"> to=<") else {
            continue;
        };
        let sender = &tail[..end];
        let to = &tail[end + b"> to=<".len()..];
        let Some(end) = memmem::find(to, b"> proto=").or_else(|| memchr(b'>', to)) else {
            continue;
        };
        let mail = state.tracker.mail(slot);
        if !mail.has_sender() {
            mail.set_sender(sender);
        }
        let recipient = NewRecipient {
            address: &to[..end],
            original: b"",
            delivery: Delivery::Stopped,
            is_bcc: false,
        };
        state.tracker.recipient(slot, recipient);
    }
}

/// Whether `HOST[ADDRESS]` or `HOST[ADDRESS]:PORT` is this machine, a socket on it, or a private address (RFC 1918, RFC 4193).
pub(super) fn is_inside(peer: &[u8]) -> bool {
    let Some(open) = memchr(b'[', peer) else { return false };
    let address = &peer[open + 1..];
    let address = address.strip_prefix(b"IPv6:").unwrap_or(address);
    let second = |address: &[u8]| {
        let octet = address.split(|byte| *byte == b'.').nth(1)?;
        std::str::from_utf8(octet).ok()?.parse::<u8>().ok()
    };
    match address {
        [b'1', b'2', b'7', b'.', ..] | [b'1', b'0', b'.', ..] | [b':', b':', b'1', b']', ..] => true,
        [b'1', b'9', b'2', b'.', b'1', b'6', b'8', b'.', ..] => true,
        [b'1', b'7', b'2', b'.', ..] => second(address).is_some_and(|octet| (16..32).contains(&octet)),
        [b'f', b'c' | b'd', _, _, b':', ..] => true,
        _ => address.contains(&b'/'),
    }
}
