//! What every package of a command is judged with, and those of which there is nothing to read.

use waxseal_detect::{Case, Policy, Question, detect, judge};
use waxseal_model::{
    Advisories, AdvisoryMatch, Anomaly, Collected, Decision, Evidence, Gap, Matched, Moment, ReportEntry,
    SourceEvidence, Subject, Verdict,
};

use super::judging::{Extras, Judging, entry};
use super::room::Ran;
use crate::collect::{Failure, Found};
use crate::reader::{self, Keep, Progress, ReaderOptions};

/// What every package of a command is judged with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bench<'a> {
    pub(super) policy: &'a Policy,
    pub(super) now: Moment,
    pub(super) reader: &'a ReaderOptions,
    /// Make the readable difference, which only some formats show.
    pub(super) human_diff: bool,
    /// What is read is run too: the reader keeps what says which variables both releases read.
    pub(super) runs: bool,
    /// Show the places of notes too.
    pub(super) verbose: bool,
}

/// The evidence of one release before it was read.
fn evidence(found: &Found) -> Evidence {
    Evidence {
        integrity: found.integrity.clone(),
        registry: found.registry.clone(),
        ..Evidence::new(found.subject.clone())
    }
}

impl<'a> Bench<'a> {
    /// Reads one release by itself.
    pub(super) fn read_one(self, found: Found, progress: &dyn Progress) -> Judging<'a> {
        let current = evidence(&found);
        let sides = [(found.subject, found.input)];
        let reading = reader::read(&sides, Keep::Facts, self.reader, progress);
        // The reader has its own copy; this one is of no more use.
        drop(sides);
        Judging::new(self, reading, None, current)
    }

    /// Reads two releases, to judge the newer by what differs.
    pub(super) fn read_two(self, old: Found, new: Found, progress: &dyn Progress) -> Judging<'a> {
        let (mut before, after) = (evidence(&old), evidence(&new));
        let sides = [(old.subject, old.input), (new.subject, new.input)];
        let keep = if self.human_diff || self.runs {
            Keep::Sources
        } else {
            Keep::Facts
        };
        let mut reading = reader::read(&sides, keep, self.reader, progress);
        drop(sides);
        let subject = before.subject.clone();
        before.source = match reading.sides.remove(0).evidence(&subject) {
            Ok(source) => Collected::Present(source),
            Err(gap) => Collected::Missing(gap),
        };
        Judging::new(self, reading, Some(before), after)
    }

    /// The entry of a package that could not be had. Bytes that are not what was promised are judged as what they are.
    pub(super) fn judge_failure(&self, failure: Failure) -> ReportEntry {
        let gap = failure.gap();
        let mut current = Evidence::new(failure.subject.clone());
        current.advisories = failure.advisories;
        let names_it = |it: &AdvisoryMatch| {
            let sure = !matches!(it.matched, Matched::Others(_) | Matched::Unknown(_));
            sure && it.malicious && it.withdrawn.is_none()
        };
        let is_listed = |found: &Advisories| found.matches.iter().any(names_it);
        let judged = |current: &Evidence| {
            let case = self.case(&failure.subject, current);
            let verdict = judge(detect(&case), &case);
            entry(verdict, current, None, Extras::default())
        };
        match (failure.anomaly, failure.history) {
            (Some(anomaly), _) => {
                current.source = Collected::Present(only_odd(anomaly, &gap));
                judged(&current)
            }
            // What is known to be malicious is mostly gone from its registry: the answer is what is known of it.
            (None, history) if history.is_some() || current.advisories.present().is_some_and(is_listed) => {
                current.source = Collected::Missing(gap);
                if let Some(history) = history {
                    current.history = Collected::Present(*history);
                }
                ReportEntry {
                    error: Some(failure.error),
                    ..judged(&current)
                }
            }
            (None, _) => {
                let verdict = Verdict {
                    subject: failure.subject,
                    compared_with: None,
                    decision: Decision::Allow,
                    complete: false,
                    findings: Vec::new(),
                    shared: Vec::new(),
                    gaps: vec![gap],
                    ran: Vec::new(),
                };
                ReportEntry {
                    error: Some(failure.error),
                    ..entry(verdict, &current, None, Extras::default())
                }
            }
        }
    }

    /// Judges a subject by what it did when it ran, and by nothing else.
    pub(super) fn judge_runs(&self, subject: Subject, ran: Ran) -> ReportEntry {
        let run_change = ran.change();
        let mut current = Evidence::new(subject);
        current.runs = ran.current;
        let previous = ran.previous.map(|(subject, runs)| Evidence {
            runs,
            ..Evidence::new(subject)
        });
        let case = Case {
            previous: previous.as_ref(),
            run_change: run_change.as_ref(),
            question: ran.question,
            ..self.case(&current.subject, &current)
        };
        let verdict = judge(detect(&case), &case);
        let extras = Extras {
            run_change,
            ..Extras::default()
        };
        entry(verdict, &current, previous.as_ref(), extras)
    }

    pub(super) fn case<'c>(&'c self, subject: &'c Subject, current: &'c Evidence) -> Case<'c> {
        Case {
            subject,
            current,
            previous: None,
            change: None,
            run_change: None,
            question: Question::Release,
            policy: self.policy,
            now: self.now,
        }
    }
}

/// Nothing is known of its files but that they are not the promised ones.
pub(super) fn only_odd(anomaly: Anomaly, gap: &Gap) -> SourceEvidence {
    SourceEvidence {
        manifest: Collected::Missing(gap.clone()),
        anomalies: vec![anomaly],
        ..SourceEvidence::default()
    }
}
