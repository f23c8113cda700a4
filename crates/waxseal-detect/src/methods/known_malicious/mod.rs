//! What is publicly known of a release, or stands on a list of somebody's.

use waxseal_model::{AdvisoryMatch, Confidence, Finding, Matched, Proof, Severity, Subject};

use crate::proof::{self, Values};
use crate::{Case, Indicator, Method, Need};

pub(crate) const METHOD: Method = Method {
    id: "known-malicious",
    title: "Known-malicious packages",
    summary: "Looks the release up among the packages that are publicly known to be malicious, and on lists of your own.",
    context: false,
    needs: &[Need::Advisories],
    indicators: &[
        indicator(
            LISTED,
            "Known to be malicious",
            "A public record, or a list of yours, names this release as malicious.",
            Severity::Critical,
        ),
        indicator(
            KNOWN_FILE,
            "Holds a known malicious file",
            "A file of the release is one that a record of another release lists as malicious.",
            Severity::Critical,
        ),
        indicator(
            UNCLEAR,
            "Perhaps known to be malicious",
            "A record names the package as malicious, and whether it means this release cannot be told.",
            Severity::High,
        ),
        indicator(
            WITHDRAWN,
            "Listed and taken back",
            "A record named this release as malicious and was taken back.",
            Severity::Info,
        ),
        indicator(
            OTHER_RELEASES,
            "Other releases are known to be malicious",
            "Other releases of the same name are known to be malicious, this one is not.",
            Severity::Info,
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
        controls: &[
            "iso27001:A.5.7",
            "iso27001:A.8.7",
            "iso27001:A.8.30",
            "nist80053:SI-5",
            "nist80053:SR-3",
        ],
    }
}

const LISTED: &str = "known-malicious/listed";
const KNOWN_FILE: &str = "known-malicious/known-file";
const UNCLEAR: &str = "known-malicious/unclear";
const WITHDRAWN: &str = "known-malicious/withdrawn";
const OTHER_RELEASES: &str = "known-malicious/other-releases";

fn run(case: &Case<'_>) -> Vec<Finding> {
    // Of what is installed somewhere, `installed` says that and where in one.
    if case.current.places.present().is_some() {
        return Vec::new();
    }
    let known = case.current.advisories.present();
    let matches: Vec<&AdvisoryMatch> = known
        .map(|it| &it.matches)
        .into_iter()
        .flatten()
        .filter(|it| it.malicious)
        .collect();
    let of = |indicator: &str| -> Vec<&AdvisoryMatch> {
        matches
            .iter()
            .copied()
            .filter(|it| claim(it) == Some(indicator))
            .collect()
    };
    let mut findings = Vec::new();
    for indicator in [LISTED, KNOWN_FILE, UNCLEAR, WITHDRAWN, OTHER_RELEASES] {
        let found = of(indicator);
        // Whoever is told the worst need not be told what is nearly so.
        let said = !findings.is_empty() && matches!(indicator, UNCLEAR | WITHDRAWN | OTHER_RELEASES);
        if !found.is_empty() && !said {
            findings.push(finding(case, indicator, &found));
        }
    }
    findings
}

fn claim(it: &AdvisoryMatch) -> Option<&'static str> {
    let names_it = matches!(
        it.matched,
        Matched::Every | Matched::Range(_) | Matched::Version | Matched::Hash { .. }
    );
    match (&it.matched, it.withdrawn.is_some()) {
        (_, true) => names_it.then_some(WITHDRAWN),
        (Matched::Hash { file: Some(_), .. }, _) => Some(KNOWN_FILE),
        (Matched::Unknown(_), _) => Some(UNCLEAR),
        (Matched::Others(_), _) => Some(OTHER_RELEASES),
        _ => Some(LISTED),
    }
}

fn finding(case: &Case<'_>, indicator: &'static str, found: &[&AdvisoryMatch]) -> Finding {
    let weight = match indicator {
        LISTED => (Severity::Critical, sureness(case.subject, found)),
        // Another package may hold a file that is harmless by itself.
        KNOWN_FILE => (Severity::Critical, Confidence::Medium),
        UNCLEAR => (Severity::High, Confidence::Medium),
        _ => (Severity::Info, Confidence::High),
    };
    let proofs = found.iter().map(|it| prove(it)).collect();
    proof::finding(case, indicator, weight, sentence(indicator, found), proofs, None)
}

/// What lies on a disk only says that it is that release, unless its bytes are the listed ones.
fn sureness(subject: &Subject, found: &[&AdvisoryMatch]) -> Confidence {
    let by_bytes = found.iter().any(|it| matches!(it.matched, Matched::Hash { .. }));
    match subject {
        Subject::Folder(_) | Subject::Archive(_) if !by_bytes => Confidence::Medium,
        _ => Confidence::High,
    }
}

fn sentence(indicator: &str, found: &[&AdvisoryMatch]) -> String {
    let Some(first) = found.first() else {
        return String::new();
    };
    let more = match found.len() {
        1 => String::new(),
        several => format!("; and {}", proof::count(several - 1, "more record")),
    };
    let id = proof::cut(&first.id, MAX_NAME);
    let record = match first.listed {
        true => format!("{id} of the list `{}`", proof::cut(&first.source, MAX_NAME)),
        false => id,
    };
    let what = what(&first.matched);
    let reason = match first.summary.trim() {
        reason if first.listed && !reason.is_empty() => format!(": {}", proof::cut(reason, MAX_REASON)),
        _ => String::new(),
    };
    match indicator {
        LISTED => format!("it is known to be malicious: {record} names {what}{reason}{more}"),
        KNOWN_FILE => format!("{what} is one that {record} lists as malicious{reason}{more}"),
        UNCLEAR => {
            format!("{record} names {what} as malicious, and whether this release is meant cannot be told{more}")
        }
        WITHDRAWN => format!("{record} named it as malicious and was taken back{more}"),
        _ => format!("other releases of this name are known to be malicious: {record} names {what}{more}"),
    }
}

fn what(matched: &Matched) -> String {
    match matched {
        Matched::Every => "every release".to_owned(),
        Matched::Version => "this version".to_owned(),
        Matched::Range(text) | Matched::Others(text) | Matched::Unknown(text) => proof::cut(text, MAX_RANGE),
        Matched::Hash { file: None, .. } => "its archive".to_owned(),
        Matched::Hash { file: Some(path), .. } => format!("its file `{}`", proof::cut(path, MAX_NAME)),
    }
}

fn prove(it: &AdvisoryMatch) -> Proof {
    let (hash, file) = match &it.matched {
        Matched::Hash { hash, file } => (Some(hash), file.as_deref()),
        _ => (None, None),
    };
    let proof = match file {
        Some(path) => proof::in_file(path),
        None => Proof::default(),
    };
    proof
        .with("id", &it.id)
        .with("source", &it.source)
        .with("names", what(&it.matched))
        .with_some("hash", hash)
        .with_some("aliases", Some(it.aliases.join(", ")).filter(|it| !it.is_empty()))
        .with_some("reference", it.references.first())
        .with_some("reason", Some(it.summary.trim()).filter(|it| !it.is_empty()))
}

const MAX_NAME: usize = 214;
const MAX_RANGE: usize = 200;
const MAX_REASON: usize = 200;

#[cfg(test)]
pub(crate) mod tests;
