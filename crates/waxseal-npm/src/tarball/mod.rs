//! Unpacks a package archive in memory by npm's own rules, under limits.

mod gzip;
mod header;
pub(crate) mod names;
mod pax;
mod place;
mod reader;

use std::ops::Range;
use std::sync::Arc;

use waxseal_model::{Anomaly, AnomalyKind};

use header::Kind;
use names::{Anomalies, add_case_collisions};
use place::{Filter, Placed, Refusal, Tree, Written, place};
use reader::{Entry, Event};

/// Ceilings on what is unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole archive once inflated.
    pub inflated: u64,
    /// Entries of any kind.
    pub entries: u32,
    /// Bytes of one file.
    pub file: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            inflated: 512 << 20,
            entries: 200_000,
            file: 256 << 20,
        }
    }
}

/// A package's files as npm would install them.
#[derive(Debug, Clone, Default)]
pub struct Unpacked {
    /// Sorted by path, each path once.
    pub files: Vec<PackageFile>,
    /// What is odd about the archive, in the order it was met.
    pub anomalies: Vec<Anomaly>,
    /// How many bytes the files hold together.
    pub unpacked_size: u64,
    data: Arc<Vec<u8>>,
}

/// One file; its content is a range of the inflated archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageFile {
    /// The path below the package's root, `/` between its parts; not safe to print raw.
    pub path: String,
    /// Permission bits as npm would ask the system for.
    pub mode: u32,
    range: Range<usize>,
}

impl PackageFile {
    /// Size in bytes.
    pub fn size(&self) -> u64 {
        self.range.len() as u64
    }
}

impl PackageFile {
    /// A file whose content is this range of the buffer it is handed over with.
    pub(crate) fn new(path: String, mode: u32, range: Range<usize>) -> Self {
        Self { path, mode, range }
    }
}

impl Unpacked {
    /// Sorts files over the buffer that holds their content.
    pub(crate) fn new(mut files: Vec<PackageFile>, mut anomalies: Anomalies, data: Vec<u8>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        add_case_collisions(files.iter().map(|file| file.path.as_str()), &mut anomalies);
        let unpacked_size = files.iter().map(PackageFile::size).sum();
        Self {
            files,
            anomalies: anomalies.into_vec(),
            unpacked_size,
            data: Arc::new(data),
        }
    }

    /// The content of `files[idx]`; empty for an index no file has.
    pub fn bytes(&self, idx: usize) -> &[u8] {
        self.files
            .get(idx)
            .and_then(|file| self.data.get(file.range.clone()))
            .unwrap_or_default()
    }

    /// The index of the file at `path`.
    pub fn find(&self, path: &str) -> Option<usize> {
        self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()
    }

    /// The content of the file at `path`.
    pub fn read(&self, path: &str) -> Option<&[u8]> {
        self.find(path).map(|idx| self.bytes(idx))
    }
}

/// Why an archive could not be unpacked; npm refuses the first kind too.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TarballError {
    /// Damaged, truncated, or no archive at all.
    #[error("the archive is damaged: {reason}")]
    Corrupt {
        /// What is wrong, in our words.
        reason: String,
    },
    /// A ceiling was hit.
    #[error("the archive holds more than {limit} {unit}")]
    TooLarge {
        /// The ceiling.
        limit: u64,
        /// What was counted: `bytes`, `entries`, `bytes in one file`.
        unit: &'static str,
    },
}

/// Unpacks an archive, gzipped or plain.
///
/// # Errors
/// When npm would refuse to install it, or a limit is hit.
pub fn unpack(bytes: &[u8], limits: &Limits) -> Result<Unpacked, TarballError> {
    let mut anomalies = Anomalies::default();
    let data = open(bytes, limits, &mut anomalies)?;
    let mut unpacking = Unpacking::new(limits, anomalies);
    reader::read(&data, &mut |event| unpacking.take(event))?;
    Ok(Unpacked::new(unpacking.files, unpacking.anomalies, data))
}

/// The archive as a plain tar file.
fn open(bytes: &[u8], limits: &Limits, anomalies: &mut Anomalies) -> Result<Vec<u8>, TarballError> {
    if gzip::is_zstd(bytes) {
        let reason = "it is packed with Zstandard, which only newer versions of Node unpack, and waxseal does not";
        return Err(TarballError::Corrupt {
            reason: reason.to_owned(),
        });
    }
    if !gzip::is_gzip(bytes) {
        if bytes.len() as u64 > limits.inflated {
            return Err(TarballError::TooLarge {
                limit: limits.inflated,
                unit: "bytes",
            });
        }
        return Ok(bytes.to_vec());
    }
    let inflated = gzip::inflate(bytes, limits.inflated)?;
    if inflated.members > 1 {
        let detail = format!(
            "it has {} gzip members; some readers stop at the first",
            inflated.members
        );
        anomalies.add(AnomalyKind::MultiMember, None, detail);
    }
    if inflated.trailing {
        anomalies.add(AnomalyKind::TrailingData, None, "bytes follow the compressed data");
    }
    Ok(inflated.data)
}

/// The state of unpacking one archive.
struct Unpacking<'l> {
    limits: &'l Limits,
    anomalies: Anomalies,
    files: Vec<PackageFile>,
    entries: u32,
    filter: Filter,
    tree: Tree,
}

impl<'l> Unpacking<'l> {
    fn new(limits: &'l Limits, anomalies: Anomalies) -> Self {
        let (filter, tree) = (Filter::default(), Tree::default());
        Self {
            limits,
            anomalies,
            files: Vec::new(),
            entries: 0,
            filter,
            tree,
        }
    }

    fn take(&mut self, event: Event<'_>) -> Result<(), TarballError> {
        match event {
            Event::Entry(entry) => self.take_entry(entry),
            Event::Skipped(reason) => {
                let detail = format!("npm skips a header because {reason}, and reads what follows as further headers");
                self.anomalies.add(AnomalyKind::HeaderTrick, None, detail);
                Ok(())
            }
            Event::LongMeta(header) => {
                let detail = "an extended header is so long that npm ignores it";
                self.anomalies.add(AnomalyKind::HeaderTrick, Some(&header.path), detail);
                Ok(())
            }
            Event::Trailing => {
                self.anomalies
                    .add(AnomalyKind::TrailingData, None, "bytes follow the end of the archive");
                Ok(())
            }
        }
    }

    fn take_entry(&mut self, entry: Entry) -> Result<(), TarballError> {
        self.entries += 1;
        if self.entries.saturating_add(self.tree.folders()) > self.limits.entries {
            return Err(TarballError::TooLarge {
                limit: u64::from(self.limits.entries),
                unit: "entries",
            });
        }
        match entry.header.kind {
            Kind::File | Kind::Contiguous => self.take_file(entry),
            Kind::Link | Kind::SymbolicLink => {
                self.anomalies.add(
                    AnomalyKind::Link,
                    Some(&entry.path),
                    "it is a link, which npm leaves out",
                );
                Ok(())
            }
            Kind::Directory => Ok(()),
            _ => {
                let detail = "it is neither a file nor a folder, and npm leaves it out";
                self.anomalies.add(AnomalyKind::SpecialFile, Some(&entry.path), detail);
                Ok(())
            }
        }
    }

    fn take_file(&mut self, mut entry: Entry) -> Result<(), TarballError> {
        if entry.body.len() as u64 > self.limits.file {
            return Err(TarballError::TooLarge {
                limit: self.limits.file,
                unit: "bytes in one file",
            });
        }
        self.note_tricks(&entry);
        let raw = std::mem::take(&mut entry.path);
        let Some(filtered) = self.filter.apply(raw.clone()) else {
            return Ok(());
        };
        let (path, absolute) = match place(&entry, &filtered) {
            Placed::At { path, absolute } => (path, absolute),
            Placed::Dropped => return Ok(()),
            Placed::Refused(Refusal::Traversal) => {
                self.anomalies.add(
                    AnomalyKind::Traversal,
                    Some(&raw),
                    "it leaves the package's folder; npm refuses it",
                );
                return Ok(());
            }
            Placed::Refused(Refusal::TooLong) => {
                self.anomalies.add(
                    AnomalyKind::HostileName,
                    Some(&raw),
                    "its path is too long or too deep for npm",
                );
                return Ok(());
            }
            Placed::Fatal => {
                return Err(TarballError::Corrupt {
                    reason: String::from("a file's name holds a NUL character"),
                });
            }
        };
        // Stripping the first part of `/a/b.js` leaves `b.js` relative, so the raw path is looked at as well.
        if absolute || raw.starts_with('/') {
            self.anomalies.add(
                AnomalyKind::AbsolutePath,
                Some(&raw),
                "its path is absolute; npm strips the root",
            );
        }
        self.write(
            &raw,
            PackageFile {
                path,
                mode: file_mode(entry.header.mode),
                range: entry.body,
            },
        );
        Ok(())
    }

    fn write(&mut self, raw: &str, file: PackageFile) {
        match self.tree.write(&file.path, self.files.len()) {
            Written::New => {
                self.anomalies.add_name(&file.path);
                self.files.push(file);
            }
            Written::Over(idx) => {
                self.anomalies.add(
                    AnomalyKind::Duplicate,
                    Some(raw),
                    "it is there twice; npm installs the last",
                );
                self.files[idx] = file;
            }
            Written::Blocked => {
                let detail = "its path is a file's and a folder's at once; npm keeps the first";
                self.anomalies.add(AnomalyKind::Duplicate, Some(raw), detail);
            }
        }
    }

    /// Extended headers that change what a reader without them would see.
    fn note_tricks(&mut self, entry: &Entry) {
        let header = &entry.header;
        if header.size_overridden {
            self.anomalies.add(
                AnomalyKind::HeaderTrick,
                Some(&entry.path),
                "an extended header changes its size",
            );
        }
        let truncated = header.own_path.len() >= USTAR_NAME - 1;
        if !truncated && extension(&header.own_path) != extension(&entry.path) {
            let detail = "an extended header gives it a name of another kind";
            self.anomalies.add(AnomalyKind::HeaderTrick, Some(&entry.path), detail);
        }
    }
}

/// What follows the last dot of the last part of a path.
fn extension(path: &str) -> Option<&str> {
    path.rsplit('/')
        .next()
        .and_then(|name| name.rsplit_once('.'))
        .map(|(_, extension)| extension)
}

/// pacote makes every file readable and writable, and leaves the rest to the user's mask, which is npm's usual 022 here.
fn file_mode(mode: Option<f64>) -> u32 {
    // JavaScript's `&` takes the number modulo 2³²; every mode npm writes is below that, and a saturated one differs in no bit
    // that is kept.
    let bits = mode.map_or(0, |mode| mode as i64 as u32) & 0o7777;
    ((bits | 0o666) & !0o022) | 0o600
}

/// Longest name a ustar header holds by itself; one that fills it may have been cut there.
const USTAR_NAME: usize = 100;

#[cfg(test)]
mod tests;
