#![allow(clippy::unwrap_used, reason = "a test that unwraps fails as it should")]

use crate::logs::tests::{live, log, read, show};
use crate::logs::{Counts, Mode};

fn check(text: &str, expected: &[&str]) {
    assert_eq!(read("postfix", text), expected, "{text}");
}

fn counts(text: &str) -> Counts {
    let mut log = log("postfix", Mode::Review);
    log.read(text.as_bytes(), &mut |_| {});
    log.finish(&mut |_| {});
    log.counts()
}

/// Lines of one mail: `PROGRAM: TEXT` each, with stamp, host and queue id.
fn lines(host: &str, id: &str, parts: &[(&str, &str)]) -> String {
    parts
        .iter()
        .map(|(program, text)| format!("Nov 22 01:15:56 {host} {program}[7]: {id}: {text}\n"))
        .collect()
}

fn to(address: &str) -> String {
    format!(
        "to=<{address}>, relay=mx.x.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)"
    )
}

const TAIL: &str = "from web[192.0.2.7]; from=<app@x.example> to=<spy@y.example> proto=ESMTP helo=<web>";

/// A mail to `a` and to the spy, whose headers are these.
fn with_headers(headers: &[&str]) -> String {
    let mut parts: Vec<(&str, String)> = vec![("postfix/smtpd", "client=web[192.0.2.7]".to_owned())];
    parts.extend(
        headers
            .iter()
            .map(|it| ("postfix/cleanup", format!("info: header {it} {TAIL}"))),
    );
    parts.push((
        "postfix/qmgr",
        "from=<app@x.example>, size=1, nrcpt=2 (queue active)".to_owned(),
    ));
    parts.push(("postfix/smtp", to("a@x.example")));
    parts.push(("postfix/smtp", to("spy@y.example")));
    parts.push(("postfix/qmgr", "removed".to_owned()));
    parts
        .iter()
        .map(|(program, text)| lines("vm", "9A1B2C3D4E", &[(program, text)]))
        .collect()
}

fn visible(headers: &[&str]) -> String {
    let mails = read("postfix", &with_headers(headers));
    assert_eq!(mails.len(), 1, "{mails:?}");
    mails[0].split(" | ").nth(1).unwrap().to_owned()
}

#[test]
fn a_real_log_with_header_lines() {
    let mails = read("postfix", include_str!("../../../tests/data/logs/postfix-full.log"));
    let expected = [
        "4jXB3H6c2Bz6nKb root@test.local > alice@customer.example=sent spy@giftshop.example=sent | known alice@customer.example | 2 bcc",
        "4jXB3J1pjmz6nKb app@test.local > alice@customer.example=sent spy@giftshop.example=sent | known alice@customer.example | 2",
        "4jXB3J3nCsz6nKc app@test.local > alice@customer.example=sent spy@giftshop.example=sent | known alice@customer.example | 2 bcc",
    ];
    assert_eq!(mails[..3], expected);
    assert!(mails[3].contains(
        "| partial user0@customer.example,user1@customer.example,user2@customer.example,user3@customer.example | 61"
    ));
    let alias = "4jXB3K0JK5z6nKq app@test.local > bob@customer.example(team@test.local)=sent carol@customer.example(team@test.local)=sent \
                 | known team@test.local | 2";
    assert_eq!(mails[4], alias);
    let refused = "4jXB3R0QDXz6nLS root@test.local > spy@giftshop.example=bounced alice@customer.example=bounced | known alice@customer.example | - bcc";
    assert!(mails.iter().any(|it| it == refused), "{mails:#?}");
    let held = "4jXB3X6pqxz6nM6 app@test.local > spy@giftshop.example=stopped | known alice@customer.example | -";
    assert!(mails.iter().any(|it| it == held), "{mails:#?}");
    let nobody = "NOQUEUE app@test.local > nosuchuser@localhost=stopped | unknown | -";
    assert!(mails.iter().any(|it| it == nobody), "{mails:#?}");
}

#[test]
fn real_logs_without_header_lines_leave_nobody_decided() {
    for text in [
        include_str!("../../../tests/data/logs/postfix-header-checks.log"),
        include_str!("../../../tests/data/logs/postfix-milter-cases.log"),
    ] {
        let mails = read("postfix", text);
        assert!(mails.len() > 14);
        assert!(mails.iter().all(|it| it.contains("| unknown |")), "{mails:#?}");
        assert_eq!(counts(text).malformed, 0);
    }
}

#[test]
fn who_is_named_and_by_which_header() {
    assert_eq!(visible(&["To: A <a@x.example>"]), "known a@x.example");
    assert_eq!(
        visible(&[
            "To: a@x.example",
            "Cc: b@x.example",
            "Resent-To: c@x.example",
            "Resent-Cc: d@x.example"
        ]),
        "known a@x.example,b@x.example,c@x.example,d@x.example"
    );
    assert_eq!(visible(&["to: a@x.example"]), "known a@x.example");
    assert_eq!(visible(&["Reply-To: a@x.example"]), "unknown");
    assert_eq!(visible(&[]), "unknown");
}

#[test]
fn a_mail_that_names_nobody_is_known_where_others_show_that_names_are_logged() {
    let named = with_headers(&["To: a@x.example"]);
    let nobody = with_headers(&["Subject: x"]).replace("9A1B2C3D4E", "9A1B2C3D4F");
    let mails = read("postfix", &format!("{named}{nobody}"));
    assert!(mails[1].contains("| known  |"), "{mails:?}");
    assert!(read("postfix", &nobody)[0].contains("| unknown |"));
}

#[test]
fn a_text_that_imitates_the_log_names_nobody_more() {
    // Of another host: seen through.
    assert_eq!(
        visible(&["To: \"x from h[192.0.2.9]; from=<> to=<spy@y.example>\" <a@x.example>"]),
        "known a@x.example"
    );
    // Of its own: read up to the first, so that not even `a` counts as named.
    assert_eq!(
        visible(&["To: \"x from web[192.0.2.7]; from=<> to=<spy@y.example>\" <a@x.example>"]),
        "partial "
    );
    // A HELO name that imitates it must not make the envelope a part of the header.
    let text =
        with_headers(&["To: a@x.example"]).replace("helo=<web>", "helo=<x from web[192.0.2.7]; from=<a@x.example>>");
    assert!(read("postfix", &text)[0].contains("| known a@x.example |"), "{text}");
    assert!(counts(&text).imitations > 0);
    // A whole line within a header stays within it, since newlines are written as question marks: it begins no other mail.
    let line = "To: a@x.example?Nov 22 01:15:56 vm postfix/smtpd[7]: 9A1B2C3D4F: client=spy[192.0.2.9]";
    assert_eq!(visible(&[line]), "partial ");
}

#[test]
fn a_header_that_can_be_read_in_two_ways_is_partial() {
    assert_eq!(visible(&["To: a@x.example spy@y.example"]), "partial ");
    assert_eq!(
        visible(&["To: a@x.example, <b@x.example> <spy@y.example>"]),
        "partial a@x.example"
    );
}

#[test]
fn a_header_that_was_cut_is_partial() {
    // 199 bytes before the last.
    let long = format!("To: {}spy@y.exam", "a@x.example, ".repeat(15));
    assert_eq!(visible(&[&long[..200]]).split(' ').next(), Some("partial"));
    assert!(!visible(&[&long[..200]]).contains("spy"));
    assert_eq!(visible(&[&long[..199]]).split(' ').next(), Some("known"));
}

#[test]
fn a_bcc_header_counts_unless_it_is_empty() {
    let text = with_headers(&["To: a@x.example"]);
    let bcc = |value: &str| {
        lines(
            "vm",
            "9A1B2C3D4E",
            &[("postfix/cleanup", &format!("warning: header Bcc:{value} {TAIL}: note"))],
        )
    };
    let first = text.lines().next().unwrap();
    let rest = &text[first.len() + 1..];
    assert!(read("postfix", &format!("{first}\n{}{rest}", bcc(" spy@y.example")))[0].ends_with("| 2 bcc"));
    assert!(read("postfix", &format!("{first}\n{}{rest}", bcc("")))[0].ends_with("| 2"));
}

#[test]
fn an_address_that_imitates_a_delivery_is_a_recipient_in_each_reading() {
    let line = "to=<a@x.example>, relay=x[192.0.2.1]:25, delay=1, delays=0/0/0/0, dsn=2.0.0, status=sent (ok\"@y.example>, relay=mx.y.example[192.0.2.2]:25, delay=1, delays=0/0/0/0, dsn=2.0.0, status=sent (250 ok)";
    let mails = read("postfix", &lines("vm", "9A1B2C3D4E", &[("postfix/smtp", line)]));
    assert!(
        mails[0].contains("> a@x.example=sent a@x.example>, relay=x"),
        "{mails:?}"
    );
    // Since 3.5 it is quoted, and there is one reading.
    let quoted = line.replace("to=<a@x", "to=<\"a@x");
    let mails = read("postfix", &lines("vm", "9A1B2C3D4E", &[("postfix/smtp", &quoted)]));
    assert!(mails[0].contains("> \"a@x.example>, relay=x"), "{mails:?}");
    // What the other side answers is not an address.
    let reply = to("a@x.example").replace("250 ok", "250 to=<b@x.example>, status=bounced");
    check(
        &lines("vm", "9A1B2C3D4E", &[("postfix/smtp", &reply)]),
        &["9A1B2C3D4E ? > a@x.example=sent | unknown | -"],
    );
}

#[test]
fn a_sender_that_imitates_the_queue_manager() {
    let line = "from=<\"x>, size=1, nrcpt=1 (queue active)\"@x.example>, size=2, nrcpt=3 (queue active)";
    check(
        &lines("vm", "9A1B2C3D4E", &[("postfix/qmgr", line)]),
        &["9A1B2C3D4E \"x>, size=1, nrcpt=1 (queue active)\"@x.example >  | unknown | 3"],
    );
}

#[test]
fn hosts_instances_and_listeners_are_kept_apart() {
    let text = [
        lines(
            "one",
            "9A1B2C3D4E",
            &[
                (
                    "postfix/submission/smtpd",
                    "client=web[192.0.2.7], sasl_method=PLAIN, sasl_username=shop@x.example",
                ),
                ("postfix/smtp", &to("a@x.example")),
            ],
        ),
        lines("two", "9A1B2C3D4E", &[("postfix/smtp", &to("b@x.example"))]),
        lines("one", "9A1B2C3D4E", &[("postfix-out/smtp", &to("c@x.example"))]),
        lines("one", "9A1B2C3D4E", &[("postfix/qmgr", "removed")]),
    ]
    .concat();
    let mut seen = Vec::new();
    let mut log = log("postfix", Mode::Review);
    log.read(text.as_bytes(), &mut |mail| {
        seen.push((
            mail.host.to_owned(),
            mail.listener.to_owned(),
            mail.login.to_owned(),
            mail.client.to_owned(),
        ))
    });
    log.finish(&mut |mail| {
        seen.push((
            mail.host.to_owned(),
            mail.listener.to_owned(),
            mail.login.to_owned(),
            mail.recipients[0].address.to_owned(),
        ))
    });
    let row = |a: &str, b: &str, c: &str, d: &str| (a.to_owned(), b.to_owned(), c.to_owned(), d.to_owned());
    assert_eq!(
        seen,
        [
            row("one", "submission", "shop@x.example", "web[192.0.2.7]"),
            row("two", "", "", "b@x.example"),
            row("one/postfix-out", "", "", "c@x.example")
        ]
    );
}

#[test]
fn interleaved_mails_are_told_apart() {
    let a = with_headers(&["To: a@x.example"]);
    let b = a.replace("9A1B2C3D4E", "4jXB3H6c2Bz6nKb").replace("spy@", "other@");
    let woven: String = a.lines().zip(b.lines()).map(|(a, b)| format!("{a}\n{b}\n")).collect();
    let mut one_by_one = read("postfix", &a);
    one_by_one.extend(read("postfix", &b));
    assert_eq!(read("postfix", &woven), one_by_one);
}

#[test]
fn a_queue_id_that_is_used_again_is_another_mail() {
    let first = with_headers(&["To: a@x.example"]).replace(": removed", ": skipped");
    let second = with_headers(&["To: b@x.example"]);
    let mails = read("postfix", &format!("{first}{second}"));
    assert_eq!(mails.len(), 2);
    assert!(mails[0].contains("known a@x.example") && mails[1].contains("known b@x.example"));
}

#[test]
fn a_mail_that_is_tried_again_is_one() {
    let deferred = to("a@x.example").replace("status=sent", "status=deferred");
    let parts = [
        ("postfix/qmgr", "from=<app@x.example>, size=1, nrcpt=1 (queue active)"),
        ("postfix/smtp", deferred.as_str()),
    ];
    let again = [
        ("postfix/qmgr", "from=<app@x.example>, size=1, nrcpt=1 (queue active)"),
        ("postfix/smtp", &to("a@x.example")),
        ("postfix/qmgr", "removed"),
    ];
    check(
        &(lines("vm", "9A1B2C3D4E", &parts) + &lines("vm", "9A1B2C3D4E", &again)),
        &["9A1B2C3D4E app@x.example > a@x.example=sent | unknown | 1"],
    );
}

#[test]
fn a_mail_that_was_queued_anew_is_one() {
    let before = with_headers(&["To: a@x.example"])
        .lines()
        .take(4)
        .map(|line| format!("{line}\n"))
        .collect::<String>();
    let after = lines(
        "vm",
        "9A1B2C3D4F",
        &[
            ("postfix/pickup", "uid=109 from=<app@x.example> orig_id=9A1B2C3D4E"),
            ("postfix/qmgr", "from=<app@x.example>, size=1, nrcpt=1 (queue active)"),
            ("postfix/smtp", &to("spy@y.example")),
            ("postfix/qmgr", "removed"),
        ],
    );
    check(
        &(before + &after),
        &["9A1B2C3D4F app@x.example > a@x.example=sent spy@y.example=sent | known a@x.example | 2"],
    );
}

/// A mail that goes through a filter on port 10024 and comes back as another.
fn filtered(second: &[&str], client: &str) -> String {
    let (first_id, second_id) = ("9A1B2C3D4E", "9A1B2C3D4F");
    let first = lines(
        "vm",
        first_id,
        &[
            ("postfix/smtpd", "client=web[192.0.2.7]"),
            ("postfix/cleanup", &format!("info: header To: a@x.example {TAIL}")),
            ("postfix/cleanup", "message-id=<1@x.example>"),
            ("postfix/qmgr", "from=<app@x.example>, size=1, nrcpt=2 (queue active)"),
        ],
    );
    let mut back = lines(
        "vm",
        second_id,
        &[
            ("postfix/reinject/smtpd", &format!("client={client}")),
            ("postfix/cleanup", "message-id=<1@x.example>"),
            (
                "postfix/qmgr",
                &format!("from=<app@x.example>, size=1, nrcpt={} (queue active)", second.len()),
            ),
        ],
    );
    for address in second {
        back += &lines("vm", second_id, &[("postfix/smtp", &to(address))]);
    }
    back += &lines("vm", second_id, &[("postfix/qmgr", "removed")]);
    let filter = |address: &str| {
        format!(
            "to=<{address}>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, delays=0/0/0/0, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as {second_id})"
        )
    };
    let end = lines(
        "vm",
        first_id,
        &[
            ("postfix/smtp", &filter("a@x.example")),
            ("postfix/smtp", &filter("spy@y.example")),
            ("postfix/qmgr", "removed"),
        ],
    );
    first + &back + &end
}

#[test]
fn a_filter_that_hands_a_mail_in_again_does_not_make_it_two() {
    let once = "9A1B2C3D4E app@x.example > a@x.example=sent spy@y.example=sent | known a@x.example | 2";
    check(
        &filtered(&["a@x.example", "spy@y.example"], "localhost[127.0.0.1]"),
        &[once],
    );
    assert_eq!(
        live(
            "postfix",
            &filtered(&["a@x.example", "spy@y.example"], "localhost[127.0.0.1]")
        ),
        [once]
    );
    assert_eq!(
        counts(&filtered(&["a@x.example", "spy@y.example"], "localhost[127.0.0.1]")).handed_in_again,
        1
    );
    // Somebody whom the filter added is reported, with the headers of the first.
    let added = filtered(&["a@x.example", "other@y.example"], "localhost[127.0.0.1]");
    let other = "9A1B2C3D4F app@x.example > a@x.example=sent other@y.example=sent | known a@x.example | 2";
    let mails = read("postfix", &added);
    assert!(mails.contains(&once.to_owned()) && mails.len() == 2, "{mails:?}");
    assert!(
        mails[1] == other || mails[1] == other.replace("a@x.example=sent ", ""),
        "{mails:?}"
    );
    // From outside, the same message-id means nothing: a sender chooses it.
    assert_eq!(
        read(
            "postfix",
            &filtered(&["a@x.example", "spy@y.example"], "web[192.0.2.7]")
        )
        .len(),
        2
    );
}

#[test]
fn a_bounce_names_its_cause() {
    let text = [
        lines(
            "vm",
            "9A1B2C3D4E",
            &[
                ("postfix/qmgr", "from=<app@x.example>, size=1, nrcpt=1 (queue active)"),
                ("postfix/bounce", "sender non-delivery notification: 9A1B2C3D4F"),
            ],
        ),
        lines(
            "vm",
            "9A1B2C3D4F",
            &[
                ("postfix/qmgr", "from=<>, size=1, nrcpt=1 (queue active)"),
                ("postfix/smtp", &to("app@x.example")),
                ("postfix/qmgr", "removed"),
            ],
        ),
    ]
    .concat();
    let mut seen = Vec::new();
    log("postfix", Mode::Review).read(text.as_bytes(), &mut |mail| {
        seen.push((show(mail), mail.listener.to_owned(), mail.client.to_owned()))
    });
    assert_eq!(
        seen,
        [(
            "9A1B2C3D4F <> > app@x.example=sent | unknown | 1".to_owned(),
            "bounce".to_owned(),
            "9A1B2C3D4E".to_owned()
        )]
    );
}

#[test]
fn a_mail_forwarded_for_a_local_address_goes_by_that() {
    let text = [
        lines("vm", "9A1B2C3D4E", &[("postfix/smtpd", "client=web[192.0.2.7]"), ("postfix/cleanup", "message-id=<1@x.example>"), ("postfix/qmgr", "from=<app@x.example>, size=1, nrcpt=1 (queue active)")]),
        lines("vm", "9A1B2C3D4F", &[("postfix/cleanup", "message-id=<1@x.example>")]),
        lines("vm", "9A1B2C3D4E", &[("postfix/local", "to=<a@x.example>, relay=local, delay=1, delays=0/0/0/0, dsn=2.0.0, status=sent (forwarded as 9A1B2C3D4F)"), ("postfix/qmgr", "removed")]),
        lines("vm", "9A1B2C3D4F", &[("postfix/qmgr", "from=<app@x.example>, size=1, nrcpt=1 (queue active)"), ("postfix/smtp", &to("home@z.example")), ("postfix/qmgr", "removed")]),
    ]
    .concat();
    check(
        &text,
        &[
            "9A1B2C3D4E app@x.example > a@x.example=sent | unknown | 1",
            "9A1B2C3D4F app@x.example > home@z.example(a@x.example)=sent | unknown | 1",
        ],
    );
}

#[test]
fn a_mail_is_live_when_all_is_known_and_given_once() {
    let text = with_headers(&["To: a@x.example"]);
    let all: Vec<&str> = text.split_inclusive('\n').collect();
    let mail = "9A1B2C3D4E app@x.example > a@x.example=sent spy@y.example=sent | known a@x.example | 2";
    assert!(live("postfix", &all[..all.len() - 2].concat()).is_empty());
    assert_eq!(live("postfix", &all[..all.len() - 1].concat()), [mail]);
    assert_eq!(live("postfix", &text), [mail]);
    // Somebody more, whom nobody announced.
    let late = lines("vm", "9A1B2C3D4E", &[("postfix/smtp", &to("late@y.example"))]);
    let longer = format!("{}{late}{}", all[..all.len() - 1].concat(), all[all.len() - 1]);
    assert_eq!(
        live("postfix", &longer),
        [
            mail,
            "9A1B2C3D4E app@x.example > late@y.example=sent | known a@x.example | 2"
        ]
    );
}

#[test]
fn a_log_that_begins_within_a_mail_says_what_it_can() {
    let text = with_headers(&["To: a@x.example"]);
    let rest: String = text.split_inclusive('\n').skip(3).collect();
    check(
        &rest,
        &["9A1B2C3D4E ? > a@x.example=sent spy@y.example=sent | unknown | -"],
    );
}

#[test]
fn words_are_no_queue_ids() {
    for id in ["9A1B2C3D4E", "4jXB3H6c2Bz6nKb", "ABCDEF0123"] {
        assert!(super::is_queue_id(id.as_bytes()), "{id}");
    }
    for word in [
        "warning",
        "fatal",
        "statistics",
        "connect from",
        "NOQUEUE",
        "",
        "1234",
        "9a1b2c3d4e",
        "table hash",
    ] {
        assert!(!super::is_queue_id(word.as_bytes()), "{word}");
    }
}

#[test]
fn probes_and_lines_of_others_are_no_mails() {
    let probe = to("a@x.example").replace("status=sent", "status=deliverable");
    let text = lines(
        "vm",
        "9A1B2C3D4E",
        &[
            ("postfix/smtp", &probe),
            ("amavis", "to=<a@x.example>"),
            ("postfix/qmgr", "removed"),
        ],
    );
    check(&text, &[]);
}
