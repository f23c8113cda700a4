//! What lies in a spool, for a person who asks.

use std::path::Path;

use serde::{Deserialize, Serialize};
use waxseal_model::Moment;

use super::MAX_LETTER;
use super::files::{self, Keep, SpoolError};
use super::folded::Folded;
use super::queue::Queue;
use crate::alerts::alert::Letter;

/// What a target last answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    /// When it last took something.
    pub(crate) delivered: Option<i64>,
    /// How many it took since this spool was made.
    pub(crate) count: u64,
    /// Why it did not take the last one; empty where it did.
    pub(crate) trouble: String,
    /// Since when it takes nothing.
    pub(crate) since: Option<i64>,
    /// How often it was tried since.
    pub(crate) tries: u32,
}

impl State {
    /// The state of a target; a new one where there is none that can be read.
    pub(crate) fn read(queue: &Queue) -> Self {
        files::get(&queue.root().join("state.json"), MAX_LETTER)
            .ok()
            .flatten()
            .unwrap_or_default()
    }

    /// Writes it down. Nothing depends on it, so that it cannot be written stops nothing.
    pub(crate) fn write(&self, queue: &Queue) {
        let _ = files::put(&queue.root().join("state.json"), self, Keep::Written);
    }
}

/// What is kept for one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueStatus {
    /// What the target is called.
    pub target: String,
    /// Letters that wait.
    pub waiting: usize,
    /// When the oldest of them was written.
    pub oldest: Option<Moment>,
    /// Alerts that are counted in a summary since the queue was full.
    pub folded: u64,
    /// Letters that the target will never take.
    pub refused: usize,
    /// Refused letters that were removed since there were too many.
    pub removed: u64,
    /// When it last took something, and how many it took.
    pub delivered: Option<Moment>,
    /// How many messages it took.
    pub count: u64,
    /// Why it did not take the last one.
    pub trouble: Option<String>,
    /// Since when.
    pub since: Option<Moment>,
    /// How often it was tried since.
    pub tries: u32,
}

/// What lies in a spool, target by target. Changes nothing. A spool that is not there is empty.
pub fn status(spool: &Path) -> Result<Vec<QueueStatus>, SpoolError> {
    let mut found = Vec::new();
    if !spool.exists() {
        return Ok(found);
    }
    let failed = files::failed("read", spool);
    let entries = match std::fs::read_dir(spool) {
        Ok(entries) => entries,
        Err(err) => return Err(failed(err)),
    };
    for entry in entries.take(MAX_TARGETS).flatten() {
        let root = entry.path();
        let Some(target) = entry.file_name().to_str().map(str::to_owned) else {
            continue;
        };
        if root.join("queue").is_dir() {
            found.push(one(&root, target)?);
        }
    }
    found.sort_by(|left, right| left.target.cmp(&right.target));
    Ok(found)
}

fn one(root: &Path, target: String) -> Result<QueueStatus, SpoolError> {
    let queue = root.join("queue");
    let mut names = files::names(&queue, usize::MAX)?;
    names.sort_unstable();
    let oldest: Option<Letter> = match names.first() {
        // It may have been sent in between.
        Some(name) => files::get(&queue.join(format!("{name}.json")), MAX_LETTER)
            .ok()
            .flatten(),
        None => None,
    };
    let refused = root.join("refused");
    let state: State = files::get(&root.join("state.json"), MAX_LETTER)
        .ok()
        .flatten()
        .unwrap_or_default();
    let names_refused = files::names(&refused, usize::MAX)?;
    Ok(QueueStatus {
        target,
        waiting: names.len(),
        oldest: oldest.map(|letter| Moment(letter.written)),
        folded: Folded::read(&root.join("full.json"))?.map_or(0, |folded| folded.count),
        refused: names_refused
            .iter()
            .filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
            .count(),
        removed: files::get(&refused.join("removed.json"), 64)?.unwrap_or(0),
        delivered: state.delivered.map(Moment),
        count: state.count,
        trouble: (!state.trouble.is_empty()).then_some(state.trouble),
        since: state.since.map(Moment),
        tries: state.tries,
    })
}

const MAX_TARGETS: usize = 256;
