//! One package of a report, from what was read to its entry: compare, detect, judge, and show the places.

use waxseal_detect::{Case, Question, detect, judge};
use waxseal_model::{
    Anomaly, CapabilityKind, Change, Collected, Counts, Decision, Evidence, Exhibit, FileState, Gap, GapWeight,
    HumanDiff, Judged, ReportEntry, ReportError, RunChange, SourceEvidence, Subject, Verdict,
};

use super::assess::{Bench, only_odd};
use super::room::Ran;
use super::survey::{self, Survey};
use crate::collect::{Origin, OriginOf};
use crate::pins::{self, Pins};
use crate::reader::{ReaderFailure, Reading, Wanted};

/// A release that was read, and perhaps the one before it.
pub(super) struct Judging<'b> {
    bench: Bench<'b>,
    reading: Reading,
    previous: Option<Evidence>,
    current: Evidence,
    change: Option<Change>,
    diff: Option<HumanDiff>,
    run_change: Option<RunChange>,
    question: Question,
    gaps: Vec<Gap>,
    error: Option<ReportError>,
    /// The places of what was found before it ran, with the findings they belong to.
    shown: Option<(Vec<Judged>, Vec<Exhibit>)>,
}

impl<'b> Judging<'b> {
    /// Takes the newer side's evidence, and compares it with the older's where there is one.
    pub(super) fn new(
        bench: Bench<'b>,
        mut reading: Reading,
        previous: Option<Evidence>,
        mut current: Evidence,
    ) -> Self {
        let subject = current.subject.clone();
        current.source = match reading.sides.pop().map(|side| side.evidence(&subject)) {
            Some(Ok(source)) => Collected::Present(source),
            Some(Err(gap)) => Collected::Missing(gap),
            None => Collected::NotRequested,
        };
        let mut gaps: Vec<Gap> = reading.unsealed(&subject).into_iter().collect();
        let mut change = None;
        let mut diff = None;
        if let (Some(_), Some(session)) = (&previous, &mut reading.session) {
            match session.compare() {
                Ok(made) => change = Some(made),
                Err(failure) => gaps.push(broken(&subject, "the releases could not be compared", &failure)),
            }
            if change.is_some() && bench.human_diff {
                match session.human_diff() {
                    Ok(made) => diff = Some(made),
                    Err(failure) => gaps.push(Gap {
                        weight: GapWeight::Partial,
                        ..broken(&subject, "the readable difference could not be made", &failure)
                    }),
                }
            }
        }
        Self {
            bench,
            reading,
            previous,
            current,
            change,
            diff,
            run_change: None,
            question: Question::Release,
            gaps,
            error: None,
            shown: None,
        }
    }

    /// A comparison that was asked for and could not be made.
    pub(super) fn without(mut self, missing: Gap, error: Option<ReportError>) -> Self {
        self.gaps.insert(0, missing);
        self.error = error;
        self
    }

    /// Adds what is odd about how it was had.
    pub(super) fn odd(&mut self, anomaly: Anomaly) {
        let subject = &self.current.subject;
        if let Collected::Present(source) = &mut self.current.source {
            source.anomalies.push(anomaly);
        } else {
            let gap = self.current.source.gap().cloned().unwrap_or_else(|| Gap {
                subject: subject.clone(),
                method: "reader".to_owned(),
                reason: "its files were not looked at".to_owned(),
                weight: GapWeight::Decisive,
            });
            self.current.source = Collected::Present(only_odd(anomaly, &gap));
        }
    }

    /// What is known of the newer release before it runs, and of the older: the variables of both.
    pub(super) fn surveys(&mut self) -> (Survey, Option<Survey>) {
        let before = self.previous.as_ref().and_then(|it| it.source.present());
        let now = self.current.source.present();
        let sides: Vec<&SourceEvidence> = before.into_iter().chain(now).collect();
        let wanted = survey::wanted(&sides, self.reading.session.as_mut());
        let survey = |side: Option<&SourceEvidence>| match side {
            Some(side) => Survey::of(side, wanted.clone()),
            None => Survey::default(),
        };
        (survey(now), self.previous.as_ref().map(|_| survey(before)))
    }

    /// What its origin is looked up by.
    pub(super) fn asks(&self) -> OriginOf {
        let source = self.current.source.present();
        let manifest = source.and_then(|it| it.manifest.present());
        OriginOf {
            subject: self.current.subject.clone(),
            previous: self.previous.as_ref().map(|it| it.subject.clone()),
            integrity: self.current.integrity.present().map(|it| it.verified.clone()),
            manifest: manifest.cloned(),
            files: source.map(|it| it.files.clone()).unwrap_or_default(),
        }
    }

    /// Adds what is known of where it comes from.
    pub(super) fn comes_from(&mut self, origin: Origin) {
        self.current.history = origin.history;
        self.current.advisories = origin.advisories;
        self.current.provenance = origin.provenance;
        self.current.repository = origin.repository;
    }

    /// Adds what came of running it.
    pub(super) fn ran(&mut self, ran: Ran) {
        self.run_change = ran.change();
        self.question = ran.question;
        self.current.runs = ran.current;
        if let (Some(previous), Some((_, runs))) = (&mut self.previous, ran.previous) {
            previous.runs = runs;
        }
    }

    /// Compares it with what was recorded when a server of it was pinned.
    pub(super) fn was_pinned(&mut self, pins: &Pins) {
        let Subject::Package(release) = &self.current.subject else {
            return;
        };
        let verified = self.current.integrity.present().map(|it| it.verified.as_str());
        let runs = self.current.runs.present().map(Vec::as_slice).unwrap_or_default();
        let other = pins::compare_release(pins, release, verified, runs);
        if !other.is_empty() {
            self.current.places = Collected::Present(other);
        }
    }

    /// What is judged.
    pub(super) fn subject(&self) -> &Subject {
        &self.current.subject
    }

    /// The answer by what is known so far.
    pub(super) fn verdict(&self) -> Verdict {
        let case = Case {
            previous: self.previous.as_ref(),
            change: self.change.as_ref(),
            run_change: self.run_change.as_ref(),
            question: self.question,
            ..self.bench.case(&self.current.subject, &self.current)
        };
        let mut detection = detect(&case);
        detection.gaps.extend(self.gaps.iter().cloned());
        judge(detection, &case)
    }

    /// The entry by what is known so far. The places of what was found are looked up, and the reader is let go: what is found in the room
    /// has no places in files, and may take longer than a reader may live.
    pub(super) fn settle(&mut self) -> ReportEntry {
        let mut verdict = self.verdict();
        let known = verdict.gaps.len();
        let exhibits = self.exhibits(&mut verdict);
        self.gaps.extend_from_slice(&verdict.gaps[known..]);
        self.shown = Some((verdict.findings.clone(), exhibits));
        self.reading.session = None;
        entry(verdict, &self.current, self.previous.as_ref(), Extras::default())
    }

    /// The entry of the report.
    pub(super) fn finish(mut self) -> ReportEntry {
        let mut verdict = self.verdict();
        let exhibits = match self.shown.take() {
            Some((before, exhibits)) => moved(exhibits, &before, &verdict.findings),
            None => self.exhibits(&mut verdict),
        };
        let extras = Extras {
            change: self.change,
            diff: self.diff,
            exhibits,
            run_change: self.run_change,
        };
        ReportEntry {
            error: self.error,
            ..entry(verdict, &self.current, self.previous.as_ref(), extras)
        }
    }

    /// Excerpts for the findings a person has to look at.
    fn exhibits(&mut self, verdict: &mut Verdict) -> Vec<Exhibit> {
        let verbose = self.bench.verbose;
        let side = u8::from(self.previous.is_some());
        let proofs = if verbose { MAX_PROOFS_VERBOSE } else { MAX_PROOFS };
        let mut wanted = Vec::new();
        for (finding, judged) in (0_u32..).zip(&verdict.findings) {
            if judged.decision == Decision::Allow && !verbose {
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
        self.reading.exhibits(&wanted).unwrap_or_else(|failure| {
            let gap = broken(&verdict.subject, "the source could not be shown", &failure);
            verdict.gaps.push(Gap {
                weight: GapWeight::Partial,
                ..gap
            });
            Vec::new()
        })
    }
}

/// The places of findings that stand elsewhere among those there are now.
fn moved(exhibits: Vec<Exhibit>, before: &[Judged], now: &[Judged]) -> Vec<Exhibit> {
    let place = |idx: u32| {
        let finding = &before.get(usize::try_from(idx).ok()?)?.finding;
        let idx = now.iter().position(|judged| judged.finding == *finding)?;
        u32::try_from(idx).ok()
    };
    let mut exhibits: Vec<Exhibit> = exhibits
        .into_iter()
        .filter_map(|exhibit| {
            let finding = place(exhibit.finding)?;
            Some(Exhibit { finding, ..exhibit })
        })
        .collect();
    exhibits.sort_by_key(|exhibit| (exhibit.finding, exhibit.proof));
    exhibits
}

pub(super) fn broken(subject: &Subject, what: &str, failure: &ReaderFailure) -> Gap {
    Gap {
        subject: subject.clone(),
        method: "reader".to_owned(),
        reason: format!("{what}: {failure}"),
        weight: GapWeight::Decisive,
    }
}

/// What only some entries have.
#[derive(Default)]
pub(super) struct Extras {
    pub(super) change: Option<Change>,
    pub(super) diff: Option<HumanDiff>,
    pub(super) exhibits: Vec<Exhibit>,
    pub(super) run_change: Option<RunChange>,
}

/// The entry of a verdict.
pub(super) fn entry(verdict: Verdict, current: &Evidence, previous: Option<&Evidence>, extras: Extras) -> ReportEntry {
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
        old_runs: previous.and_then(|it| it.runs.present()).cloned().unwrap_or_default(),
        run_change: extras.run_change,
        places: current.places.present().cloned().unwrap_or_default(),
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
