//! Where answers to HTTP requests plug in.

use bytes::Bytes;
use waxseal_model::{ConnectionId, Observation};

/// Answers HTTP requests for every host there is.
pub trait Answer: Send + Sync {
    /// What `request` is answered. Called from several threads; must not block.
    fn answer(&self, request: &HttpRequest<'_>) -> HttpAnswer;
}

/// A request as it came; hostile.
#[derive(Debug, Clone, Copy)]
pub struct HttpRequest<'a> {
    /// The connection.
    pub connection: ConnectionId,
    /// The host that the request names, lower case, without a port: else the one that was asked for, else the address.
    pub host: &'a str,
    /// The port: the one that the request names, else the one of the connection.
    pub port: u16,
    /// Under TLS.
    pub tls: bool,
    /// The method.
    pub method: &'a str,
    /// Scheme, host and path.
    pub url: &'a str,
    /// Path and query; begins with `/`, or is `*`.
    pub path: &'a str,
    /// Header fields in their order, names in lower case.
    pub headers: &'a [(String, String)],
    /// The body, content codings undone where we can, cut at [`Limits::body`](crate::Limits::body).
    pub body: &'a [u8],
}

impl HttpRequest<'_> {
    /// The first header field of this name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }
}

/// What a request is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status, 200 to 599; anything else is sent as 200.
    pub status: u16,
    /// Header fields; those that cannot be sent are left out. Length and date are ours.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// Which part of the simulated internet answered: `postmark`, `registry`, `generic`.
    pub answered_by: String,
    /// What the request asked for, as who answered read it: told of behind the request.
    pub observations: Vec<Observation>,
}

/// Answers every request with `{"ok":true}`.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainAnswer;

impl Answer for PlainAnswer {
    fn answer(&self, _: &HttpRequest<'_>) -> HttpAnswer {
        HttpAnswer {
            status: 200,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: Bytes::from_static(b"{\"ok\":true}"),
            answered_by: "plain".to_owned(),
            observations: Vec::new(),
        }
    }
}
