//! The hostile run: every kind of observation, and in every text what a terminal or a browser might obey.

use waxseal_model::{
    ApiLogin, ConnectionId, Counters, DnsTransport, FileChange, Forward, HttpExchange, Observation, Payload, Phase,
    Run, RunEnd, RunLimit, SmtpTransaction, StackAct,
};

use super::{changed, closed, connect, ends, exec, socket, timed, whole};

/// What a package may write into any text: terminal sequences, HTML, quotes, bidirectional overrides, line ends.
pub(crate) const HOSTILE: &str =
    "\u{1b}[2J\u{9b}31m\r\n\u{202e}</script><img src=x onerror=alert(1)>\"'&amp;`\u{7f}\u{0}../../x";

/// Every kind of observation, with [`HOSTILE`] in every text, and the run is invalid.
pub(crate) fn hostile() -> Run {
    let mut observations = hostile_channels();
    observations.extend(hostile_rest());
    let timed_at = |(idx, observation): (usize, Observation)| timed(vec![(idx as u64 * 10, Phase::Call, observation)]);
    Run {
        command: vec![HOSTILE.to_owned(), HOSTILE.to_owned()],
        end: RunEnd::Stopped(RunLimit::Events),
        duration: 60_000_000,
        calls: Vec::new(),
        server: None,
        events: observations.into_iter().enumerate().flat_map(timed_at).collect(),
        counters: Counters::default(),
        invalid: vec!["2 datagrams were lost".to_owned(), HOSTILE.to_owned()],
    }
}

fn hostile_channels() -> Vec<Observation> {
    let bad = || HOSTILE.to_owned();
    let payload = || whole(HOSTILE);
    let binary = || Payload {
        bytes: vec![0xff, 0xfe, 0x1b, b'[', b'2', b'J'],
        length: 9_999,
    };
    let connection = ConnectionId(1);
    let to = ends(40_001, "104.16.0.9:443");
    vec![
        connect(1, to, Some(HOSTILE)),
        Observation::DnsQuery {
            name: bad(),
            kind: bad(),
            transport: DnsTransport::Https,
            server: socket("[2001:db8::53]:53"),
            answers: vec![bad()],
            denied: false,
        },
        Observation::Tls {
            connection,
            server_name: Some(bad()),
            alpn: vec![bad()],
            version: bad(),
        },
        Observation::Opaque {
            connection,
            server_name: Some(bad()),
            alpn: vec![bad()],
            reason: bad(),
        },
        hostile_exchange(payload(), None),
        hostile_exchange(binary(), Some(bad())),
        Observation::Tunnel {
            connection,
            target: bad(),
        },
        Observation::WebSocket {
            connection,
            url: bad(),
            text: true,
            payload: payload(),
        },
        hostile_transaction(payload()),
        hostile_transaction(binary()),
        Observation::Forwarded(Box::new(Forward {
            connection,
            channel: bad(),
            host: bad(),
            account: Some(bad()),
            what: bad(),
            targets: vec![bad()],
        })),
        Observation::ApiLogin(Box::new(ApiLogin {
            connection,
            channel: bad(),
            host: bad(),
            account: Some(bad()),
            secret: bad(),
            accepted: false,
        })),
        Observation::SmtpAuth {
            connection,
            mechanism: bad(),
            user: bad(),
            secret: bad(),
            accepted: false,
        },
        Observation::Raw {
            connection,
            payload: payload(),
            tls: true,
        },
        Observation::Datagram {
            ends: to,
            host: Some(bad()),
            protocol: None,
            payload: payload(),
        },
        Observation::Datagram {
            ends: to,
            host: Some(bad()),
            protocol: Some(bad()),
            payload: binary(),
        },
        closed(1, 1, 1),
    ]
}

fn hostile_exchange(body: Payload, undecoded: Option<String>) -> Observation {
    let bad = || HOSTILE.to_owned();
    Observation::Http(Box::new(HttpExchange {
        connection: ConnectionId(1),
        version: bad(),
        method: bad(),
        url: format!("https://a.test/{HOSTILE}?{HOSTILE}={HOSTILE}"),
        headers: vec![(bad(), bad()), ("cookie".to_owned(), bad())],
        body: body.clone(),
        undecoded,
        status: 101,
        answered_by: "generic".to_owned(),
        answer: body,
    }))
}

fn hostile_transaction(message: Payload) -> Observation {
    let bad = || HOSTILE.to_owned();
    Observation::Smtp(Box::new(SmtpTransaction {
        connection: ConnectionId(1),
        helo: bad(),
        user: Some(bad()),
        from: bad(),
        recipients: vec![bad(), bad()],
        message,
        accepted: false,
        tls: false,
    }))
}

fn hostile_rest() -> Vec<Observation> {
    let bad = || HOSTILE.to_owned();
    vec![
        Observation::Packet {
            to: "239.1.1.1".parse().expect("an address"),
            protocol: 17,
            port: Some(1900),
            payload: whole(HOSTILE),
        },
        exec(7, HOSTILE, &[HOSTILE, HOSTILE]),
        Observation::ConnectCall {
            pid: 7,
            to: socket("104.16.0.9:443"),
        },
        Observation::CanaryOpened {
            canary: bad(),
            path: bad(),
        },
        Observation::CanaryChanged {
            canary: bad(),
            path: bad(),
        },
        changed(HOSTILE, FileChange::Made, 1),
        Observation::LimitHit {
            limit: RunLimit::Events,
            detail: bad(),
        },
        Observation::Stack {
            from: socket("10.0.2.15:40001"),
            act: StackAct::Request,
            frames: vec![bad()],
        },
    ]
}
