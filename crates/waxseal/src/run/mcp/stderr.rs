//! The last lines that a server wrote to its standard error: they say what it lacks.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The end of a stream. Hostile.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tail(Arc<Mutex<Vec<u8>>>);

impl Tail {
    /// Adds what was written.
    pub(crate) fn add(&self, bytes: &[u8]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend_from_slice(&bytes[bytes.len().saturating_sub(MAX)..]);
        let more = all.len().saturating_sub(MAX);
        all.drain(..more);
    }

    /// Forgets what was written before now.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The last lines, escaped, on one line.
    pub(crate) fn lines(&self) -> Option<String> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&all);
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
        let last = lines.iter().skip(lines.len().saturating_sub(LINES));
        let last: Vec<String> = last.map(|it| crate::report::escape::escape(it, MAX_LINE)).collect();
        (!last.is_empty()).then(|| last.join(" / "))
    }

    /// Words that look like names of variables: `RESEND_API_KEY`.
    pub(crate) fn variables(&self) -> BTreeSet<String> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ordinary = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
        let words = all.split(|byte| !ordinary(byte));
        let named = words.filter(|it| (4..=64).contains(&it.len()) && it.contains(&b'_') && it[0].is_ascii_uppercase());
        named
            .take(MAX_NAMES)
            .map(|it| String::from_utf8_lossy(it).into_owned())
            .collect()
    }
}

/// Bytes that are kept.
const MAX: usize = 4 << 10;
const LINES: usize = 6;
const MAX_LINE: usize = 200;
const MAX_NAMES: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_lacks_is_named() {
        let tail = Tail::default();
        tail.add(&[b'x'; 9_000]);
        tail.add(b"\nError: set POSTMARK_SERVER_TOKEN and DEFAULT_SENDER_EMAIL to use this server\x1b[2J\n");
        let names: Vec<String> = tail.variables().into_iter().collect();
        assert_eq!(names, ["DEFAULT_SENDER_EMAIL", "POSTMARK_SERVER_TOKEN"]);
        let lines = tail.lines().unwrap();
        assert!(
            lines.contains("set POSTMARK_SERVER_TOKEN") && !lines.contains('\u{1b}'),
            "{lines}"
        );
        tail.clear();
        assert_eq!(tail.lines(), None);
    }
}
