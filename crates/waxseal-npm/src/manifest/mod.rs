//! Reads `package.json` as leniently as npm and Node do, into the model's `Manifest`.

mod compare;
mod entries;
mod read;
mod shapes;

use waxseal_model::Manifest;

pub use compare::compare;

use crate::lenient::{self, Field};
use read::Document;

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
    if bytes.len() > MAX_BYTES {
        return Err(ManifestError::TooLarge { limit: MAX_BYTES });
    }
    // npm and Node both skip a byte order mark here.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match lenient::read::<Document>(bytes) {
        Ok(Field::Present(document)) => Ok(read::manifest(document)),
        Ok(_) => Err(ManifestError::NotJson {
            reason: String::from("it is another kind of value"),
        }),
        Err(reason) => Err(ManifestError::NotJson { reason }),
    }
}

/// Sets `implicit_gyp`: a `binding.gyp` at the root and neither an `install` nor a `preinstall` script means that npm runs
/// `node-gyp rebuild` (npm documentation, "scripts", npm install).
pub fn note_gyp<'a>(manifest: &mut Manifest, paths: impl IntoIterator<Item = &'a str>) {
    let scripted = ["install", "preinstall"]
        .iter()
        .any(|name| manifest.scripts.contains_key(*name));
    manifest.implicit_gyp = !scripted && paths.into_iter().any(|path| path == "binding.gyp");
}

/// The largest `package.json` known to be in use has some hundreds of kilobytes.
const MAX_BYTES: usize = 8 << 20;

#[cfg(test)]
mod tests;
