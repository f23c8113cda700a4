//! Looks for places and reads each: below the folders that were asked for, and of the users whose homes are meant.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use waxseal_model::{Place, PlaceContents, PlaceKind, PlaceProblem};
use waxseal_npm::installed::{self, Expected, FoundFolder, FoundPlace, Limits, Surroundings};
use waxseal_npm::lockfile::{self, Lockfile};
use waxseal_npm::{Environment, clients};

use crate::pins::{self, Pins};

/// What to look through.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The folders to search.
    pub folders: &'a [PathBuf],
    /// Who asks, and where.
    pub env: &'a Environment,
    /// Look into what is this user's beside the folders.
    pub user: bool,
    /// What was recorded of servers that were pinned.
    pub pins: &'a Pins,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// The folders that were searched, as absolute paths.
    pub roots: Vec<String>,
    /// Every place, sorted.
    pub places: Vec<PlaceContents>,
    /// What on the way to places could not be looked into.
    pub problems: Vec<PlaceProblem>,
}

/// Looks for every place and reads it. `tell` is called with what is being looked at.
pub fn gather(request: &Request<'_>, tell: &dyn Fn(&str)) -> Inventory {
    let mut gathering = Gathering {
        limits: Limits::default(),
        seen: BTreeSet::new(),
        inventory: Inventory::default(),
        request,
        tell,
    };
    let roots: Vec<PathBuf> = request
        .folders
        .iter()
        .map(|folder| request.env.cwd.join(folder))
        .collect();
    // Before the folders are searched: what lies in a user's place is that place's, and not a project.
    if request.user {
        gathering.user(&Surroundings::new(request.env.clone()));
    }
    gathering.others(request, &roots);
    for root in &roots {
        gathering.root(root);
    }
    gathering
        .inventory
        .places
        .sort_by(|one, other| one.place.cmp(&other.place));
    gathering.inventory
}

struct Gathering<'t> {
    limits: Limits,
    /// Real paths of what was read already; of a configuration also the client, for each reads a file its own way.
    seen: BTreeSet<(Option<&'static str>, PathBuf)>,
    inventory: Inventory,
    request: &'t Request<'t>,
    tell: &'t dyn Fn(&str),
}

impl Gathering<'_> {
    /// What belongs to one user beside projects.
    fn user(&mut self, user: &Surroundings) {
        self.inventory.problems.extend(user.problem.clone());
        let kinds = [PlaceKind::Global, PlaceKind::NpxCache, PlaceKind::Cache];
        for place in installed::places(user, &kinds) {
            self.place(&place);
        }
        let configs = clients::user_files(&user.env);
        self.inventory.problems.extend(configs.problems);
        for (client, path) in configs.files {
            self.config(client, &path);
        }
    }

    /// Other users whose homes lie below what is searched.
    fn others(&mut self, request: &Request<'_>, roots: &[PathBuf]) {
        let roots: Vec<PathBuf> = roots.iter().filter_map(|root| root.canonicalize().ok()).collect();
        let within = |home: Option<&Path>| {
            let home = home.and_then(|home| home.canonicalize().ok());
            home.is_some_and(|home| roots.iter().any(|root| home.starts_with(root)))
        };
        // Where this user is left out, the homes below a folder are still part of it.
        if !request.user && within(request.env.home.as_deref()) {
            self.user(&Surroundings::new(Environment {
                vars: Default::default(),
                ..request.env.clone()
            }));
        }
        if roots.is_empty() {
            return;
        }
        let (users, problems) = installed::other_users(request.env);
        for user in users.iter().filter(|user| within(user.env.home.as_deref())) {
            self.user(user);
        }
        let below = |problem: &PlaceProblem| roots.iter().any(|root| Path::new(&problem.path).starts_with(root));
        self.inventory.problems.extend(problems.into_iter().filter(below));
    }

    fn place(&mut self, place: &FoundPlace) {
        if self.is_new(None, &place.folder) {
            (self.tell)(&place.place.path);
            self.inventory.places.push(place.read(&self.limits));
        }
    }

    fn config(&mut self, client: &'static clients::Client, path: &Path) {
        if !self.is_new(Some(client.id), path) {
            return;
        }
        (self.tell)(&path.to_string_lossy());
        let contents = match read(path, clients::MAX_CONFIG) {
            Ok(bytes) => pins::read(self.request.pins, (client, path), &bytes, self.request.env),
            Err(reason) => unread(PlaceKind::ClientConfig, client.name, path, reason),
        };
        // A settings file that starts no server says nothing about packages.
        if !contents.packages.is_empty() || !contents.problems.is_empty() || !contents.notes.is_empty() {
            self.inventory.places.push(contents);
        }
    }

    /// Everything below one folder.
    fn root(&mut self, root: &Path) {
        self.inventory
            .roots
            .push(shown(&root.canonicalize().unwrap_or_else(|_| root.to_owned())));
        let patterns: Vec<&'static str> = clients::CLIENTS
            .iter()
            .flat_map(|client| client.project)
            .copied()
            .collect();
        let mut wanted: Vec<&'static str> = installed::PROJECT.to_vec();
        // A name with a star is one of the files in a folder.
        wanted.extend(patterns.iter().map(|pattern| match pattern.split_once('*') {
            Some((folder, _)) => folder.trim_end_matches('/'),
            None => pattern,
        }));
        wanted.sort_unstable();
        wanted.dedup();
        let limits = self.limits;
        let mut found: Vec<FoundFolder<'static>> = Vec::new();
        let problems = installed::walk(root, &wanted, &limits, &mut |folder| found.push(folder));
        self.inventory.problems.extend(problems);
        for folder in found {
            if !self.is_within_a_place(&folder.folder) {
                self.folder(&folder);
            }
        }
    }

    /// What lies in one folder.
    fn folder(&mut self, found: &FoundFolder<'static>) {
        let folder = &found.folder;
        let names: Vec<&str> = found
            .holds
            .iter()
            .copied()
            .filter(|name| lockfile::is_lockfile_name(name))
            .collect();
        let mut locked: Option<Lockfile> = None;
        let counts = lockfile::which(&names);
        for name in &names {
            let path = folder.join(name);
            if !self.is_new(None, &path) {
                continue;
            }
            (self.tell)(&path.to_string_lossy());
            let read =
                read(&path, MAX_LOCKFILE).and_then(|bytes| lockfile::read(name, &bytes).map_err(|err| err.to_string()));
            match read {
                Ok(lockfile) => {
                    self.inventory.places.push(of_lockfile(&path, &lockfile));
                    // What is installed is held to the lockfile that its tool reads; with several tools nobody can say which.
                    if counts.contains(name) && counts.len() == 1 {
                        locked = Some(lockfile);
                    }
                }
                Err(reason) => {
                    let tool = lockfile::FORMATS
                        .iter()
                        .find(|format| format.goes_by(name))
                        .map_or("npm", |it| it.tool);
                    self.inventory
                        .places
                        .push(unread(PlaceKind::Lockfile, tool, &path, reason));
                }
            }
        }
        if found
            .holds
            .iter()
            .any(|name| matches!(*name, "node_modules" | ".pnp.cjs" | ".pnp.js"))
        {
            let modules = folder.join("node_modules");
            if self.is_new(None, &modules) {
                (self.tell)(&modules.to_string_lossy());
                let expected = locked.as_ref().map(expected);
                let contents = installed::node_modules(folder, expected.as_deref(), &self.limits);
                self.inventory.places.push(contents);
            }
        }
        self.configs(found);
    }

    /// Configurations of MCP clients in a project.
    fn configs(&mut self, found: &FoundFolder<'static>) {
        for name in &found.holds {
            let path = found.folder.join(name);
            if let Some(client) = clients::project_file(name) {
                self.config(client, &path);
                continue;
            }
            let is_folder_of_configs = clients::CLIENTS
                .iter()
                .flat_map(|client| client.project)
                .any(|pattern| pattern.strip_prefix(name).is_some_and(|rest| rest.starts_with("/*")));
            if !is_folder_of_configs {
                continue;
            }
            match std::fs::read_dir(&path) {
                Ok(entries) => {
                    let mut entries: Vec<std::fs::DirEntry> = entries.flatten().take(MAX_CONFIGS + 1).collect();
                    if entries.len() > MAX_CONFIGS {
                        entries.truncate(MAX_CONFIGS);
                        self.inventory.problems.push(problem(&path, TOO_MANY_CONFIGS));
                    }
                    let mut files: Vec<String> = entries
                        .into_iter()
                        .filter_map(|entry| entry.file_name().into_string().ok())
                        .collect();
                    files.sort();
                    for file in files {
                        if let Some(client) = clients::project_file(&format!("{name}/{file}")) {
                            self.config(client, &path.join(file));
                        }
                    }
                }
                Err(err) => self.inventory.problems.push(problem(&path, &cannot_read(&err))),
            }
        }
    }

    /// Whether a path was not read before, under whatever name.
    fn is_new(&mut self, client: Option<&'static str>, path: &Path) -> bool {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        self.seen.insert((client, real))
    }

    /// Whether a folder lies in a place that is read as a whole: the projects in npx's folder are npx's.
    fn is_within_a_place(&self, folder: &Path) -> bool {
        let kinds = [PlaceKind::Global, PlaceKind::NpxCache, PlaceKind::Cache];
        let places = self.inventory.places.iter().filter(|it| kinds.contains(&it.place.kind));
        places
            .map(|it| Path::new(&it.place.path))
            .any(|place| folder.starts_with(place))
    }
}

/// What a lockfile says, as a place.
fn of_lockfile(path: &Path, lockfile: &Lockfile) -> PlaceContents {
    PlaceContents {
        place: place(PlaceKind::Lockfile, lockfile.tool, path),
        packages: lockfile.packages.iter().map(|it| it.occurrence.clone()).collect(),
        differences: Vec::new(),
        problems: lockfile.problems.clone(),
        notes: Vec::new(),
    }
}

/// What is to be installed, for the comparison with what is.
fn expected(lockfile: &Lockfile) -> Vec<Expected> {
    lockfile.packages.iter().map(Expected::from).collect()
}

/// A place of which nothing could be read.
fn unread(kind: PlaceKind, tool: &str, path: &Path, reason: String) -> PlaceContents {
    PlaceContents {
        place: place(kind, tool, path),
        packages: Vec::new(),
        differences: Vec::new(),
        problems: vec![problem(path, &reason)],
        notes: Vec::new(),
    }
}

fn place(kind: PlaceKind, tool: &str, path: &Path) -> Place {
    Place {
        kind,
        tool: tool.to_owned(),
        path: shown(path),
    }
}

fn problem(path: &Path, reason: &str) -> PlaceProblem {
    PlaceProblem {
        path: shown(path),
        reason: reason.to_owned(),
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A regular file, whole. A pipe or a device is not opened, and nothing is read beyond the ceiling.
fn read(path: &Path, ceiling: u64) -> Result<Vec<u8>, String> {
    let meta = std::fs::metadata(path).map_err(|err| cannot_read(&err))?;
    if !meta.is_file() {
        return Err("it is no file".to_owned());
    }
    let too_large = || format!("it is larger than the {} MB that are read", ceiling >> 20);
    if meta.len() > ceiling {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|err| cannot_read(&err))?;
    file.take(ceiling + 1)
        .read_to_end(&mut bytes)
        .map_err(|err| cannot_read(&err))?;
    if bytes.len() as u64 > ceiling {
        return Err(too_large());
    }
    Ok(bytes)
}

fn cannot_read(err: &std::io::Error) -> String {
    format!("it cannot be read: {err}")
}

/// As the reader of lockfiles has it.
const MAX_LOCKFILE: u64 = lockfile::MAX_BYTES as u64;

/// A folder of configurations has a handful.
const MAX_CONFIGS: usize = 1_000;
const TOO_MANY_CONFIGS: &str = "it holds more files than are read (1000)";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn gathered(folder: &Path) -> Inventory {
        let env = Environment {
            cwd: folder.to_owned(),
            ..Environment::default()
        };
        let request = Request {
            folders: &[folder.to_owned()],
            env: &env,
            user: false,
            pins: &Pins::default(),
        };
        gather(&request, &|_| {})
    }

    #[cfg(unix)]
    #[test]
    fn a_link_of_one_client_does_not_hide_the_file_of_another() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path();
        std::fs::create_dir(folder.join(".cursor")).unwrap();
        std::fs::create_dir(folder.join(".vscode")).unwrap();
        let text = r#"{"servers": {"mail": {"command": "npx", "args": ["mail-server"]}}}"#;
        std::fs::write(folder.join(".vscode/mcp.json"), text).unwrap();
        std::os::unix::fs::symlink("../.vscode/mcp.json", folder.join(".cursor/mcp.json")).unwrap();
        let places = gathered(folder).places;
        let of_vscode = places.iter().find(|it| it.place.path.ends_with(".vscode/mcp.json"));
        assert_eq!(of_vscode.map(|it| it.packages.len()), Some(1));
    }

    #[test]
    fn files_that_are_not_read_for_their_number_are_told() {
        let place = tempfile::tempdir().unwrap();
        let pattern = clients::CLIENTS
            .iter()
            .flat_map(|client| client.project)
            .find_map(|pattern| pattern.split_once("/*"));
        let (name, _) = pattern.unwrap();
        let folder = place.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        for at in 0..=MAX_CONFIGS {
            std::fs::write(folder.join(format!("{at}.txt")), "").unwrap();
        }
        let problems = gathered(place.path()).problems;
        assert!(problems.iter().any(|it| it.reason == TOO_MANY_CONFIGS), "{problems:?}");
    }
}
