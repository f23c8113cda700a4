//! `events.jsonl`: one JSON object a line, with names of our own that stay when the model moves.

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::Serialize;
use waxseal_model::{Event, Payload, Run};

use super::safe_json;

mod convert;

/// One line of `events.jsonl`: something that was seen. Texts are the package's own and may hold anything; characters that a
/// terminal would obey stand as `\u001b` in the file. Further fields and kinds may come.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "waxseal events 1, one line")]
pub struct Line<'a> {
    /// Microseconds since the room was ready.
    pub at_us: u64,
    /// When in the life of the package: `install`, `import`, `call`, `after`.
    pub phase: &'static str,
    /// What was seen: `kind`, and the fields of that kind.
    #[serde(flatten)]
    pub seen: Seen<'a>,
}

/// What was seen.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the fields are those of the model, and its words explain them"
)]
pub enum Seen<'a> {
    /// A name was asked for.
    Dns {
        name: &'a str,
        r#type: &'a str,
        transport: &'static str,
        server: SocketAddr,
        answers: &'a [String],
        denied: bool,
    },
    /// A connection was made.
    Connect {
        connection: u32,
        from: SocketAddr,
        to: SocketAddr,
        host: Option<&'a str>,
    },
    /// A connection ended.
    Closed {
        connection: u32,
        sent_bytes: u64,
        received_bytes: u64,
    },
    /// TLS was spoken.
    Tls {
        connection: u32,
        server_name: Option<&'a str>,
        alpn: &'a [String],
        version: &'a str,
    },
    /// A channel that could not be looked into.
    Opaque {
        connection: u32,
        server_name: Option<&'a str>,
        alpn: &'a [String],
        reason: &'a str,
    },
    /// An HTTP request, and what it was answered. Each header is a pair of name and value.
    Http {
        connection: u32,
        version: &'a str,
        method: &'a str,
        url: &'a str,
        headers: &'a [(String, String)],
        body: Bytes,
        undecoded: Option<&'a str>,
        status: u16,
        answered_by: &'a str,
        answer: Bytes,
    },
    /// A proxy was asked to open a tunnel.
    Tunnel { connection: u32, target: &'a str },
    /// A WebSocket message.
    Websocket {
        connection: u32,
        url: &'a str,
        is_text: bool,
        payload: Bytes,
    },
    /// A mail transaction.
    Smtp {
        connection: u32,
        helo: &'a str,
        user: Option<&'a str>,
        from: &'a str,
        recipients: &'a [String],
        message: Bytes,
        accepted: bool,
        tls: bool,
    },
    /// A message was handed to a mail system: `channel` is `smtp`, the id of a provider, or `generic`. Each recipient is a pair of the place
    /// that names it and the mailbox; so is each sender.
    Submitted {
        connection: u32,
        channel: &'a str,
        host: &'a str,
        account: Option<&'a str>,
        senders: Vec<(&'a str, &'a str)>,
        recipients: Vec<(&'a str, &'a str)>,
        subject: Option<&'a str>,
        template: Option<&'a str>,
        headers: &'a [(String, String)],
        contents: Vec<Part<'a>>,
        accepted: bool,
        complete: bool,
    },
    /// A provider was told to send copies, or word, of mail somewhere from now on.
    Forwarded {
        connection: u32,
        channel: &'a str,
        host: &'a str,
        account: Option<&'a str>,
        what: &'a str,
        targets: &'a [String],
    },
    /// Credentials were shown to a provider's API.
    ApiLogin {
        connection: u32,
        channel: &'a str,
        host: &'a str,
        account: Option<&'a str>,
        secret: &'a str,
        accepted: bool,
    },
    /// Credentials that were offered to a mail server.
    SmtpAuth {
        connection: u32,
        mechanism: &'a str,
        user: &'a str,
        secret: &'a str,
        accepted: bool,
    },
    /// A command of IMAP, as it was said.
    Imap {
        connection: u32,
        command: &'a str,
        payload: Bytes,
    },
    /// Bytes of no protocol we know.
    Raw { connection: u32, payload: Bytes, tls: bool },
    /// A datagram that is no DNS question.
    Datagram {
        from: SocketAddr,
        to: SocketAddr,
        host: Option<&'a str>,
        protocol: Option<&'a str>,
        payload: Bytes,
    },
    /// A packet that no socket of ours can receive.
    Packet {
        to: IpAddr,
        protocol: u8,
        port: Option<u16>,
        payload: Bytes,
    },
    /// A program was started, or tried to be.
    Exec {
        pid: u32,
        path: &'a str,
        arguments: &'a [String],
    },
    /// A process asked the kernel to connect.
    ConnectCall { pid: u32, to: SocketAddr },
    /// A planted file was opened.
    CanaryOpened { canary: &'a str, path: &'a str },
    /// A planted file was changed or removed.
    CanaryChanged { canary: &'a str, path: &'a str },
    /// A file was made, changed or removed.
    File {
        path: &'a str,
        change: &'static str,
        size_bytes: u64,
    },
    /// A limit of the room was hit.
    Limit { limit: &'static str, detail: &'a str },
    /// Who sent, by the package's own stack, which it can forge.
    Stack {
        from: SocketAddr,
        /// `connect`, `request` or `datagram`.
        act: &'static str,
        frames: &'a [String],
    },
    /// Something that this version has no words for.
    Other,
}

/// A part of a message.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Part<'a> {
    /// `text`, `html`, `attachment` or `variables`.
    pub part: &'static str,
    /// The name of an attachment.
    pub name: Option<&'a str>,
    /// Its media type.
    pub media_type: Option<&'a str>,
    /// Where the provider is to fetch it.
    pub url: Option<&'a str>,
    /// The content, encodings undone.
    pub content: Bytes,
}

/// Bytes that a package sent: as text where they are UTF-8, else in Base64.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Bytes {
    /// The first bytes.
    pub text: String,
    /// `base64` where `text` is not the bytes themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<&'static str>,
    /// How many bytes there were.
    pub length: u64,
    /// Not all of them were kept.
    pub cut: bool,
}

impl Bytes {
    /// What is left of a payload.
    pub fn of(payload: &Payload) -> Self {
        let (text, encoding) = text_or_base64(&payload.bytes);
        Self {
            text,
            encoding,
            length: payload.length,
            cut: !payload.is_whole(),
        }
    }
}

/// Bytes as text, else in Base64 and the name of that.
pub(super) fn text_or_base64(bytes: &[u8]) -> (String, Option<&'static str>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), None),
        Err(_) => (STANDARD.encode(bytes), Some("base64")),
    }
}

/// Writes every event.
pub(super) fn write(run: &Run, out: &mut impl Write) -> io::Result<()> {
    for event in &run.events {
        safe_json::write(&Line::of(event), out)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The JSON Schema of a line.
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Line<'static>).to_value()
}

impl<'a> Line<'a> {
    /// The line of an event.
    pub fn of(event: &'a Event) -> Self {
        Self {
            at_us: event.at,
            phase: event.phase.id(),
            seen: convert::seen(&event.observation),
        }
    }
}
