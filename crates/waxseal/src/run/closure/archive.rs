//! An archive on disk, installed as `npm install ./x.tgz` does it.
//!
//! npm would unpack the archive to see what it needs. It is not given it: the sealed reader has read the manifest, and npm is given an
//! archive of ours in its place, under the same name, that holds only what of that manifest decides about dependencies.

use std::path::Path;

use serde_json::{Map, Value, json};
use waxseal_model::{DependencyKind, Manifest, PackageName};
use waxseal_npm::version::Version;

use super::manifest::{Wish, take_out, written};
use super::{Closure, ClosureError};

/// An archive on disk and what the reader says of it.
#[derive(Debug, Clone)]
pub struct LocalArchive<'a> {
    /// Where the user said it is.
    pub path: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Its `package.json`.
    pub manifest: &'a Manifest,
}

impl LocalArchive<'_> {
    /// The name npm installs it under.
    ///
    /// # Errors
    /// Its manifest has no name or no version that npm accepts.
    pub fn name(&self) -> Result<PackageName, ClosureError> {
        let fail = |what: &str| ClosureError::Project {
            path: self.path.to_owned(),
            reason: format!("its `package.json` has no {what} that npm accepts"),
        };
        let version = self.manifest.version.as_deref();
        if version.and_then(Version::parse).is_none() {
            return Err(fail("version"));
        }
        let name = self.manifest.name.as_deref().unwrap_or_default();
        PackageName::parse(name).map_err(|_| fail("name"))
    }

    /// What the file is called beside the project: its own name, as far as that is an ordinary one.
    pub fn file_name(&self) -> String {
        let name = Path::new(self.path).file_name().unwrap_or_default().to_string_lossy();
        let ordinary = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
        let name: String = name.chars().filter(ordinary).take(100).collect();
        let stem = name
            .trim_end_matches(".tgz")
            .trim_end_matches(".tar.gz")
            .trim_matches('.');
        format!("{}.tgz", if stem.is_empty() { "package" } else { stem })
    }
}

/// A project that depends on an archive beside it.
pub(super) fn of_archive(archive: &LocalArchive<'_>) -> Result<Wish, ClosureError> {
    let name = archive.name()?;
    let file = archive.file_name();
    let project = json!({
        "name": "project",
        "version": "1.0.0",
        "private": true,
        "dependencies": { name.as_str(): format!("file:{file}") },
    });
    let mut manifest = stand_in(archive.manifest);
    let refused = take_out(&mut manifest);
    Ok(Wish {
        manifest: written(&project),
        archive: Some((file, packed(&written(&Value::Object(manifest))))),
        refused,
        ..Wish::default()
    })
}

/// What of a manifest decides about dependencies (npm documentation, "package.json").
fn stand_in(manifest: &Manifest) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("name".to_owned(), json!(manifest.name));
    out.insert("version".to_owned(), json!(manifest.version));
    for (key, list) in [
        ("os", &manifest.os),
        ("cpu", &manifest.cpu),
        ("bundleDependencies", &manifest.bundled),
    ] {
        if !list.is_empty() {
            out.insert(key.to_owned(), json!(list));
        }
    }
    for (key, map) in [("bin", &manifest.bin), ("engines", &manifest.engines)] {
        if !map.is_empty() {
            out.insert(key.to_owned(), json!(map));
        }
    }
    for dependency in &manifest.dependencies {
        let kind = match dependency.kind {
            DependencyKind::Regular => "dependencies",
            DependencyKind::Optional => "optionalDependencies",
            DependencyKind::Peer | DependencyKind::OptionalPeer => "peerDependencies",
        };
        let mut insert = |key: &str, value: Value| {
            let map = out.entry(key).or_insert_with(|| json!({}));
            if let Value::Object(map) = map {
                map.insert(dependency.name.clone(), value);
            }
        };
        insert(kind, json!(dependency.spec));
        if dependency.kind == DependencyKind::OptionalPeer {
            insert("peerDependenciesMeta", json!({ "optional": true }));
        }
    }
    out
}

/// An archive that holds `package/package.json` (POSIX.1-1988 ustar; npm takes one that is not compressed as well).
fn packed(manifest: &[u8]) -> Vec<u8> {
    let mut header = [0_u8; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"package/package.json");
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{:011o}\0", manifest.len()).as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut out = header.to_vec();
    out.extend_from_slice(manifest);
    out.resize(out.len().next_multiple_of(BLOCK) + 2 * BLOCK, 0);
    out
}

/// Puts the real archive's hash where npm wrote that of the one in its place.
pub(super) fn promise(closure: &mut Closure, place: String, bytes: &[u8]) {
    if let Ok(mut lockfile) = serde_json::from_slice::<Value>(&closure.lockfile) {
        if let Some(Value::Object(entry)) = lockfile.get_mut("packages").and_then(|it| it.get_mut(&place)) {
            entry.insert(
                "integrity".to_owned(),
                json!(waxseal_npm::integrity::Integrity::sha512_of(bytes)),
            );
        }
        closure.lockfile = lockfile.to_string().into_bytes();
    }
    closure.local = Some(place);
}

/// Bytes of a block of an archive.
const BLOCK: usize = 512;
