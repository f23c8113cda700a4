//! Gets one address: redirects, credentials, proxies, repetitions, ceilings; nothing here knows about packages.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ureq::http::{HeaderMap, StatusCode};
use ureq::tls::TlsConfig;
use ureq::{Agent, Proxy};
use url::Url;

use super::{RegistryError, tls};
use crate::config::{Credentials, NpmConfig};
use crate::tarball::names::cut;

/// How the wait between repetitions is spent; a test does not wait.
pub(super) type Sleep = Arc<dyn Fn(Duration) + Send + Sync>;

/// The client's lower half.
pub(super) struct Transport {
    /// One agent for each way out: its proxy, and the client certificate it shows.
    agents: Mutex<HashMap<Way, Agent>>,
    tls: TlsConfig,
    pub(super) sleep: Sleep,
}

type Way = (Option<String>, Option<(PathBuf, PathBuf)>);

/// What to get.
pub(super) struct Request<'a> {
    pub(super) url: &'a Url,
    /// The registry whose credentials may be used on its own host.
    pub(super) registry: &'a Url,
    pub(super) headers: &'a [(&'static str, String)],
    /// Most bytes of the body, decompressed.
    pub(super) ceiling: u64,
    /// What is told about the bytes as they come: how many so far, and of how many if the server said.
    pub(super) progress: &'a dyn Fn(u64, Option<u64>),
    /// Try again, as npm is configured to. Not for what one can do without: the waits of npm are minutes.
    pub(super) again: bool,
    /// Where the body of a good answer goes instead of into memory; what it held before is lost.
    pub(super) file: Option<&'a File>,
}

/// What came.
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// The host that answered in the end.
    pub(super) host: String,
}

impl Response {
    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    }
}

/// Why nothing came.
pub(super) enum Failure {
    /// It may work when it is tried again.
    Passing(RegistryError),
    /// It will not.
    Lasting(RegistryError),
    /// The body is larger than the ceiling.
    TooLarge,
}

impl Transport {
    pub(super) fn new(config: &NpmConfig) -> Result<Self, RegistryError> {
        let tls = tls::configure(config)?;
        Ok(Self {
            agents: Mutex::default(),
            tls,
            sleep: Arc::new(std::thread::sleep),
        })
    }

    /// Gets an address, trying again where that may help, as often and as patiently as npm is configured to.
    pub(super) fn get(&self, config: &NpmConfig, request: &Request<'_>) -> Result<Response, Failure> {
        let patience = config.patience();
        let mut attempt = 0;
        loop {
            let result = self.follow(config, request);
            let advised = match &result {
                Ok(response) if is_passing(response.status) => {
                    let seconds = response.header("retry-after").and_then(|text| text.trim().parse().ok());
                    seconds.map(Duration::from_secs)
                }
                Err(Failure::Passing(_)) => None,
                _ => return result,
            };
            if !request.again || attempt >= patience.retries {
                return result;
            }
            // A server may ask for a longer wait than our own, up to what npm would ever wait.
            let wait = advised.map_or_else(|| patience.wait(attempt), |advised| advised.min(patience.max_wait));
            (self.sleep)(wait);
            attempt += 1;
        }
    }

    /// One try, along redirects. Credentials are found for the first address only; they stay behind as soon as the way leads
    /// to another host, port or protocol, and are not taken up again.
    fn follow(&self, config: &NpmConfig, request: &Request<'_>) -> Result<Response, Failure> {
        let mut url = request.url.clone();
        let mut credentials = config.credentials_for(&url, request.registry);
        for _ in 0..MAX_REDIRECTS {
            let response = self.once(config, request, &url, &credentials)?;
            let Some(location) = redirect_target(&response) else {
                return Ok(response);
            };
            let broken = |reason| {
                Failure::Lasting(RegistryError::Address {
                    host: host_of(&url),
                    reason,
                })
            };
            let next = url.join(&location).map_err(|_| broken("it is no address"))?;
            if !matches!(next.scheme(), "http" | "https") || next.host_str().is_none() {
                return Err(broken("it is neither http nor https"));
            }
            if next.origin() != url.origin() {
                credentials = Credentials::default();
            }
            url = next;
        }
        Err(Failure::Lasting(RegistryError::Address {
            host: host_of(&url),
            reason: "it leads on and on",
        }))
    }

    fn once(
        &self,
        config: &NpmConfig,
        request: &Request<'_>,
        url: &Url,
        credentials: &Credentials,
    ) -> Result<Response, Failure> {
        let host = host_of(url);
        let agent = self.agent(config, url, credentials).map_err(Failure::Lasting)?;
        let proxied = config.proxy_for(url).is_some();
        let mut get = agent.get(bare(url).as_str());
        for (name, value) in request.headers {
            get = get.header(*name, value);
        }
        if let Some(authorization) = &credentials.authorization {
            get = get.header("authorization", authorization.expose());
        }
        let response = get.call().map_err(|err| explain(err, &host, proxied))?;
        let (parts, body) = response.into_parts();
        let encoded = parts.headers.contains_key("content-encoding");
        let total = body.content_length().filter(|_| !encoded);
        let ceiling = if parts.status == StatusCode::OK {
            request.ceiling
        } else {
            MAX_ERROR_BODY
        };
        let mut read = Vec::new();
        let reader = body.into_with_config().limit(u64::MAX).reader();
        let tell = |received| (request.progress)(received, total);
        // What says itself that it is too large need not be fetched.
        if request.file.is_some() && parts.status == StatusCode::OK && total.is_some_and(|total| total > ceiling) {
            return Err(Failure::TooLarge);
        }
        let whole = match request.file.filter(|_| parts.status == StatusCode::OK) {
            Some(file) => write_all(reader, file, ceiling, &tell),
            None => read_all(reader, &mut read, ceiling, &tell),
        };
        match whole {
            Ok(true) => {}
            Ok(false) if parts.status == StatusCode::OK => return Err(Failure::TooLarge),
            // What an error says at length is not needed.
            Ok(false) => read.clear(),
            Err(err) => return Err(explain(ureq::Error::from(err), &host, proxied)),
        }
        Ok(Response {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: read,
            host,
        })
    }

    /// The agent for this way out, made at its first use.
    fn agent(&self, config: &NpmConfig, url: &Url, credentials: &Credentials) -> Result<Agent, RegistryError> {
        let proxy = config.proxy_for(url).map(|proxy| proxy.expose().to_owned());
        let way = (proxy, credentials.client_certificate.clone());
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(agent) = agents.get(&way) {
            return Ok(agent.clone());
        }
        let proxy_error = |reason: &str| RegistryError::Proxy {
            host: host_of(url),
            reason: reason.to_owned(),
        };
        let proxy = match &way.0 {
            Some(text) if text.starts_with("socks") => {
                return Err(proxy_error("it is a SOCKS proxy, which is not supported"));
            }
            Some(text) => Some(Proxy::new(text).map_err(|_| proxy_error("its address cannot be read"))?),
            None => None,
        };
        let tls = tls::with_client_certificate(&self.tls, way.1.as_ref())?;
        let timeout = config.patience().timeout;
        let agent: Agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(proxy)
            .tls_config(tls)
            .user_agent(USER_AGENT)
            .timeout_resolve(Some(timeout.min(MAX_CONNECT)))
            .timeout_connect(Some(timeout.min(MAX_CONNECT)))
            .timeout_send_request(Some(timeout))
            .timeout_recv_response(Some(timeout))
            .timeout_per_read(Some(timeout))
            .timeout_recv_body(Some(timeout.max(MIN_BODY)))
            .build()
            .into();
        agents.insert(way, agent.clone());
        Ok(agent)
    }
}

/// Reads up to `ceiling` bytes; `false` when there are more.
fn read_all(mut reader: impl io::Read, out: &mut Vec<u8>, ceiling: u64, progress: &dyn Fn(u64)) -> io::Result<bool> {
    loop {
        let before = out.len();
        let room = ceiling.saturating_add(1) - before as u64;
        reader.by_ref().take(room.min(CHUNK)).read_to_end(out)?;
        progress(out.len() as u64);
        if out.len() as u64 > ceiling {
            return Ok(false);
        }
        if out.len() == before {
            return Ok(true);
        }
    }
}

/// As [`read_all`], into a file; a body of another length than was promised is an error.
fn write_all(reader: impl io::Read, mut file: &File, ceiling: u64, progress: &dyn Fn(u64)) -> io::Result<bool> {
    file.set_len(0)?;
    file.rewind()?;
    let mut reader = reader.take(ceiling.saturating_add(1));
    let mut chunk = vec![0; CHUNK as usize];
    let mut received = 0;
    loop {
        let length = reader.read(&mut chunk)?;
        if length == 0 {
            return Ok(true);
        }
        file.write_all(&chunk[..length])?;
        received += length as u64;
        progress(received);
        if received > ceiling {
            return Ok(false);
        }
    }
}

fn redirect_target(response: &Response) -> Option<String> {
    let redirects = matches!(response.status, 301 | 302 | 303 | 307 | 308);
    response.header("location").filter(|_| redirects)
}

/// The statuses npm tries again for (make-fetch-happen, `remote.js`).
fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 420 | 429) || status >= 500
}

/// An address without the user and password that a redirect might bring with it.
fn bare(url: &Url) -> Url {
    let mut url = url.clone();
    // Both only fail for addresses without a host, which were refused.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    url
}

/// Host and port, as they may be shown.
pub(super) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or("an address without a host");
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Tells the library's errors apart.
fn explain(err: ureq::Error, host: &str, proxied: bool) -> Failure {
    use ureq::Error;
    let host = host.to_owned();
    let shown = |text: &str| cut(text, MAX_REASON).escape_debug().to_string();
    match err {
        Error::Timeout(_) => Failure::Passing(RegistryError::Timeout { host }),
        Error::HostNotFound if proxied => Failure::Lasting(RegistryError::Proxy {
            host,
            reason: String::from("its own name cannot be resolved"),
        }),
        Error::HostNotFound => Failure::Lasting(RegistryError::Dns { host }),
        Error::ConnectProxyFailed(reason) => Failure::Lasting(RegistryError::Proxy {
            host,
            reason: shown(&reason),
        }),
        Error::InvalidProxyUrl => Failure::Lasting(RegistryError::Proxy {
            host,
            reason: String::from("its address cannot be read"),
        }),
        Error::Tls(reason) => Failure::Lasting(RegistryError::Tls {
            host,
            reason: shown(reason),
        }),
        Error::Rustls(err) => Failure::Lasting(RegistryError::Tls {
            host,
            reason: shown(&err.to_string()),
        }),
        Error::Pem(_) => Failure::Lasting(RegistryError::Tls {
            host,
            reason: String::from("a certificate is no PEM"),
        }),
        Error::Io(err) => explain_io(&err, host, proxied),
        Error::Decompress(..) => Failure::Passing(RegistryError::Connection {
            host,
            reason: String::from("the compressed answer is broken"),
        }),
        err => Failure::Passing(RegistryError::Connection {
            host,
            reason: shown(&err.to_string()),
        }),
    }
}

fn explain_io(err: &io::Error, host: String, proxied: bool) -> Failure {
    let reason = cut(&err.to_string(), MAX_REASON).escape_debug().to_string();
    match err.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Failure::Passing(RegistryError::Timeout { host }),
        // rustls reports what it refuses as invalid data.
        _ if is_tls(err) => Failure::Lasting(RegistryError::Tls { host, reason }),
        // The standard library has no kind of its own for this.
        _ if reason.starts_with(LOOKUP_FAILED) && proxied => Failure::Lasting(RegistryError::Proxy { host, reason }),
        _ if reason.starts_with(LOOKUP_FAILED) => Failure::Lasting(RegistryError::Dns { host }),
        io::ErrorKind::ConnectionRefused if proxied => Failure::Passing(RegistryError::Proxy { host, reason }),
        _ => Failure::Passing(RegistryError::Connection { host, reason }),
    }
}

/// Whether an error comes from the TLS library; the compression libraries use the same kind of error.
fn is_tls(err: &io::Error) -> bool {
    err.get_ref().is_some_and(|inner| inner.is::<rustls::Error>())
}

/// How Rust's standard library begins an error of the system's resolver.
const LOOKUP_FAILED: &str = "failed to lookup address information";

/// Says who asks.
const USER_AGENT: &str = concat!("waxseal/", env!("CARGO_PKG_VERSION"));

/// npm follows as many (minipass-fetch, `follow`).
const MAX_REDIRECTS: usize = 20;

/// No server needs longer to be connected to.
const MAX_CONNECT: Duration = Duration::from_secs(60);

/// A large archive over a slow line takes minutes; a server that sends a byte now and then is given up on.
const MIN_BODY: Duration = Duration::from_secs(900);

/// A refusal may carry a document, of an unpublished package above all, but no more than this is read of it.
const MAX_ERROR_BODY: u64 = 1 << 20;

/// How much is read between two words about the progress.
const CHUNK: u64 = 128 << 10;

/// Longest reason that is repeated from a library.
const MAX_REASON: usize = 200;
