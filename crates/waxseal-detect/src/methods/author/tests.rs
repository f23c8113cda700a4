use serde_json::json;
use waxseal_model::{PackageHistory, Release};

use crate::testing::*;

/// `ann` published two releases some months ago, then this one.
fn after(release: Release) -> World {
    crate::testing::release().past(vec![
        published("1.0.14", 200 * DAY, "ann"),
        published("1.0.15", 100 * DAY, "ann"),
        release,
    ])
}

/// A release of `bob`, whom `ann` let in with this release.
fn by_bob() -> Release {
    Release {
        maintainers: Some(vec![person("ann"), person("bob")]),
        ..published("1.0.16", 2 * DAY, "bob")
    }
}

/// Releases of a build service that `ann` set up, then this one.
fn after_builds(release: Release) -> World {
    crate::testing::release().past(vec![
        built("1.0.14", 200 * DAY, "ann"),
        built("1.0.15", 100 * DAY, "ann"),
        release,
    ])
}

fn with_address(mut release: Release, address: &str) -> Release {
    release.publisher.as_mut().unwrap().person.email = Some(address.to_owned());
    release
}

/// A name of some days.
fn young(history: &mut PackageHistory) {
    history.releases.iter_mut().for_each(|it| {
        it.published = it
            .published
            .map(|when| waxseal_model::Moment(when.0.max(NOW.0 - 5 * DAY)))
    });
    history.created = Some(waxseal_model::Moment(NOW.0 - 5 * DAY));
}

pub(crate) fn samples() -> Vec<Sample> {
    let mut samples = policy_samples();
    samples.extend(account_samples());
    samples.extend(by_hand_samples());
    samples
}

fn policy_samples() -> Vec<Sample> {
    let expects = |names: &[&str]| json!({ "publishers": { "mail-server": names } });
    let unexpected = "author/unexpected-publisher";
    vec![
        flagged(
            unexpected,
            "high high review",
            "the policy expects ann",
            after(by_bob()).policy(expects(&["ann"])),
        ),
        clean(
            unexpected,
            "the policy expects bob too",
            after(by_bob()).policy(expects(&["ann", "bob"])),
        ),
        clean(
            unexpected,
            "the policy speaks of another package",
            after(published("1.0.16", 2 * DAY, "ann")).policy(json!({ "publishers": { "other": ["bob"] } })),
        ),
    ]
}

fn account_samples() -> Vec<Sample> {
    let approved = json!({ "publishers": { "mail-server": ["ann", "bob"] } });
    let settled = |since: i64| {
        crate::testing::release().past(vec![
            published("1.0.14", 200 * DAY, "ann"),
            Release {
                maintainers: Some(vec![person("ann"), person("bob")]),
                ..published("1.0.15", since, "ann")
            },
            by_bob(),
        ])
    };
    let unserved = |mut release: Release| {
        release.maintainers = None;
        release
    };
    let back = |away: i64, others: bool| {
        let mut past = vec![published("1.0.14", away, "bob"), by_bob()];
        if others {
            past.push(Release {
                maintainers: Some(vec![person("ann"), person("bob")]),
                ..published("1.0.15", 100 * DAY, "ann")
            });
        }
        crate::testing::release().past(past)
    };
    vec![
        flagged(
            "author/new-publisher",
            "medium medium allow",
            "bob came with this release",
            after(by_bob()),
        ),
        flagged(
            "author/new-publisher",
            "low medium allow",
            "bob could publish for long",
            settled(100 * DAY),
        ),
        flagged(
            "author/new-publisher",
            "medium medium allow",
            "bob could publish for days",
            settled(9 * DAY),
        ),
        flagged(
            "author/new-publisher",
            "medium medium allow",
            "who could publish is not told",
            {
                crate::testing::release().past(vec![
                    unserved(published("1.0.15", 100 * DAY, "ann")),
                    unserved(published("1.0.16", DAY, "bob")),
                ])
            },
        ),
        clean(
            "author/new-publisher",
            "ann published before",
            after(published("1.0.16", 2 * DAY, "ann")),
        ),
        clean(
            "author/new-publisher",
            "bob is approved",
            after(by_bob()).policy(approved.clone()),
        ),
        clean(
            "author/new-publisher",
            "a build service took over",
            after(built("1.0.16", 2 * DAY, "ann")),
        ),
        clean(
            "author/new-publisher",
            "the first release there is",
            crate::testing::release().past(vec![published("1.0.16", 2 * DAY, "bob")]),
        ),
        flagged(
            "author/replaced",
            "medium medium allow",
            "bob is there, and ann is gone",
            after(published("1.0.16", 2 * DAY, "bob")),
        ),
        clean(
            "author/replaced",
            "ann is still there",
            after(by_bob()).policy(approved),
        ),
        flagged(
            "author/returned",
            "medium medium allow",
            "bob was away for two years",
            back(730 * DAY, true),
        ),
        clean("author/returned", "bob was away for a month", back(130 * DAY, true)),
        clean("author/returned", "nobody published meanwhile", back(400 * DAY, false)),
        flagged(
            "author/changed-address",
            "low medium allow",
            "ann has another address",
            after(with_address(published("1.0.16", 2 * DAY, "ann"), "ann@other.example")),
        ),
        clean(
            "author/changed-address",
            "the same address in capitals",
            after(with_address(published("1.0.16", 2 * DAY, "ann"), "Ann@Mail.EXAMPLE")),
        ),
        flagged(
            "author/personal",
            "info high allow",
            "ann alone, five days ago",
            after(published("1.0.16", 2 * DAY, "ann")).telling(young),
        ),
        clean(
            "author/personal",
            "the name is old",
            after(published("1.0.16", 2 * DAY, "ann")),
        ),
        clean(
            "author/personal",
            "two accounts publish it",
            after(published("1.0.16", 2 * DAY, "ann")).telling(|it| {
                young(it);
                it.maintainers = Some(vec![person("ann"), person("bob")]);
            }),
        ),
    ]
}

fn by_hand_samples() -> Vec<Sample> {
    let by_hand = "author/by-hand";
    vec![
        flagged(
            by_hand,
            "medium medium allow",
            "by somebody who could not publish",
            after_builds(by_bob()),
        ),
        flagged(
            by_hand,
            "medium medium allow",
            "by the maintainer under another address",
            after_builds(with_address(published("1.0.16", 2 * DAY, "ann"), "ann@other.example")),
        ),
        flagged(
            by_hand,
            "info medium allow",
            "the maintainer approved a staged release",
            {
                after_builds(Release {
                    attested: true,
                    ..published("1.0.16", 2 * DAY, "ann")
                })
            },
        ),
        clean(
            by_hand,
            "the build service again",
            after_builds(built("1.0.16", 2 * DAY, "ann")),
        ),
        clean(
            by_hand,
            "only another line was built",
            crate::testing::release().past(vec![
                published("1.0.15", 300 * DAY, "ann"),
                built("2.0.0", 200 * DAY, "ann"),
                published("1.0.16", 2 * DAY, "ann"),
            ]),
        ),
    ]
}

#[test]
fn cases() {
    check(&samples());
}

#[test]
fn a_sentence_names_both_accounts() {
    let finding = only(&after(by_bob()), "author/new-publisher");
    assert_eq!(
        finding.summary,
        "`bob` published it for the first time, and could not publish long before; `ann` published the one before"
    );
    let expected = values(&[
        ("before", "1.0.15"),
        ("publisher", "bob"),
        ("publisher-before", "ann"),
        ("version", "1.0.16"),
    ]);
    assert_eq!(finding.evidence[0].values, expected);
}

#[test]
fn there_is_one_finding_on_who_published_it() {
    let findings = after(published("1.0.16", 2 * DAY, "bob")).detect().findings;
    let of_author: Vec<&str> = findings
        .iter()
        .map(|it| it.indicator.as_str())
        .filter(|it| it.starts_with("author/"))
        .collect();
    assert_eq!(of_author, ["author/replaced"]);
}
