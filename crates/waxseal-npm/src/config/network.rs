//! How the network is reached: proxies, certificates, patience.

use std::time::Duration;

use url::Url;

use super::layers::Settings;
use crate::Environment;
use crate::secret::Secret;

/// npm's patience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How long one request may go without an answer.
    pub timeout: Duration,
    /// How often a failed request is repeated.
    pub retries: u32,
    /// By what the wait grows.
    pub factor: u32,
    /// The first wait.
    pub min_wait: Duration,
    /// The longest wait.
    pub max_wait: Duration,
}

impl Patience {
    /// npm's settings, kept within reason.
    pub(super) fn of(settings: &Settings) -> Self {
        let millis = |key: &str, default| Duration::from_millis(settings.number(key, default).min(MAX_MILLIS));
        let small = |key: &str, default, max| u32::try_from(settings.number(key, default).min(max)).unwrap_or(1);
        Self {
            timeout: millis("fetch-timeout", 300_000).max(Duration::from_millis(1)),
            retries: small("fetch-retries", 2, 10),
            factor: small("fetch-retry-factor", 10, 100),
            min_wait: millis("fetch-retry-mintimeout", 10_000),
            max_wait: millis("fetch-retry-maxtimeout", 60_000),
        }
    }

    /// The wait before repetition `attempt`, counted from zero.
    pub fn wait(&self, attempt: u32) -> Duration {
        let factor = self.factor.checked_pow(attempt).unwrap_or(u32::MAX);
        self.min_wait
            .checked_mul(factor)
            .unwrap_or(self.max_wait)
            .min(self.max_wait)
    }
}

/// The proxy for an address: npm's own setting, else the environment's; none for hosts that are to be reached directly.
pub(super) fn proxy(settings: &Settings, env: &Environment, url: &Url) -> Option<Secret> {
    let set = ["https-proxy", "proxy"]
        .iter()
        .find_map(|key| settings.text(key).filter(|text| !matches!(*text, "false" | "true")));
    let from_env = || {
        let secure = variable(env, "https_proxy");
        if url.scheme() == "https" {
            secure
        } else {
            secure
                .or_else(|| variable(env, "http_proxy"))
                .or_else(|| variable(env, "proxy"))
        }
    };
    let proxy = set.or_else(from_env)?;
    let excepted = settings.list("noproxy");
    let excepted = if excepted.is_empty() {
        variable(env, "no_proxy").into_iter().collect()
    } else {
        excepted
    };
    if excepted
        .iter()
        .flat_map(|list| list.split(','))
        .any(|host| covers(host.trim(), url.host_str().unwrap_or_default()))
    {
        return None;
    }
    Some(Secret::new(proxy))
}

/// A variable whose name is written in small or capital letters.
fn variable<'e>(env: &'e Environment, name: &str) -> Option<&'e str> {
    env.var(name).or_else(|| env.var(&name.to_uppercase()))
}

/// `example.com` and `.example.com` cover the domain and all below it.
fn covers(excepted: &str, host: &str) -> bool {
    let mut parts = excepted.split('.').filter(|part| !part.is_empty()).rev().peekable();
    let mut host = host.split('.').rev();
    parts.peek().is_some() && parts.all(|part| host.next() == Some(part))
}

/// An hour: nobody waits longer for a package.
const MAX_MILLIS: u64 = 3_600_000;
