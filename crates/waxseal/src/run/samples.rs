//! Hand-written runs that the tests here share: one that sends mail to one too many, one that does nothing, one that is hostile.

use std::net::SocketAddr;

use waxseal_mail::mime;
use waxseal_model::{
    ConnectionId, Counters, DnsTransport, Ends, Event, FileChange, HttpExchange, Observation, Payload, Phase, Run,
    RunEnd, SmtpTransaction, StackAct,
};

pub(crate) use self::hostile::{HOSTILE, hostile};

mod hostile;

fn socket(text: &str) -> SocketAddr {
    text.parse().expect("an address and a port")
}

fn ends(port: u16, to: &str) -> Ends {
    Ends {
        from: SocketAddr::from(([10, 0, 2, 15], port)),
        to: socket(to),
    }
}

fn whole(bytes: impl AsRef<[u8]>) -> Payload {
    Payload::cut(bytes.as_ref(), usize::MAX)
}

fn timed(observations: Vec<(u64, Phase, Observation)>) -> Vec<Event> {
    let event = |(at, phase, observation)| Event { at, phase, observation };
    observations.into_iter().flat_map(with_message).map(event).collect()
}

/// What a transaction held is told of right behind it.
fn with_message((at, phase, observation): (u64, Phase, Observation)) -> Vec<(u64, Phase, Observation)> {
    let message = match &observation {
        Observation::Smtp(transaction) => Some(mime::of_transaction(transaction, "smtp.mail.example")),
        _ => None,
    };
    let mut both = vec![(at, phase, observation)];
    both.extend(message.map(|message| (at, phase, Observation::Submitted(Box::new(message)))));
    both
}

fn connect(connection: u32, ends: Ends, host: Option<&str>) -> Observation {
    Observation::Connect {
        connection: ConnectionId(connection),
        ends,
        host: host.map(str::to_owned),
    }
}

fn closed(connection: u32, sent: u64, received: u64) -> Observation {
    Observation::Closed {
        connection: ConnectionId(connection),
        sent,
        received,
    }
}

fn exec(pid: u32, path: &str, arguments: &[&str]) -> Observation {
    Observation::Exec {
        pid,
        path: path.to_owned(),
        arguments: arguments.iter().map(|it| (*it).to_owned()).collect(),
    }
}

fn asked(name: &str, kind: &str, denied: bool) -> Observation {
    Observation::DnsQuery {
        name: name.to_owned(),
        kind: kind.to_owned(),
        transport: DnsTransport::Udp,
        server: socket("10.0.2.3:53"),
        answers: if denied { vec![] } else { vec!["104.16.0.9".to_owned()] },
        denied,
    }
}

fn http(connection: u32, method: &str, url: &str, body: &str, answered_by: &str) -> Observation {
    Observation::Http(Box::new(HttpExchange {
        connection: ConnectionId(connection),
        version: "HTTP/1.1".to_owned(),
        method: method.to_owned(),
        url: url.to_owned(),
        headers: vec![
            ("host".to_owned(), "api.mail.example".to_owned()),
            ("content-type".to_owned(), "application/json".to_owned()),
            ("cookie".to_owned(), "id=7; theme=dark".to_owned()),
        ],
        body: whole(body),
        undecoded: None,
        status: 200,
        answered_by: answered_by.to_owned(),
        answer: whole("{\"ok\":true}"),
    }))
}

fn smtp(connection: u32, recipients: &[&str], message: &str) -> Observation {
    Observation::Smtp(Box::new(SmtpTransaction {
        connection: ConnectionId(connection),
        helo: "laptop".to_owned(),
        user: Some("postman@shop.example".to_owned()),
        from: "shop@shop.example".to_owned(),
        recipients: recipients.iter().map(|it| (*it).to_owned()).collect(),
        message: whole(message),
        accepted: true,
        tls: true,
    }))
}

/// A test that posts to an API, sends two mails of which one goes to somebody the header does not name, and more.
pub(crate) fn mailer() -> Run {
    let mut observations = mailer_starts();
    observations.extend(mailer_sends());
    observations.extend(mailer_strays());
    Run {
        command: vec!["npm".to_owned(), "test".to_owned()],
        end: RunEnd::Exited(0),
        duration: 3_240_000,
        calls: Vec::new(),
        server: None,
        events: timed(observations),
        counters: Counters {
            accepted: 4,
            connections: 4,
            datagrams: 7,
            packets: 412,
            notices: 9,
            ..Counters::default()
        },
        invalid: vec![],
    }
}

fn mailer_starts() -> Vec<(u64, Phase, Observation)> {
    use Phase::{Call, Install};
    let argv = ["node", "test.js"];
    vec![
        (
            1_000,
            Install,
            exec(11, "/usr/local/bin/sh", &["sh", "-c", "node setup.js"]),
        ),
        (1_050, Install, exec(11, "/usr/bin/sh", &["sh", "-c", "node setup.js"])),
        (2_000, Call, exec(12, "/usr/local/bin/node", &argv)),
        (2_050, Call, exec(12, "/usr/bin/node", &argv)),
        (3_000, Call, asked("api.mail.example", "A", false)),
        (3_100, Call, asked("api.mail.example", "AAAA", false)),
        (3_200, Call, asked("a1b2c3.lookup.test", "TXT", true)),
        (
            3_900,
            Call,
            Observation::ConnectCall {
                pid: 12,
                to: socket("104.16.0.9:443"),
            },
        ),
        (
            4_000,
            Call,
            connect(1, ends(40_001, "104.16.0.9:443"), Some("api.mail.example")),
        ),
        (
            4_100,
            Call,
            Observation::Stack {
                from: socket("10.0.2.15:40001"),
                act: StackAct::Connect,
                frames: vec![
                    "node:net:1290:12 connect".to_owned(),
                    "/project/node_modules/mailer/index.js:4:25 exports.send".to_owned(),
                ],
            },
        ),
        (
            4_200,
            Call,
            Observation::Tls {
                connection: ConnectionId(1),
                server_name: Some("api.mail.example".to_owned()),
                alpn: vec!["h2".to_owned(), "http/1.1".to_owned()],
                version: "TLSv1.3".to_owned(),
            },
        ),
    ]
}

fn mailer_sends() -> Vec<(u64, Phase, Observation)> {
    use Phase::Call;
    let body = "{\"To\":\"ann@customer.example\",\"Token\":\"tok_0123456789\"}";
    let first = "From: shop@shop.example\r\nTo: Ann <ann@customer.example>\r\nSubject: =?utf-8?q?Your_b=C3=BCcher?=\r\n\r\nHello\r\n";
    let second = "From: shop@shop.example\r\nTo: bob@customer.example\r\nCc: cid@customer.example\r\nSubject: Invoice\r\n\r\nHello\r\n";
    vec![
        (
            4_300,
            Call,
            http(
                1,
                "POST",
                "https://api.mail.example/v1/send?key=a%20b&x=",
                body,
                "generic",
            ),
        ),
        (5_000, Call, closed(1, 1_240, 3_400)),
        (
            6_000,
            Call,
            connect(2, ends(40_002, "104.16.0.10:587"), Some("smtp.mail.example")),
        ),
        (
            6_100,
            Call,
            smtp(
                2,
                &["ann@customer.example", "archive@collector.example NOTIFY=NEVER"],
                first,
            ),
        ),
        (
            6_200,
            Call,
            smtp(2, &["bob@customer.example", "cid@customer.example"], second),
        ),
        (7_000, Call, closed(2, 2_000, 700)),
    ]
}

fn mailer_strays() -> Vec<(u64, Phase, Observation)> {
    use Phase::{After, Call};
    vec![
        (8_000, Call, connect(3, ends(40_003, "45.33.1.2:4444"), None)),
        (
            8_100,
            Call,
            Observation::Raw {
                connection: ConnectionId(3),
                payload: whole([0x16, 0, 1, 0xff]),
                tls: false,
            },
        ),
        (8_200, Call, closed(3, 4, 0)),
        (
            9_000,
            Call,
            Observation::Datagram {
                ends: ends(50_000, "104.16.0.9:443"),
                host: Some("api.mail.example".to_owned()),
                protocol: Some("quic".to_owned()),
                payload: whole([0xc0; 1200]),
            },
        ),
        (
            9_500,
            Call,
            Observation::CanaryOpened {
                canary: "npm-token".to_owned(),
                path: "/home/dev/.npmrc".to_owned(),
            },
        ),
        (10_000, After, changed("/project/dist/index.js", FileChange::Made, 10)),
        (
            10_001,
            After,
            changed("/project/dist/index.js", FileChange::Changed, 2_100),
        ),
        (10_002, After, changed("/home/dev/.bashrc", FileChange::Changed, 3_771)),
        (10_003, After, changed("/project/old.js", FileChange::Removed, 0)),
        (
            11_000,
            After,
            connect(4, ends(40_004, "[2606:4700::9]:443"), Some("pinned.example")),
        ),
        (
            11_100,
            After,
            Observation::Opaque {
                connection: ConnectionId(4),
                server_name: Some("front.example".to_owned()),
                alpn: vec![],
                reason: "the certificate was refused".to_owned(),
            },
        ),
    ]
}

fn changed(path: &str, change: FileChange, size: u64) -> Observation {
    Observation::FileChanged {
        path: path.to_owned(),
        change,
        size,
    }
}

/// A run in which nothing happened.
pub(crate) fn quiet() -> Run {
    Run {
        command: vec!["node".to_owned(), "-e".to_owned(), "0".to_owned()],
        end: RunEnd::Exited(0),
        duration: 41_000,
        calls: Vec::new(),
        server: None,
        events: vec![],
        counters: Counters::default(),
        invalid: vec![],
    }
}
