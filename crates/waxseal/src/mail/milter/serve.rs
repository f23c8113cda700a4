//! The thread that serves: it waits for sockets and signals, and for nothing else.

mod upkeep;

use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use waxseal_detect::mail::{Ledger, MailPolicy};
use waxseal_mail::milter::Limits;
use waxseal_model::Moment;
use waxseal_sandbox::Signals;

use super::clerk::{AlertSink, Clerk};
use super::connection::{Connection, Purpose, Then};
use super::counters::{Counters, Standing};
use super::desk::Desk;
use super::journal;
use super::notify::Manager;
use super::place::Listener;
use super::settings::MilterSettings;
use crate::alerts::TargetSettings;
use crate::mail::state::StateFolder;

/// Everything a server needs, opened and read already.
pub struct Service {
    /// Where mail servers come in.
    pub listeners: Vec<Listener>,
    /// Where figures are fetched.
    pub metrics: Option<Listener>,
    /// `SIGHUP`, `SIGTERM` and `SIGINT`.
    pub signals: Signals,
    /// The service manager.
    pub manager: Manager,
    /// How it runs.
    pub settings: MilterSettings,
    /// What is accepted.
    pub policy: MailPolicy,
    /// Reads the policy anew, or says why that is not possible.
    pub reload: Box<dyn FnMut() -> Result<MailPolicy, String>>,
    /// What was seen before.
    pub ledger: Ledger,
    /// Where it is kept.
    pub state: StateFolder,
    /// Whom findings are handed to.
    pub alerts: Option<Box<dyn AlertSink>>,
    /// Who is told by them: the mails that tell are none to tell of.
    pub alert_targets: Vec<TargetSettings>,
    /// What time it is.
    pub clock: fn() -> Moment,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service")
            .field("listeners", &self.listeners)
            .finish_non_exhaustive()
    }
}

/// Serves until it is told to end. Mails that have begun are finished first, for up to ten seconds.
///
/// # Errors
/// The kernel refuses what cannot be done without: to wait for sockets, or to start a thread.
pub fn serve(service: Service) -> io::Result<()> {
    let mut server = Server::start(service)?;
    while server.goes_on() {
        server.turn()?;
    }
    server.end();
    Ok(())
}

struct Server {
    epoll: OwnedFd,
    listeners: Vec<Listener>,
    metrics: Option<Listener>,
    signals: Signals,
    manager: Manager,
    settings: MilterSettings,
    reload: Box<dyn FnMut() -> Result<MailPolicy, String>>,
    clock: fn() -> Moment,
    desk: Desk,
    clerk: Clerk,
    connections: HashMap<u64, Connection>,
    /// How many of these are for figures; they never take the place of mail.
    for_figures: usize,
    next: u64,
    events: Vec<epoll::Event>,
    room: Vec<u8>,
    swept: Instant,
    saved: Instant,
    /// Mails that were counted when it was last saved.
    saved_mails: u64,
    policy_good: bool,
    /// Since when it is about to end.
    ending: Option<Instant>,
    /// There is no descriptor left for another connection: nobody is taken until the next sweep.
    is_out_of_descriptors: bool,
    said_full: Option<Instant>,
}

impl Server {
    fn start(service: Service) -> io::Result<Self> {
        let started = (service.clock)();
        let clerk = Clerk::start(service.settings.log.clone(), service.state, service.alerts)?;
        let now = Instant::now();
        let mut server = Self {
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            listeners: service.listeners,
            metrics: service.metrics,
            signals: service.signals,
            manager: service.manager,
            reload: service.reload,
            clock: service.clock,
            desk: Desk {
                ledger: service.ledger,
                policy: service.policy,
                findings: Vec::new(),
                alert_targets: service.alert_targets,
                log_mails: service.settings.log_mails.unwrap_or_default(),
                counters: Counters::new(started.0),
                lines: Vec::new(),
            },
            settings: service.settings,
            clerk,
            connections: HashMap::new(),
            for_figures: 0,
            next: FIRST_CONNECTION,
            events: Vec::with_capacity(MAX_EVENTS),
            room: vec![0; READ_ROOM],
            swept: now,
            saved: now,
            saved_mails: 0,
            policy_good: true,
            ending: None,
            is_out_of_descriptors: false,
            said_full: None,
        };
        epoll::add(&server.epoll, &server.signals, data(SIGNALS), epoll::EventFlags::IN)?;
        server.watch_listeners()?;
        let places: Vec<&str> = server.listeners.iter().map(|it| it.shown.as_str()).collect();
        let message = format!("listens at {}", places.join(" and "));
        journal::event(&mut server.desk.lines, started, "start", &message, "");
        server.manager.ready(&message);
        Ok(server)
    }

    fn watch_listeners(&self) -> io::Result<()> {
        for (token, listener) in (FIRST_LISTENER..).zip(&self.listeners) {
            epoll::add(&self.epoll, listener, data(token), epoll::EventFlags::IN)?;
        }
        if let Some(metrics) = &self.metrics {
            epoll::add(&self.epoll, metrics, data(METRICS), epoll::EventFlags::IN)?;
        }
        Ok(())
    }

    fn goes_on(&self) -> bool {
        match self.ending {
            None => true,
            Some(since) => !self.connections.is_empty() && since.elapsed() < GRACE,
        }
    }

    /// Waits once, and does what is to be done.
    fn turn(&mut self) -> io::Result<()> {
        self.clerk.log(&mut self.desk.lines);
        self.clerk.alert(&mut self.desk.findings);
        let mut events = std::mem::take(&mut self.events);
        let waited = epoll::wait(&self.epoll, spare_capacity(&mut events), self.patience().as_ref());
        match waited {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(err) => return Err(err.into()),
        }
        let now = ((self.clock)(), Instant::now());
        for event in events.drain(..) {
            match event.data.u64() {
                SIGNALS => self.obey(now),
                METRICS => self.accept_for_figures(now),
                token if token < FIRST_CONNECTION => self.accept((token - FIRST_LISTENER) as usize, now),
                token => self.attend(token, event.flags, now),
            }
        }
        self.events = events;
        if now.1.duration_since(self.swept) >= TICK {
            self.sweep(now);
        }
        Ok(())
    }

    /// How long nothing but a socket is waited for.
    fn patience(&self) -> Option<Timespec> {
        let nothing_due = self.connections.is_empty()
            && self.desk.counters.mails() == self.saved_mails
            && self.desk.findings.is_empty()
            && self.ending.is_none()
            && !self.is_out_of_descriptors;
        (!nothing_due).then_some(Timespec {
            tv_sec: TICK.as_secs() as i64,
            tv_nsec: 0,
        })
    }

    fn accept(&mut self, listener: usize, now: (Moment, Instant)) {
        for _ in 0..MAX_ACCEPTED {
            if self.is_out_of_descriptors || self.ending.is_some() {
                return;
            }
            let Some(listener) = self.listeners.get(listener) else {
                return;
            };
            match listener.accept() {
                Ok(_) if self.open_for_mail() >= self.settings.max_connections() => {
                    self.desk.counters.refused += 1;
                    self.say_full(
                        "there are as many connections as are taken, so new ones are closed",
                        now,
                    );
                }
                Ok(socket) => {
                    let purpose = Purpose::Milter { tcp: listener.tcp };
                    self.desk.counters.connections += 1;
                    self.take(socket, purpose, now.1);
                }
                Err(err) if err.kind() == io::ErrorKind::WouldBlock => return,
                // `ECONNABORTED`: it has gone already.
                Err(err) if err.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(err) => return self.run_out(&err, now),
            }
        }
    }

    /// Takes who asks for figures: few at once, so that they cost no mail its place.
    fn accept_for_figures(&mut self, now: (Moment, Instant)) {
        for _ in 0..MAX_ACCEPTED {
            if self.is_out_of_descriptors || self.ending.is_some() {
                return;
            }
            let Some(metrics) = &self.metrics else {
                return;
            };
            match metrics.accept() {
                Ok(_) if self.for_figures >= MAX_FOR_FIGURES => {}
                Ok(socket) => self.take(socket, Purpose::Figures, now.1),
                Err(err) if err.kind() == io::ErrorKind::WouldBlock => return,
                Err(err) if err.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(err) => return self.run_out(&err, now),
            }
        }
    }

    /// The system has no room for another connection: nobody is listened to until the next sweep, since the listeners would be ready all the time.
    fn run_out(&mut self, err: &io::Error, now: (Moment, Instant)) {
        self.is_out_of_descriptors = true;
        self.ignore_listeners();
        self.say_full(&format!("cannot take another connection: {err}"), now);
    }

    fn open_for_mail(&self) -> usize {
        self.connections.len().saturating_sub(self.for_figures)
    }

    fn take(&mut self, socket: OwnedFd, purpose: Purpose, now: Instant) {
        let limits = Limits {
            recipients: self.settings.max_recipients.unwrap_or(Limits::default().recipients),
            ..Limits::default()
        };
        let connection = Connection::new(socket, purpose, limits, now);
        let token = self.next;
        if epoll::add(&self.epoll, &connection, data(token), epoll::EventFlags::IN).is_ok() {
            self.next += 1;
            self.for_figures += usize::from(connection.is_for_figures());
            self.connections.insert(token, connection);
        }
    }

    fn attend(&mut self, token: u64, flags: epoll::EventFlags, now: (Moment, Instant)) {
        let open = self.open_for_mail();
        let Some(connection) = self.connections.get_mut(&token) else {
            return;
        };
        let mut then = Then::Listen;
        if connection.is_full {
            then = connection.write();
        }
        // What must be written goes first: a peer that reads nothing is not read from.
        if then == Then::Listen
            && flags.intersects(epoll::EventFlags::IN | epoll::EventFlags::HUP | epoll::EventFlags::ERR)
        {
            let (clerk, policy_good) = (&self.clerk, self.policy_good);
            then = connection.read(&mut self.room, &mut self.desk, now, |desk| {
                figures(desk, clerk, open, policy_good)
            });
        }
        match then {
            Then::Close => {
                self.for_figures -= usize::from(connection.is_for_figures());
                self.connections.remove(&token);
            }
            Then::Listen | Then::Drain => {
                let is_full = then == Then::Drain;
                if connection.is_full != is_full {
                    connection.is_full = is_full;
                    let interest = if is_full {
                        epoll::EventFlags::OUT
                    } else {
                        epoll::EventFlags::IN
                    };
                    let _ = epoll::modify(&self.epoll, &*connection, data(token), interest);
                }
            }
        }
    }
}

fn figures(desk: &Desk, clerk: &Clerk, open: usize, policy_good: bool) -> String {
    desk.counters.render(Standing {
        open,
        applications: desk.ledger.applications().len(),
        lines_lost: clerk.lines_lost(),
        findings_lost: clerk.findings_lost(),
        log_errors: clerk.log_errors(),
        save_errors: clerk.save_errors(),
        saved: clerk.saved(),
        policy_good,
    })
}

fn data(token: u64) -> epoll::EventData {
    epoll::EventData::new_u64(token)
}

const SIGNALS: u64 = 0;
const METRICS: u64 = 1;
const FIRST_LISTENER: u64 = 2;
/// Numbers of connections are never used twice, so that an event that comes late is nobody's.
const FIRST_CONNECTION: u64 = 1 << 32;
/// How often time-outs are looked for.
const TICK: Duration = Duration::from_secs(1);
/// How long mails that have begun may take at the end.
const GRACE: Duration = Duration::from_secs(10);
/// What is read at once; a whole mail's worth of packets fits.
const READ_ROOM: usize = 64 << 10;
const MAX_EVENTS: usize = 64;
/// Connections that are taken before others are attended to.
const MAX_ACCEPTED: usize = 16;
/// Connections for figures at once.
const MAX_FOR_FIGURES: usize = 4;
/// How long one of these may take, from its beginning to its end.
const FIGURES_TIME: Duration = Duration::from_secs(10);
