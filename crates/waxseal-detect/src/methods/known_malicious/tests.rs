use waxseal_model::{Advisories, AdvisoryMatch, Collected, DatabaseInfo, Gap, GapWeight, Matched, Subject};

use crate::testing::*;

const LISTED: &str = "known-malicious/listed";
const KNOWN_FILE: &str = "known-malicious/known-file";
const UNCLEAR: &str = "known-malicious/unclear";
const WITHDRAWN: &str = "known-malicious/withdrawn";
const OTHER_RELEASES: &str = "known-malicious/other-releases";

fn record(matched: Matched) -> AdvisoryMatch {
    AdvisoryMatch {
        id: "MAL-2025-47604".to_owned(),
        source: "osv".to_owned(),
        listed: false,
        summary: "Malicious code in mail-server (npm)".to_owned(),
        aliases: Vec::new(),
        matched,
        malicious: true,
        published: None,
        withdrawn: None,
        references: vec!["https://research.example/mail-server".to_owned()],
    }
}

fn of_list(matched: Matched) -> AdvisoryMatch {
    AdvisoryMatch {
        id: "line 3".to_owned(),
        source: "ours".to_owned(),
        listed: true,
        summary: "seen at a customer's".to_owned(),
        ..record(matched)
    }
}

fn withdrawn(matched: Matched) -> AdvisoryMatch {
    AdvisoryMatch {
        withdrawn: Some(NOW),
        ..record(matched)
    }
}

fn range() -> Matched {
    Matched::Range(">=1.0.16".to_owned())
}

fn others() -> Matched {
    Matched::Others(">=1.0.17".to_owned())
}

fn file() -> Matched {
    Matched::Hash {
        hash: "sha256:54dc7ea5".to_owned(),
        file: Some("setup.mjs".to_owned()),
    }
}

fn archive() -> Matched {
    Matched::Hash {
        hash: "sha512:54dc7ea5".to_owned(),
        file: None,
    }
}

/// A release of which these records know.
fn known(matches: Vec<AdvisoryMatch>) -> World {
    let mut world = release();
    world.current.advisories = Collected::Present(Advisories {
        database: DatabaseInfo {
            records: 1,
            updated: Some(NOW),
            sources: vec!["osv".to_owned()],
        },
        matches,
        gap: None,
    });
    world
}

fn on_disk(mut world: World) -> World {
    world.current.subject = Subject::Folder("./mail-server".to_owned());
    world
}

fn weakness() -> AdvisoryMatch {
    AdvisoryMatch {
        malicious: false,
        ..record(range())
    }
}

pub(crate) fn samples() -> Vec<Sample> {
    vec![
        flagged(LISTED, "critical high block", "a range", known(vec![record(range())])),
        flagged(
            LISTED,
            "critical high block",
            "every release",
            known(vec![record(Matched::Every)]),
        ),
        flagged(
            LISTED,
            "critical high block",
            "a listed version",
            known(vec![record(Matched::Version)]),
        ),
        flagged(
            LISTED,
            "critical high block",
            "a list of somebody's",
            known(vec![of_list(range())]),
        ),
        flagged(
            LISTED,
            "critical high block",
            "the archive's hash",
            known(vec![record(archive())]),
        ),
        flagged(
            LISTED,
            "critical medium block",
            "what lies on a disk",
            on_disk(known(vec![record(range())])),
        ),
        flagged(
            LISTED,
            "critical high block",
            "its bytes lie on a disk",
            on_disk(known(vec![record(archive())])),
        ),
        flagged(
            LISTED,
            "critical high block",
            "one taken back, one not",
            known(vec![withdrawn(range()), of_list(range())]),
        ),
        clean(LISTED, "nothing is known", known(Vec::new())),
        clean(LISTED, "it was taken back", known(vec![withdrawn(range())])),
        clean(LISTED, "a weakness", known(vec![weakness()])),
        clean(LISTED, "other releases", known(vec![record(others())])),
        flagged(
            KNOWN_FILE,
            "critical medium block",
            "a file",
            known(vec![record(file())]),
        ),
        clean(
            KNOWN_FILE,
            "a file of a record that was taken back",
            known(vec![withdrawn(file())]),
        ),
        flagged(
            UNCLEAR,
            "high medium review",
            "commits",
            known(vec![record(Matched::Unknown("commits of its repository".to_owned()))]),
        ),
        clean(
            UNCLEAR,
            "commits, and taken back",
            known(vec![withdrawn(Matched::Unknown("commits".to_owned()))]),
        ),
        flagged(
            WITHDRAWN,
            "info high allow",
            "taken back",
            known(vec![withdrawn(range())]),
        ),
        clean(
            WITHDRAWN,
            "other releases, and taken back",
            known(vec![withdrawn(others())]),
        ),
        flagged(
            OTHER_RELEASES,
            "info high allow",
            "others",
            known(vec![record(others())]),
        ),
        clean(
            OTHER_RELEASES,
            "others, and taken back",
            known(vec![withdrawn(others())]),
        ),
    ]
}

#[test]
fn every_case_comes_out_as_expected() {
    check(&samples());
}

#[track_caller]
fn says(world: &World, expected: &str) {
    let findings = world.detect().findings;
    let said: Vec<&str> = findings.iter().map(|it| it.summary.as_str()).collect();
    assert_eq!(said, [expected]);
}

#[test]
fn the_sentence_names_the_record_and_what_it_names() {
    says(
        &known(vec![record(range())]),
        "it is known to be malicious: MAL-2025-47604 names >=1.0.16",
    );
    says(
        &known(vec![of_list(Matched::Version), record(Matched::Every)]),
        "it is known to be malicious: line 3 of the list `ours` names this version: seen at a customer's; and 1 more record",
    );
    says(
        &known(vec![record(file())]),
        "its file `setup.mjs` is one that MAL-2025-47604 lists as malicious",
    );
    says(
        &known(vec![record(others())]),
        "other releases of this name are known to be malicious: MAL-2025-47604 names >=1.0.17",
    );
    says(
        &known(vec![withdrawn(range())]),
        "MAL-2025-47604 named it as malicious and was taken back",
    );
}

#[test]
fn the_proof_holds_id_source_range_and_reference() {
    let findings = known(vec![record(range())]).detect().findings;
    let values = &findings[0].evidence[0].values;
    let value = |name: &str| values.get(name).map(String::as_str);
    assert_eq!(value("id"), Some("MAL-2025-47604"));
    assert_eq!(value("source"), Some("osv"));
    assert_eq!(value("names"), Some(">=1.0.16"));
    assert_eq!(value("reference"), Some("https://research.example/mail-server"));
}

#[test]
fn a_database_that_is_not_there_or_too_old_is_a_gap() {
    let gap = |weight| Gap {
        subject: release().current.subject,
        method: "known-malicious".to_owned(),
        reason: "it is old".to_owned(),
        weight,
    };
    for (weight, complete) in [(GapWeight::Partial, true), (GapWeight::Decisive, false)] {
        let mut world = release();
        world.current.advisories = Collected::Missing(gap(weight));
        let verdict = world.judge();
        assert_eq!(verdict.complete, complete);
        assert!(verdict.gaps.contains(&gap(weight)) && !verdict.ran.contains(&"known-malicious".to_owned()));
        // What is found in an old one counts all the same.
        let mut world = known(vec![record(range())]);
        if let Collected::Present(known) = &mut world.current.advisories {
            known.gap = Some(gap(weight));
        }
        let verdict = world.judge();
        assert_eq!((verdict.complete, verdict.decision.id()), (complete, "block"));
        assert!(verdict.gaps.contains(&gap(weight)));
    }
}
