use waxseal_model::{FlowKind, MailFlow, Mailbox, MessageShape, Origin, Reach, RecipientPlace};

use crate::testing::*;

const STRANGER: &str = "archive@collector.example";

fn bcc() -> MailFlow {
    copy(RecipientPlace::Bcc, STRANGER)
}

fn from(origin: Origin, flow: MailFlow) -> MailFlow {
    MailFlow { origin, ..flow }
}

/// The value itself is not known.
fn unnamed(origin: Origin, flow: MailFlow) -> MailFlow {
    MailFlow {
        origin,
        value: None,
        mailbox: None,
        ..flow
    }
}

fn unreached(flow: MailFlow) -> MailFlow {
    MailFlow {
        reach: Reach::Unreached,
        ..flow
    }
}

fn hidden(flow: MailFlow) -> MailFlow {
    MailFlow { hidden: true, ..flow }
}

fn message(flow: MailFlow, words: &[&str]) -> MailFlow {
    let has = |word| words.contains(&word);
    let message = MessageShape {
        caller_recipients: has("recipients"),
        caller_content: has("content"),
        sent: has("sent"),
        beside_caller_message: has("beside"),
        fields: Vec::new(),
    };
    MailFlow { message, ..flow }
}

fn second(host: &str) -> MailFlow {
    let flow = MailFlow {
        kind: FlowKind::SecondDestination,
        value: Some(host.to_owned()),
        mailbox: None,
        ..bcc()
    };
    message(flow, &["content", "sent", "beside"])
}

fn account(field: &str, value: &str) -> MailFlow {
    MailFlow {
        kind: FlowKind::Account(field.to_owned()),
        value: Some(value.to_owned()),
        mailbox: None,
        ..bcc()
    }
}

pub(crate) fn samples() -> Vec<Sample> {
    let mut samples = hidden_copies();
    samples.extend(unreached_copies());
    samples.extend(separate_messages());
    samples.extend(destinations_and_accounts());
    samples.extend(context());
    samples
}

fn hidden_copies() -> Vec<Sample> {
    const ID: &str = "recipients/hidden-copy";
    vec![
        flagged(
            ID,
            "critical high block",
            "a constant Bcc, in one release",
            release().flow(bcc()),
        ),
        flagged(
            ID,
            "critical high block",
            "a constant Bcc, new in an update",
            update().new_flow(bcc()),
        ),
        flagged(
            ID,
            "critical high block",
            "a constant Bcc that the last release had too",
            update().flow(bcc()),
        ),
        flagged(
            ID,
            "critical high block",
            "in To",
            release().flow(copy(RecipientPlace::To, STRANGER)),
        ),
        flagged(
            ID,
            "critical high block",
            "in Cc",
            release().flow(copy(RecipientPlace::Cc, STRANGER)),
        ),
        flagged(
            ID,
            "critical high block",
            "in RCPT TO",
            release().flow(copy(RecipientPlace::Envelope, STRANGER)),
        ),
        flagged(
            ID,
            "critical high block",
            "in a header that delivers",
            release().flow(copy(RecipientPlace::Header("Resent-Bcc".to_owned()), STRANGER)),
        ),
        flagged(
            ID,
            "critical high block",
            "in a header nobody knows",
            release().flow(copy(RecipientPlace::Header("X-Archive-To".to_owned()), STRANGER)),
        ),
        flagged(
            ID,
            "critical high block",
            "the default of a parameter",
            release().flow(from(Origin::Default, bcc())),
        ),
        flagged(
            ID,
            "critical medium block",
            "fetched from the network",
            release().flow(unnamed(Origin::Fetched, bcc())),
        ),
        flagged(
            ID,
            "critical medium block",
            "in a shipped file",
            release().flow(unnamed(Origin::Shipped, bcc())),
        ),
        flagged(
            ID,
            "critical medium block",
            "computed and not to be folded",
            release().flow(unnamed(Origin::Derived, bcc())),
        ),
        flagged(
            ID,
            "critical medium block",
            "with a part that only the call knows",
            release().flow(MailFlow {
                value: Some("*@collector.example".to_owned()),
                mailbox: None,
                ..bcc()
            }),
        ),
        flagged(
            ID,
            "critical medium block",
            "on a message object that is sent elsewhere",
            release().flow(message(bcc(), &["recipients", "content"])),
        ),
        flagged(
            ID,
            "critical high block",
            "under a condition",
            release().flow(MailFlow {
                condition: Some("Date.now() > 1758067200000".to_owned()),
                ..bcc()
            }),
        ),
        flagged(
            ID,
            "critical high block",
            "in a file loaded from an entry point, by whoever calls it",
            release().flow(MailFlow {
                reach: Reach::Loaded(vec!["index.js".to_owned()]),
                ..bcc()
            }),
        ),
        flagged(
            ID,
            "critical high block",
            "in a test folder that the entry point loads",
            release().flow_in("test/helper.js", bcc()),
        ),
        flagged(
            ID,
            "medium low allow",
            "a default To where no mail is accepted",
            release().flow(from(Origin::Default, copy(RecipientPlace::To, "test@example.com"))),
        ),
        clean(
            ID,
            "a Bcc that the caller passes",
            update().new_flow(unnamed(Origin::Caller, bcc())),
        ),
        clean(
            ID,
            "a copy that the user's configuration asks for",
            update().new_flow(unnamed(Origin::Configured("ALWAYS_COPY_ME".to_owned()), bcc())),
        ),
        clean(
            ID,
            "a list's name without a domain",
            release().flow(MailFlow {
                value: Some("newsletter".to_owned()),
                mailbox: None,
                ..bcc()
            }),
        ),
        clean(
            ID,
            "a message that no caller has a part in",
            release().flow(message(bcc(), &["sent"])),
        ),
    ]
}

fn unreached_copies() -> Vec<Sample> {
    const ID: &str = "recipients/hidden-copy";
    vec![
        flagged(
            ID,
            "medium low allow",
            "an example that nothing loads",
            release().flow_in("examples/send.js", unreached(bcc())),
        ),
        flagged(
            ID,
            "medium low allow",
            "a test",
            update().new_flow_in("lib/send.test.js", unreached(hidden(bcc()))),
        ),
        flagged(
            ID,
            "medium low allow",
            "a demo beside the code",
            release().flow_in("demo.js", unreached(bcc())),
        ),
        flagged(
            ID,
            "high low review",
            "code that nothing was seen to load",
            release().flow_in("lib/send.js", unreached(bcc())),
        ),
        flagged(
            ID,
            "high low review",
            "the same, new",
            update().new_flow_in("lib/send.js", unreached(bcc())),
        ),
        flagged(
            ID,
            "medium low allow",
            "the same, known",
            update().flow_in("lib/send.js", unreached(bcc())),
        ),
        flagged(
            ID,
            "high low review",
            "the same, known and hidden",
            update().flow_in("lib/send.js", unreached(hidden(bcc()))),
        ),
    ]
}

fn separate_messages() -> Vec<Sample> {
    const ID: &str = "recipients/separate-message";
    const REPLY: &str = "recipients/reply-diverted";
    let to = || copy(RecipientPlace::To, STRANGER);
    let reply = || copy(RecipientPlace::ReplyTo, STRANGER);
    let receipt = RecipientPlace::Header("Disposition-Notification-To".to_owned());
    vec![
        flagged(
            ID,
            "critical high block",
            "the caller's content, sent a second time",
            release().flow(message(to(), &["content", "sent", "beside"])),
        ),
        flagged(
            ID,
            "critical high block",
            "the caller's content alone, for the first time",
            update().new_flow(message(to(), &["content", "sent"])),
        ),
        flagged(
            ID,
            "critical low review",
            "a form to the maker that the last release had",
            update().flow(message(to(), &["content", "sent"])),
        ),
        flagged(
            ID,
            "high medium review",
            "a note to a stranger whenever the caller mails",
            release().flow(message(to(), &["sent", "beside"])),
        ),
        clean(
            ID,
            "a test mail with nothing of the caller's",
            release().flow(message(to(), &["sent"])),
        ),
        clean(
            ID,
            "a second message to a configured mailbox",
            release().flow(message(
                unnamed(Origin::Configured("REPORT_TO".to_owned()), to()),
                &["content", "sent", "beside"],
            )),
        ),
        flagged(
            REPLY,
            "high medium review",
            "answers go to a constant",
            release().flow(reply()),
        ),
        flagged(
            REPLY,
            "critical medium block",
            "answers go to a hidden constant",
            release().flow(hidden(reply())),
        ),
        flagged(
            REPLY,
            "high medium review",
            "receipts go to a constant",
            release().flow(copy(receipt, STRANGER)),
        ),
        clean(
            REPLY,
            "answers go where the caller says",
            release().flow(unnamed(Origin::Caller, reply())),
        ),
        clean(
            REPLY,
            "a message of its own answers to its maker",
            release().flow(message(reply(), &["sent"])),
        ),
    ]
}

fn destinations_and_accounts() -> Vec<Sample> {
    const SECOND: &str = "recipients/second-destination";
    const ACCOUNT: &str = "recipients/foreign-account";
    const SERVER: &str = "recipients/foreign-server";
    vec![
        flagged(
            SECOND,
            "critical high block",
            "the body goes to a host",
            release().flow(second("mirror.collector.example")),
        ),
        flagged(
            SECOND,
            "critical medium block",
            "the host is computed",
            release().flow(MailFlow {
                value: None,
                origin: Origin::Derived,
                ..second("")
            }),
        ),
        flagged(
            SECOND,
            "high medium review",
            "only the fact goes to a host",
            release().flow(message(second("count.collector.example"), &["sent", "beside"])),
        ),
        flagged(
            SECOND,
            "low medium allow",
            "the host is this machine",
            release().flow(second("http://127.0.0.1:4318/v1")),
        ),
        clean(
            SECOND,
            "the host is configured",
            release().flow(unnamed(Origin::Configured("WEBHOOK_URL".to_owned()), second(""))),
        ),
        flagged(
            ACCOUNT,
            "critical high block",
            "a constant API key",
            release().flow(account("apiKey", "pk_l… (36)")),
        ),
        flagged(
            ACCOUNT,
            "critical high block",
            "a constant password",
            release().flow(account("auth.pass", "hunt… (12)")),
        ),
        flagged(
            ACCOUNT,
            "high medium review",
            "a constant API key used by default",
            release().flow(from(Origin::Default, account("apiKey", "pk_l… (36)"))),
        ),
        flagged(
            ACCOUNT,
            "high medium review",
            "a constant API key for mail of its own",
            release().flow(message(account("apiKey", "pk_l… (36)"), &["sent"])),
        ),
        flagged(
            ACCOUNT,
            "low low allow",
            "the user name that everybody has",
            release().flow(account("auth.user", "apik… (6)")),
        ),
        flagged(
            ACCOUNT,
            "medium low allow",
            "a token fetched at run time",
            release().flow(unnamed(Origin::Fetched, account("auth.accessToken", ""))),
        ),
        clean(
            ACCOUNT,
            "a configured API key",
            release().flow(unnamed(
                Origin::Configured("POSTMARK_SERVER_TOKEN".to_owned()),
                account("apiKey", ""),
            )),
        ),
        flagged(
            SERVER,
            "critical medium block",
            "a constant server, new in an update",
            update().new_flow(account("host", "smtp.collector.example")),
        ),
        flagged(
            SERVER,
            "critical low review",
            "a constant server in a first release",
            release().flow(account("host", "smtp.collector.example")),
        ),
        flagged(
            SERVER,
            "critical medium block",
            "a hidden server",
            release().flow(hidden(account("host", "smtp.collector.example"))),
        ),
        flagged(
            SERVER,
            "critical medium block",
            "a rented host that only looks like the provider's",
            update().new_flow(account(
                "endpoint",
                "https://x1.execute-api.eu-west-1.amazonaws.com/mail",
            )),
        ),
        clean(
            SERVER,
            "a provider's server",
            update().new_flow(account("host", "smtp.gmail.com:587")),
        ),
        clean(
            SERVER,
            "a provider's service by name",
            update().new_flow(account("service", "gmail")),
        ),
        clean(
            SERVER,
            "the cloud's mail service",
            update().new_flow(account("host", "email-smtp.eu-west-1.amazonaws.com")),
        ),
        clean(SERVER, "this machine", update().new_flow(account("host", "localhost"))),
        clean(SERVER, "a port", update().new_flow(account("port", "587"))),
    ]
}

fn context() -> Vec<Sample> {
    let configured = |name: &str| unnamed(Origin::Configured(name.to_owned()), bcc());
    vec![
        flagged(
            "recipients/configured",
            "info high allow",
            "several names are one note",
            release().flow(configured("COPY_TO")).flow(configured("ALWAYS_COPY_ME")),
        ),
        clean(
            "recipients/configured",
            "the caller decides",
            release().flow(unnamed(Origin::Caller, bcc())),
        ),
        flagged(
            "recipients/dynamic",
            "medium low allow",
            "where a recipient comes from could not be said",
            release().flow(unnamed(Origin::Unknown, bcc())),
        ),
        clean(
            "recipients/dynamic",
            "the caller decides",
            release().flow(unnamed(Origin::Caller, bcc())),
        ),
        flagged(
            "recipients/constant",
            "low medium allow",
            "a test mail to its maker",
            release().flow(message(copy(RecipientPlace::To, STRANGER), &["sent"])),
        ),
        flagged(
            "recipients/constant",
            "medium medium allow",
            "a message of its own to a hidden address",
            release().flow(hidden(message(copy(RecipientPlace::To, STRANGER), &["sent"]))),
        ),
        clean(
            "recipients/constant",
            "a test mail to whom the caller says",
            release().flow(unnamed(
                Origin::Caller,
                message(copy(RecipientPlace::To, ""), &["sent"]),
            )),
        ),
    ]
}

#[test]
fn every_flow_is_weighed_as_the_manual_says() {
    check(&samples());
}

#[test]
fn the_finding_names_mailbox_place_file_line_and_function() {
    let finding = only(&release().flow(bcc()), "recipients/hidden-copy");
    assert_eq!(
        finding.summary,
        "`sendEmail` in index.js adds archive@collector.example as Bcc to mail that the caller addresses"
    );
    let proof = &finding.evidence[0];
    assert_eq!(proof.path.as_deref(), Some("index.js"));
    assert_eq!(proof.location, Some(line(231)));
    assert_eq!(proof.function.as_deref(), Some("sendEmail"));
    assert_eq!(proof.reached_by, ["index.js", "sendEmail"]);
    assert_eq!(
        proof.values,
        values(&[
            ("channel", "postmark.sendEmail"),
            ("origin", "constant"),
            ("place", "Bcc"),
            ("recipient", "archive@collector.example"),
        ])
    );
    assert_eq!(finding.new, None);
}

#[test]
fn where_the_address_is_written_is_proof_too() {
    let finding = only(
        &release().flow(MailFlow {
            source: Some(line(3)),
            ..bcc()
        }),
        "recipients/hidden-copy",
    );
    let lines: Vec<u32> = finding
        .evidence
        .iter()
        .map(|proof| proof.location.unwrap().line)
        .collect();
    assert_eq!(lines, [231, 3]);
    assert!(
        finding
            .evidence
            .iter()
            .all(|proof| proof.values["recipient"] == STRANGER)
    );
}

#[test]
fn one_address_in_two_builds_is_one_finding_and_two_addresses_are_two() {
    let twice = release()
        .flow_in("dist/index.cjs", bcc())
        .flow_in("dist/index.mjs", bcc());
    assert_eq!(only(&twice, "recipients/hidden-copy").evidence.len(), 2);
    let other = copy(RecipientPlace::Bcc, "second@collector.example");
    assert_eq!(release().flow(bcc()).flow(other).detect().findings.len(), 2);
}

#[test]
fn a_comparison_says_whether_it_is_new() {
    assert_eq!(
        only(&update().new_flow(bcc()), "recipients/hidden-copy").new,
        Some(true)
    );
    assert_eq!(only(&update().flow(bcc()), "recipients/hidden-copy").new, Some(false));
}

#[test]
fn a_display_name_does_not_hide_the_mailbox() {
    let named = MailFlow {
        value: Some(format!("Support <{STRANGER}>")),
        mailbox: Mailbox::parse(STRANGER),
        ..bcc()
    };
    let finding = only(&release().flow(named), "recipients/hidden-copy");
    assert_eq!(finding.evidence[0].values["recipient"], STRANGER);
}
