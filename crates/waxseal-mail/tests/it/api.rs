//! The providers' APIs: requests recorded from the real npm clients, and those that no recording holds.

mod forms;
mod lasting;
mod limits;
mod postmark;
mod reading;
mod recorded;

use std::path::Path;

use serde_json::Value;
use waxseal_mail::api::{Act, Answered, Desk, Reply, Request, answer};
use waxseal_model::{ConnectionId, Submission};

/// A provider's side of a conversation.
struct Room(Desk);

impl Room {
    /// Lets in who shows one of these.
    fn new(secrets: &[&str]) -> Self {
        let secrets = secrets.iter().map(|it| (*it).to_owned()).collect();
        Self(Desk::new(7, 1_790_000_000, secrets))
    }

    /// Sends a request; `target` begins with the host.
    fn ask(&mut self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answered {
        let fields: Vec<(String, String)> = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let (target, query) = target.split_once('?').unwrap_or((target, ""));
        let (host, path) = target.split_once('/').expect("a host and a path");
        let request = Request {
            connection: ConnectionId(1),
            host,
            method,
            path: &format!("/{path}"),
            query,
            headers: &fields,
            body,
        };
        answer(&request, &mut self.0)
            .unwrap_or_else(|| panic!("{host} is known"))
            .1
    }

    /// Sends a request that is answered.
    fn send(&mut self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        match self.ask(method, target, headers, body) {
            Answered::Reply(reply) => reply,
            Answered::Unforeseen(_) => panic!("{target} is answered"),
        }
    }
}

/// Host, method, target, headers and body of a recorded request.
type Recorded = (String, String, Vec<(String, String)>, Vec<u8>);

#[expect(clippy::disallowed_methods, reason = "the test reads its recorded requests")]
fn recorded(file: &str) -> Recorded {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let recorded = std::fs::read(folder.join(file)).expect("the recorded request");
    let end = recorded
        .windows(4)
        .position(|it| it == b"\r\n\r\n")
        .expect("a head and a body");
    let head = String::from_utf8_lossy(&recorded[..end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next().expect("a request line").split(' ');
    let (method, path) = (first.next().expect("a method"), first.next().expect("a target"));
    let fields: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let host = fields.iter().find(|it| it.0 == "host").expect("a host").1.clone();
    (
        method.to_owned(),
        format!("{host}{path}"),
        fields,
        recorded[end + 4..].to_vec(),
    )
}

/// Hands a recorded request to its provider; `token` is let in.
fn play(file: &str, headers: &[(&str, &str)], token: &str) -> Reply {
    let (method, target, fields, body) = recorded(file);
    let mut all: Vec<(&str, &str)> = fields.iter().map(|it| (it.0.as_str(), it.1.as_str())).collect();
    all.extend(headers);
    Room::new(&[token]).send(&method, &target, &all, &body)
}

/// The messages of a reply.
fn messages(reply: &Reply) -> Vec<&Submission> {
    let acts = reply.acts.iter();
    acts.filter_map(|act| match act {
        Act::Submitted(message) => Some(message),
        _ => None,
    })
    .collect()
}

/// `To a@b.example` for everybody in every place.
fn places(message: &Submission) -> Vec<String> {
    let all = message.recipients.iter();
    all.map(|it| format!("{} {}", it.place, it.mailbox)).collect()
}

/// The body of a reply.
fn json(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).expect("JSON")
}
