//! What is installed, or would be started, against what is known to be bad and against what a place itself promises.

use std::collections::BTreeMap;

use waxseal_model::{
    AdvisoryMatch, Confidence, Difference, DifferenceKind, FileIdx, Finding, Location, Occurrence, Place,
    PlaceContents, Presence, Proof, Severity,
};

use crate::proof::{self, Values};
use crate::{Case, Indicator, Method, Need};

pub(crate) const METHOD: Method = Method {
    id: "installed",
    title: "What is installed, and what it should be",
    summary: "Finds releases that are known to be malicious where they lie or could have run, and places that hold other than they promise.",
    context: false,
    needs: &[Need::Places],
    indicators: &[
        Indicator {
            id: AFFECTED,
            title: "A malicious release lies here, or could have run",
            summary: "A release that is known to be malicious, or that was asked for, lies in a place or is named by one that installs or starts it.",
            severity: Severity::Critical,
            attack: &["T1195.001", "T1195.002"],
            controls: &["iso27001:A.8.7", "iso27001:A.8.8", "nist80053:SI-3", "nist80053:IR-4"],
        },
        Indicator {
            id: UNKNOWN,
            title: "Which release is not known, and some are malicious",
            summary: "A place names a package of which some releases are known to be malicious, or were asked for, without saying which release.",
            severity: Severity::High,
            attack: &["T1195.002"],
            controls: &["iso27001:A.8.8", "nist80053:SI-3", "nist80053:IR-4"],
        },
        Indicator {
            id: CHANGED,
            title: "Installed files are not those of the release",
            summary: "A file of an installed package differs from the published one, or was not published with it.",
            severity: Severity::High,
            attack: &["T1554", "T1195.002"],
            controls: &["iso27001:A.8.7", "nist80053:SI-7", "nist80053:SR-11"],
        },
        Indicator {
            id: TOOLS,
            title: "A pinned server is not the one that was pinned",
            summary: "The tools or the archive of an MCP server differ from what was recorded when it was pinned.",
            severity: Severity::High,
            attack: &["T1195.002"],
            controls: &["iso27001:A.8.32", "nist80053:CM-3", "nist80053:SR-11"],
        },
        Indicator {
            id: UNLOCKED,
            title: "Installed other than locked",
            summary: "What is installed differs from the lockfile beside it.",
            severity: Severity::Low,
            attack: &["T1195.001"],
            controls: &["iso27001:A.8.9", "nist80053:CM-2", "nist80053:CM-8"],
        },
        Indicator {
            id: UNPINNED,
            title: "An MCP server is started in whatever release is newest",
            summary: "A client's configuration starts an MCP server from the registry without an exact version.",
            severity: Severity::Low,
            attack: &["T1195.002"],
            controls: &["iso27001:A.8.30", "nist80053:CM-2", "nist80053:SR-3"],
        },
    ],
    run,
    manual: include_str!("manual.md"),
};

const AFFECTED: &str = "installed/affected";
const UNKNOWN: &str = "installed/unknown-release";
const CHANGED: &str = "installed/changed-files";
const TOOLS: &str = "installed/other-server";
const UNLOCKED: &str = "installed/not-as-locked";
const UNPINNED: &str = "installed/unpinned-server";

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Some(places) = case.current.places.present() else {
        return Vec::new();
    };
    let mut findings = affected(case, places);
    let mut by_indicator: BTreeMap<(&'static str, u8), Vec<(&Place, &Difference)>> = BTreeMap::new();
    for contents in places {
        for difference in &contents.differences {
            let (indicator, rank) = indicator_of(difference.kind);
            by_indicator
                .entry((indicator, rank))
                .or_default()
                .push((&contents.place, difference));
        }
    }
    findings.extend(
        by_indicator
            .into_iter()
            .map(|((indicator, _), differences)| differs(case, indicator, &differences)),
    );
    findings
}

/// A release that a record counts against, with every place it was found in.
fn affected(case: &Case<'_>, places: &[PlaceContents]) -> Vec<Finding> {
    let records: Vec<&AdvisoryMatch> = case
        .current
        .advisories
        .present()
        .map(|known| {
            known
                .matches
                .iter()
                .filter(|it| it.malicious && it.withdrawn.is_none())
                .collect()
        })
        .unwrap_or_default();
    if records.is_empty() {
        return Vec::new();
    }
    let mut sure = Vec::new();
    let mut unsure = Vec::new();
    let (mut present, mut could) = (0_usize, 0_usize);
    for contents in places {
        for package in &contents.packages {
            let found = located(&contents.place, package);
            match package.presence {
                Presence::Present => present += 1,
                Presence::CouldHaveRun => could += 1,
                Presence::Unknown => {
                    unsure.push(found);
                    continue;
                }
            }
            sure.push(found);
        }
    }
    let ids: Vec<String> = records
        .iter()
        .map(|record| match record.listed {
            true => format!("{}, {}", record.source, record.id),
            false => record.id.clone(),
        })
        .collect();
    let why = proof::some_of(ids.iter().map(String::as_str));
    let mut findings = Vec::new();
    if !sure.is_empty() {
        let where_it_is = match (present, could) {
            (0, could) => format!("could have run from {}", proof::count(could, "place")),
            (present, 0) => format!("lies in {}", proof::count(present, "place")),
            (present, could) => format!(
                "lies in {} and could have run from {}",
                proof::count(present, "place"),
                proof::count(could, "more place")
            ),
        };
        let summary = format!("{why}: {where_it_is}");
        let weight = (Severity::Critical, Confidence::High);
        findings.push(proof::finding(case, AFFECTED, weight, summary, sure, None));
    }
    if !unsure.is_empty() {
        let summary = format!(
            "{why}: {} it without saying which release",
            match unsure.len() {
                1 => "1 place names".to_owned(),
                several => format!("{several} places name"),
            }
        );
        let weight = (Severity::High, Confidence::Low);
        findings.push(proof::finding(case, UNKNOWN, weight, summary, unsure, None));
    }
    findings
}

/// Which indicator a difference is, and a rank that keeps apart what weighs differently.
fn indicator_of(kind: DifferenceKind) -> (&'static str, u8) {
    match kind {
        DifferenceKind::ChangedFile => (CHANGED, 0),
        DifferenceKind::AddedFile => (CHANGED, 1),
        DifferenceKind::MissingFile => (CHANGED, 2),
        DifferenceKind::OtherTools => (TOOLS, 0),
        DifferenceKind::OtherIntegrity => (TOOLS, 1),
        DifferenceKind::OtherVersion => (UNLOCKED, 0),
        DifferenceKind::NotLocked => (UNLOCKED, 1),
        DifferenceKind::NotInstalled => (UNLOCKED, 2),
        DifferenceKind::Unpinned => (UNPINNED, 0),
    }
}

/// Differences of one kind, as one finding.
fn differs(case: &Case<'_>, indicator: &'static str, all: &[(&Place, &Difference)]) -> Finding {
    let kind = all.first().map_or(DifferenceKind::NotInstalled, |(_, it)| it.kind);
    let names: std::collections::BTreeSet<&str> = all.iter().map(|(_, it)| it.name.as_str()).collect();
    let named = proof::some_of(names.iter().copied());
    let many = all.len();
    let (weight, summary) = match kind {
        DifferenceKind::ChangedFile => (
            (Severity::High, Confidence::High),
            format!(
                "{} of {named} {} not as published",
                proof::count(many, "file"),
                be(many)
            ),
        ),
        DifferenceKind::AddedFile => (
            (Severity::Medium, Confidence::Low),
            format!(
                "{} beside those of {named} {} not published with the release",
                proof::count(many, "file"),
                be(many)
            ),
        ),
        DifferenceKind::MissingFile => (
            (Severity::Info, Confidence::Medium),
            format!("{} of {named} {} missing", proof::count(many, "file"), be(many)),
        ),
        DifferenceKind::OtherTools => (
            (Severity::High, Confidence::High),
            format!("{named} lists other tools than were recorded when it was pinned"),
        ),
        DifferenceKind::OtherIntegrity => (
            (Severity::High, Confidence::High),
            format!("the archive of {named} is not the one that was recorded when it was pinned"),
        ),
        DifferenceKind::OtherVersion => (
            (Severity::Low, Confidence::High),
            format!("installed in another version than the lockfile says: {named}"),
        ),
        DifferenceKind::NotLocked => (
            (Severity::Low, Confidence::High),
            format!("installed and not in the lockfile: {named}"),
        ),
        DifferenceKind::NotInstalled => (
            (Severity::Info, Confidence::High),
            format!("in the lockfile and not installed: {named}"),
        ),
        DifferenceKind::Unpinned => (
            (Severity::Low, Confidence::High),
            format!("started in whatever release is newest that day: {named}"),
        ),
    };
    let proofs = all.iter().map(|(place, it)| different(place, it)).collect();
    proof::finding(case, indicator, weight, summary, proofs, None)
}

/// `is` or `are`.
fn be(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

/// Where a package was found, as proof.
fn located(place: &Place, package: &Occurrence) -> Proof {
    let mut proof = in_place(place)
        .with("package", &package.name)
        .with_some("version", package.version.as_ref())
        .with_some("requested", package.requested.as_ref())
        .with_some("alias", package.alias.as_ref())
        .with("presence", package.presence.id());
    if !package.path.is_empty() {
        proof = proof.with("within", &package.path);
    }
    proof.location = package.line.map(|line| Location {
        file: FileIdx(0),
        line,
        column: 1,
        width: 0,
    });
    proof
}

fn different(place: &Place, difference: &Difference) -> Proof {
    let mut proof = in_place(place)
        .with("package", &difference.name)
        .with_some("expected", difference.expected.as_ref())
        .with_some("found", difference.found.as_ref());
    if !difference.path.is_empty() {
        proof = proof.with("within", &difference.path);
    }
    proof
}

fn in_place(place: &Place) -> Proof {
    proof::in_file(&place.path)
        .with("kind", place.kind.id())
        .with("tool", &place.tool)
}

#[cfg(test)]
pub(crate) mod tests;
