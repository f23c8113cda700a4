//! What stands before a server's own words in a line of syslog: when, where, which program.

use memchr::memchr;
use waxseal_model::Moment;

use super::stamp::Stamps;

/// A line of syslog, in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line<'l> {
    /// When.
    pub(crate) at: Option<Moment>,
    /// The host; empty where the line names none.
    pub(crate) host: &'l [u8],
    /// The program, without its process id.
    pub(crate) program: &'l [u8],
    /// The program's own words.
    pub(crate) text: &'l [u8],
}

/// Reads RFC 3164 (§4.1, as it is written in practice), the same with an RFC 3339 stamp (rsyslog's high precision), and RFC 5424 (§6);
/// a `<PRI>` before it is skipped, and the host may be missing.
pub(crate) fn split<'l>(line: &'l [u8], stamps: &mut Stamps) -> Option<Line<'l>> {
    let (line, is_5424) = match line.first()? {
        b'<' => without_priority(line)?,
        _ => (line, false),
    };
    let (at, rest) = match line.first()? {
        b'0'..=b'9' => stamps.iso(line)?,
        _ => {
            let (at, rest) = stamps.classic(line)?;
            (at, without_decimals(rest))
        }
    };
    let rest = rest.strip_prefix(b" ")?;
    if is_5424 {
        return structured(at, rest);
    }
    let space = memchr(b' ', rest)?;
    let first = &rest[..space];
    // A tag ends with a colon, a host's name never does.
    if first.last() == Some(&b':') {
        let (program, text) = tagged(rest)?;
        return Some(Line {
            at: Some(at),
            host: b"",
            program,
            text,
        });
    }
    let (program, text) = tagged(&rest[space + 1..])?;
    Some(Line {
        at: Some(at),
        host: first,
        program,
        text,
    })
}

/// `TAG[PID]: TEXT` or `TAG: TEXT`.
fn tagged(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr(b':', rest)?;
    let tag = &rest[..colon];
    let text = rest[colon + 1..].strip_prefix(b" ").unwrap_or(&rest[colon + 1..]);
    let program = match memchr(b'[', tag) {
        Some(bracket) => &tag[..bracket],
        None => tag,
    };
    (!program.is_empty() && !program.contains(&b' ')).then_some((program, text))
}

/// `journalctl -o short-precise` writes decimals after a classic stamp.
fn without_decimals(rest: &[u8]) -> &[u8] {
    match rest.strip_prefix(b".") {
        Some(decimals) => &decimals[decimals.iter().take_while(|byte| byte.is_ascii_digit()).count()..],
        None => rest,
    }
}

fn without_priority(line: &[u8]) -> Option<(&[u8], bool)> {
    let end = memchr(b'>', line.get(..6).unwrap_or(line))?;
    line[1..end].iter().all(u8::is_ascii_digit).then_some(())?;
    let rest = &line[end + 1..];
    match rest.strip_prefix(b"1 ") {
        Some(rest) => Some((rest, true)),
        None => Some((rest, false)),
    }
}

/// RFC 5424 §6.2.4 on: `HOST APP PROCID MSGID SD MSG`, where structured data is `-` or `[…]…`.
fn structured(at: Moment, rest: &[u8]) -> Option<Line<'_>> {
    let mut parts = rest.splitn(5, |byte| *byte == b' ');
    let (host, program) = (parts.next()?, parts.next()?);
    let (_process, _message) = (parts.next()?, parts.next()?);
    let rest = parts.next()?;
    let text = match rest.first()? {
        b'-' => rest.get(2..).unwrap_or_default(),
        b'[' => after_elements(rest)?,
        _ => return None,
    };
    // §6.4: a byte order mark says that the rest is UTF-8.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let host = if host == b"-" { &b""[..] } else { host };
    Some(Line {
        at: Some(at),
        host,
        program,
        text,
    })
}

/// §6.3: elements in brackets, in which quotes, brackets and backslashes of values are escaped.
fn after_elements(rest: &[u8]) -> Option<&[u8]> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in rest.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => match rest.get(at + 1) {
                Some(b'[') => {}
                Some(_) => return rest.get(at + 2..),
                None => return Some(b""),
            },
            _ => {}
        }
    }
    None
}
