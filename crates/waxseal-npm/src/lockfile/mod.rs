//! Lockfiles: which releases an install would bring, read without any package manager.
//!
//! One file a format, all in the table [`FORMATS`]. Every reader takes the whole text once, keeps the line of each entry, and lists a
//! package by its own name even where it is installed under another. An entry that cannot be understood is a problem that is told, never an
//! entry less. A lockfile may have been written by a stranger (a pull request, a clone): bytes, values, depth and packages have ceilings, and
//! nothing in it is followed: no path is opened, no address asked.

mod bun;
mod error;
mod ident;
mod json;
mod locked;
mod npm;
mod pnpm;
mod text;
mod tree;
mod yaml;
mod yarn_berry;
mod yarn_classic;

pub use error::LockfileError;
pub use locked::{Locked, Lockfile};

/// A kind of lockfile.
#[derive(Debug)]
pub struct Format {
    /// Its id in reports: `npm`, `pnpm`, `yarn-classic`, `yarn-berry`, `bun`.
    pub id: &'static str,
    /// The tool that writes it.
    pub tool: &'static str,
    /// What its files are called; the first of them that lies in a folder is the one the tool reads.
    pub names: &'static [&'static str],
    /// Reads the whole file. [`LockfileError::OtherFormat`] where the file is one of another format that goes by the same name.
    pub read: fn(&[u8]) -> Result<Lockfile, LockfileError>,
}

/// Every format that is known. Where two share a name, the first that takes the file for its own reads it.
pub const FORMATS: &[Format] = &[
    npm::FORMAT,
    pnpm::FORMAT,
    yarn_berry::FORMAT,
    yarn_classic::FORMAT,
    bun::FORMAT,
    bun::BINARY,
];

/// Reads a lockfile. `file_name` is its name or its path: only the end of it is looked at, to know the format.
///
/// # Errors
/// The name is that of no lockfile, the file is larger than [`MAX_BYTES`], or it is not what its name says.
pub fn read(file_name: &str, bytes: &[u8]) -> Result<Lockfile, LockfileError> {
    let mut outcome = Err(LockfileError::UnknownName);
    for format in FORMATS.iter().filter(|format| format.goes_by(file_name)) {
        if bytes.len() > MAX_BYTES {
            return Err(LockfileError::TooLarge);
        }
        outcome = (format.read)(bytes);
        if !matches!(outcome, Err(LockfileError::OtherFormat(_))) {
            return outcome;
        }
    }
    outcome
}

/// Whether a file of this name (or at this path) is a lockfile that [`read`] knows.
pub fn is_lockfile_name(file_name: &str) -> bool {
    FORMATS.iter().any(|format| format.goes_by(file_name))
}

/// Of the names in one folder, those of the lockfiles that count, in the order of [`FORMATS`]: one a tool, since npm reads
/// `npm-shrinkwrap.json` and not the `package-lock.json` beside it, and bun `bun.lock` and not `bun.lockb`.
pub fn which<'n>(names: &[&'n str]) -> Vec<&'n str> {
    let mut chosen: Vec<(&str, &'n str)> = Vec::new();
    for format in FORMATS {
        let first = format
            .names
            .iter()
            .find_map(|known| names.iter().find(|name| *name == known));
        if let Some(name) = first
            && !chosen.iter().any(|(tool, taken)| *tool == format.tool || taken == name)
        {
            chosen.push((format.tool, name));
        }
    }
    chosen.into_iter().map(|(_, name)| name).collect()
}

impl Format {
    /// Whether a file of this name, or at this path, can be of this format.
    pub fn goes_by(&self, file_name: &str) -> bool {
        self.names.iter().any(|known| {
            let before = file_name
                .len()
                .checked_sub(known.len())
                .map(|at| file_name.as_bytes().split_at(at));
            before.is_some_and(|(before, name)| {
                name == known.as_bytes() && matches!(before.last(), None | Some(b'/' | b'\\'))
            })
        })
    }
}

/// Largest lockfile that is read; one with 2,000 packages has about 1 MB.
pub const MAX_BYTES: usize = 64 << 20;

/// Most packages that are listed; the largest projects known have some tens of thousands.
pub const MAX_PACKAGES: usize = 200_000;

#[cfg(test)]
mod tests;
