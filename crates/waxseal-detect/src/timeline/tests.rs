use waxseal_model::{Collected, Unserved};

use super::*;
use crate::testing::{DAY, World, published, release};

#[track_caller]
fn before(world: &World, expected: &[&str]) {
    let case = world.case();
    let timeline = Timeline::of(&case).unwrap();
    let names: Vec<&str> = timeline.before.iter().map(|it| it.version.as_str()).collect();
    assert_eq!(names, expected);
}

fn world() -> World {
    release().past(vec![
        published("2.0.0", 50 * DAY, "ann"),
        published("1.0.15", 40 * DAY, "ann"),
        published("1.0.16", 30 * DAY, "ann"),
        published("1.0.14", 20 * DAY, "ann"),
    ])
}

#[test]
fn what_came_before_is_known_by_the_times() {
    before(&world(), &["2.0.0", "1.0.15"]);
}

#[test]
fn where_the_times_are_not_told_the_versions_say_it() {
    before(
        &world().telling(|it| it.unserved = vec![Unserved::Times]),
        &["1.0.14", "1.0.15"],
    );
    let untimed = world().telling(|it| it.releases.iter_mut().for_each(|it| it.published = None));
    before(&untimed, &["1.0.14", "1.0.15"]);
}

#[test]
fn only_a_release_of_the_history_has_a_timeline() {
    assert!(Timeline::of(&world().telling(|it| it.releases.clear()).case()).is_none());
    let mut world = world();
    world.current.history = Collected::NotRequested;
    assert!(Timeline::of(&world.case()).is_none());
}

#[test]
fn a_stretch_of_time_is_said_in_one_unit() {
    for (seconds, said) in [
        (-5, "0 seconds"),
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7_200, "2 hours"),
        (172_800, "2 days"),
        (729 * DAY, "729 days"),
        (900 * DAY, "2 years"),
        (i64::MAX, "292471208677 years"),
    ] {
        assert_eq!(stretch(seconds), said);
    }
}
