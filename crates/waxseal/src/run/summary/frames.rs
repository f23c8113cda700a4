//! Which frame of a stack says who sent: the first that is not of a library whose work is sending for others.

/// The innermost frame outside of well-known clients; of the clients if there is no other. `None` for no frames at all.
pub(super) fn telling(frames: &[String]) -> Option<&str> {
    let own = || frames.iter().filter(|frame| !frame.starts_with("node:"));
    let outside = own().find(|frame| !package(frame).is_some_and(is_client));
    outside.or_else(|| own().next()).or(frames.first()).map(String::as_str)
}

/// The package whose file a frame is in: `@scope/name` behind the last `node_modules/`.
fn package(frame: &str) -> Option<&str> {
    let (_, path) = frame.rsplit_once("/node_modules/")?;
    let mut slashes = path.match_indices('/').map(|(at, _)| at);
    let end = if path.starts_with('@') {
        slashes.nth(1)
    } else {
        slashes.next()
    };
    Some(&path[..end?])
}

fn is_client(package: &str) -> bool {
    CLIENTS.binary_search(&package).is_ok() || SCOPES.iter().any(|scope| package.starts_with(scope))
}

/// Packages that send what others hand them, and what they are made of: clients of HTTP, WebSocket and SMTP, agents, proxies, queues
/// and promises. Sorted.
const CLIENTS: [&str; 71] = [
    "@npmcli/agent",
    "@octokit/request",
    "@sindresorhus/is",
    "@szmarczak/http-timer",
    "agent-base",
    "agentkeepalive",
    "async",
    "async-retry",
    "axios",
    "axios-retry",
    "bent",
    "bluebird",
    "cacheable-lookup",
    "cacheable-request",
    "centra",
    "combined-stream",
    "cross-fetch",
    "decompress-response",
    "delayed-stream",
    "engine.io-client",
    "eventsource",
    "fetch-retry",
    "follow-redirects",
    "form-data",
    "formdata-polyfill",
    "gaxios",
    "get-stream",
    "got",
    "http-proxy-agent",
    "http2-wrapper",
    "https-proxy-agent",
    "isomorphic-fetch",
    "keyv",
    "ky",
    "make-fetch-happen",
    "minipass",
    "minipass-fetch",
    "minipass-pipeline",
    "minipass-sized",
    "needle",
    "node-fetch",
    "node-fetch-native",
    "nodemailer",
    "npm-registry-fetch",
    "ofetch",
    "p-cancelable",
    "p-limit",
    "p-queue",
    "p-retry",
    "phin",
    "promise-retry",
    "proxy-agent",
    "proxy-from-env",
    "q",
    "readable-stream",
    "request",
    "request-promise",
    "request-promise-core",
    "request-promise-native",
    "resolve-alpn",
    "responselike",
    "retry",
    "retry-axios",
    "socket.io-client",
    "socks",
    "socks-proxy-agent",
    "superagent",
    "teeny-request",
    "tunnel-agent",
    "undici",
    "ws",
];
/// Scopes all of whose packages are clients.
const SCOPES: [&str; 2] = ["@aws-sdk/", "@smithy/"];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(frames: &[&str], expected: Option<&str>) {
        let frames: Vec<String> = frames.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(telling(&frames), expected, "{frames:?}");
    }

    #[test]
    fn the_first_frame_outside_of_clients_tells() {
        let axios = "/p/node_modules/axios/dist/node/axios.cjs:1:1 http";
        let nested = "/p/node_modules/.pnpm/axios@1.0.0/node_modules/follow-redirects/index.js:361:24";
        let scoped = "/p/node_modules/@smithy/node-http-handler/index.js:1:1";
        let own = "/p/node_modules/bad-mailer/index.js:4:25 send";
        check(
            &["node:net:1:1 connect", nested, axios, scoped, own, "/p/a.js:1:1"],
            Some(own),
        );
        check(&["/p/got.js:1:1", own], Some("/p/got.js:1:1"));
        // A name that only begins like a client's is none, and one inside of a client's folder is its own.
        check(
            &["/p/node_modules/axios-evil/i.js:1:1", own],
            Some("/p/node_modules/axios-evil/i.js:1:1"),
        );
        check(
            &["/p/node_modules/axios/node_modules/evil/i.js:1:1", own],
            Some("/p/node_modules/axios/node_modules/evil/i.js:1:1"),
        );
        // Whoever runs a client by itself.
        check(&["node:net:1:1 connect", nested, axios], Some(nested));
        check(&["node:net:1:1 connect"], Some("node:net:1:1 connect"));
        check(&[], None);
    }

    #[test]
    fn clients_are_sorted() {
        assert!(CLIENTS.is_sorted());
    }
}
