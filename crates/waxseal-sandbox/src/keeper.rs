//! Keeps watch over one room: answers the kernel's questions, hears both sides, and closes the room that takes too much.
//!
//! Nothing here waits for whoever made the room. If notices are not read, they pile up to a limit, then the room has to wait with its
//! questions; memory is watched and the door can be closed all the while.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use crate::cell::{CellLimits, Notice};
use crate::control::{Channel, Message, frame};
use crate::group::Inside;
use crate::memory::Gauge;
use crate::question::{Numbers, look_at};
use crate::sys;
use crate::watch::Watch;

/// The watch over one room.
pub(crate) struct Keeper<'c> {
    channel: &'c mut Channel,
    inner: Channel,
    first: Pid,
    watch: Watch,
    gauge: Gauge,
    group: Option<Inside>,
    limits: CellLimits,
    /// One for each command that was started.
    listeners: Vec<OwnedFd>,
    closing: bool,
    answered: u64,
    told: u64,
    lost: u64,
    looked: Instant,
    flushed: Instant,
    /// When a question was answered last.
    asked: Instant,
    /// Frames that are sent together.
    held: Vec<u8>,
    numbers: Numbers,
}

/// Who has something to say.
#[derive(Debug, Default)]
struct Ready {
    inside: bool,
    outside: bool,
    files: bool,
    /// Listeners that ask.
    asked: Vec<usize>,
    /// Listeners through which nobody can ask any more.
    over: Vec<usize>,
}

impl<'c> Keeper<'c> {
    pub(crate) fn new(
        channel: &'c mut Channel,
        inner: Channel,
        first: Pid,
        watch: Watch,
        gauge: Gauge,
        group: Option<Inside>,
        limits: CellLimits,
    ) -> Self {
        Self {
            channel,
            inner,
            first,
            watch,
            gauge,
            group,
            limits,
            listeners: Vec::new(),
            closing: false,
            answered: 0,
            told: 0,
            lost: 0,
            looked: Instant::now(),
            flushed: Instant::now(),
            asked: Instant::now(),
            held: Vec::new(),
            numbers: Numbers::default(),
        }
    }

    /// Until nothing runs in the room.
    pub(crate) fn keep(&mut self) -> io::Result<()> {
        loop {
            let ready = self.wait()?;
            let busy = !ready.asked.is_empty();
            if busy {
                self.answer_all(ready.asked)?;
            }
            ready
                .over
                .into_iter()
                .rev()
                .for_each(|idx| drop(self.listeners.remove(idx)));
            if ready.inside && !self.hear_inside()? {
                break;
            }
            if ready.outside && !self.hear_outside() {
                self.close();
            }
            if ready.files {
                self.look_at_files()?;
            }
            if self.looked.elapsed() >= CellLimits::TICK && !self.closing {
                if self.gauge.is_over(self.limits.memory) {
                    self.channel.post(&Message::Notice(Notice::OutOfMemory))?;
                    self.close();
                }
                self.looked = Instant::now();
            }
            // While questions come, what they say is sent together.
            if !busy || self.flushed.elapsed() >= TOGETHER {
                self.send_on()?;
            }
        }
        // When the first process can be buried, all others are gone, and what they did to files has been written down.
        let _ = waitpid(Some(self.first), WaitOptions::empty());
        while self.look_at_files()? {}
        self.send_on()?;
        if self.group.as_mut().is_some_and(Inside::has_killed) {
            self.channel.post(&Message::Notice(Notice::OutOfMemory))?;
        }
        self.channel.post(&Message::Notice(Notice::Empty {
            answered: self.answered,
            lost: self.lost,
        }))?;
        self.channel.drain()
    }

    /// The kernel ends everything in the room with its first process.
    fn close(&mut self) {
        self.closing = true;
        let _ = kill_process(self.first, Signal::KILL);
    }

    fn wait(&self) -> io::Result<Ready> {
        let backlog = self.channel.backlog();
        // What is put together waits for a moment; what the other end did not take waits for it.
        let pause = if self.held.is_empty() {
            CellLimits::TICK
        } else {
            TOGETHER
        };
        let mut outside = PollFlags::empty();
        outside.set(PollFlags::IN, !self.closing);
        outside.set(PollFlags::OUT, backlog > 0);
        let mut fds = vec![
            PollFd::new(&self.inner, PollFlags::IN),
            PollFd::new(&*self.channel, outside),
        ];
        if backlog < MAX_BACKLOG {
            fds.push(PollFd::new(&self.watch, PollFlags::IN));
            fds.extend(self.listeners.iter().map(|it| PollFd::new(it, PollFlags::IN)));
        }
        wait_for(&mut fds, pause)?;
        let has = |idx: usize, flags: PollFlags| fds.get(idx).is_some_and(|fd| fd.revents().intersects(flags));
        let gone = PollFlags::IN | PollFlags::HUP | PollFlags::ERR;
        let (asked, idle): (Vec<usize>, Vec<usize>) =
            (0..self.listeners.len()).partition(|idx| has(3 + idx, PollFlags::IN));
        Ok(Ready {
            inside: has(0, gone),
            outside: has(1, gone) && !self.closing,
            files: has(2, PollFlags::IN),
            over: idle.into_iter().filter(|idx| has(3 + idx, gone)).collect(),
            asked,
        })
    }

    /// Answers these listeners, and while questions come one after the other looks at nothing else for a moment: whoever asks waits.
    fn answer_all(&mut self, mut asked: Vec<usize>) -> io::Result<()> {
        let often = self.asked.elapsed() < TOGETHER;
        let since = Instant::now();
        loop {
            for idx in asked.drain(..) {
                self.answer(idx)?;
            }
            self.asked = Instant::now();
            let left = TOGETHER.saturating_sub(self.asked - since);
            if !often || left.is_zero() || self.held.len() >= MAX_BACKLOG {
                return Ok(());
            }
            let mut fds: Vec<_> = self.listeners.iter().map(|it| PollFd::new(it, PollFlags::IN)).collect();
            wait_for(&mut fds, left)?;
            let asks = |(idx, fd): (usize, &PollFd<'_>)| fd.revents().contains(PollFlags::IN).then_some(idx);
            asked.extend(fds.iter().enumerate().filter_map(asks));
            if asked.is_empty() {
                return Ok(());
            }
        }
    }

    fn answer(&mut self, listener: usize) -> io::Result<()> {
        let Some(listener) = self.listeners.get(listener) else {
            return Ok(());
        };
        let Some(question) = sys::question(listener)? else {
            return Ok(());
        };
        let notice = look_at(&question, &mut self.numbers);
        // If whoever asked has gone meanwhile, its number may be that of another process, and the call never took place.
        let asked = sys::let_go_on(listener, question.id)?;
        self.answered += 1;
        match notice {
            _ if !asked => {}
            Some(notice) => self.tell(notice)?,
            None => self.lost += 1,
        }
        Ok(())
    }

    /// Sends on what was held back, as far as the other end takes it now.
    fn send_on(&mut self) -> io::Result<()> {
        self.flushed = Instant::now();
        self.channel.append(&self.held)?;
        self.held.clear();
        Ok(())
    }

    /// Whether there was something.
    fn look_at_files(&mut self) -> io::Result<bool> {
        let seen = self.watch.read()?;
        self.lost += seen.lost;
        for notice in seen.notices {
            self.tell(notice)?;
        }
        Ok(seen.more)
    }

    /// `false` when the first process is gone.
    fn hear_inside(&mut self) -> io::Result<bool> {
        match self.inner.fill() {
            Ok(()) => {}
            Err(_) => return Ok(false),
        }
        while let Some(message) = self.inner.buffered()? {
            // What happened before it is told before it.
            self.send_on()?;
            match message {
                Message::Stdio => {
                    let listener = self.inner.descriptor()?;
                    sys::take_turns(&listener);
                    self.listeners.push(listener);
                }
                message @ (Message::Notice(_) | Message::Failed(..)) => self.channel.post(&message)?,
                _ => {}
            }
        }
        Ok(true)
    }

    /// `false` when the room is to be closed.
    fn hear_outside(&mut self) -> bool {
        if self.channel.fill().is_err() {
            return false;
        }
        while let Ok(Some(message)) = self.channel.buffered() {
            match message {
                Message::Go => {
                    let _ = self.inner.send(&Message::Go, &[]);
                }
                Message::GoWith => {
                    let Ok(stdio) = self.channel.three() else {
                        return false;
                    };
                    let _ = self.inner.send(&Message::GoWith, &stdio.each_ref().map(AsFd::as_fd));
                }
                _ => return false,
            }
        }
        true
    }

    fn tell(&mut self, notice: Notice) -> io::Result<()> {
        if self.told >= MAX_NOTICES {
            self.lost += 1;
            return Ok(());
        }
        self.told += 1;
        frame(&mut self.held, &Message::Notice(notice))
    }
}

/// Waits for any of these, but not for ever.
fn wait_for(fds: &mut [PollFd<'_>], most: Duration) -> io::Result<()> {
    let most = Timespec {
        tv_sec: 0,
        tv_nsec: most.subsec_nanos().into(),
    };
    match poll(fds, Some(&most)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(err) => Err(err.into()),
    }
}

/// How long notices are held back to be sent together.
const TOGETHER: Duration = Duration::from_millis(2);
/// Notices of one room.
const MAX_NOTICES: u64 = 200_000;
/// Bytes of notices that wait to be read before the room has to wait.
const MAX_BACKLOG: usize = 1 << 20;
