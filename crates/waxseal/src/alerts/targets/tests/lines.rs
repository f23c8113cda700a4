//! syslog and journald against their sockets.

use std::io::Read as _;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::time::Duration;

use super::{Outcome, letter, open};

#[test]
fn the_local_syslog_gets_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let target = open(&format!("kind = \"syslog\"\naddress = \"unix:{}\"", path.display()));
    assert!(matches!(target.send(&letter("wx_1")), Outcome::Later { .. }));
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert_eq!(target.send(&letter("wx_1")), Outcome::Delivered);
    let mut buffer = [0; 9000];
    let read = socket.recv(&mut buffer).unwrap();
    let text = std::str::from_utf8(&buffer[..read]).unwrap();
    // mail.crit
    assert!(text.starts_with("<18>Nov 18 11:06:50 waxseal["), "{text}");
    assert!(
        text.contains("]: critical: Hidden recipient (app@sender.example): app@sender.example sent a copy"),
        "{text}"
    );
    assert!(
        text.contains(" queue-id=\"4jXB3H6c2Bz6nKb\"") && text.ends_with(" id=\"wx_1\""),
        "{text}"
    );
    assert!(!text.contains('\n'));
    drop(socket);
    std::fs::remove_file(&path).unwrap();
    // A daemon that listens on a stream.
    let listener = UnixListener::bind(&path).unwrap();
    assert_eq!(target.send(&letter("wx_1")), Outcome::Delivered);
    let mut text = String::new();
    listener.accept().unwrap().0.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("<18>") && text.ends_with('\0'), "{text}");
}

#[test]
fn syslog_over_the_network_is_rfc_5424() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let target = open(&format!(
        "kind = \"syslog\"\naddress = \"udp:{}\"\nfacility = \"local3\"",
        socket.local_addr().unwrap()
    ));
    let mut hostile = letter("wx_1");
    hostile.alert = hostile.alert.with("a\"]=é", "q\"u]o\\te");
    for at in 0..20 {
        hostile.alert = hostile.alert.with(format!("long {at}"), "z".repeat(300));
    }
    assert_eq!(target.send(&hostile), Outcome::Delivered);
    let mut buffer = [0; 9000];
    let read = socket.recv(&mut buffer).unwrap();
    let text = std::str::from_utf8(&buffer[..read]).unwrap();
    assert!(read <= 2048);
    assert!(text.starts_with("<154>1 2026-11-18T11:06:50Z - waxseal "), "{text}");
    assert!(
        text.contains(" waxseal.alert [waxseal@32473 severity=\"critical\""),
        "{text}"
    );
    assert!(text.contains(" a----=\"q\\\"u\\]o\\\\te\""), "{text}");
    assert!(
        text.contains("\"] \u{feff}Hidden recipient (app@sender.example): "),
        "{text}"
    );
    drop(socket);
    assert!(matches!(target.send(&hostile), Outcome::Later { .. }));

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = open(&format!(
        "kind = \"syslog\"\naddress = \"tcp:{}\"",
        listener.local_addr().unwrap()
    ));
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        listener.accept().unwrap().0.read_to_string(&mut text).unwrap();
        text
    });
    assert_eq!(target.send(&letter("wx_1")), Outcome::Delivered);
    let text = reader.join().unwrap();
    let (length, rest) = text.split_once(' ').unwrap();
    assert_eq!(length.parse::<usize>().unwrap(), rest.len());
    assert!(matches!(target.send(&letter("wx_1")), Outcome::Later { .. }));
}

#[test]
fn journald_gets_fields_of_our_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let target = open(&format!("kind = \"journald\"\nsocket = \"{}\"", path.display()));
    assert!(matches!(target.send(&letter("wx_1")), Outcome::Later { .. }));
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert_eq!(target.send(&letter("wx_1")), Outcome::Delivered);
    let mut buffer = [0; 9000];
    let read = socket.recv(&mut buffer).unwrap();
    let text = std::str::from_utf8(&buffer[..read]).unwrap();
    let fields: Vec<&str> = text.lines().collect();
    assert!(
        fields.contains(&"PRIORITY=2") && fields.contains(&"SYSLOG_IDENTIFIER=waxseal"),
        "{text}"
    );
    assert!(
        fields.contains(&"WAXSEAL_QUEUE_ID=4jXB3H6c2Bz6nKb") && fields.contains(&"WAXSEAL_ID=wx_1"),
        "{text}"
    );
}
