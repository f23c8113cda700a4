//! Opening a file of records and looking things up in it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::OnceLock;

use waxseal_npm::osv::{self, Algorithm, Record};

use super::{
    HASH_KEY, HEAD, Head, MARK, MAX_RECORD, Meta, NAME_KEY, PLACE, SCHEMA, Store, UNIT, checksum, hash_key, name_key,
};
use crate::db::DatabaseError;

impl Store {
    /// Opens a file and checks all of it but the records and the hashes, which are checked as they are read.
    ///
    /// # Errors
    /// It cannot be read, is damaged, or is of another version.
    pub fn open(path: &Path) -> Result<Self, DatabaseError> {
        let shown = path.display().to_string();
        let unreadable = |err: io::Error| DatabaseError::Unreadable {
            path: shown.clone(),
            reason: err.to_string(),
        };
        let damaged = |what| DatabaseError::Damaged {
            path: shown.clone(),
            what,
        };
        let file = File::open(path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        let mut head = [0; HEAD];
        file.read_exact_at(&mut head, 0).map_err(|err| match err.kind() {
            io::ErrorKind::UnexpectedEof => damaged("it ends too early"),
            _ => unreadable(err),
        })?;
        let head = match Head::parse(&head, length) {
            Ok(head) => head,
            Err(Some(what)) => return Err(damaged(what)),
            Err(None) => return Err(DatabaseError::Schema { path: shown }),
        };
        let part = |at, bytes, sum, what| {
            part(&file, at, bytes, sum)
                .map_err(unreadable)?
                .ok_or_else(|| damaged(what))
        };
        let names = part(
            head.names_at,
            head.names,
            head.names_sum,
            "its index of names is not as it was written",
        )?;
        let meta = part(
            head.meta_at,
            head.meta,
            head.meta_sum,
            "its description is not as it was written",
        )?;
        let meta: Meta = serde_json::from_slice(&meta).map_err(|_| damaged("its description cannot be read"))?;
        Ok(Self {
            file,
            path: shown,
            head,
            meta,
            names,
            hashes: OnceLock::new(),
        })
    }

    /// What is known of it as a whole.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.head.length
    }

    /// The records about a name, which is normalised already.
    pub(in crate::db) fn of_name(&self, name: &str) -> Result<Vec<Record>, DatabaseError> {
        let mut found = Vec::new();
        for place in places(&self.names, &name_key(name)) {
            let record = self.record(place)?;
            if record.affected.iter().any(|it| osv::same(&it.name, name)) {
                found.push(record);
            }
        }
        Ok(found)
    }

    /// The records that list a hash which begins so.
    pub(in crate::db) fn of_hash(&self, algorithm: Algorithm, digest: &[u8]) -> Result<Vec<Record>, DatabaseError> {
        let Some(key) = hash_key(algorithm, digest).filter(|_| self.head.hashes > 0) else {
            return Ok(Vec::new());
        };
        let hashes = self
            .hashes
            .get_or_init(|| self.read_hashes())
            .as_ref()
            .map_err(Clone::clone)?;
        places(hashes, &key).map(|place| self.record(place)).collect()
    }

    /// Every record, in the order they were written, each handed to `take`.
    ///
    /// # Errors
    /// One is not as it was written.
    pub fn each(&self, mut take: impl FnMut(Record)) -> Result<(), DatabaseError> {
        let mut at = (HEAD as u64).next_multiple_of(UNIT);
        while at < self.head.names_at {
            let bytes = self.bytes(at)?;
            let length = bytes.len() as u64;
            take(self.decode(&bytes)?);
            at = (at + 8 + length).next_multiple_of(UNIT);
        }
        Ok(())
    }

    /// Reads everything once.
    ///
    /// # Errors
    /// Something is not as it was written.
    pub fn verify(&self) -> Result<(), DatabaseError> {
        let mut records = 0;
        self.each(|_| records += 1)?;
        if records != self.meta.records {
            return Err(self.damaged("it lacks records"));
        }
        self.hashes
            .get_or_init(|| self.read_hashes())
            .as_ref()
            .map_err(Clone::clone)
            .map(drop)
    }

    fn read_hashes(&self) -> Result<Vec<u8>, DatabaseError> {
        let head = &self.head;
        part(&self.file, head.hashes_at, head.hashes, head.hashes_sum)
            .map_err(|err| self.unreadable(&err))?
            .ok_or_else(|| self.damaged("its index of hashes is not as it was written"))
    }

    fn record(&self, place: u32) -> Result<Record, DatabaseError> {
        let bytes = self.bytes(u64::from(place) * UNIT)?;
        self.decode(&bytes)
    }

    fn decode(&self, bytes: &[u8]) -> Result<Record, DatabaseError> {
        postcard::from_bytes(bytes).map_err(|_| self.damaged("a record cannot be read"))
    }

    /// A record's bytes, checked. Most records are had with one read.
    fn bytes(&self, at: u64) -> Result<Vec<u8>, DatabaseError> {
        let room = self.head.names_at.checked_sub(at).filter(|room| *room >= 8);
        let room = room.ok_or_else(|| self.damaged("a record lies outside of it"))?;
        let mut first = [0; FIRST];
        let first = &mut first[..usize::try_from(room).unwrap_or(FIRST).min(FIRST)];
        self.file
            .read_exact_at(first, at)
            .map_err(|err| self.unreadable(&err))?;
        let number = |at: usize| u32::from_le_bytes([first[at], first[at + 1], first[at + 2], first[at + 3]]);
        let (length, sum) = (number(0) as usize, number(4));
        if length as u64 > room - 8 || length > MAX_RECORD {
            return Err(self.damaged("a record is longer than it"));
        }
        let bytes = match first.get(8..8 + length) {
            Some(whole) => whole.to_vec(),
            None => {
                let mut whole = vec![0; length];
                self.file
                    .read_exact_at(&mut whole, at + 8)
                    .map_err(|err| self.unreadable(&err))?;
                whole
            }
        };
        if checksum(&bytes) == sum {
            Ok(bytes)
        } else {
            Err(self.damaged("a record is not as it was written"))
        }
    }

    fn damaged(&self, what: &'static str) -> DatabaseError {
        DatabaseError::Damaged {
            path: self.path.clone(),
            what,
        }
    }

    fn unreadable(&self, err: &io::Error) -> DatabaseError {
        DatabaseError::Unreadable {
            path: self.path.clone(),
            reason: err.to_string(),
        }
    }

    pub(super) fn body(&self) -> (&File, u64) {
        (&self.file, self.head.meta_at)
    }

    pub(super) fn head(&self) -> Head {
        self.head
    }

    pub(in crate::db) fn path(&self) -> &str {
        &self.path
    }
}

impl Head {
    /// Reads a head; the error says what is wrong, or nothing where it is of another version.
    fn parse(bytes: &[u8; HEAD], length: u64) -> Result<Self, Option<&'static str>> {
        if &bytes[..8] != MARK {
            return Err(Some("it does not begin as one"));
        }
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        if word(8) != SCHEMA {
            return Err(None);
        }
        if word(HEAD - 4) != checksum(&bytes[..HEAD - 4]) {
            return Err(Some("its head is not as it was written"));
        }
        let long = |idx: usize| u64::from(word(16 + idx * 8)) | u64::from(word(20 + idx * 8)) << 32;
        let head = Self {
            length: long(0),
            names_at: long(1),
            names: long(2),
            hashes_at: long(3),
            hashes: long(4),
            meta_at: long(5),
            meta: long(6),
            names_sum: word(72),
            hashes_sum: word(76),
            meta_sum: word(80),
        };
        if head.length != length {
            return Err(Some("it does not have the length it was written with"));
        }
        let inside = |at: u64, bytes: u64| at.checked_add(bytes).is_some_and(|end| end <= length);
        let whole = head.names.is_multiple_of((NAME_KEY + PLACE) as u64)
            && head.hashes.is_multiple_of((HASH_KEY + PLACE) as u64);
        let fits =
            inside(head.names_at, head.names) && inside(head.hashes_at, head.hashes) && inside(head.meta_at, head.meta);
        if whole && fits {
            Ok(head)
        } else {
            Err(Some("its parts lie outside of it"))
        }
    }
}

/// A part of the file; `None` where its checksum is another.
fn part(file: &File, at: u64, bytes: u64, sum: u32) -> io::Result<Option<Vec<u8>>> {
    let mut read = vec![0; usize::try_from(bytes).map_err(io::Error::other)?];
    file.read_exact_at(&mut read, at)?;
    Ok((checksum(&read) == sum).then_some(read))
}

/// The places filed under a key in a sorted index.
fn places<'i, const KEY: usize>(index: &'i [u8], key: &[u8; KEY]) -> impl Iterator<Item = u32> + use<'i, KEY> {
    let row = KEY + PLACE;
    let at = |idx: usize| &index[idx * row..idx * row + row];
    let (mut low, mut high) = (0, index.len() / row);
    while low < high {
        let middle = low + (high - low) / 2;
        if &at(middle)[..KEY] < key.as_slice() {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let key = *key;
    index[low * row..]
        .chunks_exact(row)
        .take_while(move |entry| entry[..KEY] == key)
        .map(|entry| u32::from_le_bytes([entry[KEY], entry[KEY + 1], entry[KEY + 2], entry[KEY + 3]]))
}

/// Most records are shorter.
const FIRST: usize = 512;
