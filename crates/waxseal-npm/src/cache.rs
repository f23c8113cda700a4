//! The content-addressed store of archives and registry documents below the user's cache folder.
//!
//! An archive is filed by the hash of its bytes, a document by the hash of its URL. Entries are written aside and renamed into
//! place, so threads and processes may share a store; everything is hashed again when it is read, so damage is only a miss.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::Environment;
use crate::integrity::{Integrity, to_hex};

/// The store.
#[derive(Debug, Clone)]
pub struct Cache {
    root: PathBuf,
}

/// A registry document with what is needed to ask whether it is still current.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CachedDocument {
    /// The body, decompressed.
    pub body: Vec<u8>,
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
}

/// The store cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the cache folder `{path}`: {source}")]
pub struct CacheError {
    /// The folder or file.
    pub path: String,
    /// The system's error.
    pub source: io::Error,
}

impl CacheError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        "set `XDG_CACHE_HOME` to a folder you can write to"
    }
}

impl Cache {
    /// `$XDG_CACHE_HOME/waxseal`, else `~/.cache/waxseal`. A relative `XDG_CACHE_HOME` is ignored, as the standard says (XDG Base
    /// Directory Specification, "Environment variables").
    pub fn default_root(env: &Environment) -> PathBuf {
        let xdg = env
            .var("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute());
        let base = xdg.or_else(|| env.home.as_ref().map(|home| home.join(".cache")));
        base.unwrap_or_else(|| env.cwd.join(".cache")).join("waxseal")
    }

    /// Opens the store, making its folder for this user only.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(root: &Path) -> Result<Self, CacheError> {
        make_private(root).map_err(|source| CacheError {
            path: root.display().to_string(),
            source,
        })?;
        Ok(Self { root: root.to_owned() })
    }

    /// The archive with this integrity, checked again; `None` when there is none or it is damaged.
    pub fn tarball(&self, integrity: &Integrity) -> Option<Vec<u8>> {
        integrity.keys().iter().find_map(|key| {
            let bytes = fs::read(self.tarball_path(key)).ok()?;
            integrity.verify(&bytes).is_ok().then_some(bytes)
        })
    }

    /// Keeps an archive that was verified against `integrity`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn store_tarball(&self, integrity: &Integrity, bytes: &[u8]) -> Result<(), CacheError> {
        let Ok(verified) = integrity.verify(bytes).and_then(|verified| Integrity::parse(&verified)) else {
            return Ok(());
        };
        for key in verified.keys() {
            self.write(&self.tarball_path(&key), &[bytes])?;
        }
        Ok(())
    }

    /// The document stored for a URL, unless it is damaged.
    pub fn document(&self, url: &str) -> Option<CachedDocument> {
        let stored = fs::read(self.document_path(url)).ok()?;
        let (head, body) = split_once(&stored)?;
        let mut fields = std::str::from_utf8(head).ok()?.split('\t');
        let mut field = || fields.next();
        if field()? != FORMAT || field()? != url || field()? != hash(body) {
            return None;
        }
        let validator = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (etag, last_modified) = (validator(field()?), validator(field()?));
        Some(CachedDocument {
            body: body.to_vec(),
            etag,
            last_modified,
        })
    }

    /// Keeps a document.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn store_document(&self, url: &str, document: &CachedDocument) -> Result<(), CacheError> {
        let validator = |text: &Option<String>| {
            text.clone()
                .filter(|text| !text.contains(['\t', '\n']))
                .unwrap_or_default()
        };
        let (etag, last_modified) = (validator(&document.etag), validator(&document.last_modified));
        let head = format!("{FORMAT}\t{url}\t{}\t{etag}\t{last_modified}\n", hash(&document.body));
        self.write(&self.document_path(url), &[head.as_bytes(), &document.body])
    }

    fn tarball_path(&self, key: &str) -> PathBuf {
        // `sha512/abcd…` is spread over 256 folders, which keeps listings short.
        let (algorithm, digest) = key.split_once('/').unwrap_or(("other", key));
        self.root
            .join("tarballs")
            .join(algorithm)
            .join(digest.get(..2).unwrap_or("00"))
            .join(digest)
    }

    fn document_path(&self, url: &str) -> PathBuf {
        self.root.join("documents").join(hash(url.as_bytes()))
    }

    /// Writes a file aside and renames it into place.
    fn write(&self, path: &Path, parts: &[&[u8]]) -> Result<(), CacheError> {
        let folder = path.parent().unwrap_or(&self.root);
        let result = make_private(folder).and_then(|()| {
            let mut file = tempfile::Builder::new().prefix(".part-").tempfile_in(folder)?;
            for part in parts {
                file.write_all(part)?;
            }
            file.persist(path).map(drop).map_err(|err| err.error)
        });
        result.map_err(|source| CacheError {
            path: path.display().to_string(),
            source,
        })
    }
}

/// Makes a folder and its parents; what is made is for this user only.
fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn hash(bytes: &[u8]) -> String {
    to_hex(&Sha256::digest(bytes))
}

fn split_once(stored: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = stored.iter().position(|byte| *byte == b'\n')?;
    Some((&stored[..end], &stored[end + 1..]))
}

/// Written first into every stored document; changed when its meaning changes.
const FORMAT: &str = "waxseal-document-1";

#[cfg(test)]
mod tests;
