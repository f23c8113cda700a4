//! `traffic.har`: every HTTP request in HAR 1.2, which browsers and proxies open (<http://www.softwareishard.com/blog/har-12-spec/>).
//!
//! What is not known is written as the format says: `-1` for sizes, no headers of an answer. Fields of our own begin with `_`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::SocketAddr;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use url::Url;
use waxseal_model::{ConnectionId, Event, HttpExchange, Observation, Payload, Run};

use super::events::text_or_base64;
use super::safe_json;

/// Writes all requests, one at a time: together they may be larger than memory should be.
pub(super) fn write(run: &Run, started: Timestamp, out: &mut impl Write) -> io::Result<()> {
    let around = Around::of(run);
    let version = env!("CARGO_PKG_VERSION");
    write!(
        out,
        "{{\"log\":{{\"version\":\"1.2\",\"creator\":{{\"name\":\"waxseal\",\"version\":\"{version}\"}},\"pages\":[],\"entries\":["
    )?;
    let mut comma = "\n";
    for event in &run.events {
        if let Observation::Http(exchange) = &event.observation {
            out.write_all(comma.as_bytes())?;
            safe_json::write(&entry(event, exchange, &around, started), out)?;
            comma = ",\n";
        }
    }
    out.write_all(b"\n]}}\n")
}

/// What of a run stands around its requests.
struct Around<'r> {
    ends: BTreeMap<ConnectionId, SocketAddr>,
    messages: BTreeMap<ConnectionId, Vec<(u64, bool, &'r Payload)>>,
}

impl<'r> Around<'r> {
    fn of(run: &'r Run) -> Self {
        let mut around = Self {
            ends: BTreeMap::new(),
            messages: BTreeMap::new(),
        };
        for event in &run.events {
            match &event.observation {
                Observation::Connect { connection, ends, .. } => drop(around.ends.insert(*connection, ends.to)),
                Observation::WebSocket {
                    connection,
                    text,
                    payload,
                    ..
                } => {
                    let messages = around.messages.entry(*connection).or_default();
                    messages.push((event.at, *text, payload));
                }
                _ => {}
            }
        }
        around
    }
}

fn entry(event: &Event, exchange: &HttpExchange, around: &Around<'_>, started: Timestamp) -> Value {
    let mut entry = json!({
        "startedDateTime": moment(started, event.at),
        "time": 0,
        "request": request(exchange),
        "response": response(exchange),
        "cache": {},
        // Only the moment of a request is known; what the format cannot go without is zero.
        "timings": { "send": 0, "wait": 0, "receive": 0 },
        "connection": exchange.connection.0.to_string(),
        "_phase": event.phase.id(),
        "_answeredBy": exchange.answered_by,
    });
    if let Some(to) = around.ends.get(&exchange.connection) {
        entry["serverIPAddress"] = json!(to.ip().to_canonical().to_string());
        entry["_serverPort"] = json!(to.port());
    }
    if exchange.status == 101
        && let Some(messages) = around.messages.get(&exchange.connection)
    {
        // As Chromium writes them; all are the package's, what it was answered is not kept.
        let messages = messages.iter().map(|(at, text, payload)| {
            let (data, _) = text_or_base64(&payload.bytes);
            json!({ "type": "send", "time": seconds(started, *at), "opcode": if *text { 1 } else { 2 }, "data": data })
        });
        entry["_webSocketMessages"] = messages.collect();
    }
    entry
}

fn request(exchange: &HttpExchange) -> Value {
    let mut request = json!({
        "method": exchange.method,
        "url": uri(&exchange.url),
        "httpVersion": exchange.version,
        "cookies": cookies(exchange),
        "headers": exchange.headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect::<Vec<_>>(),
        "queryString": query(&exchange.url),
        "headersSize": -1,
        "bodySize": exchange.body.length,
    });
    if request["url"] != exchange.url.as_str() {
        request["_url"] = json!(exchange.url);
    }
    if exchange.body.length > 0 {
        let kind = exchange.headers.iter().find(|(name, _)| name == "content-type");
        let (text, encoding) = text_or_base64(&exchange.body.bytes);
        let mut data = json!({ "mimeType": kind.map_or("", |(_, value)| value.as_str()), "params": [], "text": text });
        if let Some(encoding) = encoding {
            data["_encoding"] = json!(encoding);
        }
        if !exchange.body.is_whole() {
            data["comment"] = json!(format!("only the first {} bytes were kept", exchange.body.bytes.len()));
        }
        if let Some(why) = &exchange.undecoded {
            data["_undecoded"] = json!(why);
        }
        request["postData"] = data;
    }
    request
}

fn response(exchange: &HttpExchange) -> Value {
    let (text, encoding) = text_or_base64(&exchange.answer.bytes);
    let mut content = json!({
        "size": exchange.answer.length,
        "mimeType": guess(&text, encoding),
        "text": text,
    });
    if let Some(encoding) = encoding {
        content["encoding"] = json!(encoding);
    }
    json!({
        "status": exchange.status,
        "statusText": "",
        "httpVersion": exchange.version,
        "cookies": [],
        "headers": [],
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": exchange.answer.length,
    })
}

/// `name=value; name=value` (RFC 6265 §4.2).
fn cookies(exchange: &HttpExchange) -> Vec<Value> {
    let fields = exchange.headers.iter().filter(|(name, _)| name == "cookie");
    let pairs = fields.flat_map(|(_, value)| value.split(';')).take(MAX_PAIRS);
    pairs
        .map(|pair| {
            let (name, value) = pair.trim().split_once('=').unwrap_or((pair.trim(), ""));
            json!({ "name": name, "value": value })
        })
        .collect()
}

fn query(url: &str) -> Vec<Value> {
    let Ok(url) = Url::parse(url) else { return Vec::new() };
    let pairs = url.query_pairs().take(MAX_PAIRS);
    pairs
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}

/// An address that every reader of the format accepts, whatever the package wrote (RFC 3986 §2).
fn uri(raw: &str) -> String {
    let text = Url::parse(raw).map_or_else(|_| format!("invalid:{raw}"), String::from);
    // Brackets stand in the host alone, and a fragment begins but once.
    let host_end = text.find("://").map_or(0, |at| {
        text[at + 3..]
            .find(['/', '?', '#'])
            .map_or(text.len(), |end| at + 3 + end)
    });
    let fragment = text.find('#').unwrap_or(text.len());
    let mut out = String::with_capacity(text.len());
    for (at, byte) in text.bytes().enumerate() {
        let kept = match byte {
            b'[' | b']' => at < host_end,
            b'#' => at == fragment,
            b'%' => text
                .as_bytes()
                .get(at + 1..at + 3)
                .is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)),
            byte => byte.is_ascii_alphanumeric() || b"-._~:/?@!$&'()*+,;=".contains(&byte),
        };
        if kept {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The media type of what we answered, which is one of few.
fn guess(text: &str, encoding: Option<&str>) -> &'static str {
    match text.trim_start().bytes().next() {
        _ if encoding.is_some() => "application/octet-stream",
        Some(b'{' | b'[') => "application/json",
        Some(b'<') => "text/html",
        _ => "text/plain",
    }
}

/// The moment of an event, as ISO 8601 has it.
pub(super) fn moment(started: Timestamp, at: u64) -> String {
    let after = SignedDuration::from_micros(i64::try_from(at).unwrap_or(i64::MAX));
    let moment = started.checked_add(after).unwrap_or(started);
    format!("{moment:.6}")
}

/// Seconds since 1970, with their parts.
fn seconds(started: Timestamp, at: u64) -> f64 {
    started.as_microsecond() as f64 / 1e6 + at as f64 / 1e6
}

/// Cookies and parts of a query that are taken apart; the text itself is whole.
const MAX_PAIRS: usize = 1_000;
