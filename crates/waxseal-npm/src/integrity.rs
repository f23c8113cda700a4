//! Subresource integrity: whether bytes are the ones the registry promised.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::Dist;

/// Hashes that bytes must match, as npm's ssri reads them: the strongest known algorithm decides, and any of its hashes will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integrity {
    hashes: Vec<(Algorithm, Vec<u8>)>,
}

/// The algorithms, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// SHA-1, of releases older than 2017.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512, what npm writes.
    Sha512,
}

/// Why bytes were refused, or could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntegrityError {
    /// The bytes are not what was promised.
    #[error("expected {expected}, got {actual}")]
    Mismatch {
        /// The promised hash, `sha512-…`.
        expected: String,
        /// The hash of the bytes.
        actual: String,
    },
    /// No hash of an algorithm we know.
    #[error("no hash is given that can be checked")]
    Unknown,
}

impl Integrity {
    /// Reads `sha512-… sha1-…`; unknown algorithms and broken digests are left out.
    ///
    /// # Errors
    /// When nothing is left.
    pub fn parse(text: &str) -> Result<Self, IntegrityError> {
        let hashes: Vec<_> = text
            .split_whitespace()
            .take(MAX_HASHES)
            .filter_map(parse_hash)
            .collect();
        if hashes.is_empty() {
            Err(IntegrityError::Unknown)
        } else {
            Ok(Self { hashes })
        }
    }

    /// What a packument promises of an archive: `integrity`, else `shasum`.
    ///
    /// # Errors
    /// When it promises nothing that can be checked.
    pub fn of_dist(dist: &Dist) -> Result<Self, IntegrityError> {
        match (&dist.integrity, &dist.shasum) {
            (Some(integrity), _) if !integrity.is_empty() => Self::parse(integrity),
            (_, Some(shasum)) => {
                let digest = from_hex(shasum).ok_or(IntegrityError::Unknown)?;
                Ok(Self {
                    hashes: vec![(Algorithm::Sha1, digest)],
                })
            }
            _ => Err(IntegrityError::Unknown),
        }
    }

    /// Checks bytes; gives the one hash that decided, `sha512-…`.
    ///
    /// # Errors
    /// When they do not match.
    pub fn verify(&self, bytes: &[u8]) -> Result<String, IntegrityError> {
        let algorithm = self.strongest();
        let actual = algorithm.digest(bytes);
        let mut promised = self.hashes.iter().filter(|(known, _)| *known == algorithm);
        if promised.clone().any(|(_, digest)| *digest == actual) {
            return Ok(algorithm.show(&actual));
        }
        let expected = promised
            .next()
            .map(|(_, digest)| algorithm.show(digest))
            .unwrap_or_default();
        Err(IntegrityError::Mismatch {
            expected,
            actual: algorithm.show(&actual),
        })
    }

    /// The algorithm that decides.
    pub fn strongest(&self) -> Algorithm {
        self.hashes
            .iter()
            .map(|(algorithm, _)| *algorithm)
            .max()
            .unwrap_or(Algorithm::Sha1)
    }

    /// The promised digests of the deciding algorithm in hex, each with the algorithm's name: `sha512/ab…`. What the cache files by.
    pub(crate) fn keys(&self) -> Vec<String> {
        let algorithm = self.strongest();
        let deciding = self.hashes.iter().filter(|(known, _)| *known == algorithm);
        deciding
            .map(|(_, digest)| format!("{}/{}", algorithm.id(), to_hex(digest)))
            .collect()
    }

    /// The digest, if it is one of SHA-512.
    pub(crate) fn sha512(&self) -> Option<&[u8]> {
        let sha512 = self
            .hashes
            .iter()
            .find(|(algorithm, _)| *algorithm == Algorithm::Sha512);
        sha512.map(|(_, digest)| digest.as_slice())
    }

    /// The SHA-512 of bytes as `sha512-…`.
    pub fn sha512_of(bytes: &[u8]) -> String {
        Algorithm::Sha512.show(&Algorithm::Sha512.digest(bytes))
    }
}

impl Algorithm {
    /// The name in an integrity string.
    pub fn id(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    fn of(id: &str) -> Option<Self> {
        [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512]
            .into_iter()
            .find(|algorithm| algorithm.id() == id)
    }

    fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    fn show(self, digest: &[u8]) -> String {
        format!("{}-{}", self.id(), STANDARD.encode(digest))
    }
}

/// `sha512-BASE64[?option]` (Subresource Integrity, section 3.5).
fn parse_hash(text: &str) -> Option<(Algorithm, Vec<u8>)> {
    let (algorithm, rest) = text.split_once('-')?;
    let algorithm = Algorithm::of(algorithm)?;
    let digest = STANDARD.decode(rest.split('?').next()?).ok()?;
    (digest.len() == algorithm.length()).then_some((algorithm, digest))
}

/// Lower-case hex.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if text.len() != Algorithm::Sha1.length() * 2 || !text.is_ascii() {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

/// A registry gives one or two.
const MAX_HASHES: usize = 64;

#[cfg(test)]
mod tests;
