//! From bytes to a report's entry: read, compare, detect, judge, and show the places.

use waxseal_detect::{Case, Date, Policy, detect, judge};
use waxseal_model::{
    Anomaly, CapabilityKind, Change, Collected, Counts, Decision, Evidence, Exhibit, FileState, Gap, GapWeight,
    HumanDiff, ReportEntry, RunSummary, SourceEvidence, Subject, Verdict,
};

use crate::collect::{Failure, Found};
use crate::reader::{self, Keep, Progress, ReaderFailure, ReaderOptions, Reading, Wanted};

/// What every package of a command is judged with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bench<'a> {
    pub(super) policy: &'a Policy,
    pub(super) today: Date,
    pub(super) reader: &'a ReaderOptions,
    /// Make the readable difference, which only some formats show.
    pub(super) human_diff: bool,
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

impl Bench<'_> {
    /// Judges one release by itself.
    pub(super) fn judge_one(&self, found: Found, progress: &dyn Progress) -> ReportEntry {
        let mut evidence = evidence(&found);
        let sides = [(found.subject, found.input)];
        let reading = reader::read(&sides, Keep::Facts, self.reader, progress);
        // The reader has its own copy; this one is of no more use.
        drop(sides);
        self.finish(reading, None, &mut evidence, Vec::new())
    }

    /// Judges the newer of two releases by what differs.
    pub(super) fn judge_two(&self, old: Found, new: Found, progress: &dyn Progress) -> ReportEntry {
        let (mut before, mut after) = (evidence(&old), evidence(&new));
        let sides = [(old.subject, old.input), (new.subject, new.input)];
        let keep = if self.human_diff { Keep::Sources } else { Keep::Facts };
        let mut reading = reader::read(&sides, keep, self.reader, progress);
        drop(sides);
        let subject = before.subject.clone();
        before.source = match reading.sides.remove(0).evidence(&subject) {
            Ok(source) => Collected::Present(source),
            Err(gap) => Collected::Missing(gap),
        };
        self.finish(reading, Some(&before), &mut after, Vec::new())
    }

    /// Judges what could be had of a release whose comparison could not be made.
    pub(super) fn judge_without(&self, found: Found, missing: Gap, progress: &dyn Progress) -> ReportEntry {
        let mut evidence = evidence(&found);
        let sides = [(found.subject, found.input)];
        let reading = reader::read(&sides, Keep::Facts, self.reader, progress);
        drop(sides);
        self.finish(reading, None, &mut evidence, vec![missing])
    }

    fn finish(
        &self,
        mut reading: Reading,
        previous: Option<&Evidence>,
        current: &mut Evidence,
        mut more_gaps: Vec<Gap>,
    ) -> ReportEntry {
        let subject = current.subject.clone();
        let side = u8::from(previous.is_some());
        current.source = match reading.sides.pop().map(|side| side.evidence(&subject)) {
            Some(Ok(source)) => Collected::Present(source),
            Some(Err(gap)) => Collected::Missing(gap),
            None => Collected::NotRequested,
        };
        more_gaps.extend(reading.unsealed(&subject));
        let mut change = None;
        let mut diff = None;
        if let (Some(_), Some(session)) = (previous, &mut reading.session) {
            match session.compare() {
                Ok(made) => change = Some(made),
                Err(failure) => more_gaps.push(broken(&subject, "the releases could not be compared", &failure)),
            }
            if change.is_some() && self.human_diff {
                match session.human_diff() {
                    Ok(made) => diff = Some(made),
                    Err(failure) => more_gaps.push(Gap {
                        weight: GapWeight::Partial,
                        ..broken(&subject, "the readable difference could not be made", &failure)
                    }),
                }
            }
        }
        let case = Case {
            subject: &subject,
            current,
            previous,
            change: change.as_ref(),
            policy: self.policy,
            now: self.today,
        };
        let mut detection = detect(&case);
        detection.gaps.extend(more_gaps);
        let mut verdict = judge(detection, &case);
        let exhibits = self.exhibits(&mut reading, &mut verdict, side);
        entry(verdict, current, previous, Extras { change, diff, exhibits })
    }

    /// Excerpts for the findings a person has to look at.
    fn exhibits(&self, reading: &mut Reading, verdict: &mut Verdict, side: u8) -> Vec<Exhibit> {
        let proofs = if self.verbose { MAX_PROOFS_VERBOSE } else { MAX_PROOFS };
        let mut wanted = Vec::new();
        for (finding, judged) in (0_u32..).zip(&verdict.findings) {
            if judged.decision == Decision::Allow && !self.verbose {
                continue;
            }
            let located = (0_u32..)
                .zip(&judged.finding.evidence)
                .filter_map(|(proof, it)| Some((proof, it, it.location?)));
            wanted.extend(located.take(proofs).map(|(proof, it, location)| Wanted {
                finding,
                proof,
                side,
                path: it.path.clone().unwrap_or_default(),
                location,
            }));
        }
        wanted.truncate(MAX_EXHIBITS);
        reading.exhibits(&wanted).unwrap_or_else(|failure| {
            let gap = broken(&verdict.subject, "the source could not be shown", &failure);
            verdict.gaps.push(Gap {
                weight: GapWeight::Partial,
                ..gap
            });
            Vec::new()
        })
    }

    /// The entry of a package that could not be had. Bytes that are not what was promised are judged as what they are.
    pub(super) fn judge_failure(&self, failure: Failure) -> ReportEntry {
        let gap = failure.gap();
        let mut current = Evidence::new(failure.subject.clone());
        match failure.anomaly {
            Some(anomaly) => {
                current.source = Collected::Present(only_odd(anomaly, &gap));
                let case = self.case(&failure.subject, &current);
                let verdict = judge(detect(&case), &case);
                entry(verdict, &current, None, Extras::default())
            }
            None => {
                let verdict = Verdict {
                    subject: failure.subject,
                    compared_with: None,
                    decision: Decision::Allow,
                    complete: false,
                    findings: Vec::new(),
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
    pub(super) fn judge_run(&self, subject: Subject, run: RunSummary) -> ReportEntry {
        let mut current = Evidence::new(subject);
        current.runs = Collected::Present(vec![run]);
        let case = self.case(&current.subject, &current);
        let verdict = judge(detect(&case), &case);
        entry(verdict, &current, None, Extras::default())
    }

    fn case<'c>(&'c self, subject: &'c Subject, current: &'c Evidence) -> Case<'c> {
        Case {
            subject,
            current,
            previous: None,
            change: None,
            policy: self.policy,
            now: self.today,
        }
    }
}

/// Nothing is known of its files but that they are not the promised ones.
fn only_odd(anomaly: Anomaly, gap: &Gap) -> SourceEvidence {
    SourceEvidence {
        manifest: Collected::Missing(gap.clone()),
        anomalies: vec![anomaly],
        ..SourceEvidence::default()
    }
}

fn broken(subject: &Subject, what: &str, failure: &ReaderFailure) -> Gap {
    Gap {
        subject: subject.clone(),
        method: "reader".to_owned(),
        reason: format!("{what}: {failure}"),
        weight: GapWeight::Decisive,
    }
}

/// What only some entries have.
#[derive(Default)]
struct Extras {
    change: Option<Change>,
    diff: Option<HumanDiff>,
    exhibits: Vec<Exhibit>,
}

fn entry(verdict: Verdict, current: &Evidence, previous: Option<&Evidence>, extras: Extras) -> ReportEntry {
    let source = current.source.present();
    let paths = |evidence: Option<&Evidence>| -> Vec<String> {
        let files = evidence
            .filter(|_| extras.change.is_some())
            .and_then(|it| it.source.present())
            .map(|it| &it.files);
        files
            .map(|files| files.iter().map(|file| file.path.clone()).collect())
            .unwrap_or_default()
    };
    ReportEntry {
        verdict,
        error: None,
        counts: source.map(counts).unwrap_or_default(),
        capabilities: source.map(capabilities).unwrap_or_default(),
        exhibits: extras.exhibits,
        paths: paths(Some(current)),
        old_paths: paths(previous),
        change: extras.change,
        diff: extras.diff,
        runs: current.runs.present().cloned().unwrap_or_default(),
    }
}

fn counts(source: &SourceEvidence) -> Counts {
    let number = |wanted: &[FileState]| {
        let files = source.files.iter().filter(|file| wanted.contains(&file.state)).count();
        u32::try_from(files).unwrap_or(u32::MAX)
    };
    Counts {
        files: u32::try_from(source.files.len()).unwrap_or(u32::MAX),
        code: number(&[FileState::Parsed, FileState::Unparsable, FileState::Skipped]),
        parsed: number(&[FileState::Parsed]),
        bytes: source.unpacked_size,
    }
}

fn capabilities(source: &SourceEvidence) -> Vec<(String, u32)> {
    let number = |kind: CapabilityKind| source.capabilities.iter().filter(|it| it.kind == kind).count();
    let counted = |kind: CapabilityKind| (kind.id().to_owned(), u32::try_from(number(kind)).unwrap_or(u32::MAX));
    CapabilityKind::ALL.into_iter().map(counted).collect()
}

/// A person looks at no more than these; the rest is named by file and line.
const MAX_PROOFS: usize = 3;
const MAX_PROOFS_VERBOSE: usize = 20;
const MAX_EXHIBITS: usize = 100;
