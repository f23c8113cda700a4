//! The rooms of a command: the processes they are made of, how many there are at once, and one or two releases in them.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use waxseal_model::{Collected, Gap, GapWeight, ReportError, RunSummary, Subject};

use super::{Done, Kitchen, Ready, alike};
use crate::run::{Output, Roles, RunError, RunSpec};

/// The rooms of a command.
pub(in crate::commands) struct Rooms<'a> {
    pub(in crate::commands) kitchen: Kitchen<'a>,
    roles: Result<Mutex<Vec<Roles>>, ReportError>,
    free: Mutex<usize>,
    changed: Condvar,
}

/// The copies of this process that rooms take.
pub(in crate::commands) struct Forked {
    rooms: Result<Vec<Roles>, RunError>,
    /// Those in which dependencies are unpacked before.
    pub(in crate::commands) unpackers: Mutex<Vec<Roles>>,
}

impl Forked {
    /// Makes them for so many rooms. This process must not yet have read anything that they are not to have, nor have another thread.
    /// `unpack`: and for as many in which dependencies are unpacked.
    pub(in crate::commands) fn new(rooms: usize, unpack: Unpack) -> Self {
        let fork = |number: usize| {
            (0..number.min(MOST))
                .map(|_| Roles::fork())
                .collect::<Result<Vec<_>, _>>()
        };
        let made = fork(rooms);
        // Without these everything is unpacked in the room.
        let unpackers = match unpack {
            Unpack::Before => fork(rooms).unwrap_or_default(),
            Unpack::InTheRoom => Vec::new(),
        };
        Self {
            rooms: made,
            unpackers: Mutex::new(unpackers),
        }
    }

    /// The processes of the rooms, which are taken.
    pub(in crate::commands) fn take(&mut self) -> Result<Vec<Roles>, RunError> {
        std::mem::replace(&mut self.rooms, Ok(Vec::new()))
    }
}

/// Where dependencies are unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands) enum Unpack {
    /// Before, where they may lie from an earlier run.
    Before,
    /// By npm, where the package runs.
    InTheRoom,
}

/// A release, and the run that was made ready for it or why there is none.
pub(in crate::commands) struct Side {
    pub(in crate::commands) subject: Subject,
    pub(in crate::commands) spec: Result<RunSpec, ReportError>,
}

/// Who is shown what the older and the newer release write.
pub(in crate::commands) type Outputs = [Arc<dyn Output>; 2];

/// What came of one release: the run, or why there is none.
pub(super) type Outcome = Result<Done, ReportError>;

impl<'a> Rooms<'a> {
    /// Rooms made of these processes, or none because there are none.
    pub(in crate::commands) fn new(roles: Result<Vec<Roles>, RunError>, kitchen: Kitchen<'a>) -> Self {
        Self {
            kitchen,
            roles: roles.map(Mutex::new).map_err(|err| error(&err)),
            free: Mutex::new(AT_ONCE),
            changed: Condvar::new(),
        }
    }

    /// Runs a release.
    pub(in crate::commands) fn run(&self, side: Side, output: Arc<dyn Output>) -> Outcome {
        let spec = side.spec?;
        let _entered = self.enter(1);
        self.one(spec, output)
    }

    /// Runs two releases at the same time: the older, and the newer. Where one cannot be run, the other is run by itself.
    pub(in crate::commands) fn run_both(
        &self,
        old: Side,
        new: Side,
        [shown_old, shown]: Outputs,
    ) -> (Outcome, Outcome) {
        let _entered = self.enter(2);
        let (mut old, mut new) = (old.spec, new.spec);
        if let (Ok(old), Ok(new)) = (&mut old, &mut new) {
            alike(old, new);
        }
        std::thread::scope(|scope| {
            let first = scope.spawn(|| self.one(old?, shown_old));
            let second = new.and_then(|spec| self.one(spec, shown));
            (
                first.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                second,
            )
        })
    }

    fn one(&self, spec: RunSpec, output: Arc<dyn Output>) -> Outcome {
        let ready: Ready = self.kitchen.options.ready(spec)?;
        let roles = self.roles.as_ref().map_err(Clone::clone)?;
        let roles = roles.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let roles = roles.ok_or_else(|| ReportError {
            message: format!("one command has {MOST} rooms at most"),
            hint: Some("check the others by themselves".to_owned()),
            kind: GAP.to_owned(),
        })?;
        ready.run(roles, output).map_err(|err| error(&err))
    }

    /// Waits until so many rooms may be there too.
    fn enter(&self, rooms: usize) -> Entered<'_, 'a> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free < rooms {
            free = self.changed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= rooms;
        Entered { of: self, rooms }
    }
}

/// Rooms that are there.
struct Entered<'r, 'a> {
    of: &'r Rooms<'a>,
    rooms: usize,
}

impl Drop for Entered<'_, '_> {
    fn drop(&mut self) {
        *self.of.free.lock().unwrap_or_else(PoisonError::into_inner) += self.rooms;
        self.of.changed.notify_all();
    }
}

/// What came of it as a part of the evidence: what was not run leaves a gap that decides.
pub(super) fn evidence(subject: &Subject, outcome: Outcome) -> Collected<Vec<RunSummary>> {
    match outcome {
        Ok(done) => Collected::Present(vec![done.summary]),
        Err(error) => {
            let hint = error.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
            let message = crate::report::escape::escape(&error.message, MAX_MESSAGE);
            Collected::Missing(Gap {
                subject: subject.clone(),
                method: "run".to_owned(),
                reason: format!("it was not run: {message}{hint}"),
                weight: GapWeight::Decisive,
            })
        }
    }
}

fn error(err: &RunError) -> ReportError {
    ReportError {
        message: err.to_string(),
        hint: Some(err.hint().to_owned()),
        kind: GAP.to_owned(),
    }
}

const GAP: &str = "gap";
/// Rooms that are there at once: each is busy with one package, and a comparison takes two.
const AT_ONCE: usize = 2;
/// Rooms of one command: each has two processes that wait for it from the beginning.
const MOST: usize = 32;
/// Of what npm says of a package.
const MAX_MESSAGE: usize = 1_000;
