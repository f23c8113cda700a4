//! Answers requests to services nobody wrote an emulation for: plausibly, the same every time, and with bait in it.
//!
//! [`Answers`] looks down one visible table of rules and takes the first that fits. What it makes up is decided by the seed, the host,
//! the method and the path. Mailboxes and links in the answers are [`Bait`]: when a package sends mail to one of them, its recipient came
//! from the network, and [`Bait::owner_of`] tells from which response.

mod rules;

mod ask;
mod bait;

mod generic;
mod github;
mod services;
mod webhooks;

mod clock;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use bait::{Bait, BaitOwner};
pub use rules::{RULES, Rule};

use ask::Ask;

use crate::canary::Canaries;
use crate::chance::{Chance, HEX, LOWER36, fnv};
use crate::{Answer, HttpAnswer, HttpRequest};

/// Answers for every host of which nothing else is known.
pub struct Answers {
    pub(crate) seed: u64,
    pub(crate) bait: Arc<Bait>,
    pub(crate) canaries: Canaries,
    /// Names under which whoever asks keeps addresses.
    pub(crate) names: Vec<String>,
    /// Seconds since 1970.
    pub(crate) now: Box<dyn Fn() -> u64 + Send + Sync>,
}

impl Answers {
    /// Answers by this seed, with this bait; the canaries are what a cloud's metadata service gives away.
    pub fn new(seed: u64, bait: Arc<Bait>, canaries: Canaries) -> Self {
        Self {
            seed,
            bait,
            canaries,
            names: Vec::new(),
            now: Box::new(clock::now),
        }
    }

    /// Puts a mailbox under each of these names too, where an object is answered that nobody knows the form of.
    #[must_use]
    pub fn with_names(mut self, names: Vec<String>) -> Self {
        self.names = names;
        self
    }

    /// Takes the time from this clock, in seconds since 1970, instead of the machine's.
    #[must_use]
    pub fn with_clock(mut self, now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.now = Box::new(now);
        self
    }

    /// Whether a host gives lists as bare arrays rather than in an object: one way for all lists of a host.
    pub(crate) fn bare_lists(&self, host: &str) -> bool {
        Chance::new(self.seed, &format!("lists {host}")).below(2) == 0
    }
}

impl Answer for Answers {
    fn answer(&self, request: &HttpRequest<'_>) -> HttpAnswer {
        let ask = Ask::new(self, request);
        let rule = RULES.iter().find(|rule| (rule.fits)(&ask)).unwrap_or(&rules::LAST);
        let mut reply = (rule.reply)(&ask);
        if request.method == "HEAD" {
            reply.body.clear();
        }
        let headers = ordinary_headers(&ask, &reply);
        HttpAnswer {
            status: reply.status,
            headers,
            body: reply.body.into(),
            answered_by: format!("generic/{}", rule.id),
            observations: Vec::new(),
        }
    }
}

/// What a rule answers; the ordinary header fields come on top.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) body: Vec<u8>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Reply {
    pub(crate) fn json(status: u16, value: &serde_json::Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", value.to_string())
    }

    pub(crate) fn text(text: impl Into<Vec<u8>>) -> Self {
        Self::new(200, "text/plain; charset=utf-8", text)
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self::new(status, "", "")
    }

    pub(crate) fn new(status: u16, kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            kind,
            body: body.into(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// The fields that servers send with everything. Which server a host has is decided by its name.
fn ordinary_headers(ask: &Ask<'_>, reply: &Reply) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    let mut add = |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
    let mut of_host = Chance::new(ask.answers.seed, &format!("server {}", ask.request.host));
    let server = *of_host.pick(&SERVERS);
    add("server", server);
    if !reply.kind.is_empty() {
        add("content-type", reply.kind);
    }
    for (name, value) in &reply.headers {
        add(name, value);
    }
    let mut of_request = ask.chance("headers");
    if server == "cloudflare" {
        add("cf-ray", &format!("{}-FRA", of_request.text(HEX, 16)));
        add("cf-cache-status", "DYNAMIC");
    }
    if of_host.below(2) == 0 {
        add("x-request-id", &of_request.uuid());
    }
    if reply.status == 200 && matches!(ask.request.method, "GET" | "HEAD") && !reply.body.is_empty() {
        add("etag", &format!("W/\"{:x}-{:x}\"", reply.body.len(), fnv(&reply.body)));
        add(
            "cache-control",
            of_host.pick::<&str>(&["max-age=0, private, must-revalidate", "no-cache", "public, max-age=300"]),
        );
        add("vary", "Accept-Encoding");
    }
    if of_host.below(3) == 0 {
        add("via", &format!("1.1 {}", of_host.text(LOWER36, 8)));
    }
    headers
}

/// What servers call themselves.
const SERVERS: [&str; 7] = [
    "nginx",
    "cloudflare",
    "nginx/1.24.0",
    "Apache",
    "openresty",
    "Caddy",
    "envoy",
];
