#![allow(clippy::unwrap_used, reason = "a test that unwraps fails as it should")]

use waxseal_model::{Delivery, EnvelopeSender, NamedBy, Visible};

use super::*;

/// Reads a log and shows each mail in one line.
pub(super) fn read(format: &str, text: &str) -> Vec<String> {
    let (mut log, mut mails) = (log(format, Mode::Review), Vec::new());
    log.read(text.as_bytes(), &mut |mail| mails.push(show(mail)));
    log.finish(&mut |mail| mails.push(show(mail)));
    mails
}

/// Reads it line by line as it grows, without its end.
pub(super) fn live(format: &str, text: &str) -> Vec<String> {
    let (mut log, mut mails) = (log(format, Mode::Live), Vec::new());
    for line in text.split_inclusive('\n') {
        log.read(line.as_bytes(), &mut |mail| mails.push(show(mail)));
    }
    mails
}

pub(super) fn log(format: &str, mode: Mode) -> Log {
    // 2026-12-01T00:00:00Z.
    let latest = Moment(1_796_083_200);
    let settings = Settings {
        mode,
        limits: Limits::default(),
        latest,
        zone: Box::new(|civil| civil.in_utc()),
    };
    Log::new(Format::named(format).unwrap(), settings)
}

/// `ID SENDER > RECIPIENT(ORIGINAL)=DELIVERY … | what headers name | nrcpt`.
pub(super) fn show(mail: &MailSeen<'_>) -> String {
    let sender = match mail.sender {
        EnvelopeSender::Unknown => "?",
        EnvelopeSender::Null => "<>",
        EnvelopeSender::Address(address) => address,
    };
    let recipients = mail.recipients.iter().map(|it| {
        let original = if it.original.is_empty() {
            String::new()
        } else {
            format!("({})", it.original)
        };
        let delivery = match it.delivery {
            Delivery::Unknown => "",
            Delivery::Sent => "=sent",
            Delivery::Deferred => "=deferred",
            Delivery::Bounced => "=bounced",
            Delivery::Stopped => "=stopped",
        };
        let bcc = if it.named == NamedBy::Bcc { "!" } else { "" };
        format!("{}{original}{delivery}{bcc}", it.address)
    });
    let visible = match mail.visible {
        Visible::Known(named) => format!("known {}", named.join(",")),
        Visible::Partial(named) => format!("partial {}", named.join(",")),
        Visible::Unknown => "unknown".to_owned(),
    };
    let recipients = recipients.collect::<Vec<_>>().join(" ");
    let announced = mail.announced.map_or_else(|| "-".to_owned(), |it| it.to_string());
    let bcc = if mail.bcc_header { " bcc" } else { "" };
    format!("{} {sender} > {recipients} | {visible} | {announced}{bcc}", mail.id)
}

#[test]
fn each_format_is_recognised_by_its_own_lines() {
    for (line, format) in [
        (
            "Nov 22 01:15:53 vm postfix/postfix-script[749]: stopping\nNov 22 01:15:55 vm postfix/pickup[835]: 4jXB3H6c2Bz6nKb: uid=0 from=<root>",
            "postfix",
        ),
        (
            "2026-11-22T01:15:55.123456+01:00 vm postfix/submission/smtpd[8]: connect from x[192.0.2.1]",
            "postfix",
        ),
        (
            "<22>Nov 22 01:15:55 postfix-out/smtp[8]: 9A1B2C3D4E: to=<a@b.example>",
            "postfix",
        ),
        ("2026-11-22 01:28:31 1xUwNb-0005uG-0g Completed", "exim"),
        (
            "2026-11-22 01:28:31.123 [77] 1xUwNb-00000005uG7-0abc <= a@b.example",
            "exim",
        ),
        ("Nov 22 01:28:31 vm exim[12]: 1xUwNb-0005uG-0g Completed", "exim"),
        (
            "Nov 22 01:28:31 vm sm-mta[12]: 4AM1SV12001234: from=<a@b.example>, size=1",
            "sendmail",
        ),
        (
            "Nov 22 01:28:31 vm smtpd[12]: 0123456789abcdef smtp connected address=local host=vm",
            "opensmtpd",
        ),
        (r#"{"__REALTIME_TIMESTAMP":"1","MESSAGE":"x"}"#, "journald"),
    ] {
        assert_eq!(Format::of(line.as_bytes()).map(|it| it.id), Some(format), "{line}");
    }
    for other in [
        "",
        "Nov 22 01:28:31 vm sshd[12]: Accepted publickey",
        "a line",
        "2026-11-22 01:28:31 something else",
        "{}",
    ] {
        assert!(Format::of(other.as_bytes()).is_none(), "{other}");
    }
}

#[test]
fn lines_of_any_bytes_are_bounded_and_never_a_fault() {
    let mut text = b"\r\n\0\0\0\nNov 22 01:15:56 vm postfix/qmgr[8]: 4jXB3H6c2Bz6nKb: from=<\xff\xfe@x.example>, size=1, nrcpt=1 (queue active)\r\n".to_vec();
    text.extend_from_slice(b"Nov 22 01:15:56 vm postfix/smtp[8]: 4jXB3H6c2Bz6nKb: to=<a\0b@c.example>, relay=x[192.0.2.1]:25, delay=1, delays=0/0/0/0, dsn=2.0.0, status=sent (");
    text.extend(std::iter::repeat_n(b'x', 1 << 20));
    text.extend_from_slice(b")\nNov 22 01:15:56 vm postfix/qmgr[8]: 4jXB3H6c2Bz6nKb: removed");
    let (mut log, mut mails) = (log("postfix", Mode::Review), Vec::new());
    log.read(&text, &mut |mail| mails.push(show(mail)));
    assert_eq!(
        mails,
        ["4jXB3H6c2Bz6nKb \u{fffd}\u{fffd}@x.example > a\0b@c.example=sent | unknown | 1"]
    );
    assert_eq!((log.counts().overlong, log.counts().lines), (1, 4));
}

#[test]
fn a_million_open_mails_are_bounded_and_what_is_given_up_is_counted() {
    let limits = Limits {
        open: 1000,
        ..Limits::default()
    };
    let settings = Settings {
        mode: Mode::Review,
        limits,
        latest: Moment(1_796_083_200),
        zone: Box::new(|civil| civil.in_utc()),
    };
    let mut log = Log::new(Format::named("postfix").unwrap(), settings);
    let mut given = 0_u64;
    let mut sink = |_: &MailSeen<'_>| given += 1;
    for number in 0..1_000_000 {
        let line = format!(
            "Nov 22 01:15:56 vm postfix/qmgr[8]: {number:010X}: from=<a@b.example>, size=1, nrcpt=1 (queue active)\n"
        );
        log.read(line.as_bytes(), &mut sink);
        assert!(log.open() <= 1000);
    }
    log.finish(&mut sink);
    let counts = log.counts();
    assert_eq!((given, counts.given_up, counts.unfinished), (1_000_000, 999_000, 1000));
    assert!(log.state.tracker.is_empty());
}

#[test]
fn bytes_of_open_mails_are_bounded_too() {
    let limits = Limits {
        bytes: 1 << 20,
        ..Limits::default()
    };
    let settings = Settings {
        mode: Mode::Review,
        limits,
        latest: Moment(1_796_083_200),
        zone: Box::new(|civil| civil.in_utc()),
    };
    let mut log = Log::new(Format::named("postfix").unwrap(), settings);
    for number in 0..100_000 {
        let id = number % 10;
        let line = format!(
            "Nov 22 01:15:56 vm postfix/smtp[8]: 9A1B2C{id:04X}: to=<user{number}@long-domain-name.example>, relay=x, delay=1, delays=0/0/0/0, dsn=2.0.0, status=sent (ok)\n"
        );
        log.read(line.as_bytes(), &mut |_| {});
        assert!(log.state.tracker.bytes() < (1 << 20) + (64 << 10));
    }
    assert!(log.counts().given_up > 0);
}

#[test]
fn many_recipients_of_one_mail_are_found_again() {
    let mut text = String::new();
    for round in 0..2 {
        for number in 0..5000 {
            let status = if round == 0 { "deferred" } else { "sent" };
            text += &format!(
                "Nov 22 01:15:56 vm postfix/smtp[8]: 9A1B2C3D4E: to=<user{number}@x.example>, relay=x, delay=1, delays=0/0/0/0, dsn=2.0.0, status={status} (ok)\n"
            );
        }
    }
    let mails = read("postfix", &text);
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].matches("=sent").count(), 5000);
    assert!(!mails[0].contains("deferred"));
}

#[test]
fn a_reading_goes_on_where_another_ended() {
    let text = include_str!("../../tests/data/logs/postfix-full.log");
    let mut whole = Vec::new();
    let mut one = log("postfix", Mode::Review);
    one.read(text.as_bytes(), &mut |mail| whole.push(show(mail)));
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for cut in 0..lines.len() {
        let mut parts = Vec::new();
        let (before, after) = (lines[..cut].concat(), lines[cut..].concat());
        let mut first = log("postfix", Mode::Review);
        first.read(before.as_bytes(), &mut |mail| parts.push(show(mail)));
        let mut second = log("postfix", Mode::Review);
        assert!(second.resume(&first.suspend()));
        second.read(after.as_bytes(), &mut |mail| parts.push(show(mail)));
        assert_eq!(parts, whole, "cut before line {cut}");
    }
    assert!(!log("postfix", Mode::Review).resume(b"something else"));
}

#[test]
fn what_was_given_at_a_pause_is_not_given_again() {
    let text = "\
Nov 22 01:15:56 vm postfix/qmgr[8]: 9A1B2C3D4E: from=<a@x.example>, size=1, nrcpt=2 (queue active)
Nov 22 01:15:56 vm postfix/smtp[8]: 9A1B2C3D4E: to=<b@x.example>, relay=x, delay=1, delays=0/0/0/0, dsn=2.0.0, status=sent (ok)
";
    let rest = "\
Nov 22 01:15:57 vm postfix/smtp[8]: 9A1B2C3D4E: to=<c@x.example>, relay=x, delay=1, delays=0/0/0/0, dsn=2.0.0, status=sent (ok)
Nov 22 01:15:57 vm postfix/qmgr[8]: 9A1B2C3D4E: removed
";
    let mut mails = Vec::new();
    let mut first = log("postfix", Mode::Review);
    first.read(text.as_bytes(), &mut |mail| mails.push(show(mail)));
    first.pause(&mut |mail| mails.push(show(mail)));
    first.pause(&mut |mail| mails.push(show(mail)));
    let mut second = log("postfix", Mode::Review);
    assert!(second.resume(&first.suspend()));
    second.read(rest.as_bytes(), &mut |mail| mails.push(show(mail)));
    second.finish(&mut |mail| mails.push(show(mail)));
    assert_eq!(
        mails,
        [
            "9A1B2C3D4E a@x.example > b@x.example=sent | unknown | 2",
            "9A1B2C3D4E a@x.example > c@x.example=sent | unknown | 2"
        ]
    );
}
