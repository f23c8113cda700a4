//! Reload, end, restart, and the service manager.

use std::os::unix::net::{UnixDatagram, UnixListener};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::Signal;

use super::peer::{Running, figure, figures, known, mail};
use crate::support::World;

const HEADERS: [(&str, &str); 2] = [("From", "app@shop.example"), ("To", "alice@customer.example")];

fn hidden() -> Vec<u8> {
    mail(&["alice@customer.example", "archive@collector.example"], &HEADERS)
}

#[test]
fn a_reload_under_load_loses_no_session() {
    let world = World::new();
    let metrics = world.path("metrics.sock");
    let place = format!("unix:{}", metrics.display());
    // Nobody reads its standard error meanwhile: that must not stop mail either.
    let running = Running::start(&world, "mode = \"report\"", &["--metrics", &place]);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..8)
            .map(|_| {
                let mut peer = running.connect().patient();
                let is_over = &is_over;
                scope.spawn(move || {
                    let (mut before, mut after) = (0, 0);
                    // At the end the policy is the last one: who has not asked since asks once more.
                    while !is_over.load(Ordering::Relaxed) || after == 0 {
                        match peer.judged(&hidden()).as_str() {
                            "c" => before += 1,
                            "qc" => after += 1,
                            other => panic!("{other}"),
                        }
                    }
                    (before, after)
                })
            })
            .collect();
        for (count, mode) in (1..).zip(["hold", "report", "hold"]) {
            world.write("mail.toml", known(&format!("mode = \"{mode}\"")));
            running.signal(Signal::HUP);
            while figure(&figures(&metrics), "policy_reloads_total") < count {
                std::thread::yield_now();
            }
        }
        let mut peer = running.connect().patient();
        assert_eq!(peer.judged(&hidden()), "qc");
        is_over.store(true, Ordering::Relaxed);
        let counts: Vec<(u32, u32)> = workers.into_iter().map(|it| it.join().unwrap()).collect();
        assert!(counts.iter().all(|(_, after)| *after > 0), "{counts:?}");
    });
}

#[test]
fn a_policy_with_a_mistake_leaves_the_one_before_it_in_force() {
    let world = World::new();
    let metrics = world.path("metrics.sock");
    let place = format!("unix:{}", metrics.display());
    let mut running = Running::start(&world, "mode = \"hold\"", &["--metrics", &place]);
    let mut peer = running.connect().patient();
    world.write("mail.toml", known("mode = \"rejekt\"\n"));
    running.signal(Signal::HUP);
    assert!(running.line_with("error:").contains("mail.toml"));
    assert_eq!(peer.judged(&hidden()), "qc");
    let page = figures(&metrics);
    assert_eq!(
        (figure(&page, "policy_good"), figure(&page, "policy_errors_total")),
        (0, 1)
    );
    world.write("mail.toml", known("mode = \"reject\"\n"));
    running.signal(Signal::HUP);
    running.line_with("\"event\":\"reload\"");
    assert_eq!(peer.judged(&hidden()), "y", "the same session, by the new policy");
    assert_eq!(figure(&figures(&metrics), "policy_good"), 1);
}

#[test]
fn a_policy_that_is_gone_leaves_the_one_before_it_in_force() {
    let world = World::new();
    let mut running = Running::start(&world, "mode = \"hold\"", &[]);
    let mut peer = running.connect().patient();
    std::fs::remove_file(world.path("mail.toml")).unwrap();
    running.signal(Signal::HUP);
    assert!(running.line_with("error:").contains("mail.toml"));
    assert_eq!(peer.judged(&hidden()), "qc");
}

#[test]
fn a_mail_that_has_begun_is_finished_before_the_end() {
    let world = World::new();
    let mut running = Running::start(&world, "mode = \"hold\"", &[]);
    let mut idle = running.connect().patient();
    let mut busy = running.connect().patient();
    busy.send(&hidden());
    // It is certain that all of this was read once a later connection is answered.
    drop(running.connect());
    running.signal(Signal::TERM);
    assert!(running.line_with("\"event\":\"stop\"").contains("1 connections"));
    assert!(idle.is_ended());
    assert_eq!(busy.judged(&[]), "qc");
    drop(busy);
    let socket = running.socket.clone();
    let (status, rest) = running.end();
    assert_eq!(status, Some(0), "{rest}");
    assert!(!socket.exists());
    assert!(world.path("state/milter.ledger").exists());
}

#[test]
fn what_was_seen_outlives_a_kill() {
    let world = World::new();
    let metrics = world.path("metrics.sock");
    let place = format!("unix:{}", metrics.display());
    let running = Running::start(&world, "[milter]\nsave-every = \"1s\"\n", &["--metrics", &place]);
    running.connect().patient().judged(&hidden());
    while figure(&figures(&metrics), "state_saved_timestamp_seconds") == 0 {
        std::thread::yield_now();
    }
    running.signal(Signal::KILL);
    running.end();
    assert!(world.path("milter.sock").exists(), "nobody removed it");
    let running = Running::again(&world, &["--metrics", &place]);
    assert_eq!(figure(&figures(&metrics), "applications"), 1);
    running.connect().patient().judged(&hidden());
    let report = world
        .run(&["mail", "report", "--policy", "mail.toml", "--state", "state"])
        .stdout;
    assert!(report.contains("archive@collector.example"), "{report}");
}

#[test]
fn a_damaged_memory_is_never_an_empty_one() {
    let world = World::new();
    world.write("state/milter.ledger", "waxseal ledger 1\nnot what was written");
    world.write("mail.toml", "");
    let listen = format!("unix:{}", world.path("milter.sock").display());
    let words = [
        "mail",
        "milter",
        "--policy",
        "mail.toml",
        "--listen",
        &listen,
        "--state",
        "state",
    ];
    assert!(world.check(&words, 4).stderr.contains("damaged"));
}

#[test]
fn a_second_server_leaves_the_first_one_alone() {
    let world = World::new();
    let running = Running::start(&world, "", &[]);
    let listen = format!("unix:{}", running.socket.display());
    let words = [
        "mail",
        "milter",
        "--policy",
        "mail.toml",
        "--listen",
        &listen,
        "--state",
        "state",
    ];
    let ended = world.check(&words, 2);
    assert!(ended.stderr.contains("somebody answers"), "{}", ended.stderr);
    assert_eq!(running.connect().patient().judged(&hidden()), "c");
}

#[test]
fn the_service_manager_is_told() {
    let world = World::new();
    let manager = UnixDatagram::bind(world.path("notify.sock")).unwrap();
    manager
        .set_read_timeout(Some(std::time::Duration::from_secs(30)))
        .unwrap();
    let hear = || {
        let mut bytes = [0; 1024];
        let count = manager.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    };
    world.write("mail.toml", "");
    let socket = world.path("milter.sock");
    let listen = format!("unix:{}", socket.display());
    let mut command = world.command(&[
        "mail",
        "milter",
        "--policy",
        "mail.toml",
        "--listen",
        &listen,
        "--state",
        "state",
    ]);
    command.env("NOTIFY_SOCKET", world.path("notify.sock"));
    let running = Running::spawn(command, socket);
    assert!(hear().starts_with("READY=1\n"));
    running.signal(Signal::HUP);
    assert!(hear().starts_with("RELOADING=1\nMONOTONIC_USEC="));
    assert!(hear().starts_with("READY=1\n"));
    running.signal(Signal::TERM);
    assert_eq!(hear(), "STOPPING=1");
    assert_eq!(running.end().0, Some(0));
}

#[test]
fn a_socket_of_the_service_manager_is_taken_over() {
    let world = World::new();
    world.write("mail.toml", known("mode = \"hold\""));
    let path = world.path("handed.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let script = "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\"";
    let plain = world.command(&["mail", "milter", "--policy", "mail.toml", "--state", "state"]);
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", script, "sh"])
        .arg(plain.get_program())
        .args(plain.get_args());
    command
        .current_dir(world.path("."))
        .stdin(Stdio::from(std::os::fd::OwnedFd::from(listener)));
    let running = Running::spawn(command, path.clone());
    assert_eq!(running.connect().patient().judged(&hidden()), "qc");
    running.signal(Signal::TERM);
    assert_eq!(running.end().0, Some(0));
    assert!(path.exists(), "it is not ours to remove");
}
