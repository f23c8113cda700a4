//! Policy applied: from findings to a verdict.

use waxseal_model::{Confidence, Decision, Finding, GapWeight, Judged, Moment, Severity, Subject, Verdict};

use crate::{Case, Date, Detection, Need, Policy, Question, method};

/// The verdict for what `detect` found of the same case, by the case's policy on the case's day.
///
/// A waiver and an allowlist never take a finding away: it stays, decided `allow`, with the reason in [`Judged::waived`].
pub fn judge(detection: Detection, case: &Case<'_>) -> Verdict {
    let judged = detection.findings.into_iter().map(|finding| decide(finding, case));
    let (shared, findings): (Vec<Judged>, Vec<Judged>) = judged.partition(|it| is_shared(&it.finding, case));
    Verdict {
        subject: case.subject.clone(),
        compared_with: case.previous.map(|previous| previous.subject.clone()),
        decision: findings
            .iter()
            .map(|judged| judged.decision)
            .max()
            .unwrap_or(Decision::Allow),
        complete: !detection.gaps.iter().any(|gap| gap.weight == GapWeight::Decisive),
        findings,
        shared,
        gaps: detection.gaps,
        ran: detection.ran,
    }
}

/// What a person should know about the policy after these verdicts: waivers that have expired, and waivers for a judged subject
/// that no finding needed. One sentence each, in the policy's order.
pub fn warnings(policy: &Policy, verdicts: &[Verdict], now: Moment) -> Vec<String> {
    let mut warnings = Vec::new();
    let today = Date::of(now);
    for waiver in &policy.waivers {
        let about: Vec<&Verdict> = verdicts
            .iter()
            .filter(|verdict| waiver.names(&verdict.subject))
            .collect();
        if about.is_empty() {
            continue;
        }
        let matches = |finding: &Finding, subject: &Subject| waiver.covers(subject) && waiver.matches(finding);
        let used = about.iter().any(|verdict| {
            verdict
                .findings
                .iter()
                .any(|judged| matches(&judged.finding, &verdict.subject))
        });
        match (used, waiver.expires < today) {
            (true, true) => warnings.push(format!(
                "the waiver of `{}` for `{}` expired on {}, so the finding counts again; ask {}",
                waiver.id, waiver.package, waiver.expires, waiver.owner
            )),
            (false, _) => warnings.push(format!(
                "the waiver of `{}` for `{}` matches no finding any more; remove it",
                waiver.id, waiver.package
            )),
            (true, false) => {}
        }
    }
    warnings
}

/// Whether both releases do it, and only what differs was asked for.
fn is_shared(finding: &Finding, case: &Case<'_>) -> bool {
    let of_runs = || {
        let id = finding.indicator.split('/').next().unwrap_or_default();
        method(id).is_some_and(|method| method.needs.contains(&Need::Runs))
    };
    case.question == Question::Difference && finding.new == Some(false) && of_runs()
}

fn decide(finding: Finding, case: &Case<'_>) -> Judged {
    let decision = case
        .policy
        .decision(&finding.indicator)
        .unwrap_or_else(|| default_decision(&finding));
    let waived = case.policy.accepts(case.subject, &finding, Date::of(case.now));
    let decision = if waived.is_some() { Decision::Allow } else { decision };
    Judged {
        finding,
        decision,
        waived,
    }
}

/// Without a policy: block what loses mail, credentials or the machine and rarely turns out harmless; have a person look at what
/// is as bad but unsure, or bad; the rest is notes.
fn default_decision(finding: &Finding) -> Decision {
    match (finding.severity, finding.confidence) {
        (Severity::Critical, Confidence::Medium | Confidence::High) => Decision::Block,
        (Severity::Critical, Confidence::Low) | (Severity::High, _) => Decision::Review,
        (Severity::Medium | Severity::Low | Severity::Info, _) => Decision::Allow,
    }
}

#[cfg(test)]
mod tests;
