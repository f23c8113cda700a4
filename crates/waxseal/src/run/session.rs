//! One run: the internet is started, the room is made, the command runs, and everything that was seen is put together.

use std::fs::File;
use std::io::{self, Read as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use waxseal_internet::Canaries;
use waxseal_model::{Counters, Event, Observation, Phase, Run, RunEnd, RunLimit};
use waxseal_sandbox::{Cell, CellLimits, CommandEnd, FileChange, NotReady, Notice};

use super::internet::{Collected, Internet, InternetError};
use super::registry::RegistryAnswers;
use super::room::{Wanted, furnish};
use super::{WARDEN_ROLE, clock};

/// What is to run, and how much it may take.
#[derive(Debug, Clone)]
pub struct RunSpec {
    /// What is done, one thing after the other; the last is what the run is about.
    pub steps: Vec<Step>,
    /// The project it works in, if it does.
    pub project: Option<PathBuf>,
    /// Environment beside the ordinary one.
    pub env: Vec<(String, String)>,
    /// Variables that the package reads, as far as its code says: each is given a well-formed value.
    pub names: Vec<String>,
    /// What the report calls it; the last step's command if empty.
    pub title: Vec<String>,
    /// What everything random in the room is made from.
    pub seed: u64,
    /// How long the command may take.
    pub time: Duration,
    /// How long processes that are left behind may go on.
    pub linger: Duration,
    /// Resident bytes of all its processes together.
    pub memory: u64,
    /// Keys of TLS are kept.
    pub keys: bool,
    /// Files that are put into the project's place, which is empty without one.
    pub files: Vec<(String, Vec<u8>)>,
    /// What npm finds where its registry is.
    pub registry: Option<RegistryAnswers>,
    /// What is missing from the beginning: the run is then not whole. Sentences of ours.
    pub gaps: Vec<String>,
}

/// One program of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// What the package is doing then.
    pub phase: Phase,
}

/// Somebody who is shown what the command writes, as it comes. Hostile.
pub trait Output: Send + Sync {
    /// Standard output or standard error.
    fn write(&self, stream: Stream, bytes: &[u8]);
}

/// Which stream of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// A run that happened.
#[derive(Debug)]
pub struct Executed {
    /// What was seen.
    pub run: Run,
    /// A key log (`SSLKEYLOGFILE`) of everything that was under TLS, if it was asked for.
    pub tls_keys: String,
    /// Bytes that the command wrote to its standard output and error.
    pub written: u64,
}

/// Why nothing ran.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no room on this machine.
    #[error("there is no locked room on this machine: {0}")]
    NoRoom(#[from] NotReady),
    /// There is no internet for it.
    #[error("{0}")]
    NoInternet(String),
    /// A pipe or a thread could not be made.
    #[error("the run could not be started: {0}")]
    Start(#[from] io::Error),
}

impl RunError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoRoom(_) => "`waxseal doctor` says what this machine lacks and what to type about it",
            Self::NoInternet(_) | Self::Start(_) => "`waxseal doctor` says what works on this machine",
        }
    }
}

/// Runs a command in a room of its own.
///
/// # Errors
/// There is no room, or no internet for it. Nothing has run then.
pub fn execute(spec: &RunSpec, output: Arc<dyn Output>) -> Result<Executed, RunError> {
    let program = Path::new("/proc/self/exe");
    let epoch = clock();
    let mut internet = Internet::start(program, spec.seed, epoch, spec.keys).map_err(no_internet)?;
    let canaries = Canaries::mint(spec.seed);
    let node = node_prefix();
    if let Some(registry) = &spec.registry {
        internet.know(registry).map_err(no_internet)?;
    }
    let commands: Vec<&[String]> = spec.steps.iter().map(|step| step.command.as_slice()).collect();
    let room = furnish(&Wanted {
        commands: &commands,
        files: &spec.files,
        names: &spec.names,
        project: spec.project.as_deref(),
        env: &spec.env,
        authority: &internet.authority,
        canaries: &canaries,
        seed: spec.seed,
        node: node.as_deref(),
        limits: CellLimits {
            memory: spec.memory,
            ..CellLimits::default()
        },
    });
    let written = Arc::new(AtomicU64::new(0));
    let (out, out_pump) = pump(Stream::Out, &output, &written)?;
    let (err, err_pump) = pump(Stream::Err, &output, &written)?;
    let nothing = OwnedFd::from(File::open("/dev/null")?);
    let (mut cell, sockets) = Cell::prepare(&room, program, WARDEN_ROLE, [nothing, out, err])?;
    internet.serve(&sockets).map_err(no_internet)?;
    if let Some(first) = spec.steps.first() {
        internet.phase(first.phase).map_err(no_internet)?;
    }
    drop(sockets);
    let mut watch = Watch::new(spec, epoch);
    let started = Instant::now();
    cell.open()?;
    watch.until_empty(&mut cell, &mut internet);
    let duration = watch.ended_after.unwrap_or_else(|| started.elapsed());
    drop(cell);
    for pump in [out_pump, err_pump] {
        let _ = pump.join();
    }
    if let Err(err) = internet.settle(STILL, SETTLE) {
        watch.invalid.push(err.to_string());
    }
    let (collected, counters) = internet.finish();
    let written = written.load(Ordering::Relaxed);
    Ok(watch.conclude(spec, duration, collected, counters, written))
}

fn no_internet(err: InternetError) -> RunError {
    RunError::NoInternet(err.to_string())
}

/// Where Node is installed, if that is not among the system's own programs: `…/bin/node` is shown with all of `…`.
fn node_prefix() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let node = std::env::split_paths(&path)
        .map(|folder| folder.join("node"))
        .find(|it| it.is_file())?;
    let prefix = node.canonicalize().ok()?.parent()?.parent()?.to_owned();
    (!prefix.starts_with("/usr") && prefix != Path::new("/")).then_some(prefix)
}

/// A pipe whose other end is read to the end, whatever is written.
fn pump(stream: Stream, output: &Arc<dyn Output>, written: &Arc<AtomicU64>) -> io::Result<(OwnedFd, JoinHandle<()>)> {
    let (mut reader, writer) = io::pipe()?;
    let (output, written) = (Arc::clone(output), Arc::clone(written));
    let thread = std::thread::Builder::new().name("output".to_owned()).spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(got @ 1..) = reader.read(&mut buffer) {
            let before = written.fetch_add(got as u64, Ordering::Relaxed);
            if before < MAX_SHOWN {
                output.write(stream, &buffer[..got]);
            }
        }
    })?;
    Ok((writer.into(), thread))
}

/// Keeps watch over a running command.
struct Watch<'s> {
    spec: &'s RunSpec,
    epoch: u64,
    started: Instant,
    ended_after: Option<Duration>,
    end: Option<RunEnd>,
    stopped: Option<RunLimit>,
    events: Vec<Event>,
    answered: u64,
    lost: u64,
    invalid: Vec<String>,
    /// Which step is under way.
    step: usize,
    /// Steps before the last that did not end well.
    failed: Vec<(usize, CommandEnd)>,
}

impl<'s> Watch<'s> {
    fn new(spec: &'s RunSpec, epoch: u64) -> Self {
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
        }
    }

    fn until_empty(&mut self, cell: &mut Cell, internet: &mut Internet) {
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
            Notice::Exited(_) | Notice::Empty { .. } => {}
        }
    }

    /// A step is over: the next is let start, or what is left behind may linger.
    fn ended(&mut self, end: CommandEnd, cell: &mut Cell, internet: &mut Internet) {
        self.step += 1;
        if let Some(next) = self.spec.steps.get(self.step) {
            if !matches!(end, CommandEnd::Exited(0)) {
                self.failed.push((self.step - 1, end));
            }
            let _ = internet.phase(next.phase);
            let _ = cell.open();
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

    fn conclude(
        mut self,
        spec: &RunSpec,
        duration: Duration,
        collected: Collected,
        counters: Result<Counters, InternetError>,
        written: u64,
    ) -> Executed {
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
        let mut events = collected.events;
        events.append(&mut self.events);
        events.sort_by_key(|event| event.at);
        let end = self.stopped.map(RunEnd::Stopped).or(self.end);
        for (step, end) in &self.failed {
            let name = spec
                .steps
                .get(*step)
                .and_then(|it| it.command.first())
                .map_or("?", String::as_str);
            self.invalid.push(format!("`{name}` before it {}", ending(*end)));
        }
        if end.is_none() {
            self.invalid.push("it is not known how the command ended".to_owned());
        }
        Executed {
            run: Run {
                command: match spec.steps.last() {
                    Some(last) if spec.title.is_empty() => last.command.clone(),
                    _ => spec.title.clone(),
                },
                end: end.unwrap_or(RunEnd::Stopped(RunLimit::Time)),
                duration: u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
                events,
                counters,
                invalid: self.invalid,
            },
            tls_keys: collected.keys,
            written,
        }
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

/// How often limits are looked at.
const TICK: Duration = Duration::from_millis(50);
/// After the room is empty: what was sent last has arrived when nothing moved for so long.
const STILL: Duration = Duration::from_millis(50);
const SETTLE: Duration = Duration::from_secs(3);
/// Bytes of output that are shown; the rest is read and counted.
const MAX_SHOWN: u64 = 16 << 20;
