//! npm's cache: what was once downloaded, also where it is installed nowhere any more.
//!
//! The index (cacache, `lib/entry-index.js`: `index-v5/aa/bb/…`, one bucket a hash of the key) holds lines of a SHA-1, a tab and
//! JSON with `key`, `integrity` and `metadata`. Lines are only ever added, so that the last of a key counts; one without
//! integrity says that it was deleted, and still proves that it was there.

use std::collections::BTreeMap;
use std::path::Path;

use sha1::{Digest as _, Sha1};
use url::Url;
use waxseal_model::{Occurrence, OccurrenceSource, PlaceKind, PlaceProblem, Presence};

use super::files::{self, Kind, Trouble};
use super::{Contents, Limits, PlaceSource, Problems};
use crate::integrity::{Integrity, to_hex};
use crate::lenient::{self, Field, Text, fields};

/// `_cacache` in npm's `cache` folder.
pub(super) const NPM: PlaceSource = PlaceSource {
    id: "npm-cache",
    kind: PlaceKind::Cache,
    tool: "npm",
    find: |it| vec![it.npm.cache.join("_cacache")],
    read,
};

/// The archive with this integrity in npm's `cache` folder, checked again; `None` where there is none or it is damaged (cacache,
/// `lib/content/path.js`: `content-v2/<algorithm>/aa/bb/…`).
pub fn tarball(cache: &Path, integrity: &Integrity) -> Option<Vec<u8>> {
    integrity.keys().iter().find_map(|key| {
        let (algorithm, digest) = key.split_once('/')?;
        let (first, second, rest) = (digest.get(..2)?, digest.get(2..4)?, digest.get(4..)?);
        let content = cache.join("_cacache/content-v2").join(algorithm);
        let bytes = files::read(&content.join(first).join(second).join(rest), MAX_TARBALL).ok()?;
        integrity.verify(&bytes).is_ok().then_some(bytes)
    })
}

fn read(cache: &Path, limits: &Limits) -> Contents {
    let mut reading = Reading {
        limits,
        problems: Problems::new(limits),
        packages: Vec::new(),
        entries: 0,
        damaged: 0,
        nameless: 0,
    };
    let index = cache.join("index-v5");
    match files::kind(&index) {
        Ok(_) => reading.folder(&index, "index-v5", 0),
        Err(trouble) => reading.problems.add("index-v5", trouble.reason()),
    }
    reading.finish()
}

struct Reading<'l> {
    limits: &'l Limits,
    problems: Problems,
    packages: Vec<Occurrence>,
    entries: u32,
    damaged: u32,
    nameless: u32,
}

impl Reading<'_> {
    fn folder(&mut self, folder: &Path, shown: &str, depth: u32) {
        let left = self.limits.entries.saturating_sub(self.entries);
        let (names, more) = match files::list(folder, left) {
            Ok(listed) => listed,
            Err(trouble) => return self.problems.add(shown, trouble.reason()),
        };
        self.entries = self
            .entries
            .saturating_add(u32::try_from(names.len()).unwrap_or(u32::MAX));
        for (name, kind) in names {
            let path = folder.join(&name);
            let shown = format!("{shown}/{}", name.to_string_lossy());
            match kind {
                Kind::Folder if depth < BUCKET_DEPTH => self.folder(&path, &shown, depth + 1),
                Kind::File => self.bucket(&path, &shown),
                _ => {}
            }
            if self.packages.len() >= self.limits.packages as usize {
                return;
            }
        }
        if more {
            self.problems
                .add_always(shown, "there are more entries than are looked at");
        }
    }

    fn bucket(&mut self, path: &Path, shown: &str) {
        let bytes = match files::read(path, MAX_BUCKET) {
            Ok(bytes) => bytes,
            // npm may be at work.
            Err(Trouble::Missing) => return,
            Err(trouble) => return self.problems.add(shown, trouble.reason()),
        };
        let mut keys: BTreeMap<String, Entry> = BTreeMap::new();
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match parse(line) {
                Some((key, line)) => keys.entry(key).or_default().take(line),
                None => self.damaged = self.damaged.saturating_add(1),
            }
        }
        for (key, entry) in keys {
            match Named::of(&key, &entry) {
                Named::Release(name, version) => self.packages.push(occurrence(name, Some(version), entry, shown)),
                Named::Document(name) => self.packages.push(occurrence(name, None, entry, shown)),
                Named::Nothing => {}
                Named::Unclear => self.nameless = self.nameless.saturating_add(1),
            }
        }
    }

    fn finish(mut self) -> Contents {
        if self.packages.len() >= self.limits.packages as usize {
            self.problems
                .add_always("index-v5", "there are more entries than are looked at");
        }
        // npm skips damaged lines too, and what names no package says nothing about one.
        let counted = [
            (self.damaged, "lines of the index are damaged"),
            (self.nameless, "entries are of addresses that do not name a package"),
        ];
        let notes = counted
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| PlaceProblem {
                path: "index-v5".to_owned(),
                reason: format!("{count} {what}"),
            });
        let notes = notes.collect();
        self.packages
            .sort_by(|a, b| (&a.name, &a.version, &a.path).cmp(&(&b.name, &b.version, &b.path)));
        Contents {
            packages: self.packages,
            problems: self.problems.into_vec(),
            notes,
        }
    }
}

fn occurrence(name: String, version: Option<String>, entry: Entry, shown: &str) -> Occurrence {
    Occurrence {
        // A document says what there was to choose from, not what was chosen.
        presence: if version.is_some() {
            Presence::CouldHaveRun
        } else {
            Presence::Unknown
        },
        integrity: if version.is_some() { entry.integrity } else { None },
        name,
        version,
        requested: None,
        path: shown.to_owned(),
        line: None,
        alias: None,
        source: OccurrenceSource::Registry,
    }
}

/// What the lines of one key say together.
#[derive(Default)]
struct Entry {
    /// Of the last line that has one, also where a later line deletes it.
    integrity: Option<String>,
    /// The answer was JSON, as its headers say.
    json: bool,
}

impl Entry {
    fn take(&mut self, line: Line) {
        if let Field::Present(Text(integrity)) = line.integrity {
            self.integrity = Some(integrity);
        }
        if let Field::Present(Metadata {
            headers:
                Field::Present(Headers {
                    content_type: Field::Present(Text(content_type)),
                }),
        }) = line.metadata
        {
            self.json = content_type.contains("json");
        }
    }
}

/// One line of a bucket, if its hash fits.
fn parse(line: &[u8]) -> Option<(String, Line)> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let (hash, json) = (&line[..tab], &line[tab + 1..]);
    if to_hex(&Sha1::digest(json)).as_bytes() != hash {
        return None;
    }
    let Ok(Field::Present(mut line)) = lenient::read::<Line>(json) else {
        return None;
    };
    match std::mem::take(&mut line.key) {
        Field::Present(Text(key)) => Some((key, line)),
        _ => None,
    }
}

#[derive(Default)]
struct Line {
    key: Field<Text>,
    integrity: Field<Text>,
    metadata: Field<Metadata>,
}

fields!(Line {
    "key" => key,
    "integrity" => integrity,
    "metadata" => metadata,
});

#[derive(Default)]
struct Metadata {
    headers: Field<Headers>,
}

fields!(Metadata { "resHeaders" => headers });

#[derive(Default)]
struct Headers {
    content_type: Field<Text>,
}

fields!(Headers { "content-type" => content_type });

/// What a key's address names.
#[derive(Debug, PartialEq, Eq)]
enum Named {
    Release(String, String),
    Document(String),
    /// Something of the registry that is no package: advisories, keys, a search.
    Nothing,
    Unclear,
}

impl Named {
    fn of(key: &str, entry: &Entry) -> Self {
        let Some(url) = address(key) else { return Self::Unclear };
        let path = percent_decoded(url.path());
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let Some(last) = parts.last() else { return Self::Nothing };
        let dash = parts.iter().position(|part| *part == "-");
        if let (Some(dash), Some(file)) = (dash, last.strip_suffix(".tgz")) {
            return match release(&parts[..dash], file) {
                Some((name, version)) => Self::Release(name, version),
                None => Self::Unclear,
            };
        }
        match (dash, name_before(&parts)) {
            (Some(_), _) => Self::Nothing,
            (None, Some(name)) if entry.json => Self::Document(name),
            _ => Self::Unclear,
        }
    }
}

/// The release that the address of an archive names by the registries' custom, `…/@scope/name/-/name-1.0.0.tgz`; `None` where it is of another
/// form, which says nothing.
pub fn release_of_address(address: &str) -> Option<(String, String)> {
    let url = Url::parse(address)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let path = percent_decoded(url.path());
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let dash = parts.iter().position(|part| *part == "-")?;
    release(&parts[..dash], parts.last()?.strip_suffix(".tgz")?)
}

/// A release by what stands before the `-` of an archive's path, and the archive's file.
fn release(before: &[&str], file: &str) -> Option<(String, String)> {
    let name = name_before(before)?;
    let base = name.rsplit('/').next().unwrap_or(&name);
    // Of scoped packages some registries repeat the scope: `/@a/b/-/@a/b-1.0.0.tgz`.
    let version = file
        .strip_prefix(base)?
        .strip_prefix('-')
        .filter(|version| !version.is_empty())?;
    let version = version.to_owned();
    Some((name, version))
}

/// The address in a key: `make-fetch-happen:request-cache:<url>`; before npm 7 `pacote:version-manifest:<url>:<integrity>`.
fn address(key: &str) -> Option<Url> {
    let start = key.find("https://").or_else(|| key.find("http://"))?;
    let text = &key[start..];
    let end = text.find(".tgz:").map_or(text.len(), |at| at + ".tgz".len());
    Url::parse(&text[..end]).ok()
}

/// The package's name at the end of a path: its last part, or a scope and its last part.
fn name_before(parts: &[&str]) -> Option<String> {
    match parts {
        [.., scope, name] if scope.starts_with('@') => Some(format!("{scope}/{name}")),
        [.., name] if !name.is_empty() && !name.starts_with('@') => Some((*name).to_owned()),
        _ => None,
    }
}

/// `%2f` and `%40`, which npm writes into the addresses of scoped packages.
fn percent_decoded(path: &str) -> String {
    path.replace("%2f", "/")
        .replace("%2F", "/")
        .replace("%40", "@")
        .replace("%2B", "+")
        .replace("%2b", "+")
}

/// `index-v5/aa/bb/<rest>`.
const BUCKET_DEPTH: u32 = 2;

/// A bucket holds the headers of some requests; one that was appended to for years is below this.
const MAX_BUCKET: u64 = 16 << 20;

/// As much as is ever unpacked.
const MAX_TARBALL: u64 = 512 << 20;
