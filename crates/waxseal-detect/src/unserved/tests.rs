use serde_json::json;
use waxseal_model::{Collected, Gap, GapWeight, Unserved};

use crate::testing::*;

fn told(unserved: &[Unserved]) -> World {
    let past = vec![
        published("1.0.15", 100 * DAY, "ann"),
        published("1.0.16", 20 * DAY, "ann"),
    ];
    release().past(past).telling(|history| {
        history.unserved = unserved.to_vec();
        if unserved.contains(&Unserved::Publishers) {
            history.releases.iter_mut().for_each(|it| it.publisher = None);
        }
    })
}

/// The one gap there is, or none; and which of the three methods ran.
#[track_caller]
fn check(world: &World, reasons: &[&str], ran: &[&str]) {
    let verdict = world.judge();
    let said: Vec<&str> = verdict.gaps.iter().map(|it| it.reason.as_str()).collect();
    assert_eq!(said, reasons);
    let of_history = |it: &&String| ["author", "velocity", "removed"].contains(&it.as_str());
    assert_eq!(verdict.ran.iter().filter(of_history).collect::<Vec<_>>(), ran);
}

#[test]
fn what_is_told_leaves_no_gap() {
    check(&told(&[]), &[], &["author", "velocity", "removed"]);
    check(&told(&[Unserved::Maintainers]), &[], &["author", "velocity", "removed"]);
    check(&release(), &[], &[]);
}

#[test]
fn what_is_not_told_is_one_sentence_and_the_methods_did_not_run() {
    let all = [
        Unserved::Times,
        Unserved::Maintainers,
        Unserved::Publishers,
        Unserved::Removed,
    ];
    let reason = "the registry at hand does not tell who published it, when or which releases were removed, so that `author`, \
                  `velocity` and `removed` could not look";
    check(&told(&all), &[reason], &[]);
    assert!(told(&all).judge().complete);
    let reason = "the registry at hand does not tell which releases were removed, so that `removed` could not look";
    check(&told(&[Unserved::Removed]), &[reason], &["author", "velocity"]);
    let reason = "the registry at hand does not tell whether it is attested, so that `provenance` could not look";
    check(
        &told(&[Unserved::Signatures]),
        &[reason],
        &["author", "velocity", "removed"],
    );
}

#[test]
fn a_release_that_is_in_no_document_was_not_looked_at() {
    let world = told(&[]).telling(|history| history.releases.truncate(1));
    let reason =
        "the registry at hand does not tell who published it or when, so that `author` and `velocity` could not look";
    check(&world, &[reason], &["removed"]);
}

#[test]
fn of_a_name_that_is_gone_there_is_nothing_more_to_tell() {
    let world = told(&[]).telling(|history| {
        history.releases.clear();
        history.unpublished = Some(waxseal_model::Tombstone::default());
    });
    check(&world, &[], &["removed"]);
}

#[test]
fn what_the_policy_asks_for_decides_where_it_is_not_told() {
    let policy = json!({ "publishers": { "mail-server": ["ann"] }, "origin": { "minimum-age-days": 3 } });
    assert!(told(&[]).policy(policy.clone()).judge().complete);
    let untold = told(&[Unserved::Times, Unserved::Publishers]).policy(policy.clone());
    let decisive: Vec<String> = untold
        .judge()
        .gaps
        .into_iter()
        .filter(|it| it.weight == GapWeight::Decisive)
        .map(|it| it.reason)
        .collect();
    assert_eq!(
        decisive,
        [
            "the policy says who may publish it (`[publishers]`), and who did is not known",
            "the policy says how old it must be (`minimum-age-days`), and its age is not known",
        ]
    );
    let mut missing = release().policy(policy);
    missing.current.history = Collected::Missing(Gap {
        subject: missing.current.subject.clone(),
        method: "history".to_owned(),
        reason: "the registry did not answer".to_owned(),
        weight: GapWeight::Partial,
    });
    assert_eq!(missing.judge().gaps.len(), 3);
    assert!(!missing.judge().complete);
    missing.policy = crate::Policy::default();
    assert!(missing.judge().complete);
}
