//! What is shown while something runs: what it writes, without anything that a terminal would obey, and what is being done with it.

use std::sync::{Mutex, PoisonError};

use waxseal_model::Phase;

use crate::commands::screen::Screen;
use crate::run::{Input, Output, Step, Stream};

/// Shows what the command writes, on standard error, line by line.
pub(in crate::commands) struct Escaped<S> {
    shown: bool,
    say: S,
    mark: &'static str,
    rest: Mutex<[Vec<u8>; 2]>,
}

impl<S: Fn(&str) + Send + Sync> Escaped<S> {
    /// Behind a mark that tells whose lines they are. `say` shows a line.
    pub(in crate::commands) fn new(screen: &Screen, mark: &'static str, say: S) -> Self {
        Self {
            shown: screen.shows_notes(),
            say,
            mark,
            rest: Mutex::default(),
        }
    }
}

impl<S: Fn(&str) + Send + Sync> Output for Escaped<S> {
    fn write(&self, stream: Stream, bytes: &[u8]) {
        if !self.shown {
            return;
        }
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        let pending = &mut rest[usize::from(stream == Stream::Err)];
        pending.extend_from_slice(bytes);
        while let Some(end) = pending.iter().position(|byte| *byte == b'\n').or_else(|| {
            // A line that never ends is shown in pieces.
            (pending.len() > MAX_LINE).then_some(MAX_LINE)
        }) {
            let line: Vec<u8> = pending.drain(..=end.min(pending.len() - 1)).collect();
            let text = crate::report::escape::escape(String::from_utf8_lossy(&line).trim_end(), MAX_LINE);
            (self.say)(&format!("  {}| {text}", self.mark));
        }
    }
}

/// Says which step is being done, and nothing of what the package writes.
pub(in crate::commands) struct Steps<S> {
    who: String,
    say: S,
}

impl<S: Fn(&str) + Send + Sync> Steps<S> {
    /// `who` is ours or escaped; `say` shows a line.
    pub(in crate::commands) fn new(who: String, say: S) -> Self {
        Self { who, say }
    }
}

impl<S: Fn(&str) + Send + Sync> Output for Steps<S> {
    fn write(&self, _stream: Stream, _bytes: &[u8]) {}

    fn begins(&self, step: &Step) {
        let what = match (step.phase, step.input) {
            (_, Input::Protocol) => "using each of its tools",
            (Phase::Install, _) => "installing it, with its scripts",
            (Phase::Import, _) => "loading each of its entry points",
            _ => "making it send mail",
        };
        (self.say)(&format!("  {} in the room: {what}", self.who));
    }
}

/// Bytes of one line of output that are shown on one line.
const MAX_LINE: usize = 4 << 10;
