//! One user of this machine, as far as it says where their packages lie.

use std::path::{Path, PathBuf};

use waxseal_model::PlaceProblem;

use super::files::{self, Trouble};
use crate::Environment;
use crate::config::{ConfigError, Folders};

/// A user's variables and home, and npm's folders for them.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// Variables, home and working directory.
    pub env: Environment,
    /// npm's cache and prefix, found out without starting npm.
    pub npm: Folders,
    /// npm's configuration could not be read, so that `npm` is what it would be without.
    pub problem: Option<PlaceProblem>,
}

impl Surroundings {
    /// Reads npm's configuration in these surroundings.
    pub fn new(env: Environment) -> Self {
        let (npm, problem) = match Folders::load(&env) {
            Ok(npm) => (npm, None),
            Err(err) => {
                let path = match err {
                    ConfigError::File { path, .. } => path,
                    ConfigError::Setting { place, .. } => place,
                    ConfigError::NoRegistry { .. } => String::new(),
                };
                let reason =
                    "npm's configuration cannot be read, so its folders are looked for where they are by default";
                let problem = PlaceProblem {
                    path,
                    reason: reason.to_owned(),
                };
                (Folders::by_default(&env), Some(problem))
            }
        };
        Self { env, npm, problem }
    }

    /// A path below the user's home; `None` without one.
    pub(super) fn home(&self, below: &str) -> Option<PathBuf> {
        self.env.home.as_deref().map(|home| home.join(below))
    }

    /// A path below the folder that a variable names; `None` where it is not set.
    pub(super) fn var(&self, name: &str, below: &str) -> Option<PathBuf> {
        self.env.var(name).map(|folder| self.env.cwd.join(folder).join(below))
    }
}

/// Every other user of this machine who has a home (`/etc/passwd`, else the folders in `/home` and `/Users`), and the homes that
/// this user may not look into. Their variables are not known, so that only what lies where it is by default, or where their
/// `.npmrc` says, is found.
pub fn other_users(own: &Environment) -> (Vec<Surroundings>, Vec<PlaceProblem>) {
    let passwd = files::read(Path::new("/etc/passwd"), MAX_PASSWD).ok();
    let mut homes = passwd
        .map(|bytes| homes_of(&String::from_utf8_lossy(&bytes)))
        .unwrap_or_default();
    for folder in ["/home", "/Users"] {
        let names = files::list(Path::new(folder), MAX_USERS)
            .map(|(names, _)| names)
            .unwrap_or_default();
        homes.extend(names.iter().map(|(name, _)| Path::new(folder).join(name)));
    }
    homes.sort();
    homes.dedup();
    homes.retain(|home| Some(home) != own.home.as_ref() && home.parent().is_some());
    let (mut users, mut problems) = (Vec::new(), Vec::new());
    for home in homes {
        match files::kind(&home.join(".")) {
            Ok(files::Kind::Folder) => {
                let env = Environment {
                    cwd: home.clone(),
                    home: Some(home),
                    ..Environment::default()
                };
                users.push(Surroundings::new(env));
            }
            Ok(_) | Err(Trouble::Missing) => {}
            Err(trouble) => problems.push(PlaceProblem {
                path: files::text(&home),
                reason: trouble.reason(),
            }),
        }
    }
    (users, problems)
}

/// The sixth field of each line (passwd(5)), absolute and not the root.
fn homes_of(passwd: &str) -> Vec<PathBuf> {
    let fields = passwd
        .lines()
        .take(MAX_USERS as usize)
        .filter_map(|line| line.split(':').nth(5));
    fields.map(PathBuf::from).filter(|home| home.is_absolute()).collect()
}

/// `/etc/passwd` of large machines has some thousands of lines.
const MAX_PASSWD: u64 = 8 << 20;

const MAX_USERS: u32 = 100_000;
