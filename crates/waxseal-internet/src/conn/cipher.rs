//! TLS around a conversation: accepted with a certificate of ours, and told of by what became of it.

use std::io;

use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;
use waxseal_model::Observation;

use super::{Io, Layer, Raw};
use crate::tape::Taped;
use crate::tls::Hello;

/// What is still to be told of a TLS session: that it was accepted, when the client says something in it; that it could not be
/// looked into, when it does not. A client that pins certificates may well finish the handshake, and leave.
pub(crate) struct Secrecy {
    layer: Layer,
    hello: Hello,
    /// The version, once the handshake is over.
    version: Option<String>,
    reason: String,
    told: bool,
}

impl Secrecy {
    /// The client said something under TLS.
    pub(crate) fn heard(secrecy: Option<Self>) {
        let Some(mut secrecy) = secrecy else { return };
        secrecy.told = true;
        secrecy.layer.tell(Observation::Tls {
            connection: secrecy.layer.connection.id,
            server_name: secrecy.hello.server_name.clone(),
            alpn: secrecy.hello.alpn.clone(),
            version: secrecy.version.clone().unwrap_or_default(),
        });
    }
}

impl Drop for Secrecy {
    fn drop(&mut self) {
        if self.told {
            return;
        }
        self.layer.tell(Observation::Opaque {
            connection: self.layer.connection.id,
            server_name: self.hello.server_name.clone(),
            alpn: self.hello.alpn.clone(),
            reason: std::mem::take(&mut self.reason),
        });
    }
}

/// Accepts TLS on `io`, from which `first` was read. What cannot be accepted has been told of.
pub(super) async fn accept(layer: &Layer, io: Io, first: Vec<u8>) -> Option<(Layer, Io, Secrecy)> {
    let limit = layer.connection.shared.world.limits.handshake;
    let taped = Taped::new(first, io);
    let tape = taped.tape();
    // What is no hello in the end is kept as bytes, even when all of this is dropped half way.
    let mut unread = Unread {
        raw: Raw::new(layer.clone()),
        tape,
        hello: false,
    };
    let start = timeout(
        limit,
        LazyConfigAcceptor::new(rustls::server::Acceptor::default(), taped),
    )
    .await
    .ok()?
    .ok()?;
    unread.hello = true;
    let hello = Hello::read(&start.client_hello());
    let mut secrecy = Secrecy {
        layer: layer.clone(),
        hello: hello.clone(),
        version: None,
        reason: "the handshake was begun and never ended".to_owned(),
        told: false,
    };
    let ca = &layer.connection.shared.world.ca;
    let address = layer.connection.ends.to.ip();
    let name = hello.certified(layer.host.as_deref(), address);
    let Some(config) = ca
        .config(&name, hello.chosen.clone())
        .or_else(|| ca.config(&address.to_string(), None))
    else {
        secrecy.reason = "no certificate could be made for the name it asked for".to_owned();
        return None;
    };
    let stream = match timeout(limit, start.into_stream(config)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(err)) => {
            secrecy.reason = explain(&err);
            return None;
        }
        Err(_) => return None,
    };
    secrecy.version = stream
        .get_ref()
        .1
        .protocol_version()
        .and_then(|it| it.as_str().map(spell_version));
    LEFT.clone_into(&mut secrecy.reason);
    let inner = Layer {
        host: hello.server_name.or_else(|| layer.host.clone()),
        tls: true,
        alpn: hello.chosen,
        depth: layer.depth + 1,
        ..layer.clone()
    };
    Some((inner, Box::new(stream), secrecy))
}

/// Bytes that were taken for TLS until they prove to be.
struct Unread {
    raw: Raw,
    tape: std::sync::Arc<crate::tape::Tape>,
    hello: bool,
}

impl Drop for Unread {
    fn drop(&mut self) {
        if !self.hello {
            self.raw.take(&self.tape.take().0);
        }
    }
}

fn spell_version(name: &str) -> String {
    name.replace("TLSv1_", "TLSv1.")
}

/// Why a handshake failed, as a sentence.
fn explain(err: &io::Error) -> String {
    let Some(tls) = err.get_ref().and_then(|it| it.downcast_ref::<rustls::Error>()) else {
        return "the client ended the connection in the handshake, after it saw our certificate".to_owned();
    };
    match tls {
        rustls::Error::AlertReceived(alert) => {
            format!("the client refused our certificate: alert `{alert:?}`")
        }
        rustls::Error::PeerIncompatible(what) => format!("the client offered no TLS that we speak: `{what:?}`"),
        other => format!("the handshake failed: `{other:?}`")
            .chars()
            .take(MAX_REASON)
            .collect(),
    }
}

/// Why nothing is known of a session that was accepted.
const LEFT: &str =
    "the client ended the connection after the handshake without a word, as one does that pins certificates";

/// A sentence; errors may quote what the client sent.
const MAX_REASON: usize = 200;
