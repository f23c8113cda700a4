//! DNS over TCP and over TLS: messages behind their lengths, any number of them.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use waxseal_model::DnsTransport;

use super::{Io, Layer, Raw};
use crate::dns::reply;

/// Answers questions until the client has no more (RFC 7766 §6.2.1: it may send them without waiting).
pub(super) async fn serve(layer: Layer, mut io: Io, first: Vec<u8>) {
    let mut unknown = Raw::new(layer.clone());
    let mut pending = first;
    let mut buffer = vec![0; READ];
    loop {
        let mut out = Vec::new();
        let used = answer_all(&layer, &pending, &mut out, &mut unknown);
        pending.drain(..used);
        if !out.is_empty() && (io.write_all(&out).await.is_err() || io.flush().await.is_err()) {
            break;
        }
        match io.read(&mut buffer).await {
            Ok(bytes) if bytes > 0 => pending.extend_from_slice(&buffer[..bytes]),
            _ => break,
        }
    }
    unknown.take(&pending);
    let _ = io.shutdown().await;
}

/// Answers the messages that are whole, and says how many bytes they were. At most one that is not is left, of 64 KiB.
fn answer_all(layer: &Layer, pending: &[u8], out: &mut Vec<u8>, unknown: &mut Raw) -> usize {
    let transport = if layer.tls {
        DnsTransport::Tls
    } else {
        DnsTransport::Tcp
    };
    let connection = &layer.connection;
    let mut used = 0;
    while let Some((length, rest)) = pending[used..].split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        let Some(message) = rest.get(..length) else { break };
        used += 2 + length;
        let reply = reply(&connection.shared, message, transport, connection.ends.to);
        if !reply.told {
            unknown.take(message);
        }
        let Some(bytes) = reply.bytes else { continue };
        if let Ok(length) = u16::try_from(bytes.len()) {
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(&bytes);
        }
    }
    used
}

/// Many questions at once, and little enough for each connection.
const READ: usize = 4 << 10;
