//! Any bytes as a request to nobody we know: read in time, and what is found names somebody or says that it is not sure.
//!
//! The first line is the content type.
#![no_main]

use libfuzzer_sys::fuzz_target;
use waxseal_mail::api::{Request, generic};
use waxseal_model::ConnectionId;

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let kind = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let body = bytes.get(end + 1..).unwrap_or_default();
    let headers = [("content-type".to_owned(), kind.clone())];
    let request = Request { connection: ConnectionId(1), host: "x.example", method: "POST", path: "/", query: &kind, headers: &headers, body };
    let found = generic::messages(&request);
    assert!(found.len() <= 1_000);
    let form = waxseal_mail::form::decode(&kind, body);
    let _ = (form.flat(), form.nested());
    let text = generic::messages_in_text(ConnectionId(1), "x.example", body);
    assert!(text.len() <= 1_000);
});
