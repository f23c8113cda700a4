//! The parent's end of the process that plays the internet: starts it, hands it its sockets, and collects what it saw.

use std::fs::File;
use std::io::{self, BufReader, Write as _};
use std::os::fd::AsFd;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use waxseal_model::{Counters, DriverReport, Event, Phase};
use waxseal_sandbox::{RoleProcess, RoomSockets, pass_descriptors};

use super::protocol::{Order, Word};
use super::registry::RegistryAnswers;
use crate::reader::wire::{self, Inbox, WireError};

/// The running internet of one room.
#[derive(Debug)]
pub(super) struct Internet {
    /// Ended when dropped.
    #[expect(dead_code, reason = "only dropped")]
    process: RoleProcess,
    socket: File,
    /// Everything it says but what it saw.
    words: Receiver<Word>,
    collected: Arc<Mutex<Collected>>,
    /// What its servers' certificates are signed by, as PEM.
    pub(super) authority: String,
}

/// What was seen, up to a ceiling.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) events: Vec<Event>,
    pub(super) keys: String,
    /// What drivers inside the room said, in the order they said it.
    pub(super) reports: Vec<DriverReport>,
    /// Events left out.
    pub(super) lost: u64,
    bytes: usize,
}

/// Why there is no internet, or no more.
#[derive(Debug, thiserror::Error)]
pub(super) enum InternetError {
    #[error("the simulated internet could not be started: {0}")]
    Start(#[from] io::Error),
    #[error("the simulated internet could not be sealed: {0}")]
    Unsealed(String),
    #[error("the simulated internet ended before the run did")]
    Gone,
}

impl Internet {
    /// Has it make a world, with [`Order::Make`].
    pub(super) fn start(process: RoleProcess, order: &Order) -> Result<Self, InternetError> {
        let mut socket = File::from(process.as_fd().try_clone_to_owned()?);
        say(&mut socket, order)?;
        let mut inbox = Inbox::new(
            BufReader::with_capacity(BUFFER, socket.try_clone()?),
            MAX_WORD,
            MAX_TOTAL,
        );
        let Ok(Word::Made { authority }) = inbox.message() else {
            return Err(InternetError::Gone);
        };
        let (heard, words) = mpsc::channel();
        let collected = Arc::new(Mutex::new(Collected::default()));
        let into = Arc::clone(&collected);
        std::thread::Builder::new().name("internet".to_owned()).spawn(move || {
            while let Ok(word) = inbox.message() {
                let rest = into.lock().unwrap_or_else(PoisonError::into_inner).take(word);
                if rest.is_some_and(|word| heard.send(word).is_err()) {
                    return;
                }
            }
        })?;
        Ok(Self {
            process,
            socket,
            words,
            collected,
            authority,
        })
    }

    /// Tells it what npm finds where its registry is.
    pub(super) fn know(&mut self, registry: &RegistryAnswers) -> Result<(), InternetError> {
        let parts = registry.parts();
        let archives = parts
            .archives
            .iter()
            .map(|(path, bytes)| (path.clone(), bytes.len() as u64));
        let order = Order::Registry {
            host: parts.host,
            prefix: parts.prefix,
            documents: parts.documents,
            archives: archives.collect(),
            optional: parts.optional,
        };
        say(&mut self.socket, &order)?;
        for (_, bytes) in &parts.archives {
            self.socket.write_all(bytes)?;
        }
        Ok(())
    }

    /// Hands over the room's sockets, and waits until it answers on them and can do nothing else.
    pub(super) fn serve(&mut self, sockets: &RoomSockets) -> Result<(), InternetError> {
        say(&mut self.socket, &Order::Serve)?;
        let descriptors = [
            sockets.tcp.as_fd(),
            sockets.udp[0].as_fd(),
            sockets.udp[1].as_fd(),
            sockets.dns[0].as_fd(),
            sockets.dns[1].as_fd(),
            sockets.tap.as_fd(),
        ];
        pass_descriptors(&self.socket, &descriptors)?;
        match self.words.recv_timeout(PATIENCE) {
            Ok(Word::Sealed(Ok(()))) => Ok(()),
            Ok(Word::Sealed(Err(reason))) => Err(InternetError::Unsealed(reason)),
            _ => Err(InternetError::Gone),
        }
    }

    pub(super) fn phase(&mut self, phase: Phase) -> Result<(), InternetError> {
        say(&mut self.socket, &Order::Phase(phase))
    }

    /// Whether something was left out because there was too much.
    pub(super) fn is_full(&self) -> bool {
        self.collected.lock().unwrap_or_else(PoisonError::into_inner).lost > 0
    }

    /// Waits until no byte has moved for `still`, or no connection is open, or `most` is over.
    pub(super) fn settle(&mut self, still: Duration, most: Duration) -> Result<(), InternetError> {
        let deadline = Instant::now() + most;
        while Instant::now() < deadline {
            say(&mut self.socket, &Order::Idle)?;
            let Ok(Word::Idle { still: for_now, open }) = self.words.recv_timeout(PATIENCE) else {
                return Err(InternetError::Gone);
            };
            if open == 0 || Duration::from_micros(for_now) >= still {
                break;
            }
            std::thread::sleep(GLANCE);
        }
        Ok(())
    }

    /// Ends it, and gives what it saw; without its counters if it ended before.
    pub(super) fn finish(mut self) -> (Collected, Result<Counters, InternetError>) {
        let counters = say(&mut self.socket, &Order::Finish).and_then(|()| match self.words.recv_timeout(PATIENCE) {
            Ok(Word::Finished(counters)) => Ok(counters),
            _ => Err(InternetError::Gone),
        });
        let mut collected = self.collected.lock().unwrap_or_else(PoisonError::into_inner);
        (std::mem::take(&mut *collected), counters)
    }
}

impl Collected {
    /// Keeps what was seen, and gives back everything else.
    fn take(&mut self, word: Word) -> Option<Word> {
        match word {
            Word::Event(event) => {
                let size = size_of(&event);
                if self.events.len() >= MAX_EVENTS || self.bytes + size > MAX_BYTES {
                    self.lost += 1;
                } else {
                    self.bytes += size;
                    self.events.push(*event);
                }
                None
            }
            Word::Key(line) => {
                if self.keys.len() < MAX_KEYS {
                    self.keys.push_str(line.trim_end());
                    self.keys.push('\n');
                }
                None
            }
            // Bounded where they are read.
            Word::Report(report) => {
                self.reports.push(report);
                None
            }
            word => Some(word),
        }
    }
}

/// Bytes an event holds, about: its encoded length.
fn size_of(event: &Event) -> usize {
    postcard::experimental::serialized_size(event).unwrap_or(MAX_WORD)
}

fn say(socket: &mut File, order: &Order) -> Result<(), InternetError> {
    match wire::send(socket, order) {
        Ok(()) => Ok(()),
        Err(WireError::Io(err)) if err.kind() != io::ErrorKind::BrokenPipe => Err(InternetError::Start(err)),
        Err(_) => Err(InternetError::Gone),
    }
}

/// A message with a body of 8 MiB, the largest kept, and what is around it.
const MAX_WORD: usize = 24 << 20;
/// More than any run says: beyond it the pipe is not read, and the run is invalid.
const MAX_TOTAL: u64 = 16 << 30;
/// Events of one run.
const MAX_EVENTS: usize = 500_000;
/// Bytes that the events of one run hold.
const MAX_BYTES: usize = 512 << 20;
const MAX_KEYS: usize = 16 << 20;
const BUFFER: usize = 256 << 10;
/// Longer than it takes to say what is left.
const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(5);
