//! What is no protocol we know: listened to, and written down.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use waxseal_model::{Observation, Payload};

use super::{Io, Layer, Stream};

/// Bytes of a conversation that were not understood. Told of when it is over, however that comes.
pub(crate) struct Raw {
    layer: Layer,
    payload: Payload,
    /// What was taken out of the common purse.
    held: usize,
}

impl Raw {
    pub(crate) fn new(layer: Layer) -> Self {
        Self {
            layer,
            payload: Payload::default(),
            held: 0,
        }
    }

    /// Keeps what there is room for, and counts all of it.
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        let shared = &self.layer.connection.shared;
        let room = shared.world.limits.raw.saturating_sub(self.payload.bytes.len());
        let kept = bytes.len().min(room);
        if kept > 0 && self.is_whole_so_far() && shared.held.take(kept) {
            self.held += kept;
            self.payload.bytes.extend_from_slice(&bytes[..kept]);
        }
        self.payload.length += bytes.len() as u64;
    }

    /// What is kept are the first bytes, without a hole.
    fn is_whole_so_far(&self) -> bool {
        self.payload.is_whole()
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.layer.connection.shared.held.put(self.held);
        if self.payload.length > 0 {
            self.layer.tell(Observation::Raw {
                connection: self.layer.connection.id,
                payload: std::mem::take(&mut self.payload),
                tls: self.layer.tls,
            });
        }
    }
}

/// Listens until the client has nothing more to say.
pub(super) async fn listen(layer: Layer, io: Io, first: Vec<u8>) {
    let mut raw = Raw::new(layer);
    raw.take(&first);
    drop(first);
    listen_on(&mut raw, io).await;
}

/// Keeps in `raw` what else comes.
pub(crate) async fn listen_on(raw: &mut Raw, mut io: impl Stream) {
    let mut buffer = vec![0; SMALL_READ];
    while let Ok(bytes) = io.read(&mut buffer).await {
        if bytes == 0 {
            break;
        }
        raw.take(&buffer[..bytes]);
        if bytes == buffer.len() && buffer.len() < LARGE_READ {
            buffer.resize(LARGE_READ, 0);
        }
    }
    // Of a mere socket the end is said when it is dropped.
    if raw.layer.depth > 0 || raw.layer.tls {
        let _ = io.shutdown().await;
    }
}

/// Says what an SSH server says first (RFC 4253 §4.2), so that the client goes on to what can be told of it in clear.
pub(super) async fn answer_ssh(layer: Layer, mut io: Io, first: Vec<u8>) {
    if io.write_all(b"SSH-2.0-OpenSSH_9.6p1\r\n").await.is_ok() && io.flush().await.is_ok() {
        return listen(layer, io, first).await;
    }
    Raw::new(layer).take(&first);
}

/// What is read at once from a client that says little, of which there can be ten thousand.
const SMALL_READ: usize = 4 << 10;

/// What is read at once from one that sends a lot.
const LARGE_READ: usize = 256 << 10;
