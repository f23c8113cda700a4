//! What a package did when it ran in the locked room: events as the room's walls saw them, without an opinion.
//!
//! The walls are the simulated internet (connections, names, requests, mail), the kernel (programs, connects) and the room's
//! own files. Each numbers its events, and counts what it lost: a run of which anything was lost is [`Run::invalid`].

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::{ApiLogin, Call, Forward, StackAct, Submission, ToolServer};

/// One execution in the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The program and its arguments, as they were asked for; not safe to print raw.
    pub command: Vec<String>,
    /// How it ended.
    pub end: RunEnd,
    /// Microseconds from the start of the command to its end.
    pub duration: u64,
    /// What was done with the package, in the order it was done.
    pub calls: Vec<Call>,
    /// The server it is, if it is one and was spoken with.
    pub server: Option<ToolServer>,
    /// Everything that was seen, in the order of time.
    pub events: Vec<Event>,
    /// What each wall counted.
    pub counters: Counters,
    /// Why nothing can be concluded from what was not seen: a counter that does not match, a wall that broke. Sentences of ours.
    pub invalid: Vec<String>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunEnd {
    /// The command ended with this status.
    Exited(u8),
    /// A signal ended the command.
    Signalled(u8),
    /// The command could not be started: the kernel's error number.
    NotStarted(i32),
    /// It was stopped because of a limit.
    Stopped(RunLimit),
    /// It is a server, and still ran when nothing more was to be asked of it.
    Left,
}

/// What stopped a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunLimit {
    /// It took longer than it was given.
    Time,
    /// All its processes together took more memory than they were given.
    Memory,
    /// It made more events than are kept.
    Events,
}

/// Counters of the walls. All must agree, else the run is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counters {
    /// Connections that the simulated internet accepted.
    pub accepted: u64,
    /// Connections it told of.
    pub connections: u64,
    /// Datagrams it received, DNS included.
    pub datagrams: u64,
    /// Datagrams that the kernel dropped because its buffer was full.
    pub datagrams_lost: u64,
    /// Packets that the tap saw.
    pub packets: u64,
    /// Packets that the kernel dropped before the tap.
    pub packets_lost: u64,
    /// Questions of the kernel that were answered: programs started, connects.
    pub notices: u64,
    /// Records of stacks that were told of. They are no datagrams of the package's.
    pub stacks: u64,
    /// Records of stacks that were left out: malformed, or too many. Nothing is concluded from a stack, so the run stays valid.
    pub stacks_lost: u64,
    /// Events left out because there were too many or they were too large.
    pub events_lost: u64,
}

/// One thing that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Microseconds since the room was ready.
    pub at: u64,
    /// When in the life of the package.
    pub phase: Phase,
    /// What.
    pub observation: Observation,
}

/// When in the life of a package something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// While npm installed it.
    Install,
    /// While it was loaded.
    Import,
    /// While the command, or a call of ours, ran.
    Call,
    /// After the command had ended.
    After,
}

impl Phase {
    /// The stable id used in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Import => "import",
            Self::Call => "call",
            Self::After => "after",
        }
    }
}

/// A connection, by the number the simulated internet gave it: from 1, in the order they were accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConnectionId(pub u32);

/// Both ends of a connection or a datagram. `to` is what the package asked for, whoever answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ends {
    /// The package's end.
    pub from: SocketAddr,
    /// The end it asked for.
    pub to: SocketAddr,
}

/// Bytes that a package sent, cut at a ceiling.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Payload {
    /// The first bytes; hostile.
    pub bytes: Vec<u8>,
    /// How many there were.
    pub length: u64,
}

impl Payload {
    /// Keeps the first `limit` bytes.
    pub fn cut(bytes: &[u8], limit: usize) -> Self {
        Self {
            bytes: bytes[..bytes.len().min(limit)].to_vec(),
            length: bytes.len() as u64,
        }
    }

    /// Whether all bytes were kept.
    pub fn is_whole(&self) -> bool {
        self.length == self.bytes.len() as u64
    }
}

/// How a DNS question came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DnsTransport {
    /// RFC 1035 §4.2.1.
    Udp,
    /// RFC 1035 §4.2.2.
    Tcp,
    /// RFC 7858.
    Tls,
    /// RFC 8484, and the JSON form that public resolvers offer.
    Https,
}

impl DnsTransport {
    /// The stable id used in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Https => "https",
        }
    }
}

/// What a wall saw. Texts and bytes are the package's own: hostile, bounded, and not safe to print raw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Observation {
    /// A name was asked for.
    DnsQuery {
        /// The name, lower case, without the last dot.
        name: String,
        /// `A`, `AAAA`, `TXT`, or `TYPE65280`.
        kind: String,
        /// How the question came.
        transport: DnsTransport,
        /// The server that was asked.
        server: SocketAddr,
        /// What we answered, as text; empty for no data.
        answers: Vec<String>,
        /// We answered that there is no such name.
        denied: bool,
    },
    /// A connection was made.
    Connect {
        /// Its number.
        connection: ConnectionId,
        /// Both ends.
        ends: Ends,
        /// The name that was asked for before to get this address.
        host: Option<String>,
    },
    /// A connection ended.
    Closed {
        /// Its number.
        connection: ConnectionId,
        /// Bytes the package sent.
        sent: u64,
        /// Bytes it was sent.
        received: u64,
    },
    /// TLS was spoken, and the package accepted our certificate.
    Tls {
        /// The connection.
        connection: ConnectionId,
        /// The name it asked for (RFC 6066 §3).
        server_name: Option<String>,
        /// The protocols it offered (RFC 7301), as text.
        alpn: Vec<String>,
        /// `TLSv1.3`
        version: String,
    },
    /// A channel that could not be looked into: the package refused our certificate, or spoke something that is no protocol we know
    /// inside of TLS.
    Opaque {
        /// The connection.
        connection: ConnectionId,
        /// The name it asked for.
        server_name: Option<String>,
        /// The protocols it offered, as text.
        alpn: Vec<String>,
        /// One sentence of ours.
        reason: String,
    },
    /// An HTTP request.
    Http(Box<HttpExchange>),
    /// A proxy was asked to open a tunnel (RFC 9110 §9.3.6); what went through it has events of its own.
    Tunnel {
        /// The connection.
        connection: ConnectionId,
        /// `host:port` as it was asked for.
        target: String,
    },
    /// A WebSocket message (RFC 6455), put together from its frames.
    WebSocket {
        /// The connection.
        connection: ConnectionId,
        /// `wss://host/path`
        url: String,
        /// Text rather than binary.
        text: bool,
        /// What it held.
        payload: Payload,
    },
    /// A mail transaction over SMTP, whole or given up; what it holds is told of as a [`Submission`] too.
    Smtp(Box<SmtpTransaction>),
    /// A message was handed to a mail system.
    Submitted(Box<Submission>),
    /// A provider was told to send copies of mail, or word of it, somewhere from now on.
    Forwarded(Box<Forward>),
    /// Credentials were shown to a provider's API.
    ApiLogin(Box<ApiLogin>),
    /// Credentials that were offered to a mail server.
    SmtpAuth {
        /// The connection.
        connection: ConnectionId,
        /// `PLAIN`, `LOGIN`, `XOAUTH2`, `CRAM-MD5`.
        mechanism: String,
        /// The account.
        user: String,
        /// The password or token, as it was sent.
        secret: String,
        /// Whether it was accepted: only what the room itself planted is.
        accepted: bool,
    },
    /// A command of IMAP (RFC 3501), as it was said; what it shows is told as an [`ApiLogin`] too.
    Imap {
        /// The connection.
        connection: ConnectionId,
        /// `LOGIN`, `UID FETCH`; empty where it is none.
        command: String,
        /// The whole command.
        payload: Payload,
    },
    /// Bytes of no protocol we know.
    Raw {
        /// The connection.
        connection: ConnectionId,
        /// The first bytes it sent.
        payload: Payload,
        /// Inside of TLS.
        tls: bool,
    },
    /// A datagram that is no DNS question.
    Datagram {
        /// Both ends.
        ends: Ends,
        /// The name that was asked for before to get this address.
        host: Option<String>,
        /// What it looks like: `quic`, `stun`, `ntp`.
        protocol: Option<String>,
        /// What it held.
        payload: Payload,
    },
    /// A packet that no socket of ours can receive: multicast, link-local, ICMP.
    Packet {
        /// Where it went.
        to: IpAddr,
        /// IP protocol number.
        protocol: u8,
        /// The port, where there is one.
        port: Option<u16>,
        /// What it held behind the IP header.
        payload: Payload,
    },
    /// A program was started, or tried to be.
    Exec {
        /// The process, as the room numbers it.
        pid: u32,
        /// The file.
        path: String,
        /// Its arguments.
        arguments: Vec<String>,
    },
    /// A process asked the kernel to connect; tells which process a connection belongs to.
    ConnectCall {
        /// The process.
        pid: u32,
        /// Where to.
        to: SocketAddr,
    },
    /// A planted file was opened.
    CanaryOpened {
        /// Which canary.
        canary: String,
        /// The path in the room.
        path: String,
    },
    /// A planted file was changed or removed.
    CanaryChanged {
        /// Which canary.
        canary: String,
        /// The path in the room.
        path: String,
    },
    /// A file of the project or the home was made, changed or removed.
    FileChanged {
        /// The path in the room.
        path: String,
        /// What happened.
        change: FileChange,
        /// Its size afterwards, in bytes.
        size: u64,
    },
    /// A limit of the room was hit.
    LimitHit {
        /// Which.
        limit: RunLimit,
        /// One sentence of ours.
        detail: String,
    },
    /// Who sent, by the package's own stack: an annotation that a package can forge, and no verdict depends on.
    Stack {
        /// The package's end of the connection it belongs to.
        from: SocketAddr,
        /// What was done there.
        act: StackAct,
        /// Frames from the innermost, `file:line:column function`.
        frames: Vec<String>,
    },
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FileChange {
    /// It was not there before.
    Made,
    /// It was there before and is not what it was.
    Changed,
    /// It was there before.
    Removed,
}

/// One HTTP request and what it was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpExchange {
    /// The connection.
    pub connection: ConnectionId,
    /// `HTTP/1.1`, `HTTP/2`.
    pub version: String,
    /// The method.
    pub method: String,
    /// Scheme, host and path: the host as the request names it.
    pub url: String,
    /// Header fields in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as it was sent, content codings undone where we can.
    pub body: Payload,
    /// Body could not be decoded: why. It is then as it was sent.
    pub undecoded: Option<String>,
    /// The status we answered.
    pub status: u16,
    /// Which part of the simulated internet answered: `postmark`, `registry`, `generic`.
    pub answered_by: String,
    /// The body we answered with.
    pub answer: Payload,
}

/// One mail transaction (RFC 5321 §3.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmtpTransaction {
    /// The connection.
    pub connection: ConnectionId,
    /// What the client called itself.
    pub helo: String,
    /// The account it had authenticated as.
    pub user: Option<String>,
    /// `MAIL FROM`, without brackets; empty for the null path.
    pub from: String,
    /// Every `RCPT TO`, without brackets, with its parameters behind a space.
    pub recipients: Vec<String>,
    /// The message as it was sent, dots undone.
    pub message: Payload,
    /// The transaction came to its end and was accepted.
    pub accepted: bool,
    /// Under TLS.
    pub tls: bool,
}
