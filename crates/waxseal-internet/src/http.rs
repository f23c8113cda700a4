//! HTTP as every server and every proxy of the simulated internet speaks it: HTTP/1.1, HTTP/2, tunnels and WebSockets.

mod body;
mod doh;
mod exchange;
mod upgrade;

use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING, UPGRADE};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Version};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use crate::HttpAnswer;
use crate::conn::{Io, Layer, Raw, raw};
use crate::tape::{Tape, Taped};
use exchange::Exchange;
use upgrade::Next;

type Answered = Response<Full<Bytes>>;

/// Answers requests until the client has no more. `first` was read already.
pub(crate) async fn serve_http1(layer: Layer, io: Io, first: Vec<u8>) {
    let taped = Taped::new(first, io);
    let tape = taped.tape();
    let mut rest = Rest {
        raw: Raw::new(layer.clone()),
        tape: Some(Arc::clone(&tape)),
    };
    let becomes = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&becomes);
    let service = service_fn(move |request| {
        let (layer, tape, slot) = (layer.clone(), Arc::clone(&tape), Arc::clone(&slot));
        // In a box, because hyper moves it.
        Box::pin(async move { Ok::<_, Infallible>(respond(layer, Some(&tape), request, slot).await) })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(MAX_HEAD)
        .half_close(true)
        .serve_connection(TokioIo::new(taped), service);
    let served = poll_fn(|ctx| connection.poll_without_shutdown(ctx)).await;
    let parts = connection.into_parts();
    let io = parts.io.into_inner();
    let (bytes, since) = rest.tape.take().map(|it| it.take()).unwrap_or_default();
    let next = becomes.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(next) = next {
        return upgrade::go_on(next, Box::new(Taped::new(parts.read_buf.to_vec(), io))).await;
    }
    // What was read and is no request, or one that was refused by its fields, and what comes behind it.
    rest.raw.take(if served.is_err() && since > 0 {
        &bytes
    } else {
        &parts.read_buf
    });
    let mut io = io;
    let _ = io.shutdown().await;
    let _ = timeout(LINGER, raw::listen_on(&mut rest.raw, io)).await;
}

/// Answers requests until the client has no more. `first` was read already, and begins with the preface.
pub(crate) async fn serve_http2(layer: Layer, io: Io, first: Vec<u8>) {
    let taped = Taped::new(first, io);
    let mut rest = Rest {
        raw: Raw::new(layer.clone()),
        tape: Some(taped.tape()),
    };
    let tape = taped.tape();
    let asked = Arc::new(AtomicBool::new(false));
    let asks = Arc::clone(&asked);
    let service = service_fn(move |request| {
        asks.store(true, Ordering::Relaxed);
        // What was on the tape was understood; there is more than one request at a time, so no body begins or ends on it.
        tape.mark();
        let layer = layer.clone();
        async move { Ok::<_, Infallible>(respond(layer, None, request, Arc::default()).await) }
    });
    let served = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEAD as u32)
        .initial_connection_window_size(H2_WINDOW)
        .initial_stream_window_size(H2_WINDOW)
        .serve_connection(TokioIo::new(taped), service)
        .await;
    let broken = served.is_err_and(|it| is_protocol_error(&it));
    if !broken && (asked.load(Ordering::Relaxed) || taped_is_idle(&rest)) {
        rest.tape = None;
    }
}

/// Whether nothing came but the preface and whole frames that say nothing (RFC 9113 §6): those of a connection opened early.
fn taped_is_idle(rest: &Rest) -> bool {
    let Some(tape) = &rest.tape else { return true };
    tape.look(|bytes| {
        let Some(mut rest) = bytes.get(PREFACE..) else {
            return false;
        };
        while let [a, b, c, kind, _, _, _, _, _, payload @ ..] = rest {
            let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
            // SETTINGS, PING, GOAWAY, WINDOW_UPDATE.
            if !matches!(kind, 4 | 6 | 7 | 8) || length > MAX_HOUSEKEEPING || payload.len() < length {
                return false;
            }
            rest = &payload[length..];
        }
        rest.is_empty()
    })
}

/// Not one of the socket, or of a client that had enough.
fn is_protocol_error(err: &hyper::Error) -> bool {
    let mut cause = std::error::Error::source(err);
    while let Some(it) = cause {
        if it.is::<std::io::Error>() {
            return false;
        }
        cause = it.source();
    }
    !err.is_canceled() && !err.is_closed() && !err.is_timeout()
}

/// What came and was no request: kept as bytes when the conversation ends in it.
struct Rest {
    raw: Raw,
    tape: Option<Arc<Tape>>,
}

impl Drop for Rest {
    fn drop(&mut self) {
        let Some((bytes, since)) = self.tape.take().map(|it| it.take()) else {
            return;
        };
        if since > 0 {
            self.raw.take(&bytes);
        }
    }
}

/// Answers one request, and tells of it.
async fn respond(layer: Layer, tape: Option<&Tape>, mut request: Request<Incoming>, slot: Slot) -> Answered {
    if let Some(tape) = tape {
        tape.mark_body();
    }
    let upgraded = hyper::upgrade::on(&mut request);
    let (parts, incoming) = request.into_parts();
    let mut exchange = Exchange::begin(&layer, &parts);
    let wants = parts
        .headers
        .get(UPGRADE)
        .is_some_and(|it| it.as_bytes().eq_ignore_ascii_case(b"websocket"));
    let (response, next) = if parts.method == Method::CONNECT {
        upgrade::open_tunnel(&layer, exchange, &parts)
    } else if wants && let Some(key) = parts.headers.get("sec-websocket-key") {
        upgrade::open_websocket(&layer, exchange, key.as_bytes())
    } else {
        exchange.read_body(incoming).await;
        if let Some(tape) = tape {
            tape.mark();
        }
        exchange.decode();
        let own = doh::answer(&layer, &exchange);
        let answer = own.unwrap_or_else(|| layer.connection.shared.world.answer.answer(&exchange.request()));
        let mut answer = bounded(answer);
        exchange.answered(&mut answer);
        return render(answer);
    };
    if parts.version == Version::HTTP_2 {
        upgrade::go_on_beside(&layer, next, upgraded);
    } else {
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(next);
    }
    response
}

/// What a connection becomes after the answer.
type Slot = Arc<Mutex<Option<Next>>>;

/// A status that can be sent.
fn bounded(mut answer: HttpAnswer) -> HttpAnswer {
    if !(200..=599).contains(&answer.status) {
        answer.status = 200;
    }
    answer
}

fn render(answer: HttpAnswer) -> Answered {
    let mut response = Response::new(Full::new(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    for (name, value) in answer.headers {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
            continue;
        };
        if ![CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING, UPGRADE].contains(&name) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// RFC 9113 §3.4.
const PREFACE: usize = 24;

/// Eight settings of six bytes are more than there are, and the other frames are shorter.
const MAX_HOUSEKEEPING: usize = 60;

/// How long a client may take over the header section of a request; browsers are cut at 60 s by common servers.
const HEADER_TIME: Duration = Duration::from_secs(60);

/// How long a client may go on after its last request was answered and the connection closed to it.
const LINGER: Duration = Duration::from_secs(5);

/// How long a header section may be: common servers take 8 to 32 KiB, and what is longer is worth seeing.
const MAX_HEAD: usize = 256 << 10;

/// What common servers allow on one connection.
const MAX_STREAMS: u32 = 256;

/// Uploads are not held up by a window on a network that has no latency.
const H2_WINDOW: u32 = 1 << 20;
