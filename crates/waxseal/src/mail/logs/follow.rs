//! A log that grows: looked at again and again, over rotation by renaming and by copying and cutting off.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::time::Duration;

use waxseal_model::{MailSeen, Moment};

use super::bookmark::Bookmark;
use super::files::{LogSet, find};
use super::read::LogReader;

/// A log that is followed.
pub struct Follower {
    reader: LogReader,
    set: LogSet,
    place: Option<Bookmark>,
    /// Number, length and last change of the file when it was last read.
    seen: Option<(u64, u64, i64, i64)>,
}

/// What to do before the next look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// There may be more at once.
    None,
    /// Nothing was added.
    For(Duration),
}

impl Follower {
    /// Follows a set from a place, by default from where it ends.
    pub fn new(reader: LogReader, set: LogSet, place: Option<Bookmark>) -> Self {
        Self {
            reader,
            set,
            place,
            seen: None,
        }
    }

    /// Its reader.
    pub fn reader(&self) -> &LogReader {
        &self.reader
    }

    /// Its log.
    pub fn set(&self) -> &LogSet {
        &self.set
    }

    /// How far it was read.
    pub fn place(&self) -> Option<&Bookmark> {
        self.place.as_ref()
    }

    /// Reads what was added since the last look; what could not be read, in words.
    ///
    /// The last look is found again by what stood before it ([`Bookmark`]): in the file itself, in the one it was renamed to, or in the
    /// copy that was made before it was cut off.
    pub fn look(&mut self, sink: &mut dyn FnMut(&MailSeen<'_>)) -> (Wait, Vec<String>) {
        let meta = match fs::metadata(&self.set.name) {
            Ok(meta) => meta,
            // Between renaming and making it anew there is none.
            Err(err) if err.kind() == io::ErrorKind::NotFound => return (Wait::For(PAUSE), Vec::new()),
            Err(err) => {
                return (
                    Wait::For(PAUSE),
                    vec![format!("cannot read `{}`: {err}", self.set.name.display())],
                );
            }
        };
        let now = (meta.ino(), meta.len(), meta.mtime(), meta.mtime_nsec());
        if self.seen == Some(now) {
            return (Wait::For(PAUSE), Vec::new());
        }
        let is_same_file = self.seen.is_some_and(|seen| seen.0 == now.0 && seen.1 <= now.1);
        if !is_same_file {
            self.look_for_files(&meta);
        } else if let Some(file) = self.set.files.last_mut() {
            file.written = Moment(meta.mtime());
        }
        let progress = self.reader.read(&self.set, self.place.as_ref(), sink);
        if progress.bookmark.is_some() {
            self.place = progress.bookmark;
        }
        self.seen = Some(now);
        (Wait::None, progress.gaps)
    }

    /// The files of the set as they are now: those of its folder with its name.
    fn look_for_files(&mut self, meta: &fs::Metadata) {
        let folder = self.set.name.parent().map_or_else(Default::default, |it| it.to_owned());
        let folder = if folder.as_os_str().is_empty() {
            ".".into()
        } else {
            folder
        };
        let mut paths = vec![self.set.name.clone()];
        let prefix = self
            .set
            .name
            .file_name()
            .map(|it| it.to_string_lossy().into_owned())
            .unwrap_or_default();
        // Only what was written lately can hold the place: older ones are not opened again.
        let is_recent = |path: &std::path::Path| {
            fs::metadata(path).is_ok_and(|it| it.is_file() && meta.mtime() - it.mtime() < RECENT)
        };
        for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with(&prefix) && is_recent(&path) {
                paths.push(path);
            }
        }
        let found = find(&paths, Some(self.set.format));
        if let Some(set) = found
            .sets
            .into_iter()
            .find(|set| set.name.file_name() == self.set.name.file_name())
        {
            self.set.files = set.files;
        }
    }
}

/// Between two looks at a log that does not grow.
const PAUSE: Duration = Duration::from_millis(200);
/// Seconds. Rotation leaves a file's last change as it was, and a quiet log is rotated once a month at the most.
const RECENT: i64 = 40 * 86_400;
