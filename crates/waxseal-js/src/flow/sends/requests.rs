//! Where requests go, and which of them go to a provider.

use super::super::context::Context;
use super::super::names::{self};
use super::candidates::Candidate;
use crate::fold::Value;
use oxc_ast::ast::Expression;
use waxseal_model::{SinkSpec, Target};

/// A request to a host of a provider.
pub(super) fn provider_request<'a>(
    ctx: &Context<'_, '_, 'a>,
    path: Option<&str>,
    method: &str,
    given: &[&'a Expression<'a>],
) -> Option<Candidate<'a>> {
    let network = path.is_some_and(is_network_api);
    if !network && !names::sounds_like_request(method) {
        return None;
    }
    let (url, hidden) = request_target(ctx, given)?;
    let host = host_of(&url)?;
    let sink = ctx.sinks.iter().position(|sink| is_host_of(&host, sink))?;
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let endpoint: String = rest
        .split(['?', '#'])
        .next()
        .unwrap_or(rest)
        .chars()
        .take(120)
        .collect();
    if !is_sending_endpoint(&endpoint) {
        return None;
    }
    Some(Candidate {
        defaults: false,
        positional: &[],
        sink: Some(sink),
        channel: format!("POST {endpoint}"),
        capability: Some((path.unwrap_or("request").to_owned(), Target::Constant(host))),
        hidden,
        certain: true,
        payload: Vec::new(),
    })
}

/// Whether a path of a provider's API could be one that sends: not a read-only one.
fn is_sending_endpoint(endpoint: &str) -> bool {
    let path = endpoint
        .split_once('/')
        .map_or("", |(_, path)| path)
        .to_ascii_lowercase();
    path.is_empty()
        || [
            "mail",
            "send",
            "message",
            "transmission",
            "transactional",
            "outbound",
            "*",
        ]
        .iter()
        .any(|it| path.contains(it))
}

/// The URL, or `host/path`, that a request goes to, `*` for what is not constant.
pub(in crate::flow) fn request_target<'a>(
    ctx: &Context<'_, '_, 'a>,
    given: &[&'a Expression<'a>],
) -> Option<(String, bool)> {
    for argument in given.iter().take(3) {
        let folded = ctx.folder.fold(argument);
        if let Some(url) = url_of(&folded.value, 0) {
            return Some((url, folded.hidden));
        }
    }
    None
}

fn url_of(value: &Value, depth: u8) -> Option<String> {
    if depth > 3 {
        return None;
    }
    match value {
        Value::String(_) | Value::Concat(_) => {
            let text = value.to_pattern();
            (text.contains("://") || looks_like_host(&text)).then_some(text)
        }
        Value::OneOf(values) => values.iter().find_map(|it| url_of(it, depth + 1)),
        Value::Api(api) => api
            .calls
            .last()
            .and_then(|call| call.arguments.iter().find_map(|it| url_of(it, depth + 1))),
        Value::Object(object) => {
            let text = |wanted: &[&str]| {
                object
                    .properties
                    .iter()
                    .find(|it| wanted.contains(&&*it.name))
                    .map(|it| it.value.value.to_pattern())
                    .filter(|it| it != "*" && it != "undefined")
            };
            let base = text(&["url", "uri", "baseURL", "origin", "endpoint"]);
            base.or_else(|| {
                let host = text(&["hostname", "host", "Host"])?;
                let path = text(&["path", "pathname"]).unwrap_or_default();
                Some(format!("{host}{path}"))
            })
        }
        _ => None,
    }
}

fn looks_like_host(text: &str) -> bool {
    let host = text.split(['/', ':']).next().unwrap_or("");
    host.len() > 3
        && host
            .rsplit_once('.')
            .is_some_and(|(left, last)| !left.is_empty() && last.len() >= 2)
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'*' | b'_'))
}

/// The host of a URL or of `host/path`.
pub(in crate::flow) fn host_of(url: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    };
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

/// Whether a host is one of a provider's.
pub(in crate::flow) fn is_host_of(host: &str, sink: &SinkSpec) -> bool {
    sink.hosts.iter().any(|known| match known.strip_prefix('.') {
        Some(domain) => host == domain || host.ends_with(known),
        None => match known.split_once('*') {
            Some((start, end)) => {
                host.len() >= start.len() + end.len() && host.starts_with(start) && host.ends_with(end)
            }
            None => host == *known,
        },
    })
}

/// Whether an API of the outside world makes requests.
pub(in crate::flow) fn is_network_api(path: &str) -> bool {
    let base = path.strip_prefix("node:").unwrap_or(path);
    let first = base.split(['.', '/', '(']).next().unwrap_or(base);
    matches!(
        first,
        "fetch"
            | "http"
            | "https"
            | "http2"
            | "net"
            | "tls"
            | "dgram"
            | "dns"
            | "axios"
            | "got"
            | "undici"
            | "node-fetch"
            | "request"
            | "superagent"
            | "needle"
            | "ky"
            | "ws"
            | "XMLHttpRequest"
            | "WebSocket"
            | "EventSource"
            | "cross-fetch"
            | "isomorphic-fetch"
            | "phin"
            | "bent"
            | "wretch"
            | "ofetch"
            | "request-promise"
            | "node-fetch-native"
            | "follow-redirects"
            | "unirest"
    ) || base.ends_with("sendBeacon")
}
