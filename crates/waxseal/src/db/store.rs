//! One source's records in one file of our own: written once, aside, and renamed into place; read by position, never as a whole.
//!
//! Why not SQLite: a record is written once and only ever looked up by its name or a hash, so an index of 12 bytes a name does; every byte
//! that is read is checked, so that damage is an error and never "no such record", which SQLite does not promise; and there is no C to build.
//!
//! ```text
//! head      88 bytes: mark, schema, length of the file, where each part lies, checksums of the parts and of the head itself
//! records   each at a multiple of 8: length (u32), checksum (u32), the record in postcard's format
//! names     sorted: the first 8 bytes of the SHA-256 of a name's key, then the record's place in units of 8 bytes (u32)
//! hashes    sorted: the first 16 bytes of a hash, its algorithm (u8), then the record's place
//! meta      JSON
//! ```
//! Numbers are little-endian, keys are not numbers. Checksums are CRC-32: they find damage, not forgery; the folder is the user's own.

mod read;
mod write;

use std::fs::File;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use waxseal_model::Moment;
use waxseal_npm::osv::{self, Algorithm};

use super::DatabaseError;

pub use write::Writer;

/// The records of one source, open.
#[derive(Debug)]
pub struct Store {
    file: File,
    path: String,
    head: Head,
    meta: Meta,
    names: Vec<u8>,
    /// Read when the first hash is looked up.
    hashes: OnceLock<Result<Vec<u8>, DatabaseError>>,
}

/// What is known of a source as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// `osv`, or the name of a list.
    pub name: String,
    /// What kind of source it is.
    pub kind: Kind,
    /// How many records it holds.
    pub records: u64,
    /// How many of these were taken back.
    pub withdrawn: u64,
    /// What was there and is not kept.
    pub left_out: LeftOut,
    /// When the source was last asked, or, of what was imported, when its newest record was changed. `None` for a list.
    pub updated: Option<Moment>,
    /// When it was written here.
    pub written: Moment,
    /// The address or the paths it came from.
    pub from: Vec<String>,
    /// What the server calls this state of it (RFC 9110 §8.8.3).
    pub etag: Option<String>,
    /// When the server says it was changed (RFC 9110 §8.8.2).
    pub last_modified: Option<String>,
}

/// What kind of source it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Records in the OSV format.
    Osv,
    /// A list of somebody's.
    List,
}

/// What a source held that is not kept, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LeftOut {
    /// Records about weaknesses, or that do not say that the package is malicious.
    pub weaknesses: u64,
    /// Records of other ecosystems, and entries of lists about other things than npm packages and files.
    pub other: u64,
    /// What cannot be read.
    pub unreadable: u64,
}

/// Where each part of the file lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Head {
    length: u64,
    names_at: u64,
    names: u64,
    hashes_at: u64,
    hashes: u64,
    meta_at: u64,
    meta: u64,
    names_sum: u32,
    hashes_sum: u32,
    meta_sum: u32,
}

impl Head {
    fn to_bytes(self) -> [u8; HEAD] {
        let mut out = [0; HEAD];
        let mut at = 0;
        let mut put = |bytes: &[u8]| {
            out[at..at + bytes.len()].copy_from_slice(bytes);
            at += bytes.len();
        };
        put(MARK);
        put(&SCHEMA.to_le_bytes());
        put(&[0; 4]);
        for number in [
            self.length,
            self.names_at,
            self.names,
            self.hashes_at,
            self.hashes,
            self.meta_at,
            self.meta,
        ] {
            put(&number.to_le_bytes());
        }
        for sum in [self.names_sum, self.hashes_sum, self.meta_sum] {
            put(&sum.to_le_bytes());
        }
        let sum = checksum(&out[..HEAD - 4]);
        out[HEAD - 4..].copy_from_slice(&sum.to_le_bytes());
        out
    }
}

/// What a name is filed by in the index.
fn name_key(name: &str) -> [u8; NAME_KEY] {
    let digest = Sha256::digest(osv::key(name).as_bytes());
    let mut key = [0; NAME_KEY];
    key.copy_from_slice(&digest[..NAME_KEY]);
    key
}

/// What a hash is filed by in the index: as much of it as is known of files, and how it was made.
fn hash_key(algorithm: Algorithm, digest: &[u8]) -> Option<[u8; HASH_KEY]> {
    let mut key = [0; HASH_KEY];
    key[..HASH_PREFIX].copy_from_slice(digest.get(..HASH_PREFIX)?);
    key[HASH_PREFIX] = match algorithm {
        Algorithm::Sha1 => 1,
        Algorithm::Sha256 => 2,
        Algorithm::Sha512 => 3,
    };
    Some(key)
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(bytes);
    sum.sum()
}

/// Written first, so that no other file is taken for one.
const MARK: &[u8; 8] = b"wxsldb\r\n";

/// Counted up when the form or the meaning of the file changes.
const SCHEMA: u32 = 1;

/// Bytes of the head.
const HEAD: usize = 8 + 4 + 4 + 7 * 8 + 4 * 4;

/// Bytes of a name's key; two of some hundred thousand names share one with a chance below one in a hundred million, and the name is
/// compared anyway.
const NAME_KEY: usize = 8;

/// How much of a hash is compared in the index: as much as [`waxseal_model::FileFacts`] holds.
const HASH_PREFIX: usize = 16;
const HASH_KEY: usize = HASH_PREFIX + 1;

/// Bytes of a place.
const PLACE: usize = 4;

/// Places are multiples of this.
const UNIT: u64 = 8;

/// The longest record that is written or read back.
const MAX_RECORD: usize = 16 << 20;
