//! Lines, bounded.

/// One line, without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// What was written, at most [`MAX_LINE`] bytes of it.
    pub(crate) bytes: &'a [u8],
    /// Whether there was more.
    pub(crate) is_cut: bool,
}

/// The lines of some bytes, in order, without empty ones. A carriage return at the end belongs to the end.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let mut from = 0;
    let ends = memchr::memchr_iter(b'\n', bytes).chain(std::iter::once(bytes.len()));
    ends.filter_map(move |end| {
        let line = bytes.get(from..end)?;
        from = end + 1;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        (!line.is_empty()).then(|| Line {
            bytes: line.get(..MAX_LINE).unwrap_or(line),
            is_cut: line.len() > MAX_LINE,
        })
    })
}

/// Longer than any line that one of the servers writes: Postfix cuts at 2,000 characters, syslog mostly at 8,192, Exim's list of
/// recipients is the longest.
pub const MAX_LINE: usize = 1 << 18;
