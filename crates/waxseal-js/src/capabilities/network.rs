//! Reaching the network: what is called, and which host it goes to.

use waxseal_model::{CapabilityKind, Target};

use super::aim::{Aim, Text, aims, plain_text, texts};
use super::{Call, Family};
use crate::fold::{Folded, Value};

mod address;

use address::{host_of, is_raw_address, normalize};

/// Everything known that reaches the network.
#[rustfmt::skip]
pub(super) const FAMILIES: &[Family] = &[
    url(&[""], &["fetch", "navigator.sendBeacon", "WebSocket", "EventSource", "Bun.connect", "Deno.connect"]),
    method_and_url(&["XMLHttpRequest()"], &["open"]),
    url(&["node:http", "node:https", "follow-redirects.http", "follow-redirects.https"], &["request", "get"]),
    url(&["node:http2"], &["connect"]),
    socket(&["node:net", "node:tls"], &["connect", "createConnection"]),
    socket(&["node:net.Socket()", "node:tls.TLSSocket()"], &["connect"]),
    datagram(&["node:dgram.createSocket()", "node:dgram.Socket()"], &["send", "connect"]),
    host(&["node:dns", "node:dns.promises", "node:dns/promises", "node:dns.Resolver()", "node:dns.promises.Resolver()"], &DNS),
    url(&["undici"], &["fetch", "request", "stream", "pipeline", "connect", "Client", "Pool", "Agent", "WebSocket", "EventSource"]),
    url(&["undici.Client()", "undici.Pool()", "undici.Agent()"], &["request", "stream", "pipeline", "dispatch"]),
    client("axios.", &["axios", "axios.create()", "axios.default", "axios.Axios()"], &AXIOS),
    client("got.", &["got", "got.got", "got.extend()"], &["", "get", "post", "put", "patch", "head", "delete", "stream"]),
    client("ky.", &["ky", "ky.create()", "ky.extend()"], &["", "get", "post", "put", "patch", "head", "delete"]),
    client("ofetch.", &["ofetch", "ofetch.create()"], &["", "ofetch", "$fetch"]),
    url(&["node-fetch", "cross-fetch", "isomorphic-fetch", "isomorphic-unfetch", "unfetch", "node-fetch-native", "minipass-fetch"], &FETCH),
    url(&["make-fetch-happen", "make-fetch-happen.defaults()", "fetch-h2", "whatwg-fetch", "@whatwg-node/fetch"], &FETCH),
    url(&["request", "request.defaults()", "request-promise", "request-promise-native", "postman-request"], &REQUEST),
    url(&["superagent", "superagent.agent()"], &["", "get", "post", "put", "patch", "head", "del", "delete"]),
    url(&["simple-get", "phin", "bent", "centra", "tiny-json-http", "wretch", "gaxios", "urllib", "teeny-request"], &SIMPLE),
    needle(&["needle"], &["get", "post", "put", "patch", "head", "delete", "request"]),
    url(&["needle"], &[""]),
    url(&["ws", "faye-websocket", "reconnecting-websocket", "isomorphic-ws"], &["", "WebSocket", "Client"]),
    url(&["socket.io-client", "engine.io-client"], &["", "io", "connect", "Socket"]),
    listen(&["node:http", "node:https", "node:net", "node:tls"], &["createServer"]),
    listen(&["node:http2"], &["createServer", "createSecureServer"]),
    listen(&[""], &["Bun.serve", "Deno.serve", "Deno.listen", "RTCPeerConnection"]),
];

#[rustfmt::skip]
const DNS: [&str; 17] = [
    "lookup", "resolve", "resolve4", "resolve6", "resolveAny", "resolveCaa", "resolveCname", "resolveMx", "resolveNaptr", "resolveNs",
    "resolvePtr", "resolveSoa", "resolveSrv", "resolveTxt", "resolveTlsa", "reverse", "lookupService",
];
#[rustfmt::skip]
const AXIOS: [&str; 12] =
    ["", "request", "get", "delete", "head", "options", "post", "put", "patch", "postForm", "putForm", "patchForm"];
const FETCH: [&str; 3] = ["", "fetch", "default"];
const REQUEST: [&str; 9] = ["", "get", "post", "put", "patch", "head", "del", "delete", "options"];
const SIMPLE: [&str; 8] = ["", "get", "post", "put", "request", "concat", "fetch", "promisified"];

const fn url(modules: &'static [&'static str], members: &'static [&'static str]) -> Family {
    Family {
        kind: CapabilityKind::Network,
        name: "",
        modules,
        members,
        aim: url_aims,
    }
}

const fn client(name: &'static str, modules: &'static [&'static str], members: &'static [&'static str]) -> Family {
    Family {
        kind: CapabilityKind::Network,
        name,
        modules,
        members,
        aim: client_aims,
    }
}

const fn method_and_url(modules: &'static [&'static str], members: &'static [&'static str]) -> Family {
    Family {
        kind: CapabilityKind::Network,
        name: "XMLHttpRequest",
        modules,
        members,
        aim: second_url_aims,
    }
}

const fn needle(modules: &'static [&'static str], members: &'static [&'static str]) -> Family {
    Family {
        kind: CapabilityKind::Network,
        name: "",
        modules,
        members,
        aim: needle_aims,
    }
}

const fn socket(modules: &'static [&'static str], members: &'static [&'static str]) -> Family {
    Family {
        kind: CapabilityKind::Network,
        name: "",
        modules,
        members,
        aim: socket_aims,
    }
}

const fn datagram(modules: &'static [&'static str], members: &'static [&'static str]) -> Family {
    Family {
        kind: CapabilityKind::Network,
        name: "node:dgram.",
        modules,
        members,
        aim: datagram_aims,
    }
}

const fn host(modules: &'static [&'static str], members: &'static [&'static str]) -> Family {
    Family {
        kind: CapabilityKind::Network,
        name: "node:dns.",
        modules,
        members,
        aim: host_aims,
    }
}

const fn listen(modules: &'static [&'static str], members: &'static [&'static str]) -> Family {
    Family {
        kind: CapabilityKind::Network,
        name: "",
        modules,
        members,
        aim: |_| vec![Aim::none()],
    }
}

fn url_aims(call: &Call<'_, '_, '_>) -> Vec<Aim> {
    destination(call, call.argument(0))
}

fn second_url_aims(call: &Call<'_, '_, '_>) -> Vec<Aim> {
    destination(call, call.argument(1))
}

fn needle_aims(call: &Call<'_, '_, '_>) -> Vec<Aim> {
    destination(call, call.argument(usize::from(call.member == "request")))
}

/// Clients that are made with a base address.
fn client_aims(call: &Call<'_, '_, '_>) -> Vec<Aim> {
    let mut found = destination(call, call.argument(0));
    let options = call.api.calls.first().and_then(|made| made.arguments.first());
    let base = options.and_then(|it| BASES.iter().find_map(|name| call.property(it, name)));
    let Some(base) = base else { return found };
    let base_text = address_text(call, &base.value);
    for aim in &mut found {
        let relative = match &aim.target {
            Target::Constant(path) => Text::exact(path),
            Target::Pattern(path) => Text {
                text: path.clone(),
                exact: false,
            },
            Target::None => Text::exact(""),
            Target::Dynamic => Text::unknown(),
        };
        if !relative.text.contains("://") {
            let mut whole = base_text.clone();
            whole.push(&relative);
            *aim = network_aim(whole, base.hidden || aim.hidden);
        }
    }
    found
}

/// A URL, a `URL` or `Request`, or an object of options.
fn destination(call: &Call<'_, '_, '_>, argument: Option<&Folded>) -> Vec<Aim> {
    let Some(folded) = argument else {
        return vec![Aim::none()];
    };
    if Call::is_options(&folded.value) {
        let (text, hidden) = options_text(call, folded);
        return vec![network_aim(text, hidden)];
    }
    texts(&folded.value, &|value| address_text(call, value))
        .into_iter()
        .map(|text| network_aim(text, folded.hidden))
        .collect()
}

fn address_text(call: &Call<'_, '_, '_>, value: &Value) -> Text {
    match value {
        Value::Api(api) if is_url(&api.path) => {
            let Some(made) = api.calls.first() else {
                return Text::unknown();
            };
            let Some(first) = made.arguments.first() else {
                return Text::unknown();
            };
            let text = address_text(call, first);
            match made.arguments.get(1) {
                Some(base) if !text.text.contains("://") => {
                    let mut whole = address_text(call, base);
                    if !whole.text.ends_with('/') && !text.text.starts_with('/') {
                        whole.push(&Text::exact("/"));
                    }
                    whole.push(&text);
                    whole
                }
                _ => text,
            }
        }
        Value::Object(_) => {
            options_text(
                call,
                &Folded {
                    value: value.clone(),
                    hidden: false,
                    source: None,
                },
            )
            .0
        }
        Value::Concat(pieces) => {
            let mut whole = Text {
                text: String::new(),
                exact: true,
            };
            for piece in pieces.iter() {
                whole.push(&address_text(call, piece));
            }
            whole
        }
        value => plain_text(value),
    }
}

/// Paths of values that are, or print as, the URL they were made from.
fn is_url(path: &str) -> bool {
    let rest = ["node:url.URL()", "URL()", "Request()", "node:url.parse()"]
        .iter()
        .find_map(|made| path.strip_prefix(made));
    rest.is_some_and(|rest| matches!(rest, "" | ".href" | ".toString()" | ".url"))
}

/// `{ protocol, hostname, port, path }` and the spellings of other clients.
fn options_text(call: &Call<'_, '_, '_>, options: &Folded) -> (Text, bool) {
    let mut hidden = options.hidden;
    let mut read = |names: &[&str]| -> Option<Text> {
        let folded = names.iter().find_map(|name| call.property(&options.value, name))?;
        hidden |= folded.hidden;
        Some(match &folded.value {
            Value::OneOf(_) => {
                let mut all: Vec<String> = texts(&folded.value, &plain_text)
                    .into_iter()
                    .map(|it| it.text)
                    .collect();
                all.sort();
                Text {
                    text: all.join("|"),
                    exact: false,
                }
            }
            value => address_text(call, value),
        })
    };
    let base = read(&BASES);
    if let Some(address) = read(&["url", "uri", "href"]) {
        let mut whole = base
            .filter(|_| !address.text.contains("://"))
            .unwrap_or_else(|| Text::exact(""));
        whole.push(&address);
        return (whole, hidden);
    }
    let host = read(&["hostname", "host"]);
    let Some(host) = host.or(base) else {
        let Some(path) = read(&["path", "pathname", "socketPath"]) else {
            return (Text::unknown(), hidden);
        };
        let mut whole = Text::unknown();
        whole.push(&path);
        return (whole, hidden);
    };
    let mut whole = Text::exact("//");
    whole.push(&host);
    if let Some(port) = read(&["port"])
        && port.exact
        && !host.text.contains(':')
    {
        whole.push(&Text::exact(":"));
        whole.push(&port);
    }
    if let Some(path) = read(&["path", "pathname"]) {
        if !path.text.starts_with('/') {
            whole.push(&Text::exact("/"));
        }
        whole.push(&path);
    }
    (whole, hidden)
}

/// `connect(port, host)`, `connect({ host, port })`, `connect(path)`.
fn socket_aims(call: &Call<'_, '_, '_>) -> Vec<Aim> {
    let Some(first) = call.argument(0) else {
        return vec![Aim::none()];
    };
    if Call::is_options(&first.value) {
        return destination(call, Some(first));
    }
    let port = plain_text(&first.value);
    if port.exact && port.text.parse::<u16>().is_err() {
        return vec![network_aim(port, first.hidden)];
    }
    let Some(second) = call
        .argument(1)
        .filter(|it| !matches!(it.value, Value::Function(_)) && !Call::is_options(&it.value))
    else {
        return vec![network_aim(port_of("*", &port), first.hidden)];
    };
    let hosts = texts(&second.value, &plain_text);
    hosts
        .into_iter()
        .map(|host| network_aim(join_port(host, &port), second.hidden || first.hidden))
        .collect()
}

fn port_of(host: &str, port: &Text) -> Text {
    join_port(
        Text {
            text: host.to_owned(),
            exact: host != "*",
        },
        port,
    )
}

fn join_port(host: Text, port: &Text) -> Text {
    let mut whole = Text::exact("//");
    whole.push(&host);
    if port.exact {
        whole.push(&Text::exact(":"));
        whole.push(port);
    }
    whole
}

/// `send(message, [offset, length,] port, [address])`: the last constant text is the address.
fn datagram_aims(call: &Call<'_, '_, '_>) -> Vec<Aim> {
    let skipped = usize::from(call.member == "send");
    let address = call
        .arguments
        .iter()
        .skip(skipped)
        .rev()
        .find(|it| matches!(it.value, Value::String(_) | Value::Concat(_)) || matches!(&it.value, Value::OneOf(_)));
    match address {
        Some(address) => aims(Some(address), &plain_text)
            .into_iter()
            .map(with_judgement)
            .collect(),
        None => vec![Aim::dynamic()],
    }
}

fn host_aims(call: &Call<'_, '_, '_>) -> Vec<Aim> {
    aims(call.argument(0), &plain_text)
        .into_iter()
        .map(with_judgement)
        .collect()
}

fn network_aim(text: Text, hidden: bool) -> Aim {
    let target = match (Text {
        text: normalize(&text.text),
        exact: text.exact,
    })
    .target()
    {
        Target::Constant(text) if text.is_empty() => Target::None,
        target => target,
    };
    with_judgement(Aim {
        target,
        hidden,
        ..Aim::none()
    })
}

/// Sensitive: an address no name stands for, or a host that was hidden.
fn with_judgement(mut aim: Aim) -> Aim {
    let known_host = aim
        .text()
        .map(host_of)
        .is_some_and(|host| !host.is_empty() && !host.starts_with('*'));
    aim.sensitive = aim.text().map(host_of).is_some_and(is_raw_address);
    aim.sensitive_if_hidden = known_host;
    aim
}

/// What clients call their base address.
const BASES: [&str; 4] = ["baseURL", "baseUrl", "prefixUrl", "base"];
