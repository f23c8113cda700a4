//! How much is taken of what a package sends, each number with its reason.

use std::time::Duration;

/// How much is taken of anything. What is beyond is counted, or ends the connection; nothing is dropped without a trace.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes that one connection may move in both directions together. A package that uploads a home directory stays below it, one
    /// that fills the disk of whoever keeps the events does not.
    pub connection_bytes: u64,
    /// How long one connection may last, however busy it is: longer than any call of a package is watched.
    pub connection_time: Duration,
    /// How long one connection may be without a byte in either direction; longer than what WebSocket libraries ping at (30 s) and
    /// than what HTTP agents keep a connection for (5 s to 60 s).
    pub idle: Duration,
    /// How long a client may take from the first byte of a TLS handshake to its last.
    pub handshake: Duration,
    /// How long a client may say nothing before it is taken for one that waits for a greeting. Node's own DNS and connection races
    /// take less; mail libraries wait 30 s and more for the greeting.
    pub silence: Duration,
    /// How long `finish` waits for connections that are still open.
    pub drain: Duration,
    /// Bytes of one HTTP body that are kept to be answered: attachments of mail APIs are at most 25 MiB of base64, and most are far
    /// smaller.
    pub body: usize,
    /// Bytes of one HTTP body or WebSocket message that an event holds.
    pub told: usize,
    /// Bytes of a connection of no known protocol that an event holds.
    pub raw: usize,
    /// Bytes that all connections together may hold.
    pub held: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connection_bytes: 1 << 30,
            connection_time: Duration::from_secs(900),
            idle: Duration::from_secs(120),
            handshake: Duration::from_secs(20),
            silence: Duration::from_millis(1500),
            drain: Duration::from_secs(2),
            body: 16 << 20,
            told: 1 << 20,
            raw: 64 << 10,
            held: 256 << 20,
        }
    }
}
