#![allow(clippy::unwrap_used, reason = "a test that unwraps fails as it should")]

use waxseal_model::{Delivery, EnvelopeSender, MailSeen, NamedBy, RecipientSeen, Visible};

use super::*;

fn policy() -> MailPolicy {
    toml::from_str("[journals]\naddresses = ['archive@journal.example']").unwrap()
}

/// A shop with a planted copy, an archive that is known, a bulk sender, and an application that is clean.
fn ledger(policy: &MailPolicy) -> Ledger {
    let mut ledger = Ledger::new();
    let mut send = |sender: &str, recipients: &[&str], named: &[&str], n: i64| {
        let recipients: Vec<_> = recipients
            .iter()
            .map(|address| RecipientSeen {
                address,
                original: "",
                named: NamedBy::Envelope,
                delivery: Delivery::Sent,
            })
            .collect();
        let id = format!("4jX9{n}");
        ledger.observe(
            &MailSeen {
                source: "postfix",
                host: "mx1",
                id: &id,
                at: Some(Moment(1_795_000_000 + n * 3_600)),
                sender: EnvelopeSender::Address(sender),
                from: "",
                login: "",
                client: "",
                listener: "",
                list_id: "",
                recipients: &recipients,
                visible: Visible::Known(named),
                announced: None,
                bcc_header: false,
            },
            policy,
        );
    };
    for n in 0..20 {
        let customer = format!("user{n}@customer.example");
        let journal = "archive@journal.example";
        match n < 12 {
            true => send("shop@shop.example", &[&customer, journal], &[&customer], n),
            false => send(
                "shop@shop.example",
                &[&customer, journal, "<script>\u{202e}@giftshop.example"],
                &[&customer],
                n,
            ),
        }
        send("app@shop.example", &[&customer], &[&customer], n);
    }
    send("=cmd@shop.example", &["a@b.example", "c@d.example"], &[], 30);
    ledger
}

fn report(ledger: &Ledger) -> MailReport<'_> {
    let policy = policy();
    let gaps = vec!["mail.log.3.xz is compressed in a way that is not read".to_owned()];
    MailReport::new(
        ledger,
        &policy,
        Some(PathBuf::from("mail.toml")),
        gaps,
        Moment(1_796_000_000),
    )
}

fn rendered(format: MailFormat, verbose: bool) -> String {
    let options = RenderOptions {
        width: 100,
        verbose,
        ..RenderOptions::default()
    };
    report(&ledger(&policy())).render(format, &options)
}

#[test]
fn every_format_tells_the_same() {
    insta::assert_snapshot!("text", rendered(MailFormat::Text, false));
    insta::assert_snapshot!("verbose", rendered(MailFormat::Text, true));
    insta::assert_snapshot!("json", rendered(MailFormat::Json, false));
    insta::assert_snapshot!("html", rendered(MailFormat::Html, false));
    insta::assert_snapshot!("csv", rendered(MailFormat::Csv, false));
    for format in [MailFormat::Text, MailFormat::Json, MailFormat::Html, MailFormat::Csv] {
        let text = rendered(format, false);
        assert!(
            text.contains("giftshop.example") && text.contains("mail.log.3.xz"),
            "{format:?}"
        );
        assert!(
            !text.contains('\u{202e}') && !text.contains("<script>\u{202e}"),
            "{format:?}"
        );
    }
    let html = rendered(MailFormat::Html, false);
    assert!(!html.contains("<script"), "markup of others is text");
}

#[test]
fn the_way_it_ends_never_takes_what_was_not_seen_for_clean() {
    let none = MailPolicy::default();
    let of = |ledger: &Ledger, gaps: &[&str]| {
        MailReport::new(
            ledger,
            &none,
            None,
            gaps.iter().map(|it| (*it).to_owned()).collect(),
            Moment(0),
        )
        .exit()
    };
    assert_eq!(of(&Ledger::new(), &[]), Exit::Nothing);
    assert_eq!(of(&Ledger::new(), &["a file"]), Exit::Incomplete);
    assert_eq!(report(&ledger(&policy())).exit(), Exit::Findings);
}

#[test]
fn the_document_fits_its_published_schema() {
    let schema = schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<MailReportJson>()
        .to_value();
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas/mail-1.schema.json");
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, serde_json::to_string_pretty(&schema).unwrap() + "\n").unwrap();
    }
    let published: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap_or_default()).unwrap_or_default();
    assert!(
        published == schema,
        "docs/schemas/mail-1.schema.json is stale; run the tests with UPDATE_SCHEMAS=1"
    );
    let document: serde_json::Value = serde_json::from_str(&rendered(MailFormat::Json, false)).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}
