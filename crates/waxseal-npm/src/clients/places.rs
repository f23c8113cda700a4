//! Where the clients' files are on this machine.

use std::path::{Path, PathBuf};

use waxseal_model::PlaceProblem;

use super::UserFiles;
use super::table::{Base, CLIENTS, Client, UserFile};
use crate::Environment;

/// The system, as far as it decides where programs keep their files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Os {
    /// Linux and other Unix systems.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

impl Os {
    /// The system this was built for.
    pub fn current() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::MacOs
        } else {
            Self::Linux
        }
    }
}

/// Every file of the table that exists, each once: the first client that names it has it.
pub(super) fn user_files(env: &Environment, os: Os) -> UserFiles {
    let mut found = UserFiles::default();
    for client in CLIENTS {
        for file in client.user {
            let Some(base) = base(file, env, os) else { continue };
            let mut search = Search {
                looked_at: 0,
                files: Vec::new(),
                problems: &mut found.problems,
            };
            if file.path.is_empty() {
                search.file(base);
            } else {
                let names: Vec<&str> = file.path.split('/').collect();
                search.below(base, &names, 0);
            }
            for path in search.files {
                if !found.files.iter().any(|(_, known)| *known == path) {
                    found.files.push((client, path));
                }
            }
        }
    }
    found
}

/// The client of a project's file, by the end of its path.
pub(super) fn project_file(path: &str) -> Option<&'static Client> {
    let names: Vec<&str> = path
        .split('/')
        .filter(|name| !name.is_empty() && *name != ".")
        .collect();
    let fits = |pattern: &str| {
        let wanted: Vec<&str> = pattern.split('/').collect();
        let from = names.len().checked_sub(wanted.len());
        from.is_some_and(|from| {
            names[from..]
                .iter()
                .zip(&wanted)
                .all(|(name, wanted)| fits(wanted, name))
        })
    };
    CLIENTS
        .iter()
        .find(|client| client.project.iter().any(|pattern| fits(pattern)))
}

/// The folder a path begins at; `None` where this machine has none.
fn base(file: &UserFile, env: &Environment, os: Os) -> Option<PathBuf> {
    let home = || env.home.clone();
    let below_home = |path: &str| Some(home()?.join(path));
    let variable = |name: &str| env.var(name).map(PathBuf::from);
    let roaming = || variable("APPDATA").or_else(|| below_home("AppData/Roaming"));
    // The XDG Base Directory Specification: a relative path is not to be used.
    let xdg = || {
        variable("XDG_CONFIG_HOME")
            .filter(|path| path.is_absolute())
            .or_else(|| below_home(".config"))
    };
    match (file.base, os) {
        (Base::Home, _) => home(),
        (Base::AppData, Os::MacOs) => below_home("Library/Application Support"),
        (Base::AppData | Base::Config, Os::Windows) => roaming(),
        (Base::AppData, Os::Linux) | (Base::Config, _) => xdg(),
        (Base::Variable(name, default), _) => {
            let named = variable(name).map(|path| env.cwd.join(path));
            named.or_else(|| default.and_then(below_home))
        }
        (Base::Machine(linux, ..), Os::Linux) => Some(PathBuf::from(linux)),
        (Base::Machine(_, mac, _), Os::MacOs) => Some(PathBuf::from(mac)),
        (Base::Machine(.., windows), Os::Windows) => Some(PathBuf::from(windows)),
    }
}

/// A search for the files of one pattern.
struct Search<'p> {
    looked_at: usize,
    files: Vec<PathBuf>,
    problems: &'p mut Vec<PlaceProblem>,
}

impl Search<'_> {
    fn file(&mut self, path: PathBuf) {
        if path.metadata().is_ok_and(|meta| meta.is_file()) {
            self.files.push(path);
        }
    }

    fn below(&mut self, folder: PathBuf, names: &[&str], depth: usize) {
        let Some((name, rest)) = names.split_first() else {
            return;
        };
        if *name == "**" {
            self.below(folder.clone(), rest, depth);
            if depth < MAX_DEPTH {
                for (path, is_folder) in self.list(&folder) {
                    if is_folder {
                        self.below(path, names, depth + 1);
                    }
                }
            } else if !self.list(&folder).is_empty() {
                self.problem(&folder, "the folder is nested deeper than is looked into");
            }
            return;
        }
        if !name.contains('*') {
            let path = folder.join(name);
            if rest.is_empty() {
                self.file(path);
            } else {
                self.below(path, rest, depth);
            }
            return;
        }
        for (path, _) in self.list(&folder) {
            let known = path
                .file_name()
                .and_then(|it| it.to_str())
                .is_some_and(|it| fits(name, it));
            match (known, rest.is_empty()) {
                (false, _) => {}
                (true, true) => self.file(path),
                (true, false) => self.below(path, rest, depth),
            }
        }
    }

    /// What lies in a folder, by name, and whether it is a folder itself (a link to one is not followed).
    fn list(&mut self, folder: &Path) -> Vec<(PathBuf, bool)> {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(err)
                if matches!(
                    err.kind(),
                    std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
                ) =>
            {
                return Vec::new();
            }
            Err(err) => {
                self.problem(folder, &format!("the folder cannot be read: {}", err.kind()));
                return Vec::new();
            }
        };
        let mut all = Vec::new();
        for entry in entries.flatten() {
            if self.looked_at >= MAX_ENTRIES {
                self.problem(folder, "there are more files here than are looked at");
                break;
            }
            self.looked_at += 1;
            all.push((entry.path(), entry.file_type().is_ok_and(|kind| kind.is_dir())));
        }
        all.sort();
        all
    }

    fn problem(&mut self, folder: &Path, reason: &str) {
        let problem = PlaceProblem {
            path: folder.to_string_lossy().into_owned(),
            reason: reason.to_owned(),
        };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

/// Whether a name fits a pattern, in which `*` stands for any text.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut left) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.ends_with(last)
}

/// Folders below a plugin cache: `cache/<marketplace>/<plugin>/<version>/` and what a plugin keeps its parts in.
const MAX_DEPTH: usize = 8;

/// Entries looked at for one pattern.
const MAX_ENTRIES: usize = 50_000;

#[cfg(test)]
mod tests;
