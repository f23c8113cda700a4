//! One connection: a socket that does not block, what came over it, and what still has to be written.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Instant;

use waxseal_mail::milter::{Event, Limits, Session};
use waxseal_model::Moment;

use super::desk::Desk;
use super::scrape::{Asked, Scrape};

/// One connection.
#[derive(Debug)]
pub(super) struct Connection {
    socket: OwnedFd,
    tcp: bool,
    talk: Talk,
    output: Vec<u8>,
    /// Bytes of `output` that are written.
    written: usize,
    /// It ends once everything is written.
    is_over: bool,
    /// When it was taken.
    pub(super) taken: Instant,
    /// When the peer last said something.
    pub(super) heard: Instant,
    /// Since when a packet or a request is there in part.
    pub(super) partial: Option<Instant>,
    /// Whether it is waited for that the socket takes more.
    pub(super) is_full: bool,
}

#[derive(Debug)]
enum Talk {
    Milter(Box<Session>),
    Scrape(Scrape),
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Milter { tcp: bool },
    Figures,
}

/// How a connection goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// It waits for the peer to say something.
    Listen,
    /// It waits for the socket to take more.
    Drain,
    /// It is over.
    Close,
}

impl Connection {
    pub(super) fn new(socket: OwnedFd, purpose: Purpose, limits: Limits, now: Instant) -> Self {
        Self {
            socket,
            tcp: purpose == Purpose::Milter { tcp: true },
            talk: match purpose {
                Purpose::Milter { .. } => Talk::Milter(Box::new(Session::new(limits))),
                Purpose::Figures => Talk::Scrape(Scrape::default()),
            },
            output: Vec::new(),
            written: 0,
            is_over: false,
            taken: now,
            heard: now,
            partial: None,
            is_full: false,
        }
    }

    /// Whether it is one for figures, not for mail.
    pub(super) fn is_for_figures(&self) -> bool {
        matches!(self.talk, Talk::Scrape(_))
    }

    /// Whether it may be ended without a mail being torn.
    pub(super) fn is_idle(&self) -> bool {
        let nothing_to_write = self.output.is_empty();
        match &self.talk {
            Talk::Milter(session) => session.is_idle() && nothing_to_write,
            Talk::Scrape(_) => nothing_to_write,
        }
    }

    /// Reads once and answers what came. `figures` makes the page of figures.
    pub(super) fn read(
        &mut self,
        room: &mut [u8],
        desk: &mut Desk,
        now: (Moment, Instant),
        figures: impl FnOnce(&Desk) -> String,
    ) -> Then {
        let count = match rustix::io::read(&self.socket, &mut *room) {
            Ok(0) => return Then::Close,
            Ok(count) => count,
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => return Then::Listen,
            Err(_) => return Then::Close,
        };
        if self.tcp {
            // The kernel forgets this again and again; without it the mail server, which waits for acknowledgements (Nagle), is held up by 40 ms
            // for each mail.
            let _ = rustix::net::sockopt::set_tcp_quickack(&self.socket, true);
        }
        self.heard = now.1;
        let bytes = &room[..count];
        match &mut self.talk {
            Talk::Milter(session) => {
                let goes_on = converse(session, bytes, desk, now.0, &mut self.output);
                self.is_over |= !goes_on;
                self.partial = match session.is_partial() {
                    true => self.partial.or(Some(now.1)),
                    false => None,
                };
            }
            Talk::Scrape(scrape) => {
                self.partial = self.partial.or(Some(now.1));
                match scrape.receive(bytes) {
                    Asked::More => {}
                    Asked::Figures => {
                        let page = figures(desk);
                        super::scrape::respond(&mut self.output, Some(&page));
                        self.is_over = true;
                    }
                    Asked::Other => {
                        super::scrape::respond(&mut self.output, None);
                        self.is_over = true;
                    }
                }
            }
        }
        self.write()
    }

    /// Writes what the socket takes.
    pub(super) fn write(&mut self) -> Then {
        while self.written < self.output.len() {
            // Not a plain write: a peer that has gone is an error here, never a signal.
            let flags = rustix::net::SendFlags::NOSIGNAL;
            match rustix::net::send(&self.socket, &self.output[self.written..], flags) {
                Ok(count) => self.written += count,
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => return Then::Drain,
                Err(_) => return Then::Close,
            }
        }
        self.written = 0;
        match self.output.capacity() > KEPT_ROOM {
            true => self.output = Vec::new(),
            false => self.output.clear(),
        }
        match self.is_over {
            true => Then::Close,
            false => Then::Listen,
        }
    }
}

/// Hands bytes to a session and has its mails judged. False once the connection is over.
fn converse(session: &mut Session, bytes: &[u8], desk: &mut Desk, now: Moment, output: &mut Vec<u8>) -> bool {
    let mut rest = bytes;
    loop {
        match session.receive(rest, output) {
            Ok(received) => match received.event {
                None => return true,
                Some(Event::Quit) => return false,
                Some(Event::EndOfMessage) => {
                    desk.settle(session, now, output);
                    rest = &rest[received.used..];
                }
            },
            Err(err) => {
                desk.counters.protocol_errors += 1;
                super::journal::event(&mut desk.lines, now, "protocol", &err.to_string(), "");
                return false;
            }
        }
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Room for output that is kept while nothing is to be written.
const KEPT_ROOM: usize = 4 << 10;
