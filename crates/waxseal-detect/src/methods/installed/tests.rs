use waxseal_model::*;

use crate::testing::*;

const AFFECTED: &str = "installed/affected";
const UNKNOWN: &str = "installed/unknown-release";
const CHANGED: &str = "installed/changed-files";
const TOOLS: &str = "installed/other-server";
const UNLOCKED: &str = "installed/not-as-locked";
const UNPINNED: &str = "installed/unpinned-server";

fn place(kind: PlaceKind) -> PlaceContents {
    PlaceContents {
        place: Place {
            kind,
            tool: "npm".to_owned(),
            path: "shop/package-lock.json".to_owned(),
        },
        packages: Vec::new(),
        differences: Vec::new(),
        problems: Vec::new(),
        notes: Vec::new(),
    }
}

fn occurrence(presence: Presence) -> Occurrence {
    Occurrence {
        name: "mail-server".to_owned(),
        version: (presence != Presence::Unknown).then(|| "1.0.16".to_owned()),
        requested: None,
        presence,
        path: "node_modules/mail-server".to_owned(),
        line: Some(7),
        alias: None,
        integrity: None,
        source: OccurrenceSource::Registry,
    }
}

fn record() -> AdvisoryMatch {
    AdvisoryMatch {
        id: "MAL-2025-1".to_owned(),
        source: "osv".to_owned(),
        listed: false,
        summary: "Malicious code in mail-server (npm)".to_owned(),
        aliases: Vec::new(),
        matched: Matched::Range(">=1.0.16".to_owned()),
        malicious: true,
        published: None,
        withdrawn: None,
        references: Vec::new(),
    }
}

/// What a scan judges: a release by where it is, and by nothing else.
fn scanned(places: Vec<PlaceContents>, matches: Vec<AdvisoryMatch>) -> World {
    let mut world = release();
    world.current = Evidence::new(world.current.subject.clone());
    world.current.places = Collected::Present(places);
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

fn found(presence: Presence, record: AdvisoryMatch) -> World {
    let contents = PlaceContents {
        packages: vec![occurrence(presence)],
        ..place(PlaceKind::Lockfile)
    };
    scanned(vec![contents], vec![record])
}

fn differing(kind: DifferenceKind) -> World {
    let difference = Difference {
        kind,
        name: "mail-server".to_owned(),
        path: "node_modules/mail-server/index.js".to_owned(),
        expected: Some("1.0.15".to_owned()),
        found: Some("1.0.16".to_owned()),
    };
    let contents = PlaceContents {
        differences: vec![difference],
        ..place(PlaceKind::NodeModules)
    };
    scanned(vec![contents], Vec::new())
}

fn withdrawn() -> AdvisoryMatch {
    AdvisoryMatch {
        withdrawn: Some(NOW),
        ..record()
    }
}

fn weakness() -> AdvisoryMatch {
    AdvisoryMatch {
        malicious: false,
        ..record()
    }
}

fn nothing() -> World {
    scanned(vec![place(PlaceKind::NodeModules)], Vec::new())
}

pub(crate) fn samples() -> Vec<Sample> {
    vec![
        flagged(
            AFFECTED,
            "critical high block",
            "it lies there",
            found(Presence::Present, record()),
        ),
        flagged(
            AFFECTED,
            "critical high block",
            "a lockfile names it",
            found(Presence::CouldHaveRun, record()),
        ),
        clean(
            AFFECTED,
            "the record was taken back",
            found(Presence::Present, withdrawn()),
        ),
        clean(
            AFFECTED,
            "the record tells of a weakness",
            found(Presence::Present, weakness()),
        ),
        flagged(
            UNKNOWN,
            "high low review",
            "no release is named",
            found(Presence::Unknown, record()),
        ),
        clean(UNKNOWN, "no record counts", found(Presence::Unknown, withdrawn())),
        flagged(
            CHANGED,
            "high high review",
            "a changed file",
            differing(DifferenceKind::ChangedFile),
        ),
        flagged(
            CHANGED,
            "medium low allow",
            "an added file",
            differing(DifferenceKind::AddedFile),
        ),
        flagged(
            CHANGED,
            "info medium allow",
            "a missing file",
            differing(DifferenceKind::MissingFile),
        ),
        clean(CHANGED, "as published", nothing()),
        flagged(
            TOOLS,
            "high high review",
            "other tools",
            differing(DifferenceKind::OtherTools),
        ),
        clean(TOOLS, "the same tools", nothing()),
        flagged(
            UNLOCKED,
            "low high allow",
            "another version",
            differing(DifferenceKind::OtherVersion),
        ),
        flagged(
            UNLOCKED,
            "low high allow",
            "not locked",
            differing(DifferenceKind::NotLocked),
        ),
        flagged(
            UNLOCKED,
            "info high allow",
            "not installed",
            differing(DifferenceKind::NotInstalled),
        ),
        clean(UNLOCKED, "as locked", nothing()),
        flagged(
            UNPINNED,
            "low high allow",
            "no version",
            differing(DifferenceKind::Unpinned),
        ),
        clean(UNPINNED, "an exact version", nothing()),
    ]
}

#[test]
fn each_case_comes_out_as_it_should() {
    check(&samples());
}

#[test]
fn what_could_not_be_looked_into_leaves_the_answer_incomplete() {
    let contents = PlaceContents {
        problems: vec![PlaceProblem {
            path: "shop\u{1b}[31m".to_owned(),
            reason: "it cannot be read: permission denied".to_owned(),
        }],
        ..place(PlaceKind::NodeModules)
    };
    let verdict = scanned(vec![contents], Vec::new()).judge();
    assert!(!verdict.complete);
    assert_eq!(verdict.decision, Decision::Allow);
    let reasons: Vec<&str> = verdict.gaps.iter().map(|gap| gap.reason.as_str()).collect();
    assert_eq!(reasons, ["`shop\\u{1b}[31m`: it cannot be read: permission denied"]);
}

#[test]
fn a_release_in_several_places_is_one_finding_that_names_them_all() {
    let lies = PlaceContents {
        packages: vec![occurrence(Presence::Present); 2],
        ..place(PlaceKind::NodeModules)
    };
    let named = PlaceContents {
        packages: vec![occurrence(Presence::CouldHaveRun)],
        ..place(PlaceKind::Lockfile)
    };
    let verdict = scanned(vec![lies, named], vec![record()]).judge();
    assert_eq!(verdict.findings.len(), 1);
    let finding = &verdict.findings[0].finding;
    assert_eq!(
        finding.summary,
        "`MAL-2025-1`: lies in 2 places and could have run from 1 more place"
    );
    assert_eq!(finding.evidence.len(), 3);
    assert_eq!(finding.evidence[0].values["presence"], "present");
    assert_eq!(finding.evidence[2].values["kind"], "lockfile");
    assert_eq!(finding.evidence[2].location.map(|it| it.line), Some(7));
}
