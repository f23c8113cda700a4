//! Addresses as targets: what is kept of a URL, and which hosts no name stands for.

use crate::capabilities::aim::bounded;

/// Scheme and host in lower case, no user information, no query, a bounded path.
pub(super) fn normalize(address: &str) -> String {
    let (scheme, rest) = match address.split_once("//") {
        Some((scheme, rest)) if scheme.is_empty() || scheme.ends_with(':') || scheme == "*" => (scheme, rest),
        _ => return bounded(address.split(['?', '#']).next().unwrap_or(address), MAX_ADDRESS).to_owned(),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let scheme = scheme.to_ascii_lowercase();
    let mut out = if scheme.is_empty() {
        String::new()
    } else {
        format!("{scheme}//")
    };
    out.push_str(&host.to_lowercase());
    if path != "/" {
        out.push_str(path);
    }
    bounded(&out, MAX_ADDRESS).to_owned()
}

/// The host part of what [`normalize`] gives.
pub(super) fn host_of(address: &str) -> &str {
    let rest = address.split_once("//").map_or(address, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or(rest);
    if let Some(inner) = authority.strip_prefix('[') {
        return inner.split(']').next().unwrap_or(inner);
    }
    authority.split(':').next().unwrap_or(authority)
}

/// An IP address that is neither this machine's nor its network's. Written as one number, it is hidden besides.
pub(super) fn is_raw_address(host: &str) -> bool {
    if host.contains(':') {
        let hex = host.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'));
        let local = host == "::1"
            || host == "::"
            || host.starts_with("fe80")
            || host.starts_with("fd")
            || host.starts_with("ff0");
        return hex && !local;
    }
    if host
        .strip_prefix("0x")
        .is_some_and(|hex| hex.len() == 8 && hex.bytes().all(|it| it.is_ascii_hexdigit()))
    {
        return true;
    }
    let parts: Vec<Option<u8>> = host.split('.').map(|part| part.parse().ok()).collect();
    let [Some(a), Some(b), Some(_), Some(_)] = parts[..] else {
        return false;
    };
    match (a, b) {
        (0 | 10 | 127 | 224..=255, _) | (192, 168) | (172, 16..=31) => false,
        // A cloud's metadata service hands out credentials here; the rest of the range is link-local.
        (169, 254) => host == "169.254.169.254",
        _ => true,
    }
}

/// Long enough for a host and the path of an API.
const MAX_ADDRESS: usize = 300;
