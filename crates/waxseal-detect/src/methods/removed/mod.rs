//! What was removed from the registry: the release itself, its whole name, or others near it.

use waxseal_model::{Confidence, Finding, Moment, PackageHistory, Proof, Release, Severity, Subject, Tombstone};

use crate::proof::{self, Values, cut};
use crate::step::{is_prerelease, numbers};
use crate::timeline::{DAY, older};
use crate::{Case, Date, Indicator, Method, Need};

pub(crate) const METHOD: Method = Method {
    id: "removed",
    title: "What was removed",
    summary: "Finds that a release, its whole name, or releases near it were removed from the registry.",
    context: true,
    needs: &[Need::Removals],
    indicators: &[
        indicator(
            HELD,
            "Removed for security reasons",
            "The registry holds the name in place of a package that it removed for security reasons.",
            Severity::High,
        ),
        indicator(
            UNPUBLISHED,
            "The whole name was unpublished",
            "Every release of the name was unpublished; what was installed of it still runs.",
            Severity::High,
        ),
        indicator(
            RELEASE,
            "The release was removed",
            "The release was published and is gone; what was installed of it still runs.",
            Severity::High,
        ),
        indicator(
            NEIGHBOUR,
            "Releases near it were removed",
            "Releases of the same line, just before this one or above it, were removed lately.",
            Severity::Low,
        ),
    ],
    run,
    manual: include_str!("manual.md"),
};

const fn indicator(id: &'static str, title: &'static str, summary: &'static str, severity: Severity) -> Indicator {
    Indicator {
        id,
        title,
        summary,
        severity,
        attack: &["T1195.002"],
        controls: &["iso27001:A.5.21", "iso27001:A.8.30", "nist80053:SR-3", "nist80053:SI-4"],
    }
}

const HELD: &str = "removed/security-holder";
const UNPUBLISHED: &str = "removed/unpublished";
const RELEASE: &str = "removed/release";
const NEIGHBOUR: &str = "removed/neighbour";

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Some(history) = case.history() else {
        return Vec::new();
    };
    let found = if history.security_holder {
        Some(held(case, history))
    } else if let Some(tombstone) = &history.unpublished {
        Some(unpublished(case, tombstone))
    } else {
        version(case).and_then(|version| of_release(case, history, version))
    };
    found.into_iter().collect()
}

fn held(case: &Case<'_>, history: &PackageHistory) -> Finding {
    let summary = "the registry removed what was published under its name for security reasons, and holds the name; \
                   what was installed of it still runs"
        .to_owned();
    let holders = history
        .releases
        .iter()
        .filter(|it| it.listed)
        .map(|it| it.version.as_str());
    let proof = Proof::default().with("holder", holders.collect::<Vec<_>>().join(", "));
    proof::finding(
        case,
        HELD,
        (Severity::High, Confidence::High),
        summary,
        vec![proof],
        None,
    )
}

fn unpublished(case: &Case<'_>, tombstone: &Tombstone) -> Finding {
    let when = tombstone
        .time
        .map(|when| format!(" on {}", Date::of(when)))
        .unwrap_or_default();
    let by = tombstone
        .by
        .as_deref()
        .filter(|by| !by.is_empty())
        .map(|by| cut(by, MAX_SHOWN));
    let by = by.map(|by| format!(" by `{by}`")).unwrap_or_default();
    let had = match (tombstone.versions.len(), version(case)) {
        (0, _) => String::new(),
        (number, Some(version)) if tombstone.versions.iter().any(|it| it == version) => {
            format!(", this and {}", proof::count(number - 1, "other release"))
        }
        (number, _) => format!(", {}", proof::count(number, "release")),
    };
    let summary = format!("its whole name was unpublished{when}{by}{had}; what was installed of it still runs");
    let people = tombstone.maintainers.iter().map(|it| it.name.as_str());
    let proof = Proof::default()
        .with("versions", tombstone.versions.join(", "))
        .with("maintainers", people.collect::<Vec<_>>().join(", "));
    proof::finding(
        case,
        UNPUBLISHED,
        (Severity::High, Confidence::Medium),
        summary,
        vec![proof],
        None,
    )
}

/// A release of a name that is still there.
fn of_release(case: &Case<'_>, history: &PackageHistory, version: &str) -> Option<Finding> {
    let release = history.release(version)?;
    let day = |when: Option<Moment>| when.map(|when| Date::of(when).to_string());
    if !release.listed {
        let when = day(release.published)
            .map(|day| format!("was published on {day} and "))
            .unwrap_or_default();
        let summary = format!("it {when}has been removed from the registry; what was installed of it still runs");
        let proof = Proof::default()
            .with("version", version)
            .with_some("published", day(release.published));
        return Some(proof::finding(
            case,
            RELEASE,
            (Severity::High, Confidence::Medium),
            summary,
            vec![proof],
            None,
        ));
    }
    let near = neighbours(case, history, release);
    if near.is_empty() {
        return None;
    }
    let names = proof::some_of(near.iter().map(|it| it.version.as_str()));
    let (was, each) = if near.len() == 1 {
        ("was", "")
    } else {
        ("were", "each ")
    };
    let place = if older(version, &near[near.len() - 1].version) {
        "above"
    } else {
        "just before"
    };
    let summary = format!("{names} {place} it {was} published lately and {each}removed again");
    let proof = |it: &&Release| {
        Proof::default()
            .with("version", &it.version)
            .with_some("published", day(it.published))
    };
    let proofs = near.iter().map(proof).collect();
    Some(proof::finding(
        case,
        NEIGHBOUR,
        (Severity::Low, Confidence::Medium),
        summary,
        proofs,
        None,
    ))
}

/// Removed releases of the same line that were published lately: above it, or just before it.
fn neighbours<'h>(case: &Case<'_>, history: &'h PackageHistory, release: &Release) -> Vec<&'h Release> {
    let line = |version: &str| numbers(version).map(|it| it[0]);
    let is_near = |it: &&Release| {
        let Some(published) = it.published.filter(|when| case.now.since(*when) <= LATELY) else {
            return false;
        };
        let follows = release
            .published
            .is_some_and(|own| (0..=JUST_BEFORE).contains(&own.since(published)));
        older(&release.version, &it.version) || follows
    };
    let gone = history
        .releases
        .iter()
        .filter(|it| !it.listed && !is_prerelease(&it.version));
    gone.filter(|it| line(&it.version) == line(&release.version))
        .filter(is_near)
        .collect()
}

fn version<'c>(case: &Case<'c>) -> Option<&'c str> {
    match case.subject {
        Subject::Package(package) => Some(&package.version),
        _ => None,
    }
}

/// What was removed longer ago is no news.
const LATELY: i64 = 90 * DAY;
/// A release that follows a removed one this closely may be its repair, or its next attempt.
const JUST_BEFORE: i64 = 30 * DAY;
/// Enough of an account's name for a sentence.
const MAX_SHOWN: usize = 60;

#[cfg(test)]
pub(crate) mod tests;
