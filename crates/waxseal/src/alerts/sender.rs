//! The threads that send, one a target.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ring::rand::{SecureRandom as _, SystemRandom};

use super::alert::Letter;
use super::desk::{AlertError, Alerts, Counter};
use super::pace::{Pace, Step};
use super::spool::{self, Name, SpoolError, State};
use super::targets::Outcome;

/// Somebody sends as long as this lives. Dropping it does not wait for a message that is under way.
pub struct Sender {
    alerts: Alerts,
    stop: Arc<AtomicBool>,
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        for counter in self.alerts.counters.iter() {
            counter.bell.ring();
        }
    }
}

/// Starts a thread for each target.
pub(super) fn start(alerts: &Alerts) -> Result<Sender, AlertError> {
    let sender = Sender {
        alerts: alerts.clone(),
        stop: Arc::default(),
    };
    for counter in alerts.counters.iter() {
        let (counter, stop) = (Arc::clone(counter), Arc::clone(&sender.stop));
        std::thread::Builder::new()
            .name(format!("alert-{}", counter.settings.kind))
            .stack_size(STACK)
            .spawn(move || Round::new(&counter).run(&stop))
            .map_err(AlertError::Thread)?;
    }
    Ok(sender)
}

/// What one thread knows.
struct Round<'a> {
    counter: &'a Counter,
    pace: Pace,
    began: Instant,
    state: State,
    /// How many letters in a row were refused.
    refusals: u32,
    /// When windows were last looked through, in milliseconds since it began.
    looked: Option<u64>,
}

impl<'a> Round<'a> {
    fn new(counter: &'a Counter) -> Self {
        Self {
            counter,
            pace: Pace::new(counter.settings.per_minute, counter.settings.burst, 0),
            began: Instant::now(),
            state: State::default(),
            refusals: 0,
            looked: None,
        }
    }

    fn run(mut self, stop: &AtomicBool) {
        let mut lock: Option<File> = None;
        while !stop.load(Ordering::Acquire) {
            if lock.is_none() {
                lock = self.counter.queue.lock_sender().unwrap_or(None);
                if lock.is_some() {
                    self.state = State::read(&self.counter.queue);
                }
            }
            // Where the spool cannot be read, or another process sends, it is looked at again later.
            let wait = if lock.is_some() { self.round() } else { POLL };
            if !wait.is_zero() {
                self.counter.bell.wait(wait.min(POLL));
            }
        }
    }

    /// As [`Self::step`]; that the spool cannot be read is written where `waxseal mail alerts status` shows it, if anything can be written.
    fn round(&mut self) -> Duration {
        match self.step() {
            Ok(wait) => wait,
            Err(err) => {
                self.state.trouble = err.to_string();
                self.state.since.get_or_insert(spool::now().0);
                self.state.write(&self.counter.queue);
                POLL
            }
        }
    }

    /// Sends one message, or says how long there is nothing to do.
    fn step(&mut self) -> Result<Duration, SpoolError> {
        let queue = &self.counter.queue;
        self.look_at_windows()?;
        // While it waits for a target that is away, each alert that comes in rings the bell: no reason to read the folder each time.
        if let Some(left) = self.pace.rest(self.elapsed()) {
            return Ok(left);
        }
        queue.unfold(spool::now())?;
        let names = queue.list()?;
        let [first, ..] = names.as_slice() else { return Ok(POLL) };
        match self.pace.step(self.elapsed(), names.len()) {
            Step::Wait(time) => return Ok(time),
            Step::One => {}
            Step::Digest => {
                if let Some((name, letter)) = queue.fold(&names, spool::now())? {
                    self.send(name, &letter)?;
                    return Ok(Duration::ZERO);
                }
            }
        }
        if let Some(letter) = queue.read(*first)? {
            self.send(*first, &letter)?;
        }
        Ok(Duration::ZERO)
    }

    fn send(&mut self, name: Name, letter: &Letter) -> Result<(), SpoolError> {
        let queue = &self.counter.queue;
        let now = spool::now().0;
        match self.counter.target.send(letter) {
            Outcome::Delivered => {
                queue.remove(name)?;
                self.refusals = 0;
                self.pace.delivered();
                self.state = State {
                    delivered: Some(now),
                    count: self.state.count + 1,
                    ..State::default()
                };
            }
            Outcome::Refused { reason } => {
                queue.refuse(name)?;
                self.refusals += 1;
                if self.refusals > REFUSALS {
                    // It refuses whatever it gets: the settings are wrong rather than the letters, so they are put aside slowly.
                    self.pace.failed(self.elapsed(), None, dice());
                } else {
                    // It answered, so the next one need not wait.
                    self.pace.delivered();
                }
                self.state.trouble = format!("a letter was refused: {reason}");
                self.state.since.get_or_insert(now);
            }
            Outcome::Later { reason, after } => {
                self.pace.failed(self.elapsed(), after, dice());
                self.state.trouble = reason;
                self.state.since.get_or_insert(now);
                self.state.tries = self.pace.failures();
            }
        }
        self.state.write(queue);
        Ok(())
    }

    /// Ends windows whose time is over, every tenth of a window.
    fn look_at_windows(&mut self) -> Result<(), SpoolError> {
        let now = self.elapsed();
        let every = (self.counter.settings.repeat_after * 100).clamp(200, 30_000);
        if self.looked.is_some_and(|looked| now.saturating_sub(looked) < every) {
            return Ok(());
        }
        self.looked = Some(now);
        self.counter.queue.close_windows(spool::now(), false)
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Any number, so that several waxseals do not come back at the same moment.
fn dice() -> u64 {
    let mut bytes = [0; 8];
    // Without randomness the wait is half as long.
    let _ = SystemRandom::new().fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// How long a thread waits before it looks at the spool again: another process may have written there.
const POLL: Duration = Duration::from_secs(1);
/// How many letters in a row may be refused before that slows down.
const REFUSALS: u32 = 3;
/// A TLS handshake with its certificates needs a part of it.
const STACK: usize = 512 * 1024;
