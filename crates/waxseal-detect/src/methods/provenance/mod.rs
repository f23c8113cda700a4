//! Where a release was built, as its attestations say, and whether they hold.

use waxseal_model::{
    Attestation, Confidence, Finding, PackageHistory, Proof, Provenance, Release, Severity, Subject, Unserved,
};

use crate::proof::{self, Values};
use crate::step::is_one_line;
use crate::{Case, Indicator, Method, Need};

pub(crate) const METHOD: Method = Method {
    id: "provenance",
    title: "Provenance",
    summary: "Compares what a release's attestations say of where it was built with the archive, its manifest and the releases before.",
    context: true,
    needs: &[Need::Provenance],
    indicators: &[
        Indicator {
            id: BROKEN,
            title: "Attestation that does not hold",
            summary: "An attestation of the release is forged, altered, or about another archive or another release.",
            severity: Severity::High,
            attack: &["T1195.002"],
            controls: CONTROLS,
        },
        Indicator {
            id: OTHER_SOURCE,
            title: "Built from another repository",
            summary: "A release was built from another repository than its manifest names.",
            severity: Severity::Medium,
            attack: &["T1195.002"],
            controls: CONTROLS,
        },
        Indicator {
            id: LOST,
            title: "Provenance lost",
            summary: "Releases before this one in its line were attested, and this one is not.",
            severity: Severity::Low,
            attack: &["T1195.002", "T1078"],
            controls: CONTROLS,
        },
    ],
    run,
    manual: include_str!("manual.md"),
};

const BROKEN: &str = "provenance/broken";
const OTHER_SOURCE: &str = "provenance/other-source";
const LOST: &str = "provenance/lost";
const CONTROLS: &[&str] = &[
    "iso27001:A.8.30",
    "iso27001:A.5.21",
    "nist80053:SR-4",
    "nist80053:SR-11",
];

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Some(provenance) = case.current.provenance.present() else {
        return Vec::new();
    };
    let attestations = &provenance.attestations;
    let mut findings: Vec<Finding> = attestations.iter().filter_map(|it| broken(case, it)).collect();
    findings.extend(other_source(case, provenance));
    if attestations.is_empty() {
        findings.extend(lost(case));
    }
    findings
}

fn broken(case: &Case<'_>, attestation: &Attestation) -> Option<Finding> {
    let reason = attestation.broken.as_deref()?;
    let summary = format!("an attestation of the release does not hold: {reason}");
    let proof = Proof::default()
        .with("predicate", &attestation.predicate)
        .with("reason", reason);
    let weight = (Severity::High, Confidence::High);
    Some(proof::finding(case, BROKEN, weight, summary, vec![proof], None))
}

/// Only a certificate says where something was built; what else a statement says, whoever signed it could write.
fn other_source(case: &Case<'_>, provenance: &Provenance) -> Option<Finding> {
    let declared = provenance.declared.as_deref()?;
    let built = provenance
        .attestations
        .iter()
        .filter_map(|it| Some((it, it.repository.as_deref()?)));
    let (attestation, built) = built
        .filter(|(_, built)| !built.eq_ignore_ascii_case(declared))
        .find(|(it, _)| it.broken.is_none())?;
    let summary = format!("the release was built from `{built}`, and its `package.json` names `{declared}`");
    let proof = proof::in_manifest()
        .with("repository", declared)
        .with("built-from", built)
        .with_some("identity", attestation.identity.as_ref());
    let weight = (Severity::Medium, Confidence::Medium);
    Some(proof::finding(case, OTHER_SOURCE, weight, summary, vec![proof], None))
}

/// Attested before, in this line, and not now.
fn lost(case: &Case<'_>) -> Option<Finding> {
    let history = case
        .history()
        .filter(|it| !it.unserved.contains(&Unserved::Signatures))?;
    let Subject::Package(package) = case.subject else {
        return None;
    };
    let release = history.release(&package.version).filter(|it| !it.attested)?;
    let earlier = earlier_in_line(history, release);
    let attested: Vec<&Release> = earlier.iter().copied().filter(|it| it.attested).collect();
    let newest = attested.last()?;
    let severity = match is_usual(release, &earlier, &attested) {
        true => Severity::Info,
        false => Severity::Low,
    };
    let summary = format!(
        "no attestation says where the release was built; `{}` before it had one",
        newest.version
    );
    let proof = Proof::default()
        .with("attested", proof::count(attested.len(), "earlier release"))
        .with("last-attested", &newest.version)
        .with_some("publisher", release.publisher.as_ref().map(|it| &it.person.name));
    Some(proof::finding(
        case,
        LOST,
        (severity, Confidence::Medium),
        summary,
        vec![proof],
        None,
    ))
}

/// Listed or removed, before it in time; where times are not known, before it in the document.
fn earlier_in_line<'h>(history: &'h PackageHistory, release: &Release) -> Vec<&'h Release> {
    let before = |other: &&Release| match (other.published, release.published) {
        (Some(other), Some(this)) => other < this,
        _ => true,
    };
    history
        .releases
        .iter()
        .take_while(|it| it.version != release.version)
        .filter(|it| is_one_line(&it.version, &release.version))
        .filter(before)
        .collect()
}

/// What happens without anybody meaning harm: attested once and never again, or a line in which the same person publishes by hand now
/// and then.
fn is_usual(release: &Release, earlier: &[&Release], attested: &[&Release]) -> bool {
    let by = |it: &Release| it.publisher.as_ref().map(|it| it.person.name.clone());
    let same = |it: &&&Release| !it.attested && by(it).is_some() && by(it) == by(release);
    attested.len() == 1 || earlier.iter().any(|it| same(&it))
}

#[cfg(test)]
pub(crate) mod tests;
