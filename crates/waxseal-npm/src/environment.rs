//! The part of the process's surroundings that npm's configuration depends on, handed in so that tests can make their own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Environment variables, working directory, home, and the npm program to ask.
#[derive(Clone, Default)]
pub struct Environment {
    /// Every environment variable that is valid UTF-8.
    pub vars: BTreeMap<String, String>,
    /// The working directory.
    pub cwd: PathBuf,
    /// The home folder.
    pub home: Option<PathBuf>,
    /// The npm program, asked only for what no file says; `None` when there is none.
    pub npm: Option<PathBuf>,
}

impl Environment {
    /// The surroundings of this process.
    ///
    /// # Errors
    /// When the working directory cannot be read.
    pub fn current() -> std::io::Result<Self> {
        let vars: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
            .collect();
        let home = vars
            .get("HOME")
            .filter(|home| !home.is_empty())
            .map(PathBuf::from)
            .or_else(std::env::home_dir);
        let mut env = Self {
            vars,
            cwd: std::env::current_dir()?,
            home,
            npm: None,
        };
        env.npm = env.find_program("npm");
        Ok(env)
    }

    /// The value of a variable, unless it is unset or empty.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.vars
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The first program of that name on `PATH`.
    pub fn find_program(&self, name: &str) -> Option<PathBuf> {
        let path = self.var("PATH")?;
        std::env::split_paths(path)
            .map(|folder| folder.join(name))
            .find(|file| is_file(file))
    }
}

impl std::fmt::Debug for Environment {
    /// Shows no variable's value, since tokens live there.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment")
            .field("vars", &self.vars.len())
            .field("cwd", &self.cwd)
            .field("home", &self.home)
            .field("npm", &self.npm)
            .finish()
    }
}

fn is_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.is_file())
}
