//! The parent's end of one reader: starts it, asks, listens, and ends it when its time is over.

use std::io::{BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use waxseal_js::hints::Hints;
use waxseal_model::{Change, HumanDiff, SourceEvidence, Subject};

use super::failure::{ReaderFailure, died, unexpected};
use super::input::{HandOver, SideInput};
use super::protocol::{
    Analyse, Excerpt, Open, Place, Request, Response, SealState, SideHeader, SidePart, UnpackedSide,
};
use super::wire::{self, Frame, Inbox, WireError};
use crate::diff::patch::Stat;

/// How readers are started and what they may use.
#[derive(Debug, Clone)]
pub struct ReaderOptions {
    /// The program that has the role.
    pub program: PathBuf,
    /// How long one reader may take, by the clock.
    pub time: Duration,
    /// Bytes of address space.
    pub memory: u64,
    /// Bytes of one archive once inflated.
    pub max_unpacked: u64,
    /// Go on where the kernel does not let the reader be sealed.
    pub allow_unsealed: bool,
}

impl Default for ReaderOptions {
    fn default() -> Self {
        Self {
            // Even if the file was replaced since: this very program.
            program: PathBuf::from("/proc/self/exe"),
            time: DEFAULT_TIME,
            memory: DEFAULT_MEMORY,
            max_unpacked: waxseal_npm::Limits::default().inflated,
            allow_unsealed: false,
        }
    }
}

/// Somebody who wants to know how far the reader has come.
pub trait Progress: Sync {
    /// It was told that there are so many files.
    fn files(&self, total: usize);
    /// It has turned to the next so many.
    fn begun(&self, files: usize);
}

/// Nobody.
impl Progress for () {
    fn files(&self, _total: usize) {}
    fn begun(&self, _files: usize) {}
}

/// One running reader.
#[derive(Debug)]
pub struct Session {
    input: Option<ChildStdin>,
    output: Inbox<BufReader<ChildStdout>>,
    watched: Arc<Watched>,
    watchdog: Option<(mpsc::Sender<()>, JoinHandle<()>)>,
    /// What each worker said it is on.
    working: Vec<Vec<SidePart>>,
    seal: SealState,
    time: Duration,
}

/// What the watchdog and the session share.
#[derive(Debug)]
struct Watched {
    child: Mutex<Child>,
    timed_out: AtomicBool,
}

impl Session {
    /// Starts a reader and hears that it is sealed.
    ///
    /// # Errors
    /// It cannot be started, or not be sealed and the options do not allow that.
    pub fn start(options: &ReaderOptions) -> Result<Self, ReaderFailure> {
        let start = |err: std::io::Error| ReaderFailure::Start(err.to_string());
        let mut child = Command::new(&options.program)
            .arg(super::ROLE)
            .arg(options.memory.to_string())
            .arg(options.time.as_secs().max(1).to_string())
            // Nothing of the surroundings: tokens live there.
            .env_clear()
            .envs(ALLOCATION)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // What a crash prints may hold text of the package.
            .stderr(Stdio::null())
            .spawn()
            .map_err(start)?;
        let (input, output) = (
            child.stdin.take(),
            child.stdout.take().expect("standard output is a pipe"),
        );
        let watched = Arc::new(Watched {
            child: Mutex::new(child),
            timed_out: AtomicBool::new(false),
        });
        let watchdog = watch(Arc::clone(&watched), options.time).map_err(start)?;
        let mut session = Self {
            input,
            output: Inbox::new(BufReader::with_capacity(BUFFER, output), MAX_FRAME, MAX_TOTAL),
            watched,
            watchdog: Some(watchdog),
            working: Vec::new(),
            seal: SealState {
                landlock: Ok(0),
                syscalls: Ok(()),
            },
            time: options.time,
        };
        match session.hear()? {
            Response::Hello(seal) => session.seal = seal,
            other => return Err(unexpected(&other)),
        }
        match &session.seal.syscalls {
            Err(reason) if !options.allow_unsealed => Err(ReaderFailure::Unsealed(reason.clone())),
            _ => Ok(session),
        }
    }

    /// What seals the reader, by its own word, given before it read anything.
    pub fn seal(&self) -> &SealState {
        &self.seal
    }

    /// Hands over the sides.
    pub(super) fn open(&mut self, sides: &[(Subject, SideInput)], max_unpacked: u64) -> Result<(), ReaderFailure> {
        let header = |(subject, input): &(Subject, SideInput)| SideHeader {
            subject: subject.clone(),
            content: input.header(),
        };
        let open = Open {
            sides: sides.iter().map(header).collect(),
            max_unpacked,
        };
        self.say(&Request::Open(open))?;
        sides.iter().try_for_each(|(_, input)| self.hand_over(input))
    }

    /// Hands over two sides of which only the text is asked for. Gives the reason why a side cannot be unpacked, if there is one.
    ///
    /// # Errors
    /// The reader fails.
    pub fn open_for_text(
        &mut self,
        sides: &[(Subject, SideInput)],
        max_unpacked: u64,
    ) -> Result<Option<String>, ReaderFailure> {
        self.open(sides, max_unpacked)?;
        self.say(&Request::Unpack)?;
        let unpacked = match self.hear()? {
            Response::Unpacked(unpacked) if unpacked.len() == sides.len() => unpacked,
            other => return Err(unexpected(&other)),
        };
        let broken = |(side, (subject, _)): (&UnpackedSide, &(Subject, SideInput))| {
            let reason = side.broken.as_ref()?;
            Some(format!("`{subject}` cannot be unpacked: {reason}"))
        };
        Ok(unpacked.iter().zip(sides).find_map(broken))
    }

    /// What each of `sides` sides holds and could do. On a failure, [`Self::suspects`] says which files it may have been on.
    pub(super) fn analyse(
        &mut self,
        sides: usize,
        how: Analyse,
        progress: &dyn Progress,
    ) -> Result<Vec<SourceEvidence>, ReaderFailure> {
        self.say(&Request::Analyse(how))?;
        let mut evidence = Vec::new();
        while evidence.len() < sides {
            match self.hear()? {
                Response::Working { worker, files } => {
                    progress.begun(files.len());
                    let worker = usize::from(worker);
                    if self.working.len() <= worker {
                        self.working.resize(worker + 1, Vec::new());
                    }
                    self.working[worker] = files;
                }
                Response::Files(total) => progress.files(total as usize),
                Response::Evidence(side) => evidence.push(*side),
                other => return Err(unexpected(&other)),
            }
        }
        self.working.clear();
        Ok(evidence)
    }

    /// The files that were being looked into when the last word came, by the reader's own account.
    pub(super) fn suspects(&self) -> Vec<SidePart> {
        self.working.iter().flatten().copied().collect()
    }

    /// What differs between the two sides.
    ///
    /// # Errors
    /// The reader fails.
    pub fn compare(&mut self) -> Result<Change, ReaderFailure> {
        self.say(&Request::Compare)?;
        match self.hear()? {
            Response::Change(change) => Ok(*change),
            other => Err(unexpected(&other)),
        }
    }

    /// The readable difference of the two sides that were compared.
    ///
    /// # Errors
    /// The reader fails.
    pub fn human_diff(&mut self) -> Result<HumanDiff, ReaderFailure> {
        self.say(&Request::Human)?;
        match self.hear()? {
            Response::Human(diff) => Ok(*diff),
            other => Err(unexpected(&other)),
        }
    }

    /// Environment variables that the side may read, by name, the likeliest first: more than it does; and those of them that it has values of
    /// its own for. Hostile.
    ///
    /// # Errors
    /// The reader fails.
    pub fn variables(&mut self) -> Result<(Vec<String>, Vec<String>), ReaderFailure> {
        self.say(&Request::Variables)?;
        match self.hear()? {
            Response::Variables(names, defaulted) => Ok((names, defaulted)),
            other => Err(unexpected(&other)),
        }
    }

    /// What the side's code looks out for. Hostile.
    ///
    /// # Errors
    /// The reader fails.
    pub fn hints(&mut self) -> Result<Hints, ReaderFailure> {
        self.say(&Request::Hints)?;
        match self.hear()? {
            Response::Hints {
                words,
                domains,
                names,
                latest,
            } => Ok(Hints {
                words,
                domains,
                names,
                latest,
            }),
            other => Err(unexpected(&other)),
        }
    }

    /// The source around places.
    pub(super) fn excerpts(&mut self, places: Vec<Place>) -> Result<Vec<Option<Excerpt>>, ReaderFailure> {
        let asked = places.len();
        self.say(&Request::Excerpts(places))?;
        match self.hear()? {
            Response::Excerpts(excerpts) if excerpts.len() == asked => Ok(excerpts),
            other => Err(unexpected(&other)),
        }
    }

    /// Passes the raw difference on, piece by piece.
    ///
    /// # Errors
    /// The reader fails; or `out` fails, which is the inner error.
    pub fn patch(&mut self, out: &mut dyn Write) -> Result<std::io::Result<()>, ReaderFailure> {
        self.say(&Request::Patch)?;
        loop {
            match self.output.frame().map_err(|err| self.failure(err))? {
                Frame::Raw(bytes) => {
                    if let Err(err) = out.write_all(&bytes) {
                        return Ok(Err(err));
                    }
                }
                Frame::Message(body) => {
                    return match wire::decode(&body).map_err(|err| self.failure(err))? {
                        Response::PatchEnd => Ok(out.flush()),
                        Response::Failed(reason) => Err(ReaderFailure::GaveUp(reason)),
                        other => Err(unexpected(&other)),
                    };
                }
            }
        }
    }

    /// Lines of the raw difference, counted by file.
    ///
    /// # Errors
    /// The reader fails.
    pub fn stat(&mut self) -> Result<Vec<Stat>, ReaderFailure> {
        self.say(&Request::Stat)?;
        match self.hear()? {
            Response::Stats(stats) => Ok(stats),
            other => Err(unexpected(&other)),
        }
    }

    fn say(&mut self, request: &Request) -> Result<(), ReaderFailure> {
        let input = self.input.as_mut().expect("the pipe is open until the session ends");
        wire::send(input, request).map_err(|err| self.failure(err))
    }

    fn hand_over(&mut self, input: &SideInput) -> Result<(), ReaderFailure> {
        let pipe = self.input.as_mut().expect("the pipe is open until the session ends");
        match input.write_to(pipe) {
            Ok(()) => Ok(()),
            Err(HandOver::Pipe(err)) => Err(self.failure(err.into())),
            Err(HandOver::Archive(reason)) => {
                self.end(false);
                Err(ReaderFailure::Start(reason))
            }
        }
    }

    fn hear(&mut self) -> Result<Response, ReaderFailure> {
        match self.output.message().map_err(|err| self.failure(err))? {
            Response::Failed(reason) => Err(ReaderFailure::GaveUp(reason)),
            response => Ok(response),
        }
    }

    /// Ends the reader and says what happened to it.
    fn failure(&mut self, err: WireError) -> ReaderFailure {
        let gone = matches!(err, WireError::Ended | WireError::Io(_));
        let status = self.end(gone);
        if self.watched.timed_out.load(Ordering::Acquire) {
            return ReaderFailure::TimeOut(self.time.as_secs());
        }
        match (gone, status) {
            (true, Some(status)) => ReaderFailure::Died(died(status)),
            _ => ReaderFailure::Nonsense(err.to_string()),
        }
    }

    /// Closes the pipe and waits; a reader that is not gone by itself is killed.
    fn end(&mut self, gone: bool) -> Option<ExitStatus> {
        self.input = None;
        let status = {
            let mut child = self.watched.child.lock().unwrap_or_else(PoisonError::into_inner);
            if !gone {
                let _ = child.kill();
            }
            child.wait().ok()
        };
        if let Some((stop, thread)) = self.watchdog.take() {
            drop(stop);
            let _ = thread.join();
        }
        status
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Whatever it still does is of no use to anybody.
        self.end(false);
    }
}

/// Kills the reader when its time is over, unless told before that it ended.
fn watch(watched: Arc<Watched>, time: Duration) -> std::io::Result<(mpsc::Sender<()>, JoinHandle<()>)> {
    let (stop, stopped) = mpsc::channel();
    let thread = std::thread::Builder::new().stack_size(WATCHDOG_STACK).spawn(move || {
        if stopped.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
            watched.timed_out.store(true, Ordering::Release);
            let _ = watched.child.lock().unwrap_or_else(PoisonError::into_inner).kill();
        }
    })?;
    Ok((stop, thread))
}

/// Real packages take seconds.
const DEFAULT_TIME: Duration = Duration::from_secs(120);

/// The largest real packages need less than 1 GiB; stacks and reserved memory count too.
const DEFAULT_MEMORY: u64 = 4 << 30;

/// Facts of the largest packages take a few megabytes.
const MAX_FRAME: usize = 64 << 20;

/// A raw difference of two very large packages.
const MAX_TOTAL: u64 = 4 << 30;

/// For the C library's allocator (`mallopt(3)`); another one ignores it. Syntax trees are large and short-lived: what a large file
/// takes goes back to the system at once, and small files do not ask the system for every few pages.
const ALLOCATION: [(&str, &str); 3] = [
    ("MALLOC_MMAP_THRESHOLD_", "1048576"),
    ("MALLOC_TRIM_THRESHOLD_", "8388608"),
    ("MALLOC_TOP_PAD_", "524288"),
];

const BUFFER: usize = 64 << 10;

/// It only waits.
const WATCHDOG_STACK: usize = 64 << 10;
