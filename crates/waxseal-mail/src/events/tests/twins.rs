//! Each sample as it is saved, and the same with one recipient more whom nobody sees.

use waxseal_model::{Delivery, EnvelopeSender, NamedBy, Visible};

use super::super::{EXPORTS, Export, Outcome, Reading, Records, sniff};
use super::Told;

/// An export in two versions that differ by one recipient.
struct Twins {
    /// The source it is of.
    export: &'static str,
    name: &'static str,
    clean: &'static [u8],
    hidden: &'static [u8],
    /// Mails in it.
    mails: u64,
    /// Whether the hidden recipient shows only beside a record of the sends.
    needs_record: bool,
}

macro_rules! twins {
    ($export:literal, $name:literal, $extension:literal, $mails:literal, $needs_record:literal) => {
        Twins {
            export: $export,
            name: $name,
            clean: include_bytes!(concat!("../samples/", $name, ".clean.", $extension)),
            hidden: include_bytes!(concat!("../samples/", $name, ".hidden.", $extension)),
            mails: $mails,
            needs_record: $needs_record,
        }
    };
}

const TWINS: &[Twins] = &[
    twins!("postmark", "postmark-list", "json", 2, false),
    twins!("postmark", "postmark-details", "json", 1, false),
    twins!("postmark", "postmark-webhooks", "jsonl", 2, true),
    twins!("ses", "ses-firehose", "jsonl", 2, false),
    twins!("ses", "ses-sns", "json", 2, false),
    twins!("ses", "ses-eventbridge", "jsonl", 2, false),
    twins!("ses", "ses-sqs", "json", 2, false),
    twins!("sparkpost", "sparkpost-webhooks", "jsonl", 2, false),
    twins!("sparkpost", "sparkpost-events", "json", 2, false),
    twins!("mailgun", "mailgun-events", "json", 2, true),
    twins!("mailgun", "mailgun-webhooks", "jsonl", 2, true),
    twins!("mailgun", "mailgun-stored", "json", 1, false),
    twins!("sendgrid", "sendgrid-events", "json", 2, true),
    twins!("sendgrid", "sendgrid-posts", "jsonl", 2, true),
    twins!("sendgrid-activity", "sendgrid-activity", "json", 2, true),
    twins!("sendgrid-table", "sendgrid-table", "csv", 2, true),
    twins!("mailjet", "mailjet-events", "json", 3, true),
    twins!("brevo", "brevo-report", "json", 2, true),
    twins!("brevo", "brevo-webhooks", "jsonl", 2, true),
    twins!("brevo-table", "brevo-table", "csv", 2, true),
    twins!("resend", "resend-email", "json", 1, false),
    twins!("resend", "resend-list", "json", 2, false),
    twins!("resend-table", "resend-table", "csv", 2, false),
    twins!("exchange", "exchange-tracking", "log", 2, false),
    twins!("exchange", "exchange-powershell", "csv", 2, true),
    twins!("exchange-online", "exchange-online-console", "csv", 2, true),
    twins!("exchange-online", "exchange-online-powershell", "csv", 2, true),
    twins!("exchange-online-api", "exchange-online-graph", "json", 2, true),
    twins!("exchange-report", "exchange-report", "json", 1, false),
    twins!("google", "google-bigquery", "jsonl", 2, true),
    twins!("google", "google-reports", "json", 2, true),
    twins!("google-table", "google-table", "csv", 2, true),
];

const SPY: &str = "spy@collector.example";

fn records() -> Records {
    let records = Records::read(include_bytes!("../samples/sends.jsonl"));
    assert!(records.unread.is_empty(), "{:?}", records.unread);
    records
}

fn export_of(id: &str) -> &'static Export {
    EXPORTS.iter().find(|it| it.id == id).expect("an export")
}

/// Reads it with or without records, and gives what was told and what could not be read.
fn read(export: &'static Export, bytes: &[u8], records: Option<&Records>) -> (Vec<Told>, Outcome) {
    let mut told = Vec::new();
    let mut reading = Reading::new(export);
    if let Some(records) = records {
        reading = reading.with_records(records);
    }
    reading.feed(bytes, &mut |mail| told.push(Told::of(mail)));
    let outcome = reading.finish(&mut |mail| told.push(Told::of(mail)));
    (told, outcome)
}

#[test]
fn every_source_has_twins_and_is_recognised_by_its_content() {
    for export in EXPORTS {
        assert!(
            TWINS.iter().any(|it| it.export == export.id),
            "no sample of {}",
            export.id
        );
    }
    for twins in TWINS {
        for bytes in [twins.clean, twins.hidden] {
            let found: Vec<&str> = EXPORTS.iter().filter(|it| it.sniff(bytes)).map(|it| it.id).collect();
            assert_eq!(found, [twins.export], "{}", twins.name);
            assert_eq!(sniff(bytes).map(|it| it.id), Some(twins.export));
        }
    }
}

#[test]
fn the_hidden_recipient_is_found_and_nobody_else() {
    let records = records();
    for twins in TWINS {
        let export = export_of(twins.export);
        let beside = twins.needs_record.then_some(&records);
        let (clean, outcome) = read(export, twins.clean, beside);
        assert_eq!(
            (outcome.mails, outcome.unread),
            (twins.mails, Vec::new()),
            "{}",
            twins.name
        );
        assert_eq!(
            clean.iter().flat_map(Told::hidden).collect::<Vec<_>>(),
            [""; 0],
            "{}",
            twins.name
        );

        let more = u64::from(twins.name == "mailjet-events");
        let (hidden, outcome) = read(export, twins.hidden, beside);
        assert_eq!(
            (outcome.mails, outcome.unread),
            (twins.mails + more, Vec::new()),
            "{}",
            twins.name
        );
        assert_eq!(
            hidden.iter().flat_map(Told::hidden).collect::<Vec<_>>(),
            [SPY],
            "{}",
            twins.name
        );

        let told = hidden.iter().map(|it| it.recipients.len()).sum::<usize>();
        let less = clean.iter().map(|it| it.recipients.len()).sum::<usize>();
        assert_eq!(told, less + 1, "{}", twins.name);
    }
}

#[test]
fn what_only_a_record_shows_is_unknown_without_it_and_never_hidden() {
    for twins in TWINS.iter().filter(|it| it.needs_record) {
        let (told, _) = read(export_of(twins.export), twins.hidden, None);
        assert_eq!(
            told.iter().flat_map(Told::hidden).collect::<Vec<_>>(),
            [""; 0],
            "{}",
            twins.name
        );
        assert!(told.iter().all(|it| it.shown != "known"), "{}: {told:?}", twins.name);
        assert!(
            told.iter().any(|it| it.has(SPY)),
            "{}: the spy is a recipient all the same",
            twins.name
        );
    }
}

#[test]
fn every_mail_says_who_sent_it_when_and_to_whom() {
    for twins in TWINS {
        let (told, _) = read(export_of(twins.export), twins.clean, None);
        for mail in &told {
            assert_eq!(mail.source, twins.export);
            assert!(!mail.id.is_empty(), "{}: {mail:?}", twins.name);
            // A stored message has no time of its own but a header.
            let timeless = twins.name == "mailgun-stored";
            assert_eq!(mail.at.is_some(), !timeless, "{}: {mail:?}", twins.name);
            let day = mail.at.is_none_or(|at| (1_795_900_000..1_796_100_000).contains(&at));
            assert!(day, "{}: {mail:?}", twins.name);
            let known = mail.from == "app@shop.example" || mail.sender.contains("shop.example");
            let silent = ["sendgrid", "mailjet"].contains(&twins.export)
                || ["postmark-webhooks", "brevo-webhooks", "google-reports"].contains(&twins.name);
            assert!(known || silent, "{}: {mail:?}", twins.name);
        }
    }
}

/// Twice the same file is the same mails once: events that were sent again count once.
#[test]
fn events_that_come_twice_count_once() {
    let records = records();
    for twins in TWINS {
        let mut twice = twins.hidden.to_vec();
        twice.extend_from_slice(twins.hidden);
        let beside = twins.needs_record.then_some(&records);
        let (once, _) = read(export_of(twins.export), twins.hidden, beside);
        let (told, outcome) = read(export_of(twins.export), &twice, beside);
        if twins.name.ends_with("table") || twins.name.contains("console") || twins.name.contains("powershell") {
            // The row of names comes again as a row, which names nobody who could be.
            continue;
        }
        assert_eq!(told, once, "{}: {outcome:?}", twins.name);
        assert_eq!(outcome.unread, [""; 0], "{}", twins.name);
    }
}

#[test]
fn what_became_of_each_recipient_is_told() {
    let (told, _) = read(export_of("ses"), TWINS[3].hidden, None);
    let first = &told[0];
    assert_eq!(first.delivery("alice@customer.example"), Some(Delivery::Sent));
    assert_eq!(first.delivery("bob@customer.example"), Some(Delivery::Unknown));
    assert_eq!(told[1].delivery("carol@client.example"), Some(Delivery::Bounced));
    assert_eq!(
        (
            first.sender.as_str(),
            first.login.as_str(),
            first.client.as_str(),
            first.listener.as_str()
        ),
        ("bounces@shop.example", "shop-mailer", "192.0.2.7", "ConfigSet")
    );
    for name in [
        "postmark-webhooks",
        "sendgrid-events",
        "mailgun-events",
        "brevo-report",
        "mailjet-events",
    ] {
        let twins = TWINS.iter().find(|it| it.name == name).expect("a sample");
        let (told, _) = read(export_of(twins.export), twins.clean, None);
        let of = |address| told.iter().find_map(|it| it.delivery(address));
        assert_eq!(of("alice@customer.example"), Some(Delivery::Sent), "{name}");
        assert_eq!(of("carol@client.example"), Some(Delivery::Bounced), "{name}");
    }
}

#[test]
fn members_of_a_group_say_what_they_stand_for() {
    let twins = TWINS
        .iter()
        .find(|it| it.name == "exchange-tracking")
        .expect("a sample");
    let (told, _) = read(export_of("exchange"), twins.clean, None);
    let members: Vec<(&str, &str)> = told[1]
        .recipients
        .iter()
        .map(|it| (it.address.as_str(), it.original.as_str()))
        .collect();
    let team = "team@shop.example";
    assert_eq!(
        members,
        [(team, ""), ("dora@shop.example", team), ("emil@shop.example", team)]
    );
    assert_eq!(told[0].recipients[0].named, NamedBy::Header);
}

/// Each differs from its twin by what makes headers unknown: then nobody is called hidden.
#[test]
fn headers_that_are_not_whole_hide_nobody() {
    let clean = String::from_utf8_lossy(TWINS[3].hidden).into_owned();
    let cut = clean.replace("\"headersTruncated\": false", "\"headersTruncated\": true");
    assert_ne!(clean, cut);
    let (told, _) = read(export_of("ses"), cut.as_bytes(), None);
    assert_eq!((told[0].shown, told[0].hidden().len()), ("partial", 0));

    let none = clean
        .replace("commonHeaders", "otherHeaders")
        .replace("\"headers\"", "\"others\"");
    let (told, _) = read(export_of("ses"), none.as_bytes(), None);
    assert_eq!((told[0].shown, told[0].hidden().len()), ("unknown", 0));

    let odd = clean.replace(
        "\\\"Example, Alice\\\" <alice@customer.example>",
        "Alice (alice@customer.example",
    );
    assert_ne!(clean, odd);
    let (told, _) = read(export_of("ses"), odd.as_bytes(), None);
    assert_eq!((told[0].shown, told[0].hidden().len()), ("partial", 0));

    let twins = TWINS.iter().find(|it| it.name == "postmark-list").expect("a sample");
    let without = String::from_utf8_lossy(twins.hidden).replace("\"Cc\":", "\"Xx\":");
    let without = without.replace("\"Bcc\":", "\"Yy\":");
    let (told, _) = read(export_of("postmark"), without.as_bytes(), None);
    assert_eq!((told[0].shown, told[0].hidden().len()), ("partial", 0));
}

/// A name that looks like the spy is not the spy's address.
#[test]
fn a_display_name_shows_nobody() {
    let hidden = String::from_utf8_lossy(TWINS[3].hidden).into_owned();
    let named = hidden.replace("\\\"Example, Alice\\\"", "\\\"spy@collector.example\\\"");
    assert_ne!(hidden, named);
    let (told, _) = read(export_of("ses"), named.as_bytes(), None);
    assert_eq!(told[0].hidden(), [SPY]);
}

#[test]
fn wrappers_that_keep_webhooks_are_opened() {
    let records = records();
    for name in [
        "postmark-webhooks",
        "mailgun-webhooks",
        "brevo-webhooks",
        "sendgrid-posts",
        "sparkpost-webhooks",
    ] {
        let twins = TWINS.iter().find(|it| it.name == name).expect("a sample");
        let mut text = String::new();
        let mut object = String::new();
        for line in String::from_utf8_lossy(twins.hidden).lines() {
            let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let kept = serde_json::json!({"headers": {"x-signature": "sha256=00"}, "body": line.to_string()});
            text.push_str(&format!("{kept}\n"));
            let kept = serde_json::json!({"receivedAt": "2026-11-29T15:15:00Z", "body": line});
            object.push_str(&format!("{kept}\n"));
        }
        for kept in [text, object] {
            let beside = twins.needs_record.then_some(&records);
            let (told, outcome) = read(export_of(twins.export), kept.as_bytes(), beside);
            assert_eq!(outcome.unread, [""; 0], "{name}");
            assert_eq!(told.iter().flat_map(Told::hidden).collect::<Vec<_>>(), [SPY], "{name}");
        }
    }
}

#[test]
fn a_webhook_of_resend_shows_to_alone() {
    let event = br#"{"type":"email.delivered","created_at":"2026-11-29T15:15:00.000Z","data":{"created_at":"2026-11-29T15:15:00.000Z","email_id":"49a3999c","message_id":"<0100@shop.example>","from":"Shop <app@shop.example>","to":["alice@customer.example"],"subject":"x"}}
{"type":"email.received","created_at":"2026-11-29T15:15:00.000Z","data":{"email_id":"5","from":"x@y.example","to":["app@shop.example"]}}"#;
    assert_eq!(sniff(event).map(|it| it.id), Some("resend"));
    let (told, outcome) = read(export_of("resend"), event, None);
    assert_eq!((told.len(), told[0].shown), (1, "partial"));
    assert_eq!(outcome.unread.len(), 1, "{outcome:?}");
}

#[test]
fn a_record_names_blind_copies_that_were_asked_for() {
    let records = Records::read(br#"{"id":"m1","to":"Alice <alice@customer.example>","bcc":["Crm@shop.example"]}"#);
    let events = br#"{"email":"alice@customer.example","event":"delivered","sg_message_id":"m1.filter1.0","timestamp":1796000000}
{"email":"crm@shop.example","event":"delivered","sg_message_id":"m1.filter1.1","timestamp":1796000000}"#;
    let (told, _) = read(export_of("sendgrid"), events, Some(&records));
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].shown, told[0].recipients[1].named), ("known", NamedBy::Bcc));

    let damaged = Records::read(b"{\"id\":\"m1\",\"to\":\"Alice (\"}\n{\"to\":\"x@y.example\"}\n{\"id\":");
    assert_eq!((damaged.len(), damaged.unread.len()), (1, 1));
    let (told, _) = read(export_of("sendgrid"), events, Some(&damaged));
    assert_eq!(
        told[0].shown, "partial",
        "a record that was not read whole hides nobody"
    );
}

#[test]
fn lists_that_powershell_lost_are_said_to_be_unread() {
    let table = b"\"Timestamp\",\"EventId\",\"Recipients\",\"MessageId\"\r\n\"2026-11-29 15:15:00\",\"RECEIVE\",\"System.String[]\",\"<a@b.example>\"\r\n";
    assert_eq!(sniff(table).map(|it| it.id), Some("exchange"));
    let (told, outcome) = read(export_of("exchange"), table, None);
    assert_eq!((told.len(), outcome.unread.len()), (0, 1), "{outcome:?}");
}

impl Told {
    fn delivery(&self, address: &str) -> Option<Delivery> {
        self.recipients
            .iter()
            .find(|it| it.address == address)
            .map(|it| it.delivery)
    }

    fn has(&self, address: &str) -> bool {
        self.delivery(address).is_some()
    }
}

#[test]
fn the_seam_is_filled_as_it_says() {
    let mut senders = Vec::new();
    export_of("ses").read(TWINS[3].clean, &mut |mail| {
        senders.push(matches!(mail.sender, EnvelopeSender::Address("bounces@shop.example")));
        assert!(matches!(mail.visible, Visible::Known(named) if !named.is_empty()));
        assert_eq!(mail.announced, None);
    });
    assert_eq!(senders, [true, true]);
}
