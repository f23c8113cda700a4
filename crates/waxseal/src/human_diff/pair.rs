//! Which older file a newer one is to be compared with.

use std::collections::BTreeMap;

/// One file of a release.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Path below the package's root.
    pub path: &'a str,
    /// Content.
    pub bytes: &'a [u8],
    /// What tells contents apart.
    pub digest: [u8; 16],
    /// Parsed as code.
    pub code: bool,
}

/// Two files that are to be compared; one side is missing where a file was added or removed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) old: Option<File<'a>>,
    pub(super) new: Option<File<'a>>,
}

impl<'a> Pair<'a> {
    /// The newer file, or the older if it was removed.
    pub(super) fn shown(&self) -> File<'a> {
        self.new.or(self.old).expect("a pair has a side")
    }
}

/// Pairs files by path, then files that only moved or whose name only holds another build hash. Identical files are left out.
pub(super) fn pairs<'a>(old: &[File<'a>], new: &[File<'a>]) -> Vec<Pair<'a>> {
    let by_path: BTreeMap<&str, &File<'a>> = old.iter().map(|file| (file.path, file)).collect();
    let new_paths: BTreeMap<&str, ()> = new.iter().map(|file| (file.path, ())).collect();
    let mut pairs = Vec::new();
    let mut added: Vec<&File<'a>> = Vec::new();
    for file in new {
        match by_path.get(file.path) {
            Some(before) if before.digest == file.digest => {}
            Some(before) => pairs.push(Pair {
                old: Some(**before),
                new: Some(*file),
            }),
            None => added.push(file),
        }
    }
    let mut removed: Vec<&File<'a>> = old.iter().filter(|file| !new_paths.contains_key(file.path)).collect();

    // A moved file is no difference of content.
    let mut gone: BTreeMap<[u8; 16], usize> = BTreeMap::new();
    for file in &removed {
        *gone.entry(file.digest).or_default() += 1;
    }
    let mut moved: BTreeMap<[u8; 16], usize> = BTreeMap::new();
    added.retain(|file| match gone.get_mut(&file.digest) {
        Some(left) if *left > 0 => {
            *left -= 1;
            *moved.entry(file.digest).or_default() += 1;
            false
        }
        _ => true,
    });
    removed.retain(|file| match moved.get_mut(&file.digest) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    });

    let mut stems: BTreeMap<String, Vec<&File<'a>>> = BTreeMap::new();
    for file in removed {
        stems.entry(stem(file.path)).or_default().push(file);
    }
    for file in added {
        let before = stems.get_mut(&stem(file.path)).and_then(|files| {
            let nearest = files
                .iter()
                .enumerate()
                .min_by_key(|(_, before)| before.bytes.len().abs_diff(file.bytes.len()))
                .map(|(idx, _)| idx)?;
            Some(*files.remove(nearest))
        });
        pairs.push(Pair {
            old: before,
            new: Some(*file),
        });
    }
    pairs.extend(stems.into_values().flatten().map(|file| Pair {
        old: Some(*file),
        new: None,
    }));
    pairs.sort_by_key(|pair| pair.shown().path);
    pairs
}

/// A path without what a bundler makes of the content: `dist/chunk-5FJ2KQ.js` and `dist/chunk-A81ZKD.js` are one.
fn stem(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for (idx, part) in path.split(['-', '.', '_']).enumerate() {
        if idx > 0 {
            out.push('-');
        }
        let looks_hashed = part.len() >= 6
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && (part.bytes().any(|byte| byte.is_ascii_digit()) || part.bytes().all(|byte| byte.is_ascii_uppercase()));
        out.push_str(if looks_hashed { "#" } else { part });
    }
    out
}
