//! What a hostile or broken peer, a full disk and large mail do to it: nothing that stops mail.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::process::Command;

use super::peer::{Peer, Running, figure, figures, known, mail, packet};
use crate::support::World;

const TO: [(&str, &str); 1] = [("To", "alice@customer.example")];

#[test]
fn bytes_that_are_no_milter_s_end_their_connection_only() {
    let world = World::new();
    let mut running = Running::start(&world, "", &[]);
    let mut peer = running.connect().patient();
    let mut stranger = UnixStream::connect(&running.socket).unwrap();
    stranger.write_all(b"EHLO there\r\n").unwrap();
    assert_eq!(stranger.read(&mut [0]).unwrap(), 0);
    running.line_with("\"event\":\"protocol\"");
    assert_eq!(peer.judged(&mail(&["alice@customer.example"], &TO)), "c");
}

#[test]
fn a_peer_that_stops_in_a_packet_is_ended_and_a_hundred_others_are_not() {
    let world = World::new();
    let mut running = Running::start(&world, "[milter]\npacket-timeout = \"1s\"\n", &[]);
    let mut others: Vec<_> = (0..100).map(|_| running.connect().patient()).collect();
    let mut stuck = running.connect().patient();
    stuck.send(&packet(b'M', b"<app@shop.example>\0")[..9]);
    assert!(running.line_with("\"event\":\"timeout\"").contains("1 connections"));
    assert!(stuck.is_ended());
    for peer in &mut others {
        assert_eq!(peer.judged(&mail(&["alice@customer.example"], &TO)), "c");
    }
}

#[test]
fn too_many_connections_are_closed_and_told_of() {
    let world = World::new();
    let mut running = Running::start(&world, "[milter]\nmax-connections = 2\n", &[]);
    let mut first = running.connect().patient();
    let second = running.connect();
    let mut third = UnixStream::connect(&running.socket).unwrap();
    assert_eq!(third.read(&mut [0]).unwrap(), 0);
    running.line_with("\"event\":\"full\"");
    drop(second);
    assert_eq!(first.judged(&mail(&["alice@customer.example"], &TO)), "c");
    let mut fourth = running.connect().patient();
    assert_eq!(fourth.judged(&mail(&["alice@customer.example"], &TO)), "c");
}

#[test]
fn who_asks_for_figures_takes_no_mail_s_place() {
    let world = World::new();
    let metrics = world.path("metrics.sock");
    let place = format!("unix:{}", metrics.display());
    let running = Running::start(&world, "[milter]\nmax-connections = 1\n", &["--metrics", &place]);
    let connect = || {
        let stream = UnixStream::connect(&metrics).unwrap();
        stream
            .set_read_timeout(Some(std::time::Duration::from_secs(30)))
            .unwrap();
        stream
    };
    let begun = std::time::Instant::now();
    let mut silent: Vec<UnixStream> = (0..4).map(|_| connect()).collect();
    assert_eq!(connect().read(&mut [0]).unwrap(), 0, "the fifth is closed at once");
    let mut peer = running.connect().patient();
    assert_eq!(peer.judged(&mail(&["alice@customer.example"], &TO)), "c");
    // One that says a little now and then is ended as those that say nothing.
    silent[0].write_all(b"GET /metrics").unwrap();
    for stream in &mut silent {
        assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    }
    assert!(begun.elapsed() < std::time::Duration::from_secs(20));
    assert_eq!(figure(&figures(&metrics), "connections"), 1);
    assert_eq!(peer.judged(&mail(&["alice@customer.example"], &TO)), "c");
}

#[test]
fn a_thousand_recipients_and_ten_megabytes_of_header() {
    let world = World::new();
    let running = Running::start(&world, "mode = \"reject\"", &[]);
    let mut peer = running.connect().patient();
    let addresses: Vec<String> = (0..1000).map(|n| format!("user{n}@customer.example")).collect();
    let recipients: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let to = addresses.join(",\n ");
    assert_eq!(peer.judged(&mail(&recipients, &[("To", &to)])), "c");
    let all_but_the_last = addresses[..999].join(", ");
    assert_eq!(peer.judged(&mail(&recipients, &[("To", &all_but_the_last)])), "y");
    let long = "x".repeat(60_000);
    let mut headers = vec![("X-Long", long.as_str()); 170];
    headers.push(TO[0]);
    assert_eq!(peer.judged(&mail(&["alice@customer.example"], &headers)), "c");
    let hidden = mail(&["alice@customer.example", "archive@collector.example"], &headers);
    assert_eq!(peer.judged(&hidden), "y");
    // A debug build takes more than the one people run; what matters is that megabytes of header are not among it.
    assert!(running.resident() < 40 << 20, "{} bytes", running.resident());
}

#[test]
fn a_log_on_a_full_disk_stops_no_mail() {
    let world = World::new();
    let metrics = world.path("metrics.sock");
    let place = format!("unix:{}", metrics.display());
    world.write("mail.toml", known("mode = \"hold\""));
    let socket = world.path("milter.sock");
    let listen = format!("unix:{}", socket.display());
    let words = [
        "mail",
        "milter",
        "--policy",
        "mail.toml",
        "--state",
        "state",
        "--listen",
        &listen,
        "--log",
        "/dev/full",
        "--metrics",
        &place,
    ];
    // Nothing of the log reaches standard error but that it cannot be written.
    let mut command = world.command(&words);
    let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut said = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut said, &mut line).unwrap();
    if line.contains("as root") {
        line.clear();
        std::io::BufRead::read_line(&mut said, &mut line).unwrap();
    }
    assert!(line.contains("cannot write the log"), "{line}");
    let mut peer = Peer::new(UnixStream::connect(&socket).unwrap()).patient();
    for _ in 0..10 {
        assert_eq!(
            peer.judged(&mail(&["alice@customer.example", "spy@collector.example"], &TO)),
            "qc"
        );
    }
    while figure(&figures(&metrics), "log_lines_lost_total") < 11 {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn memory_that_cannot_be_saved_stops_no_mail() {
    let world = World::new();
    let metrics = world.path("metrics.sock");
    let place = format!("unix:{}", metrics.display());
    world.write("mail.toml", known("mode = \"hold\"\n[milter]\nsave-every = \"1s\"\n"));
    let socket = world.path("milter.sock");
    let listen = format!("unix:{}", socket.display());
    let words = [
        "mail",
        "milter",
        "--policy",
        "mail.toml",
        "--state",
        "state",
        "--listen",
        &listen,
        "--metrics",
        &place,
    ];
    let plain = world.command(&words);
    // No file may grow: the kernel refuses as a full disk does (`EFBIG`).
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"]);
    command
        .arg(plain.get_program())
        .args(plain.get_args())
        .current_dir(world.path("."));
    let mut running = Running::spawn(command, socket);
    let mut peer = running.connect().patient();
    assert_eq!(
        peer.judged(&mail(&["alice@customer.example", "spy@collector.example"], &TO)),
        "qc"
    );
    assert!(running.line_with("error:").contains("kept in memory"));
    assert!(figure(&figures(&metrics), "state_errors_total") >= 1);
    assert_eq!(peer.judged(&mail(&["alice@customer.example"], &TO)), "c");
}
