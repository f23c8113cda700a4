//! Many requests in one (<https://developers.google.com/workspace/gmail/api/guides/batch>).

use super::{ID, answer as answer_one};
use crate::api::{Answered, Call, Desk, Reply, Request, read};
use crate::form;

/// Answers each part as the request it holds.
pub(super) fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let parts = form::decode(request.header("content-type").unwrap_or_default(), request.body);
    if parts.fields.is_empty() {
        let mut call = Call::new(ID, request, desk);
        call.login(None, read::bearer(request));
        return call.end(None, super::refused());
    }
    let (mut body, mut acts) = (Vec::new(), Vec::new());
    for (idx, part) in parts.fields.iter().take(MAX_PARTS).enumerate() {
        let reply = match part_of(request, &part.value, desk) {
            Some(Answered::Reply(reply)) => reply,
            Some(Answered::Unforeseen(others)) => Reply::empty(404).acting(others),
            None => Reply::empty(400),
        };
        let head = format!(
            "--{BOUNDARY}\r\nContent-Type: application/http\r\nContent-ID: <response-item-{idx}>\r\n\r\nHTTP/1.1 {} \r\nContent-Type: application/json; charset=UTF-8\r\n\r\n",
            reply.status
        );
        body.extend(head.into_bytes());
        body.extend(&reply.body);
        body.extend(b"\r\n");
        acts.extend(reply.acts);
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    let reply = Reply::new(200, &format!("multipart/mixed; boundary={BOUNDARY}"), body);
    Answered::Reply(reply.acting(acts))
}

fn part_of(outer: &Request<'_>, bytes: &[u8], desk: &mut Desk) -> Option<Answered> {
    let (head, body) = match memchr::memmem::find(bytes, b"\r\n\r\n") {
        Some(end) => (&bytes[..end], &bytes[end + 4..]),
        None => (bytes, &[][..]),
    };
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?, first.next()?);
    // A batch in a batch is none.
    if target.contains("batch") {
        return None;
    }
    let own = lines.filter_map(|line| line.split_once(':'));
    let mut headers: Vec<(String, String)> = own
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    if let Some(token) = outer.header("authorization") {
        headers.push(("authorization".to_owned(), token.to_owned()));
    }
    let target = target.split_once("googleapis.com").map_or(target, |(_, path)| path);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let request = Request {
        method,
        path,
        query,
        headers: &headers,
        body,
        ..*outer
    };
    Some(answer_one(&request, desk))
}

/// Gmail takes a hundred.
const MAX_PARTS: usize = 200;
const BOUNDARY: &str = "batch_pR7tqJv2cXk";
