//! The readable difference between two releases: minified code formatted first, the lines that matter at the top, the noise of
//! a rebuild folded away and counted.
//!
//! A line matters if a new capability or a new mail flow stands on it. What only was renamed, reformatted or commented is noise,
//! and so are documentation and data; they are never dropped without being counted in [`HumanDiff::folded`].

mod classify;
mod lines;
mod pair;

use waxseal_model::{Change, Folded, HumanDiff, Hunk, SourceEvidence};

pub use pair::File;

/// A line of the newer release that matters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// How much: smaller is more important.
    pub rank: u8,
    /// The newer path.
    pub path: String,
    /// Line of the file as published, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// Why, in a few words of ours.
    pub reason: String,
}

/// The places of the newer release that a change names, most important first.
pub fn marks(change: &Change, new: &SourceEvidence) -> Vec<Mark> {
    let flows = change.flows.iter().flat_map(|flow| {
        let reason = match &flow.kind {
            waxseal_model::FlowKind::Recipient(place) => format!("a recipient in {place}"),
            waxseal_model::FlowKind::Account(_) => "an account".to_owned(),
            waxseal_model::FlowKind::SecondDestination => "a second destination".to_owned(),
        };
        // What the caller or a configuration supplies is the expected case: shown after what they do not.
        let rank = match flow.origin {
            waxseal_model::Origin::Caller | waxseal_model::Origin::Configured(_) => 4,
            _ if flow.reach.is_reached() => 0,
            _ => 2,
        };
        let place = (rank, flow.location, reason.clone());
        let source = flow
            .source
            .map(|source| (rank + 1, source, format!("where {reason} is written")));
        std::iter::once(place).chain(source)
    });
    let gained = change
        .gained
        .iter()
        .filter(|gained| gained.novelty > waxseal_model::Novelty::More)
        .map(|gained| {
            let capability = &gained.capability;
            let rank = match (capability.sensitive || capability.hidden, gained.novelty) {
                (true, _) => 3,
                (false, waxseal_model::Novelty::Kind) => 4,
                (false, waxseal_model::Novelty::Api) => 5,
                _ => 6,
            };
            (
                rank,
                capability.location,
                format!("{}: {}", capability.kind.id(), bounded(&capability.api, 80)),
            )
        });
    let mut marks: Vec<Mark> = flows
        .chain(gained)
        .map(|(rank, location, reason)| Mark {
            rank,
            path: new.path(location.file).to_owned(),
            line: location.line,
            column: location.column,
            reason,
        })
        .collect();
    marks.sort();
    marks.truncate(MAX_MARKS);
    marks
}

/// Compares two releases file by file. `old` and `new` are sorted by path; `marks` name lines of `new`.
pub fn human_diff(old: &[File<'_>], new: &[File<'_>], marks: &[Mark]) -> HumanDiff {
    let mut ranked: Vec<(u8, Hunk)> = Vec::new();
    let mut tally = Tally::default();
    let mut same_code = 0;
    for pair in pair::pairs(old, new) {
        let found = lines::compare(&pair, marks);
        if found.hunks.is_empty() && pair.old.is_some() && pair.new.is_some() {
            same_code += 1;
        }
        let mut noise_reasons = Vec::new();
        for hunk in found.hunks {
            match classify::classify(&pair, &hunk) {
                classify::Class::Matters(rank) => ranked.push((rank, hunk)),
                classify::Class::Noise(reason) => {
                    tally.add(reason, changed_lines(&hunk));
                    noise_reasons.push(reason);
                }
            }
        }
        noise_reasons.sort_unstable();
        noise_reasons.dedup();
        for reason in noise_reasons {
            tally.add_file(reason);
        }
    }
    // The sort is stable, so hunks of one rank stay in the order of their paths and lines.
    ranked.sort_by_key(|(rank, _)| *rank);
    let mut hunks: Vec<Hunk> = Vec::new();
    let mut shown_other = 0;
    for (rank, hunk) in ranked {
        if rank == classify::OTHER_CODE {
            shown_other += 1;
        }
        if hunks.len() < MAX_HUNKS && shown_other <= MAX_OTHER_HUNKS {
            hunks.push(hunk);
        } else {
            tally.add("other code", changed_lines(&hunk));
        }
    }
    HumanDiff {
        hunks,
        folded: tally.folded,
        same_code,
    }
}

/// Counts of what was folded, by reason, in the order first met.
#[derive(Default)]
struct Tally {
    folded: Vec<Folded>,
}

impl Tally {
    fn entry(&mut self, reason: &str) -> &mut Folded {
        let idx = self
            .folded
            .iter()
            .position(|folded| folded.reason == reason)
            .unwrap_or_else(|| {
                self.folded.push(Folded {
                    reason: reason.to_owned(),
                    hunks: 0,
                    lines: 0,
                    files: 0,
                });
                self.folded.len() - 1
            });
        &mut self.folded[idx]
    }

    fn add(&mut self, reason: &str, lines: u32) {
        let entry = self.entry(reason);
        entry.hunks += 1;
        entry.lines = entry.lines.saturating_add(lines);
    }

    fn add_file(&mut self, reason: &str) {
        self.entry(reason).files += 1;
    }
}

fn changed_lines(hunk: &Hunk) -> u32 {
    let changed = hunk
        .lines
        .iter()
        .filter(|line| line.tag != waxseal_model::LineTag::Context)
        .count();
    u32::try_from(changed).unwrap_or(u32::MAX)
}

/// `text`, or its first `limit` characters and an ellipsis.
fn bounded(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// More marks than this are no help to a reader, and each costs a search.
const MAX_MARKS: usize = 400;

/// A person reads no more than this; the rest is counted.
const MAX_HUNKS: usize = 60;

/// Changed code that touches nothing of interest: a look at a small update, a count for a large one.
const MAX_OTHER_HUNKS: usize = 12;

#[cfg(test)]
mod tests;
