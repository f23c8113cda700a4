//! What was seen so far, kept on disk: one file, written whole and renamed into place, with a checksum, so that a crash leaves the old one and
//! damage never reads as an empty one.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use waxseal_detect::mail::Ledger;

/// The folder in which the mail side keeps what it saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateFolder(PathBuf);

/// Why what was seen could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// There is no place for it.
    #[error("nobody knows where to keep what was seen: neither `XDG_STATE_HOME` nor `HOME` is set")]
    Nowhere,
    /// The system refuses.
    #[error("cannot use `{path}`: {cause}")]
    Io {
        /// The file or folder.
        path: String,
        /// The system's reason.
        cause: io::Error,
    },
    /// It is not what was written.
    #[error("`{path}` is damaged, or was written by another version of waxseal")]
    Damaged {
        /// The file.
        path: String,
    },
}

impl StateError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Nowhere => "name a folder with `--state`".to_owned(),
            Self::Io { .. } => "name another folder with `--state`, or mend this one's permissions".to_owned(),
            Self::Damaged { path } => {
                format!("move `{path}` away to begin anew; what was learned is lost with it, the policy is not")
            }
        }
    }
}

impl StateFolder {
    /// The folder that was named; else the system's for root, the user's own for anybody else (`XDG_STATE_HOME`, XDG Base Directory
    /// Specification).
    ///
    /// # Errors
    /// There is no home.
    pub fn find(named: Option<&Path>, env: &waxseal_npm::Environment) -> Result<Self, StateError> {
        if let Some(path) = named {
            return Ok(Self(path.to_owned()));
        }
        // systemd's StateDirectory= hands this to the unit.
        if let Some(given) = env.var("STATE_DIRECTORY").filter(|it| !it.is_empty()) {
            return Ok(Self(PathBuf::from(given.split(':').next().unwrap_or(given))));
        }
        if rustix::process::geteuid().is_root() {
            return Ok(Self(PathBuf::from(SYSTEM_FOLDER)));
        }
        let xdg = env
            .var("XDG_STATE_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute());
        let base = xdg.or_else(|| env.home.as_ref().map(|home| home.join(".local/state")));
        base.map(|base| Self(base.join("waxseal"))).ok_or(StateError::Nowhere)
    }

    /// This folder.
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Makes the folder, for this user only; those it lies in as usual.
    ///
    /// # Errors
    /// The system refuses.
    pub fn make(&self) -> Result<(), StateError> {
        if let Some(parent) = self.0.parent() {
            fs::create_dir_all(parent).map_err(|cause| self.io(parent, cause))?;
        }
        match DirBuilder::new().mode(0o700).create(&self.0) {
            Err(err) if err.kind() == io::ErrorKind::AlreadyExists && self.0.is_dir() => Ok(()),
            made => made.map_err(|cause| self.io(&self.0, cause)),
        }
    }

    /// What a source (`milter`, `logs`) saw, and what it kept beside it; `None` where there is nothing yet.
    ///
    /// # Errors
    /// It cannot be read, or is damaged.
    pub fn load(&self, source: &str) -> Result<Option<(Ledger, Vec<u8>)>, StateError> {
        let path = self.ledger(source);
        let mut bytes = Vec::new();
        match File::open(&path).and_then(|file| file.take(MAX_LEDGER).read_to_end(&mut bytes)) {
            Ok(_) => {}
            Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(self.io(&path, cause)),
        }
        decode(&bytes).map(Some).ok_or_else(|| StateError::Damaged {
            path: path.display().to_string(),
        })
    }

    /// Keeps what a source saw, and what must fit it (how far a log was read), in place of what it kept before: both or neither.
    ///
    /// # Errors
    /// The system refuses; what was kept before is still there.
    pub fn save(&self, source: &str, ledger: &Ledger, beside: &[u8]) -> Result<(), StateError> {
        self.make()?;
        let path = self.ledger(source);
        let written = || -> io::Result<()> {
            let mut new = tempfile::Builder::new().prefix(".ledger").tempfile_in(&self.0)?;
            new.as_file().set_permissions(fs::Permissions::from_mode(0o600))?;
            new.write_all(&encode(ledger, beside).map_err(io::Error::other)?)?;
            new.as_file().sync_all()?;
            new.persist(&path).map_err(|err| err.error)?;
            Ok(())
        };
        written().map_err(|cause| self.io(&path, cause))
    }

    /// Whether anything can be kept in it, found out by keeping something.
    ///
    /// # Errors
    /// The system refuses.
    pub fn try_out(&self) -> Result<(), StateError> {
        self.make()?;
        tempfile::Builder::new()
            .prefix(".try")
            .tempfile_in(&self.0)
            .map(drop)
            .map_err(|cause| self.io(&self.0, cause))
    }

    fn ledger(&self, source: &str) -> PathBuf {
        self.0.join(format!("{source}.ledger"))
    }

    fn io(&self, path: &Path, cause: io::Error) -> StateError {
        StateError::Io {
            path: path.display().to_string(),
            cause,
        }
    }
}

fn encode(ledger: &Ledger, beside: &[u8]) -> Result<Vec<u8>, postcard::Error> {
    let body = postcard::to_stdvec(&(beside, ledger))?;
    let mut bytes = Vec::with_capacity(MAGIC.len() + 32 + body.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&Sha256::digest(&body));
    bytes.extend_from_slice(&body);
    Ok(bytes)
}

fn decode(bytes: &[u8]) -> Option<(Ledger, Vec<u8>)> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (sum, body) = rest.split_at_checked(32)?;
    if Sha256::digest(body).as_slice() != sum {
        return None;
    }
    let (beside, ledger) = postcard::from_bytes(body).ok()?;
    Some((ledger, beside))
}

/// The form; changes with what a ledger holds.
const MAGIC: &[u8] = b"waxseal ledger 1\n";
/// A ledger with every limit met takes less.
const MAX_LEDGER: u64 = 4 << 30;
/// Where a service keeps its state (Filesystem Hierarchy Standard 3.0 §5.8).
const SYSTEM_FOLDER: &str = "/var/lib/waxseal";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_never_an_empty_ledger() {
        let bytes = encode(&Ledger::new(), b"beside").unwrap();
        assert_eq!(decode(&bytes), Some((Ledger::new(), b"beside".to_vec())));
        for at in 0..bytes.len() {
            let mut wrong = bytes.clone();
            wrong[at] ^= 1;
            assert_eq!(decode(&wrong), None, "byte {at}");
            assert_eq!(decode(&bytes[..at]), None, "cut at {at}");
        }
    }
}
