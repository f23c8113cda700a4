//! Reads sides to the end whatever they hold: a file that stops the reader is named, set aside, and the rest is read again.

use waxseal_model::{
    Anomaly, AnomalyKind, Collected, Exhibit, FileState, Gap, GapWeight, Location, SourceEvidence, Subject,
};

use super::failure::ReaderFailure;
use super::input::SideInput;
use super::protocol::{Analyse, Place, SidePart};
use super::session::{Progress, ReaderOptions, Session};

/// Sides that were read as far as they can be.
#[derive(Debug)]
pub struct Reading {
    /// The reader that still holds their sources, for what comes next; `None` if none survived.
    pub session: Option<Session>,
    /// One entry a side.
    pub sides: Vec<SideReading>,
}

/// What came of one side.
#[derive(Debug)]
pub enum SideReading {
    /// What it holds and could do, with what had to be set aside marked in it.
    Read(Box<SourceEvidence>),
    /// Nothing could be said of it.
    Failed(ReaderFailure),
}

/// What the reader keeps of the older side once it is analysed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Its facts.
    Facts,
    /// Its sources too, which the readable difference needs.
    Sources,
}

/// Reads one side, or two for a comparison.
pub fn read(sides: &[(Subject, SideInput)], keep: Keep, options: &ReaderOptions, progress: &dyn Progress) -> Reading {
    let mut poison: Vec<(SidePart, ReaderFailure)> = Vec::new();
    let mut alone: Vec<SidePart> = Vec::new();
    let mut timed_out = false;
    for _ in 0..ATTEMPTS {
        let how = Analyse {
            skip: poison.iter().map(|(part, _)| *part).collect(),
            alone: std::mem::take(&mut alone),
            keep_old: keep == Keep::Sources,
        };
        match attempt(sides, how, options, progress) {
            Attempt::Done(session, mut evidence) => {
                for (part, failure) in &poison {
                    set_aside(&mut evidence, *part, failure);
                }
                let sides = evidence
                    .into_iter()
                    .map(|side| SideReading::Read(Box::new(side)))
                    .collect();
                return Reading {
                    session: Some(*session),
                    sides,
                };
            }
            Attempt::Failed(failure, suspects) => match (suspects.as_slice(), &failure) {
                ([], _) => return failed(sides, failure),
                // Waiting is dear: whatever was being looked into is set aside, and that once.
                (_, ReaderFailure::TimeOut(_)) if timed_out => return failed(sides, failure),
                (_, ReaderFailure::TimeOut(_)) => {
                    timed_out = true;
                    poison.extend(suspects.iter().map(|part| (*part, failure.clone())));
                }
                ([part], _) => poison.push((*part, failure)),
                _ => alone = suspects,
            },
        }
    }
    let stopped = ReaderFailure::Died(format!("was stopped {ATTEMPTS} times, by different files"));
    failed(sides, stopped)
}

enum Attempt {
    Done(Box<Session>, Vec<SourceEvidence>),
    /// Which files it may have been on.
    Failed(ReaderFailure, Vec<SidePart>),
}

fn attempt(sides: &[(Subject, SideInput)], how: Analyse, options: &ReaderOptions, progress: &dyn Progress) -> Attempt {
    let mut session = match Session::start(options) {
        Ok(session) => session,
        Err(failure) => return Attempt::Failed(failure, Vec::new()),
    };
    if let Err(failure) = session.open(sides, options.max_unpacked) {
        return Attempt::Failed(failure, Vec::new());
    }
    match session.analyse(sides.len(), how, progress) {
        Ok(evidence) => Attempt::Done(Box::new(session), evidence),
        Err(failure) => {
            let suspects = session.suspects();
            Attempt::Failed(failure, suspects)
        }
    }
}

fn failed(sides: &[(Subject, SideInput)], failure: ReaderFailure) -> Reading {
    Reading {
        session: None,
        sides: sides.iter().map(|_| SideReading::Failed(failure.clone())).collect(),
    }
}

/// Marks the file that stopped the reader, so that the engine makes a decisive gap and a finding of it.
fn set_aside(evidence: &mut [SourceEvidence], part: SidePart, failure: &ReaderFailure) {
    let Some(side) = evidence.get_mut(usize::from(part.side)) else {
        return;
    };
    let Some(file) = side.files.get_mut(part.file as usize) else {
        return;
    };
    file.state = FileState::Skipped;
    let detail = match failure {
        ReaderFailure::TimeOut(seconds) => format!("the reader was stopped after {seconds} seconds on this file"),
        other => format!("{other} on this file"),
    };
    side.anomalies.push(Anomaly {
        kind: AnomalyKind::ParserBomb,
        path: Some(file.path.clone()),
        detail,
        location: None,
    });
}

impl SideReading {
    /// What it holds. A reader that broke down without a file to name is itself odd about the archive: hostile until shown otherwise.
    ///
    /// # Errors
    /// The machine did not let it be read.
    pub fn evidence(self, subject: &Subject) -> Result<SourceEvidence, Gap> {
        let failure = match self {
            Self::Read(evidence) => return Ok(*evidence),
            Self::Failed(failure) => failure,
        };
        let gap = Gap {
            subject: subject.clone(),
            method: "reader".to_owned(),
            reason: format!("its files could not be read: {failure}"),
            weight: GapWeight::Decisive,
        };
        if failure.is_of_the_machine() {
            return Err(gap);
        }
        let anomaly = Anomaly {
            kind: AnomalyKind::Corrupt,
            path: None,
            detail: format!("{failure}, before it could say on which file"),
            location: None,
        };
        Ok(SourceEvidence {
            manifest: Collected::Missing(gap),
            anomalies: vec![anomaly],
            ..SourceEvidence::default()
        })
    }
}

impl Reading {
    /// The gap of a reader that was not sealed, which the caller allowed.
    pub fn unsealed(&self, subject: &Subject) -> Option<Gap> {
        let reason = self.session.as_ref()?.seal().syscalls.as_ref().err()?;
        Some(Gap {
            subject: subject.clone(),
            method: "reader".to_owned(),
            reason: format!("it was read by a process that is not sealed: {reason}"),
            weight: GapWeight::Partial,
        })
    }

    /// Excerpts of the source: `wanted` holds the finding's and the proof's position, the side, the path and the place.
    ///
    /// # Errors
    /// The reader fails.
    pub fn exhibits(&mut self, wanted: &[Wanted]) -> Result<Vec<Exhibit>, ReaderFailure> {
        let Some(session) = &mut self.session else {
            return Ok(Vec::new());
        };
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let places = wanted
            .iter()
            .map(|it| Place {
                side: it.side,
                location: it.location,
            })
            .collect();
        let excerpts = session.excerpts(places)?;
        let exhibit = |(wanted, excerpt): (&Wanted, Option<super::protocol::Excerpt>)| {
            let excerpt = excerpt?;
            Some(Exhibit {
                finding: wanted.finding,
                proof: wanted.proof,
                path: wanted.path.clone(),
                formatted: excerpt.formatted,
                lines: excerpt.lines,
            })
        };
        Ok(wanted.iter().zip(excerpts).filter_map(exhibit).collect())
    }
}

/// An excerpt that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The finding's position in the verdict.
    pub finding: u32,
    /// The proof's position in the finding.
    pub proof: u32,
    /// The side, from 0.
    pub side: u8,
    /// The file's path.
    pub path: String,
    /// Where in it.
    pub location: Location,
}

/// One poisoned file costs two: one to find it, one without it. More than a few are one hostile package.
const ATTEMPTS: usize = 5;
