//! What did not fit into a queue, as counts and a few examples.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use waxseal_model::{Moment, Severity};

use super::MAX_LETTER;
use super::files::{self, SpoolError};
use super::queue::id_of;
use crate::alerts::alert::{Alert, Letter, Value, What, severity};

/// Alerts that were folded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Folded {
    /// How many.
    pub(super) count: u64,
    /// How many of each severity, the least first.
    pub(super) severities: [u64; 5],
    /// When the first and the last of them was written down.
    pub(super) first: i64,
    pub(super) last: i64,
    /// What the first of them were, as one line each.
    pub(super) examples: Vec<String>,
    /// Ids of letters, as far as there is room.
    pub(super) ids: Vec<String>,
}

impl Folded {
    pub(super) fn new() -> Self {
        Self {
            count: 0,
            severities: [0; 5],
            first: i64::MAX,
            last: i64::MIN,
            examples: Vec::new(),
            ids: Vec::new(),
        }
    }

    /// What was folded until now. One that cannot be read is told as that: it must neither be forgotten nor stop the others.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, SpoolError> {
        match files::get(path, MAX_LETTER) {
            Err(err) if err.source.kind() == io::ErrorKind::InvalidData => {
                let now = files::now().0;
                Ok(Some(Self {
                    count: 1,
                    severities: [0, 0, 0, 1, 0],
                    first: now,
                    last: now,
                    examples: vec![
                        "a summary of earlier alerts was damaged: how many they were is not known".to_owned(),
                    ],
                    ids: Vec::new(),
                }))
            }
            other => other,
        }
    }

    /// Adds a letter with all that it stands for.
    pub(super) fn add(&mut self, letter: &Letter, most_ids: usize) {
        self.count = self.count.saturating_add(letter.count);
        let place = severity::ALL
            .iter()
            .position(|severity| *severity == letter.alert.severity)
            .unwrap_or(0);
        if let Some(count) = self.severities.get_mut(place) {
            *count = count.saturating_add(letter.count);
        }
        self.first = self.first.min(letter.written);
        self.last = self.last.max(letter.written);
        if self.examples.len() < MAX_EXAMPLES {
            self.examples.push(letter.line());
        }
        for id in std::iter::once(&letter.id).chain(&letter.folded) {
            if self.ids.len() < most_ids {
                self.ids.push(id.clone());
            }
        }
    }

    /// The letter that tells of them; `why` is a sentence about how they came together. Its id is made of theirs.
    pub(super) fn letter(&self, why: &str, now: Moment) -> Letter {
        let mut hash = Sha256::new();
        for id in &self.ids {
            hash.update(id.as_bytes());
        }
        hash.update(self.count.to_le_bytes());
        Letter {
            what: What::Digest,
            count: self.count,
            folded: self.ids.clone(),
            ..Letter::new(id_of(&hash.finalize()), &self.alert(why), now)
        }
    }

    fn alert(&self, why: &str) -> Alert {
        let worst = severity::ALL
            .into_iter()
            .zip(self.severities)
            .filter(|(_, count)| *count > 0)
            .map(|(severity, _)| severity)
            .max()
            .unwrap_or(Severity::Info);
        let counts: Vec<String> = severity::ALL
            .into_iter()
            .zip(self.severities)
            .rev()
            .filter(|(_, count)| *count > 0)
            .map(|(severity, count)| format!("{count} {}", severity.id()))
            .collect();
        Alert {
            key: "waxseal/folded".to_owned(),
            severity: worst,
            title: format!("{} alerts in one", self.count),
            summary: format!("{why}: {}", counts.join(", ")),
            subject: String::new(),
            values: self
                .examples
                .iter()
                .enumerate()
                .map(|(at, line)| Value {
                    name: format!("alert {}", at + 1),
                    text: line.clone(),
                })
                .collect(),
            at: Some(Moment(self.last)),
            source: "alerts".to_owned(),
        }
    }
}

/// Most examples.
const MAX_EXAMPLES: usize = 12;
