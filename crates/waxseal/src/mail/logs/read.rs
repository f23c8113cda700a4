//! A log's bytes, handed to its reader in whole lines.

use std::io::{self, Read, Seek as _, SeekFrom};

use memchr::{memchr, memrchr};
use waxseal_mail::logs::{Counts, Format, Limits, Log, MAX_LINE, Mode, Settings};
use waxseal_model::{MailSeen, Moment};

use super::bookmark::Bookmark;
use super::files::{LogFile, LogSet};
use super::open::{open, stdin};
use super::when::system_zone;

/// How logs are read.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadSettings {
    /// When a mail is given.
    pub mode: Mode,
    /// What may be kept.
    pub limits: Limits,
    /// Only mails that were taken in at or after this; those of unknown age are given too.
    pub since: Option<Moment>,
    /// The log will be read on from where it ends: a last line without an end is left for then.
    pub goes_on: bool,
    /// The format that was said to be it.
    pub format: Option<&'static Format>,
}

/// One log that is being read.
pub struct LogReader {
    log: Log,
    settings: ReadSettings,
    /// What of the last line is there already.
    held: Vec<u8>,
    /// The rest of a line that is too long to be kept comes next.
    is_skipping: bool,
    buffer: Vec<u8>,
    is_told: bool,
}

/// How far a set was read.
#[derive(Debug, Default)]
pub struct Progress {
    /// What could not be read, in words.
    pub gaps: Vec<String>,
    /// Where to go on.
    pub bookmark: Option<Bookmark>,
}

impl LogReader {
    /// A reader for a set.
    pub fn new(set: &LogSet, settings: ReadSettings) -> Self {
        Self {
            log: new_log(set.format, settings),
            settings,
            held: Vec::new(),
            is_skipping: false,
            buffer: vec![0; BUFFER],
            is_told: settings.format.is_some() || set.name.as_os_str() != "-",
        }
    }

    /// Takes up the mails that were open when a bookmark was set. False if they cannot be read.
    pub fn resume(&mut self, open: &[u8]) -> bool {
        self.log.resume(open)
    }

    /// The open mails, for a bookmark.
    pub fn open_mails(&self) -> Vec<u8> {
        self.log.suspend()
    }

    /// What was counted.
    pub fn counts(&self) -> Counts {
        self.log.counts()
    }

    /// Reads all files of a set that come after a bookmark, and says where the next reading begins.
    pub fn read(&mut self, set: &LogSet, after: Option<&Bookmark>, sink: &mut dyn FnMut(&MailSeen<'_>)) -> Progress {
        let mut progress = Progress::default();
        let start = match after {
            Some(bookmark) => match bookmark.find(&set.files) {
                Ok(start) => start,
                Err(err) => {
                    progress.gaps.push(format!("`{}`: {err}", set.name.display()));
                    (0, 0)
                }
            },
            None => (0, 0),
        };
        for (at, file) in set.files.iter().enumerate().skip(start.0) {
            let from = if at == start.0 { start.1 } else { 0 };
            self.log.set_latest(file.written);
            let is_last = at + 1 == set.files.len();
            match self.file(file, from, is_last, sink) {
                Ok(end) => progress.bookmark = Bookmark::set(file, end).or(progress.bookmark),
                Err(err) => progress
                    .gaps
                    .push(format!("cannot read all of `{}`: {err}", file.path.display())),
            }
        }
        progress
    }

    /// Reads one file from an offset to its end; the offset of the end of its last whole line.
    fn file(
        &mut self,
        file: &LogFile,
        from: u64,
        is_last: bool,
        sink: &mut dyn FnMut(&MailSeen<'_>),
    ) -> io::Result<u64> {
        let bytes: Box<dyn Read> = match file.path.as_os_str() == "-" {
            true => stdin()?.bytes,
            false if from > 0 && file.is_plain => {
                let mut plain = std::fs::File::open(&file.path)?;
                plain.seek(SeekFrom::Start(from))?;
                Box::new(plain)
            }
            false => {
                let mut bytes = open(&file.path)?.bytes;
                io::copy(&mut bytes.by_ref().take(from), &mut io::sink())?;
                bytes
            }
        };
        let end = from + self.bytes(bytes, sink)?;
        let held = std::mem::take(&mut self.held);
        if self.settings.goes_on && is_last && file.is_plain {
            return Ok(end - held.len() as u64);
        }
        self.give(&held, sink);
        Ok(end)
    }

    /// Reads bytes to their end; how many there were.
    pub(super) fn bytes(&mut self, mut bytes: impl Read, sink: &mut dyn FnMut(&MailSeen<'_>)) -> io::Result<u64> {
        let mut total = 0;
        let mut buffer = std::mem::take(&mut self.buffer);
        let outcome = loop {
            let held = self.held.len();
            buffer[..held].copy_from_slice(&self.held);
            let room = buffer.len().min(held + PIECE);
            let count = match bytes.read(&mut buffer[held..room]) {
                Ok(0) => break Ok(total),
                Ok(count) => count,
                Err(err) if err.kind() == io::ErrorKind::Interrupted => continue,
                Err(err) => break Err(err),
            };
            total += count as u64;
            self.held.clear();
            self.piece(&buffer[..held + count], sink);
        };
        self.buffer = buffer;
        outcome
    }

    /// Reads what there is of whole lines, and holds the rest.
    fn piece(&mut self, mut piece: &[u8], sink: &mut dyn FnMut(&MailSeen<'_>)) {
        if self.is_skipping {
            match memchr(b'\n', piece) {
                Some(end) => piece = &piece[end + 1..],
                None => return,
            }
            self.is_skipping = false;
        }
        let whole = memrchr(b'\n', piece).map_or(0, |end| end + 1);
        let (lines, rest) = piece.split_at(whole);
        self.give(lines, sink);
        if rest.len() > MAX_LINE {
            self.give(rest, sink);
            self.is_skipping = true;
        } else {
            self.held.extend_from_slice(rest);
        }
    }

    fn give(&mut self, lines: &[u8], sink: &mut dyn FnMut(&MailSeen<'_>)) {
        if lines.is_empty() {
            return;
        }
        if !self.is_told {
            self.is_told = true;
            if let Some(format) = Format::of(lines) {
                self.log = new_log(format, self.settings);
            }
        }
        let since = self.settings.since;
        self.log.read(lines, &mut |mail| {
            if is_since(mail, since) {
                sink(mail);
            }
        });
    }

    /// Gives the mails that are still open, with what is known of them.
    pub fn finish(&mut self, sink: &mut dyn FnMut(&MailSeen<'_>)) {
        let since = self.settings.since;
        self.log.finish(&mut |mail| {
            if is_since(mail, since) {
                sink(mail);
            }
        });
    }

    /// Gives them too, and keeps them open for what will be added to the log.
    pub fn pause(&mut self, sink: &mut dyn FnMut(&MailSeen<'_>)) {
        let since = self.settings.since;
        self.log.pause(&mut |mail| {
            if is_since(mail, since) {
                sink(mail);
            }
        });
    }
}

fn is_since(mail: &MailSeen<'_>, since: Option<Moment>) -> bool {
    match (since, mail.at) {
        (Some(since), Some(at)) => at >= since,
        _ => true,
    }
}

fn new_log(format: &'static Format, settings: ReadSettings) -> Log {
    let latest = Moment(jiff::Timestamp::now().as_second());
    Log::new(
        format,
        Settings {
            mode: settings.mode,
            limits: settings.limits,
            latest,
            zone: system_zone(),
        },
    )
}

/// What is read at once: as much as a processor keeps close to itself.
const PIECE: usize = 256 << 10;
/// Twice the longest line that is kept.
const BUFFER: usize = 2 * MAX_LINE;
