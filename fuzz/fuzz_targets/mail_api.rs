//! Any bytes as a request to each provider's API: answered or not, never a panic, and always within the limits.
//!
//! The first line is method, host, target, content type and a flag for whether its key is let in, parted by spaces; the body follows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use waxseal_mail::api::{Act, Answered, Desk, Request, answer};
use waxseal_model::ConnectionId;

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let body = bytes.get(end + 1..).unwrap_or_default();
    let mut words = head.split(' ');
    let mut next = || words.next().unwrap_or_default();
    let (method, host, target, kind, key) = (next(), next(), next(), next(), next());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers = vec![("content-type".to_owned(), kind.replace('_', " "))];
    for name in ["authorization", "x-postmark-server-token", "api-key", "x-elasticemail-apikey", "api-token"] {
        let value = match name {
            "authorization" if host.contains("amazonaws") => format!("AWS4-HMAC-SHA256 Credential={key}/1/2/ses/aws4_request"),
            "authorization" if host.contains("mailgun") || host.contains("mailjet") => "Basic YXBpOms=".to_owned(),
            "authorization" if !host.contains("sparkpost") => format!("Bearer {key}"),
            _ => key.to_owned(),
        };
        headers.push((name.to_owned(), value));
    }
    let request = Request { connection: ConnectionId(1), host, method, path, query, headers: &headers, body };
    let mut desk = Desk::new(7, 1_790_000_000, vec!["k".to_owned()]);
    // Twice: what the first makes, the second finds.
    for _ in 0..2 {
        let acts = match answer(&request, &mut desk) {
            Some((_, Answered::Reply(reply))) => {
                assert!((200..=599).contains(&reply.status));
                reply.acts
            }
            Some((_, Answered::Unforeseen(acts))) => acts,
            None => return,
        };
        for act in acts {
            if let Act::Submitted(message) = act {
                assert!(message.recipients.len() <= 20_000 && message.contents.len() <= 1_000 && message.headers.len() <= 256);
            }
        }
    }
});
