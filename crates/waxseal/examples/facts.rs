//! Whole-package facts of archives, without a registry, a judgement or a report. For benchmarks.
//!
//! `facts [--print] [--reference] ARCHIVE…` hashes, unpacks, parses and folds each archive on one thread. `--reference` looks at
//! every call instead of those that could matter by their names: slow, and to find the same.

use std::io::Write as _;
use std::process::ExitCode;

use sha2::{Digest, Sha256};
use waxseal_js::package::{AnalysisCache, InputFile, Limits, in_order, scan};
use waxseal_model::FileState;
use waxseal_npm::{integrity::Integrity, manifest, tarball};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let all: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| all.iter().any(|argument| argument == flag);
    let (print, reference) = (has("--print"), has("--reference"));
    let paths: Vec<String> = all.into_iter().filter(|argument| !argument.starts_with("--")).collect();
    // Deep code needs the stack that the reader gives its threads.
    let worker = std::thread::Builder::new().stack_size(64 << 20).spawn(move || {
        paths
            .iter()
            .map(|path| facts(path, print, reference))
            .fold((0, 0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2))
    });
    let (count, code, parsed) = worker.expect("a thread starts").join().expect("the analysis ends");
    let _ = writeln!(
        std::io::stderr(),
        "{count} facts; {parsed} of {code} files that Node can load parsed"
    );
    ExitCode::from(u8::from(count == 0 || parsed != code))
}

/// Facts, files that Node could load, and those of them that were parsed.
fn facts(path: &str, print: bool, reference: bool) -> (usize, usize, usize) {
    let archive = std::fs::read(path).expect("an archive");
    let integrity = Integrity::sha512_of(&archive);
    let unpacked = tarball::unpack(&archive, &tarball::Limits::default()).expect("it unpacks");
    drop(archive);
    let digest = |bytes: &[u8]| -> [u8; 16] { Sha256::digest(bytes)[..16].try_into().expect("16 of 32 bytes") };
    let inputs: Vec<InputFile<'_>> = unpacked
        .files
        .iter()
        .enumerate()
        .map(|(idx, file)| InputFile {
            path: &file.path,
            bytes: unpacked.bytes(idx),
            digest: digest(unpacked.bytes(idx)),
        })
        .collect();
    let manifest = unpacked
        .read("package.json")
        .and_then(|bytes| manifest::parse(bytes).ok());
    let limits = Limits {
        exhaustive: reference,
        ..Limits::default()
    };
    let sinks = waxseal_mail::providers::sink_specs();
    let found = scan(
        manifest.as_ref(),
        &inputs,
        &sinks,
        &limits,
        &AnalysisCache::default(),
        &in_order,
    );
    if print {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{path} {integrity}");
        for capability in &found.capabilities {
            let _ = writeln!(out, "{capability:?}");
        }
        for flow in &found.flows {
            let _ = writeln!(out, "{flow:?}");
        }
        let _ = writeln!(out, "{:?}", found.loads);
    }
    let parsed = found.states.iter().filter(|state| **state == FileState::Parsed).count();
    let unread = found
        .states
        .iter()
        .filter(|state| matches!(state, FileState::Skipped | FileState::Unparsable))
        .count();
    (
        found.capabilities.len() + found.flows.len() + found.loads.len(),
        parsed + unread,
        parsed,
    )
}
