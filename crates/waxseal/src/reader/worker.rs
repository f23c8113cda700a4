//! The reader's own end: makes its threads, seals itself, and only then takes its first strange byte.

use std::fs::File;
use std::io::BufReader;
use std::num::NonZero;
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use waxseal_js::package::AnalysisCache;
use waxseal_model::{Change, HumanDiff, SinkSpec, SourceEvidence};
use waxseal_sandbox::{Landlock, Limits, Role, SealReport};

use super::analyse::Analyst;
use super::excerpts::Excerpts;
use super::protocol::{Analyse, ContentHeader, Open, Request, Response, SealState, SideHeader, UnpackedSide};
use super::tree::Tree;
use super::wire::{self, Inbox, WireError};
use crate::diff::patch::{self, Pair};
use crate::human_diff;

/// Runs the role. `arguments` are what stands behind it on the command line: bytes of memory, seconds.
pub fn worker_main(arguments: &[String]) -> ExitCode {
    let numbers: Option<Vec<u64>> = arguments.iter().map(|text| text.parse().ok()).collect();
    let Some([memory, seconds]) = numbers.as_deref() else {
        return ExitCode::from(FAULT);
    };
    // The kernel answers these by files.
    let threads = std::thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(MAX_THREADS);
    let limits = Limits {
        address_space: *memory,
        cpu_seconds: seconds.saturating_mul(threads as u64),
    };
    // What a panic would print may hold text of a package, and nobody reads it.
    std::panic::set_hook(Box::new(|_| ()));
    let (Ok(input), Ok(output)) = (own(&std::io::stdin()), own(&std::io::stdout())) else {
        return ExitCode::from(FAULT);
    };
    let sinks = waxseal_mail::providers::sink_specs();
    let room = waxseal_sandbox::enter(Role::Reader);
    let Ok(pool) = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK)
        .build()
    else {
        return ExitCode::from(FAULT);
    };
    // Every thread has run before the door is locked: a thread that starts asks the kernel for more than one that works.
    pool.broadcast(|_| ());
    let seal = match room {
        Ok(room) => seal_state(room.seal(&limits).map(|sealed| sealed.report().clone())),
        Err(err) => SealState {
            landlock: Err(err.to_string()),
            syscalls: Err(err.to_string()),
        },
    };
    let mut worker = Worker::new(File::from(input), File::from(output), sinks);
    // On a thread of the pool, since only those have the stack that deep code needs.
    let done = pool.install(|| catch_unwind(AssertUnwindSafe(|| worker.serve(seal))));
    match done {
        Ok(Ok(()) | Err(WireError::Ended)) => ExitCode::SUCCESS,
        Ok(Err(_)) => ExitCode::from(FAULT),
        Err(_) => {
            worker.give_up("it met a case that it does not know");
            ExitCode::from(FAULT)
        }
    }
}

fn own(stream: &impl AsFd) -> std::io::Result<std::os::fd::OwnedFd> {
    stream.as_fd().try_clone_to_owned()
}

fn seal_state(sealed: Result<SealReport, waxseal_sandbox::SealError>) -> SealState {
    match sealed {
        Ok(report) => SealState {
            landlock: match report.landlock {
                Landlock::Enforced(abi) => Ok(abi),
                Landlock::NotEnabled => Err("Landlock is not enabled in this kernel".to_owned()),
                Landlock::NotImplemented => Err("this kernel has no Landlock".to_owned()),
            },
            syscalls: Ok(()),
        },
        Err(err) => SealState {
            landlock: Err("unknown".to_owned()),
            syscalls: Err(err.to_string()),
        },
    }
}

struct Worker {
    input: Inbox<BufReader<File>>,
    out: Mutex<File>,
    sinks: Vec<SinkSpec>,
    /// Sides that were handed over and not needed yet.
    packed: Vec<(SideHeader, Vec<u8>)>,
    max_unpacked: u64,
    trees: Vec<Tree>,
    /// The archive of the first side, whose sources are so many that they were let go while the other was analysed.
    aside: Option<Vec<u8>>,
    evidence: Vec<SourceEvidence>,
    change: Option<Change>,
}

impl Worker {
    fn new(input: File, output: File, sinks: Vec<SinkSpec>) -> Self {
        Self {
            input: Inbox::new(BufReader::with_capacity(BUFFER, input), MAX_REQUEST, u64::MAX),
            out: Mutex::new(output),
            sinks,
            packed: Vec::new(),
            max_unpacked: 0,
            trees: Vec::new(),
            aside: None,
            evidence: Vec::new(),
            change: None,
        }
    }

    /// Answers until the parent closes the pipe.
    fn serve(&mut self, seal: SealState) -> Result<(), WireError> {
        self.answer(&Response::Hello(seal))?;
        loop {
            match self.input.message()? {
                Request::Open(open) => self.open(open)?,
                Request::Unpack => self.unpack_all()?,
                Request::Analyse(how) => self.analyse(how)?,
                Request::Compare => self.compare()?,
                Request::Human => {
                    let diff = self.human_diff();
                    self.answer(&Response::Human(Box::new(diff)))?;
                }
                Request::Variables => {
                    let (names, defaulted) = Tree::variables_of(&self.trees);
                    self.answer(&Response::Variables(names, defaulted))?;
                }
                Request::Hints => {
                    let hints = Tree::hints(&self.trees);
                    self.answer(&Response::Hints {
                        words: hints.words,
                        domains: hints.domains,
                        names: hints.names,
                        latest: hints.latest,
                    })?;
                }
                Request::Excerpts(places) => {
                    let mut excerpts = Excerpts::new(&self.trees);
                    let found = places.iter().map(|place| excerpts.around(place)).collect();
                    self.answer(&Response::Excerpts(found))?;
                }
                Request::Patch => self.patch()?,
                Request::Stat => {
                    let stats = self.pairs().par_iter().filter_map(patch::stat).collect();
                    self.answer(&Response::Stats(stats))?;
                }
            }
        }
    }

    /// Takes the bytes. They are unpacked when they are needed, so that not everything lies in memory at once.
    fn open(&mut self, open: Open) -> Result<(), WireError> {
        self.max_unpacked = open.max_unpacked;
        for side in open.sides {
            let length = match &side.content {
                ContentHeader::Archive(length) => *length,
                ContentHeader::Files(header) => header.files.iter().map(|(_, _, size)| size).sum(),
            };
            let bytes = self.input.bytes(length)?;
            self.packed.push((side, bytes));
        }
        Ok(())
    }

    fn unpack_all(&mut self) -> Result<(), WireError> {
        let max_unpacked = self.max_unpacked;
        let packed = std::mem::take(&mut self.packed);
        let trees: Option<Vec<Tree>> = packed
            .into_par_iter()
            .map(|(side, bytes)| unpack(side, bytes, max_unpacked))
            .collect();
        self.trees = trees.ok_or(WireError::Malformed)?;
        let unpacked = |tree: &Tree| UnpackedSide {
            broken: tree.broken.clone(),
        };
        self.answer(&Response::Unpacked(self.trees.iter().map(unpacked).collect()))
    }

    fn analyse(&mut self, how: Analyse) -> Result<(), WireError> {
        let analyst = Analyst {
            out: &self.out,
            sinks: &self.sinks,
            cache: AnalysisCache::default(),
            how,
        };
        let packed = std::mem::take(&mut self.packed);
        let last = packed.len().saturating_sub(1);
        for (idx, (side, bytes)) in packed.into_iter().enumerate() {
            let (mut tree, archive) = match side.content {
                ContentHeader::Archive(_) => {
                    let tree = Tree::unpack(side.subject, &bytes, self.max_unpacked);
                    let again = idx != last && analyst.how.keep_old && tree.size() > KEPT_UNPACKED;
                    (tree, again.then_some(bytes))
                }
                ContentHeader::Files(header) => {
                    let tree = Tree::folder(side.subject, header, bytes);
                    (tree.ok_or(WireError::Malformed)?, None)
                }
            };
            self.answer(&Response::Files(u32::try_from(tree.len()).unwrap_or(u32::MAX)))?;
            let before = self.trees.last().zip(self.evidence.last());
            let before = before.map(|(tree, evidence)| (tree, evidence.files.as_slice()));
            let evidence = analyst.analyse(u8::try_from(idx).unwrap_or(u8::MAX), &tree, before);
            let response = Response::Evidence(Box::new(evidence));
            self.answer(&response)?;
            if let Response::Evidence(side) = response {
                self.evidence.push(*side);
            }
            if idx != last && (archive.is_some() || !analyst.how.keep_old) {
                tree.forget();
                self.aside = archive;
            }
            self.trees.push(tree);
        }
        Ok(())
    }

    fn compare(&mut self) -> Result<(), WireError> {
        let [old, new] = self.evidence.as_slice() else {
            return Err(WireError::Malformed);
        };
        let manifest = match (old.manifest.present(), new.manifest.present()) {
            (Some(old), Some(new)) => waxseal_npm::manifest::compare(old, new),
            _ => Vec::new(),
        };
        let response = Response::Change(Box::new(waxseal_js::diff::compare(old, new, manifest)));
        self.answer(&response)?;
        if let Response::Change(change) = response {
            self.change = Some(*change);
        }
        Ok(())
    }

    fn human_diff(&mut self) -> HumanDiff {
        if let (Some(bytes), Some(old)) = (self.aside.take(), self.trees.first_mut()) {
            *old = Tree::unpack(old.subject.clone(), &bytes, self.max_unpacked);
        }
        let ([old, new], Some(change)) = (self.evidence.as_slice(), &self.change) else {
            return HumanDiff::default();
        };
        if self
            .trees
            .iter()
            .zip([old, new])
            .any(|(tree, evidence)| tree.len() != evidence.files.len())
        {
            return HumanDiff::default();
        }
        let marks = human_diff::marks(change, new);
        let files = |side: usize| -> Vec<human_diff::File<'_>> {
            let file = |(idx, facts): (usize, &waxseal_model::FileFacts)| human_diff::File {
                path: self.trees[side].path(idx),
                bytes: self.trees[side].bytes(idx),
                digest: facts.digest,
                code: facts.state == waxseal_model::FileState::Parsed,
            };
            [old, new][side].files.iter().enumerate().map(file).collect()
        };
        human_diff::human_diff(&files(0), &files(1), &marks)
    }

    fn pairs(&self) -> Vec<Pair<'_>> {
        match self.trees.as_slice() {
            [old, new] => patch::pairs(&old.patch_files(), &new.patch_files()),
            _ => Vec::new(),
        }
    }

    /// In batches, so that the whole never lies in memory.
    fn patch(&self) -> Result<(), WireError> {
        for batch in self.pairs().chunks(PATCH_BATCH) {
            let written: Vec<Vec<u8>> = batch
                .par_iter()
                .map(|pair| {
                    let mut out = Vec::new();
                    patch::write(&mut out, pair);
                    out
                })
                .collect();
            let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
            written.iter().try_for_each(|piece| wire::send_raw(&mut *out, piece))?;
        }
        self.answer(&Response::PatchEnd)
    }

    fn answer(&self, response: &Response) -> Result<(), WireError> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        wire::send(&mut *out, response)
    }

    fn give_up(&self, reason: &str) {
        let _ = self.answer(&Response::Failed(reason.to_owned()));
    }
}

/// `None` where the parent miscounted.
fn unpack(side: SideHeader, bytes: Vec<u8>, max_unpacked: u64) -> Option<Tree> {
    match side.content {
        ContentHeader::Archive(_) => Some(Tree::unpack(side.subject, &bytes, max_unpacked)),
        ContentHeader::Files(header) => Tree::folder(side.subject, header, bytes),
    }
}

/// Code that Node accepts nests deep enough to need 5 MiB of stack (2,001 levels of about 2.2 KiB); the rest is distance.
const STACK: usize = 64 << 20;

/// More threads would need more memory than a reader may have.
const MAX_THREADS: usize = 8;

/// The parent's requests are small, but for the paths of a folder and the places of excerpts.
const MAX_REQUEST: usize = 64 << 20;

/// More sources than this are unpacked once more rather than kept beside the largest syntax trees.
const KEPT_UNPACKED: u64 = 8 << 20;

const BUFFER: usize = 64 << 10;
const PATCH_BATCH: usize = 32;

/// The parent reads the frames, not this.
const FAULT: u8 = 70;
