//! A request, taken apart once for all rules.

use super::Answers;
use crate::HttpRequest;
use crate::chance::Chance;

/// How much of a body is looked at.
const MAX_BODY: usize = 64 * 1024;

/// How long a path is looked at; the rest does not choose the answer.
const MAX_PATH: usize = 8 * 1024;

/// A request and who answers it.
pub(crate) struct Ask<'r> {
    pub(crate) answers: &'r Answers,
    pub(crate) request: &'r HttpRequest<'r>,
    /// The path without its query.
    pub(crate) path: &'r str,
    /// Behind the question mark.
    pub(crate) query: &'r str,
    /// The parts of the path that are not empty.
    pub(crate) segments: Vec<&'r str>,
    /// What the client accepts, in lower case.
    pub(crate) accept: String,
}

impl<'r> Ask<'r> {
    /// Takes a request apart.
    pub(crate) fn new(answers: &'r Answers, request: &'r HttpRequest<'r>) -> Self {
        let whole = cut(request.path, MAX_PATH);
        let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
        let accept = request.header("accept").unwrap_or("*/*");
        Self {
            answers,
            request,
            path,
            query,
            segments: path.split('/').filter(|segment| !segment.is_empty()).take(64).collect(),
            accept: cut(accept, 1024).to_ascii_lowercase(),
        }
    }

    /// Chance for this host, method and path.
    pub(crate) fn chance(&self, what: &str) -> Chance {
        let HttpRequest { host, method, path, .. } = self.request;
        // What HEAD says of a response has to hold for GET.
        let method = if *method == "HEAD" { "GET" } else { method };
        Chance::new(self.answers.seed, &format!("{method} {host} {path} {what}"))
    }

    /// The last part of the path, in lower case.
    pub(crate) fn last(&self) -> String {
        self.segments.last().unwrap_or(&"").to_ascii_lowercase()
    }

    /// What is behind the last dot of the path's last part.
    pub(crate) fn extension(&self) -> String {
        let last = self.last();
        last.rsplit_once('.')
            .filter(|(stem, _)| !stem.is_empty())
            .map_or(String::new(), |(_, end)| end.to_owned())
    }

    /// The host is one of these or below it.
    pub(crate) fn host_is(&self, hosts: &[&str]) -> bool {
        let below = |host: &&str| {
            self.request
                .host
                .strip_suffix(*host)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        hosts.iter().any(below)
    }

    /// It reads, and does not write.
    pub(crate) fn reads(&self) -> bool {
        matches!(self.request.method, "GET" | "HEAD")
    }

    /// The client asks for JSON before anything else, as HTTP libraries do; `*/*` alone is not that.
    pub(crate) fn wants_json(&self) -> bool {
        self.extension() == "json"
            || self
                .accept
                .split(',')
                .next()
                .is_some_and(|first| first.contains("json"))
    }

    /// Some of the body.
    pub(crate) fn body(&self) -> &'r [u8] {
        &self.request.body[..self.request.body.len().min(MAX_BODY)]
    }

    /// A value of the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<&'r str> {
        self.query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|pair| pair.0 == name)
            .map(|pair| pair.1)
    }

    /// A mailbox of ours, which leads back to this response. Different slots give different mailboxes.
    pub(crate) fn mailbox(&self, slot: usize) -> String {
        self.answers.bait.mailbox(&self.chance("mailbox"), slot, self.request)
    }

    /// A link to a host of ours, which leads back to this response.
    pub(crate) fn link(&self, path: &str) -> String {
        format!(
            "https://{}/{path}",
            self.answers.bait.host(&self.chance("link"), self.request)
        )
    }

    /// Seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        (self.answers.now)()
    }
}

fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}
