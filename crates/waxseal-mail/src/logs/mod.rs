//! Logs of mail servers, read without opening a file: bytes of lines in, one [`MailSeen`] for each mail out.
//!
//! [`FORMATS`] is the table of them; [`Log`] reads one. A mail is put together from its lines by a `tracker`, and given when its server
//! is done with it, when it is safe to judge it ([`Mode::Live`]), or when the log ends.
//!
//! Whatever a log says may have been written by the sender of a mail: header text, addresses, HELO names, and what a remote server
//! answered. Where that could be taken for the log's own words it is read so that a recipient is rather reported than lost.

use waxseal_model::{MailSeen, Moment};

mod exim;
mod journald;
mod lines;
mod opensmtpd;
mod postfix;
mod sendmail;

pub mod stamp;

mod names;
mod syslog;
mod tracker;

pub use lines::MAX_LINE;
pub use stamp::{Civil, ZoneRule};
pub use tracker::Limits;

/// Every format that can be read. The first that recognises a line is taken for it.
pub const FORMATS: &[&Format] = &[
    &journald::FORMAT,
    &postfix::FORMAT,
    &opensmtpd::FORMAT,
    &sendmail::FORMAT,
    &exim::FORMAT,
];

/// One format of log.
pub struct Format {
    /// Its id, as `--input` takes it and as [`MailSeen::source`] says it.
    pub id: &'static str,
    /// What a person calls it.
    pub name: &'static str,
    /// Whether a line can only be one of this format.
    recognises: fn(&[u8]) -> bool,
    /// A reader of it.
    reader: fn() -> Box<dyn Reader>,
}

impl Format {
    /// The format with this id.
    pub fn named(id: &str) -> Option<&'static Self> {
        FORMATS.iter().copied().find(|format| format.id == id)
    }

    /// The format of the first line that only one format can hold, among the lines given.
    pub fn of(sample: &[u8]) -> Option<&'static Self> {
        lines::lines(sample).find_map(|line| {
            let line = line.bytes;
            FORMATS.iter().copied().find(|format| (format.recognises)(line))
        })
    }
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Format").field("id", &self.id).finish_non_exhaustive()
    }
}

/// When a mail is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// When its server is done with it, or at the end of the log.
    #[default]
    Review,
    /// As soon as its recipients and headers are all known. Recipients that come later are given again, without the earlier ones.
    Live,
}

/// How a log is to be read.
pub struct Settings {
    /// When a mail is given.
    pub mode: Mode,
    /// What may be kept.
    pub limits: Limits,
    /// The latest moment that a line can be of, such as a file's last change: stamps without a year are dated by it.
    pub latest: Moment,
    /// From a stamp without a zone to a moment.
    pub zone: ZoneRule,
}

/// What was read, and what could not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Lines.
    pub lines: u64,
    /// Lines that this format's server wrote about mails, and that were understood.
    pub understood: u64,
    /// Lines that name a mail and say something that must be understood, and was not.
    pub malformed: u64,
    /// Lines longer than [`MAX_LINE`], of which only the beginning was read.
    pub overlong: u64,
    /// Mails that were given.
    pub mails: u64,
    /// Mails that were given although not all was known of them, since more were open than [`Limits`] allow: the oldest.
    pub given_up: u64,
    /// Mails that a content filter handed in again with nobody added; they were given once.
    pub handed_in_again: u64,
    /// Mails still open at the end, and given with what was known.
    pub unfinished: u64,
    /// Sessions that were begun and never became a mail.
    pub abandoned: u64,
    /// Header lines that hold an imitation of what the log writes after header text, and lines of the journal that no mail server wrote.
    pub imitations: u64,
    /// Recipients that could not be kept, since one mail had more than [`Limits`] allow.
    pub recipients_lost: u64,
}

/// What takes the mails.
pub type Sink<'s> = dyn FnMut(&MailSeen<'_>) + 's;

/// A log that is being read.
pub struct Log {
    format: &'static Format,
    reader: Box<dyn Reader>,
    state: State,
}

/// What every format keeps.
pub(crate) struct State {
    pub(crate) tracker: tracker::Tracker,
    pub(crate) stamps: stamp::Stamps,
}

/// A format's own part.
pub(crate) trait Reader {
    /// Reads one line, without its end.
    fn line(&mut self, line: &[u8], state: &mut State, sink: &mut Sink<'_>);

    /// Reads many; a format with a short way of its own has its own loop compiled into it.
    fn lines(&mut self, bytes: &[u8], state: &mut State, sink: &mut Sink<'_>) {
        for line in lines::lines(bytes) {
            state.tracker.counts.lines += 1;
            state.tracker.counts.overlong += u64::from(line.is_cut);
            self.line(line.bytes, state, sink);
        }
    }

    /// When a line was written, if it says so.
    fn moment(&self, line: &[u8], stamps: &mut stamp::Stamps) -> Option<Moment> {
        syslog::split(line, stamps)?.at
    }
}

impl Log {
    /// A log of this format, from its beginning.
    pub fn new(format: &'static Format, settings: Settings) -> Self {
        Self {
            format,
            reader: (format.reader)(),
            state: State {
                tracker: tracker::Tracker::new(format.id, settings.mode, settings.limits),
                stamps: stamp::Stamps::new(settings.latest, settings.zone),
            },
        }
    }

    /// Its format.
    pub fn format(&self) -> &'static Format {
        self.format
    }

    /// Reads whole lines: the bytes end where a line ends, or where the log does.
    pub fn read(&mut self, lines: &[u8], sink: &mut Sink<'_>) {
        self.reader.lines(lines, &mut self.state, sink);
    }

    /// Gives every mail that is still open, oldest first, with what is known of it.
    pub fn finish(&mut self, sink: &mut Sink<'_>) {
        self.state.tracker.finish_all(sink);
    }

    /// Gives every mail that is open, as [`Self::finish`] does, and keeps it: what comes later is given without what was given now.
    pub fn pause(&mut self, sink: &mut Sink<'_>) {
        self.state.tracker.give_open(sink);
    }

    /// The open mails as bytes, for [`Self::resume`] of another run.
    pub fn suspend(&self) -> Vec<u8> {
        self.state.tracker.suspend()
    }

    /// Takes up the mails that were open. False if the bytes are not what [`Self::suspend`] gave; nothing is taken up then.
    pub fn resume(&mut self, open: &[u8]) -> bool {
        self.state.tracker.resume(open)
    }

    /// When the first line was written that says so.
    pub fn first_moment(&mut self, lines: &[u8]) -> Option<Moment> {
        lines::lines(lines).find_map(|line| self.reader.moment(line.bytes, &mut self.state.stamps))
    }

    /// Moves the latest moment that a line can be of: for a log that grows, and before each file of a rotated set.
    pub fn set_latest(&mut self, latest: Moment) {
        self.state.stamps.set_latest(latest);
    }

    /// What was read so far.
    pub fn counts(&self) -> Counts {
        self.state.tracker.counts
    }

    /// How many mails are open.
    pub fn open(&self) -> usize {
        self.state.tracker.open_mails()
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log")
            .field("format", &self.format.id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
