//! Where alerts are handed in.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ring::rand::{SecureRandom as _, SystemRandom};
use waxseal_model::{Moment, Severity};

use super::alert::{Alert, Letter, What};
use super::sender::{self, Sender};
use super::settings::{SettingsError, TargetSettings};
use super::spool::{self, Admitted, Queue, SpoolError};
use super::targets::{Outcome, Target};

/// The desk: who is told, and the spool between.
#[derive(Clone)]
pub struct Alerts {
    pub(super) counters: Arc<Vec<Arc<Counter>>>,
    random: Arc<SystemRandom>,
}

/// Everything about one target.
pub(super) struct Counter {
    pub(super) settings: TargetSettings,
    pub(super) target: Box<dyn Target>,
    pub(super) queue: Queue,
    /// Wakes its thread.
    pub(super) bell: Bell,
    /// Alerts that could not be written down since the last one that could.
    lost: AtomicU64,
}

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most letters that wait for one target. What comes then is counted in a summary.
    pub letters: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { letters: 2000 }
    }
}

/// What became of an alert, over all targets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Enqueued {
    /// How many targets will be told of it.
    pub queued: usize,
    /// For how many it is counted since it came before.
    pub counted: usize,
    /// For how many it is counted in a summary since their queue is full.
    pub folded: usize,
}

/// What a target answered to a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// What the target is called.
    pub target: String,
    /// Which kind it is.
    pub kind: &'static str,
    /// Where it is, as it may be shown: without secrets.
    pub place: String,
    /// Why it did not take it.
    pub trouble: Option<String>,
}

/// Why there are no alerts, or one could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum AlertError {
    /// A target's settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Two targets with one name.
    #[error("two alert targets are called `{0}`: give one of them another `name`")]
    SameName(String),
    /// The spool.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// A thread could not be started.
    #[error("the thread that sends alerts cannot be started: {0}")]
    Thread(#[source] std::io::Error),
}

/// Who is told, with the secrets that takes.
pub struct Targets(Vec<(TargetSettings, Box<dyn Target>)>);

impl Targets {
    /// Reads the secrets of these targets. Touches nothing else: do it before privileges are given up, and open the spool afterwards, so
    /// that it belongs to whom it must.
    pub fn read(settings: &[TargetSettings]) -> Result<Self, AlertError> {
        let mut targets: Vec<(TargetSettings, Box<dyn Target>)> = Vec::with_capacity(settings.len());
        for settings in settings {
            if targets.iter().any(|(other, _)| other.name == settings.name) {
                return Err(AlertError::SameName(settings.name.clone()));
            }
            targets.push((settings.clone(), settings.open()?));
        }
        Ok(Self(targets))
    }

    /// Sends a test to each target, now, without a spool.
    pub fn test(&self) -> Vec<Tried> {
        let now = spool::now();
        let alert = Alert {
            key: "waxseal/test".to_owned(),
            severity: Severity::Info,
            title: "Test of waxseal's alerts".to_owned(),
            summary: "somebody ran `waxseal mail alerts test`; nothing was found".to_owned(),
            subject: String::new(),
            values: Vec::new(),
            at: Some(now),
            source: "test".to_owned(),
        };
        let mut letter = Letter::new(new_id(&SystemRandom::new()), &alert, now);
        letter.what = What::Test;
        self.0
            .iter()
            .map(|(settings, target)| Tried {
                target: settings.name.clone(),
                kind: settings.kind,
                place: target.place(),
                trouble: match target.send(&letter) {
                    Outcome::Delivered => None,
                    Outcome::Later { reason, .. } | Outcome::Refused { reason } => Some(reason),
                },
            })
            .collect()
    }
}

impl Alerts {
    /// Opens the spool for these targets, and makes it where there is none. Nothing is sent yet: see [`Self::start`].
    pub fn open(targets: Targets, spool: &Path, limits: Limits) -> Result<Self, AlertError> {
        let mut counters: Vec<Arc<Counter>> = Vec::with_capacity(targets.0.len());
        for (settings, target) in targets.0 {
            let root: PathBuf = spool.join(&settings.name);
            counters.push(Arc::new(Counter {
                queue: Queue::open(&root, limits.letters, settings.repeat_after)?,
                settings,
                target,
                bell: Bell::default(),
                lost: AtomicU64::new(0),
            }));
        }
        Ok(Self {
            counters: Arc::new(counters),
            random: Arc::new(SystemRandom::new()),
        })
    }

    /// Whether anybody would be told of an alert of this severity.
    pub fn wants(&self, severity: Severity) -> bool {
        self.counters
            .iter()
            .any(|counter| severity >= counter.settings.min_severity)
    }

    /// Takes an alert in. When this returns without an error, it is on disk for every target that wants it: as a letter, or counted. It waits for the
    /// disk, never for a target.
    ///
    /// # Errors
    ///
    /// For at least one target it could not be written down (a full disk); the others have it. How many were lost is told as soon as
    /// something can be written again.
    pub fn enqueue(&self, alert: &Alert) -> Result<Enqueued, AlertError> {
        self.enqueue_at(alert, spool::now())
    }

    /// As [`Self::enqueue`], at that moment.
    pub(super) fn enqueue_at(&self, alert: &Alert, now: Moment) -> Result<Enqueued, AlertError> {
        let letter = Letter::new(new_id(&self.random), alert, now);
        let mut done = Enqueued::default();
        let mut failed = None;
        for counter in self.counters.iter() {
            if alert.severity < counter.settings.min_severity {
                continue;
            }
            match counter.admit(&letter, &alert.key, now) {
                Ok(Admitted::Queued) => done.queued += 1,
                Ok(Admitted::Counted) => done.counted += 1,
                Ok(Admitted::Folded) => done.folded += 1,
                Err(err) => failed = Some(err),
            }
        }
        match failed {
            Some(err) => Err(err.into()),
            None => Ok(done),
        }
    }

    /// Starts to send, each target in a thread of its own, what lies in the spool and what comes. Where another process sends already, this one
    /// waits until that ends. Sending ends when the returned value is dropped.
    pub fn start(&self) -> Result<Sender, AlertError> {
        sender::start(self)
    }

    /// Waits until everything is told, `longest` at most, and tells what was counted, too. Returns how many letters still wait; they are sent when
    /// somebody opens the spool again. Somebody must be sending.
    pub fn flush(&self, longest: Duration) -> Result<usize, AlertError> {
        let until = Instant::now() + longest;
        for counter in self.counters.iter() {
            counter.queue.close_windows(spool::now(), true)?;
            counter.bell.ring();
        }
        loop {
            let mut waiting = 0;
            for counter in self.counters.iter() {
                waiting += counter.queue.list()?.len();
            }
            if waiting == 0 || Instant::now() >= until {
                return Ok(waiting);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A new id.
fn new_id(random: &SystemRandom) -> String {
    let mut bytes = [0; 16];
    // Without randomness (there is none where the kernel offers none), the time and a count still tell letters apart.
    if random.fill(&mut bytes).is_err() {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let nanos = jiff::Timestamp::now().as_nanosecond().to_le_bytes();
        bytes.copy_from_slice(&nanos);
        let count = COUNT.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        bytes[8..].iter_mut().zip(count).for_each(|(byte, more)| *byte ^= more);
    }
    spool::id_of(&bytes)
}

impl Counter {
    fn admit(&self, letter: &Letter, key: &str, now: Moment) -> Result<Admitted, SpoolError> {
        let admitted = self.queue.admit(letter, key, now).inspect_err(|_| {
            self.lost.fetch_add(1, Ordering::Relaxed);
        })?;
        if self.lost.load(Ordering::Relaxed) > 0 {
            self.tell_lost(letter, now);
        }
        self.bell.ring();
        Ok(admitted)
    }

    /// Tells how many alerts could not be written down.
    fn tell_lost(&self, letter: &Letter, now: Moment) {
        let lost = self.lost.swap(0, Ordering::Relaxed);
        let alert = Alert {
            key: format!("waxseal/lost/{}", letter.id),
            severity: Severity::Critical,
            title: "Alerts could not be kept".to_owned(),
            summary: format!("{lost} alerts before this one could not be written to the spool, and are lost"),
            subject: String::new(),
            values: Vec::new(),
            at: Some(now),
            source: "alerts".to_owned(),
        };
        let told = Letter {
            count: lost,
            ..Letter::new(format!("{}-lost", letter.id), &alert, now)
        };
        if self.queue.admit(&told, &alert.key, now).is_err() {
            self.lost.fetch_add(lost, Ordering::Relaxed);
        }
    }
}

/// Wakes a thread that waits.
#[derive(Debug, Default)]
pub(super) struct Bell {
    rung: Mutex<bool>,
    woken: Condvar,
}

impl Bell {
    pub(super) fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.woken.notify_all();
    }

    /// Waits until it is rung, `longest` at most.
    pub(super) fn wait(&self, longest: Duration) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut rung, _) = self
            .woken
            .wait_timeout_while(rung, longest, |rung| !*rung)
            .unwrap_or_else(PoisonError::into_inner);
        *rung = false;
    }
}
