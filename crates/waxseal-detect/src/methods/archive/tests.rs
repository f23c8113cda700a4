use waxseal_model::{AnomalyKind, FileState};

use crate::testing::*;

const UNREADABLE: &str = "archive/unreadable-code";
const UNPARSABLE: &str = "archive/unparsable-code";

pub(crate) fn samples() -> Vec<Sample> {
    let kinds = [
        ("archive/corrupt", AnomalyKind::Corrupt, "high high review"),
        ("archive/too-large", AnomalyKind::TooLarge, "high high review"),
        ("archive/other-hash", AnomalyKind::OtherHash, "high high review"),
        ("archive/second-member", AnomalyKind::MultiMember, "high high review"),
        ("archive/header-trick", AnomalyKind::HeaderTrick, "high high review"),
        ("archive/hostile-name", AnomalyKind::HostileName, "high high review"),
        ("archive/traversal", AnomalyKind::Traversal, "high high review"),
        ("archive/absolute-path", AnomalyKind::AbsolutePath, "medium high allow"),
        ("archive/special-file", AnomalyKind::SpecialFile, "medium high allow"),
        ("archive/link", AnomalyKind::Link, "low high allow"),
        ("archive/duplicate", AnomalyKind::Duplicate, "low high allow"),
        ("archive/case-collision", AnomalyKind::CaseCollision, "low high allow"),
        ("archive/trailing-data", AnomalyKind::TrailingData, "low high allow"),
    ];
    let mut samples = Vec::new();
    for (indicator, kind, expected) in kinds {
        samples.push(flagged(
            indicator,
            expected,
            "one of it",
            release().odd(kind, Some("lib/x.js")),
        ));
        samples.push(clean(indicator, "an even archive", release()));
    }
    samples.extend([
        flagged(
            UNREADABLE,
            "high medium review",
            "a file not looked into",
            release().file("big.js", FileState::Skipped),
        ),
        flagged(
            UNREADABLE,
            "high medium review",
            "a file that is nested too deep",
            release()
                .odd(AnomalyKind::ParserBomb, Some("deep.js"))
                .file("deep.js", FileState::Skipped),
        ),
        clean(
            UNREADABLE,
            "data not looked into",
            release().file("big.json", FileState::Skipped),
        ),
        clean(
            UNREADABLE,
            "files that Node does not load",
            release().file("big.pdf", FileState::NotCode),
        ),
        flagged(
            UNPARSABLE,
            "info high allow",
            "a template",
            release().file("templates/a.js", FileState::Unparsable),
        ),
        flagged(UNPARSABLE, "medium low allow", "the entry point", {
            let mut world = release();
            world.source().files[0].state = FileState::Unparsable;
            world
        }),
        clean(UNPARSABLE, "code", release().file("lib/a.js", FileState::Parsed)),
    ]);
    samples
}

#[test]
fn every_oddity_is_weighed_as_the_manual_says() {
    check(&samples());
}

#[test]
fn code_that_was_not_looked_into_is_named_once_and_leaves_the_verdict_incomplete() {
    let world = release()
        .odd(AnomalyKind::ParserBomb, Some("a\u{1b}b.js"))
        .file("a\u{1b}b.js", FileState::Skipped);
    assert_eq!(only(&world, UNREADABLE).evidence.len(), 1);
    let verdict = world.judge();
    assert!(!verdict.complete);
    let reasons: Vec<&str> = verdict.gaps.iter().map(|gap| gap.reason.as_str()).collect();
    assert_eq!(reasons, ["`a\\u{1b}b.js` could be run and was not looked into"]);
}

#[test]
fn data_that_was_not_looked_into_is_a_partial_gap() {
    let verdict = release().file("big.json", FileState::Skipped).judge();
    assert!(verdict.complete);
    assert_eq!(verdict.gaps.len(), 1);
}

#[test]
fn an_archive_that_ends_early_leaves_the_verdict_incomplete() {
    for kind in [AnomalyKind::Corrupt, AnomalyKind::TooLarge] {
        assert!(!release().odd(kind, None).judge().complete, "{kind:?}");
    }
    assert!(release().odd(AnomalyKind::Link, None).judge().complete);
}

#[test]
fn a_thousand_unread_files_are_not_a_thousand_gaps() {
    let mut world = release();
    for number in 0..1000 {
        world = world.file(&format!("{number:04}.js"), FileState::Skipped);
    }
    let detection = world.detect();
    assert_eq!(detection.gaps.len(), 11);
    assert!(only(&world, UNREADABLE).evidence.len() <= 20);
}
