//! DNS over HTTPS: RFC 8484, and the JSON form that public resolvers offer.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use waxseal_model::DnsTransport;

use super::exchange::Exchange;
use crate::HttpAnswer;
use crate::conn::{Layer, Raw};
use crate::dns::{answer_json, reply};

/// Answers a request that asks for a name; `None`: it does not.
pub(super) fn answer(layer: &Layer, exchange: &Exchange) -> Option<HttpAnswer> {
    if let Some(message) = wire_message(exchange) {
        return answer_wire(layer, &message);
    }
    let (path, query) = exchange.path.split_once('?')?;
    let accepts = exchange.headers("accept").any(|it| it.contains("dns-json"));
    let resolver = path == "/resolve" && RESOLVERS.contains(&exchange.host.as_str());
    if exchange.told.method != "GET" || !(accepts || resolver) {
        return None;
    }
    let name = parameter(query, "name")?;
    let kind = parameter(query, "type").unwrap_or_else(|| "A".to_owned());
    let connection = &layer.connection;
    let json = answer_json(&connection.shared, &name, &kind, connection.ends.to)?;
    Some(give("application/dns-json", json.into()))
}

/// RFC 8484 §4.1: the message in the body, or in `?dns=`.
fn wire_message(exchange: &Exchange) -> Option<Vec<u8>> {
    let is_message = |it: &str| it.trim().starts_with("application/dns-message");
    if exchange.told.method == "POST" {
        return exchange
            .headers("content-type")
            .any(is_message)
            .then(|| exchange.body.clone());
    }
    let (_, query) = exchange.path.split_once('?')?;
    let text = parameter(query, "dns")?;
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

fn answer_wire(layer: &Layer, message: &[u8]) -> Option<HttpAnswer> {
    // RFC 8484 §6: a message is at most what DNS over TCP can carry.
    if message.len() > usize::from(u16::MAX) {
        return None;
    }
    let connection = &layer.connection;
    let reply = reply(&connection.shared, message, DnsTransport::Https, connection.ends.to);
    if !reply.told {
        // It is in the request, but there it may be in base64.
        Raw::new(layer.clone()).take(message);
    }
    Some(give("application/dns-message", reply.bytes?.into()))
}

fn give(kind: &str, body: Bytes) -> HttpAnswer {
    HttpAnswer {
        status: 200,
        headers: vec![
            ("content-type".to_owned(), kind.to_owned()),
            ("cache-control".to_owned(), "max-age=60".to_owned()),
        ],
        body,
        answered_by: "doh".to_owned(),
        observations: Vec::new(),
    }
}

/// A parameter of a query, percent signs undone.
fn parameter(query: &str, name: &str) -> Option<String> {
    let value = query
        .split('&')
        .find_map(|it| it.strip_prefix(name)?.strip_prefix('='))?;
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail
            .get(..2)
            .and_then(|it| std::str::from_utf8(it).ok())
            .and_then(|it| u8::from_str_radix(it, 16).ok());
        match (first, code) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// Public resolvers that answer `/resolve` in JSON without being asked for it in `Accept`.
const RESOLVERS: [&str; 8] = [
    "dns.google",
    "8.8.8.8",
    "8.8.4.4",
    "cloudflare-dns.com",
    "1.1.1.1",
    "dns.alidns.com",
    "doh.pub",
    "dns.nextdns.io",
];
