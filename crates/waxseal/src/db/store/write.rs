//! Writing a file of records, aside, and putting it in place of the one before.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _};
use std::path::Path;

use tempfile::NamedTempFile;
use waxseal_npm::osv::Record;

use super::{HASH_KEY, HEAD, Head, MAX_RECORD, Meta, NAME_KEY, PLACE, Store, UNIT, checksum, hash_key, name_key};
use crate::db::DatabaseError;

/// A file of records that is being written; nothing is seen of it before [`Writer::finish`].
#[derive(Debug)]
pub struct Writer {
    out: BufWriter<NamedTempFile>,
    path: String,
    at: u64,
    names: Vec<[u8; NAME_KEY + PLACE]>,
    hashes: Vec<[u8; HASH_KEY + PLACE]>,
}

impl Writer {
    /// Begins a file that is to lie at `path`, making its folder for this user only.
    ///
    /// # Errors
    /// The folder cannot be made or written to.
    pub fn create(path: &Path) -> Result<Self, DatabaseError> {
        let shown = path.display().to_string();
        let begun = || -> io::Result<BufWriter<NamedTempFile>> {
            let folder = path.parent().unwrap_or(Path::new("."));
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            let file = tempfile::Builder::new().prefix(".part-").tempfile_in(folder)?;
            let mut out = BufWriter::with_capacity(BUFFER, file);
            out.write_all(&[0; HEAD])?;
            Ok(out)
        };
        let out = begun().map_err(|err| unwritable(&shown, &err))?;
        let mut writer = Self {
            out,
            path: shown,
            at: HEAD as u64,
            names: Vec::new(),
            hashes: Vec::new(),
        };
        writer.pad()?;
        Ok(writer)
    }

    /// Adds a record.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn add(&mut self, record: &Record) -> Result<(), DatabaseError> {
        let bytes = postcard::to_stdvec(record).map_err(|err| unwritable(&self.path, &io::Error::other(err)))?;
        let place = u32::try_from(self.at / UNIT).ok().filter(|_| bytes.len() <= MAX_RECORD);
        let Some(place) = place.map(u32::to_le_bytes) else {
            return Err(unwritable(
                &self.path,
                &io::Error::other("a record or all of them are too large"),
            ));
        };
        for affected in &record.affected {
            let mut row = [0; NAME_KEY + PLACE];
            row[..NAME_KEY].copy_from_slice(&name_key(&affected.name));
            row[NAME_KEY..].copy_from_slice(&place);
            self.names.push(row);
        }
        for hash in &record.hashes {
            if let Some(key) = hash_key(hash.algorithm, &hash.digest) {
                let mut row = [0; HASH_KEY + PLACE];
                row[..HASH_KEY].copy_from_slice(&key);
                row[HASH_KEY..].copy_from_slice(&place);
                self.hashes.push(row);
            }
        }
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.put(&length.to_le_bytes())?;
        self.put(&checksum(&bytes).to_le_bytes())?;
        self.put(&bytes)?;
        self.pad()
    }

    /// Writes what leads to the records, and puts the file in place of the one before, if there is one.
    ///
    /// # Errors
    /// It cannot be written; the one before stays.
    pub fn finish(mut self, path: &Path, meta: &Meta) -> Result<(), DatabaseError> {
        let (names, hashes) = (
            sorted(std::mem::take(&mut self.names)),
            sorted(std::mem::take(&mut self.hashes)),
        );
        let meta = describe(meta, &self.path)?;
        let mut head = Head {
            names_at: self.at,
            names: names.len() as u64,
            names_sum: checksum(&names),
            ..Head::default()
        };
        self.put(&names)?;
        (head.hashes_at, head.hashes, head.hashes_sum) = (self.at, hashes.len() as u64, checksum(&hashes));
        self.put(&hashes)?;
        (head.meta_at, head.meta, head.meta_sum) = (self.at, meta.len() as u64, checksum(&meta));
        self.put(&meta)?;
        head.length = self.at;
        let shown = self.path.clone();
        let file = self.out.into_inner().map_err(|err| unwritable(&shown, err.error()))?;
        place(file, head, path).map_err(|err| unwritable(&shown, &err))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), DatabaseError> {
        self.at += bytes.len() as u64;
        self.out.write_all(bytes).map_err(|err| unwritable(&self.path, &err))
    }

    fn pad(&mut self) -> Result<(), DatabaseError> {
        let room = self.at.next_multiple_of(UNIT) - self.at;
        self.put(&[0; UNIT as usize][..usize::try_from(room).unwrap_or(0)])
    }
}

/// The rows of an index, sorted, each once, one behind the other.
fn sorted<const ROW: usize>(mut rows: Vec<[u8; ROW]>) -> Vec<u8> {
    rows.sort_unstable();
    rows.dedup();
    rows.as_flattened().to_vec()
}

impl Store {
    /// Writes the same records with another description, and puts the file in place of this one. What is open stays as it is.
    ///
    /// # Errors
    /// It cannot be written; this one stays.
    pub fn describe_anew(&self, path: &Path, meta: &Meta) -> Result<(), DatabaseError> {
        let meta = describe(meta, self.path())?;
        let copied = || -> io::Result<()> {
            let (file, body) = self.body();
            let folder = path.parent().unwrap_or(Path::new("."));
            let mut copy = tempfile::Builder::new().prefix(".part-").tempfile_in(folder)?;
            copy_of(file, body, copy.as_file_mut())?;
            copy.write_all(&meta)?;
            let head = Head {
                meta: meta.len() as u64,
                meta_sum: checksum(&meta),
                length: body + meta.len() as u64,
                ..self.head()
            };
            place(copy, head, path)
        };
        copied().map_err(|err| unwritable(self.path(), &err))
    }
}

/// The first `bytes` of a file that others may read at the same time.
fn copy_of(from: &File, bytes: u64, to: &mut File) -> io::Result<()> {
    let mut chunk = vec![0; BUFFER];
    let mut at = 0;
    while at < bytes {
        let room = usize::try_from(bytes - at).unwrap_or(BUFFER).min(BUFFER);
        from.read_exact_at(&mut chunk[..room], at)?;
        to.write_all(&chunk[..room])?;
        at += room as u64;
    }
    Ok(())
}

/// Writes the head last, so that what was cut off is never taken for whole, and renames the file into place.
fn place(mut file: NamedTempFile, head: Head, path: &Path) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&head.to_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|err| err.error)
}

fn describe(meta: &Meta, path: &str) -> Result<Vec<u8>, DatabaseError> {
    serde_json::to_vec(meta).map_err(|err| unwritable(path, &io::Error::other(err)))
}

fn unwritable(path: &str, err: &io::Error) -> DatabaseError {
    DatabaseError::Unwritable {
        path: path.to_owned(),
        reason: err.to_string(),
    }
}

/// Written at once.
const BUFFER: usize = 1 << 20;
