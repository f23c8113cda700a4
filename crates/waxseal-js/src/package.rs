//! A whole package: which files are code, how they are reached, and everything they could do, linked together.
//!
//! [`scan`] analyses each file by itself, possibly in parallel, then links the answers: constants travel along imports, and
//! every fact is told how an importer, a user or npm gets to it. Analyses of files are kept in an [`AnalysisCache`], so that two
//! releases share the work on what they share.

mod analysis;
mod constants;
mod entries;
mod graph;
mod lines;
mod link;
mod reach;
mod resolve;
mod select;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};
use waxseal_model::{Anomaly, Capability, FileState, MailFlow, Manifest, SinkSpec};

pub use analysis::FileAnalysis;

use crate::fold::ModuleEnv;

/// One file of a package, as npm installs it.
#[derive(Debug, Clone, Copy)]
pub struct InputFile<'p> {
    /// The path below the package's root, `/` between its parts.
    pub path: &'p str,
    /// Its content.
    pub bytes: &'p [u8],
    /// What tells its content from any other, see [`waxseal_model::FileFacts::digest`].
    pub digest: [u8; 16],
}

/// How much of a hostile package is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Larger files are skipped, with an anomaly.
    pub file_bytes: usize,
    /// Facts kept of one file; beyond it an anomaly says so.
    pub file_facts: usize,
    /// Capabilities kept of one package; beyond it an anomaly says so.
    pub package_facts: usize,
    /// Looks also at calls that their names rule out: several times slower, and to find the same. A reference to measure against.
    pub exhaustive: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: crate::parse::MAX_FILE,
            file_facts: 20_000,
            package_facts: 200_000,
            exhaustive: false,
        }
    }
}

/// Runs `work(0) … work(files.len() - 1)`, in any order and on any threads. What is not run counts as skipped.
/// `files[idx]` is the position of the file that `work(idx)` looks into.
///
/// Each piece of work needs a stack of at least 16 MiB.
pub type MapFiles<'m> = dyn Fn(&[u32], &(dyn Fn(usize) + Sync)) + 'm;

/// What a package's code could do.
#[derive(Debug, Default)]
pub struct PackageScan {
    /// What was done with each file, in the order given.
    pub states: Vec<FileState>,
    /// What the code could do, sorted by location.
    pub capabilities: Vec<Capability>,
    /// Mail that the caller does not decide alone, sorted by location.
    pub flows: Vec<MailFlow>,
    /// Names of packages and built-ins the code loads, sorted, without duplicates.
    pub loads: Vec<String>,
    /// A module name somewhere could not be folded.
    pub loads_unknown: bool,
    /// What is odd about a file.
    pub anomalies: Vec<Anomaly>,
}

/// Analyses of files by their content, shared between releases and threads.
#[derive(Debug, Default)]
pub struct AnalysisCache {
    files: Mutex<FxHashMap<CacheKey, Arc<FileAnalysis>>>,
    /// Memory for syntax trees, used again and again: taking it from the system anew for every file costs as much as parsing.
    arenas: analysis::Arenas,
}

/// Content, extension, and the content of the files its imports were linked to.
type CacheKey = ([u8; 16], String, Vec<[u8; 16]>);

/// Analyses every file of a package that Node could load, and links the answers.
pub fn scan(
    manifest: Option<&Manifest>,
    files: &[InputFile<'_>],
    sinks: &[SinkSpec],
    limits: &Limits,
    cache: &AnalysisCache,
    map: &MapFiles<'_>,
) -> PackageScan {
    let analyst = Analyst {
        files,
        sinks,
        limits,
        cache,
        map,
    };
    link::link(&analyst, manifest)
}

/// Analyses one file of any bytes by itself. The path only decides what kinds of code it may be.
///
/// Needs a stack of 16 MiB.
pub fn analyze_bytes(path: &str, bytes: &[u8], sinks: &[SinkSpec]) -> FileAnalysis {
    let (limits, env) = (Limits::default(), ModuleEnv::default());
    analysis::analyze(path, bytes, sinks, &limits, &env, &analysis::Arenas::default())
}

/// For [`scan`]: one file after the other, on the caller's thread.
pub fn in_order(files: &[u32], work: &(dyn Fn(usize) + Sync)) {
    (0..files.len()).for_each(work);
}

/// What analysing files takes.
struct Analyst<'p> {
    files: &'p [InputFile<'p>],
    sinks: &'p [SinkSpec],
    limits: &'p Limits,
    cache: &'p AnalysisCache,
    map: &'p MapFiles<'p>,
}

/// One file to analyse, and what its imports are known to be.
struct Task {
    file: u32,
    env: ModuleEnv,
    /// The content of the files that `env` was made from.
    linked: Vec<[u8; 16]>,
}

impl Analyst<'_> {
    /// The analyses of the tasks, in their order. Files of the same content are analysed once.
    fn analyze(&self, tasks: &[Task]) -> Vec<Arc<FileAnalysis>> {
        let keys: Vec<CacheKey> = tasks.iter().map(|task| self.key(task)).collect();
        let mut wanted: Vec<usize> = Vec::new();
        {
            let known = self.cache.files.lock().unwrap_or_else(PoisonError::into_inner);
            let mut asked: FxHashSet<&CacheKey> = FxHashSet::default();
            for (idx, key) in keys.iter().enumerate() {
                if !known.contains_key(key) && asked.insert(key) {
                    wanted.push(idx);
                }
            }
        }
        // The largest first, so that no thread is left alone with one at the end.
        wanted.sort_by_key(|idx| std::cmp::Reverse(self.files[tasks[*idx].file as usize].bytes.len()));
        let slots: Vec<OnceLock<FileAnalysis>> = wanted.iter().map(|_| OnceLock::new()).collect();
        let positions: Vec<u32> = wanted.iter().map(|idx| tasks[*idx].file).collect();
        (self.map)(&positions, &|slot| {
            let Some(task) = wanted.get(slot).map(|idx| &tasks[*idx]) else {
                return;
            };
            let file = &self.files[task.file as usize];
            slots[slot].get_or_init(|| {
                let arenas = &self.cache.arenas;
                analysis::analyze(file.path, file.bytes, self.sinks, self.limits, &task.env, arenas)
            });
        });
        let mut known = self.cache.files.lock().unwrap_or_else(PoisonError::into_inner);
        let mut undone = FxHashMap::default();
        for (idx, slot) in wanted.iter().zip(slots) {
            let key = keys[*idx].clone();
            match slot.into_inner() {
                Some(analysis) => {
                    known.insert(key, Arc::new(analysis));
                }
                // Not remembered: whoever asks next may have more luck.
                None => {
                    undone.insert(key, Arc::new(FileAnalysis::empty(FileState::Skipped)));
                }
            }
        }
        keys.iter()
            .map(|key| {
                Arc::clone(
                    known
                        .get(key)
                        .or_else(|| undone.get(key))
                        .expect("every key was asked for"),
                )
            })
            .collect()
    }

    fn key(&self, task: &Task) -> CacheKey {
        let file = &self.files[task.file as usize];
        (
            file.digest,
            select::extension(file.path).to_owned(),
            task.linked.clone(),
        )
    }
}

#[cfg(test)]
mod tests;
