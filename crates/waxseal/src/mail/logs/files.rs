//! Which files a log is: with its rotated predecessors, oldest first by what is in them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use memchr::memrchr;
use waxseal_mail::logs::{Format, Limits, Log, Mode, Settings};
use waxseal_model::Moment;

use super::open::{Compression, open};
use super::when::system_zone;

/// One file of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    /// Where it is; `-` is standard input.
    pub path: PathBuf,
    /// When it was last written to.
    pub written: Moment,
    /// The device and the number on it, by which a file is known after it was renamed; `None` for standard input.
    pub identity: Option<(u64, u64)>,
    /// Whether its bytes are those of the log.
    pub is_plain: bool,
    /// The first moment in it.
    first: Option<Moment>,
    /// There is nothing in it.
    is_empty: bool,
}

/// Files by the name of their log, each with the format that it was recognised as.
type Sets = BTreeMap<PathBuf, Vec<(LogFile, Option<&'static Format>)>>;

/// A log: one file, or several that were one after the other.
#[derive(Debug, Clone)]
pub struct LogSet {
    /// The name without what rotation adds to it.
    pub name: PathBuf,
    /// Oldest first.
    pub files: Vec<LogFile>,
    /// What it is written in.
    pub format: &'static Format,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The logs.
    pub sets: Vec<LogSet>,
    /// What could not be looked at, in words.
    pub gaps: Vec<String>,
    /// What is worth knowing, in words.
    pub notes: Vec<String>,
}

/// Finds the logs that paths name: files, folders (what in them is a log of mail), `-`.
///
/// Files of one folder whose names differ only by what rotation adds (`.1`, `-20261120`, `.gz`) are one log. `format` is taken for all of
/// them instead of what they look like.
pub fn find(paths: &[PathBuf], format: Option<&'static Format>) -> Found {
    let mut found = Found::default();
    let mut sets = Sets::new();
    for path in paths {
        if path.as_os_str() == "-" {
            let file = LogFile {
                path: path.clone(),
                written: now(),
                identity: None,
                is_plain: false,
                first: None,
                is_empty: false,
            };
            sets.entry(path.clone()).or_default().push((file, None));
        } else if fs::metadata(path).is_ok_and(|meta| meta.is_dir()) {
            found.folder(path, format, &mut sets);
        } else {
            match looked_at(path, format.is_none()) {
                Ok(it) => put(&mut sets, it),
                Err(err) => found.gaps.push(unreadable(path, &err)),
            }
        }
    }
    found.drop_copies(&mut sets, format.is_some());
    for (name, files) in sets {
        found.add(name, files, format);
    }
    found
}

/// Puts a file into its log; the same file may be named twice.
fn put(sets: &mut Sets, it: (LogFile, Option<&'static Format>)) {
    let of_set = sets.entry(base(&it.0.path)).or_default();
    if !of_set.iter().any(|(known, _)| known.identity == it.0.identity) {
        of_set.push(it);
    }
}

fn unreadable(path: &Path, err: &io::Error) -> String {
    format!("cannot read `{}`: {err}", path.display())
}

impl Found {
    /// Takes what in a folder is a log of mail: what is recognised, its rotated siblings, and whatever has the name of such a log.
    fn folder(&mut self, folder: &Path, format: Option<&'static Format>, sets: &mut Sets) {
        let mut unknown = Vec::new();
        for path in listed(folder, self) {
            match looked_at(&path, format.is_none()) {
                Ok((file, None)) if format.is_none() => unknown.push(file),
                Ok(it) => put(sets, it),
                Err(err) => self.gaps.push(unreadable(&path, &err)),
            }
        }
        let mut others = 0_usize;
        for mut file in unknown {
            let name = base(&file.path);
            let of_set = sets
                .get(&name)
                .and_then(|files| files.iter().find_map(|(_, format)| *format));
            match of_set {
                _ if file.is_empty => others += 1,
                Some(format) => {
                    file.first = first_of(&file, format);
                    put(sets, (file, None));
                }
                // It becomes a gap if none of its siblings is recognised.
                None if is_all_mail(&name) => put(sets, (file, None)),
                None => others += 1,
            }
        }
        if others > 0 {
            self.notes
                .push(format!("{others} files in `{}` hold no log of mail", folder.display()));
        }
    }

    fn add(
        &mut self,
        name: PathBuf,
        mut files: Vec<(LogFile, Option<&'static Format>)>,
        format: Option<&'static Format>,
    ) {
        files.sort_by(|(a, _), (b, _)| {
            let number = |file: &LogFile| std::cmp::Reverse(rotation(&file.path));
            (a.first, number(a))
                .cmp(&(b.first, number(b)))
                .then_with(|| a.path.cmp(&b.path))
        });
        let is_stdin = name.as_os_str() == "-";
        let known = format.or_else(|| files.iter().find_map(|(_, format)| *format));
        let files: Vec<LogFile> = files.into_iter().map(|(file, _)| file).collect();
        match known {
            Some(format) => self.sets.push(LogSet { name, files, format }),
            // What it is shows when it is read.
            None if is_stdin => self.sets.push(LogSet {
                name,
                files,
                format: waxseal_mail::logs::FORMATS[0],
            }),
            None if files
                .iter()
                .all(|file| fs::metadata(&file.path).is_ok_and(|it| it.len() == 0)) =>
            {
                self.notes.push(format!("`{}` is empty", name.display()));
            }
            None => self.gaps.push(format!(
                "cannot tell what `{}` is a log of; say so with `--input`",
                name.display()
            )),
        }
    }

    /// What syslog writes to several files is read from one of them. A file with the name of such a log that is none replaces no other.
    fn drop_copies(&mut self, sets: &mut Sets, is_said: bool) {
        let with_all: Vec<PathBuf> = sets
            .iter()
            .filter(|(path, files)| is_all_mail(path) && (is_said || files.iter().any(|(_, format)| format.is_some())))
            .map(|(path, _)| path.clone())
            .collect();
        for all in with_all {
            for copy in COPIES {
                let path = all.with_file_name(copy);
                if sets.remove(&path).is_some() {
                    self.notes.push(format!(
                        "`{}` is not read: `{}` holds the same lines",
                        path.display(),
                        all.display()
                    ));
                }
            }
        }
    }
}

fn listed(folder: &Path, found: &mut Found) -> Vec<PathBuf> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(err) => {
            found.gaps.push(format!("cannot read `{}`: {err}", folder.display()));
            return Vec::new();
        }
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| fs::metadata(path).is_ok_and(|meta| meta.is_file()))
        .collect();
    files.sort();
    files
}

/// Whether this is the name of a file that holds all of the mail facility.
fn is_all_mail(path: &Path) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| ALL_MAIL.contains(&name))
}

/// Opens a file far enough to see what it is, and when its first line was written. `is_sought`: a file with the name of a log of mail is
/// looked at further where its beginning does not show what it is.
fn looked_at(path: &Path, is_sought: bool) -> io::Result<(LogFile, Option<&'static Format>)> {
    let meta = fs::metadata(path)?;
    let mut file = LogFile {
        path: path.to_owned(),
        written: Moment(meta.mtime()),
        identity: meta.is_file().then(|| (meta.dev(), meta.ino())),
        is_plain: false,
        first: None,
        is_empty: false,
    };
    if !meta.is_file() {
        return Ok((file, None));
    }
    let mut opened = open(path)?;
    file.is_plain = opened.compression == Compression::None;
    let mut sample = Vec::new();
    opened.bytes.by_ref().take(SAMPLE).read_to_end(&mut sample)?;
    file.is_empty = sample.is_empty();
    // Lines that Postfix did not write may stand first, so that the format is that of any line.
    let mut format = Format::of(&sample);
    if format.is_none() && is_sought && is_all_mail(&base(path)) {
        format = sought(&mut opened.bytes, &sample)?;
    }
    file.first = first_moment(&sample, file.written, format);
    Ok((file, format))
}

/// The format of the first line that shows it behind a sample, as far as is looked.
fn sought(bytes: &mut impl Read, sample: &[u8]) -> io::Result<Option<&'static Format>> {
    let last_line = |piece: &[u8]| memrchr(b'\n', piece).map_or(piece.len(), |end| end + 1);
    let mut piece = sample[last_line(sample)..].to_vec();
    let mut looked = SAMPLE;
    while looked < FURTHEST {
        if bytes.by_ref().take(SAMPLE).read_to_end(&mut piece)? == 0 {
            break;
        }
        if let Some(format) = Format::of(&piece) {
            return Ok(Some(format));
        }
        let whole = last_line(&piece);
        piece.drain(..whole);
        looked += SAMPLE;
    }
    Ok(None)
}

/// When the first line of a file was written, read as this format.
fn first_of(file: &LogFile, format: &'static Format) -> Option<Moment> {
    let mut sample = Vec::new();
    let opened = open(&file.path).ok()?;
    opened.bytes.take(SAMPLE).read_to_end(&mut sample).ok()?;
    first_moment(&sample, file.written, Some(format))
}

/// When the first mail in a sample was seen, or else nothing.
fn first_moment(sample: &[u8], written: Moment, format: Option<&'static Format>) -> Option<Moment> {
    let settings = Settings {
        mode: Mode::Review,
        limits: Limits::default(),
        latest: written,
        zone: system_zone(),
    };
    Log::new(format?, settings).first_moment(sample)
}

fn now() -> Moment {
    Moment(jiff::Timestamp::now().as_second())
}

/// A path without what rotation and compression add: `mail.log.2.gz` and `mail.log-20261120.zst` are `mail.log`.
fn base(path: &Path) -> PathBuf {
    let Some(name) = path.file_name().and_then(|it| it.to_str()) else {
        return path.to_owned();
    };
    let name = COMPRESSED.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = |text: &str| {
        text.len() >= 8
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b'_')
    };
    let name = match (name.rsplit_once('.'), name.split_once('-')) {
        // `postfix logrotate` adds `.20261130-141500`.
        (Some((base, number)), _) if is_number(number) || is_date(number) => base,
        (_, Some((base, date))) if is_date(date) && !base.is_empty() => base,
        _ => name,
    };
    path.with_file_name(name)
}

/// The number that rotation gave a file: the greater, the older. A file without one is the newest.
fn rotation(path: &Path) -> u64 {
    let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
    let name = COMPRESSED.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    name.rsplit_once('.')
        .and_then(|(_, number)| number.parse().ok())
        .unwrap_or(0)
}

/// How much of a file is looked at to see what it is.
const SAMPLE: u64 = 64 << 10;
/// How much of a file with the name of a log of mail is looked at.
const FURTHEST: u64 = 8 << 20;
const COMPRESSED: [&str; 6] = [".gz", ".zst", ".xz", ".bz2", ".lz4", ".zstd"];
/// Files that hold all of the mail facility, by the defaults of Debian, Red Hat, SUSE and FreeBSD.
const ALL_MAIL: [&str; 3] = ["mail.log", "maillog", "mail"];
/// Files beside them that hold parts of it, or that and more.
const COPIES: [&str; 6] = ["syslog", "messages", "mail.info", "mail.warn", "mail.err", "all.log"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotation_adds_numbers_dates_and_compression() {
        for name in [
            "mail.log",
            "mail.log.1",
            "mail.log.12.gz",
            "mail.log-20261120",
            "mail.log-20261120.zst",
            "mail.log.20261130-141500",
            "mail.log.20261130-141500.gz",
            "mail.log.xz",
        ] {
            assert_eq!(
                base(Path::new("/var/log").join(name).as_path()),
                Path::new("/var/log/mail.log"),
                "{name}"
            );
        }
        assert_eq!(base(Path::new("mail-relay.log")), Path::new("mail-relay.log"));
        assert!(rotation(Path::new("mail.log.2.gz")) > rotation(Path::new("mail.log.1")));
    }
}
