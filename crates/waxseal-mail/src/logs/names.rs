//! Whom a header names, as a log shows its text: with the newlines of folded headers written as `?`, and perhaps cut.

use std::borrow::Cow;

use memchr::{memchr, memrchr};

use crate::address::visit_list;

/// Calls `take` with each address that a header's text names for sure, `local@domain`, as [`visit_list`] reads it. False if not all of the
/// text was read, or there is an address that the log could not write.
///
/// An element that says two things names nobody: readers of mail disagree on whom, and what nobody is shown must not count as shown.
pub(crate) fn names(text: &[u8], mut take: impl FnMut(&[u8])) -> bool {
    let mut complete = true;
    let whole = visit_list(&unfold(text), |address| {
        // A character that the log could not write: the address is another one.
        if address.contains(['?', '\u{fffd}']) {
            complete = false;
        } else {
            take(address.as_bytes());
        }
    });
    whole && complete
}

/// The text up to its last comma: in a text that was cut, what comes after it is not whole.
pub(crate) fn without_last(text: &[u8]) -> &[u8] {
    &text[..memrchr(b',', text).unwrap_or(0)]
}

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
