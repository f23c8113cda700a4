//! What recipients finds, case by case.

mod accounts;
mod flows;
mod messages;

use waxseal_model::{CapabilityKind, MailFlow, Mailbox, Origin, RecipientPlace};

use crate::testing::*;
use flows::{STRANGER, bcc};

pub(crate) fn samples() -> Vec<Sample> {
    let mut samples = messages::hidden_copies();
    samples.extend(messages::unreached_copies());
    samples.extend(messages::separate_messages());
    samples.extend(accounts::destinations_and_accounts());
    samples.extend(accounts::context());
    samples
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

#[test]
fn a_fetched_recipient_is_named_by_the_host_it_comes_from() {
    let fetched = MailFlow {
        origin: Origin::Fetched,
        value: None,
        mailbox: None,
        source: Some(line(47)),
        ..bcc()
    };
    let mut fetch = capability(CapabilityKind::Network, "fetch", "https://collect.example/address");
    fetch.location = line(47);
    let world = release()
        .can(capability(CapabilityKind::Network, "fetch", "https://other.example/"))
        .can(fetch);
    let finding = only(&world.flow(fetched.clone()), "recipients/hidden-copy");
    let sentence = "`sendEmail` in index.js adds a recipient fetched from collect.example as Bcc to mail that the caller addresses";
    assert_eq!(finding.summary, sentence);
    assert_eq!(finding.evidence[0].values["host"], "collect.example");
    assert_eq!(finding.evidence[0].values.get("recipient"), None);

    let said = MailFlow {
        value: Some("collect.example".to_owned()),
        ..fetched
    };
    assert_eq!(only(&release().flow(said), "recipients/hidden-copy").summary, sentence);
}
