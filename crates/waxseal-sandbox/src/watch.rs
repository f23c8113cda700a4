//! Planted files: opens and changes of them are told by the kernel (`man 7 inotify`), which costs the room nothing and that nothing in
//! the room can switch off.

use std::collections::BTreeMap;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};

use crate::cell::Notice;

/// Watches over paths of a room.
#[derive(Debug)]
pub(crate) struct Watch {
    queue: OwnedFd,
    paths: BTreeMap<i32, String>,
}

impl Watch {
    /// Watches paths of the room that this process is in, and gives the kernel's queue with its number for each of them. A link on the way
    /// is followed, one at the end is watched itself.
    pub(crate) fn begin(paths: &[String]) -> io::Result<(OwnedFd, Vec<i32>)> {
        let queue = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        let what = WatchFlags::OPEN | WatchFlags::MODIFY | WatchFlags::DELETE_SELF | WatchFlags::MOVE_SELF;
        let add = |path: &String| inotify::add_watch(&queue, path, what | WatchFlags::DONT_FOLLOW);
        let numbers = paths.iter().map(add).collect::<Result<_, _>>()?;
        Ok((queue, numbers))
    }

    /// Goes on with what [`Self::begin`] gave for the same paths.
    pub(crate) fn new(queue: OwnedFd, numbers: &[i32], paths: &[String]) -> Self {
        let paths = numbers.iter().copied().zip(paths.iter().cloned()).collect();
        Self { queue, paths }
    }

    /// What happened since the last time: a bounded part of it, so that opening files in a loop keeps nobody here.
    pub(crate) fn read(&mut self) -> io::Result<Seen> {
        let mut seen = Seen::default();
        let mut buffer = [MaybeUninit::uninit(); 4_096];
        let mut events = Reader::new(&self.queue, &mut buffer);
        for _ in 0..MAX_EVENTS {
            let event = match events.next() {
                Ok(event) => event,
                Err(rustix::io::Errno::AGAIN) => return Ok(seen),
                Err(err) => return Err(err.into()),
            };
            if event.events().contains(ReadFlags::QUEUE_OVERFLOW) {
                // The kernel does not say how many.
                seen.lost += 1;
                continue;
            }
            let Some(path) = self.paths.get(&event.wd()) else {
                continue;
            };
            let notice = if event.events().contains(ReadFlags::OPEN) {
                Notice::Opened(path.clone())
            } else if event
                .events()
                .intersects(ReadFlags::MODIFY | ReadFlags::DELETE_SELF | ReadFlags::MOVE_SELF)
            {
                Notice::Changed(path.clone())
            } else {
                continue;
            };
            if !seen.notices.contains(&notice) {
                seen.notices.push(notice);
            }
        }
        // The rest of the buffer is not read again.
        while !events.is_buffer_empty() {
            let _ = events.next();
        }
        seen.more = true;
        Ok(seen)
    }
}

/// What happened to watched files.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) notices: Vec<Notice>,
    /// Times that the kernel left out events.
    pub(crate) lost: u64,
    /// There may be more to read.
    pub(crate) more: bool,
}

impl AsFd for Watch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.queue.as_fd()
    }
}

/// Events that are read at once.
const MAX_EVENTS: usize = 4_096;
