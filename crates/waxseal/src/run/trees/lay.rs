//! Has npm unpack a closure in a room of its own, in which nothing of a package runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use waxseal_model::{Phase, RunEnd};
use waxseal_npm::Environment;
use waxseal_sandbox::lend_folder;

use super::{Key, NoTree, Store, Tree};
use crate::run::closure::Archives;
use crate::run::registry::RegistryAnswers;
use crate::run::session::{Input, Output, Roles, RunSpec, Step, Stream, execute};

/// Who makes trees: the store they are kept in, and the processes that the room for it takes.
#[derive(Debug)]
pub struct Unpacker {
    store: Store,
    roles: Roles,
}

/// What is to be unpacked.
#[derive(Debug)]
pub(in crate::run) struct Closed<'c> {
    pub(in crate::run) archives: &'c Archives,
    pub(in crate::run) registry: &'c RegistryAnswers,
    /// Files that npm works from: manifest, lockfile, settings, the archive that is named.
    pub(in crate::run) files: &'c [(String, Vec<u8>)],
    pub(in crate::run) env: &'c [(String, String)],
}

impl Unpacker {
    /// Trees of this user, and two processes that wait for their orders.
    #[must_use]
    pub fn new(env: &Environment, roles: Roles) -> Self {
        Self {
            store: Store::of(env),
            roles,
        }
    }

    /// The tree of a closure, made now if it is not there.
    pub(in crate::run) fn tree(self, closed: &Closed<'_>, env: &Environment) -> Result<Tree, NoTree> {
        let key = key(closed, env);
        if let Some(tree) = self.store.find(&key) {
            return Ok(tree);
        }
        let roles = self.roles;
        self.store.make(&key, |folder| unpack(roles, closed, folder))
    }
}

fn unpack(roles: Roles, closed: &Closed<'_>, folder: &Path) -> Result<(), NoTree> {
    lend_folder(folder)?;
    let mut files = closed.files.to_vec();
    files.push((SWEEPER.to_owned(), SWEEP.as_bytes().to_vec()));
    let step = |command: &[&str]| Step {
        command: command.iter().map(|&word| word.to_owned()).collect(),
        phase: Phase::Install,
        input: Input::Nothing,
    };
    let spec = RunSpec {
        steps: vec![step(&INSTALL), step(&["node", SWEEPER])],
        env: closed.env.to_vec(),
        seed: 0,
        time: PATIENCE,
        // What it takes to copy the tree out counts as lingering, and nothing else is left behind there.
        linger: PATIENCE,
        memory: MEMORY,
        files,
        registry: Some(closed.registry.clone()),
        keep: Some(folder.to_owned()),
        ..RunSpec::default()
    };
    let executed = execute(roles, &spec, Arc::new(Nobody)).map_err(|err| NoTree::NotUnpacked(err.to_string()))?;
    let run = &executed.run;
    match (run.invalid.first(), &run.end, executed.kept) {
        (Some(reason), _, _) => Err(NoTree::NotUnpacked(reason.clone())),
        (None, RunEnd::Exited(0), Some(_)) => Ok(()),
        (None, end, _) => Err(NoTree::NotUnpacked(format!(
            "it ended otherwise than it should: {end:?}"
        ))),
    }
}

/// Everything that what npm unpacks depends on.
fn key(closed: &Closed<'_>, env: &Environment) -> Key {
    let releases = closed.archives.archives.iter();
    let releases: Vec<(String, &str)> = releases
        .map(|(release, archive)| (release.to_string(), archive.verified.as_str()))
        .collect();
    let programs = [("npm", env.npm.clone()), ("node", node())].map(|(name, path)| (name, identity(path.as_deref())));
    let files = closed
        .files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let env = closed.env.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let releases = releases.iter().map(|(name, hash)| (name.as_str(), hash.as_bytes()));
    let programs = programs.iter().map(|(name, it)| (*name, it.as_bytes()));
    let mark = |of| std::iter::once((of, [].as_slice()));
    Key::of(
        files
            .chain(mark("env"))
            .chain(env)
            .chain(mark("archives"))
            .chain(releases)
            .chain(mark("programs"))
            .chain(programs),
    )
}

fn node() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join("node"))
        .find(|it| it.is_file())
}

/// A program as the machine has it now: another version is another file.
fn identity(program: Option<&Path>) -> String {
    use std::os::unix::fs::MetadataExt as _;
    let Some(path) = program.and_then(|it| it.canonicalize().ok()) else {
        return String::new();
    };
    let state = path.metadata().ok();
    let state = state.map(|it| (it.ino(), it.size(), it.mtime(), it.mtime_nsec(), it.ctime()));
    format!("{} {state:?} {}", path.display(), std::env::consts::ARCH)
}

/// What npm says while it unpacks is not shown.
struct Nobody;

impl Output for Nobody {
    fn write(&self, _: Stream, _: &[u8]) {}
}

/// No script of any package runs.
const INSTALL: [&str; 7] = [
    "npm",
    "install",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-progress",
    "--loglevel=error",
];
const SWEEPER: &str = "/opt/sweep.cjs";
const SWEEP: &str = include_str!("sweep.cjs");
/// The largest trees take npm a minute.
const PATIENCE: Duration = Duration::from_secs(180);
/// What npm takes for the largest.
const MEMORY: u64 = 4 << 30;
