//! What was pinned: which release each MCP server of a client was pinned to, what its archive hashes to, and which tools it had.
//!
//! Kept in `$XDG_DATA_HOME/waxseal/pins.json`, else `~/.local/share/waxseal/pins.json`, for this user only. A client's configuration can only name a
//! version; npx takes no hash. What is recorded here is compared with what npx fetched, with what the registry serves, and with the tools that the
//! server lists when it runs again.

mod compare;
mod tools;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use waxseal_npm::Environment;

pub use compare::{Compared, compare, compare_release, read};
pub use tools::{Tools, tools_of};

/// Everything that was pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pins {
    /// The version of this form.
    version: u32,
    /// Each server at most once.
    pub pins: Vec<Pin>,
}

/// One server that was pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The client, by its id.
    pub client: String,
    /// Its configuration.
    pub path: String,
    /// The keys that lead to the server in it: `mcpServers.mail`.
    pub server: String,
    /// The package.
    pub package: String,
    /// The version it was pinned to.
    pub version: String,
    /// What its archive hashes to, `sha512-…`.
    pub integrity: Option<String>,
    /// The SHA-256 of its tools' names, descriptions and input schemas, in hexadecimal digits.
    pub tools: Option<String>,
    /// Why there is none: one sentence of ours.
    pub no_tools: Option<String>,
    /// When, in seconds since 1970.
    pub pinned: i64,
}

/// Why pins could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum PinsError {
    /// There is no home folder.
    #[error("nobody knows where to keep pins: neither `XDG_DATA_HOME` nor `HOME` is set")]
    Nowhere,
    /// The file is broken.
    #[error("cannot read the pins in `{path}`: {reason}")]
    Broken {
        /// The file.
        path: String,
        /// Why.
        reason: &'static str,
    },
    /// The system refused.
    #[error("cannot keep pins in `{path}`: {source}")]
    Io {
        /// The file or folder.
        path: String,
        /// The system's error.
        source: io::Error,
    },
}

impl Default for Pins {
    fn default() -> Self {
        Self {
            version: VERSION,
            pins: Vec::new(),
        }
    }
}

impl Pins {
    /// Records a pin in the place of an older one of the same server and package.
    pub fn record(&mut self, pin: Pin) {
        self.pins
            .retain(|old| !old.is_of(&pin.client, &pin.path, &pin.server) || old.package != pin.package);
        self.pins.push(pin);
        self.pins
            .sort_by(|a, b| (&a.path, &a.server, &a.package).cmp(&(&b.path, &b.server, &b.package)));
    }
}

impl Pin {
    /// Whether it is of that server.
    pub fn is_of(&self, client: &str, path: &str, server: &str) -> bool {
        self.client == client && self.path == path && self.server == server
    }
}

/// What was pinned by this user; nothing where nothing was.
///
/// # Errors
/// When there is a file that cannot be read.
pub fn load(env: &Environment) -> Result<Pins, PinsError> {
    match file(env) {
        Some(path) => read_file(&path),
        None => Ok(Pins::default()),
    }
}

/// Changes what is recorded. Others who do the same wait, and the file is replaced at once.
///
/// # Errors
/// When it cannot be read or written; what was recorded before is then untouched.
pub fn update(env: &Environment, change: impl FnOnce(&mut Pins)) -> Result<(), PinsError> {
    let path = file(env).ok_or(PinsError::Nowhere)?;
    let folder = path.parent().ok_or(PinsError::Nowhere)?;
    let io_error = |source: io::Error| PinsError::Io {
        path: path.display().to_string(),
        source,
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(io_error)?;
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(folder.join("pins.lock"));
    let lock = lock.map_err(io_error)?;
    lock.lock().map_err(io_error)?;
    let mut pins = read_file(&path)?;
    change(&mut pins);
    let mut text = serde_json::to_string_pretty(&pins).map_err(|err| io_error(err.into()))?;
    text.push('\n');
    // A temporary file is this user's only from its beginning.
    let mut new = tempfile::Builder::new()
        .prefix("pins-")
        .tempfile_in(folder)
        .map_err(io_error)?;
    new.write_all(text.as_bytes()).map_err(io_error)?;
    new.as_file().sync_all().map_err(io_error)?;
    new.persist(&path).map_err(|err| io_error(err.error))?;
    Ok(())
}

/// The file; a relative `XDG_DATA_HOME` is not used (XDG Base Directory Specification).
fn file(env: &Environment) -> Option<PathBuf> {
    let xdg = env
        .var("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let base = xdg.or_else(|| env.home.as_ref().map(|home| home.join(".local/share")))?;
    Some(base.join("waxseal").join("pins.json"))
}

fn read_file(path: &Path) -> Result<Pins, PinsError> {
    let broken = |reason| PinsError::Broken {
        path: path.display().to_string(),
        reason,
    };
    let meta = match fs::metadata(path) {
        Ok(meta) => meta,
        Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(Pins::default()),
        Err(_) => return Err(broken("it cannot be looked at")),
    };
    if !meta.is_file() || meta.len() > MAX_FILE {
        return Err(broken("it is no file of that kind, or larger than is read"));
    }
    let mut bytes = Vec::new();
    let all = File::open(path).and_then(|file| file.take(MAX_FILE).read_to_end(&mut bytes));
    all.map_err(|_| broken("it cannot be opened"))?;
    let pins: Pins = serde_json::from_slice(&bytes).map_err(|_| broken("it is not what waxseal writes"))?;
    if pins.version != VERSION {
        return Err(broken("it was written by another version of waxseal"));
    }
    Ok(pins)
}

const VERSION: u32 = 1;
/// A pin takes less than a kilobyte.
const MAX_FILE: u64 = 16 << 20;

#[cfg(test)]
mod tests;
