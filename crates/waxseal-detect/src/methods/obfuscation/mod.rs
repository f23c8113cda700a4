//! Signs that code hides what it does: context for the other methods, never a verdict alone.

use std::collections::BTreeSet;

use waxseal_model::{
    Anomaly, AnomalyKind, Capability, CapabilityKind, Confidence, Finding, Novelty, Proof, Severity, SourceEvidence,
};

use crate::proof::{self, Values};
use crate::{Case, Indicator, Method, Need};

pub(crate) const METHOD: Method = Method {
    id: "obfuscation",
    title: "Obfuscation",
    summary: "Notes code that hides its literals or looks different from what it is. Never above medium.",
    context: false,
    needs: &[Need::Source],
    indicators: &[
        Indicator {
            id: HIDDEN_CODE,
            title: "Code that hides what it does",
            summary: "Literals are computed, escaped or kept in shuffled tables, so that reading does not show them.",
            severity: Severity::Low,
            attack: &["T1027", "T1140"],
            controls: &["iso27001:A.8.30", "iso27001:A.8.7", "nist80053:SI-3"],
        },
        Indicator {
            id: DECEPTIVE_TEXT,
            title: "Text that looks different from what it is",
            summary: "A file of code holds invisible characters, or such that change the order in which text is shown.",
            severity: Severity::Medium,
            attack: &["T1036", "T1027"],
            controls: &["iso27001:A.8.30", "iso27001:A.8.28", "nist80053:SI-3"],
        },
    ],
    run,
    manual: include_str!("manual.md"),
};

const HIDDEN_CODE: &str = "obfuscation/hidden-code";
const DECEPTIVE_TEXT: &str = "obfuscation/deceptive-text";

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Some(source) = case.source() else { return Vec::new() };
    hidden_code(case, source)
        .into_iter()
        .chain(deceptive_text(case, source))
        .collect()
}

fn hidden_code(case: &Case<'_>, source: &SourceEvidence) -> Option<Finding> {
    let mut places: Vec<&Capability> = source
        .capabilities
        .iter()
        .filter(|it| it.kind == CapabilityKind::Obfuscation)
        .collect();
    if places.is_empty() {
        return None;
    }
    places.sort_by_key(|it| (!it.sensitive, !it.reach.is_reached()));
    let gained = case.change.map(|change| {
        let ours = change
            .gained
            .iter()
            .filter(|gained| gained.capability.kind == CapabilityKind::Obfuscation);
        ours.filter(|gained| matches!(gained.novelty, Novelty::Kind | Novelty::Api))
            .count()
            > 0
    });
    let weight = match gained {
        Some(true) => (Severity::Medium, Confidence::Medium),
        _ if places.iter().any(|it| it.reach.is_reached()) => (Severity::Low, Confidence::Medium),
        _ => (Severity::Info, Confidence::Medium),
    };
    let signs: BTreeSet<&str> = places.iter().map(|it| it.api.as_str()).collect();
    let files: BTreeSet<&str> = places.iter().map(|it| source.path(it.location.file)).collect();
    let newly = if gained == Some(true) { "newly " } else { "" };
    let summary = format!(
        "{} {newly}hides what it does: {}",
        proof::some_of(files),
        proof::some_of(signs)
    );
    let proofs = places
        .iter()
        .take(proof::MAX_PROOFS)
        .map(|it| proof::of_capability(source, it))
        .collect();
    Some(proof::finding(case, HIDDEN_CODE, weight, summary, proofs, gained))
}

/// Invisible characters also get into code by copying text, so that even new ones are only worth a look beside something else.
fn deceptive_text(case: &Case<'_>, source: &SourceEvidence) -> Option<Finding> {
    let places: Vec<&Anomaly> = source
        .anomalies
        .iter()
        .filter(|it| it.kind == AnomalyKind::DeceptiveText)
        .collect();
    let first = places.first()?;
    let proofs: Vec<Proof> = places
        .iter()
        .take(proof::MAX_PROOFS)
        .map(|it| prove(source, it))
        .collect();
    let file = proofs[0].path.clone().unwrap_or_default();
    let summary = format!(
        "{file} holds text that looks different from what it is: {}",
        proof::cut(&first.detail, MAX_DETAIL)
    );
    Some(proof::finding(
        case,
        DECEPTIVE_TEXT,
        (Severity::Medium, Confidence::Low),
        summary,
        proofs,
        None,
    ))
}

fn prove(source: &SourceEvidence, anomaly: &Anomaly) -> Proof {
    let proof = match (anomaly.location, &anomaly.path) {
        (Some(location), _) => proof::at(source, location),
        (None, Some(path)) => proof::in_file(path),
        (None, None) => Proof::default(),
    };
    proof.with("detail", &anomaly.detail)
}

/// The reader's sentences are shorter.
const MAX_DETAIL: usize = 200;

#[cfg(test)]
pub(crate) mod tests;
