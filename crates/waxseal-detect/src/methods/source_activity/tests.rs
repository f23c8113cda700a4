use waxseal_model::*;

use crate::testing::*;

const UNTAGGED: &str = "source-activity/untagged";
const UNKNOWN: &str = "source-activity/unknown-commit";

/// A repository that tags every release, this one too, and has its commit.
fn tagged() -> RepositoryFacts {
    RepositoryFacts {
        url: "https://code.example/user/mail-server".to_owned(),
        tags: 6,
        tag: Some("v1.0.16".to_owned()),
        previous_tag: Some("v1.0.15".to_owned()),
        earlier: 5,
        earlier_tagged: 5,
        commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        commit_is_a_tip: Some(true),
        commit_exists: Some(true),
    }
}

fn world(change: fn(&mut RepositoryFacts)) -> World {
    let mut facts = tagged();
    change(&mut facts);
    let mut world = update();
    world.current.repository = Collected::Present(facts);
    world
}

fn gained_network(world: World) -> World {
    world.gained(
        capability(CapabilityKind::Network, "fetch", "https://in.example/"),
        Novelty::Kind,
    )
}

fn without_tag(facts: &mut RepositoryFacts) {
    facts.tag = None;
}

fn without_commit(facts: &mut RepositoryFacts) {
    (facts.commit_is_a_tip, facts.commit_exists) = (Some(false), Some(false));
}

pub(crate) fn samples() -> Vec<Sample> {
    vec![
        flagged(
            UNTAGGED,
            "low medium allow",
            "the releases before are tagged",
            world(without_tag),
        ),
        flagged(
            UNTAGGED,
            "high medium review",
            "untagged, and it newly reaches the network",
            gained_network(world(without_tag)),
        ),
        flagged(
            UNTAGGED,
            "low medium allow",
            "one of the earlier ones has no tag",
            world(|it| (it.tag, it.earlier_tagged) = (None, 4)),
        ),
        clean(UNTAGGED, "tagged", world(|_| {})),
        clean(
            UNTAGGED,
            "tagged by another convention",
            world(|it| it.tag = Some("mail-server@1.0.16".to_owned())),
        ),
        clean(
            UNTAGGED,
            "a repository that never tags",
            world(|it| (it.tags, it.tag, it.previous_tag, it.earlier_tagged) = (0, None, None, 0)),
        ),
        clean(
            UNTAGGED,
            "the release before has no tag either",
            world(|it| (it.tag, it.previous_tag, it.earlier_tagged) = (None, None, 4)),
        ),
        clean(
            UNTAGGED,
            "tagged now and then",
            world(|it| (it.tag, it.earlier_tagged) = (None, 3)),
        ),
        clean(
            UNTAGGED,
            "one earlier release is no rule",
            world(|it| (it.tag, it.earlier, it.earlier_tagged) = (None, 1, 1)),
        ),
        flagged(
            UNKNOWN,
            "medium medium allow",
            "the commit is not there",
            world(without_commit),
        ),
        flagged(
            UNKNOWN,
            "high medium review",
            "the commit is not there, and it newly reaches the network",
            gained_network(world(without_commit)),
        ),
        clean(
            UNKNOWN,
            "the commit is no tip, and there",
            world(|it| it.commit_is_a_tip = Some(false)),
        ),
        clean(
            UNKNOWN,
            "the host does not say",
            world(|it| (it.commit_is_a_tip, it.commit_exists) = (Some(false), None)),
        ),
        clean(
            UNKNOWN,
            "the registry noted none",
            world(|it| (it.commit, it.commit_is_a_tip, it.commit_exists) = (None, None, None)),
        ),
    ]
}

#[test]
fn what_a_repository_knows_is_weighed_as_the_manual_says() {
    check(&samples());
}

#[test]
fn the_findings_name_repository_tag_and_commit() {
    assert_eq!(
        only(&world(without_tag), UNTAGGED).summary,
        "`https://code.example/user/mail-server` has no tag for `1.0.16`; the release before has `v1.0.15`"
    );
    assert_eq!(
        only(&world(without_commit), UNKNOWN).summary,
        "the release was published from commit `0123456789abcdef0123456789abcdef01234567`, which `https://code.example/user/mail-server` does not have"
    );
}

#[test]
fn a_repository_that_cannot_be_asked_is_a_gap_that_does_not_decide() {
    let mut world = update();
    world.current.repository = Collected::Missing(Gap {
        subject: world.current.subject.clone(),
        method: "source-activity".to_owned(),
        reason: "its host could not be reached".to_owned(),
        weight: GapWeight::Partial,
    });
    let verdict = world.judge();
    assert!(verdict.complete && verdict.findings.is_empty());
    assert_eq!(verdict.gaps.len(), 1);
}
