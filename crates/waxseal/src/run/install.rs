//! What running a package takes: its closure is found out and fetched outside, without running anything, and everything that runs runs
//! in the room: `npm install` with its scripts, then every entry point and program.

use std::path::{Path, PathBuf};

use waxseal_model::Phase;
use waxseal_npm::config::NpmConfig;
use waxseal_npm::{Environment, PackageSpec, Registry};

use super::closure::{self, Closure, ClosureError, LocalArchive, Wanted};
use super::registry::RegistryAnswers;
use super::session::{Input, Step};
use super::trees::{Closed, Tree, Unpacker};

/// A package, ready to be run.
#[derive(Debug)]
pub struct Install {
    /// Where the package lies: a path from the project's place.
    pub folder: String,
    /// What is done in the room.
    pub steps: Vec<Step>,
    /// The folder it works on, for a package that is one.
    pub project: Option<PathBuf>,
    /// What it depends on, unpacked already, if it is.
    pub tree: Option<Tree>,
    /// Why it is not, if that was tried.
    pub no_tree: Option<String>,
    /// Files of the project's place, and one of ours.
    pub files: Vec<(String, Vec<u8>)>,
    /// What npm finds where its registry is.
    pub registry: RegistryAnswers,
    /// Environment that npm and the package are given.
    pub env: Vec<(String, String)>,
    /// What is missing, in sentences of ours: what was refused or could not be had.
    pub gaps: Vec<String>,
}

/// Finds out what an install of a package needs, and fetches it. Nothing of it is run. `archive` is the one that `spec` names, if it
/// names one. With an `unpacker`, what it depends on is unpacked before, or lies there from an earlier run.
///
/// # Errors
/// npm is missing or cannot work it out, or the archive's manifest names no package.
pub fn prepare(
    spec: &PackageSpec,
    archive: Option<&LocalArchive<'_>>,
    env: &Environment,
    registry: &Registry,
    config: &NpmConfig,
    offline: bool,
    unpacker: Option<Unpacker>,
) -> Result<Install, ClosureError> {
    let project = match spec {
        PackageSpec::Folder(folder) => Some(folder.resolve(env)),
        _ => None,
    };
    let wanted = match (&project, archive) {
        (Some(folder), _) => Wanted::Project(folder),
        (None, Some(archive)) => Wanted::Archive(archive),
        (None, None) => Wanted::Package(spec),
    };
    let options = closure::Options {
        env,
        config,
        offline,
        beside: match spec {
            PackageSpec::Registry { name, .. } => super::drive::beside(name.as_str()),
            _ => &[],
        },
    };
    let closure = closure::close(wanted, &options)?;
    let base = config.registry().clone();
    let home = |name: &waxseal_model::PackageName| config.registry_for(name).ok();
    let archives = closure::fetch(&closure, registry, &home);
    let gaps = closure
        .refused
        .iter()
        .chain(&archives.refused)
        .map(|it| format!("the dependency `{}` is not in the room: {}", it.name, it.why))
        .collect();
    let answers = RegistryAnswers::new(&closure, &archives, &base);
    let name = match spec {
        PackageSpec::Registry { name, alias, .. } => Some(alias.clone().unwrap_or_else(|| name.as_str().to_owned())),
        PackageSpec::Archive(_) => archive
            .map(|it| it.name().map(|name| name.as_str().to_owned()))
            .transpose()?,
        PackageSpec::Folder(_) => None,
    };
    let env_of_room = surroundings(base.as_str());
    let mut files = files(&closure, project.as_deref());
    let archive = archive.map(|it| (it.file_name(), it.bytes.to_vec()));
    files.extend(archive.clone());
    let unpacked = unpacker
        .filter(|_| closure.refused.is_empty() && archives.refused.is_empty())
        .and_then(|it| Some((it, sources(&closure, project.as_deref(), archive)?)))
        .map(|(unpacker, sources)| {
            let closed = Closed {
                archives: &archives,
                registry: &answers,
                files: &sources,
                env: &env_of_room,
            };
            unpacker.tree(&closed, env)
        });
    let (tree, no_tree) = match unpacked {
        Some(Ok(tree)) => (Some(tree), None),
        Some(Err(err)) => (None, Some(err.to_string())),
        None => (None, None),
    };
    let folder = name
        .as_deref()
        .map_or_else(|| ".".to_owned(), |name| format!("node_modules/{name}"));
    Ok(Install {
        steps: steps(&folder, name.as_deref()),
        folder,
        files,
        project,
        registry: answers,
        tree,
        no_tree,
        env: env_of_room,
        gaps,
    })
}

fn steps(folder: &str, name: Option<&str>) -> Vec<Step> {
    let step = |phase: Phase, command: &[&str]| Step {
        command: command.iter().map(|&word| word.to_owned()).collect(),
        phase,
        input: Input::Nothing,
    };
    vec![
        step(
            Phase::Install,
            &[
                "npm",
                "install",
                "--foreground-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ],
        ),
        step(Phase::Import, &["node", LOADER, folder, name.unwrap_or(folder)]),
    ]
}

/// A package of a registry is installed into an empty project; a folder has its own files, and keeps its own lockfile.
fn files(closure: &Closure, project: Option<&Path>) -> Vec<(String, Vec<u8>)> {
    let ours = [(LOADER, IMPORT), ("/opt/entries.cjs", ENTRIES), ("/opt/each.mjs", EACH)];
    let mut files: Vec<(String, Vec<u8>)> = ours
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .collect();
    if project.is_none() {
        files.push(("package.json".to_owned(), closure.manifest.clone()));
    }
    files.extend(
        closure
            .lockfile_for_room()
            .map(|bytes| ("package-lock.json".to_owned(), bytes)),
    );
    files
}

/// What npm unpacks the dependencies from; `None` where they have a place of their own already, or there are none.
fn sources(
    closure: &Closure,
    project: Option<&Path>,
    archive: Option<(String, Vec<u8>)>,
) -> Option<Vec<(String, Vec<u8>)>> {
    let has = |name: &str| project.is_some_and(|project| project.join(name).symlink_metadata().is_ok());
    if closure.packages.is_empty() || has("node_modules") || has("npm-shrinkwrap.json") {
        return None;
    }
    let settings = project.and_then(|project| closure::settings(&project.join(".npmrc")));
    let mut files = vec![
        ("package.json".to_owned(), closure.manifest.clone()),
        ("package-lock.json".to_owned(), closure.lockfile_for_room()?),
    ];
    files.extend(settings.map(|bytes| (".npmrc".to_owned(), bytes)));
    files.extend(archive);
    Some(files)
}

/// Like production, and without what npm says to its registry beside the install.
fn surroundings(registry: &str) -> Vec<(String, String)> {
    [
        ("NODE_ENV", "production"),
        ("npm_config_registry", registry),
        ("npm_config_update_notifier", "false"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// Where the room has what loads a package; beside it stands what it is made of.
const LOADER: &str = "/opt/load.cjs";
const IMPORT: &str = include_str!("drive/import.cjs");
const ENTRIES: &str = include_str!("drive/entries.cjs");
const EACH: &str = include_str!("drive/each.mjs");
