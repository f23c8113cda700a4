//! Keeps watch over a running command: takes what the kernel and the internet say, holds it to its limits, and puts it all together.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use waxseal_model::{Call, Counters, Event, Observation, Phase, Run, RunEnd, RunLimit, ToolServer};
use waxseal_sandbox::{Cell, CommandEnd, FileChange, Notice};

use super::internet::{Collected, Internet, InternetError};
use super::mcp::{self, Speaker, Tail};
use super::session::{Input, Output, RunSpec};
use super::{clock, drive};

/// Keeps watch over a running command.
pub(super) struct Watch<'s> {
    spec: &'s RunSpec,
    epoch: u64,
    started: Instant,
    pub(super) ended_after: Option<Duration>,
    end: Option<RunEnd>,
    stopped: Option<RunLimit>,
    events: Vec<Event>,
    answered: u64,
    lost: u64,
    pub(super) invalid: Vec<String>,
    /// Which step is under way.
    step: usize,
    /// Steps before the last that did not end well.
    failed: Vec<(usize, CommandEnd)>,
    pub(super) door: Doorway<'s>,
    /// How much was kept of the room.
    pub(super) kept: Option<u64>,
    /// Who speaks with the last step, if it is a server.
    speaker: Option<Speaker>,
}

/// What a server in the room is spoken with through.
pub(super) struct Doorway<'s> {
    /// This program.
    pub(super) program: &'s Path,
    /// Where what is written to standard error goes, until the room is empty.
    pub(super) errors: Option<OwnedFd>,
    /// The end of that.
    pub(super) tail: Tail,
    /// Who is told which step begins.
    pub(super) output: Arc<dyn Output>,
}

impl<'s> Watch<'s> {
    pub(super) fn new(spec: &'s RunSpec, epoch: u64, door: Doorway<'s>) -> Self {
        Self {
            spec,
            epoch,
            started: Instant::now(),
            ended_after: None,
            end: None,
            stopped: None,
            events: Vec::new(),
            answered: 0,
            lost: 0,
            invalid: spec.gaps.clone(),
            step: 0,
            failed: Vec::new(),
            kept: None,
            door,
            speaker: None,
        }
    }

    /// Lets the step that is due start.
    pub(super) fn open(&mut self, cell: &mut Cell) -> io::Result<()> {
        let step = self.spec.steps.get(self.step);
        if let Some(step) = step {
            self.door.output.begins(step);
        }
        let errors = self.door.errors.as_ref();
        let Some(errors) = errors.filter(|_| step.is_some_and(|it| it.input == Input::Protocol)) else {
            return cell.open();
        };
        self.door.tail.clear();
        match Speaker::start(self.door.program, self.spec.seed, &self.spec.hints) {
            Ok((speaker, [input, output])) => {
                self.speaker = Some(speaker);
                cell.open_with([input, output, errors.try_clone()?])
            }
            Err(err) => {
                self.invalid.push(format!("the server could not be spoken with: {err}"));
                cell.open()
            }
        }
    }

    /// A server that goes on although nobody asks it anything any more is left alone from then on.
    fn leave(&mut self, internet: &mut Internet) {
        let over = self.speaker.as_mut().and_then(Speaker::over_for);
        if self.end.is_none() && over.is_some_and(|it| it > GRACE) {
            self.step += 1;
            self.ended_after = Some(self.started.elapsed());
            self.end = Some(RunEnd::Left);
            let _ = internet.phase(Phase::After);
        }
    }

    /// What came of speaking with a server, and why not all of it is known.
    fn spoken(&mut self) -> (Vec<Call>, Option<ToolServer>) {
        let Some(speaker) = self.speaker.take() else {
            return (Vec::new(), None);
        };
        let (calls, server) = speaker.finish();
        self.invalid.extend(mcp::gaps(server.as_ref(), &self.door.tail));
        (calls, server)
    }

    pub(super) fn until_empty(&mut self, cell: &mut Cell, internet: &mut Internet) {
        loop {
            match cell.next(TICK) {
                Ok(Some(Notice::Empty { answered, lost })) => {
                    self.answered = answered;
                    self.lost = lost;
                    return;
                }
                Ok(Some(Notice::Exited(end))) => self.ended(end, cell, internet),
                Ok(Some(notice)) => self.take(notice),
                Ok(None) => {}
                Err(err) => {
                    self.invalid.push(format!("the room's warden is gone: {err}"));
                    return;
                }
            }
            let over = self.started.elapsed() > self.spec.time && self.end.is_none();
            if over && self.stop(RunLimit::Time, "the command took longer than it was given") {
                cell.close();
            }
            self.leave(internet);
            if internet.is_full() && self.stop(RunLimit::Events, "more was seen than is kept") {
                cell.close();
            }
            if self
                .ended_after
                .is_some_and(|ended| self.started.elapsed() > ended + self.spec.linger)
            {
                cell.close();
            }
        }
    }

    /// `false` if it was stopped before.
    fn stop(&mut self, limit: RunLimit, detail: &str) -> bool {
        if self.stopped.is_some() {
            return false;
        }
        self.stopped = Some(limit);
        self.tell(Observation::LimitHit {
            limit,
            detail: detail.to_owned(),
        });
        true
    }

    fn take(&mut self, notice: Notice) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match notice {
            Notice::Exec { pid, path, arguments } => self.tell(Observation::Exec {
                pid,
                path: text(&path),
                arguments: arguments.iter().map(|it| text(it)).collect(),
            }),
            Notice::Connect { pid, address } => {
                if let Some(to) = socket_address(&address) {
                    self.tell(Observation::ConnectCall { pid, to });
                }
            }
            Notice::Opened(path) => self.tell(Observation::CanaryOpened {
                canary: path.clone(),
                path,
            }),
            Notice::Changed(path) => self.tell(Observation::CanaryChanged {
                canary: path.clone(),
                path,
            }),
            Notice::File { path, change, size } => {
                let path = text(&path);
                self.tell(Observation::FileChanged {
                    path,
                    change: match change {
                        FileChange::Made => waxseal_model::FileChange::Made,
                        FileChange::Changed => waxseal_model::FileChange::Changed,
                        FileChange::Removed => waxseal_model::FileChange::Removed,
                    },
                    size,
                });
            }
            Notice::FilesCut(count) => self.tell(Observation::LimitHit {
                limit: RunLimit::Events,
                detail: format!("more files changed than are told: {count} were left out"),
            }),
            Notice::OutOfMemory => {
                self.stop(
                    RunLimit::Memory,
                    "its processes together took more memory than they were given",
                );
            }
            Notice::Kept(count) => self.kept = Some(count),
            Notice::NotKept(code) => {
                let err = io::Error::from_raw_os_error(code);
                self.invalid.push(format!("what was to be kept could not be: {err}"));
            }
            Notice::Exited(_) | Notice::Empty { .. } => {}
        }
    }

    /// A step is over: the next is let start, or what is left behind may linger.
    fn ended(&mut self, end: CommandEnd, cell: &mut Cell, internet: &mut Internet) {
        if self.end.is_some() {
            // A server that was left alone has ended after all.
            return;
        }
        self.step += 1;
        if let Some(next) = self.spec.steps.get(self.step) {
            if !matches!(end, CommandEnd::Exited(0)) {
                self.failed.push((self.step - 1, end));
            }
            let _ = internet.phase(next.phase);
            if let Err(err) = self.open(cell) {
                self.invalid.push(format!("the next step could not be started: {err}"));
            }
            return;
        }
        self.ended_after = Some(self.started.elapsed());
        self.end = Some(match end {
            CommandEnd::Exited(status) => RunEnd::Exited(status),
            CommandEnd::Signalled(signal) => RunEnd::Signalled(signal),
            CommandEnd::NotStarted(code) => RunEnd::NotStarted(code),
        });
        let _ = internet.phase(Phase::After);
    }

    fn tell(&mut self, observation: Observation) {
        let phase = self.spec.steps.get(self.step).map_or(Phase::After, |step| step.phase);
        self.events.push(Event {
            at: clock().saturating_sub(self.epoch) / 1_000,
            phase,
            observation,
        });
    }

    /// What was seen, and the keys of TLS.
    pub(super) fn conclude(
        mut self,
        spec: &RunSpec,
        duration: Duration,
        collected: Collected,
        counters: Result<Counters, InternetError>,
    ) -> (Run, String) {
        let mut counters = match counters {
            Ok(counters) => counters,
            Err(err) => {
                self.invalid.push(err.to_string());
                Counters::default()
            }
        };
        counters.notices = self.answered;
        counters.events_lost += self.lost + collected.lost;
        self.invalid.extend(disagreements(&counters));
        let (calls, server) = self.spoken();
        let drive = spec.drive.as_ref();
        let driven = drive.map_or_else(Vec::new, |it| it.calls(&collected.reports));
        if driven.iter().any(drive::is_unfinished_scenario) {
            self.invalid.push(NO_SCENARIO.to_owned());
        }
        let mut events = collected.events;
        events.append(&mut self.events);
        events.sort_by_key(|event| event.at);
        let end = self.stopped.map(RunEnd::Stopped).or(self.end);
        for (step, end) in &self.failed {
            let step = spec.steps.get(*step);
            let name = step.and_then(|it| it.command.first()).map_or("?", String::as_str);
            // What loads a package is ours, and says so when it could not load all of it.
            let loads = step.is_some_and(|it| it.phase == Phase::Import);
            self.invalid.push(match end {
                CommandEnd::Exited(status) if loads => not_loaded(*status).to_owned(),
                _ => format!("`{name}` before it {}", ending(*end)),
            });
        }
        let whole = matches!(end, Some(RunEnd::Exited(0)));
        let last = spec.steps.last();
        if spec.drive.is_some() && !whole && last.is_some_and(|step| step.input == Input::Nothing) {
            self.invalid.push(NOT_DRIVEN.to_owned());
        } else if last.is_some_and(|step| step.phase == Phase::Import) && !whole {
            let status = if end == Some(RunEnd::Exited(LACKS)) { LACKS } else { 1 };
            self.invalid.push(not_loaded(status).to_owned());
        }
        if end.is_none() {
            self.invalid.push("it is not known how the command ended".to_owned());
        }
        let run = Run {
            command: match spec.steps.last() {
                Some(last) if spec.title.is_empty() => last.command.clone(),
                _ => spec.title.clone(),
            },
            end: end.unwrap_or(RunEnd::Stopped(RunLimit::Time)),
            duration: u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
            calls: calls.into_iter().chain(driven).collect(),
            server,
            events,
            counters,
            invalid: self.invalid,
        };
        (run, collected.keys)
    }
}

/// The rest of a sentence about a step.
fn ending(end: CommandEnd) -> String {
    match end {
        CommandEnd::Exited(status) => format!("ended with exit status {status}"),
        CommandEnd::Signalled(signal) => format!("was ended by signal {signal}"),
        CommandEnd::NotStarted(code) => format!("could not be started: {}", io::Error::from_raw_os_error(code)),
    }
}

/// Counters that do not agree, in words.
fn disagreements(counters: &Counters) -> Vec<String> {
    let mut found = Vec::new();
    if counters.accepted != counters.connections {
        found.push(format!(
            "{} connections were accepted and {} told of",
            counters.accepted, counters.connections
        ));
    }
    for (count, what) in [
        (counters.datagrams_lost, "datagrams were dropped before they were seen"),
        (counters.packets_lost, "packets were dropped before they were seen"),
        (counters.events_lost, "events were left out"),
    ] {
        if count > 0 {
            found.push(format!("{count} {what}"));
        }
    }
    found
}

/// A `sockaddr` of IPv4 or IPv6 (`man 7 ip`, `man 7 ipv6`).
fn socket_address(bytes: &[u8]) -> Option<SocketAddr> {
    let family = u16::from_ne_bytes(*bytes.first_chunk()?);
    let port = u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?);
    let address: IpAddr = match family {
        2 => Ipv4Addr::from(*bytes.get(4..)?.first_chunk::<4>()?).into(),
        10 => Ipv6Addr::from(*bytes.get(8..)?.first_chunk::<16>()?).to_canonical(),
        _ => return None,
    };
    Some(SocketAddr::new(address, port))
}

/// Why a package was not loaded whole, by the status of what loads it (`drive/import.cjs`).
fn not_loaded(status: u8) -> &'static str {
    if status == LACKS {
        "entry points were not loaded that need a peer or an optional dependency which is not installed; what it wrote says which"
    } else {
        "not every entry point of the package could be loaded; what it wrote says which"
    }
}

/// The status of what loads a package, where all that it could not load lacks a package (`drive/import.cjs`).
const LACKS: u8 = 4;

/// How long a server is given to end once its input is closed.
const GRACE: Duration = Duration::from_secs(2);
const NOT_DRIVEN: &str = "what calls the package did not come to its end: not all was called that was to be";
const NO_SCENARIO: &str = "the scenario that was given did not come to its end: its call says why";
/// How often limits are looked at.
const TICK: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests;
