//! Which records name a release: by its name and version, by the hash of its archive, by the hashes of its files.

use std::collections::BTreeMap;

use waxseal_model::{AdvisoryMatch, FileFacts, Matched};
use waxseal_npm::osv::{self, Algorithm, Hash, Named, Record};

use super::{Database, DatabaseError, Kind, Meta, Store};

/// What is known of the bytes of a release.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hashes<'h> {
    /// Hashes of its archive.
    pub archive: &'h [Hash],
    /// Its files, of which the beginning of the SHA-256 is known.
    pub files: &'h [FileFacts],
}

impl Database {
    /// Every record that names the release, and those that name other releases of its name, by source and id; each once, as it names it
    /// best. Thousands of names can be asked one after the other: where no record knows the name, nothing is read.
    ///
    /// # Errors
    /// A record cannot be read back as it was written.
    pub fn matches(
        &self,
        name: &str,
        version: Option<&str>,
        hashes: &Hashes<'_>,
    ) -> Result<Vec<AdvisoryMatch>, DatabaseError> {
        let name = osv::normalise(name);
        let mut found = Vec::new();
        for store in self.stores() {
            let mut of_store = BTreeMap::new();
            if !name.is_empty() {
                by_name(store, &name, version, &mut of_store)?;
            }
            by_hash(store, hashes, &mut of_store)?;
            found.extend(of_store.into_values());
        }
        Ok(found)
    }
}

fn by_name(
    store: &Store,
    name: &str,
    version: Option<&str>,
    found: &mut BTreeMap<String, AdvisoryMatch>,
) -> Result<(), DatabaseError> {
    for record in store.of_name(name)? {
        let best = record
            .affected
            .iter()
            .filter(|affected| osv::same(&affected.name, name))
            .map(|affected| match affected.names(version) {
                Named::Every => Matched::Every,
                Named::Range(range) => Matched::Range(range),
                Named::Version => Matched::Version,
                Named::Unknown => Matched::Unknown(affected.describe()),
                Named::Not => Matched::Others(affected.describe()),
            })
            .min_by_key(rank);
        if let Some(matched) = best {
            keep(found, store.meta(), &record, matched);
        }
    }
    Ok(())
}

fn by_hash(
    store: &Store,
    hashes: &Hashes<'_>,
    found: &mut BTreeMap<String, AdvisoryMatch>,
) -> Result<(), DatabaseError> {
    for hash in hashes.archive {
        for record in store.of_hash(hash.algorithm, &hash.digest)? {
            if record.hashes.contains(hash) {
                let matched = Matched::Hash {
                    hash: hash.to_string(),
                    file: None,
                };
                keep(found, store.meta(), &record, matched);
            }
        }
    }
    for file in hashes.files.iter().filter(|file| file.size >= MIN_TELLING) {
        for record in store.of_hash(Algorithm::Sha256, &file.digest)? {
            let same = |hash: &&Hash| hash.algorithm == Algorithm::Sha256 && hash.digest.starts_with(&file.digest);
            if let Some(hash) = record.hashes.iter().find(same) {
                let matched = Matched::Hash {
                    hash: hash.to_string(),
                    file: Some(file.path.clone()),
                };
                keep(found, store.meta(), &record, matched);
            }
        }
    }
    Ok(())
}

fn keep(found: &mut BTreeMap<String, AdvisoryMatch>, meta: &Meta, record: &Record, matched: Matched) {
    let known = found.get(&record.id);
    if known.is_some_and(|known| rank(&known.matched) <= rank(&matched)) {
        return;
    }
    let found_now = AdvisoryMatch {
        id: record.id.clone(),
        source: meta.name.clone(),
        listed: meta.kind == Kind::List,
        summary: record.summary.clone(),
        aliases: record.aliases.clone(),
        matched,
        // Nothing else is kept in the database.
        malicious: true,
        published: record.published,
        withdrawn: record.withdrawn,
        references: record.references.clone(),
    };
    found.insert(record.id.clone(), found_now);
}

/// The surer first.
fn rank(matched: &Matched) -> u8 {
    match matched {
        Matched::Version => 0,
        Matched::Range(_) => 1,
        Matched::Every => 2,
        Matched::Hash { file: None, .. } => 3,
        Matched::Hash { .. } => 4,
        Matched::Unknown(_) => 5,
        Matched::Others(_) => 6,
    }
}

/// Smaller files are too plain to tell one package from another.
const MIN_TELLING: u64 = 64;
