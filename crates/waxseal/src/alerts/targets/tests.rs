//! Each target against a receiver on this machine.

mod lines;
mod mail;
mod programs;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Outcome, Target};
use crate::alerts::settings::TargetSettings;
use crate::alerts::tests::letter;

fn open(text: &str) -> Box<dyn Target> {
    let settings: TargetSettings = toml::from_str(text).unwrap();
    settings.open().unwrap()
}

fn secret(folder: &tempfile::TempDir, text: &str) -> String {
    let path = folder.path().join("secret");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// One request: its head, in small letters, and its body.
fn request(stream: &mut TcpStream) -> (String, String) {
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
    }
    let head = head.to_lowercase();
    let length: usize = head
        .split("content-length: ")
        .nth(1)
        .unwrap()
        .split("\r\n")
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

/// A server that answers each request with what stands next, and tells what it was asked.
fn server(answers: Vec<String>) -> (u16, Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let asked = request(&mut stream);
            let _ = stream.write_all(answer.as_bytes());
            let _ = tell.send(asked);
        }
    });
    (port, told)
}

fn answer(status: &str, more: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\n{more}content-length: 0\r\n\r\n")
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    head.split(&format!("\r\n{name}: "))
        .nth(1)
        .unwrap_or_else(|| panic!("{name} in {head}"))
        .split("\r\n")
        .next()
        .unwrap()
}

#[test]
fn a_webhook_is_signed_and_never_follows() {
    let folder = tempfile::tempdir().unwrap();
    let key = [7_u8; 32];
    let file = secret(&folder, &format!("whsec_{}\n", STANDARD.encode(key)));
    let (port, told) = server(vec![
        answer("204 No Content", ""),
        answer("302 Found", "location: http://127.0.0.1:1/\r\n"),
        answer("429 Too Many", "retry-after: 7\r\n"),
        answer("422 No", ""),
        answer("401 Who", ""),
    ]);
    let target = open(&format!(
        "kind = \"webhook\"\nurl = \"http://127.0.0.1:{port}/in?x=1\"\nsecret = {{ file = \"{file}\" }}"
    ));
    let letter = letter("wx_5");
    assert_eq!(target.send(&letter), Outcome::Delivered);
    let (head, body) = told.recv_timeout(Duration::from_secs(5)).unwrap();
    assert!(head.starts_with("post /in?x=1 http/1.1\r\n"), "{head}");
    assert_eq!(header(&head, "webhook-id"), "wx_5");
    assert_eq!(header(&head, "content-type"), "application/json");
    // Verified as a receiver would, on the bytes that came.
    let signed = format!("wx_5.{}.{body}", header(&head, "webhook-timestamp"));
    let tag = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key), signed.as_bytes());
    assert_eq!(
        header(&head, "webhook-signature"),
        format!("v1,{}", STANDARD.encode(tag)).to_lowercase()
    );
    let read: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(read["type"], "waxseal.alert");
    assert_eq!(read["data"]["values"][0]["text"], "archive@collector.example");
    assert_eq!(read["timestamp"], "2026-11-18T11:06:50Z");

    let Outcome::Later { reason, .. } = target.send(&letter) else {
        panic!()
    };
    assert_eq!(reason, "it answered 302");
    let Outcome::Later { after, .. } = target.send(&letter) else {
        panic!()
    };
    assert_eq!(after, Some(Duration::from_secs(7)));
    assert!(matches!(target.send(&letter), Outcome::Refused { .. }));
    assert!(matches!(target.send(&letter), Outcome::Later { .. }));
    assert_eq!(target.place(), format!("http://127.0.0.1:{port}"));
}

#[test]
fn a_server_that_is_away_or_never_ends_costs_bounded_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = secret(&folder, &STANDARD.encode([1_u8; 24]));
    let open_at = |port: u16| {
        open(&format!(
            "kind = \"webhook\"\nurl = \"http://127.0.0.1:{port}/\"\nsecret = {{ file = \"{file}\" }}\ntimeout = 1"
        ))
    };
    // Nobody listens.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert!(matches!(open_at(free).send(&letter("wx_1")), Outcome::Later { .. }));
    // A byte now and then, for ever.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let began = Instant::now();
    // It took the letter: what it says beyond that is its affair.
    assert_eq!(open_at(port).send(&letter("wx_1")), Outcome::Delivered);
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    // Not a word.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let began = Instant::now();
    let outcome = open_at(silent.local_addr().unwrap().port()).send(&letter("wx_1"));
    assert!(
        matches!(&outcome, Outcome::Later { reason, .. } if reason == "it did not answer in time"),
        "{outcome:?}"
    );
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[test]
fn slack_gets_its_shape_and_its_address_is_shown_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (port, told) = server(vec![answer("200 OK", ""), answer("404 no_service", "")]);
    let file = secret(&folder, &format!("http://127.0.0.1:{port}/services/T0/B0/verysecret"));
    let target = open(&format!("kind = \"slack\"\nurl = {{ file = \"{file}\" }}"));
    assert_eq!(target.send(&letter("wx_1")), Outcome::Delivered);
    let (head, body) = told.recv_timeout(Duration::from_secs(5)).unwrap();
    assert!(head.starts_with("post /services/t0/b0/verysecret "), "{head}");
    let read: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(read["blocks"][0]["text"]["text"], "critical: Hidden recipient");
    let outcome = target.send(&letter("wx_1"));
    assert!(matches!(outcome, Outcome::Later { .. }), "{outcome:?}");
    assert!(!format!("{outcome:?}{}", target.place()).contains("verysecret"));
}

#[test]
fn secrets_are_read_from_files_and_variables_and_never_told() {
    let folder = tempfile::tempdir().unwrap();
    let webhook = |secret: &str| {
        let settings: TargetSettings = toml::from_str(&format!(
            "kind = \"webhook\"\nurl = \"https://hooks.example/\"\nsecret = {secret}"
        ))
        .unwrap();
        settings.open().err().map(|err| err.to_string())
    };
    let file = secret(&folder, "not base64 at all, and secret");
    let err = webhook(&format!("{{ file = \"{file}\" }}")).unwrap();
    assert_eq!(
        err,
        "the alert target `webhook` cannot be used: its `secret` is not the base64 of 24 to 64 bytes"
    );
    assert!(
        webhook("{ file = \"/nonexistent\" }")
            .unwrap()
            .contains("`/nonexistent` cannot be read")
    );
    assert!(
        webhook("{ env = \"WAXSEAL_TEST_NO_SUCH_VARIABLE\" }")
            .unwrap()
            .contains("is not set")
    );
    let file = secret(&folder, "two\nlines");
    assert!(
        webhook(&format!("{{ file = \"{file}\" }}"))
            .unwrap()
            .contains("no secret on one line")
    );
    let file = secret(&folder, " \n");
    assert!(
        webhook(&format!("{{ file = \"{file}\" }}"))
            .unwrap()
            .contains("is empty")
    );
    let file = secret(&folder, &format!("{}\n", STANDARD.encode([3_u8; 24])));
    assert_eq!(webhook(&format!("{{ file = \"{file}\" }}")), None);
}
