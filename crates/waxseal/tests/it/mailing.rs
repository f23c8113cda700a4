//! `waxseal mail logs`, `report` and `learn`, as a mail admin goes through them.

use std::io::Write as _;

use crate::support::World;

/// Mails of a shop in the log of a Postfix that logs whom headers name: everybody's copy goes to the CRM, and from the tenth on one goes elsewhere.
fn log(mails: std::ops::Range<usize>) -> String {
    let mut text = String::new();
    for n in mails {
        let (minute, second) = (n / 60 % 60, n % 60);
        let id = format!(
            "4jX9Hd3Tw{:c>6}",
            "BCDFGHJKLM".chars().nth(n % 10).unwrap().to_string().repeat(1 + n / 10)
        );
        let customer = format!("user{n}@customer.example");
        let mut recipients = vec![customer.as_str(), "archive@crm.example"];
        if n >= 10 {
            recipients.push("offers@giftshop.example");
        }
        let mut line = |program: &str, said: &str| {
            text.push_str(&format!(
                "2026-11-20T10:{minute:02}:{second:02}.000000+00:00 mx1 postfix/{program}[10]: {id}: {said}\n"
            ));
        };
        line("smtpd", "client=app[10.0.0.5], sasl_method=PLAIN, sasl_username=shop");
        line(
            "cleanup",
            &format!(
                "info: header To: {customer} from app[10.0.0.5]; from=<shop@shop.example> to=<{customer}> proto=ESMTP helo=<app>"
            ),
        );
        line(
            "qmgr",
            &format!(
                "from=<shop@shop.example>, size=400, nrcpt={} (queue active)",
                recipients.len()
            ),
        );
        for recipient in &recipients {
            line(
                "smtp",
                &format!(
                    "to=<{recipient}>, relay=mx.example[10.0.0.9]:25, delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status=sent (250 ok)"
                ),
            );
        }
        line("qmgr", "removed");
    }
    text
}

fn findings(json: &str) -> Vec<(String, String)> {
    let report: serde_json::Value = serde_json::from_str(json).unwrap();
    let senders = report["senders"].as_array().unwrap();
    senders
        .iter()
        .flat_map(|it| it["findings"].as_array().unwrap())
        .map(|it| {
            let word = |name: &str| it[name].as_str().unwrap_or_default().to_owned();
            (word("indicator"), word("recipient"))
        })
        .collect()
}

#[test]
fn each_copy_is_asked_about_once() {
    let world = World::new();
    world.write("mail.log", log(0..20));
    let read = [
        "mail",
        "logs",
        "mail.log",
        "--format",
        "json",
        "--state",
        "state",
        "--policy",
        "mail.toml",
    ];
    world.write("mail.toml", "");
    let seen = findings(&world.check(&read, 1).stdout);
    let copy = |address: &str| ("mail/constant-copy".to_owned(), address.to_owned());
    assert_eq!(seen, [copy("archive@crm.example"), copy("offers@giftshop.example")]);

    let learn = ["mail", "learn", "--state", "state", "--policy", "mail.toml"];
    world.check(&[&learn[..], &["--questions", "questions.toml"]].concat(), 0);
    let asked = std::fs::read_to_string(world.path("questions.toml")).unwrap();
    assert_eq!(asked.matches("[[questions]]").count(), 2, "{asked}");
    // Answers that somebody wrote are not overwritten.
    world.check(&[&learn[..], &["--questions", "questions.toml"]].concat(), 2);
    let (before, rest) = asked
        .split_once("archive@crm.example\"\nanswer = \"?\"\nreason = \"\"")
        .unwrap();
    let answered = format!("{before}archive@crm.example\"\nanswer = \"yes\"\nreason = \"the CRM\"{rest}");
    let answered = answered.replace("answer = \"?\"", "answer = \"no\"");
    world.write("questions.toml", answered);
    world.check(
        &[&learn[..], &["--apply", "questions.toml", "--owner", "ops"]].concat(),
        0,
    );
    let done = world.check(&learn, 0);
    assert!(done.stderr.contains("nothing to ask"), "{}", done.stderr);

    // Read on: only what is new is read, and only what was refused is found.
    world.write("mail.log", log(0..25));
    let seen = findings(&world.check(&read, 1).stdout);
    assert_eq!(seen, [copy("offers@giftshop.example")]);
    let report = world.check(&["mail", "report", "--state", "state", "--policy", "mail.toml"], 1);
    assert!(
        report.stdout.contains("15 mails to `offers@giftshop.example`"),
        "{}",
        report.stdout
    );
    for (format, says) in [
        ("html", "<td class=\"bad\">critical"),
        ("csv", "offers@giftshop.example,unexplained,15,"),
    ] {
        let out = world.check(
            &[
                "mail",
                "report",
                "--state",
                "state",
                "--policy",
                "mail.toml",
                "--format",
                format,
            ],
            1,
        );
        assert!(out.stdout.contains(says), "{}", out.stdout);
    }
}

#[test]
fn what_cannot_be_read_is_never_nothing_found() {
    let world = World::new();
    world.write("mail.toml", "");
    let clean = log(0..5).replace("archive@crm.example", "user@customer.example");
    world.write("mail.log", &clean);
    world.check(&["mail", "logs", "missing.log", "--policy", "mail.toml"], 4);
    world.write("other.log", "nothing of any mail server\n".repeat(10));
    world.check(&["mail", "logs", "other.log", "--policy", "mail.toml"], 4);
    world.write("empty.log", "");
    world.check(&["mail", "logs", "empty.log", "--policy", "mail.toml"], 3);
    world.check(&["mail", "logs", "mail.log", "--policy", "none.toml"], 2);
    world.check(
        &[
            "mail",
            "logs",
            "mail.log",
            "--input",
            "potsfix",
            "--policy",
            "mail.toml",
        ],
        2,
    );
    world.check(
        &[
            "mail",
            "logs",
            "mail.log",
            "--since",
            "yesterdayish",
            "--policy",
            "mail.toml",
        ],
        2,
    );
    world.check(&["mail", "report", "--state", "state", "--policy", "mail.toml"], 3);
    world.check(
        &["mail", "logs", "mail.log", "--output", "pdf=x", "--policy", "mail.toml"],
        2,
    );
    // A log without headers answers no question about them.
    let headless: String = clean
        .lines()
        .filter(|line| !line.contains("header To"))
        .map(|line| format!("{line}\n"))
        .collect();
    world.write("headless.log", headless);
    let ended = world.check(&["mail", "logs", "headless.log", "--policy", "mail.toml"], 4);
    assert!(ended.stdout.contains("header-checks"), "{}", ended.stdout);
}

#[test]
fn compressed_logs_and_exports_are_read_beside_each_other() {
    let world = World::new();
    world.write("mail.toml", "");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(log(0..12).as_bytes()).unwrap();
    world.write("logs/mail.log.1.gz", gzip.finish().unwrap());
    world.write("logs/mail.log", log(12..20));
    world.write(
        "logs/postmark.json",
        r#"{"MessageID":"0a129aee-e1cd-480d-b08d-4f48548ff48d","From":"app@shop.example","To":[{"Email":"alice@customer.example","Name":""}],"Cc":[],"Bcc":[{"Email":"spy@giftshop.example","Name":""}],"Recipients":["alice@customer.example","spy@giftshop.example"],"ReceivedAt":"2026-11-20T10:00:00Z","MessageEvents":[],"MessageStream":"outbound","Subject":"x"}"#,
    );
    let seen = findings(
        &world
            .check(
                &["mail", "logs", "logs", "--format", "json", "--policy", "mail.toml"],
                1,
            )
            .stdout,
    );
    let names: Vec<&str> = seen.iter().map(|(_, recipient)| recipient.as_str()).collect();
    assert_eq!(
        names,
        ["archive@crm.example", "offers@giftshop.example", "spy@giftshop.example"]
    );
    assert_eq!(seen[2].0, "mail/declared-bcc");
    // An export that was read before is not counted twice.
    let twice = [
        "mail",
        "logs",
        "logs/postmark.json",
        "--format",
        "json",
        "--policy",
        "mail.toml",
        "--state",
        "state",
    ];
    for _ in 0..2 {
        let out = world.check(&twice, 1).stdout;
        let report: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(report["mails"], 1, "{out}");
    }
}
