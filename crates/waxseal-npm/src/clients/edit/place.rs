//! Where a part of a text stands in the file, which may have written it with escapes.

use std::ops::Range;

use super::super::document::{Document, Node};
use super::has_escapes;

/// The bytes of `part` of the value `text`; `None` where that part itself is escaped, or the text is written over several lines.
pub(super) fn of(document: &Document, node: &Node, text: &str, part: Range<usize>) -> Option<Range<usize>> {
    let raw = document.text.get(node.span.clone())?;
    let wanted = text.get(part.clone())?;
    // A plain scalar's span may have blanks behind it.
    let raw = raw.trim_end();
    let quote = *raw.as_bytes().first()?;
    let (inner, start) = match quote {
        b'"' | b'\'' => {
            let inner = raw.get(1..raw.len().checked_sub(1)?)?;
            if raw.as_bytes().last() != Some(&quote) || inner.starts_with(char::from(quote)) {
                return None;
            }
            (inner, node.span.start + 1)
        }
        _ => (raw, node.span.start),
    };
    if inner.contains('\n') {
        return None;
    }
    let from = if has_escapes(document.format, quote) {
        skip(inner, text.get(..part.start)?)?
    } else if inner == text {
        part.start
    } else {
        return None;
    };
    let to = from + wanted.len();
    (inner.get(from..to)? == wanted).then(|| start + from..start + to)
}

/// How many bytes of the written text stand for `text`. An escape stands for one character; whoever calls compares what follows.
fn skip(written: &str, text: &str) -> Option<usize> {
    let mut at = 0;
    for wanted in text.chars() {
        let rest = written.get(at..)?;
        let Some(escaped) = rest.strip_prefix('\\') else {
            if !rest.starts_with(wanted) {
                return None;
            }
            at += wanted.len_utf8();
            continue;
        };
        at += match escaped.as_bytes().first()? {
            // Half of a pair is followed by the other half.
            b'u' if u32::from(wanted) > 0xffff => 12,
            b'u' => 6,
            b'x' => 4,
            b'U' => 10,
            _ => 1 + escaped.chars().next()?.len_utf8(),
        };
    }
    Some(at)
}
