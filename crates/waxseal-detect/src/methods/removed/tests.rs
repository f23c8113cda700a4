use waxseal_model::{Moment, Release, Tombstone};

use crate::testing::*;

fn world(past: Vec<Release>) -> World {
    release().past(past)
}

fn listed() -> Release {
    published("1.0.16", 9 * DAY, "ann")
}

/// The whole name is gone, with these versions.
fn unpublished(versions: &[&str]) -> World {
    world(Vec::new()).telling(|history| {
        history.unpublished = Some(Tombstone {
            time: Some(Moment(NOW.0 - DAY)),
            by: Some("ann".to_owned()),
            versions: versions.iter().map(|it| (*it).to_owned()).collect(),
            maintainers: vec![person("ann")],
        });
    })
}

pub(crate) fn samples() -> Vec<Sample> {
    let near = "removed/neighbour";
    vec![
        flagged(
            "removed/security-holder",
            "high high review",
            "the registry holds the name",
            world(vec![published("0.0.1-security", DAY, "registry")]).telling(|it| it.security_holder = true),
        ),
        clean(
            "removed/security-holder",
            "a name like any other",
            world(vec![listed()]),
        ),
        flagged(
            "removed/unpublished",
            "high medium review",
            "the whole name is gone",
            unpublished(&["1.0.15", "1.0.16"]),
        ),
        clean("removed/unpublished", "the name is there", world(vec![listed()])),
        flagged(
            "removed/release",
            "high medium review",
            "the release is gone",
            world(vec![published("1.0.15", 20 * DAY, "ann"), removed("1.0.16", 9 * DAY)]),
        ),
        clean(
            "removed/release",
            "the release is there",
            world(vec![published("1.0.15", 20 * DAY, "ann"), listed()]),
        ),
        flagged(
            near,
            "low medium allow",
            "two above it are gone",
            world(vec![listed(), removed("1.0.17", 8 * DAY), removed("1.0.18", 7 * DAY)]),
        ),
        flagged(
            near,
            "low medium allow",
            "the one before it is gone",
            world(vec![removed("1.0.15", 10 * DAY), listed()]),
        ),
        clean(
            near,
            "one of another line is gone",
            world(vec![listed(), removed("2.0.0", 8 * DAY)]),
        ),
        clean(
            near,
            "one for trying out is gone",
            world(vec![listed(), removed("1.1.0-rc.1", 8 * DAY)]),
        ),
        clean(
            near,
            "it is gone for long",
            world(vec![
                published("1.0.16", 900 * DAY, "ann"),
                removed("1.0.17", 800 * DAY),
            ]),
        ),
        clean(
            near,
            "one long before it is gone",
            world(vec![removed("1.0.2", 80 * DAY), listed()]),
        ),
    ]
}

#[test]
fn cases() {
    check(&samples());
}

#[test]
fn a_tombstone_is_read_out() {
    let finding = only(&unpublished(&["1.0.15", "1.0.16", "1.0.17"]), "removed/unpublished");
    assert_eq!(
        finding.summary,
        "its whole name was unpublished on 2026-11-21 by `ann`, this and 2 other releases; what was installed of it still runs"
    );
    assert_eq!(
        only(&unpublished(&["2.0.0"]), "removed/unpublished").summary,
        "its whole name was unpublished on 2026-11-21 by `ann`, 1 release; what was installed of it still runs"
    );
}

#[test]
fn a_removed_release_and_its_neighbours_are_named() {
    let gone = world(vec![published("1.0.15", 20 * DAY, "ann"), removed("1.0.16", 9 * DAY)]);
    assert_eq!(
        only(&gone, "removed/release").summary,
        "it was published on 2026-11-13 and has been removed from the registry; what was installed of it still runs"
    );
    let above = world(vec![listed(), removed("1.0.17", 8 * DAY), removed("1.0.18", 7 * DAY)]);
    assert_eq!(
        only(&above, "removed/neighbour").summary,
        "`1.0.17`, `1.0.18` above it were published lately and each removed again"
    );
    let before = world(vec![removed("1.0.15", 10 * DAY), listed()]);
    assert_eq!(
        only(&before, "removed/neighbour").summary,
        "`1.0.15` just before it was published lately and removed again"
    );
}
