//! Requests recorded from the real npm clients, handed to the provider they were sent to.

mod postmark;

use std::path::Path;

use waxseal_mail::api::{Act, Desk, Reply, Request, answer};
use waxseal_model::{ConnectionId, Submission};

/// Hands a recorded request to its provider; `token` is let in.
#[expect(clippy::disallowed_methods, reason = "the test reads its recorded requests")]
fn play(file: &str, headers: &[(&str, &str)], token: &str) -> Reply {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let recorded = std::fs::read(folder.join(file)).expect("the recorded request");
    let end = recorded
        .windows(4)
        .position(|it| it == b"\r\n\r\n")
        .expect("a head and a body");
    let head = String::from_utf8_lossy(&recorded[..end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next().expect("a request line").split(' ');
    let (method, target) = (first.next().expect("a method"), first.next().expect("a target"));
    let mut fields: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    fields.extend(
        headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    let host = fields.iter().find(|it| it.0 == "host").expect("a host").1.clone();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let request = Request {
        connection: ConnectionId(1),
        host: &host,
        method,
        path,
        query,
        headers: &fields,
        body: &recorded[end + 4..],
    };
    let mut desk = Desk::new(7, 1_790_000_000, vec![token.to_owned()]);
    let (_, reply) = answer(&request, &mut desk).unwrap_or_else(|| panic!("{file} is answered"));
    reply
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
