//! What a package did with the secrets that were planted in the room.

use std::collections::BTreeMap;

use waxseal_model::{CanaryDeed, CanaryUse, Confidence, Finding, Proof, Severity, Subject};

use crate::proof::{self, Values};
use crate::{Case, Indicator, Method, Need};

mod homes;

use homes::{is_at_home, is_strangers};

pub(crate) const METHOD: Method = Method {
    id: "canaries",
    title: "Planted secrets",
    summary: "Finds what a run did with the credentials planted in the room: sent, changed, or opened.",
    context: false,
    needs: &[Need::Runs],
    indicators: &[
        indicator(
            SENT,
            "Sent a planted secret",
            "A secret that was planted in the room left it, as it is or encoded.",
            Severity::Critical,
            &["T1552.001", "T1555", "T1041"],
        ),
        indicator(
            MISDIRECTED,
            "Sent a configured credential elsewhere",
            "A credential that the package was configured with was sent to another place than the service it is for.",
            Severity::High,
            &["T1552", "T1041"],
        ),
        indicator(
            USED,
            "Used a configured credential",
            "A credential that the package was configured with was sent to the service it is for.",
            Severity::Info,
            &[],
        ),
        indicator(
            CHANGED,
            "Changed a planted file",
            "A file that holds a person's credentials or settings was changed or removed.",
            Severity::High,
            &["T1546", "T1098.004"],
        ),
        indicator(
            OPENED,
            "Opened a planted file",
            "A file that holds a person's credentials or settings was opened.",
            Severity::High,
            &["T1552.001", "T1555"],
        ),
    ],
    run,
    manual: include_str!("manual.md"),
};

const fn indicator(
    id: &'static str,
    title: &'static str,
    summary: &'static str,
    severity: Severity,
    attack: &'static [&'static str],
) -> Indicator {
    Indicator {
        id,
        title,
        summary,
        severity,
        attack,
        controls: &[
            "iso27001:A.5.17",
            "iso27001:A.8.12",
            "iso27001:A.8.30",
            "nist80053:SI-4",
        ],
    }
}

const SENT: &str = "canaries/sent";
const MISDIRECTED: &str = "canaries/misdirected";
const USED: &str = "canaries/used";
const CHANGED: &str = "canaries/changed";
const OPENED: &str = "canaries/opened";

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut found: BTreeMap<(&'static str, &str, &str), (bool, Vec<&CanaryUse>)> = BTreeMap::new();
    for run in case.runs().unwrap_or_default() {
        for used in &run.canaries {
            let key = (claim(used, case.subject), used.canary.as_str(), used.place.as_str());
            let (mail_too, uses) = found.entry(key).or_default();
            *mail_too |= is_strangers(run, used);
            uses.push(used);
        }
    }
    found
        .into_iter()
        .map(|((indicator, canary, place), (strangers, uses))| {
            let proofs = uses.iter().map(|used| prove(used)).collect();
            let weight = match (indicator, strangers) {
                (MISDIRECTED, true) => (Severity::Critical, Confidence::Medium),
                _ => weight(indicator, place),
            };
            let summary = sentence(indicator, canary, place);
            proof::finding(case, indicator, weight, summary, proofs, None)
        })
        .collect()
}

fn claim(used: &CanaryUse, subject: &Subject) -> &'static str {
    match used.deed {
        CanaryDeed::Sent if used.given && is_at_home(&used.canary, &used.place, subject) => USED,
        CanaryDeed::Sent if used.given => MISDIRECTED,
        CanaryDeed::Sent => SENT,
        CanaryDeed::Changed => CHANGED,
        // Its own login, which lies where it looks for it.
        CanaryDeed::Opened if used.given => USED,
        CanaryDeed::Opened => OPENED,
    }
}

fn weight(indicator: &str, path: &str) -> (Severity, Confidence) {
    match indicator {
        SENT => (Severity::Critical, Confidence::High),
        MISDIRECTED => (Severity::High, Confidence::Medium),
        CHANGED => (Severity::High, Confidence::High),
        USED => (Severity::Info, Confidence::High),
        // Tools read their own settings; nobody but a thief and its owner reads a key, a wallet or a browser's passwords.
        _ if EVERYDAY.iter().any(|name| path.ends_with(name)) => (Severity::Low, Confidence::High),
        _ => (Severity::High, Confidence::Medium),
    }
}

fn sentence(indicator: &str, canary: &str, place: &str) -> String {
    let (canary, place) = (proof::cut(canary, MAX_NAME), proof::cut(place, MAX_NAME));
    match indicator {
        SENT => format!("it sent the planted secret `{canary}` to {place}"),
        MISDIRECTED => format!("it sent the credential `{canary}`, which it was configured with, to {place}"),
        USED if canary == place => format!("it opened its own login, {place}"),
        USED => format!("it used the credential `{canary}`, which it was configured with, at {place}"),
        CHANGED => format!("it changed {place}"),
        _ => format!("it opened {place}"),
    }
}

fn prove(used: &CanaryUse) -> Proof {
    Proof::default()
        .with("canary", &used.canary)
        .with("place", &used.place)
        .with("phase", used.phase.id())
        .with("times", used.times.to_string())
}

/// Files that ordinary tools read at every start.
const EVERYDAY: [&str; 7] = [
    "/.npmrc",
    "/.gitconfig",
    "/.aws/config",
    "/.aws/credentials",
    "/.netrc",
    "/.ssh/config",
    "/.env",
];
const MAX_NAME: usize = 280;

#[cfg(test)]
pub(crate) mod tests;
