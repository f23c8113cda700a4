//! WebSocket connections (RFC 6455), as a server without extensions speaks them.

mod frames;

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use waxseal_model::{Observation, Payload};

use crate::conn::{Io, Layer, Raw};
use frames::{Reader, Said};

/// Tells of messages as they come; one that is not whole when the connection ends is told of then.
struct Messages {
    layer: Layer,
    url: String,
    reader: Reader,
    /// What was taken out of the common purse.
    held: usize,
}

impl Messages {
    fn tell(&self, text: bool, payload: Payload) {
        let (connection, url) = (self.layer.connection.id, self.url.clone());
        let submitted = if text {
            waxseal_mail::api::generic::messages_in_text(connection, host_of(&url), &payload.bytes)
        } else {
            Vec::new()
        };
        let whole = payload.is_whole();
        self.layer.tell(Observation::WebSocket {
            connection,
            url,
            text,
            payload,
        });
        for mut message in submitted {
            message.complete &= whole;
            self.layer.tell(Observation::Submitted(Box::new(message)));
        }
    }
}

/// The host of a URL, without a port.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

impl Drop for Messages {
    fn drop(&mut self) {
        self.layer.connection.shared.held.put(self.held);
        if let Some((text, payload)) = self.reader.unfinished() {
            self.tell(text, payload);
        }
    }
}

/// Listens until the client closes or breaks the protocol; what it says in that case is kept as bytes.
pub(crate) async fn serve(layer: Layer, mut io: Io, url: String) {
    let shared = Arc::clone(&layer.connection.shared);
    let told = shared.world.limits.told;
    let held = if shared.held.take(told) { told } else { 0 };
    let mut raw = Raw::new(layer.clone());
    let mut messages = Messages {
        layer,
        url,
        reader: Reader::new(held.max(LEAST_KEPT)),
        held,
    };
    let mut buffer = vec![0; READ];
    let mut broken = false;
    while let Ok(bytes) = io.read(&mut buffer).await {
        if bytes == 0 {
            break;
        }
        if broken {
            raw.take(&buffer[..bytes]);
            continue;
        }
        let mut rest = &buffer[..bytes];
        while let Some(said) = messages.reader.read(&mut rest) {
            match said {
                Said::Message { text, payload } => messages.tell(text, payload),
                Said::Reply(bytes) => {
                    // A client that does not read what it asked for is still listened to.
                    let _ = io.write_all(&bytes).await;
                    let _ = io.flush().await;
                }
                Said::Close(bytes) => {
                    let _ = io.write_all(&bytes).await;
                    // RFC 6455 §7.1.1: the server ends the connection first.
                    let _ = io.shutdown().await;
                    raw.take(rest);
                    broken = true;
                    break;
                }
                Said::Broken(bytes) => {
                    raw.take(&bytes);
                    raw.take(rest);
                    broken = true;
                    break;
                }
            }
        }
    }
    let _ = io.shutdown().await;
}

/// What is kept of a message when others hold all there is.
const LEAST_KEPT: usize = 1 << 10;

/// What is read at once.
const READ: usize = 16 << 10;
