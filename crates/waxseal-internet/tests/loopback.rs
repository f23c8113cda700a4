//! Everything but HTTP on the loopback: TLS, mail, datagrams, packets, bytes of no protocol, and ends.

mod support;
#[path = "support/tls.rs"]
mod tls;

use std::io::{Read, Write};
use std::net::UdpSocket;
use std::time::Duration;

use support::{Room, exchange, query, world};
use waxseal_model::{Observation, RunLimit};

#[test]
fn bytes_of_no_protocol_are_kept() {
    let room = Room::open();
    exchange(&room, b"uid=1000(user) gid=1000(user)\n");
    let (payload, tls) = room.told.wait_raw();
    assert_eq!(
        (payload.bytes.as_slice(), tls),
        (b"uid=1000(user) gid=1000(user)\n".as_slice(), false)
    );
}

#[test]
fn an_address_has_a_certificate_too() {
    let room = Room::open();
    let mut stream = tls::connect(room.connect(), "127.0.0.1", &room.pem, &[]);
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").expect("it is read");
    assert_eq!(
        room.told.wait_http().url,
        format!("https://127.0.0.1:{}/", room.tcp.port())
    );
}

#[test]
fn a_client_that_refuses_our_certificate_is_opaque() {
    let room = Room::open();
    let refused = tls::client(room.connect(), "pinned.example", tls::config(None, &[b"h2"]));
    assert!(refused.is_err());
    let (name, reason) = room.told.wait_opaque();
    assert_eq!(name.as_deref(), Some("pinned.example"));
    assert!(reason.contains("refused our certificate"), "{reason}");
}

#[test]
fn a_client_that_leaves_after_the_handshake_is_opaque_and_did_not_accept() {
    let room = Room::open();
    let stream = tls::connect(room.connect(), "pinned.example", &room.pem, &[b"http/1.1"]);
    drop(stream);
    assert!(room.told.wait_opaque().1.contains("without a word"));
    let (_, all) = room.finish();
    assert!(!all.iter().any(|it| matches!(it, Observation::Tls { .. })));
}

#[test]
fn bytes_of_no_protocol_inside_of_tls_are_kept() {
    let room = Room::open();
    let mut stream = tls::connect(room.connect(), "c2.example", &room.pem, &[]);
    stream.write_all(b"\x01\x02 beacon").expect("it is read");
    stream.conn.send_close_notify();
    let _ = stream.flush();
    let (payload, tls) = room.told.wait_raw();
    assert_eq!((payload.bytes.as_slice(), tls), (b"\x01\x02 beacon".as_slice(), true));
}

#[test]
fn datagrams_are_answered_or_written_down_and_all_counted() {
    let room = Room::open();
    for idx in 0..2 {
        let bind = if idx == 0 { "127.0.0.1:0" } else { "[::1]:0" };
        let socket = UdpSocket::bind(bind).expect("a port");
        socket.set_read_timeout(Some(support::DEADLINE)).expect("a time");
        socket.connect(room.dns[idx]).expect("an address");
        socket.send(&query("a.example")).expect("it is sent");
        let mut answer = [0; 512];
        let length = socket.recv(&mut answer).expect("it is answered");
        assert!(answer[..length].ends_with(&[104, 16, 0, 9]));
        socket.send(b"no question").expect("it is sent");
        let socket = UdpSocket::bind(bind).expect("a port");
        for _ in 0..500 {
            socket
                .send_to(b"{\"host\":\"laptop\"}", room.udp[idx])
                .expect("it is sent");
        }
    }
    let ends = room.udp;
    let (counters, all) = room.finish();
    assert_eq!((counters.datagrams, counters.datagrams_lost), (1004, 0));
    for end in ends {
        let told = all
            .iter()
            .filter(|it| matches!(it, Observation::Datagram { ends, protocol: None, .. } if ends.to == end));
        assert_eq!(told.count(), 500);
    }
    let dns = all
        .iter()
        .filter(|it| matches!(it, Observation::Datagram { protocol: Some(it), .. } if it == "dns"));
    assert_eq!(dns.count(), 2);
}

#[test]
fn a_client_that_waits_is_greeted_and_what_it_then_says_is_mail_or_is_kept() {
    let mut quick = world();
    quick.limits.silence = Duration::from_millis(20);
    let room = Room::open_with(quick);
    let mut stream = room.connect();
    let mut greeting = [0; 22];
    stream.read_exact(&mut greeting).expect("it is greeted");
    assert_eq!(&greeting, b"220 mx.example ESMTP\r\n");
    stream
        .write_all(b"EHLO laptop\r\nDATA\r\nSubject: a\r\n\r\nb\r\n.\r\nQUIT\r\n")
        .expect("it is read");
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert!(rest.ends_with(b"221 bye\r\n"));
    room.told
        .wait(|it| matches!(it, Observation::Smtp(it) if it.accepted && !it.tls).then_some(()));
    let mut stream = room.connect();
    stream.read_exact(&mut greeting).expect("it is greeted");
    stream.write_all(b"\x01\x02secret").expect("it is read");
    drop(stream);
    assert_eq!(room.told.wait_raw().0.bytes, b"\x01\x02secret");
}

#[test]
fn mail_goes_on_under_tls_after_starttls_and_is_told_of_when_it_breaks_off() {
    let room = Room::open();
    let mut socket = room.connect();
    socket.write_all(b"EHLO laptop\r\nSTARTTLS\r\n").expect("it is read");
    let mut answer = Vec::new();
    while !answer.ends_with(b"220 go on\r\n") {
        let mut byte = [0];
        socket.read_exact(&mut byte).expect("it is answered");
        answer.extend(byte);
    }
    let mut stream = tls::connect(socket, "mx.example", &room.pem, &[]);
    stream
        .write_all(b"EHLO laptop\r\nDATA\r\nSubject: secret\r\n")
        .expect("it is read");
    let _ = stream.flush();
    let mut first = [0; 5];
    stream.read_exact(&mut first).expect("it is answered");
    drop(stream);
    let told = room.told.wait(|it| {
        if let Observation::Smtp(it) = it {
            Some((**it).clone())
        } else {
            None
        }
    });
    assert!(told.tls && !told.accepted);
    let (_, all) = room.finish();
    assert!(all.iter().any(|it| matches!(it, Observation::Tls { .. })));
}

#[test]
fn a_connection_that_moves_too_much_is_cut_and_that_is_told() {
    let mut small = world();
    small.limits.connection_bytes = 10_000;
    let room = Room::open_with(small);
    let mut stream = room.connect();
    while stream.write_all(&[1; 4096]).is_ok() {}
    room.told.wait(|it| {
        matches!(
            it,
            Observation::LimitHit {
                limit: RunLimit::Memory,
                ..
            }
        )
        .then_some(())
    });
    assert!(room.told.wait_raw().0.length <= 10_000);
}

#[test]
fn a_client_that_is_silent_too_long_or_stays_too_long_is_cut() {
    let mut short = world();
    short.limits.silence = Duration::from_secs(60);
    short.limits.idle = Duration::from_millis(50);
    let room = Room::open_with(short);
    let stream = room.connect();
    room.told.wait_closed();
    drop(stream);
    let mut short = world();
    short.limits.connection_time = Duration::from_millis(50);
    let room = Room::open_with(short);
    let stream = room.connect();
    room.told.wait(|it| {
        matches!(
            it,
            Observation::LimitHit {
                limit: RunLimit::Time,
                ..
            }
        )
        .then_some(())
    });
    room.told.wait_closed();
    drop(stream);
}

#[test]
fn connections_that_are_still_open_at_the_end_are_ended_and_nothing_is_lost() {
    let mut short = world();
    short.limits.drain = Duration::from_millis(50);
    let room = Room::open_with(short);
    let mut raw = room.connect();
    raw.write_all(b"\x01\x02secret").expect("it is read");
    let mut http = room.connect();
    http.write_all(b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 9\r\n\r\nhalf")
        .expect("it is read");
    let mut mail = room.connect();
    mail.write_all(b"EHLO laptop\r\nDATA\r\nhalf\r\n").expect("it is read");
    let mut some = [0; 64];
    let _ = mail.read(&mut some);
    let _silent = room.connect();
    let (counters, all) = room.finish();
    assert_eq!(counters.accepted, 4);
    let found = |wanted: fn(&Observation) -> bool| all.iter().any(wanted);
    assert!(found(
        |it| matches!(it, Observation::Raw { payload, .. } if payload.bytes == b"\x01\x02secret")
    ));
    assert!(found(
        |it| matches!(it, Observation::Http(it) if it.body.bytes == b"half" && it.status == 0)
    ));
    assert!(found(|it| matches!(it, Observation::Smtp(it) if !it.accepted)));
}

#[test]
fn a_packet_that_no_socket_receives_is_seen_by_the_tap_once() {
    use nix::sys::socket::{AddressFamily, SockFlag, SockProtocol, SockType, setsockopt, socket, sockopt};
    let tap = socket(
        AddressFamily::Packet,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC,
        SockProtocol::EthAll,
    );
    let Ok(tap) = tap else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: packet sockets are not allowed here");
        return;
    };
    let room = Room::open_tapped(world(), Some(tap));
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    // Bound to the loopback, so that it does not leave the machine.
    let bound = setsockopt(&socket, sockopt::BindToDevice, &std::ffi::OsString::from("lo"));
    if bound.is_err() || socket.send_to(b"secret", "239.1.2.3:9999").is_err() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: the loopback takes no multicast here");
        return;
    }
    let group = std::net::IpAddr::from([239, 1, 2, 3]);
    let seen = |it: &Observation| match it {
        Observation::Packet {
            to,
            port: Some(9999),
            payload,
            ..
        } => *to == group && payload.bytes.ends_with(b"secret"),
        _ => false,
    };
    room.told.wait(|it| seen(it).then_some(()));
    let (counters, all) = room.finish();
    assert_eq!(all.iter().filter(|it| seen(it)).count(), 1);
    assert!(counters.packets > 0);
}
