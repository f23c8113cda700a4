//! Each release that would be pinned, judged once.

use std::collections::BTreeMap;

use waxseal_model::{Decision, Gap, GapWeight, PackageRef, ReportEntry, Subject};

use super::super::work::{Asked, Work};
use super::tasks::{Config, Task};
use crate::collect::Target;
use crate::exit::Exit;
use crate::pins::{Tools, tools_of};

/// What came of each request, by what was typed.
pub(super) struct Judgements(BTreeMap<String, Judgement>);

/// What came of a request.
pub(super) enum Judgement {
    /// It may be pinned.
    Fit {
        release: PackageRef,
        integrity: Option<String>,
        tools: Tools,
    },
    /// It may not.
    Unfit {
        subject: String,
        reasons: Vec<String>,
        exit: Exit,
    },
}

impl Judgements {
    /// Judges every request of the configurations, one after the other: each is read by several threads and runs by itself.
    pub(super) fn of(configs: &[Config], work: &Work<'_>) -> Self {
        let mut all = BTreeMap::new();
        for typed in configs.iter().flat_map(|config| &config.tasks).filter_map(Task::typed) {
            all.entry(typed).or_insert_with_key(|typed| judge(typed, work));
        }
        Self(all)
    }

    pub(super) fn get(&self, task: &Task) -> Option<&Judgement> {
        self.0.get(&task.typed()?)
    }
}

impl Judgement {
    pub(super) fn is_fit(&self) -> bool {
        matches!(self, Self::Fit { .. })
    }
}

fn judge(typed: &str, work: &Work<'_>) -> Judgement {
    let target = match Target::parse(typed) {
        Ok(target) => target,
        Err(err) => {
            return Judgement::Unfit {
                subject: typed.to_owned(),
                reasons: vec![err.to_string()],
                exit: Exit::Incomplete,
            };
        }
    };
    let found = match work.collector.fetch(&target) {
        Ok(found) => found,
        Err(failure) => return unfit(&work.bench.judge_failure(*failure)),
    };
    let integrity = found.integrity.present().map(|it| it.verified.clone());
    let Subject::Package(release) = found.subject.clone() else {
        return Judgement::Unfit {
            subject: typed.to_owned(),
            reasons: vec!["it is no release of a registry".to_owned()],
            exit: Exit::Incomplete,
        };
    };
    let entry = work.one(Asked { target: &target, found }, None);
    if entry.verdict.decision != Decision::Allow || decisive(&entry).next().is_some() || entry.error.is_some() {
        return unfit(&entry);
    }
    Judgement::Fit {
        release,
        integrity,
        tools: tools_of(&entry.runs),
    }
}

/// Gaps that leave the verdict open. That there was no room to run it in is told beside, and stops nothing: its code was read.
fn decisive(entry: &ReportEntry) -> impl Iterator<Item = &Gap> {
    let only_read = entry.runs.is_empty();
    let gaps = entry
        .verdict
        .gaps
        .iter()
        .filter(|gap| gap.weight == GapWeight::Decisive);
    gaps.filter(move |gap| !(only_read && gap.method == "run"))
}

/// Why it may not be pinned.
fn unfit(entry: &ReportEntry) -> Judgement {
    let decision = entry.verdict.decision;
    let mut reasons = Vec::new();
    if let Some(error) = &entry.error {
        reasons.push(error.message.clone());
    }
    if decision != Decision::Allow {
        reasons.push(format!("the verdict is {}", decision.id()));
        let worst = entry.verdict.findings.iter().filter(|it| it.decision == decision);
        reasons.extend(worst.take(MAX_REASONS).map(|it| it.finding.summary.clone()));
    }
    reasons.extend(decisive(entry).take(MAX_REASONS).map(|gap| gap.reason.clone()));
    reasons.dedup();
    Judgement::Unfit {
        subject: entry.verdict.subject.to_string(),
        reasons,
        exit: if decision == Decision::Allow {
            Exit::Incomplete
        } else {
            Exit::Findings
        },
    }
}

/// `waxseal check` tells all of them.
const MAX_REASONS: usize = 3;
