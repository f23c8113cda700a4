//! One POST over HTTP: bounded in time and size, without redirects, over TLS unless it stays on this machine.

use std::io::Read as _;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};
use url::{Host, Url};

use super::Outcome;

/// A place to post to.
pub(super) struct Client {
    agent: Agent,
    url: Url,
}

impl Client {
    pub(super) fn new(url: Url, timeout: Duration) -> Self {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_response_header_size(MAX_HEADERS)
            .user_agent(concat!("waxseal/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
            // Over everything, so that a server that sends a byte a second ends too.
            .timeout_global(Some(timeout))
            .max_idle_connections(1);
        if is_here(&url) {
            config = config.proxy(None);
        }
        Self {
            agent: config.build().into(),
            url,
        }
    }

    /// Posts JSON.
    pub(super) fn post(&self, body: &str, headers: &[(&str, String)]) -> Outcome {
        let mut request = self
            .agent
            .post(self.url.as_str())
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let response = match request.send(body) {
            Ok(response) => response,
            Err(err) => return Outcome::later(explain(&err)),
        };
        let status = response.status().as_u16();
        let after = response
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok()?.trim().parse().ok())
            .map(Duration::from_secs);
        // Read, so that the connection can be used again, and shown where it is an error.
        let mut text = Vec::new();
        let reader = response.into_body().into_with_config().limit(u64::MAX).reader();
        let _ = reader.take(MAX_BODY).read_to_end(&mut text);
        judge(status, &String::from_utf8_lossy(&text), after)
    }

    /// Scheme, host and port: the path may be the secret.
    pub(super) fn place(&self) -> String {
        self.url.origin().ascii_serialization()
    }
}

/// What a status means. Refused is only what names this letter as the reason; whoever does not know us (401, 403, 404, 410) may after a
/// correction of the settings, and until then everything is kept.
fn judge(status: u16, text: &str, after: Option<Duration>) -> Outcome {
    let reason = || {
        let text = text.lines().next().unwrap_or_default().trim();
        let reason = if text.is_empty() {
            format!("it answered {status}")
        } else {
            format!("it answered {status}: {text}")
        };
        super::shown(&reason)
    };
    match status {
        200..=299 => Outcome::Delivered,
        400 | 413 | 415 | 422 => Outcome::Refused { reason: reason() },
        _ => Outcome::Later {
            reason: reason(),
            after,
        },
    }
}

/// What went wrong; never with the address, whose path may be a secret.
fn explain(err: &ureq::Error) -> String {
    match err {
        ureq::Error::Timeout(_) => "it did not answer in time".to_owned(),
        ureq::Error::HostNotFound => "its name cannot be resolved".to_owned(),
        ureq::Error::ConnectionFailed => "it cannot be reached".to_owned(),
        ureq::Error::Io(err) => format!("it cannot be reached: {err}"),
        ureq::Error::Tls(reason) => format!("no secure connection: {reason}"),
        ureq::Error::Rustls(err) => format!("no secure connection: {err}"),
        ureq::Error::BadUri(_) => "its address cannot be used".to_owned(),
        _ => "it did not answer as an HTTP server does".to_owned(),
    }
}

/// An address that alerts may be posted to: https, or http where it stays on this machine; without a user or password, which would be a secret
/// in a settings file.
pub(super) fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|_| "its `url` cannot be read".to_owned())?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("its `url` holds a user or a password".to_owned());
    }
    match url.scheme() {
        "https" if url.host().is_some() => Ok(url),
        "http" if is_here(&url) => Ok(url),
        "http" => Err("its `url` is not https, and leads away from this machine".to_owned()),
        _ => Err("its `url` is not https".to_owned()),
    }
}

/// Whether an address stays on this machine.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

const MAX_HEADERS: usize = 16 * 1024;
/// Most of an answer that is read.
const MAX_BODY: u64 = 4096;

#[cfg(test)]
mod tests;
