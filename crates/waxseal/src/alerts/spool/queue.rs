//! The folder of one target.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use waxseal_model::Moment;

use super::files::{self, Keep, SpoolError, failed};
use super::folded::Folded;
use super::{MAX_FOLDED, MAX_LETTER};
use crate::alerts::alert::{Letter, What};
use crate::alerts::window::{Judged, Window};

/// Everything that is kept for one target.
#[derive(Debug)]
pub(crate) struct Queue {
    root: PathBuf,
    /// Most letters in the queue.
    most: usize,
    /// How long a window is open, in seconds.
    window: u64,
    /// Guards the file `sequence` within this process; its lock guards it between processes.
    sequence: Mutex<Sequence>,
}

#[derive(Debug)]
struct Sequence {
    file: File,
    /// The last number that this process gave, and how many letters there were then.
    last: u64,
    letters: usize,
    /// When they were last counted since they were too many.
    counted: Option<Instant>,
    /// How many windows there were when they were last looked through, and how many this process opened since.
    windows: usize,
}

/// The number of a letter in its queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name(u64);

/// What became of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admitted {
    /// It lies in the queue.
    Queued,
    /// It came before: it is counted, and will be told as a count.
    Counted,
    /// The queue is full: it is counted in a summary that will be told.
    Folded,
}

impl Queue {
    /// Opens the folder, and makes it where there is none.
    pub(crate) fn open(root: &Path, most: usize, window: u64) -> Result<Self, SpoolError> {
        for part in ["queue", "windows", "refused"] {
            files::make_folder(&root.join(part))?;
        }
        let path = root.join("sequence");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(files::NO_LINK)
            .open(&path)
            .map_err(failed("open", &path))?;
        let queue = Self {
            root: root.to_owned(),
            most: most.max(2),
            window,
            sequence: Mutex::new(Sequence {
                file,
                last: 0,
                letters: usize::MAX,
                counted: None,
                windows: 0,
            }),
        };
        queue.count_windows()?;
        Ok(queue)
    }

    /// Takes an alert in. When this returns, it is on disk: as a letter, in a count or in a summary.
    pub(crate) fn admit(&self, letter: &Letter, key: &str, now: Moment) -> Result<Admitted, SpoolError> {
        let mut held = self.hold()?;
        let path = self.window_path(key);
        let open: Option<Window> = match files::get(&path, MAX_LETTER) {
            Ok(open) => open,
            // A window that cannot be read must not hide an alert.
            Err(err) if err.source.kind() == io::ErrorKind::InvalidData => None,
            Err(err) => return Err(err),
        };
        if let Some(mut open) = open {
            if open.judge(&letter.alert, now, self.window) == Judged::Count {
                open.count(&letter.alert, now);
                files::put(&path, &open, Keep::Written)?;
                return Ok(Admitted::Counted);
            }
            self.close(&mut held, &path, &open, now)?;
        }
        let admitted = self.push(&mut held, letter)?;
        // Only after the letter: killed in between, it is told twice, not never. Beyond the most windows, what comes again is told again.
        if self.window > 0 && held.sequence.windows < MAX_WINDOWS {
            files::put(&path, &Window::open(&letter.alert, now), Keep::Written)?;
            held.sequence.windows += 1;
        }
        Ok(admitted)
    }

    /// Ends the windows whose time is over, or all of them, and queues what was counted in them.
    pub(crate) fn close_windows(&self, now: Moment, all: bool) -> Result<(), SpoolError> {
        let folder = self.root.join("windows");
        for name in self.count_windows()? {
            let path = folder.join(format!("{name}.json"));
            let mut held = self.hold()?;
            match files::get::<Window>(&path, MAX_LETTER) {
                Ok(Some(window)) if window.is_over(now, self.window) => {
                    self.close(&mut held, &path, &window, now)?;
                    files::remove(&path)?;
                }
                Ok(Some(window)) if all && window.repeats > 0 => {
                    self.close(&mut held, &path, &window, now)?;
                    files::put(&path, &Window { repeats: 0, ..window }, Keep::Written)?;
                }
                Ok(_) => {}
                Err(_) => files::remove(&path)?,
            }
        }
        Ok(())
    }

    /// Queues the summary of what did not fit, once half of the queue is free.
    pub(crate) fn unfold(&self, now: Moment) -> Result<(), SpoolError> {
        let path = self.root.join("full.json");
        if !path.exists() || self.list()?.len() > self.most / 2 {
            return Ok(());
        }
        let mut held = self.hold()?;
        if let Some(folded) = Folded::read(&path)? {
            let why = format!("the queue of this target was full with {} letters", self.most);
            let letter = folded.letter(&why, now);
            self.place(&mut held, &letter)?;
        }
        files::remove(&path)
    }

    /// The letters, oldest first.
    pub(crate) fn list(&self) -> Result<Vec<Name>, SpoolError> {
        let names = files::names(&self.root.join("queue"), usize::MAX)?;
        let mut names: Vec<Name> = names.iter().filter_map(|name| name.parse().ok().map(Name)).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Reads a letter. `None`: it is not there any more. A broken one is put aside, so that it does not hold the others up.
    pub(crate) fn read(&self, name: Name) -> Result<Option<Letter>, SpoolError> {
        match files::get(&self.path(name), MAX_LETTER) {
            Err(err) if err.source.kind() == io::ErrorKind::InvalidData => {
                self.refuse(name)?;
                Ok(None)
            }
            other => other,
        }
    }

    /// The target took it.
    pub(crate) fn remove(&self, name: Name) -> Result<(), SpoolError> {
        files::remove(&self.path(name))
    }

    /// The target will never take it: it is put aside for a person to look at. Of more than [`MAX_REFUSED`] the oldest goes, counted.
    pub(crate) fn refuse(&self, name: Name) -> Result<(), SpoolError> {
        let from = self.path(name);
        let folder = self.root.join("refused");
        let to = folder.join(format!("{:020}.json", name.0));
        std::fs::rename(&from, &to).map_err(failed("move", &from))?;
        let mut names = files::names(&folder, usize::MAX)?;
        names.retain(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
        if names.len() > MAX_REFUSED {
            names.sort_unstable();
            if let Some(oldest) = names.first() {
                let counter = folder.join("removed.json");
                let removed: u64 = files::get(&counter, 64)?.unwrap_or(0);
                files::put(&counter, &(removed + 1), Keep::Written)?;
                files::remove(&folder.join(format!("{oldest}.json")))?;
            }
        }
        Ok(())
    }

    /// Puts the oldest letters into one that takes the place of the first of them. `None`: there are not two.
    pub(crate) fn fold(&self, names: &[Name], now: Moment) -> Result<Option<(Name, Letter)>, SpoolError> {
        let mut folded = Folded::new();
        let mut taken = Vec::new();
        for name in names {
            let Some(letter) = self.read(*name)? else { continue };
            if folded.ids.len() + 1 + letter.folded.len() > MAX_FOLDED {
                break;
            }
            folded.add(&letter, MAX_FOLDED);
            taken.push(*name);
        }
        let [first, rest @ ..] = taken.as_slice() else {
            return Ok(None);
        };
        if rest.is_empty() {
            return Ok(None);
        }
        let letter = folded.letter("they came faster than this target is told one by one", now);
        // The first one is replaced at once; killed before the others are gone, they are told again.
        files::put(&self.path(*first), &letter, Keep::Synced)?;
        for name in rest {
            self.remove(*name)?;
        }
        Ok(Some((*first, letter)))
    }

    /// Locks the file that says who sends. `None`: another process does.
    pub(crate) fn lock_sender(&self) -> Result<Option<File>, SpoolError> {
        let path = self.root.join("sender");
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(files::NO_LINK)
            .open(&path)
            .map_err(failed("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(err)) => Err(failed("lock", &path)(err)),
        }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The names of all windows.
    fn count_windows(&self) -> Result<Vec<String>, SpoolError> {
        let mut held = self.hold()?;
        let names = files::names(&self.root.join("windows"), usize::MAX)?;
        held.sequence.windows = names.len();
        Ok(names)
    }

    /// Tells what was counted in a window.
    fn close(&self, held: &mut Held<'_>, path: &Path, window: &Window, now: Moment) -> Result<(), SpoolError> {
        if window.repeats == 0 {
            return Ok(());
        }
        // The id is made of the window, so that a follow-up that is written twice has one id.
        let mut hash = Sha256::new();
        hash.update(path.as_os_str().as_encoded_bytes());
        hash.update(window.opened.to_le_bytes());
        hash.update(window.repeats.to_le_bytes());
        let letter = Letter {
            what: What::Repeats,
            count: window.repeats,
            ..Letter::new(id_of(&hash.finalize()), &window.follow_up(), now)
        };
        self.push(held, &letter).map(|_| ())
    }

    /// Queues a letter, or folds it where the queue is full.
    fn push(&self, held: &mut Held<'_>, letter: &Letter) -> Result<Admitted, SpoolError> {
        // A full queue is not counted anew for each alert of a flood.
        let recently = |at: Instant| at.elapsed() < RECOUNT;
        if held.sequence.letters >= self.most && !held.sequence.counted.is_some_and(recently) {
            held.sequence.letters = self.list()?.len();
            held.sequence.counted = Some(Instant::now());
        }
        if held.sequence.letters < self.most {
            self.place(held, letter)?;
            return Ok(Admitted::Queued);
        }
        let path = self.root.join("full.json");
        let known = Folded::read(&path)?;
        let keep = if known.is_some() { Keep::Written } else { Keep::Synced };
        let mut folded = known.unwrap_or_else(Folded::new);
        folded.add(letter, MAX_FOLDED);
        files::put(&path, &folded, keep)?;
        Ok(Admitted::Folded)
    }

    fn place(&self, held: &mut Held<'_>, letter: &Letter) -> Result<(), SpoolError> {
        let name = held.next(self)?;
        files::put(&self.path(name), letter, Keep::Synced)?;
        held.sequence.letters = held.sequence.letters.saturating_add(1);
        Ok(())
    }

    fn path(&self, name: Name) -> PathBuf {
        self.root.join("queue").join(format!("{:020}.json", name.0))
    }

    fn window_path(&self, key: &str) -> PathBuf {
        self.root
            .join("windows")
            .join(format!("{}.json", id_of(&Sha256::digest(key))))
    }

    /// Waits for the right to write, [`PATIENCE`] at most: a process that was stopped while it held it must not stop this one.
    fn hold(&self) -> Result<Held<'_>, SpoolError> {
        let sequence = self.sequence.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.root.join("sequence");
        let began = Instant::now();
        loop {
            match sequence.file.try_lock() {
                Ok(()) => return Ok(Held { sequence }),
                Err(std::fs::TryLockError::WouldBlock) if began.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(std::fs::TryLockError::WouldBlock) => {
                    return Err(failed("lock", &path)(io::ErrorKind::TimedOut.into()));
                }
                Err(std::fs::TryLockError::Error(err)) => return Err(failed("lock", &path)(err)),
            }
        }
    }
}

/// The right to write into a queue.
struct Held<'a> {
    sequence: MutexGuard<'a, Sequence>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // The lock ends with the process in any case.
        let _ = self.sequence.file.unlock();
    }
}

impl Held<'_> {
    /// The next number, above all that were ever given and all that are there.
    fn next(&mut self, queue: &Queue) -> Result<Name, SpoolError> {
        let path = queue.root.join("sequence");
        let mut text = String::new();
        let read = |file: &mut File, text: &mut String| {
            file.rewind()?;
            file.take(32).read_to_string(text)
        };
        read(&mut self.sequence.file, &mut text).map_err(failed("read", &path))?;
        let known: u64 = text.trim().parse().unwrap_or(0);
        // Another process wrote since, or this one only begins: what is there decides.
        if known != self.sequence.last || known == 0 {
            let there = queue.list()?;
            self.sequence.letters = there.len();
            self.sequence.last = there.last().map_or(known, |name| name.0.max(known));
        }
        let next = self.sequence.last.saturating_add(1);
        let write = |file: &mut File| {
            file.rewind()?;
            // Always as long, so that it is never cut and never half.
            file.write_all(format!("{next:020}\n").as_bytes())
        };
        write(&mut self.sequence.file).map_err(failed("write", &path))?;
        self.sequence.last = next;
        Ok(Name(next))
    }
}

/// An id of 128 bits.
pub(crate) fn id_of(hash: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut id = String::from("wx_");
    for byte in hash.iter().take(16) {
        let _ = write!(id, "{byte:02x}");
    }
    id
}

/// Most windows.
const MAX_WINDOWS: usize = 20_000;
/// Most letters that are kept because a target refused them.
const MAX_REFUSED: usize = 1000;
/// How long a full queue is believed to be full.
const RECOUNT: Duration = Duration::from_millis(100);
/// The longest wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(2);
