//! Finds out who made a connection: by the stack that the package's own runtime told of, and by the process that asked the kernel.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use waxseal_model::{Author, Ends, Observation, Run};

use crate::report::run::program;

/// Everything in a run that tells who did something, by what it can be joined on.
pub(super) struct Authors<'r> {
    /// By the package's end of the connection.
    stacks: BTreeMap<End, Vec<(u64, &'r [String])>>,
    /// By the end that was asked for.
    calls: BTreeMap<End, Vec<(u64, u32)>>,
    /// By process.
    programs: BTreeMap<u32, Vec<(u64, String)>>,
}

type End = (IpAddr, u16);

impl<'r> Authors<'r> {
    pub(super) fn of(run: &'r Run) -> Self {
        let mut authors = Self {
            stacks: BTreeMap::new(),
            calls: BTreeMap::new(),
            programs: BTreeMap::new(),
        };
        for event in &run.events {
            match &event.observation {
                Observation::Stack { from, frames } => {
                    authors.stacks.entry(end(from)).or_default().push((event.at, frames));
                }
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
        authors
    }

    /// Who made the connection or sent the datagram that was seen at this time.
    pub(super) fn find(&self, at: u64, ends: &Ends) -> Option<Author> {
        // Ports are used again, so the nearest in time is meant.
        let frame = self.stack(ends).and_then(|stacks| {
            let (_, frames) = stacks.iter().min_by_key(|(when, _)| when.abs_diff(at))?;
            own_frame(frames)
        });
        let pid = self.calls.get(&end(&ends.to)).and_then(|calls| {
            let (_, pid) = calls.iter().min_by_key(|(when, _)| when.abs_diff(at))?;
            Some(*pid)
        });
        let program = pid.and_then(|pid| self.program(at, pid));
        (frame.is_some() || pid.is_some()).then_some(Author { program, pid, frame })
    }

    fn stack(&self, ends: &Ends) -> Option<&Vec<(u64, &'r [String])>> {
        let exact = self.stacks.get(&end(&ends.from));
        // A runtime may only know that it is bound to every address.
        let any = |address: &str| {
            let address: IpAddr = address.parse().ok()?;
            self.stacks.get(&(address, ends.from.port()))
        };
        exact.or_else(|| any("0.0.0.0")).or_else(|| any("::"))
    }

    /// The program a process ran at this time.
    fn program(&self, at: u64, pid: u32) -> Option<String> {
        let programs = self.programs.get(&pid)?;
        let before = programs.iter().rev().find(|(when, _)| *when <= at);
        before.or(programs.first()).map(|(_, program)| program.clone())
    }
}

/// The address as both walls write it: one of them may see IPv4 inside of IPv6.
fn end(address: &SocketAddr) -> End {
    (address.ip().to_canonical(), address.port())
}

/// The innermost frame that is not the runtime's own.
fn own_frame(frames: &[String]) -> Option<String> {
    let own = frames.iter().find(|frame| !frame.starts_with("node:"));
    own.or(frames.first()).cloned()
}
