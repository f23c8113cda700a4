//! Which findings of a run the older release has too: judged by the same method, under the same calls.

use std::collections::{BTreeMap, BTreeSet};

use waxseal_model::{Finding, Proof, RunSummary, Severity};

use crate::run_change::plain_text;
use crate::{Case, Method, Need, Question};

/// Says of each finding whether the older release does the same. Where only the difference is asked for, a finding that is new keeps
/// those of its proofs that are.
pub(crate) fn mark(case: &Case<'_>, method: &Method, findings: &mut [Finding]) {
    let (Some(previous), Some(old), Some(new)) = (case.previous, case.previous_runs(), case.runs()) else {
        return;
    };
    if !method.needs.contains(&Need::Runs) {
        return;
    }
    let before = case.alone(previous);
    let (asked_before, asked) = (asked_for(old), asked_for(new));
    let known: BTreeSet<(Claim, Print)> = (method.run)(&before)
        .iter()
        .map(|finding| (claim(finding, &asked_before), finding))
        .flat_map(|(claim, finding)| finding.evidence.iter().map(move |proof| (claim.clone(), proof)))
        .map(|(claim, proof)| (claim, print(proof, &asked_before)))
        .collect();
    for finding in findings {
        let claimed = claim(finding, &asked);
        let is_new = |proof: &Proof| !known.contains(&(claimed.clone(), print(proof, &asked)));
        let new: Vec<bool> = finding.evidence.iter().map(is_new).collect();
        let any = new.contains(&true);
        finding.new = Some(any);
        if any && case.question == Question::Difference {
            let mut new = new.into_iter();
            finding.evidence.retain(|_| new.next() == Some(true));
        }
    }
}

/// What a finding is known by in two runs: its indicator, how bad it is, and its sentence without made-up mailboxes.
type Claim = (String, Severity, String);

fn claim(finding: &Finding, asked: &BTreeSet<String>) -> Claim {
    let mut sentence = finding.summary.to_lowercase();
    if sentence.contains('@') {
        for mailbox in asked {
            sentence = sentence.replace(mailbox.as_str(), "(asked for)");
        }
    }
    (finding.indicator.clone(), finding.severity, sentence)
}

/// What a proof is known by in two runs.
type Print = BTreeMap<String, String>;

fn print(proof: &Proof, asked: &BTreeSet<String>) -> Print {
    proof
        .values
        .iter()
        .filter(|(name, _)| !PASSING.contains(&name.as_str()))
        .map(|(name, value)| {
            let value = match name.as_str() {
                "url" | "file" => plain_text(value),
                _ if asked.contains(&value.to_lowercase()) => "(asked for)".to_owned(),
                _ => value.to_lowercase(),
            };
            (name.clone(), value)
        })
        .collect()
}

/// Everybody whom a call asked for: made up for one run, so that two runs are compared without them.
fn asked_for(runs: &[RunSummary]) -> BTreeSet<String> {
    runs.iter()
        .flat_map(|run| &run.calls)
        .flat_map(|call| &call.requested.recipients)
        .map(|it| it.mailbox.to_lowercase())
        .collect()
}

/// What may differ from one run to the next although the same was done.
const PASSING: [&str; 8] = [
    "message", "frame", "times", "subject", "address", "program", "protocol", "encoding",
];
