//! Planted secrets: well-formed, random, worth nothing, and recognised when they leave in any common encoding.
//!
//! [`Canaries::mint`] makes one of each kind from a seed; [`Canaries::files`] and [`Canaries::environment`] put them where a thief
//! looks; [`Canaries::found_in`] finds them again in what a package sent.

mod mint;

mod environment;
mod files;
mod projects;

mod find;
mod needles;
mod views;

mod keys;
mod words;

#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

pub use files::PlantedFile;
pub use find::Hit;

use find::Finder;

/// One planted secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canary {
    /// Its stable name in reports: `npm-token`.
    pub id: &'static str,
    /// The secret.
    pub value: String,
    /// What it is said to be.
    pub what: &'static str,
}

/// Other texts that are looked for in the same way: what was minted for one run.
#[derive(Debug)]
pub struct Needles(Finder);

impl Needles {
    /// Each text by its name. Pieces shorter than ten characters are found by chance.
    pub fn new(texts: &[(String, String)]) -> Self {
        let texts: Vec<(&str, [String; 1])> = texts
            .iter()
            .map(|(name, text)| (name.as_str(), [text.clone()]))
            .collect();
        Self(Finder::new(
            texts.iter().map(|(name, pieces)| (*name, pieces.as_slice())),
        ))
    }

    /// The texts that are in these bytes, and how they are encoded.
    pub fn found_in(&self, bytes: &[u8]) -> Vec<Hit> {
        self.0.find(bytes)
    }
}

/// All secrets of one room.
#[derive(Debug, Clone)]
pub struct Canaries {
    pub(crate) seed: u64,
    secrets: Vec<mint::Secret>,
    finder: Arc<OnceLock<Finder>>,
}

impl Canaries {
    /// Makes one secret of each kind. The same seed makes the same secrets.
    pub fn mint(seed: u64) -> Self {
        Self {
            seed,
            secrets: mint::secrets(seed),
            finder: Arc::default(),
        }
    }

    /// Every canary.
    pub fn iter(&self) -> impl Iterator<Item = &Canary> {
        self.secrets.iter().map(|secret| &secret.canary)
    }

    /// The value of a canary; empty when there is none of this name.
    pub fn value(&self, id: &str) -> &str {
        self.iter()
            .find(|canary| canary.id == id)
            .map_or("", |canary| &canary.value)
    }

    /// The account of the planted mail server: user and password.
    pub fn smtp_account(&self) -> (String, String) {
        (
            self.value("smtp-user").to_owned(),
            self.value("smtp-password").to_owned(),
        )
    }

    /// The canaries whose values leave in these bytes, and how they are encoded; each canary once per encoding, sorted by name.
    ///
    /// Values are random, so a hit is never chance: the shortest piece that is looked for carries 60 bits.
    pub fn found_in(&self, bytes: &[u8]) -> Vec<Hit> {
        let texts = || {
            self.secrets
                .iter()
                .map(|secret| (secret.canary.id, secret.pieces.as_slice()))
        };
        self.finder.get_or_init(|| Finder::new(texts())).find(bytes)
    }

    /// The canaries that leave in names that were asked for one after the other, each with a piece of them in its first labels. What all
    /// names end in is the thief's own domain, and a label of a few digits counts the pieces.
    pub fn found_in_names(&self, names: &[&str]) -> Vec<Hit> {
        let labels = |name: &&str| name.split('.').map(str::to_owned).collect::<Vec<String>>();
        let names: Vec<Vec<String>> = names.iter().map(labels).collect();
        let Some((first, others)) = names.split_first() else {
            return Vec::new();
        };
        let common = |other: &Vec<String>| {
            first
                .iter()
                .rev()
                .zip(other.iter().rev())
                .take_while(|(one, two)| one == two)
                .count()
        };
        let suffix = others.iter().map(common).min().unwrap_or(0);
        let is_count = |label: &&String| label.len() <= 4 && label.bytes().all(|byte| byte.is_ascii_digit());
        let pieces = names
            .iter()
            .flat_map(|name| &name[..name.len() - suffix.min(name.len())]);
        let joined: String = pieces.filter(|label| !is_count(label)).map(String::as_str).collect();
        self.found_in(joined.as_bytes())
    }
}
