//! The files of one side, inside the reader.

use std::cmp::Ordering;
use std::ops::Range;
use std::path::Path;

use sha2::{Digest, Sha256};
use waxseal_model::{Anomaly, AnomalyKind, Collected, FileFacts, Gap, GapWeight, Manifest, Subject};
use waxseal_npm::manifest::{self, ManifestError};
use waxseal_npm::tarball::{self, Limits, TarballError, Unpacked};

use super::protocol::FilesHeader;
use crate::diff::patch::File;

/// One side as npm would install it.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) subject: Subject,
    pub(super) anomalies: Vec<Anomaly>,
    /// Why it could not be unpacked, if it could not.
    pub(super) broken: Option<String>,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Archive(Unpacked),
    Folder {
        files: Vec<(String, u32, Range<usize>)>,
        bytes: Vec<u8>,
    },
}

impl Tree {
    /// Unpacks an archive. One that cannot be unpacked is a side without files and with an anomaly that says why.
    pub(super) fn unpack(subject: Subject, bytes: &[u8], max_unpacked: u64) -> Self {
        let limits = Limits {
            inflated: max_unpacked,
            file: Limits::default().file.min(max_unpacked),
            ..Limits::default()
        };
        let mut broken = None;
        let mut unpacked = tarball::unpack(bytes, &limits).unwrap_or_else(|err| {
            broken = Some(err.to_string());
            let kind = match err {
                TarballError::Corrupt { .. } => AnomalyKind::Corrupt,
                TarballError::TooLarge { .. } => AnomalyKind::TooLarge,
            };
            let mut nothing = Unpacked::default();
            nothing.anomalies.push(Anomaly {
                kind,
                path: None,
                detail: err.to_string(),
                location: None,
            });
            nothing
        });
        let anomalies = std::mem::take(&mut unpacked.anomalies);
        Self {
            subject,
            anomalies,
            broken,
            content: Content::Archive(unpacked),
        }
    }

    /// Takes the files of a folder, whose bytes stand one behind the other.
    pub(super) fn folder(subject: Subject, header: FilesHeader, bytes: Vec<u8>) -> Option<Self> {
        let mut at = 0_usize;
        let mut files = Vec::with_capacity(header.files.len());
        for (path, mode, size) in header.files {
            let end = at.checked_add(usize::try_from(size).ok()?)?;
            files.push((path, mode, at..end));
            at = end;
        }
        (at == bytes.len()).then_some(Self {
            subject,
            anomalies: header.anomalies,
            broken: None,
            content: Content::Folder { files, bytes },
        })
    }

    /// Lets go of the sources.
    pub(super) fn forget(&mut self) {
        self.content = Content::Archive(Unpacked::default());
    }

    /// How many files there are.
    pub(super) fn len(&self) -> usize {
        match &self.content {
            Content::Archive(unpacked) => unpacked.files.len(),
            Content::Folder { files, .. } => files.len(),
        }
    }

    /// The path of a file, sorted by which they are.
    pub(super) fn path(&self, idx: usize) -> &str {
        match &self.content {
            Content::Archive(unpacked) => &unpacked.files[idx].path,
            Content::Folder { files, .. } => &files[idx].0,
        }
    }

    /// The content of a file.
    pub(super) fn bytes(&self, idx: usize) -> &[u8] {
        match &self.content {
            Content::Archive(unpacked) => unpacked.bytes(idx),
            Content::Folder { files, bytes } => &bytes[files[idx].2.clone()],
        }
    }

    fn mode(&self, idx: usize) -> u32 {
        match &self.content {
            Content::Archive(unpacked) => unpacked.files[idx].mode,
            Content::Folder { files, .. } => files[idx].1,
        }
    }

    /// The files as the raw difference takes them.
    pub(super) fn patch_files(&self) -> Vec<File<'_>> {
        let file = |idx| File {
            path: self.path(idx),
            executable: self.mode(idx) & 0o111 != 0,
            bytes: self.bytes(idx),
        };
        (0..self.len()).map(file).collect()
    }

    /// The variables of some trees: their names, and those that have a default wherever they are read.
    pub(super) fn variables_of(trees: &[Self]) -> (Vec<String>, Vec<String>) {
        let each: Vec<(Vec<String>, Vec<String>)> = trees.iter().map(Self::variables).collect();
        let always = |name: &&String| {
            each.iter()
                .all(|(read, has)| has.contains(name) || !read.contains(name))
        };
        let defaulted = each.iter().flat_map(|(_, has)| has).filter(always).cloned().collect();
        (each.iter().flat_map(|(read, _)| read).cloned().collect(), defaulted)
    }

    /// The environment variables that it may read, and those it has values of its own for.
    fn variables(&self) -> (Vec<String>, Vec<String>) {
        let files = || (0..self.len()).map(|idx| (self.path(idx), self.bytes(idx)));
        (
            waxseal_js::variables::variables(files(), MAX_VARIABLES),
            waxseal_js::defaults::defaulted(files(), MAX_VARIABLES),
        )
    }

    fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        (0..self.len()).map(|idx| (self.path(idx), self.bytes(idx)))
    }

    /// What the code of some trees looks out for.
    pub(super) fn hints(trees: &[Self]) -> waxseal_js::hints::Hints {
        waxseal_js::hints::hints(trees.iter().flat_map(Self::files))
    }

    /// How many bytes the files hold together.
    pub(super) fn size(&self) -> u64 {
        (0..self.len()).map(|idx| self.bytes(idx).len() as u64).sum()
    }

    /// The position of the file at a path.
    fn find(&self, path: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.path(middle).cmp(path) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return Some(middle),
                Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// What tells each file's content from any other. A file that `before` has too is compared, which costs less than hashing.
    pub(super) fn digests(&self, before: Option<(&Self, &[FileFacts])>) -> Vec<[u8; 16]> {
        let known = |idx: usize| {
            let (tree, facts) = before?;
            let found = tree.find(self.path(idx))?;
            (tree.bytes(found) == self.bytes(idx)).then(|| facts.get(found).map(|file| file.digest))?
        };
        let digest = |idx: usize| {
            let hash = Sha256::digest(self.bytes(idx));
            let mut short = [0; 16];
            short.copy_from_slice(&hash[..16]);
            short
        };
        (0..self.len())
            .map(|idx| known(idx).unwrap_or_else(|| digest(idx)))
            .collect()
    }

    /// Its `package.json`.
    pub(super) fn manifest(&self) -> Collected<Manifest> {
        let Some(idx) = (0..self.len()).find(|idx| self.path(*idx) == "package.json") else {
            return Collected::Missing(self.gap("it has no `package.json`".to_owned()));
        };
        match manifest::parse(self.bytes(idx)) {
            Ok(mut manifest) => {
                manifest::note_gyp(&mut manifest, (0..self.len()).map(|idx| self.path(idx)));
                Collected::Present(manifest)
            }
            Err(err @ (ManifestError::NotJson { .. } | ManifestError::TooLarge { .. })) => {
                Collected::Missing(self.gap(err.to_string()))
            }
        }
    }

    /// The beginning of its README: npm takes a file of this name, in any case and with any ending, at the root.
    pub(super) fn readme(&self) -> Option<String> {
        let is_readme = |path: &str| {
            !path.contains('/')
                && path
                    .split('.')
                    .next()
                    .is_some_and(|it| it.eq_ignore_ascii_case("readme"))
        };
        let is_markdown = |idx: &usize| {
            Path::new(self.path(*idx))
                .extension()
                .is_some_and(|it| it.eq_ignore_ascii_case("md"))
        };
        let found = || (0..self.len()).filter(|idx| is_readme(self.path(*idx)));
        let idx = found().find(is_markdown).or_else(|| found().next())?;
        let bytes = self.bytes(idx);
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_README)]);
        Some(text.into_owned())
    }

    fn gap(&self, reason: String) -> Gap {
        Gap {
            subject: self.subject.clone(),
            method: "manifest".to_owned(),
            reason,
            weight: GapWeight::Decisive,
        }
    }
}

/// A process is given some hundreds at most: its arguments and environment share one ceiling (`man 2 execve`).
const MAX_VARIABLES: usize = 400;

/// A name, how to install it and what it is stand at the beginning. The registry keeps as much (npm, `readme` of a packument).
const MAX_README: usize = 64 << 10;
