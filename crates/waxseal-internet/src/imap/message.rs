//! What is fetched of a message (RFC 3501 §6.4.5): its envelope, its structure, and parts of its text.

use super::store::{Message, internal_date};
use super::words::{self, Word};

/// One thing that is fetched, as bytes behind its name; nothing for what is not known. `None` where it cannot be had.
pub(super) fn item(message: &Message, wanted: &str) -> Option<Vec<u8>> {
    let upper = wanted.to_ascii_uppercase();
    let mut out = Vec::new();
    match upper.as_str() {
        "UID" => out.extend(format!("UID {}", message.uid).bytes()),
        "FLAGS" => {
            let flags: Vec<&str> = message.flags.iter().map(String::as_str).collect();
            out.extend(format!("FLAGS ({})", flags.join(" ")).bytes());
        }
        "INTERNALDATE" => out.extend(format!("INTERNALDATE \"{}\"", internal_date(message.came)).bytes()),
        "RFC822.SIZE" => out.extend(format!("RFC822.SIZE {}", message.raw.len()).bytes()),
        "ENVELOPE" => {
            out.extend(b"ENVELOPE ");
            out.extend(envelope(&message.raw));
        }
        "BODY" | "BODYSTRUCTURE" => {
            out.extend(upper.bytes());
            out.extend(structure(&message.raw));
        }
        "RFC822" | "RFC822.HEADER" | "RFC822.TEXT" => {
            let (header, text) = split(&message.raw);
            out.extend(format!("{upper} ").bytes());
            out.extend(literal(match upper.as_str() {
                "RFC822" => &message.raw,
                "RFC822.HEADER" => header,
                _ => text,
            }));
        }
        _ => return section(message, wanted),
    }
    Some(out)
}

/// Whether fetching this marks a message as read (RFC 3501 §6.4.5).
pub(super) fn reads(wanted: &str) -> bool {
    let upper = wanted.to_ascii_uppercase();
    upper.starts_with("BODY[") || matches!(upper.as_str(), "RFC822" | "RFC822.TEXT")
}

/// The value of the first header field of a name, its lines joined.
pub(super) fn header(raw: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(split(raw).0).into_owned();
    let mut value: Option<String> = None;
    for line in text.lines() {
        match (&mut value, line.starts_with([' ', '\t'])) {
            (Some(value), true) => {
                value.push(' ');
                value.push_str(line.trim());
            }
            (Some(_), false) => break,
            (None, _) => {
                let found = line
                    .split_once(':')
                    .filter(|(field, _)| field.trim().eq_ignore_ascii_case(name));
                value = found.map(|(_, rest)| rest.trim().to_owned());
            }
        }
    }
    value
}

/// The header with the empty line behind it, and the text.
pub(super) fn split(raw: &[u8]) -> (&[u8], &[u8]) {
    let crlf = raw.windows(4).position(|it| it == b"\r\n\r\n").map(|at| at + 4);
    let end = crlf.or_else(|| raw.windows(2).position(|it| it == b"\n\n").map(|at| at + 2));
    raw.split_at(end.unwrap_or(raw.len()))
}

/// `BODY[…]<0.100>` and `BODY.PEEK[…]`.
fn section(message: &Message, wanted: &str) -> Option<Vec<u8>> {
    let (name, rest) = wanted.split_once('[')?;
    if !["BODY", "BODY.PEEK"].iter().any(|it| name.eq_ignore_ascii_case(it)) {
        return None;
    }
    let (inside, partial) = rest.split_once(']')?;
    let mut bytes = part(&message.raw, inside)?;
    let mut out = format!("BODY[{inside}]").into_bytes();
    if let Some(range) = partial.strip_prefix('<').and_then(|it| it.strip_suffix('>')) {
        let (from, most) = range.split_once('.')?;
        let (from, most): (usize, usize) = (from.parse().ok()?, most.parse().ok()?);
        bytes = bytes.into_iter().skip(from).take(most).collect();
        out.extend(format!("<{from}>").bytes());
    }
    out.push(b' ');
    out.extend(literal(&bytes));
    Some(out)
}

fn part(raw: &[u8], inside: &str) -> Option<Vec<u8>> {
    let (header, text) = split(raw);
    let upper = inside.to_ascii_uppercase();
    // A message of one part has that part.
    let upper = upper.strip_prefix("1.").unwrap_or(&upper);
    let words = words::words(format!("{upper}\r\n").as_bytes())?;
    let keyword = words.first().map(Word::upper).unwrap_or_default();
    Some(match keyword.as_str() {
        "" => raw.to_vec(),
        "HEADER" | "MIME" => header.to_vec(),
        "TEXT" | "1" => text.to_vec(),
        "HEADER.FIELDS" | "HEADER.FIELDS.NOT" => {
            let names: Vec<String> = words.get(1)?.items().iter().map(Word::upper).collect();
            fields(header, &names, keyword == "HEADER.FIELDS")
        }
        _ => return None,
    })
}

/// The header fields of these names, or all others.
fn fields(header: &[u8], names: &[String], wanted: bool) -> Vec<u8> {
    let text = String::from_utf8_lossy(header);
    let mut out = String::new();
    let mut taken = false;
    for line in text.split_inclusive('\n').filter(|line| !line.trim().is_empty()) {
        if !line.starts_with([' ', '\t']) {
            let field = line.split(':').next().unwrap_or_default().trim().to_ascii_uppercase();
            taken = names.contains(&field) == wanted;
        }
        if taken {
            out.push_str(line);
        }
    }
    out.push_str("\r\n");
    out.into_bytes()
}

/// RFC 3501 §7.4.2, `ENVELOPE`.
fn envelope(raw: &[u8]) -> Vec<u8> {
    let text = |name: &str| header(raw, name).map_or_else(|| b"NIL".to_vec(), |it| string(it.as_bytes()));
    let people = |name: &str| header(raw, name).map_or_else(|| b"NIL".to_vec(), |it| addresses(&it));
    let or_from = |name: &str| people(if header(raw, name).is_some() { name } else { "From" });
    let parts = [
        text("Date"),
        text("Subject"),
        people("From"),
        or_from("Sender"),
        or_from("Reply-To"),
        people("To"),
        people("Cc"),
        people("Bcc"),
        text("In-Reply-To"),
        text("Message-ID"),
    ];
    [b"(".as_slice(), &parts.join(&b' '), b")"].concat()
}

/// Mailboxes as an envelope has them: name, route, local part, host.
fn addresses(value: &str) -> Vec<u8> {
    let mut out = b"(".to_vec();
    for one in value.split(',').take(MAX_ADDRESSES) {
        let (name, mailbox) = match one.rsplit_once('<') {
            Some((name, rest)) => (name.trim().trim_matches('"'), rest.trim_end().trim_end_matches('>')),
            None => ("", one.trim()),
        };
        let (local, host) = mailbox.rsplit_once('@').unwrap_or((mailbox, ""));
        out.push(b'(');
        out.extend(if name.is_empty() {
            b"NIL".to_vec()
        } else {
            string(name.as_bytes())
        });
        out.extend(b" NIL ");
        out.extend(string(local.as_bytes()));
        out.push(b' ');
        out.extend(string(host.as_bytes()));
        out.push(b')');
    }
    out.push(b')');
    out
}

/// RFC 3501 §7.4.2, `BODYSTRUCTURE`: every message is shown as one text.
fn structure(raw: &[u8]) -> Vec<u8> {
    let (_, text) = split(raw);
    let lines = text.iter().filter(|byte| **byte == b'\n').count();
    let encoding = header(raw, "Content-Transfer-Encoding").unwrap_or_else(|| "7BIT".to_owned());
    let kind = header(raw, "Content-Type").unwrap_or_default().to_ascii_lowercase();
    let kind = if kind.starts_with("text/html") { "HTML" } else { "PLAIN" };
    let mut out = format!(" (\"TEXT\" \"{kind}\" (\"CHARSET\" \"UTF-8\") NIL NIL ").into_bytes();
    out.extend(string(encoding.as_bytes()));
    out.extend(format!(" {} {lines})", text.len()).bytes());
    out
}

/// A string as it is sent: quoted where it may be, else a literal (RFC 3501 §4.3).
pub(super) fn string(bytes: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| (b' '..=b'~').contains(byte) && !matches!(byte, b'"' | b'\\');
    if bytes.len() <= MAX_QUOTED && bytes.iter().all(plain) {
        return [b"\"", bytes, b"\""].concat();
    }
    literal(bytes)
}

fn literal(bytes: &[u8]) -> Vec<u8> {
    [format!("{{{}}}\r\n", bytes.len()).as_bytes(), bytes].concat()
}

/// Mailboxes of one field that are shown.
const MAX_ADDRESSES: usize = 100;
const MAX_QUOTED: usize = 500;
