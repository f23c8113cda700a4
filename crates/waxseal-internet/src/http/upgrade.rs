//! What a connection becomes when HTTP on it is over: a tunnel, or a WebSocket.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONNECTION, HeaderValue, UPGRADE};
use hyper::http::request::Parts;
use hyper::upgrade::OnUpgrade;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use sha1::{Digest, Sha1};
use waxseal_model::Observation;

use super::Answered;
use super::exchange::{Exchange, split_authority};
use crate::conn::{Io, Layer, converse, within_time};
use crate::websocket;

/// What a connection becomes.
pub(super) enum Next {
    Tunnel(Layer),
    WebSocket(Layer, String),
}

/// Goes on with what the connection has become.
pub(super) async fn go_on(next: Next, io: Io) {
    match next {
        Next::Tunnel(inner) => converse(inner, io, None).await,
        Next::WebSocket(layer, url) => websocket::serve(layer, io, url).await,
    }
}

/// Goes on on one stream of a connection, beside the others.
pub(super) fn go_on_beside(layer: &Layer, next: Next, upgraded: OnUpgrade) {
    tokio::spawn(within_time(Arc::clone(&layer.connection), async move {
        if let Ok(io) = upgraded.await {
            go_on(next, Box::new(TokioIo::new(io))).await;
        }
    }));
}

/// RFC 9110 §9.3.6: what comes next is for `target`, and is answered as if it had come on a connection to it.
pub(super) fn open_tunnel(layer: &Layer, mut exchange: Exchange, parts: &Parts) -> (Answered, Next) {
    let target = parts
        .uri
        .authority()
        .map_or_else(|| parts.uri.to_string(), ToString::to_string);
    exchange.told.url.clone_from(&target);
    exchange.answered_with(200, "tunnel");
    drop(exchange);
    let (host, port) = split_authority(&target);
    layer.tell(Observation::Tunnel {
        connection: layer.connection.id,
        target,
    });
    // What is inside is no part of the TLS outside: it tells of its own.
    let inner = Layer {
        host: Some(host),
        port: port.unwrap_or(443),
        tls: false,
        alpn: None,
        depth: layer.depth + 1,
        connection: Arc::clone(&layer.connection),
    };
    (Response::new(Full::new(Bytes::new())), Next::Tunnel(inner))
}

/// RFC 6455 §4.2.2: the handshake is answered, without extensions; the first protocol that is offered is agreed to.
pub(super) fn open_websocket(layer: &Layer, mut exchange: Exchange, key: &[u8]) -> (Answered, Next) {
    let mut hash = Sha1::new();
    hash.update(key);
    hash.update(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    let accept = STANDARD.encode(hash.finalize());
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    if let Ok(accept) = HeaderValue::try_from(accept) {
        headers.insert("sec-websocket-accept", accept);
    }
    let offered = exchange
        .headers("sec-websocket-protocol")
        .next()
        .and_then(|it| it.split(',').next());
    if let Some(Ok(protocol)) = offered.map(|it| HeaderValue::try_from(it.trim())) {
        headers.insert("sec-websocket-protocol", protocol);
    }
    exchange.answered_with(101, "websocket");
    let url = exchange.told.url.replacen("http", "ws", 1);
    drop(exchange);
    (response, Next::WebSocket(layer.clone(), url))
}
