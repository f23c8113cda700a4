//! What is a message to nobody we know, and what only looks like one.

use serde_json::json;

use super::*;

fn read(media_type: &str, query: &str, body: &[u8]) -> Vec<Submission> {
    let headers = [("content-type".to_owned(), media_type.to_owned())];
    messages(&Request {
        connection: ConnectionId(1),
        host: "api.unknown.example",
        method: "POST",
        path: "/v1/x",
        query,
        headers: &headers,
        body,
    })
}

/// Everybody of each message, and whether it is sure.
fn shown(all: &[Submission]) -> Vec<String> {
    let line = |it: &Submission| {
        let people: Vec<String> = it
            .recipients
            .iter()
            .map(|it| format!("{} {}", it.place, it.mailbox))
            .collect();
        format!("{}{}", people.join(", "), if it.complete { "" } else { " ?" })
    };
    all.iter().map(line).collect()
}

#[track_caller]
fn check(body: Value, expected: &[&str]) {
    assert_eq!(
        shown(&read("application/json", "", body.to_string().as_bytes())),
        expected,
        "{body}"
    );
}

#[test]
fn a_message_is_known_by_its_recipients_and_what_is_beside_them() {
    check(json!({ "to": "a@a.example", "subject": "s" }), &["To a@a.example"]);
    check(
        json!({ "from": "x@s.example", "to": [{ "email": "a@a.example", "name": "A" }], "cc": ["b@a.example"], "bcc": "z@d.example", "html": "h" }),
        &["Bcc z@d.example, Cc b@a.example, To a@a.example"],
    );
    check(
        json!({ "sender": { "address": "x@s.example" }, "recipients": { "to": [{ "address": "a@a.example" }], "bcc": [{ "address": "z@d.example" }] } }),
        &["Bcc z@d.example, To a@a.example"],
    );
    check(
        json!({ "personalizations": [{ "to": [{ "email": "a@a.example" }] }, { "bcc": [{ "email": "z@d.example" }] }], "content": [{ "type": "text/plain", "value": "t" }], "subject": "s" }),
        &["To a@a.example, Bcc z@d.example"],
    );
    check(
        json!({ "message": { "to": [{ "email": "a@a.example", "type": "to" }, { "email": "z@d.example", "type": "bcc" }], "text": "t" } }),
        &["To a@a.example, Bcc z@d.example"],
    );
    check(
        json!({ "to": "a@a.example", "template_id": 3, "headers": [{ "name": "Bcc", "value": "z@d.example" }, { "name": "X-A", "value": "1" }] }),
        &["Bcc z@d.example, To a@a.example"],
    );
    check(
        json!({ "recipients": { "a@a.example": { "name": "A" } }, "body": "t" }),
        &["To a@a.example"],
    );
}

#[test]
fn each_message_of_many_is_one_and_what_stands_apart_goes_with_the_first() {
    check(
        json!({ "bcc": "z@d.example", "messages": [{ "to": "a@a.example", "text": "1" }, { "to": "b@a.example", "text": "2" }] }),
        &["To a@a.example, Bcc z@d.example ?", "To b@a.example"],
    );
    let lines = b"{\"to\":\"a@a.example\",\"text\":\"1\"}\n{\"to\":\"b@a.example\",\"text\":\"2\"}\n";
    assert_eq!(
        shown(&read("application/x-ndjson", "", lines)),
        ["To a@a.example", "To b@a.example"]
    );
}

#[test]
fn a_mailbox_beside_a_subject_and_a_text_is_one_to_be_unsure_of() {
    check(
        json!({ "email": "a@a.example", "subject": "s", "message": "t" }),
        &["To a@a.example ?"],
    );
    check(
        json!({ "fromEmail": "x@s.example", "list": 7, "subject": "s", "html": "h" }),
        &[" ?"],
    );
}

#[test]
fn an_address_alone_is_no_message() {
    for body in [
        // A profile, a login, an invitation, a contact.
        json!({ "email": "a@a.example", "name": "A", "bio": "text", "title": "Dr" }),
        json!({ "email": "a@a.example", "password": "p" }),
        json!({ "to": "a@a.example", "role": "admin" }),
        json!({ "user": { "email": "a@a.example" }, "text": "t", "message": "m" }),
        // A report of an error, and events of analysis.
        json!({ "user": { "email": "a@a.example" }, "message": "it failed", "level": "error", "extra": { "subject": "s" } }),
        json!({ "batch": [{ "type": "track", "traits": { "email": "a@a.example" }, "properties": { "subject": "s", "text": "t" } }] }),
        // A commit, and a manifest that is published.
        json!({ "message": "fix", "author": { "name": "A", "email": "a@a.example" }, "committer": { "email": "a@a.example" } }),
        json!({ "name": "p", "description": "d", "readme": "mail to: a@a.example", "maintainers": [{ "name": "A", "email": "a@a.example" }] }),
        // An audit of dependencies.
        json!({ "name": "p", "requires": { "a": "1" }, "dependencies": { "a": { "version": "1", "integrity": "sha512-x" } } }),
        // Ranges, accounts and money.
        json!({ "from": "2024-01-01", "to": "2024-02-01", "subject": "sales", "text": "t" }),
        json!({ "from": "0xabc", "to": "0xdef", "message": "0x" }),
        json!({ "receiver": "a@a.example", "amount": { "value": "1", "currency": "EUR" } }),
        // A chat, and a search.
        json!({ "channel": "C1", "text": "write to a@a.example", "blocks": [{ "text": { "text": "a@a.example" } }] }),
        json!({ "query": "from:a@a.example subject:x" }),
        json!({ "query": "mutation($e: String!) { login(email: $e) }", "variables": { "e": "a@a.example", "email": "a@a.example" } }),
    ] {
        check(body, &[]);
    }
    assert!(
        read(
            "application/x-www-form-urlencoded",
            "",
            b"username=a%40a.example&password=p"
        )
        .is_empty()
    );
    assert!(read("", "email=a%40a.example&page=2", b"").is_empty());
    assert!(
        read(
            "text/plain",
            "",
            b"To whom it may concern: write to a@a.example\nSubject to change"
        )
        .is_empty()
    );
    assert!(
        read(
            "text/html",
            "",
            b"<html><body><to>a@a.example</to><subject>s</subject></body></html>"
        )
        .is_empty()
    );
}

#[test]
fn forms_of_either_kind_and_queries() {
    let form = b"to=a%40a.example&bcc=z%40d.example&subject=s&text=t";
    assert_eq!(
        shown(&read("application/x-www-form-urlencoded", "", form)),
        ["Bcc z@d.example, To a@a.example"]
    );
    assert_eq!(shown(&read("", "", form)), ["Bcc z@d.example, To a@a.example"]);
    assert_eq!(shown(&read("", "to=a%40a.example&subject=s", b"")), ["To a@a.example"]);
    let parts = b"--B\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\na@a.example\r\n--B\r\nContent-Disposition: form-data; name=\"subject\"\r\n\r\ns\r\n--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.bin\"\r\n\r\n\x00\xff\r\n--B--";
    let all = read("multipart/form-data; boundary=B", "", parts);
    assert_eq!(shown(&all), ["To a@a.example"]);
    assert_eq!(all[0].contents[0].payload.bytes, [0, 255]);
}

#[test]
fn xml_and_soap() {
    let soap = "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"x\"><s:Body><m:Send><m:To>a@a.example</m:To><m:Bcc><m:Address>z@d.example</m:Address></m:Bcc><m:Subject>a &amp; b</m:Subject></m:Send></s:Body></s:Envelope>";
    let all = read("text/xml", "", soap.as_bytes());
    assert_eq!(shown(&all), ["Bcc z@d.example, To a@a.example"]);
    assert_eq!(all[0].subject.as_deref(), Some("a & b"));
}

const RAW: &str = "From: x@s.example\r\nTo: a@a.example\r\nBcc: z@d.example\r\nSubject: s\r\n\r\nhello";

#[test]
fn raw_messages_wherever_they_stand() {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let expected = ["To a@a.example, Bcc z@d.example"];
    let check =
        |media_type: &str, body: &str| assert_eq!(shown(&read(media_type, "", body.as_bytes())), expected, "{body}");
    check("message/rfc822", RAW);
    check("text/plain", &STANDARD.encode(RAW));
    check(
        "application/json",
        &json!({ "raw": URL_SAFE_NO_PAD.encode(RAW) }).to_string(),
    );
    check("application/json", &json!({ "a": [{ "b": RAW }] }).to_string());
    check(
        "application/json",
        &json!({ "data": STANDARD.encode(json!({ "mime": STANDARD.encode(RAW) }).to_string()) }).to_string(),
    );
    check(
        "application/json",
        &json!({ "body": json!({ "m": RAW }).to_string() }).to_string(),
    );
    check("application/json", &json!(STANDARD.encode(RAW)).to_string());
    check(
        "application/x-www-form-urlencoded",
        &format!("Action=Send&Raw.Data={}", URL_SAFE_NO_PAD.encode(RAW)),
    );
    check(
        "multipart/mixed; boundary=B",
        &format!("--B\r\nContent-Type: message/rfc822\r\n\r\n{RAW}\r\n--B--"),
    );
}

#[test]
fn calls_in_calls() {
    let variables = json!({ "query": "mutation Send($i: I!) { send(input: $i) { id } }", "variables": { "i": { "to": "a@a.example", "subject": "s" } } });
    check(variables, &["To a@a.example"]);
    check(
        json!({ "jsonrpc": "2.0", "method": "send", "params": [{ "to": "a@a.example", "html": "h" }] }),
        &["To a@a.example"],
    );
    let part = "--B\r\nContent-Type: application/http\r\n\r\nPOST /send HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{\"to\":\"a@a.example\",\"text\":\"t\"}\r\n--B--";
    assert_eq!(
        shown(&read("multipart/mixed; boundary=B", "", part.as_bytes())),
        ["To a@a.example"]
    );
    let text = |text: &str| shown(&messages_in_text(ConnectionId(1), "chat.example", text.as_bytes()));
    assert_eq!(
        text("42[\"send\",{\"to\":\"a@a.example\",\"subject\":\"s\"}]"),
        ["To a@a.example"]
    );
    assert_eq!(text("{\"type\":\"hello\",\"user\":\"a@a.example\"}"), [""; 0]);
}

#[test]
#[expect(clippy::disallowed_types, reason = "the test measures time")]
fn hostile_bodies_end_in_time_and_stay_small() {
    let started = std::time::Instant::now();
    let deep = format!("{}{}", "[".repeat(1 << 20), "]".repeat(1 << 20));
    assert!(read("application/json", "", deep.as_bytes()).is_empty());
    let deep = format!(
        "{}\"to\":\"a@a.example\",\"text\":\"t\"{}",
        "{\"a\":".repeat(100) + "{",
        "}".repeat(101)
    );
    assert_eq!(read("application/json", "", deep.as_bytes()).len(), 1);
    let wide = format!("[{}1]", "1,".repeat(4 << 20));
    assert!(read("application/json", "", wide.as_bytes()).is_empty());
    // What is padded until it is too much to look at is not taken for nothing.
    let padded = format!(
        "{{\"a\":[{}1],\"to\":\"a@a.example\",\"text\":\"t\"}}",
        "1,".repeat(4 << 20)
    );
    let all = read("application/json", "", padded.as_bytes());
    assert_eq!(shown(&all), ["To a@a.example ?"]);
    let many = format!(
        "[{}]",
        vec!["{\"to\":\"a@a.example\",\"text\":\"t\"}"; 100_000].join(",")
    );
    let all = read("application/json", "", many.as_bytes());
    assert_eq!(
        (all.len(), all.last().map(|it| it.complete)),
        (MAX_MESSAGES, Some(false))
    );
    let people = format!(
        "{{\"text\":\"t\",\"to\":[{}\"z@d.example\"]}}",
        "\"a@a.example\",".repeat(500_000)
    );
    let all = read("application/json", "", people.as_bytes());
    assert!(all.len() == 1 && all[0].recipients.len() <= 10_000 && !all[0].complete);
    let tags = "<a>".repeat(1 << 20);
    assert!(read("text/xml", "", tags.as_bytes()).is_empty());
    let fields = "a=".repeat(1 << 20) + &"&to=a%40a.example".repeat(1 << 18);
    assert!(read("application/x-www-form-urlencoded", "", fields.as_bytes()).is_empty());
    let mut coded = json!({ "to": "a@a.example", "text": "t" }).to_string();
    for _ in 0..8 {
        use base64::Engine as _;
        coded = json!({ "x": base64::engine::general_purpose::STANDARD.encode(coded) }).to_string();
    }
    assert!(read("application/json", "", coded.as_bytes()).is_empty());
    // Seconds without optimisation; it must not be minutes.
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
