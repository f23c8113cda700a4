//! What a client speaks, judged by the first bytes it sends.

/// What a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// A TLS record that holds a `ClientHello`.
    Tls,
    /// A request line of HTTP/1.
    Http1,
    /// HTTP/2 with prior knowledge (RFC 9113 §3.3).
    Http2,
    /// A DNS question behind its length (RFC 1035 §4.2.2).
    Dns,
    /// A mail client, whether or not it was greeted.
    Smtp,
    /// RFC 4253 §4.2.
    Ssh,
    /// Nothing we know.
    Raw,
}

/// What the bytes so far say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sniffed {
    /// It is this.
    Is(Protocol),
    /// It could still be something: more bytes are needed.
    More,
}

/// Judges the first bytes of a client.
pub(crate) fn sniff(bytes: &[u8]) -> Sniffed {
    let judges = [tls, http2, http1, smtp, ssh, dns];
    let mut more = bytes.is_empty();
    for judge in judges {
        match judge(bytes) {
            Some(Sniffed::Is(protocol)) => return Sniffed::Is(protocol),
            Some(Sniffed::More) => more = true,
            None => {}
        }
    }
    if more {
        Sniffed::More
    } else {
        Sniffed::Is(Protocol::Raw)
    }
}

/// RFC 8446 §5.1 and §4: a handshake record whose first message is a `ClientHello`.
fn tls(bytes: &[u8]) -> Option<Sniffed> {
    let fits = bytes.iter().zip([0x16, 0x03]).all(|(it, expected)| *it == expected)
        && bytes.get(2).is_none_or(|it| *it <= 4)
        && bytes.get(5).is_none_or(|it| *it == 1);
    fits.then_some(if bytes.len() > 5 {
        Sniffed::Is(Protocol::Tls)
    } else {
        Sniffed::More
    })
}

fn http2(bytes: &[u8]) -> Option<Sniffed> {
    starts(bytes, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Protocol::Http2)
}

/// RFC 9112 §3: a method, one space, and a target that begins as one of the four forms does, and a version before the line ends.
fn http1(bytes: &[u8]) -> Option<Sniffed> {
    let space = bytes.iter().position(|it| *it == b' ');
    let method = &bytes[..space.unwrap_or(bytes.len())];
    if method.len() > MAX_METHOD || !method.iter().all(|it| it.is_ascii_uppercase() || *it == b'-') {
        return None;
    }
    let Some(space) = space.filter(|it| *it > 0) else {
        return (!method.is_empty()).then_some(Sniffed::More);
    };
    if method == b"PRI" {
        return None;
    }
    let known = METHODS.contains(&method);
    let Some(end) = bytes.iter().position(|it| *it == b'\n') else {
        // A target may be long: a method that is known is enough by then.
        let long = bytes.len() >= MAX_LINE;
        return if known && long {
            Some(Sniffed::Is(Protocol::Http1))
        } else {
            (!long).then_some(Sniffed::More)
        };
    };
    let line = bytes[space + 1..end].trim_ascii_end();
    let version = line.len() > 8 && line[line.len() - 9..].starts_with(b" HTTP/1.");
    version.then_some(Sniffed::Is(Protocol::Http1))
}

/// A verb with which a client can begin (RFC 5321 §4.1, RFC 2033, and what clients send that believe they were greeted).
fn smtp(bytes: &[u8]) -> Option<Sniffed> {
    let end = bytes.iter().position(|it| matches!(it, b' ' | b'\r' | b'\n'));
    let verb = bytes[..end.unwrap_or(bytes.len())].to_ascii_uppercase();
    if end.is_some() {
        return VERBS.contains(&verb.as_slice()).then_some(Sniffed::Is(Protocol::Smtp));
    }
    VERBS.iter().any(|it| it.starts_with(&verb)).then_some(Sniffed::More)
}

fn ssh(bytes: &[u8]) -> Option<Sniffed> {
    starts(bytes, b"SSH-", Protocol::Ssh)
}

/// RFC 1035 §4.1.1 behind two bytes of length: a standard query with one question and no answers. Strict, because any bytes could
/// begin like this.
fn dns(bytes: &[u8]) -> Option<Sniffed> {
    let [high, low, ..] = *bytes else {
        return (bytes.len() == 1 && bytes[0] <= 2).then_some(Sniffed::More);
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    let Some(header) = bytes.get(2..14) else {
        let flags = bytes.get(4).is_none_or(|it| it & 0xf8 == 0);
        return (flags && (17..=MAX_DNS).contains(&length)).then_some(Sniffed::More);
    };
    let query = header[2] & 0xf8 == 0 && header[3] & 0xcf == 0;
    let counts = header[4..10] == [0, 1, 0, 0, 0, 0] && header[10] == 0 && header[11] <= 2;
    (query && counts && (17..=MAX_DNS).contains(&length)).then_some(Sniffed::Is(Protocol::Dns))
}

fn starts(bytes: &[u8], all: &[u8], protocol: Protocol) -> Option<Sniffed> {
    if bytes.starts_with(all) {
        return Some(Sniffed::Is(protocol));
    }
    all.starts_with(bytes).then_some(Sniffed::More)
}

/// Methods that are believed before the line is whole.
const METHODS: [&[u8]; 9] = [
    b"GET", b"POST", b"PUT", b"HEAD", b"DELETE", b"PATCH", b"OPTIONS", b"CONNECT", b"TRACE",
];

/// What mail clients begin with.
const VERBS: [&[u8]; 12] = [
    b"EHLO",
    b"HELO",
    b"LHLO",
    b"MAIL",
    b"RCPT",
    b"DATA",
    b"AUTH",
    b"STARTTLS",
    b"NOOP",
    b"RSET",
    b"QUIT",
    b"XCLIENT",
];

/// `BASELINE-CONTROL` (RFC 3253), the longest registered method but for one, has 16 letters.
const MAX_METHOD: usize = 24;

/// How much of a request line is waited for.
const MAX_LINE: usize = 1024;

/// A question is a name of at most 255 bytes and some options; this is more than any resolver sends.
const MAX_DNS: usize = 767;

#[cfg(test)]
mod tests;
