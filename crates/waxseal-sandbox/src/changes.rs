//! What was made, changed and removed in the folders that a room may write to, by comparing what lies in them with what lay in them before.
//!
//! A folder that is new is told as one, with the size of all that is in it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat, openat, statat};

use crate::cell::{FileChange, Notice};

/// A folder that a room may write to.
#[derive(Debug)]
pub(crate) struct Writable {
    /// Where it is in the room.
    pub(crate) target: String,
    /// What was written to it: all of it, or what lies over `lower`.
    pub(crate) upper: OwnedFd,
    /// What it lies over, if it does, the topmost first.
    pub(crate) lower: Vec<OwnedFd>,
}

/// What lay in all writable folders when the room was ready.
#[derive(Debug)]
pub(crate) struct Before {
    folders: Vec<(Writable, BTreeMap<Vec<u8>, Stamp>)>,
}

/// What tells a file from the same file later: number, moment of change, size.
type Stamp = (u64, i64, i64, i64);

impl Before {
    pub(crate) fn look(folders: Vec<Writable>) -> Self {
        let look = |folder: Writable| {
            let mut seen = BTreeMap::new();
            let mut steps = MAX_STEPS;
            walk(folder.upper.as_fd(), b"", 0, &mut steps, &mut |path, stat, _| {
                seen.insert(path.to_owned(), stamp(stat));
                true
            });
            (folder, seen)
        };
        Self {
            folders: folders.into_iter().map(look).collect(),
        }
    }

    /// What is different now.
    pub(crate) fn changes(&self) -> Vec<Notice> {
        let mut found = Vec::new();
        let mut cut = 0;
        for (folder, before) in &self.folders {
            let mut steps = MAX_STEPS;
            folder.compare(before, &mut steps, &mut |notice| {
                if found.len() < MAX_TOLD {
                    found.push(notice);
                } else {
                    cut += 1;
                }
            });
            cut += u64::from(steps == 0);
        }
        if cut > 0 {
            found.push(Notice::FilesCut(cut));
        }
        found
    }
}

impl Writable {
    fn compare(&self, before: &BTreeMap<Vec<u8>, Stamp>, steps: &mut u64, tell: &mut dyn FnMut(Notice)) {
        let mut there = BTreeSet::new();
        walk(self.upper.as_fd(), b"", 0, steps, &mut |path, stat, folder| {
            there.insert(path.to_owned());
            let known = before.get(path);
            let below = || self.lower.iter().any(|lower| exists(lower, path));
            let kind = FileType::from_raw_mode(stat.st_mode);
            // What an overlay puts where something was removed.
            if !self.lower.is_empty() && kind == FileType::CharacterDevice && stat.st_rdev == 0 {
                if below() {
                    tell(self.notice(path, FileChange::Removed, 0));
                }
                return false;
            }
            let old = known.is_some() || below();
            if kind.is_dir() {
                if !old {
                    let mut left = MAX_STEPS;
                    tell(self.notice(path, FileChange::Made, folder.map_or(0, |it| size_of(it, 0, &mut left))));
                }
                return old;
            }
            if known.copied() != Some(stamp(stat)) {
                let change = if old { FileChange::Changed } else { FileChange::Made };
                tell(self.notice(path, change, u64::try_from(stat.st_size).unwrap_or(0)));
            }
            false
        });
        // Nothing can be said of what was not come to.
        if *steps > 0 {
            for path in before.keys().filter(|path| !there.contains(*path)) {
                let above = path.iter().rposition(|byte| *byte == b'/').map(|end| &path[..end]);
                let gone_with = above.is_some_and(|it| before.contains_key(it) && !there.contains(it));
                if !gone_with {
                    tell(self.notice(path, FileChange::Removed, 0));
                }
            }
        }
    }

    fn notice(&self, path: &[u8], change: FileChange, size: u64) -> Notice {
        let path = [self.target.as_bytes(), b"/", path].concat();
        Notice::File { path, change, size }
    }
}

/// What is done with what lies at a path; a folder is handed open.
type Visit<'v> = dyn FnMut(&[u8], &Stat, Option<BorrowedFd<'_>>) -> bool + 'v;

/// Visits everything in a folder. `visit` says of a folder, which it is handed, whether to look into it.
fn walk(folder: BorrowedFd<'_>, path: &[u8], depth: u32, steps: &mut u64, visit: &mut Visit<'_>) {
    let Ok(mut entries) = open_folder(folder, c".").and_then(Dir::new) else {
        return;
    };
    walk_entries(&mut entries, path, depth, steps, visit);
}

fn walk_entries(entries: &mut Dir, path: &[u8], depth: u32, steps: &mut u64, visit: &mut Visit<'_>) {
    while let Some(entry) = entries.next() {
        let Ok(entry) = entry else { continue };
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        *steps = steps.saturating_sub(1);
        if *steps == 0 {
            return;
        }
        let Ok(folder) = entries.fd() else { return };
        let Ok(stat) = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) else {
            continue;
        };
        let inner = match path {
            b"" => name.to_bytes().to_owned(),
            path => [path, b"/", name.to_bytes()].concat(),
        };
        if !FileType::from_raw_mode(stat.st_mode).is_dir() {
            visit(&inner, &stat, None);
            continue;
        }
        let opened = open_folder(folder, name).and_then(Dir::new);
        let at = opened.as_ref().ok().and_then(|it| it.fd().ok());
        let into = visit(&inner, &stat, at);
        if let (true, Ok(mut opened), true) = (into, opened, depth < MAX_DEPTH) {
            walk_entries(&mut opened, &inner, depth + 1, steps, visit);
        }
    }
}

fn open_folder(folder: impl AsFd, name: &CStr) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(folder, name, flags, Mode::empty())
}

/// Bytes of all files in a folder.
fn size_of(folder: BorrowedFd<'_>, depth: u32, left: &mut u64) -> u64 {
    let mut total = 0;
    walk(folder, b"", depth, left, &mut |_, stat, _| {
        if FileType::from_raw_mode(stat.st_mode).is_file() {
            total += u64::try_from(stat.st_size).unwrap_or(0);
        }
        true
    });
    total
}

fn exists(folder: &OwnedFd, path: &[u8]) -> bool {
    statat(folder, path, AtFlags::SYMLINK_NOFOLLOW).is_ok()
}

fn stamp(stat: &Stat) -> Stamp {
    let nanoseconds = i64::try_from(stat.st_ctime_nsec).unwrap_or(0);
    (stat.st_ino, stat.st_ctime, nanoseconds, stat.st_size)
}

/// Changes told of one room.
const MAX_TOLD: usize = 2_000;
/// Files that are looked at in one folder: less than a second of work.
const MAX_STEPS: u64 = 200_000;
/// Folders in folders.
const MAX_DEPTH: u32 = 128;
