use serde_json::json;
use waxseal_model::{Confidence, Decision, Finding, RecipientPlace, Severity, Subject, Verdict};

use crate::testing::*;

use super::*;

const STRANGER: &str = "archive@collector.example";

/// A release that blocks for one hidden copy, judged by a policy.
fn judged(policy_value: serde_json::Value) -> Verdict {
    let mut world = release().flow(copy(RecipientPlace::Bcc, STRANGER));
    world.policy = policy(policy_value);
    world.judge()
}

#[track_caller]
fn check(policy_value: serde_json::Value, decision: Decision, waived: Option<&str>) {
    let verdict = judged(policy_value);
    assert_eq!(verdict.findings.len(), 1, "nothing takes a finding away");
    assert_eq!(verdict.decision, decision);
    assert_eq!(verdict.findings[0].decision, decision);
    assert_eq!(verdict.findings[0].waived.as_deref(), waived);
}

fn waiver(change: serde_json::Value) -> serde_json::Value {
    let mut waiver = json!({
        "indicator": "recipients/hidden-copy",
        "package": "mail-server@1.0.16",
        "values": { "recipient": STRANGER },
        "reason": "our own archive",
        "owner": "mail team",
        "expires": "2026-11-22",
    });
    for (key, value) in change.as_object().unwrap() {
        waiver[key] = value.clone();
    }
    json!({ "waivers": [waiver] })
}

#[test]
fn severity_and_confidence_decide_by_default() {
    use Confidence::{High, Low, Medium};
    let decide = |severity, confidence| {
        default_decision(&Finding {
            indicator: "recipients/hidden-copy".to_owned(),
            subject: Subject::Folder("x".to_owned()),
            severity,
            confidence,
            summary: String::new(),
            evidence: Vec::new(),
            new: None,
        })
    };
    assert_eq!(decide(Severity::Critical, High), Decision::Block);
    assert_eq!(decide(Severity::Critical, Medium), Decision::Block);
    assert_eq!(decide(Severity::Critical, Low), Decision::Review);
    for confidence in [Low, Medium, High] {
        assert_eq!(decide(Severity::High, confidence), Decision::Review);
        assert_eq!(decide(Severity::Medium, confidence), Decision::Allow);
        assert_eq!(decide(Severity::Low, confidence), Decision::Allow);
        assert_eq!(decide(Severity::Info, confidence), Decision::Allow);
    }
}

#[test]
fn without_findings_the_answer_is_allow() {
    let verdict = release().judge();
    assert_eq!(
        (verdict.decision, verdict.complete, verdict.findings.len()),
        (Decision::Allow, true, 0)
    );
}

#[test]
fn the_policy_decides_an_indicator_before_its_method() {
    check(json!({}), Decision::Block, None);
    check(
        json!({ "decisions": { "recipients": "review" } }),
        Decision::Review,
        None,
    );
    check(
        json!({ "decisions": { "recipients/hidden-copy": "allow", "recipients": "block" } }),
        Decision::Allow,
        None,
    );
    check(json!({ "decisions": { "tampering": "allow" } }), Decision::Block, None);
}

#[test]
fn an_allowed_recipient_is_accepted_and_said() {
    let waived = Some("the policy's `[recipients] allow` allows it");
    check(
        json!({ "recipients": { "allow": [STRANGER] } }),
        Decision::Allow,
        waived,
    );
    check(
        json!({ "recipients": { "allow": ["@collector.example"] } }),
        Decision::Allow,
        waived,
    );
    check(
        json!({ "recipients": { "allow": ["@COLLECTOR.example"] } }),
        Decision::Allow,
        waived,
    );
}

#[test]
fn another_recipient_is_not_allowed_by_a_look_alike() {
    for allowed in [
        "Archive@collector.example",
        "@example",
        "@llector.example",
        "@sub.collector.example",
    ] {
        let policy_value = json!({ "recipients": { "allow": [allowed] } });
        // `@example` is no domain of a mailbox, so it is refused before it can be compared.
        if serde_json::from_value::<crate::Policy>(policy_value.clone()).is_ok() {
            check(policy_value, Decision::Block, None);
        }
    }
}

#[test]
fn a_waiver_accepts_the_finding_until_its_last_day() {
    let waived = Some("our own archive (waived by mail team until 2026-11-22)");
    check(waiver(json!({})), Decision::Allow, waived);
    check(waiver(json!({ "expires": "2026-11-21" })), Decision::Block, None);
}

#[test]
fn a_waiver_is_for_its_package_release_indicator_and_values_only() {
    check(
        waiver(json!({ "package": "mail-server", "values": {} })),
        Decision::Allow,
        Some("our own archive (waived by mail team until 2026-11-22)"),
    );
    check(
        waiver(json!({ "package": "mail-server@1.0.17" })),
        Decision::Block,
        None,
    );
    check(waiver(json!({ "package": "other-server" })), Decision::Block, None);
    check(
        waiver(json!({ "indicator": "recipients/separate-message" })),
        Decision::Block,
        None,
    );
    check(
        waiver(json!({ "values": { "recipient": "other@collector.example" } })),
        Decision::Block,
        None,
    );
    check(
        waiver(json!({ "values": { "host": "collector.example" } })),
        Decision::Block,
        None,
    );
}

#[test]
fn a_waiver_of_a_method_is_for_all_its_indicators() {
    let all = json!({ "waivers": [{
        "method": "recipients", "package": "mail-server", "reason": "r", "owner": "o", "expires": "2027-01-31",
    }] });
    check(all, Decision::Allow, Some("r (waived by o until 2027-01-31)"));
}

#[test]
fn a_waiver_for_one_recipient_does_not_cover_a_second_one() {
    let mut world = release()
        .flow(copy(RecipientPlace::Bcc, STRANGER))
        .flow(copy(RecipientPlace::Bcc, "second@collector.example"));
    world.policy = policy(waiver(json!({})));
    let verdict = world.judge();
    assert_eq!(verdict.decision, Decision::Block);
    assert_eq!(verdict.findings.iter().filter(|it| it.waived.is_some()).count(), 1);
}

#[test]
fn a_folder_is_waived_by_its_path_and_never_by_the_name_it_claims() {
    let folder = |package: &str| {
        let mut world = release().flow(copy(RecipientPlace::Bcc, STRANGER));
        world.current.subject = Subject::Folder("./server".to_owned());
        world.policy = policy(waiver(json!({ "package": package })));
        world.judge().decision
    };
    assert_eq!(folder("./server"), Decision::Allow);
    assert_eq!(folder("mail-server@1.0.16"), Decision::Block);
    assert_eq!(folder("mail-server"), Decision::Block);
}

#[test]
fn waivers_that_expired_or_match_nothing_are_warned_about() {
    let warn = |policy_value: serde_json::Value| {
        let verdict = judged(policy_value.clone());
        warnings(&policy(policy_value), &[verdict], NOW)
    };
    assert_eq!(warn(waiver(json!({}))), Vec::<String>::new());
    assert_eq!(
        warn(waiver(json!({ "expires": "2026-11-21" }))),
        [
            "the waiver of `recipients/hidden-copy` for `mail-server@1.0.16` expired on 2026-11-21, so the finding counts again; ask mail team"
        ]
    );
    assert_eq!(
        warn(waiver(json!({ "indicator": "recipients/constant" }))),
        ["the waiver of `recipients/constant` for `mail-server@1.0.16` matches no finding any more; remove it"]
    );
    assert_eq!(
        warn(waiver(json!({ "package": "mail-server@1.0.15" }))),
        ["the waiver of `recipients/hidden-copy` for `mail-server@1.0.15` matches no finding any more; remove it"]
    );
    assert_eq!(
        warn(waiver(json!({ "package": "not-looked-at" }))),
        Vec::<String>::new()
    );
}

#[test]
fn a_waiver_that_one_of_several_releases_needs_is_used() {
    let policy_value = waiver(json!({}));
    let clean = release().judge();
    let verdicts = [clean, judged(policy_value.clone())];
    assert_eq!(warnings(&policy(policy_value), &verdicts, NOW), Vec::<String>::new());
}

#[test]
fn a_decisive_gap_leaves_the_verdict_incomplete_whatever_is_waived() {
    let mut world = release().file("big.js", waxseal_model::FileState::Skipped);
    world.policy = policy(json!({ "decisions": { "archive": "allow" } }));
    let verdict = world.judge();
    assert_eq!((verdict.decision, verdict.complete), (Decision::Allow, false));
}
