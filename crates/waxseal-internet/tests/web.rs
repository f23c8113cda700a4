//! HTTP on the loopback, and what grows out of it: tunnels, WebSockets, questions over HTTPS.

mod support;
#[path = "support/tls.rs"]
mod tls;

use std::io::{Read, Write};
use std::net::Shutdown;
use std::sync::{Arc, Mutex};

use support::{Room, exchange, query, world};
use waxseal_internet::Ca;
use waxseal_model::{DnsTransport, Observation};

#[test]
fn a_request_is_answered_and_told_of_with_its_body() {
    let room = Room::open();
    let request = "POST /email?x=1 HTTP/1.1\r\nHost: api.example:8080\r\nX-A: b\r\nContent-Length: 5\r\n\r\nhello";
    let answer = exchange(&room, request.as_bytes());
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("{\"ok\":true}"),
        "{answer}"
    );
    let told = room.told.wait_http();
    assert_eq!(
        (told.method.as_str(), told.url.as_str()),
        ("POST", "http://api.example:8080/email?x=1")
    );
    assert_eq!((told.body.bytes.as_slice(), told.status), (b"hello".as_slice(), 200));
    assert_eq!(told.headers[1], ("x-a".to_owned(), "b".to_owned()));
    assert_eq!(told.answer.bytes, b"{\"ok\":true}");
    let (sent, received) = room.told.wait_closed();
    assert_eq!((sent, received), (request.len() as u64, answer.len() as u64));
    let (counters, all) = room.finish();
    assert_eq!((counters.accepted, all.len()), (1, 3));
    assert!(matches!(all[0], Observation::Connect { .. }) && matches!(all[2], Observation::Closed { .. }));
}

#[test]
fn requests_on_one_connection_are_told_of_one_by_one() {
    let room = Room::open();
    let requests =
        "GET /1 HTTP/1.1\r\nHost: a.example\r\n\r\nGET http://b.example/2 HTTP/1.1\r\nHost: ignored.example\r\n\r\n";
    exchange(&room, requests.as_bytes());
    let (_, all) = room.finish();
    let urls: Vec<&str> = all
        .iter()
        .filter_map(|it| {
            if let Observation::Http(it) = it {
                Some(it.url.as_str())
            } else {
                None
            }
        })
        .collect();
    assert_eq!(urls, ["http://a.example/1", "http://b.example/2"]);
}

#[test]
fn a_body_is_sent_only_after_it_was_asked_for() {
    let room = Room::open();
    let mut stream = room.connect();
    stream
        .write_all(b"PUT / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        .expect("it is read");
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).expect("it is answered");
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"ok").expect("it is read");
    assert_eq!(room.told.wait_http().body.bytes, b"ok");
}

fn check_coded(coding: &str, body: &[u8], expected: Result<&[u8], &str>) {
    let room = Room::open();
    let mut request = format!(
        "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Encoding: {coding}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend(body);
    exchange(&room, &request);
    let told = room.told.wait_http();
    match expected {
        Ok(plain) => assert_eq!((told.body.bytes.as_slice(), told.undecoded), (plain, None)),
        Err(reason) => {
            assert!(
                told.undecoded.as_deref().is_some_and(|it| it.contains(reason)),
                "{:?}",
                told.undecoded
            );
            assert_eq!(told.body.bytes, body);
        }
    }
}

#[test]
fn content_codings_are_undone_unless_they_are_a_bomb() {
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    let text = b"a secret, a secret, a secret";
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text).expect("memory");
    check_coded("gzip", &gzip.finish().expect("memory"), Ok(text));
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(text).expect("memory");
    check_coded("deflate", &zlib.finish().expect("memory"), Ok(text));
    let mut bare = DeflateEncoder::new(Vec::new(), Compression::default());
    bare.write_all(text).expect("memory");
    check_coded("deflate", &bare.finish().expect("memory"), Ok(text));
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![0; 64 << 20]).expect("memory");
    check_coded("gzip", &bomb.finish().expect("memory"), Err("decodes to more than"));
    check_coded("br", b"\x0b\x02\x80text\x03", Err("`br`"));
    check_coded("gzip", b"no gzip", Err("does not decode"));
}

#[test]
fn what_begins_as_a_protocol_and_breaks_it_is_kept() {
    for bytes in [
        b"GET / HTTP/1.1\r\nbad header\x01secret\r\n\r\n".as_slice(),
        b"\x16\x03\x01\x00\x20\x01secret secret secret secret secret secret",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nsecret secret secret secret secret",
        b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\nsecret behind the request\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\nsecret behind the last request\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a.example\r\nX: secret",
    ] {
        let room = Room::open();
        exchange(&room, bytes);
        let (payload, _) = room.told.wait_raw();
        assert!(
            payload.bytes.windows(6).any(|it| it == b"secret"),
            "{}",
            String::from_utf8_lossy(&payload.bytes)
        );
    }
}

#[test]
fn a_request_that_is_never_whole_is_told_of_with_what_came() {
    let room = Room::open();
    let mut stream = room.connect();
    stream
        .write_all(b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 100\r\n\r\nsecret")
        .expect("it is read");
    drop(stream);
    let told = room.told.wait_http();
    assert_eq!(told.body.bytes, b"secret");
    assert!(told.undecoded.is_some());
}

#[test]
fn requests_inside_of_tls_are_told_of_and_the_keys_are_given_out() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let taken = Arc::clone(&lines);
    let ca = Ca::generate().with_key_log(move |line| taken.lock().expect("not poisoned").push(line.to_owned()));
    let room = Room::open_with(waxseal_internet::World { ca, ..world() });
    let mut stream = tls::connect(room.connect(), "api.example", &room.pem, &[b"http/1.1"]);
    stream
        .write_all(b"GET /a HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n\r\n")
        .expect("it is read");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(answer.contains("{\"ok\":true}"));
    let version = room.told.wait(|it| match it {
        Observation::Tls {
            server_name,
            alpn,
            version,
            ..
        } => Some((server_name.clone(), alpn.clone(), version.clone())),
        _ => None,
    });
    assert_eq!(
        version,
        (
            Some("api.example".to_owned()),
            vec!["http/1.1".to_owned()],
            "TLSv1.3".to_owned()
        )
    );
    assert_eq!(room.told.wait_http().url, "https://api.example/a");
    let lines = lines.lock().expect("not poisoned");
    assert!(
        lines
            .iter()
            .any(|it| it.starts_with("CLIENT_TRAFFIC_SECRET_0 ") && it.split(' ').count() == 3),
        "{lines:?}"
    );
}

#[test]
fn what_goes_through_a_tunnel_is_looked_into() {
    let room = Room::open();
    let mut socket = room.connect();
    socket
        .write_all(b"CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n\r\n")
        .expect("it is read");
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        socket.read_exact(&mut byte).expect("it is answered");
        answer.extend(byte);
    }
    let mut stream = tls::connect(socket, "api.example", &room.pem, &[b"http/1.1"]);
    stream
        .write_all(b"GET /inside HTTP/1.1\r\nHost: api.example\r\n\r\n")
        .expect("it is read");
    let url = "https://api.example/inside";
    room.told
        .wait(|it| matches!(it, Observation::Http(it) if it.url == url).then_some(()));
    room.told
        .wait(|it| matches!(it, Observation::Tunnel { target, .. } if target == "api.example:443").then_some(()));
    drop(stream);
    room.told.wait_closed();
    assert!(matches!(room.finish().1.last(), Some(Observation::Closed { .. })));
}

#[test]
fn tunnels_in_tunnels_end_somewhere_and_what_is_inside_is_kept() {
    let room = Room::open();
    let mut socket = room.connect();
    for _ in 0..4 {
        socket
            .write_all(b"CONNECT a.example:80 HTTP/1.1\r\n\r\n")
            .expect("it is read");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            socket.read_exact(&mut byte).expect("it is answered");
            answer.extend(byte);
        }
    }
    socket
        .write_all(b"CONNECT deep.example:80 HTTP/1.1\r\n\r\n")
        .expect("it is read");
    drop(socket);
    assert!(room.told.wait_raw().0.bytes.starts_with(b"CONNECT deep.example"));
}

#[test]
fn websocket_messages_are_told_of_and_the_close_is_given_back() {
    let room = Room::open();
    let mut stream = room.connect();
    stream
        .write_all(b"GET /chat HTTP/1.1\r\nHost: ws.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        .expect("it is read");
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("it is answered");
        answer.extend(byte);
    }
    let answer = String::from_utf8_lossy(&answer).to_lowercase();
    assert!(
        answer.contains("s3pplmbitxaq9kygzzhzrbk+xoo="),
        "RFC 6455 section 1.3: {answer}"
    );
    stream
        .write_all(b"\x81\x85\0\0\0\0hello\x88\x82\0\0\0\0\x03\xe8")
        .expect("it is read");
    let mut end = Vec::new();
    let _ = stream.read_to_end(&mut end);
    assert_eq!(end, b"\x88\x02\x03\xe8");
    let told = room.told.wait(|it| match it {
        Observation::WebSocket { url, text, payload, .. } => Some((url.clone(), *text, payload.bytes.clone())),
        _ => None,
    });
    assert_eq!(told, ("ws://ws.example/chat".to_owned(), true, b"hello".to_vec()));
}

#[test]
fn a_message_that_is_handed_over_a_websocket_is_told_of() {
    let room = Room::open();
    let mut stream = room.connect();
    let text = br#"{"to":"a@a.example","text":"t"}"#;
    let head = b"GET /chat HTTP/1.1\r\nHost: ws.example:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let frame = [&[0x81, 0x80 | text.len() as u8, 0, 0, 0, 0][..], text].concat();
    stream.write_all(&[&head[..], &frame].concat()).expect("it is read");
    let told = room.told.wait(|it| match it {
        Observation::Submitted(message) => Some((**message).clone()),
        _ => None,
    });
    assert_eq!((told.channel.as_str(), told.host.as_str()), ("generic", "ws.example"));
    assert_eq!(told.recipients[0].mailbox, "a@a.example");
}

#[test]
fn questions_are_answered_over_tcp_over_https_and_as_json() {
    let room = Room::open();
    let message = query("a.example");
    let mut framed = (message.len() as u16).to_be_bytes().to_vec();
    framed.extend(&message);
    let twice = [framed.clone(), framed].concat();
    let mut stream = room.connect();
    stream.write_all(&twice).expect("it is read");
    stream.shutdown(Shutdown::Write).expect("it is open");
    let mut answers = Vec::new();
    let _ = stream.read_to_end(&mut answers);
    assert_eq!(answers.windows(4).filter(|it| *it == [104, 16, 0, 9]).count(), 2);
    let post = format!(
        "POST /dns-query HTTP/1.1\r\nHost: resolver.example\r\nContent-Type: application/dns-message\r\nContent-Length: {}\r\n\r\n",
        message.len()
    );
    let mut stream = room.connect();
    stream
        .write_all(&[post.as_bytes(), &message].concat())
        .expect("it is read");
    stream.shutdown(Shutdown::Write).expect("it is open");
    answers.clear();
    let _ = stream.read_to_end(&mut answers);
    assert!(
        answers.ends_with(&[104, 16, 0, 9]),
        "{}",
        String::from_utf8_lossy(&answers)
    );
    // RFC 8484 section 4.1.1
    let get = "GET /dns-query?dns=AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAAQAB HTTP/1.1\r\nHost: resolver.example\r\nAccept: application/dns-message\r\n\r\n";
    assert!(exchange(&room, get.as_bytes()).contains("application/dns-message"));
    let json = exchange(
        &room,
        b"GET /resolve?name=a.example&type=AAAA HTTP/1.1\r\nHost: dns.google\r\n\r\n",
    );
    assert!(json.contains("2606:4700::6810:9"), "{json}");
    let (_, all) = room.finish();
    let by = |wanted| {
        let https = all
            .iter()
            .filter(|it| matches!(it, Observation::DnsQuery { transport, .. } if *transport == wanted));
        https.count()
    };
    assert_eq!((by(DnsTransport::Tcp), by(DnsTransport::Https)), (2, 3));
    assert!(
        all.iter()
            .any(|it| matches!(it, Observation::DnsQuery { name, .. } if name == "www.example.com"))
    );
}

#[test]
fn connections_that_nobody_looked_at_yet_are_accepted_at_the_end() {
    let room = Room::open();
    let all: Vec<_> = (0..300).map(|_| room.connect()).collect();
    drop(all);
    let (counters, _) = room.finish();
    assert_eq!(counters.accepted, 300);
}
