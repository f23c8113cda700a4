//! Whom a header names, as a log shows its text: with the newlines of folded headers written as `?`, and perhaps cut.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memrchr};

use crate::address::parse_list;

/// Calls `take` with each address of a header's text, `local@domain`. False if there is one that the log could not write.
///
/// What is no address names nobody, and leaves the rest as known as it is: else a sender could hide recipients behind a header that nobody can read.
pub(crate) fn names(text: &[u8], mut take: impl FnMut(&[u8])) -> bool {
    if text.iter().all(|byte| PLAIN[usize::from(*byte)])
        && let Some(complete) = plain_names(text, &mut take)
    {
        return complete;
    }
    let text = unfold(text);
    let list = parse_list(&String::from_utf8_lossy(&text));
    let mut complete = true;
    for mailbox in &list.mailboxes {
        let address = mailbox.to_string();
        // A character that the log could not write: the address is another one.
        if address.contains('?') || address.contains('\u{fffd}') {
            complete = false;
        } else {
            take(address.as_bytes());
        }
    }
    complete
}

/// The text up to its last comma: in a text that was cut, what comes after it is not whole.
pub(crate) fn without_last(text: &[u8]) -> &[u8] {
    &text[..memrchr(b',', text).unwrap_or(0)]
}

/// Addresses without quotes, comments, groups, routes and folding: `a@b`, `Name <a@b>`. `None` where that is not what it is.
fn plain_names(text: &[u8], take: &mut impl FnMut(&[u8])) -> Option<bool> {
    // Whether it is that is known only at its end, and nothing may be taken twice.
    let parts = || {
        text.split(|byte| *byte == b',')
            .map(<[u8]>::trim_ascii)
            .filter(|part| !part.is_empty())
    };
    if !parts().all(|part| plain_address(part).is_some()) {
        return None;
    }
    parts().filter_map(plain_address).for_each(take);
    Some(true)
}

fn plain_address(part: &[u8]) -> Option<&[u8]> {
    let address = match memchr(b'<', part) {
        Some(open) => part[open + 1..].strip_suffix(b">")?,
        None => part,
    };
    if memchr2(b'<', b'>', address).is_some() || address.contains(&b' ') {
        return None;
    }
    let at = memchr(b'@', address)?;
    let (local, domain) = (&address[..at], &address[at + 1..]);
    let is_domain = domain.split(|byte| *byte == b'.').all(|label| {
        let is_edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        is_edge(label.first()) && is_edge(label.last()) && label.len() <= 63 && !label.contains(&b'+')
    });
    (!local.is_empty()
        && local.len() <= 64
        && is_domain
        && domain.len() <= 255
        && !domain.contains(&b'@')
        && !domain.contains(&b'_'))
    .then_some(address)
}

/// What a short way through a text may hold: letters, digits, and what means nothing but itself in a plain address.
static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        plain[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let others = b" ,<>@._+-";
    let mut at = 0;
    while at < others.len() {
        plain[others[at] as usize] = true;
        at += 1;
    }
    plain
};

/// Postfix writes `?` for the newline of a folded header, and one more for a tab that follows it.
fn unfold(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'?', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut unfolded = text.to_owned();
    for at in 0..text.len() {
        let before = at.checked_sub(1).map_or(b',', |before| text[before]);
        let is_fold = match &text[at..] {
            [b'?', b' ', ..] => before != b'=',
            [b'?', b'?', next, ..] => b",>);:\"=".contains(&before) || b"<\"(".contains(next),
            _ => false,
        };
        if is_fold {
            unfolded[at] = b' ';
            if text.get(at + 1) == Some(&b'?') {
                unfolded[at + 1] = b' ';
            }
        }
    }
    Cow::Owned(unfolded)
}

#[cfg(test)]
mod tests;
