//! Whose credentials go to which address: only to the host and path they were set for.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use super::layers::{Settings, path_of};
use crate::Environment;
use crate::secret::Secret;

/// What is sent, or shown in a TLS handshake, to say who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The whole value of the `authorization` header.
    pub authorization: Option<Secret>,
    /// Files with a client certificate and its key.
    pub client_certificate: Option<(PathBuf, PathBuf)>,
}

/// The credentials for an address, as npm-registry-fetch picks them: the longest prefix of its host and path that any are set
/// for, else those of `registry` where it is the same host.
pub(super) fn find(settings: &Settings, env: &Environment, url: &Url, registry: &Url) -> Credentials {
    let own = find_prefix(settings, url);
    let prefix = match own {
        Some(prefix) => prefix,
        None if url != registry && same_host(url, registry) => match find_prefix(settings, registry) {
            Some(prefix) => prefix,
            None => return Credentials::default(),
        },
        None => return Credentials::default(),
    };
    let setting = |name: &str| settings.text(&format!("{prefix}:{name}"));
    let basic = |user: &str, password: &str| {
        let password = STANDARD.decode(password).unwrap_or_default();
        let pair = format!("{user}:{}", String::from_utf8_lossy(&password));
        format!("Basic {}", STANDARD.encode(pair))
    };
    let authorization = match (
        setting("_authToken"),
        setting("_auth"),
        setting("username"),
        setting("_password"),
    ) {
        (Some(token), ..) => Some(format!("Bearer {token}")),
        (None, Some(auth), ..) => Some(format!("Basic {auth}")),
        (None, None, Some(user), Some(password)) => Some(basic(user, password)),
        _ => None,
    };
    let client_certificate = match (setting("certfile"), setting("keyfile")) {
        (Some(certificate), Some(key)) => Some((path_of(certificate, env), path_of(key, env))),
        _ => None,
    };
    Credentials {
        authorization: authorization.map(Secret::new),
        client_certificate,
    }
}

/// Same host and port; npm compares no protocols here.
fn same_host(a: &Url, b: &Url) -> bool {
    authority(a) == authority(b)
}

/// Host, and port where it is not the protocol's own.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Walks from the whole path up to the bare host, taking away a part or a slash at a time.
fn find_prefix(settings: &Settings, url: &Url) -> Option<String> {
    let mut prefix = format!("//{}{}", authority(url), url.path());
    while prefix.len() > "//".len() {
        if has_credentials(settings, &prefix) {
            return Some(prefix);
        }
        let end = if prefix.ends_with('/') {
            prefix.len() - 1
        } else {
            prefix.rfind('/').map_or(0, |at| at + 1)
        };
        prefix.truncate(end);
    }
    None
}

fn has_credentials(settings: &Settings, prefix: &str) -> bool {
    let has = |name: &str| settings.text(&format!("{prefix}:{name}")).is_some();
    has("_authToken") || has("_auth") || (has("username") && has("_password")) || (has("certfile") && has("keyfile"))
}
