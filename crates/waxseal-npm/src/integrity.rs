//! Subresource integrity: whether bytes are the ones the registry promised.

use crate::Dist;

/// Hashes that bytes must match, as npm's ssri reads them: the strongest known algorithm decides.
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
    #[error("the archive does not have the hash that was promised: expected {expected}, got {actual}")]
    Mismatch {
        /// The promised hash, `sha512-…`.
        expected: String,
        /// The hash of the bytes.
        actual: String,
    },
    /// No hash of an algorithm we know.
    #[error("the registry gives no hash that can be checked")]
    Unknown,
}

impl Integrity {
    /// Reads `sha512-… sha1-…`; unknown algorithms and broken digests are left out.
    ///
    /// # Errors
    /// When nothing is left.
    pub fn parse(text: &str) -> Result<Self, IntegrityError> {
        let _ = text;
        Err(IntegrityError::Unknown)
    }

    /// What a packument promises of an archive: `integrity`, else `shasum`.
    ///
    /// # Errors
    /// When it promises nothing that can be checked.
    pub fn of_dist(dist: &Dist) -> Result<Self, IntegrityError> {
        let _ = dist;
        Err(IntegrityError::Unknown)
    }

    /// Checks bytes; gives the one hash that decided, `sha512-…`.
    ///
    /// # Errors
    /// When they do not match.
    pub fn verify(&self, bytes: &[u8]) -> Result<String, IntegrityError> {
        let _ = (bytes, &self.hashes);
        Err(IntegrityError::Unknown)
    }

    /// The SHA-512 of bytes as `sha512-…`.
    pub fn sha512_of(bytes: &[u8]) -> String {
        let _ = bytes;
        String::new()
    }
}
