//! Reads what the tools wrote, and what somebody else may have written.

#![allow(clippy::unwrap_used)]

mod hostile;
mod mutations;
mod real;
mod syntax;

use super::*;
use waxseal_model::OccurrenceSource;

/// A lockfile of a tool with what the tool itself lists (`scripts/lockfiles` wrote both).
struct Saved {
    /// Which tool and project.
    id: String,
    file: String,
    bytes: Vec<u8>,
    listed: Vec<String>,
}

/// All of `tests/lockfiles`, in the order of their names.
fn saved() -> Vec<Saved> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lockfiles");
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let id = entry.file_name().into_string().unwrap();
        if !entry.file_type().unwrap().is_dir() {
            continue;
        }
        let names: Vec<String> = std::fs::read_dir(entry.path())
            .unwrap()
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .collect();
        let file = names.iter().find(|name| is_lockfile_name(name)).unwrap().clone();
        let listed = std::fs::read_to_string(entry.path().join("listed.txt")).unwrap();
        all.push(Saved {
            bytes: std::fs::read(entry.path().join(&file)).unwrap(),
            listed: listed.lines().map(str::to_owned).collect(),
            id,
            file,
        });
    }
    all.sort_by(|a, b| a.id.cmp(&b.id));
    assert!(all.len() >= 20, "the fixtures are there");
    all
}

/// `name version [alias] [source]` of each package, as short as it is clear.
fn shown(file: &str, text: &str) -> Vec<String> {
    let lockfile = read(file, text.as_bytes()).unwrap();
    assert_eq!(lockfile.problems, [], "{text}");
    lockfile.packages.iter().map(one).collect()
}

fn one(locked: &Locked) -> String {
    let it = &locked.occurrence;
    let mut text = format!("{} {}", it.name, it.version.as_deref().unwrap_or("-"));
    if let Some(alias) = &it.alias {
        text += &format!(" as {alias}");
    }
    match &it.source {
        OccurrenceSource::Registry => {}
        OccurrenceSource::Git(at) => text += &format!(" git {at}"),
        OccurrenceSource::Remote(at) => text += &format!(" remote {at}"),
        OccurrenceSource::Local(at) => text += &format!(" local {at}"),
        OccurrenceSource::Bundled => text += " bundled",
        OccurrenceSource::Unknown => text += " unknown",
    }
    for (set, word) in [
        (locked.dev, "dev"),
        (locked.optional, "optional"),
        (locked.peer, "peer"),
    ] {
        if set {
            text += &format!(" {word}");
        }
    }
    text
}

/// The reasons of the problems that are told.
fn problems(file: &str, text: &str) -> Vec<String> {
    let lockfile = read(file, text.as_bytes()).unwrap();
    lockfile.problems.into_iter().map(|it| it.reason).collect()
}

fn refused(file: &str, bytes: &[u8]) -> LockfileError {
    read(file, bytes).unwrap_err()
}
