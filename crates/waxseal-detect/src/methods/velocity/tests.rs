use serde_json::json;
use waxseal_model::Release;

use crate::testing::*;

/// Sixteen releases within two days, the last of them `ago`, on a name that then was `age` old.
fn sixteen(age: i64, ago: i64) -> Vec<Release> {
    let mut all: Vec<Release> = (1..=16)
        .map(|patch: i64| published(&format!("1.0.{patch}"), ago + (16 - patch) * 3 * HOUR, "ann"))
        .collect();
    if age > 2 * DAY {
        all.push(published("0.9.0", ago + age, "ann"));
    }
    all
}

/// One release a month, then this one.
fn monthly(release: Release) -> World {
    let mut all: Vec<Release> = (1..=15)
        .map(|patch: i64| published(&format!("1.0.{patch}"), (16 - patch) * 30 * DAY, "ann"))
        .collect();
    all.push(release);
    crate::testing::release().past(all)
}

/// Releases of three lines long ago, then these within seconds of each other.
fn three_lines(names: [&str; 3], apart: i64, ago: i64, by: &str) -> World {
    let mut all = vec![
        published("1.0.15", ago + 500 * DAY, "ann"),
        published("1.1.3", ago + 450 * DAY, "ann"),
        published("2.3.4", ago + 400 * DAY, "ann"),
    ];
    let names = (0..).zip(names);
    all.extend(names.map(|(number, version): (i64, &str)| published(version, ago - number * apart, by)));
    crate::testing::release().past(all)
}

pub(crate) fn samples() -> Vec<Sample> {
    let mut samples = age_samples();
    samples.extend(burst_samples());
    samples.extend(line_samples());
    samples
}

fn age_samples() -> Vec<Sample> {
    let three_days = json!({ "origin": { "minimum-age-days": 3 } });
    vec![
        flagged("velocity/below-minimum-age", "high high review", "two days of three", {
            monthly(published("1.0.16", 2 * DAY, "ann")).policy(three_days.clone())
        }),
        clean(
            "velocity/below-minimum-age",
            "three days of three",
            monthly(published("1.0.16", 3 * DAY, "ann")).policy(three_days),
        ),
        clean(
            "velocity/below-minimum-age",
            "the policy asks for none",
            monthly(published("1.0.16", HOUR, "ann")),
        ),
        flagged(
            "velocity/fresh",
            "info high allow",
            "an hour old",
            monthly(published("1.0.16", HOUR, "ann")),
        ),
        clean("velocity/fresh", "a day old", monthly(published("1.0.16", DAY, "ann"))),
    ]
}

fn burst_samples() -> Vec<Sample> {
    let burst = "velocity/burst";
    let world = |past: Vec<Release>| crate::testing::release().past(past);
    let train = (1..=15).map(|number: i64| published(&format!("1.0.16-rc.{number}"), 3 * DAY - number * HOUR, "ann"));
    let always = (0..40).flat_map(|week: i64| {
        (0..16).map(move |patch: i64| {
            published(
                &format!("0.{week}.{patch}"),
                (41 - week) * 7 * DAY - patch * HOUR,
                "ann",
            )
        })
    });
    vec![
        flagged(
            burst,
            "medium medium allow",
            "sixteen in two days on a new name",
            world(sixteen(0, 2 * DAY)),
        ),
        flagged(
            burst,
            "low medium allow",
            "sixteen in two days on an old name",
            world(sixteen(900 * DAY, 2 * DAY)),
        ),
        clean(
            burst,
            "seven in two days on a new name",
            world(sixteen(0, 2 * DAY).split_off(9)),
        ),
        clean(burst, "once a month", monthly(published("1.0.16", 2 * DAY, "ann"))),
        clean(
            burst,
            "a train of versions for trying out",
            world(train.chain([published("1.0.16", DAY, "ann")]).collect()),
        ),
        clean(
            burst,
            "it was always so",
            world(always.chain(sixteen(0, 2 * DAY)).collect()),
        ),
    ]
}

fn line_samples() -> Vec<Sample> {
    let (lines, dormant) = ("velocity/several-lines", "velocity/dormant");
    vec![
        flagged(
            lines,
            "low medium allow",
            "three lines in half a minute, two of them new",
            three_lines(["1.0.16", "1.9.9", "3.0.0"], 14, 2 * DAY, "ann"),
        ),
        flagged(
            lines,
            "low medium allow",
            "a fix of somebody unknown",
            three_lines(["1.0.16", "1.1.4", "2.3.5"], 14, 2 * DAY, "bob"),
        ),
        clean(
            lines,
            "a fix that is brought to three lines",
            three_lines(["1.0.16", "1.1.4", "2.3.5"], 14, 200 * DAY, "ann"),
        ),
        clean(
            lines,
            "three lines within a day",
            three_lines(["1.0.16", "1.9.9", "3.0.0"], 3 * HOUR, 200 * DAY, "ann"),
        ),
        flagged(dormant, "low medium allow", "years of silence, then this", {
            crate::testing::release().past(vec![
                published("1.0.15", 900 * DAY, "ann"),
                published("1.0.16", 2 * DAY, "ann"),
            ])
        }),
        flagged(
            dormant,
            "info medium allow",
            "years of silence, then a fix to three lines",
            three_lines(["1.0.16", "1.1.4", "2.3.5"], 3 * HOUR, 2 * DAY, "ann"),
        ),
        clean(dormant, "half a year of silence", {
            crate::testing::release().past(vec![
                published("1.0.15", 180 * DAY, "ann"),
                published("1.0.16", 2 * DAY, "ann"),
            ])
        }),
        clean(dormant, "it came long ago", {
            crate::testing::release().past(vec![
                published("1.0.15", 1900 * DAY, "ann"),
                published("1.0.16", 900 * DAY, "ann"),
            ])
        }),
    ]
}

#[test]
fn cases() {
    check(&samples());
}

#[test]
fn a_burst_says_how_many_and_how_fast() {
    let world = crate::testing::release().past(sixteen(0, 2 * DAY));
    let finding = only(&world, "velocity/burst");
    assert_eq!(
        finding.summary,
        "it is the last of 16 releases within 45 hours, on a name that was 45 hours old"
    );
}

#[test]
fn a_release_from_the_future_is_young() {
    let world = monthly(published("1.0.16", -5 * DAY, "ann")).policy(json!({ "origin": { "minimum-age-days": 1 } }));
    let finding = only(&world, "velocity/below-minimum-age");
    assert_eq!(
        finding.summary,
        "it was published 0 seconds ago, and the policy asks for 1 day"
    );
}
