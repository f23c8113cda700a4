//! A folder that only we write to: new, empty, or ours from before, and never reached through a symbolic link.
//!
//! The folder is opened once, and everything is made relative to that descriptor, so that nobody can put another folder in its
//! place meanwhile. Names are ours alone. A file is written under another name first, and renamed when it is whole.

use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Read as _, Write};
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};

use super::{SaveError, SavedFile};

/// The opened folder.
pub(super) struct Folder {
    descriptor: OwnedFd,
    /// For errors.
    path: PathBuf,
    /// Put before the names of files in [`SavedFile`].
    prefix: &'static str,
}

/// How many bytes may still be written, over all folders of one run.
#[derive(Debug)]
pub(super) struct Budget {
    pub(super) limit: u64,
    pub(super) used: u64,
}

impl Folder {
    /// Opens `path`, makes it if it is not there, and takes away what an earlier run left in it.
    pub(super) fn open(path: &Path) -> Result<Self, SaveError> {
        // A slash at the end would follow a symbolic link whatever the flags say.
        let path: PathBuf = path.components().collect();
        if matches!(path.components().next_back(), None | Some(Component::RootDir)) {
            return Err(SaveError::NotAFolder { path: shown(&path) });
        }
        match rustix::fs::mkdirat(CWD, &path, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(err) => return Err(system("make", &path, err.into())),
        }
        let folder = Self {
            descriptor: open_folder(&path, rustix::fs::openat(CWD, &path, FOLDER, Mode::empty()))?,
            path,
            prefix: "",
        };
        folder.take_over()?;
        Ok(folder)
    }

    /// Opens a folder in this one, or makes it.
    pub(super) fn below(&self, name: &'static str, prefix: &'static str) -> Result<Self, SaveError> {
        let path = self.path.join(name);
        match rustix::fs::mkdirat(&self.descriptor, name, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(err) => return Err(system("make", &path, err.into())),
        }
        let opened = rustix::fs::openat(&self.descriptor, name, FOLDER, Mode::empty());
        Ok(Self {
            descriptor: open_folder(&path, opened)?,
            path,
            prefix,
        })
    }

    /// Marks an empty folder as ours, or clears one that is.
    fn take_over(&self) -> Result<(), SaveError> {
        let names = self.names()?;
        if names.is_empty() {
            let mut budget = Budget {
                limit: MARK.len() as u64,
                used: 0,
            };
            return self.write(MARKER, &mut budget, |out| out.write_all(MARK)).map(drop);
        }
        if !self.is_marked() {
            return Err(SaveError::NotEmpty {
                path: shown(&self.path),
            });
        }
        self.clear(&names, |name| OURS.contains(&name))?;
        if names.iter().any(|name| name == MAIL) {
            let mail = self.below(MAIL, MAIL_PREFIX)?;
            mail.clear(&mail.names()?, is_mail)?;
        }
        Ok(())
    }

    /// Takes away files of ours. Something else under one of our names was put there by somebody else.
    fn clear(&self, names: &[String], is_ours: impl Fn(&str) -> bool) -> Result<(), SaveError> {
        for name in names.iter().filter(|name| is_ours(name) || is_part(name)) {
            let path = self.path.join(name);
            let found = rustix::fs::statat(&self.descriptor, name.as_str(), AtFlags::SYMLINK_NOFOLLOW)
                .map_err(|err| system("look at", &path, err.into()))?;
            if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile {
                return Err(SaveError::Planted { path: shown(&path) });
            }
            rustix::fs::unlinkat(&self.descriptor, name.as_str(), AtFlags::empty())
                .map_err(|err| system("remove", &path, err.into()))?;
        }
        Ok(())
    }

    fn names(&self) -> Result<Vec<String>, SaveError> {
        let fail = |err: Errno| system("list", &self.path, err.into());
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.descriptor).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let name: &CStr = entry.file_name();
            if !matches!(name.to_bytes(), b"." | b"..") {
                names.push(name.to_string_lossy().into_owned());
            }
        }
        Ok(names)
    }

    fn is_marked(&self) -> bool {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let Ok(marker) = rustix::fs::openat(&self.descriptor, MARKER, flags, Mode::empty()) else {
            return false;
        };
        let mut text = Vec::new();
        let read = File::from(marker).take(MARK.len() as u64 + 1).read_to_end(&mut text);
        read.is_ok() && text == MARK
    }

    /// A file without a name, on the same disk: gone when it is closed, however this ends.
    pub(super) fn nameless(&self) -> Result<File, SaveError> {
        let fail = |err: Errno| system("write to", &self.path, err.into());
        let (mode, flags) = (Mode::RUSR | Mode::WUSR, OFlags::RDWR | OFlags::CLOEXEC);
        match rustix::fs::openat(&self.descriptor, ".", flags | OFlags::TMPFILE, mode) {
            Ok(file) => return Ok(file.into()),
            // A file system that does not know such files (`man 2 open`, `O_TMPFILE`).
            Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL) => {}
            Err(err) => return Err(fail(err)),
        }
        let name = format!("{PART}{CAPTURE}");
        let flags = flags | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
        let file = rustix::fs::openat(&self.descriptor, name.as_str(), flags, mode).map_err(fail)?;
        rustix::fs::unlinkat(&self.descriptor, name.as_str(), AtFlags::empty()).map_err(fail)?;
        Ok(file.into())
    }

    /// Writes a file of ours, whole or not at all.
    pub(super) fn write(
        &self,
        name: &str,
        budget: &mut Budget,
        fill: impl FnOnce(&mut Part<'_>) -> io::Result<()>,
    ) -> Result<SavedFile, SaveError> {
        let path = self.path.join(name);
        let part_name = format!("{PART}{name}");
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(&self.descriptor, part_name.as_str(), flags, Mode::RUSR | Mode::WUSR).map_err(
            |err| match err {
                Errno::EXIST | Errno::LOOP => SaveError::Planted { path: shown(&path) },
                err => system("write", &path, err.into()),
            },
        )?;
        let limit = budget.limit;
        let mut part = Part {
            file: io::BufWriter::new(File::from(opened)),
            hash: Sha256::new(),
            bytes: 0,
            budget,
        };
        let written = fill(&mut part).and_then(|()| part.flush());
        let (bytes, full) = (part.bytes, part.budget.used >= limit);
        let sha256 = part.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let kept = written.and_then(|()| self.put_in_place(&part_name, name));
        if let Err(err) = kept {
            // What is not whole is taken away again; if that fails too, its name says what it is.
            let _ = rustix::fs::unlinkat(&self.descriptor, part_name.as_str(), AtFlags::empty());
            return Err(match err.kind() {
                io::ErrorKind::FileTooLarge if full => SaveError::TooLarge {
                    path: shown(&path),
                    limit,
                },
                _ => system("write", &path, err),
            });
        }
        let name = format!("{}{name}", self.prefix);
        Ok(SavedFile { name, bytes, sha256 })
    }

    /// Renaming replaces a name, and never follows what stands there.
    fn put_in_place(&self, part: &str, name: &str) -> io::Result<()> {
        rustix::fs::renameat(&self.descriptor, part, &self.descriptor, name).map_err(io::Error::from)
    }
}

/// A file that is being written, counted and hashed.
pub(super) struct Part<'b> {
    file: io::BufWriter<File>,
    hash: Sha256,
    bytes: u64,
    budget: &'b mut Budget,
}

impl Write for Part<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = bytes.len() as u64;
        if self.budget.used + length > self.budget.limit {
            self.budget.used = self.budget.limit;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.budget.used += length;
        self.bytes += length;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn open_folder(path: &Path, opened: rustix::io::Result<OwnedFd>) -> Result<OwnedFd, SaveError> {
    opened.map_err(|err| match err {
        Errno::LOOP | Errno::NOTDIR => SaveError::NotAFolder { path: shown(path) },
        err => system("open", path, err.into()),
    })
}

fn system(verb: &'static str, path: &Path, source: io::Error) -> SaveError {
    SaveError::System {
        verb,
        path: shown(path),
        source,
    }
}

fn shown(path: &Path) -> String {
    crate::report::escape::escape(&path.display().to_string(), MAX_SHOWN)
}

/// `0001.eml`, `0001.json`
fn is_mail(name: &str) -> bool {
    let digits = name.strip_suffix(".eml").or_else(|| name.strip_suffix(".json"));
    digits.is_some_and(|digits| digits.len() >= 4 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What a run that was interrupted left.
fn is_part(name: &str) -> bool {
    name.strip_prefix(PART)
        .is_some_and(|name| OURS.contains(&name) || is_mail(name) || name == MARKER)
}

/// What a folder is opened with.
const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// The file that marks a folder as ours.
const MARKER: &str = ".waxseal-run";

/// What stands in it.
const MARK: &[u8] = b"This folder is written by `waxseal run`, which may replace its own files in it.\n";

/// Stands before the name of a file that is not whole yet.
const PART: &str = ".part-";

/// The packets.
pub(super) const CAPTURE: &str = "capture.pcapng";

/// The folder for mail.
pub(super) const MAIL: &str = "mail";

/// The same before the name of a file in it.
pub(super) const MAIL_PREFIX: &str = "mail/";

/// The files we write.
pub(super) const OURS: [&str; 6] = [
    "events.jsonl",
    "traffic.har",
    "keys.log",
    CAPTURE,
    "run.json",
    "index.html",
];

/// Longest path that is repeated in an error.
const MAX_SHOWN: usize = 500;
