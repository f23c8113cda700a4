//! A thread of its own for what may take long: it writes the log, hands on findings and saves what was seen. No mail waits for it.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use waxseal_detect::mail::{Ledger, MailFinding, MailPolicy};

use super::complain;
use crate::mail::state::StateFolder;
use crate::mail::teller::Teller;

/// Whom findings are handed to, by a thread that no mail waits for.
pub trait AlertSink: Send {
    /// Takes one finding.
    fn raise(&mut self, finding: &MailFinding);
    /// Looks for what follows from all that was seen, whenever that is saved.
    fn conclude(&mut self, ledger: &Ledger, policy: &MailPolicy);
}

impl AlertSink for Teller {
    fn raise(&mut self, finding: &MailFinding) {
        if let Some(reason) = self.tell(finding) {
            complain(&format!("an alert cannot be kept: {reason}; mail goes on"));
        }
    }

    fn conclude(&mut self, ledger: &Ledger, policy: &MailPolicy) {
        if let Some(reason) = Self::conclude(self, ledger, policy, true) {
            complain(&format!("an alert cannot be kept: {reason}; mail goes on"));
        }
    }
}

/// The other thread, and what it says of itself.
#[derive(Debug)]
pub(super) struct Clerk {
    jobs: SyncSender<Job>,
    record: Arc<Record>,
    thread: JoinHandle<()>,
}

/// What the clerk tells of its work.
#[derive(Debug, Default)]
struct Record {
    lines_lost: AtomicU64,
    findings_lost: AtomicU64,
    /// Findings that were handed over and not handed on yet.
    findings_waiting: AtomicUsize,
    log_errors: AtomicU64,
    save_errors: AtomicU64,
    saved: AtomicI64,
    is_saving: AtomicBool,
}

enum Job {
    Lines(Vec<u8>),
    Findings(Vec<MailFinding>),
    Save {
        ledger: Box<Ledger>,
        policy: Box<MailPolicy>,
        now: i64,
    },
    Reopen,
}

impl Clerk {
    /// Starts it. What it logs goes to the file, or to standard error.
    ///
    /// # Errors
    /// There is no thread to be had, or the log cannot be opened.
    pub(super) fn start(
        log: Option<PathBuf>,
        state: StateFolder,
        alerts: Option<Box<dyn AlertSink>>,
    ) -> io::Result<Self> {
        let (jobs, work) = sync_channel(MAX_JOBS);
        let record = Arc::new(Record::default());
        let desk = Work {
            sink: Sink::open(log.as_deref())?,
            log,
            state,
            alerts,
            record: Arc::clone(&record),
            backlog: VecDeque::new(),
            later: None,
            line_broken: false,
            complained: false,
        };
        let thread = std::thread::Builder::new()
            .name("clerk".to_owned())
            .stack_size(STACK)
            .spawn(move || desk.run(&work))?;
        Ok(Self { jobs, record, thread })
    }

    /// Hands over whole lines. Where the clerk is far behind, they are counted and dropped.
    pub(super) fn log(&self, lines: &mut Vec<u8>) {
        if lines.is_empty() {
            return;
        }
        let count = memchr::memchr_iter(b'\n', lines).count() as u64;
        if self.jobs.try_send(Job::Lines(std::mem::take(lines))).is_err() {
            self.record.lines_lost.fetch_add(count, Ordering::Relaxed);
        }
    }

    /// Hands over findings. Those beyond what may wait are counted and dropped; where the clerk is behind with everything, they stay.
    pub(super) fn alert(&self, findings: &mut Vec<MailFinding>) {
        if findings.is_empty() {
            return;
        }
        let mut all = std::mem::take(findings);
        let waiting = self.record.findings_waiting.load(Ordering::Acquire);
        let room = MAX_FINDINGS.saturating_sub(waiting);
        self.lose(all.len().saturating_sub(room));
        all.truncate(room);
        let count = all.len();
        if count == 0 {
            return;
        }
        self.record.findings_waiting.fetch_add(count, Ordering::AcqRel);
        if let Err(err) = self.jobs.try_send(Job::Findings(all)) {
            self.record.findings_waiting.fetch_sub(count, Ordering::AcqRel);
            match err {
                TrySendError::Full(Job::Findings(all)) => *findings = all,
                _ => self.lose(count),
            }
        }
    }

    fn lose(&self, findings: usize) {
        self.record.findings_lost.fetch_add(findings as u64, Ordering::Relaxed);
    }

    /// Has what was seen saved, unless that is being done already. Whether it will be.
    pub(super) fn save(&self, ledger: &Ledger, policy: &MailPolicy, now: i64) -> bool {
        if self.record.is_saving.swap(true, Ordering::AcqRel) {
            return false;
        }
        let (ledger, policy) = (Box::new(ledger.clone()), Box::new(policy.clone()));
        let sent = self.jobs.try_send(Job::Save { ledger, policy, now }).is_ok();
        if !sent {
            self.record.is_saving.store(false, Ordering::Release);
        }
        sent
    }

    /// Has the log opened anew, since it may have been rotated.
    pub(super) fn reopen(&self) {
        let _ = self.jobs.try_send(Job::Reopen);
    }

    /// Hands over and saves a last time, and waits until everything is written.
    pub(super) fn end(self, findings: Vec<MailFinding>, ledger: Ledger, policy: MailPolicy, now: i64) {
        self.record.findings_waiting.fetch_add(findings.len(), Ordering::AcqRel);
        let _ = self.jobs.send(Job::Findings(findings));
        let (ledger, policy) = (Box::new(ledger), Box::new(policy));
        let _ = self.jobs.send(Job::Save { ledger, policy, now });
        drop(self.jobs);
        let _ = self.thread.join();
    }

    pub(super) fn lines_lost(&self) -> u64 {
        self.record.lines_lost.load(Ordering::Relaxed)
    }

    pub(super) fn findings_lost(&self) -> u64 {
        self.record.findings_lost.load(Ordering::Relaxed)
    }

    pub(super) fn log_errors(&self) -> u64 {
        self.record.log_errors.load(Ordering::Relaxed)
    }

    pub(super) fn save_errors(&self) -> u64 {
        self.record.save_errors.load(Ordering::Relaxed)
    }

    pub(super) fn saved(&self) -> i64 {
        self.record.saved.load(Ordering::Relaxed)
    }
}

/// The clerk's side.
struct Work {
    sink: Sink,
    log: Option<PathBuf>,
    state: StateFolder,
    alerts: Option<Box<dyn AlertSink>>,
    record: Arc<Record>,
    /// Findings that are not handed on yet.
    backlog: VecDeque<MailFinding>,
    /// What is saved once these are.
    later: Option<Later>,
    /// A line was written in part: the next one begins on a line of its own.
    line_broken: bool,
    /// It was said on standard error that the log cannot be written.
    complained: bool,
}

/// What was seen, to be saved once the findings that came before it are handed on: who forgets them in a crash must find them again.
struct Later {
    /// How many of these there are.
    before: usize,
    ledger: Box<Ledger>,
    policy: Box<MailPolicy>,
    now: i64,
}

enum Sink {
    File(File),
    Error(io::Stderr),
}

impl Sink {
    fn open(log: Option<&std::path::Path>) -> io::Result<Self> {
        let Some(path) = log else {
            return Ok(Self::Error(io::stderr()));
        };
        // Not by a rename or with a lock: what rotates logs expects a file that is appended to.
        let file = OpenOptions::new().append(true).create(true).mode(0o640).open(path);
        file.map(Self::File)
            .map_err(|err| io::Error::new(err.kind(), format!("cannot open the log `{}`: {err}", path.display())))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::File(file) => file.write_all(bytes),
            Self::Error(stderr) => stderr.write_all(bytes),
        }
    }
}

impl Work {
    /// Works in turn: lines are written between findings, which take longer, so that neither waits for all of the other.
    fn run(mut self, jobs: &Receiver<Job>) {
        let mut goes_on = true;
        while goes_on || !self.backlog.is_empty() {
            goes_on = goes_on && self.take_in(jobs);
            self.hand_on();
        }
    }

    /// Does what is asked for, up to a limit, and waits for it only where there is nothing else to do. False once nobody will ask again.
    fn take_in(&mut self, jobs: &Receiver<Job>) -> bool {
        if self.backlog.is_empty() {
            match jobs.recv() {
                Ok(job) => self.take(job),
                Err(_) => return false,
            }
        }
        for _ in 0..MAX_TAKEN {
            match jobs.try_recv() {
                Ok(job) => self.take(job),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
        true
    }

    fn take(&mut self, job: Job) {
        match job {
            Job::Lines(lines) => self.write(&lines),
            Job::Findings(findings) => self.backlog.extend(findings),
            Job::Save { ledger, policy, now } => {
                // One that still waits is older than this.
                self.later = Some(Later {
                    before: self.backlog.len(),
                    ledger,
                    policy,
                    now,
                });
            }
            Job::Reopen => match Sink::open(self.log.as_deref()) {
                Ok(sink) => self.sink = sink,
                // The file that is open goes on being written to.
                Err(err) => self.complain(&err.to_string()),
            },
        }
    }

    /// Hands on findings for a short while, and saves what waited for them.
    fn hand_on(&mut self) {
        let begin = Instant::now();
        while let Some(finding) = self.backlog.pop_front() {
            if let Some(alerts) = &mut self.alerts {
                alerts.raise(&finding);
            }
            self.record.findings_waiting.fetch_sub(1, Ordering::AcqRel);
            if let Some(later) = &mut self.later {
                later.before = later.before.saturating_sub(1);
            }
            if begin.elapsed() >= TURN {
                break;
            }
        }
        if let Some(later) = self.later.take_if(|it| it.before == 0) {
            self.save(&later.ledger, later.now);
            if let Some(alerts) = &mut self.alerts {
                alerts.conclude(&later.ledger, &later.policy);
            }
        }
    }

    fn write(&mut self, lines: &[u8]) {
        let mut done = Ok(());
        if self.line_broken {
            done = self.sink.write(b"\n");
        }
        match done.and_then(|()| self.sink.write(lines)) {
            Ok(()) => {
                self.line_broken = false;
                self.complained = false;
            }
            Err(err) => {
                self.line_broken = true;
                self.record.log_errors.fetch_add(1, Ordering::Relaxed);
                let count = memchr::memchr_iter(b'\n', lines).count() as u64;
                self.record.lines_lost.fetch_add(count, Ordering::Relaxed);
                self.complain(&format!("cannot write the log: {err}; mail goes on"));
            }
        }
    }

    fn save(&mut self, ledger: &Ledger, now: i64) {
        match self.state.save("milter", ledger, &[]) {
            Ok(()) => self.record.saved.store(now, Ordering::Relaxed),
            Err(err) => {
                self.record.save_errors.fetch_add(1, Ordering::Relaxed);
                self.complain(&format!(
                    "{err}; what was seen is kept in memory, and saved when that is possible again"
                ));
            }
        }
        self.record.is_saving.store(false, Ordering::Release);
    }

    /// Says on standard error what is wrong, once until it is right again.
    fn complain(&mut self, what: &str) {
        if !self.complained {
            let _ = writeln!(io::stderr().lock(), "error: {what}");
        }
        self.complained = true;
    }
}

/// Batches of lines that may wait. Each is what came from one reading of a socket.
const MAX_JOBS: usize = 4096;
/// Findings that may wait, in however many batches.
const MAX_FINDINGS: usize = 10_000;
/// Jobs that are done before findings are handed on.
const MAX_TAKEN: usize = 1024;
/// How long findings are handed on before lines are written; one is always.
const TURN: Duration = Duration::from_millis(10);
/// It writes and encodes, nothing else.
const STACK: usize = 256 << 10;
