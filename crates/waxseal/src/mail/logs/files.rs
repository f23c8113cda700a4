//! Which files a log is: with its rotated predecessors, oldest first by what is in them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

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
}

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
    let mut sets: BTreeMap<PathBuf, Vec<(LogFile, Option<&'static Format>)>> = BTreeMap::new();
    for path in paths {
        if path.as_os_str() == "-" {
            let file = LogFile {
                path: path.clone(),
                written: now(),
                identity: None,
                is_plain: false,
                first: None,
            };
            sets.entry(path.clone()).or_default().push((file, None));
            continue;
        }
        let (files, is_folder) = match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => (listed(path, &mut found), true),
            _ => (vec![path.clone()], false),
        };
        let mut others = 0;
        for file in files {
            match looked_at(&file) {
                Ok((it, None)) if is_folder && format.is_none() => others += usize::from(it.written.0 != i64::MIN),
                Ok(it) => {
                    let of_set = sets.entry(base(&file)).or_default();
                    // The same file may be named twice.
                    if !of_set.iter().any(|(known, _)| known.identity == it.0.identity) {
                        of_set.push(it);
                    }
                }
                Err(err) => found.gaps.push(format!("cannot read `{}`: {err}", file.display())),
            }
        }
        if others > 0 {
            found
                .notes
                .push(format!("{others} files in `{}` hold no log of mail", path.display()));
        }
    }
    found.drop_copies(&mut sets);
    for (name, files) in sets {
        found.add(name, files, format);
    }
    found
}

impl Found {
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

    /// What syslog writes to several files is read from one of them.
    fn drop_copies(&mut self, sets: &mut BTreeMap<PathBuf, Vec<(LogFile, Option<&'static Format>)>>) {
        let name = |path: &Path| {
            path.file_name()
                .map(|it| it.to_string_lossy().into_owned())
                .unwrap_or_default()
        };
        let with_all: Vec<PathBuf> = sets
            .keys()
            .filter(|path| ALL_MAIL.contains(&name(path).as_str()))
            .cloned()
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

/// Opens a file far enough to see what it is, and when its first line was written.
fn looked_at(path: &Path) -> std::io::Result<(LogFile, Option<&'static Format>)> {
    let meta = fs::metadata(path)?;
    let mut file = LogFile {
        path: path.to_owned(),
        written: Moment(meta.mtime()),
        identity: meta.is_file().then(|| (meta.dev(), meta.ino())),
        is_plain: false,
        first: None,
    };
    if !meta.is_file() {
        return Ok((file, None));
    }
    let opened = open(path)?;
    file.is_plain = opened.compression == Compression::None;
    let mut sample = Vec::new();
    opened.bytes.take(SAMPLE).read_to_end(&mut sample)?;
    // Lines that Postfix did not write may stand first, so that the format is that of any line.
    let format = Format::of(&sample);
    file.first = first_moment(&sample, file.written, format);
    Ok((file, format))
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
