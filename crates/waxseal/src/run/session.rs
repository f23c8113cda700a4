//! One run: the internet is started, the room is made, the command runs, and everything that was seen is put together.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use waxseal_internet::Canaries;
use waxseal_model::{PacketCount, Phase, Run};
use waxseal_sandbox::{Cell, CellLimits, NotReady, RoleProcess, fork_warden};

use super::drive::Drive;
use super::internet::{Internet, InternetError};
use super::mcp::Tail;
use super::mint::{Mint, Vocabulary};
use super::protocol::Order;
use super::recorder::Recorder;
use super::registry::RegistryAnswers;
use super::room::{Wanted, furnish};
use super::trees::Tree;
use super::watch::{Doorway, Watch};
use super::{clock, stacks};

/// What is to run, and how much it may take.
#[derive(Debug, Clone, Default)]
pub struct RunSpec {
    /// What is done, one thing after the other; the last is what the run is about.
    pub steps: Vec<Step>,
    /// The project it works in, if it does.
    pub project: Option<PathBuf>,
    /// What the place it works in is called in the room; by itself it keeps the project's name.
    pub called: Option<String>,
    /// Dependencies that lie unpacked already, under the project's place.
    pub tree: Option<Arc<Tree>>,
    /// An empty folder of this machine that the project's place is copied to afterwards: only where nothing runs that is not trusted.
    pub keep: Option<PathBuf>,
    /// Environment beside the ordinary one.
    pub env: Vec<(String, String)>,
    /// What the person who runs it gave it to show to services: their own configuration.
    pub own: Vec<String>,
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
    /// Where every packet is written to, as pcapng's blocks of packets, and how many bytes at most.
    pub packets: Option<(Arc<File>, u64)>,
    /// Files that are put into the project's place, which is empty without one.
    pub files: Vec<(String, Vec<u8>)>,
    /// What npm finds where its registry is.
    pub registry: Option<RegistryAnswers>,
    /// Node in the room tells which lines of code send.
    pub attribution: bool,
    /// What is done with the package beside loading it.
    pub drive: Option<Drive>,
    /// What is missing from the beginning: the run is then not whole. Sentences of ours.
    pub gaps: Vec<String>,
    /// What the package's code looks out for.
    pub hints: Hints,
}

/// What a package's code looks out for, so that what it waits for comes. Nothing is concluded from it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hints {
    /// Words and domains.
    pub vocabulary: Vocabulary,
    /// Names under which the code keeps addresses: what answers for services nobody knows has them too.
    pub names: Vec<String>,
    /// Milliseconds that JavaScript's clock is moved ahead by, for the calls that are made on a later day; none are if it is zero.
    pub ahead: u64,
    /// Variables that are not set then: all that are made up and that nobody must set.
    pub optional: Vec<String>,
}

impl Hints {
    /// What is to come for this one and for another, this one's first.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let both = |mine: &[String], others: &[String]| {
            let more = others.iter().filter(|it| !mine.contains(it));
            mine.iter().chain(more).cloned().collect()
        };
        Self {
            vocabulary: Vocabulary {
                words: both(&self.vocabulary.words, &other.vocabulary.words),
                domains: both(&self.vocabulary.domains, &other.vocabulary.domains),
            },
            names: both(&self.names, &other.names),
            ahead: self.ahead.max(other.ahead),
            optional: both(&self.optional, &other.optional),
        }
    }
}

/// One program of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// What the package is doing then.
    pub phase: Phase,
    /// What it reads and who reads what it writes.
    pub input: Input,
}

/// What a step is given as standard input, and where its standard output goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Input {
    /// Nothing to read; what it writes is shown.
    #[default]
    Nothing,
    /// It is a server of the Model Context Protocol, and is spoken with; it is started by `drive/serve.cjs`. It must be the last step.
    Protocol,
}

/// Somebody who is shown what the command writes, as it comes. Hostile.
pub trait Output: Send + Sync {
    /// Standard output or standard error.
    fn write(&self, stream: Stream, bytes: &[u8]);

    /// A step is let start.
    fn begins(&self, _step: &Step) {}
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
    /// What became of the packets, if they were asked for; or why they could not be written.
    pub packets: Option<io::Result<PacketCount>>,
    /// Bytes that the command wrote to its standard output and error.
    pub written: u64,
    /// What was planted.
    pub canaries: Canaries,
    /// How many files, folders and links were kept, if something was to be.
    pub kept: Option<u64>,
    /// How long it took until the room had its network, and its sockets were handed out.
    pub network_after: Duration,
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

/// A value, and the values in it where it is a connection string (`endpoint=…;accesskey=…`).
fn secrets_of(value: &str) -> Vec<String> {
    let parts = value.split(';').filter_map(|part| part.split_once('='));
    let parts = parts.map(|(_, value)| value).chain([value]);
    // Words such as `true` and `production` let nobody in.
    parts
        .filter(|it| it.len() >= SHORTEST_SECRET)
        .map(str::to_owned)
        .collect()
}

/// Shorter than any token or password that a service gives out.
const SHORTEST_SECRET: usize = 12;

/// The processes that a run takes beside this one, waiting for their orders.
#[derive(Debug)]
pub struct Roles {
    internet: RoleProcess,
    warden: RoleProcess,
}

impl Roles {
    /// Makes them, as copies of this process: it must not yet have read anything that they are not to have.
    ///
    /// # Errors
    /// This process has more than one thread, or the kernel gives no process.
    pub fn fork() -> Result<Self, RunError> {
        Ok(Self {
            internet: RoleProcess::fork(c"waxseal-net", super::role::play)?,
            warden: fork_warden()?,
        })
    }
}

/// Runs a command in a room of its own.
///
/// # Errors
/// There is no room, or no internet for it. Nothing has run then.
pub fn execute(roles: Roles, spec: &RunSpec, output: Arc<dyn Output>) -> Result<Executed, RunError> {
    let epoch = clock();
    let stacks = spec.attribution.then(stacks::address);
    let (seed, keys) = (spec.seed, spec.keys);
    let canaries = Canaries::mint(spec.seed);
    let make = Order::Make {
        seed,
        epoch,
        keys,
        stacks,
        own: spec.own.iter().flat_map(|value| secrets_of(value)).collect(),
        users: users(spec, &canaries),
        reports: spec.drive.as_ref().map(|drive| drive.reports),
        names: spec.hints.names.clone(),
    };
    let mut internet = Internet::start(roles.internet, &make).map_err(no_internet)?;
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
        called: spec.called.as_deref(),
        tree: spec.tree.as_deref().map(Tree::folder),
        keep: spec.keep.as_deref(),
        env: &spec.env,
        authority: &internet.authority,
        canaries: &canaries,
        seed: spec.seed,
        node: node.as_deref(),
        stacks,
        capture: spec.packets.is_some(),
        limits: CellLimits {
            memory: spec.memory,
            ..CellLimits::default()
        },
    });
    let written = Arc::new(AtomicU64::new(0));
    let tail = Tail::default();
    let (out, err, pump) = pump(Arc::clone(&output), Arc::clone(&written), tail.clone())?;
    let errors = err.try_clone()?;
    let nothing = OwnedFd::from(File::open("/dev/null")?);
    let (mut cell, mut sockets) = Cell::prepare(&room, roles.warden, [nothing, out, err])?;
    let network_after = cell.network_after();
    internet.serve(&sockets).map_err(no_internet)?;
    if let Some(first) = spec.steps.first() {
        internet.phase(first.phase).map_err(no_internet)?;
    }
    let recorder = match (&spec.packets, sockets.capture.take()) {
        (Some((file, limit)), Some(socket)) => Some(Recorder::start(socket, file.try_clone()?, *limit)?),
        _ => None,
    };
    drop(sockets);
    let mut watch = Watch::new(
        spec,
        epoch,
        Doorway {
            program: Path::new("/proc/self/exe"),
            errors: Some(errors),
            tail,
            output,
        },
    );
    let started = Instant::now();
    watch.open(&mut cell)?;
    watch.until_empty(&mut cell, &mut internet);
    let duration = watch.ended_after.unwrap_or_else(|| started.elapsed());
    drop(cell);
    watch.door.errors = None;
    let _ = pump.join();
    if let Err(err) = internet.settle(STILL, SETTLE) {
        watch.invalid.push(err.to_string());
    }
    let (collected, counters) = internet.finish();
    let packets = recorder.map(Recorder::finish);
    let kept = watch.kept;
    let (run, tls_keys) = watch.conclude(spec, duration, collected, counters);
    Ok(Executed {
        run,
        tls_keys,
        packets,
        written: written.load(Ordering::Relaxed),
        kept,
        canaries,
        network_after,
    })
}

/// What a package was handed that may be the name of an account: the values of variables that it reads or was given, and the mailboxes that
/// drivers send from.
fn users(spec: &RunSpec, canaries: &Canaries) -> Vec<String> {
    let made_up = canaries.environment(&spec.names).into_iter().map(|(_, value)| value);
    let given = spec.env.iter().map(|(_, value)| value.clone());
    let named = made_up.chain(given).chain([Mint::new(spec.seed).sender()]);
    let is_name = |value: &String| (2..=MAX_USER).contains(&value.len()) && !value.contains("://");
    named.filter(is_name).take(MAX_USERS).collect()
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

/// Two pipes, for output and errors, whose other ends are read to the end by one thread, whatever is written.
fn pump(
    output: Arc<dyn Output>,
    written: Arc<AtomicU64>,
    tail: Tail,
) -> io::Result<(OwnedFd, OwnedFd, JoinHandle<()>)> {
    let (out, out_writer) = io::pipe()?;
    let (err, err_writer) = io::pipe()?;
    let thread = std::thread::Builder::new().name("output".to_owned()).spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        let mut open = vec![(Stream::Out, out), (Stream::Err, err)];
        while !open.is_empty() {
            let mut ready: Vec<_> = open.iter().map(|(_, it)| PollFd::new(it, PollFlags::IN)).collect();
            if let Err(Errno::INTR) = poll(&mut ready, None) {
                continue;
            }
            let ready: Vec<bool> = ready.iter().map(|it| !it.revents().is_empty()).collect();
            let mut ready = ready.into_iter();
            open.retain_mut(|(stream, pipe)| {
                if ready.next() != Some(true) {
                    return true;
                }
                let Ok(got @ 1..) = pipe.read(&mut buffer) else {
                    return false;
                };
                if *stream == Stream::Err {
                    tail.add(&buffer[..got]);
                }
                if written.fetch_add(got as u64, Ordering::Relaxed) < MAX_SHOWN {
                    output.write(*stream, &buffer[..got]);
                }
                true
            });
        }
    })?;
    Ok((out_writer.into(), err_writer.into(), thread))
}

/// After the room is empty: what was sent last has arrived when nothing moved for so long.
const STILL: Duration = Duration::from_millis(50);
const SETTLE: Duration = Duration::from_secs(3);
/// Bytes of the name of an account: a mailbox has no more (RFC 5321 §4.5.3.1).
const MAX_USER: usize = 320;
/// As many variables as are made up, and some more.
const MAX_USERS: usize = 1_000;
/// Bytes of output that are shown; the rest is read and counted.
const MAX_SHOWN: u64 = 16 << 20;
