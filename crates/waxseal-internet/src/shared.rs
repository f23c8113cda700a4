//! What every connection, datagram and question shares: the names, who answers, and the one way by which anything is told.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use waxseal_model::{Counters, DriverReport, Event, Observation, Phase};

use crate::stacks::Stacks;
use crate::{Answer, Ca, Limits, MailServer, Names, Sink};

/// Who answers what, and what the room calls itself.
pub struct World {
    /// Signs the certificates of every server.
    pub ca: Ca,
    /// Answers HTTP requests.
    pub answer: Arc<dyn Answer>,
    /// Answers mail.
    pub mail: Arc<dyn MailServer>,
    /// The addresses of the room itself: packets to them are our own answers.
    pub own_addresses: Vec<IpAddr>,
    /// Where records of stacks are sent by what was put into the room's Node; what comes here is not told as a datagram.
    pub stacks: Option<SocketAddr>,
    /// Where drivers inside the room send what they say of their calls; what comes here is not told as a datagram.
    pub reports: Option<SocketAddr>,
    /// How much is taken of anything.
    pub limits: Limits,
    /// When the room was ready: time is counted from here.
    pub start: Instant,
}

/// The world, with what was seen of it so far.
pub(crate) struct Shared {
    pub(crate) world: World,
    pub(crate) names: Names,
    pub(crate) held: Held,
    pub(crate) stacks: Stacks,
    sink: Arc<dyn Sink>,
    phase: AtomicU8,
    /// Microseconds from the start to the last thing that was seen.
    last: AtomicU64,
    pub(crate) tally: Tally,
    pub(crate) stopping: AtomicBool,
}

/// What is counted while serving.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) accepted: AtomicU64,
    pub(crate) connections: AtomicU64,
    pub(crate) open: AtomicUsize,
    pub(crate) datagrams: AtomicU64,
    pub(crate) datagrams_lost: AtomicU64,
    pub(crate) stacks: AtomicU64,
    pub(crate) stacks_lost: AtomicU64,
    pub(crate) packets: AtomicU64,
    pub(crate) packets_lost: AtomicU64,
    pub(crate) reports: AtomicU64,
    events_lost: AtomicU64,
}

impl Shared {
    pub(crate) fn new(world: World, sink: Arc<dyn Sink>) -> Self {
        Self {
            held: Held::new(world.limits.held),
            stacks: Stacks::default(),
            world,
            names: Names::default(),
            sink,
            phase: AtomicU8::new(Phase::Call as u8),
            last: AtomicU64::new(0),
            tally: Tally::default(),
            stopping: AtomicBool::new(false),
        }
    }

    /// Tells of one thing. What is not taken is counted.
    pub(crate) fn tell(&self, observation: Observation) {
        let connect = matches!(observation, Observation::Connect { .. });
        let at = self.touch();
        let event = Event {
            at,
            phase: self.phase(),
            observation,
        };
        if !self.sink.take(event) {
            self.tally.events_lost.fetch_add(1, Ordering::Relaxed);
        } else if connect {
            self.tally.connections.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Hands on what a driver says.
    pub(crate) fn report(&self, report: DriverReport) {
        self.touch();
        self.sink.report(report);
    }

    /// Something moved just now.
    pub(crate) fn touch(&self) -> u64 {
        let now = u64::try_from(self.world.start.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.last.fetch_max(now, Ordering::Relaxed);
        now
    }

    /// How long nothing moved.
    pub(crate) fn idle_for(&self) -> Duration {
        let last = Duration::from_micros(self.last.load(Ordering::Relaxed));
        self.world.start.elapsed().saturating_sub(last)
    }

    pub(crate) fn set_phase(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Hands the counters to the sink.
    pub(crate) fn count(&self) -> Counters {
        let counters = self.counters();
        self.sink.count(&counters);
        counters
    }

    pub(crate) fn counters(&self) -> Counters {
        let read = |it: &AtomicU64| it.load(Ordering::Relaxed);
        Counters {
            accepted: read(&self.tally.accepted),
            connections: read(&self.tally.connections),
            datagrams: read(&self.tally.datagrams),
            datagrams_lost: read(&self.tally.datagrams_lost),
            packets: read(&self.tally.packets),
            packets_lost: read(&self.tally.packets_lost),
            notices: 0,
            stacks: read(&self.tally.stacks),
            stacks_lost: read(&self.tally.stacks_lost),
            events_lost: read(&self.tally.events_lost),
        }
    }

    fn phase(&self) -> Phase {
        let phase = self.phase.load(Ordering::Relaxed);
        [Phase::Install, Phase::Import, Phase::Call, Phase::After]
            .into_iter()
            .find(|it| *it as u8 == phase)
            .unwrap_or(Phase::Call)
    }
}

/// A purse of bytes that all connections together may hold in memory: a thousand connections that each send a little less than
/// what one may send must not be enough to end us.
#[derive(Debug)]
pub(crate) struct Held {
    left: AtomicUsize,
}

impl Held {
    fn new(all: usize) -> Self {
        Self {
            left: AtomicUsize::new(all),
        }
    }

    /// Takes `bytes` out of the purse, if they are there.
    pub(crate) fn take(&self, bytes: usize) -> bool {
        self.left
            .try_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes))
            .is_ok()
    }

    /// Puts them back.
    pub(crate) fn put(&self, bytes: usize) {
        self.left.fetch_add(bytes, Ordering::Relaxed);
    }
}
