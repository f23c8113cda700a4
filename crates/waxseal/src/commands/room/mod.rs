//! What it takes to run releases in the locked room, whoever asks for it: `run`, `check` and `diff` alike.

mod candidate;
mod output;
mod rooms;
mod seen;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use waxseal_model::{Phase, ReportError, RunSummary};
use waxseal_npm::Environment;

use super::screen::{Problem, Screen};
use crate::cli;
use crate::collect::Collector;
use crate::config::Config;
use crate::exit::Exit;
use crate::run::allow::Allowlist;
use crate::run::{Executed, Input, Output, Roles, RunError, RunSpec, Unpacker, drive, execute, starters};

pub(super) use candidate::Candidate;
pub(super) use output::{Escaped, Steps};
pub(super) use rooms::{Forked, Rooms, Side, Unpack};
pub(super) use seen::{Ran, keep};

/// How the rooms of a command are made.
#[derive(Debug, Clone)]
pub(super) struct RoomOptions {
    pub(super) seed: u64,
    pub(super) time: Duration,
    pub(super) linger: Duration,
    pub(super) memory: u64,
    pub(super) env: Vec<(String, String)>,
    pub(super) allow: Allowlist,
    pub(super) attribution: bool,
    pub(super) keys: bool,
    pub(super) person: Option<drive::PersonScenario>,
}

impl RoomOptions {
    /// Those of `run`.
    pub(super) fn of(arguments: &cli::Run, config: &Config) -> Result<Self, Problem> {
        let typed = Allowlist::parse(&arguments.allow).map_err(|err| Problem::usage(&err, err.hint().to_owned()))?;
        let mut allow = config.egress.clone();
        allow.extend(typed);
        Ok(Self {
            seed: arguments.seed.unwrap_or_else(chance),
            time: Duration::from_secs(arguments.max_time.0),
            linger: Duration::from_secs(arguments.linger.0),
            memory: arguments.max_memory.0,
            env: arguments.env.clone(),
            allow,
            attribution: !arguments.no_attribution,
            keys: arguments.save.is_some(),
            person: arguments.scenario.as_deref().map(candidate::scenario).transpose()?,
        })
    }

    /// Those of `check` and `diff`: as `run` has them where nothing is said.
    pub(super) fn usual(arguments: &cli::Room, config: &Config) -> Self {
        Self {
            seed: arguments.seed.unwrap_or_else(chance),
            time: TIME,
            linger: LINGER,
            memory: MEMORY,
            env: arguments.env.clone(),
            allow: config.egress.clone(),
            attribution: true,
            keys: false,
            person: None,
        }
    }

    /// A run in which nothing is done yet.
    pub(super) fn blank(&self) -> RunSpec {
        RunSpec {
            own: self.env.iter().map(|(_, value)| value.clone()).collect(),
            seed: self.seed,
            time: self.time,
            linger: self.linger,
            memory: self.memory,
            keys: self.keys,
            attribution: self.attribution,
            ..RunSpec::default()
        }
    }

    /// Makes a run ready: what the person gave it, who makes the package send, and what may be reached.
    fn ready(&self, mut spec: RunSpec) -> Result<Ready, ReportError> {
        let mut allow = self.allow.clone();
        let mut own = |hosts: &[&str]| -> Result<(), ReportError> {
            allow.extend(Allowlist::parse(hosts).map_err(|err| ReportError {
                message: err.to_string(),
                hint: Some(err.hint().to_owned()),
                kind: "gap".to_owned(),
            })?);
            Ok(())
        };
        let limited = !self.allow.is_empty();
        if let (Some(registry), true) = (&spec.registry, limited) {
            // Where npm itself gets what it installs; what it is asked for beyond that is told.
            own(&[registry.host()])?;
        }
        spec.env.extend(self.env.iter().cloned());
        // A server is used as a server; what else it exports is nobody's way to send mail.
        let serves = spec.steps.iter().any(|step| step.input == Input::Protocol);
        let loads = spec.steps.iter().any(|step| step.phase == Phase::Import);
        if serves {
            spec.files.extend(starters(&spec.hints));
        }
        if (loads && !serves) || self.person.is_some() {
            drive::equip(&mut spec, self.person.as_ref());
        }
        if spec.drive.as_ref().is_some_and(drive::Drive::is_beside) && limited {
            // Where clean clients beside the package send to.
            own(&drive::HOSTS_BESIDE)?;
        }
        Ok(Ready { spec, allow })
    }
}

/// A run that only has to be started.
#[derive(Debug)]
struct Ready {
    spec: RunSpec,
    allow: Allowlist,
}

/// A run that happened.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) spec: RunSpec,
    pub(super) executed: Executed,
    pub(super) summary: RunSummary,
    /// When it was started.
    pub(super) started: jiff::Timestamp,
}

impl Ready {
    /// Runs it, in a room of its own.
    fn run(self, roles: Roles, output: Arc<dyn Output>) -> Result<Done, RunError> {
        let started = jiff::Timestamp::now();
        let executed = execute(roles, &self.spec, output)?;
        let mut summary = seen::sum_up(&self.spec, &executed, &self.allow);
        summary.packets = executed.packets.as_ref().and_then(|it| it.as_ref().ok().copied());
        Ok(Done {
            spec: self.spec,
            executed,
            summary,
            started,
        })
    }
}

/// What the code of both releases looks out for, the variables of both, one name for the place they are in, and dependencies that lie there before or do not: what differs is
/// then theirs.
fn alike(old: &mut RunSpec, new: &mut RunSpec) {
    let mut names: Vec<String> = old.names.iter().chain(&new.names).cloned().collect();
    names.sort();
    names.dedup();
    old.names.clone_from(&names);
    new.names = names;
    let hints = new.hints.with(&old.hints);
    old.hints.clone_from(&hints);
    new.hints = hints;
    if old.tree.is_none() || new.tree.is_none() {
        (old.tree, new.tree) = (None, None);
    }
    let place = new.project.as_deref().or(old.project.as_deref());
    let called = place
        .and_then(|it| it.file_name())
        .map(|it| it.to_string_lossy().into_owned());
    old.called.clone_from(&called);
    new.called = called;
}

/// Everything that the rooms of a command share.
#[derive(Clone, Copy)]
pub(super) struct Kitchen<'a> {
    pub(super) collector: &'a Collector<'a>,
    pub(super) options: &'a RoomOptions,
    /// The processes of rooms in which dependencies are unpacked before; none where that is not wanted.
    pub(super) unpackers: &'a Mutex<Vec<Roles>>,
    /// Who is told why something was unpacked in the room after all.
    pub(super) screen: &'a Screen,
}

impl Kitchen<'_> {
    /// Who has dependencies lie unpacked for the next run, if somebody is left for that.
    fn unpacker(&self, env: &Environment) -> Option<Unpacker> {
        let roles = self.unpackers.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
        Some(Unpacker::new(env, roles))
    }
}

/// What was asked for could not be had.
pub(super) fn incomplete(message: &dyn std::fmt::Display, hint: String) -> Problem {
    Problem::Sentence {
        exit: Exit::Incomplete,
        message: message.to_string(),
        hint: Some(hint).filter(|hint| !hint.is_empty()),
    }
}

/// The same, of an error that says both.
pub(super) fn not_had(error: ReportError) -> Problem {
    incomplete(&error.message, error.hint.unwrap_or_default())
}

/// Random enough that no package knows it beforehand.
fn chance() -> u64 {
    use std::hash::{BuildHasher as _, Hasher as _};
    std::hash::RandomState::new().build_hasher().finish()
}

/// As `run` has it where nothing is said.
const TIME: Duration = Duration::from_secs(300);
const LINGER: Duration = Duration::from_secs(2);
const MEMORY: u64 = 4 << 30;
