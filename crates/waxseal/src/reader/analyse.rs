//! Turns the files of one side into evidence, on all worker threads, and says which file each thread is on.

use std::collections::BTreeSet;
use std::fs::File;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use waxseal_js::package::{self, AnalysisCache, InputFile};
use waxseal_model::{FileFacts, FileState, SinkSpec, SourceEvidence};

use super::protocol::{Analyse, Response, SidePart};
use super::tree::Tree;
use super::wire;

/// What analysing sides takes.
pub(super) struct Analyst<'a> {
    /// Where the threads say what they are on.
    pub(super) out: &'a Mutex<File>,
    pub(super) sinks: &'a [SinkSpec],
    /// Shared by the sides, so that what both have is analysed once.
    pub(super) cache: AnalysisCache,
    pub(super) how: Analyse,
}

impl Analyst<'_> {
    /// What a side holds and could do. `before` is the side that was analysed before, as far as its sources are still there.
    pub(super) fn analyse(&self, side: u8, tree: &Tree, before: Option<(&Tree, &[FileFacts])>) -> SourceEvidence {
        let digests = tree.digests(before);
        let inputs: Vec<InputFile<'_>> = (0..tree.len())
            .map(|idx| InputFile {
                path: tree.path(idx),
                bytes: tree.bytes(idx),
                digest: digests[idx],
            })
            .collect();
        let manifest = tree.manifest();
        let scan = package::scan(
            manifest.present(),
            &inputs,
            self.sinks,
            &package::Limits::default(),
            &self.cache,
            &|files, work| self.map(side, tree, files, work),
        );
        let facts = |(idx, input): (usize, &InputFile<'_>)| FileFacts {
            path: input.path.to_owned(),
            size: input.bytes.len() as u64,
            digest: input.digest,
            state: scan.states.get(idx).copied().unwrap_or(FileState::Skipped),
        };
        let files = inputs.iter().enumerate().map(facts).collect();
        let mut anomalies = tree.anomalies.clone();
        anomalies.extend(scan.anomalies);
        SourceEvidence {
            manifest,
            readme: tree.readme(),
            files,
            capabilities: scan.capabilities,
            flows: scan.flows,
            loads: scan.loads,
            loads_unknown: scan.loads_unknown,
            anomalies,
            unpacked_size: tree.size(),
        }
    }

    /// Runs the work of every file but those to be skipped.
    fn map(&self, side: u8, tree: &Tree, files: &[u32], work: &(dyn Fn(usize) + Sync)) {
        let parts = |list: &[SidePart]| -> BTreeSet<u32> {
            list.iter()
                .filter(|part| part.side == side)
                .map(|part| part.file)
                .collect()
        };
        let (skip, alone) = (parts(&self.how.skip), parts(&self.how.alone));
        let slots = || (0..files.len()).filter(|slot| !skip.contains(&files[*slot]));
        for slot in slots().filter(|slot| alone.contains(&files[*slot])) {
            self.announce(0, side, &[files[slot]]);
            work(slot);
        }
        let size = |slot: usize| tree.bytes(files[slot] as usize).len();
        let units = units(slots().filter(|slot| !alone.contains(&files[*slot])), size);
        let next = AtomicUsize::new(0);
        let room = Room::default();
        let one_worker = |worker: usize| {
            while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
                let _taken = room.take(unit.bytes);
                let on: Vec<u32> = unit.slots.iter().map(|slot| files[*slot]).collect();
                self.announce(worker, side, &on);
                unit.slots.iter().for_each(|slot| work(*slot));
            }
            self.announce(worker, side, &[]);
        };
        // Another thread has to be woken and has memory of its own, which little work does not repay.
        if units.iter().map(|unit| unit.bytes).sum::<usize>() > ALONE_BYTES {
            rayon::broadcast(|ctx| one_worker(ctx.index()));
        } else {
            one_worker(0);
        }
    }

    /// A parent that is gone is noticed when the evidence is sent.
    fn announce(&self, worker: usize, side: u8, files: &[u32]) {
        let files = files.iter().map(|file| SidePart { side, file: *file }).collect();
        let message = Response::Working {
            worker: u8::try_from(worker).unwrap_or(u8::MAX),
            files,
        };
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = wire::send(&mut *out, &message);
    }
}

/// What one thread takes at once.
#[derive(Debug, Default, PartialEq, Eq)]
struct Unit {
    slots: Vec<usize>,
    bytes: usize,
}

/// Large files are taken one by one, small ones by the handful, since every announcement wakes the parent.
fn units(slots: impl Iterator<Item = usize>, size: impl Fn(usize) -> usize) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut open = Unit::default();
    for slot in slots {
        let bytes = size(slot);
        if open.bytes + bytes > UNIT_BYTES || open.slots.len() == UNIT_FILES {
            units.push(std::mem::take(&mut open));
        }
        open.slots.push(slot);
        open.bytes += bytes;
    }
    units.push(open);
    units.retain(|unit| !unit.slots.is_empty());
    units
}

/// Keeps the sources that are parsed at one time below [`IN_FLIGHT`] bytes: a syntax tree takes about twelve times its source.
#[derive(Default)]
struct Room {
    taken: Mutex<usize>,
    freed: Condvar,
}

struct Taken<'r> {
    room: &'r Room,
    bytes: usize,
}

impl Room {
    /// Waits until there is room; what is larger than the whole room waits until it is empty.
    fn take(&self, bytes: usize) -> Taken<'_> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |taken: &mut usize| *taken > 0 && *taken + bytes > IN_FLIGHT;
        let mut taken = self
            .freed
            .wait_while(taken, full)
            .unwrap_or_else(PoisonError::into_inner);
        *taken += bytes;
        Taken { room: self, bytes }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *self.room.taken.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        self.room.freed.notify_all();
    }
}

/// A unit of small files: about a millisecond of work.
const UNIT_BYTES: usize = 64 << 10;
const UNIT_FILES: usize = 64;

/// About ten milliseconds of work.
const ALONE_BYTES: usize = 128 << 10;

/// Two of the largest bundles of real packages are not parsed side by side.
const IN_FLIGHT: usize = 8 << 20;

#[cfg(test)]
mod tests;
