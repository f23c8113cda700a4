//! A conversation on one connection: what the client speaks is found out, and found out again inside of TLS and of tunnels.

mod cipher;
mod dns;
mod mail;
pub(crate) mod raw;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use waxseal_model::{Observation, RunLimit};

use crate::http;
use crate::meter::{Connection, Metered};
use crate::sniff::{Protocol, Sniffed, sniff};
use crate::tls::SPOKEN;
pub(crate) use cipher::Secrecy;
pub(crate) use raw::Raw;

/// What a conversation is held over: a socket, TLS over one, a tunnel through one.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

pub(crate) type Io = Box<dyn Stream>;

/// Where in a connection a conversation is held.
#[derive(Clone)]
pub(crate) struct Layer {
    pub(crate) connection: Arc<Connection>,
    /// The name of the server: that of the tunnel, of TLS, or the one asked for before.
    pub(crate) host: Option<String>,
    pub(crate) port: u16,
    pub(crate) tls: bool,
    /// What was agreed on in TLS.
    pub(crate) alpn: Option<Vec<u8>>,
    pub(crate) depth: u8,
}

impl Layer {
    pub(crate) fn tell(&self, observation: Observation) {
        self.connection.shared.tell(observation);
    }

    /// The server's name, else its address.
    pub(crate) fn server(&self) -> String {
        self.host
            .clone()
            .unwrap_or_else(|| self.connection.ends.to.ip().to_string())
    }

    /// A server of mail greets before the client says anything. On ports 465 and 993 it does inside of TLS.
    fn greets(&self) -> bool {
        let inside = self.tls && matches!(self.port, 465 | 993);
        !self.agreed() && (MAIL_PORTS.contains(&self.port) || inside)
    }

    /// The client speaks first for certain, however long it takes.
    fn waits(&self) -> bool {
        self.agreed() || CLIENT_FIRST_PORTS.contains(&self.port)
    }

    /// A protocol was agreed on in which the client speaks first.
    fn agreed(&self) -> bool {
        self.alpn.as_deref().is_some_and(|it| SPOKEN.contains(&it))
    }
}

/// Speaks on a connection that was accepted, until it ends or has lasted too long.
pub(crate) async fn speak(connection: Arc<Connection>, stream: TcpStream) {
    let layer = Layer {
        host: connection.host.clone(),
        port: connection.ends.to.port(),
        tls: false,
        alpn: None,
        depth: 0,
        connection: Arc::clone(&connection),
    };
    let io: Io = Box::new(Metered::new(stream, Arc::clone(&connection)));
    within_time(connection, converse(layer, io, None)).await;
}

/// Gives up on a conversation that lasts too long, and tells of it.
pub(crate) async fn within_time(connection: Arc<Connection>, conversation: impl Future<Output = ()>) {
    let limit = connection.shared.world.limits.connection_time;
    if timeout(limit, conversation).await.is_err() {
        let detail = format!(
            "connection {} lasted more than {} seconds and was cut",
            connection.id.0,
            limit.as_secs()
        );
        connection.shared.tell(Observation::LimitHit {
            limit: RunLimit::Time,
            detail,
        });
    }
}

/// Finds out what the client speaks, and answers. `secrecy` is what is still to be told of the TLS around it.
pub(crate) fn converse(layer: Layer, io: Io, secrecy: Option<Secrecy>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        if layer.greets() {
            return mail::greet(layer, io, secrecy).await;
        }
        let mut io = io;
        let mut first = Vec::new();
        let silence = (!layer.waits()).then_some(layer.connection.shared.world.limits.silence);
        match hear(&mut io, &mut first, silence).await {
            Heard::Ended => {}
            Heard::Silent => mail::greet(layer, io, secrecy).await,
            Heard::Spoke(protocol) => {
                Secrecy::heard(secrecy);
                answer(layer, io, first, protocol).await;
            }
        }
    })
}

/// Answers a client that spoke first.
async fn answer(layer: Layer, io: Io, first: Vec<u8>, protocol: Protocol) {
    if layer.depth >= MAX_DEPTH {
        return raw::listen(layer, io, first).await;
    }
    match protocol {
        Protocol::Tls => {
            if let Some((inner, io, secrecy)) = cipher::accept(&layer, io, first).await {
                converse(inner, io, Some(secrecy)).await;
            }
        }
        Protocol::Http1 => http::serve_http1(layer, io, first).await,
        Protocol::Http2 => http::serve_http2(layer, io, first).await,
        Protocol::Dns => dns::serve(layer, io, first).await,
        Protocol::Smtp => mail::serve(layer, io, first).await,
        Protocol::Ssh => raw::answer_ssh(layer, io, first).await,
        Protocol::Raw => raw::listen(layer, io, first).await,
    }
}

/// What came first.
enum Heard {
    Spoke(Protocol),
    /// Nothing for longer than `silence`.
    Silent,
    /// The end, or a failure, before a byte.
    Ended,
}

/// Reads until it is known what is spoken. A client that stops in the middle of its first word is taken by what it said.
async fn hear(io: &mut Io, first: &mut Vec<u8>, silence: Option<Duration>) -> Heard {
    let mut buffer = [0; FIRST_READ];
    loop {
        if let Sniffed::Is(protocol) = sniff(first) {
            return Heard::Spoke(protocol);
        }
        let wait = if first.is_empty() { silence } else { Some(HESITATION) };
        let read = match wait {
            Some(wait) => timeout(wait, io.read(&mut buffer)).await,
            None => Ok(io.read(&mut buffer).await),
        };
        match read {
            Ok(Ok(bytes)) if bytes > 0 => first.extend_from_slice(&buffer[..bytes]),
            _ if !first.is_empty() => return Heard::Spoke(Protocol::Raw),
            Err(_) => return Heard::Silent,
            Ok(_) => return Heard::Ended,
        }
    }
}

/// Ports of mail servers, those of programs that catch mail in development among them.
const MAIL_PORTS: [u16; 5] = [25, 143, 587, 2525, 1025];

/// Ports on which the client always speaks first: a program that opens a connection before it needs it must not be greeted.
const CLIENT_FIRST_PORTS: [u16; 10] = [53, 80, 443, 465, 853, 993, 3000, 3128, 8080, 8443];

/// TLS in a tunnel in TLS in a tunnel: nothing honest goes deeper.
const MAX_DEPTH: u8 = 4;

/// Enough to know any protocol, and little enough to be held for each of ten thousand connections.
const FIRST_READ: usize = 1024;

/// How long a client may take over its first word. Longer than the retransmission of a lost segment, were there any to lose.
const HESITATION: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests;
