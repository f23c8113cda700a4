use waxseal_model::{Collected, DependencyKind, Novelty, Proof, RecipientPlace, RegistryFacts};

use super::*;
use crate::proof;
use crate::testing::*;

/// The severity and the sentence of a finding of context with this severity, after [`raise`].
fn raised(world: &World, indicator: &'static str, severity: Severity) -> (Severity, String) {
    let case = world.case();
    let weight = (severity, waxseal_model::Confidence::Medium);
    let finding = proof::finding(
        &case,
        indicator,
        weight,
        "it is odd".to_owned(),
        vec![Proof::default()],
        None,
    );
    let mut findings = [finding];
    raise(&case, &mut findings);
    let [finding] = findings;
    (finding.severity, finding.summary)
}

/// A note on how fast releases come is raised, and the sentence ends so.
#[track_caller]
fn check(world: &World, tail: &str) {
    for severity in [Severity::Low, Severity::Medium] {
        let expected = (Severity::High, format!("it is odd; the release newly {tail}"));
        assert_eq!(raised(world, "velocity/burst", severity), expected);
    }
    assert_eq!(raised(world, "velocity/fresh", Severity::Info).0, Severity::Info);
}

/// The note stays one.
#[track_caller]
fn stays(world: &World) {
    for severity in [Severity::Info, Severity::Low, Severity::Medium] {
        assert_eq!(
            raised(world, "velocity/burst", severity),
            (severity, "it is odd".to_owned())
        );
    }
}

#[test]
fn what_a_release_newly_does_makes_context_a_reason_to_look() {
    for (kind, words) in MATTERS {
        check(&update().gained(capability(kind, "api", "?"), Novelty::Kind), words);
    }
    check(
        &update().new_flow(copy(RecipientPlace::Bcc, "a@collector.example")),
        SENDS_MAIL,
    );
    check(
        &update().changed("scripts.postinstall", None, Some("node x.js")),
        INSTALLS,
    );
    let mut gyp = update();
    gyp.manifest().implicit_gyp = true;
    check(&gyp, INSTALLS);
    let both = update()
        .gained(capability(CapabilityKind::Process, "exec", "?"), Novelty::Kind)
        .changed("scripts.install", Some("a"), Some("b"));
    check(&both, "runs code when it is installed, starts processes in another way");
}

#[test]
fn without_it_a_note_stays_a_note() {
    stays(&update());
    stays(&release());
    stays(&update().changed("scripts.test", None, Some("node x.js")));
    stays(&update().changed("scripts.postinstall", Some("node x.js"), None));
    stays(&update().gained(capability(CapabilityKind::Environment, "env", "HOME"), Novelty::Kind));
    stays(&update().gained(
        capability(CapabilityKind::Network, "fetch", "https://a.example/"),
        Novelty::More,
    ));
    stays(&update().needs("x", "^1.0.0", DependencyKind::Regular));
    let unreached = Capability {
        reach: waxseal_model::Reach::Unreached,
        ..capability(CapabilityKind::Network, "fetch", "?")
    };
    stays(&update().gained(unreached, Novelty::Kind));
}

#[test]
fn the_first_release_can_newly_do_all_that_it_can() {
    let sends = || release().can(capability(CapabilityKind::Network, "fetch", "?"));
    let first = || sends().past(vec![published("1.0.16", DAY, "ann")]);
    check(&first(), "reaches the network in another way");
    check(
        &release()
            .past(vec![published("1.0.16", DAY, "ann")])
            .script("install", "node x.js"),
        INSTALLS,
    );
    // A release before it is known, or nothing is.
    let mut later = first();
    later.current.registry = Collected::Present(RegistryFacts {
        previous: Some("1.0.15".to_owned()),
        ..RegistryFacts::default()
    });
    stays(&later);
    stays(&sends());
    let mut unknown = first();
    unknown.current.registry = Collected::NotRequested;
    stays(&unknown);
}

#[test]
fn what_is_no_context_is_left_alone() {
    let world = update().gained(capability(CapabilityKind::Network, "fetch", "?"), Novelty::Kind);
    assert_eq!(
        raised(&world, "package-diff/new-host", Severity::Medium).0,
        Severity::Medium
    );
    assert_eq!(
        raised(&world, "velocity/below-minimum-age", Severity::High),
        (Severity::High, "it is odd".to_owned())
    );
}

#[test]
fn a_raised_note_asks_for_a_person() {
    let sixteen = (1..=16)
        .map(|patch: i64| published(&format!("1.0.{patch}"), (17 - patch) * 3 * HOUR, "ann"))
        .collect::<Vec<_>>();
    assert_eq!(update().past(sixteen.clone()).judge().decision.id(), "allow");
    let sends = update()
        .past(sixteen)
        .gained(capability(CapabilityKind::Process, "exec", "?"), Novelty::Kind);
    let finding = only(&sends, "velocity/burst");
    assert_eq!(finding.severity, Severity::High);
    assert_eq!(sends.judge().decision.id(), "review");
}
