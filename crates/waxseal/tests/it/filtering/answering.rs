//! Answers to mail, figures and what is said.

use std::net::TcpStream;

use super::peer::{Running, figure, figures, known, mail, packet};
use crate::support::World;

const HEADERS: [(&str, &str); 2] = [("From", "app@shop.example"), ("To", "Alice <alice@customer.example>")];

fn hidden() -> Vec<u8> {
    mail(&["alice@customer.example", "archive@collector.example"], &HEADERS)
}

fn clean() -> Vec<u8> {
    mail(&["alice@customer.example"], &HEADERS)
}

/// The answers to a mail with a hidden recipient, and to its clean twin.
fn check(policy: &str, expected: &str) {
    let world = World::new();
    let running = Running::start(&world, policy, &[]);
    let mut peer = running.connect().patient();
    assert_eq!(peer.judged(&hidden()), expected, "{policy}");
    assert_eq!(peer.judged(&clean()), "c", "{policy}");
}

#[test]
fn a_mail_with_a_hidden_recipient_is_treated_as_the_policy_says() {
    check("", "c");
    check("mode = \"tag\"", "hc");
    check("mode = \"hold\"", "qc");
    check("mode = \"strip\"", "-c");
    check("mode = \"reject\"", "y");
}

/// A server to which a mail server offers only some actions.
fn offered(policy: &str, actions: u32, mails: &[(Vec<u8>, &str)]) {
    let world = World::new();
    let running = Running::start(&world, policy, &[]);
    let mut peer = running.connect().patient();
    peer.send(&packet(
        b'O',
        &[6_u32, actions, 0x1f_ffff].map(u32::to_be_bytes).concat(),
    ));
    assert_eq!(peer.receive().0, b'O');
    for (mail, expected) in mails {
        assert_eq!(&peer.judged(mail), expected, "{policy} {actions:x}");
    }
}

#[test]
fn strip_never_guesses_whom_to_take_out() {
    let recipients = ["alice@customer.example", "archive@collector.example"];
    // It may have been cut by the mail server: nobody knows whom else it names.
    let field = format!("{}alice@customer.example", " ".repeat(60_000));
    let undecided = mail(&recipients, &[("From", "app@shop.example"), ("To", &field)]);
    let long = format!("{}@collector.example", "a".repeat(2000));
    let too_long = mail(&["alice@customer.example", &long], &HEADERS);
    let mails = |expected: [&'static str; 3]| {
        let all = [undecided.clone(), too_long.clone(), clean()];
        all.into_iter().zip(expected).collect::<Vec<_>>()
    };
    offered("mode = \"strip\"", 0x1ff, &mails(["qc", "qc", "c"]));
    offered("mode = \"strip\"", 0x1f, &mails(["y", "y", "c"]));
    offered("mode = \"tag\"", 0x1ff, &mails(["hc", "hc", "c"]));
    offered("mode = \"reject\"", 0x1ff, &mails(["y", "y", "c"]));
}

#[test]
fn what_a_person_signed_is_no_concern() {
    let policy = "mode = \"reject\"\n[[applications]]\nname = \"crm\"\nlogins = [\"app\"]\nallow = [\"@collector.example\"]\n\
                  reason = \"copies for the archive\"\nowner = \"ops@shop.example\"\n";
    check(policy, "c");
}

#[test]
fn a_mail_that_cannot_be_judged_is_treated_as_the_policy_says() {
    for (on_error, expected) in [("accept", "c"), ("tempfail", "y")] {
        let world = World::new();
        let policy = format!("mode = \"hold\"\non-error = \"{on_error}\"\n[milter]\nmax-recipients = 1\n");
        let mut running = Running::start(&world, &policy, &[]);
        let mut peer = running.connect().patient();
        assert_eq!(peer.judged(&hidden()), expected);
        assert_eq!(peer.judged(&clean()), "c");
        assert!(running.line_with("\"event\":\"failure\"").contains("more recipients"));
    }
}

#[test]
fn a_hold_that_the_mail_server_does_not_offer_is_a_failure() {
    let world = World::new();
    let mut running = Running::start(&world, "mode = \"hold\"\non-error = \"tempfail\"\n", &[]);
    let mut peer = running.connect().patient();
    peer.send(&packet(b'O', &[6_u32, 0x1f, 0x1f_ffff].map(u32::to_be_bytes).concat()));
    assert_eq!(peer.receive().0, b'O');
    assert_eq!(peer.judged(&hidden()), "y");
    assert!(running.line_with("\"event\":\"failure\"").contains("hold a mail"));
}

#[test]
fn it_is_told_of_in_the_log_and_the_figures_without_a_sender_s_text_in_them() {
    let world = World::new();
    let metrics = world.path("metrics.sock");
    let place = format!("unix:{}", metrics.display());
    let mut running = Running::start(&world, "mode = \"tag\"", &["--metrics", &place]);
    let mut peer = running.connect().patient();
    peer.judged(&clean());
    peer.judged(&hidden());
    let line: serde_json::Value = serde_json::from_str(&running.line_with("archive@collector.example")).unwrap();
    assert_eq!(line["id"], "4jX9n95prF");
    assert_eq!(line["action"], "tag");
    assert_eq!(line["login"], "app");
    assert_eq!(line["hidden"][0], "archive@collector.example");
    let page = figures(&metrics);
    assert!(
        page.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4"),
        "{page}"
    );
    assert_eq!(figure(&page, "mails_total{action=\"accept\"}"), 1);
    assert_eq!(figure(&page, "mails_total{action=\"tag\"}"), 1);
    assert_eq!(figure(&page, "recipients_total"), 3);
    assert_eq!(figure(&page, "hidden_recipients_total"), 1);
    assert_eq!(figure(&page, "findings_total{indicator=\"mail/hidden-recipient\"}"), 1);
    assert!(!page.contains("example"), "{page}");
}

#[test]
fn a_port_is_answered_too() {
    let world = World::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let place = format!("inet:{address}");
    world.write("mail.toml", known("mode = \"hold\""));
    let words = [
        "mail",
        "milter",
        "--policy",
        "mail.toml",
        "--listen",
        &place,
        "--state",
        "state",
    ];
    let _running = Running::spawn(world.command(&words), world.path("none"));
    let mut peer = super::peer::Peer::new(TcpStream::connect(address).unwrap());
    for _ in 0..20 {
        assert_eq!(peer.judged(&hidden()), "qc");
    }
}

#[test]
fn a_check_says_what_would_be_done_and_starts_nothing() {
    let world = World::new();
    world.write("mail.toml", known("mode = \"hold\"\non-error = \"tempfail\"\nlisteners = [\"submission\"]\n[milter]\nlisten = \"unix:/var/spool/postfix/waxseal/milter.sock\"\n"));
    let said = world
        .check(
            &["mail", "milter", "--policy", "mail.toml", "--state", "state", "--check"],
            0,
        )
        .stdout;
    for part in [
        "hold: mail with a hidden recipient is kept in the hold queue",
        "postconf -e 'smtpd_milters = unix:/waxseal/milter.sock'",
        "postconf -e 'milter_default_action = tempfail'",
        "milter_macro_daemon_name=submission",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert!(!world.path("state").exists());
    world.write("mail.toml", "mode = \"hald\"\n");
    let wrong = world
        .check(&["mail", "milter", "--policy", "mail.toml", "--check"], 2)
        .stderr;
    assert!(wrong.contains("hald"), "{wrong}");
    world.write("mail.toml", "[milter]\nlissten = \"unix:/a\"\n");
    let wrong = world
        .check(&["mail", "milter", "--policy", "mail.toml", "--check"], 2)
        .stderr;
    assert!(
        wrong.contains("unknown key `lissten`") && wrong.contains("listen"),
        "{wrong}"
    );
}
