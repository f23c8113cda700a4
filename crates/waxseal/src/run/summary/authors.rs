//! Finds out who made a connection: by the stack that the package's own runtime told of, and by the process that asked the kernel.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use waxseal_model::{Attribution, Author, ConnectionId, Ends, Observation, Run, StackAct};

use super::frames::telling;
use crate::report::run::program;

/// Everything in a run that tells who did something, by what it can be joined on.
pub(super) struct Authors<'r> {
    /// What was told of each connection that anything was told of.
    connections: BTreeMap<ConnectionId, Told<'r>>,
    /// Datagrams, by the package's end.
    datagrams: BTreeMap<End, Vec<Stack<'r>>>,
    /// The frame of every HTTP request, in the order of events.
    pub(super) requests: Vec<Option<String>>,
    /// By the end that was asked for.
    calls: BTreeMap<End, Vec<(u64, u32)>>,
    /// By process.
    programs: BTreeMap<u32, Vec<(u64, String)>>,
    attribution: Attribution,
}

type End = (IpAddr, u16);
/// When, and the frames.
type Stack<'r> = (u64, &'r [String]);

/// The stacks of one connection.
#[derive(Default)]
struct Told<'r> {
    made: Option<&'r [String]>,
    requests: Vec<Stack<'r>>,
}

impl<'r> Authors<'r> {
    pub(super) fn of(run: &'r Run) -> Self {
        let mut authors = Self {
            connections: BTreeMap::new(),
            datagrams: BTreeMap::new(),
            requests: Vec::new(),
            calls: BTreeMap::new(),
            programs: BTreeMap::new(),
            attribution: Attribution::default(),
        };
        for event in &run.events {
            match &event.observation {
                Observation::ConnectCall { pid, to } => {
                    authors.calls.entry(end(to)).or_default().push((event.at, *pid));
                }
                Observation::Exec { pid, path, arguments } => {
                    let program = program(path, arguments);
                    authors.programs.entry(*pid).or_default().push((event.at, program));
                }
                _ => {}
            }
        }
        authors.join(run);
        authors.requests = authors.requests_of(run);
        authors
    }

    /// Gives every stack to the connection or the datagrams it belongs to.
    fn join(&mut self, run: &'r Run) {
        let mut made: BTreeMap<End, Vec<(u64, ConnectionId)>> = BTreeMap::new();
        // A socket of datagrams that is bound to every address has none of its own.
        let mut sending: BTreeSet<u16> = BTreeSet::new();
        for event in &run.events {
            match &event.observation {
                Observation::Connect { connection, ends, .. } => {
                    made.entry(end(&ends.from)).or_default().push((event.at, *connection));
                }
                Observation::Datagram { ends, .. } => drop(sending.insert(ends.from.port())),
                _ => {}
            }
        }
        for event in &run.events {
            let Observation::Stack { from, act, frames } = &event.observation else {
                continue;
            };
            let stack = (event.at, frames.as_slice());
            if *act == StackAct::Datagram {
                self.attribution.strays += u64::from(!sending.contains(&from.port()));
                self.datagrams.entry(end(from)).or_default().push(stack);
                continue;
            }
            let Some(connection) = made.get(&end(from)).and_then(|it| belonging(it, event.at, *act)) else {
                self.attribution.strays += 1;
                continue;
            };
            let told = self.connections.entry(connection).or_default();
            match act {
                StackAct::Request => told.requests.push(stack),
                _ => told.made = told.made.or(Some(stack.1)),
            }
        }
        self.attribution.connections = made.values().map(|it| it.len() as u64).sum();
        let attributed = self.connections.len() as u64;
        self.attribution.unattributed = self.attribution.connections.saturating_sub(attributed);
    }

    /// Requests on a connection are answered in the order in which they were asked for, so the n-th stack is that of the n-th. Where
    /// their numbers differ, the last one before it is meant, and the connection's own if there is none.
    fn requests_of(&self, run: &Run) -> Vec<Option<String>> {
        let exchanges = || {
            run.events.iter().filter_map(|event| match &event.observation {
                Observation::Http(exchange) => Some((event.at, exchange.connection)),
                _ => None,
            })
        };
        let mut numbers: BTreeMap<ConnectionId, usize> = BTreeMap::new();
        for (_, connection) in exchanges() {
            *numbers.entry(connection).or_default() += 1;
        }
        let mut counted: BTreeMap<ConnectionId, usize> = BTreeMap::new();
        let frames = exchanges().map(|(at, connection)| {
            let idx = counted.entry(connection).or_default();
            let told = self.connections.get(&connection)?;
            let stack = if numbers.get(&connection) == Some(&told.requests.len()) {
                told.requests.get(*idx)
            } else {
                told.requests.iter().rev().find(|(when, _)| *when <= at)
            };
            *idx += 1;
            let frames = stack.map(|(_, frames)| *frames).or(told.made)?;
            telling(frames).map(str::to_owned)
        });
        frames.collect()
    }

    /// How many connections have a stack.
    pub(super) fn attribution(&self) -> Attribution {
        self.attribution
    }

    /// Who made the connection that was seen at this time.
    pub(super) fn of_connection(&self, connection: ConnectionId, at: u64, ends: &Ends) -> Option<Author> {
        let told = self.connections.get(&connection);
        let frames = told.and_then(|told| told.made.or_else(|| told.requests.first().map(|(_, frames)| *frames)));
        self.author(at, ends, frames)
    }

    /// Who sent the datagram that was seen at this time. A port sends for several lines, so the nearest in time is meant.
    pub(super) fn of_datagram(&self, at: u64, ends: &Ends) -> Option<Author> {
        let any: [IpAddr; 2] = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
        let stacks = [end(&ends.from).0, any[0], any[1]]
            .iter()
            .find_map(|address| self.datagrams.get(&(*address, ends.from.port())));
        let nearest = stacks.and_then(|stacks| stacks.iter().min_by_key(|(when, _)| when.abs_diff(at)));
        self.author(at, ends, nearest.map(|(_, frames)| *frames))
    }

    fn author(&self, at: u64, ends: &Ends, frames: Option<&[String]>) -> Option<Author> {
        let frame = frames.and_then(telling).map(str::to_owned);
        let pid = self.calls.get(&end(&ends.to)).and_then(|calls| {
            let (_, pid) = calls.iter().min_by_key(|(when, _)| when.abs_diff(at))?;
            Some(*pid)
        });
        let program = pid.and_then(|pid| self.program(at, pid));
        (frame.is_some() || pid.is_some()).then_some(Author { program, pid, frame })
    }

    /// The program a process ran at this time.
    fn program(&self, at: u64, pid: u32) -> Option<String> {
        let programs = self.programs.get(&pid)?;
        let before = programs.iter().rev().find(|(when, _)| *when <= at);
        before.or(programs.first()).map(|(_, program)| program.clone())
    }
}

/// The line of code that asked for each HTTP request of a run, in the order of events.
pub(crate) fn request_frames(run: &Run) -> Vec<Option<String>> {
    Authors::of(run).requests
}

/// Ports are used again: that a connection was made is told about when it is, a request while it lasts.
fn belonging(made: &[(u64, ConnectionId)], at: u64, act: StackAct) -> Option<ConnectionId> {
    let found = match act {
        StackAct::Request => made.iter().rev().find(|(when, _)| *when <= at).or(made.first()),
        _ => made.iter().min_by_key(|(when, _)| when.abs_diff(at)),
    };
    found.map(|(_, connection)| *connection)
}

/// The address as both walls write it: one of them may see IPv4 inside of IPv6.
fn end(address: &SocketAddr) -> End {
    (address.ip().to_canonical(), address.port())
}
