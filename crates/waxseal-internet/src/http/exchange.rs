//! One request from its header section to its answer, told of however it ends.

use http_body_util::BodyExt;
use hyper::Version;
use hyper::body::Incoming;
use hyper::header::HOST;
use hyper::http::request::Parts;
use waxseal_model::{HttpExchange, Observation, Payload};

use super::body::{Coded, undo};
use crate::conn::Layer;
use crate::{HttpAnswer, HttpRequest};

/// A request that is being read and answered. Told of when it is dropped; a status of 0 says that it was never answered.
pub(super) struct Exchange {
    pub(super) layer: Layer,
    pub(super) told: HttpExchange,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) path: String,
    /// The body that was kept.
    pub(super) body: Vec<u8>,
    /// How long it was.
    length: u64,
    /// What was taken out of the common purse.
    held: usize,
    /// What is told of behind it.
    behind: Vec<Observation>,
}

impl Exchange {
    pub(super) fn begin(layer: &Layer, parts: &Parts) -> Self {
        let headers = parts.headers.iter().map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        });
        let place = Place::read(layer, parts);
        let told = HttpExchange {
            connection: layer.connection.id,
            version: spell_version(parts.version),
            method: parts.method.as_str().to_owned(),
            url: place.url,
            headers: headers.collect(),
            body: Payload::default(),
            undecoded: None,
            status: 0,
            answered_by: String::new(),
            answer: Payload::default(),
        };
        let (host, port, path) = (place.host, place.port, place.path);
        Self {
            layer: layer.clone(),
            told,
            host,
            port,
            path,
            body: Vec::new(),
            length: 0,
            held: 0,
            behind: Vec::new(),
        }
    }

    /// Reads the body to its end, or to the end of the connection.
    pub(super) async fn read_body(&mut self, mut incoming: Incoming) {
        while let Some(frame) = incoming.frame().await {
            let Ok(frame) = frame else {
                self.told.undecoded = Some("the connection ended before the body did".to_owned());
                return;
            };
            match frame.into_data() {
                Ok(bytes) => self.keep(&bytes),
                Err(frame) => self.keep_trailers(frame),
            }
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let shared = &self.layer.connection.shared;
        let whole = self.length == self.body.len() as u64;
        let room = shared.world.limits.body.saturating_sub(self.body.len());
        let kept = bytes.len().min(room);
        if whole && kept > 0 && shared.held.take(kept) {
            self.held += kept;
            self.body.extend_from_slice(&bytes[..kept]);
        }
        self.length += bytes.len() as u64;
    }

    /// RFC 9110 §6.5: fields behind the body can carry what those before it can.
    fn keep_trailers(&mut self, frame: hyper::body::Frame<bytes::Bytes>) {
        let Ok(trailers) = frame.into_trailers() else { return };
        for (name, value) in &trailers {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            self.told.headers.push((name.as_str().to_owned(), value));
        }
    }

    /// Undoes the content codings of a body that is whole.
    pub(super) fn decode(&mut self) {
        if self.told.undecoded.is_some() || self.body.is_empty() {
            return;
        }
        let codings: Vec<&str> = self
            .headers("content-encoding")
            .flat_map(|it| it.split(','))
            .map(str::trim)
            .collect();
        if codings.is_empty() {
            return;
        }
        if self.length != self.body.len() as u64 {
            self.told.undecoded = Some("the body is longer than what is kept of one".to_owned());
            return;
        }
        match undo(&codings, &self.body, self.layer.connection.shared.world.limits.body) {
            Coded::Undone(bytes) => {
                self.length = bytes.len() as u64;
                self.body = bytes;
            }
            Coded::Left(reason) => self.told.undecoded = Some(reason),
        }
    }

    /// The request as it is handed to who answers.
    pub(super) fn request(&self) -> HttpRequest<'_> {
        HttpRequest {
            connection: self.layer.connection.id,
            host: &self.host,
            port: self.port,
            tls: self.layer.tls,
            method: &self.told.method,
            url: &self.told.url,
            path: &self.path,
            headers: &self.told.headers,
            body: &self.body,
        }
    }

    /// Notes what was answered.
    pub(super) fn answered(&mut self, answer: &mut HttpAnswer) {
        self.behind = std::mem::take(&mut answer.observations);
        self.told.status = answer.status;
        self.told.answered_by.clone_from(&answer.answered_by);
        self.told.answer = Payload::cut(&answer.body, self.layer.connection.shared.world.limits.told);
    }

    /// Notes an answer that has no body.
    pub(super) fn answered_with(&mut self, status: u16, by: &str) {
        self.told.status = status;
        by.clone_into(&mut self.told.answered_by);
    }

    pub(super) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.told
            .headers
            .iter()
            .filter(move |it| it.0 == name)
            .map(|it| it.1.as_str())
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let shared = &self.layer.connection.shared;
        let mut told = std::mem::replace(&mut self.told, empty(self.layer.connection.id));
        told.body = Payload::cut(&self.body, shared.world.limits.told);
        told.body.length = self.length;
        shared.held.put(self.held);
        shared.tell(Observation::Http(Box::new(told)));
        for observation in self.behind.drain(..) {
            shared.tell(observation);
        }
    }
}

/// Where a request goes, as it says.
struct Place {
    host: String,
    port: u16,
    path: String,
    url: String,
}

impl Place {
    /// RFC 9112 §3.2 and §3.3: the target names the host, else the `Host` field does, else it is the server that was connected to.
    fn read(layer: &Layer, parts: &Parts) -> Self {
        let named = parts.uri.authority().map(|it| it.as_str().to_owned());
        let field = || {
            parts
                .headers
                .get(HOST)
                .and_then(|it| it.to_str().ok())
                .map(str::to_owned)
        };
        let scheme = parts
            .uri
            .scheme_str()
            .unwrap_or(if layer.tls { "https" } else { "http" });
        let usual = if scheme == "https" { 443 } else { 80 };
        let authority = named.or_else(field).filter(|it| !it.is_empty()).unwrap_or_else(|| {
            let server = layer.server();
            let server = if server.contains(':') {
                format!("[{server}]")
            } else {
                server
            };
            if layer.port == usual {
                server
            } else {
                format!("{server}:{}", layer.port)
            }
        });
        let (host, port) = split_authority(&authority);
        let absolute = parts.uri.scheme().is_some();
        let port = port.unwrap_or(if absolute { usual } else { layer.port });
        let path = parts
            .uri
            .path_and_query()
            .map_or_else(|| "/".to_owned(), ToString::to_string);
        let slash = if path.starts_with('/') { "" } else { "/" };
        let url = format!("{scheme}://{authority}{slash}{path}");
        Self { host, port, path, url }
    }
}

/// Host, in lower case and without brackets, and port of `user@host:port`.
pub(super) fn split_authority(authority: &str) -> (String, Option<u16>) {
    let place = authority.rsplit_once('@').map_or(authority, |it| it.1);
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port.parse().ok()),
        _ => (place, None),
    };
    (
        host.trim_start_matches('[')
            .trim_end_matches([']', '.'])
            .to_ascii_lowercase(),
        port,
    )
}

fn spell_version(version: Version) -> String {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        _ => "HTTP/1.1",
    }
    .to_owned()
}

fn empty(connection: waxseal_model::ConnectionId) -> HttpExchange {
    HttpExchange {
        connection,
        version: String::new(),
        method: String::new(),
        url: String::new(),
        headers: Vec::new(),
        body: Payload::default(),
        undecoded: None,
        status: 0,
        answered_by: String::new(),
        answer: Payload::default(),
    }
}
