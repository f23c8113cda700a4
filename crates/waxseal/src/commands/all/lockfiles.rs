//! The lockfiles of a project: found by what was typed, and read.

use std::io::Read;
use std::path::{Path, PathBuf};

use waxseal_model::ReportError;
use waxseal_npm::lockfile::{self, Lockfile, LockfileError};

use crate::commands::screen::Problem;
use crate::exit::Exit;

/// A lockfile that was found.
#[derive(Debug)]
pub(super) struct Named {
    /// Its path as it is shown: below what was typed.
    pub(super) shown: String,
    path: PathBuf,
}

/// The lockfile that was named, or those of the folder that was: one for each tool that wrote one.
pub(super) fn find(cwd: &Path, typed: &str) -> Result<Vec<Named>, Problem> {
    let path = cwd.join(typed);
    if !path.is_dir() {
        if !lockfile::is_lockfile_name(typed) {
            let hint = format!("lockfiles are called {}", known());
            return Err(Problem::usage(format!("`{typed}` is no lockfile"), hint));
        }
        let shown = typed.to_owned();
        return Ok(vec![Named { shown, path }]);
    }
    let listed = std::fs::read_dir(&path).map_err(|err| Problem::Sentence {
        exit: Exit::Incomplete,
        message: format!("cannot read `{typed}`: {err}"),
        hint: None,
    })?;
    let names: Vec<String> = listed
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let found: Vec<Named> = lockfile::which(&names)
        .into_iter()
        .map(|name| Named {
            shown: Path::new(typed).join(name).to_string_lossy().into_owned(),
            path: path.join(name),
        })
        .collect();
    if found.is_empty() {
        return Err(Problem::Sentence {
            exit: Exit::Nothing,
            message: format!("there is nothing to check: no lockfile lies in `{typed}`"),
            hint: Some(format!("lockfiles are called {}", known())),
        });
    }
    Ok(found)
}

impl Named {
    /// Reads it.
    ///
    /// # Errors
    /// It cannot be opened, or is not what its name says.
    pub(super) fn read(&self) -> Result<Lockfile, ReportError> {
        let bytes = self.bytes().map_err(|err| self.error(&err))?;
        lockfile::read(&self.shown, &bytes).map_err(|err| self.error(&err))
    }

    fn bytes(&self) -> std::io::Result<Vec<u8>> {
        // Before it is opened: opening a pipe would wait for somebody to write to it.
        if !std::fs::metadata(&self.path)?.is_file() {
            return Err(std::io::Error::other("it is not a file"));
        }
        let mut bytes = Vec::new();
        // One byte more than is read tells that there is more.
        let limit = lockfile::MAX_BYTES as u64 + 1;
        std::fs::File::open(&self.path)?.take(limit).read_to_end(&mut bytes)?;
        if bytes.len() > lockfile::MAX_BYTES {
            return Err(std::io::Error::other(LockfileError::TooLarge));
        }
        Ok(bytes)
    }

    fn error(&self, why: &dyn std::fmt::Display) -> ReportError {
        ReportError {
            message: format!("cannot read `{}`: {why}", self.shown),
            hint: None,
            kind: "gap".to_owned(),
        }
    }
}

/// What lockfiles are called.
fn known() -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in lockfile::FORMATS.iter().flat_map(|format| format.names) {
        if !names.contains(name) {
            names.push(name);
        }
    }
    names.join(", ")
}
