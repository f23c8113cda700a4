use waxseal_model::{Collected, Gap, GapWeight, RecipientPlace, RunAspect, RunSide, RunSummary};

use super::compare_runs;
use super::keys::plain_text;
use crate::Question;
use crate::methods::run_diff::tests::sending;
use crate::testing::*;

const EVE: &str = "archive@collector.example";

fn clean_run() -> RunSummary {
    sending(
        "aaaa2bbbbb",
        &[("ann", RecipientPlace::To), ("bob", RecipientPlace::Cc)],
    )
}

fn copying() -> RunSummary {
    sending(
        "cccc3ddddd",
        &[
            ("ann", RecipientPlace::To),
            ("bob", RecipientPlace::Cc),
            (EVE, RecipientPlace::Bcc),
        ],
    )
}

fn difference(old: RunSummary, new: RunSummary) -> World {
    let mut world = update().ran_both(old, new);
    world.question = Question::Difference;
    world
}

#[test]
fn what_is_random_is_set_aside_and_what_is_said_is_not() {
    for (text, expected) in [
        ("/tmp/npm-3fa9c1d2/x.js", "/tmp/npm-#/x.js"),
        ("node a.js --port=40123", "node a.js --port=#"),
        ("sh -c id", "sh -c id"),
        ("/p/utf8/x86_64/sha512", "/p/utf8/x86_64/sha512"),
        ("v22.11.0", "v22.11.0"),
        ("é#", "é#"),
        ("", ""),
    ] {
        assert_eq!(plain_text(text), expected);
    }
}

#[test]
fn an_added_recipient_is_the_only_difference_and_blocks() {
    let world = difference(clean_run(), copying());
    let change = world.run_change.clone().unwrap();
    let seen: Vec<_> = change
        .differences
        .iter()
        .map(|it| (it.aspect, it.side, &*it.what))
        .collect();
    assert_eq!(seen, [(RunAspect::Recipient, RunSide::Gained, EVE)]);
    assert_eq!(change.differences[0].values["call"], "sendMail");
    let verdict = world.judge();
    assert_eq!(verdict.decision.id(), "block");
    assert!(verdict.shared.is_empty(), "{:#?}", verdict.shared);
    assert_eq!(verdict.findings[0].finding.new, Some(true));
}

#[test]
fn what_both_do_does_not_decide_and_is_not_lost() {
    let verdict = difference(copying(), copying()).judge();
    assert_eq!(verdict.decision.id(), "allow");
    assert!(verdict.findings.is_empty(), "{:#?}", verdict.findings);
    assert_eq!(verdict.shared.len(), 1);
    assert_eq!(verdict.shared[0].decision.id(), "block");
    // Who asks what the release does is told all of it.
    let mut world = difference(copying(), copying());
    world.question = Question::Release;
    let verdict = world.judge();
    assert_eq!((verdict.decision.id(), verdict.shared.len()), ("block", 0));
    assert_eq!(verdict.findings[0].finding.new, Some(false));
}

#[test]
fn a_second_tool_that_does_what_the_first_did_before_is_news() {
    let other = |mut run: RunSummary| {
        let mut call = run.calls[0].clone();
        call.number = 42;
        call.name = "sendNotice".to_owned();
        call.requested.subject = Some("Contract eeee4fffff".to_owned());
        let mut mail = run.mails[0].clone();
        mail.number = 2;
        mail.message.subject = Some("Contract eeee4fffff".to_owned());
        run.calls.push(call);
        run.mails.push(mail);
        run
    };
    let before = |mut run: RunSummary| {
        run.mails[1].message.recipients.retain(|it| it.mailbox != EVE);
        run
    };
    let verdict = difference(before(other(copying())), other(copying())).judge();
    assert_eq!(verdict.decision.id(), "block");
    let proofs: Vec<&str> = verdict
        .findings
        .iter()
        .flat_map(|it| &it.finding.evidence)
        .map(|it| &*it.values["call"])
        .collect();
    assert_eq!(proofs, ["sendNotice"]);
    // The tool that always did it is among what both do.
    assert_eq!(verdict.shared[0].finding.evidence[0].values["call"], "sendMail");
}

#[test]
fn a_text_that_goes_where_only_a_name_went_before_is_news() {
    let leaking = |what: &str| {
        let mut run = clean_run();
        run.leaks.push(waxseal_model::Leak {
            call: 41,
            what: what.to_owned(),
            place: "count.example:443".to_owned(),
            encoding: "plain".to_owned(),
            phase: waxseal_model::Phase::Call,
        });
        run
    };
    assert_eq!(
        difference(leaking("recipient"), leaking("recipient"))
            .judge()
            .decision
            .id(),
        "allow"
    );
    assert_eq!(
        difference(leaking("recipient"), leaking("text")).judge().decision.id(),
        "block"
    );
}

#[test]
fn calls_of_one_side_are_named_and_what_they_send_as_asked_is_no_difference() {
    let mut newer = clean_run();
    newer.calls[0].name = "sendTemplate".to_owned();
    let change = compare_runs(&[clean_run()], &[newer]);
    assert!(change.differences.is_empty(), "{change:#?}");
    assert_eq!(change.calls.both, 0);
    assert_eq!(
        change.calls.only_new,
        ["sendTemplate, arguments by their names and types"]
    );
    assert_eq!(change.calls.only_old, ["sendMail, arguments by their names and types"]);
}

#[test]
fn an_older_run_that_could_not_be_made_or_trusted_is_a_gap_of_its_own() {
    let mut world = difference(clean_run(), clean_run());
    assert!(world.judge().complete);
    let mut broken = clean_run();
    broken
        .invalid
        .push("3 packets were dropped before they were seen".to_owned());
    world.previous.as_mut().unwrap().runs = Collected::Present(vec![broken]);
    let verdict = world.judge();
    assert!(!verdict.complete);
    assert_eq!(
        verdict.gaps[0].reason,
        "of the older release, mail-server@1.0.15: 3 packets were dropped before they were seen"
    );
    let gap = Gap {
        subject: world.current.subject.clone(),
        method: "run".to_owned(),
        reason: "npm could not work out what to install".to_owned(),
        weight: GapWeight::Partial,
    };
    world.previous.as_mut().unwrap().runs = Collected::Missing(gap);
    world.run_change = None;
    assert!(!world.judge().complete);
    // A call of which the older release showed nothing does not decide: what the newer one sent was compared with what was asked for.
    let quiet = difference(sending("aaaa2bbbbb", &[]), clean_run()).judge();
    assert!(quiet.complete && !quiet.gaps.is_empty());
}
