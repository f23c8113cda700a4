//! Compares what two releases did under the same calls: evidence, and no opinion of what differs.
//!
//! Each thing that was seen becomes a fact with a key that holds nothing random: a made-up mailbox is known by its place in what its
//! call asked for, a call by who made it, what was called and how. What one side has and the other has not is a difference.

mod facts;
mod keys;

use std::collections::{BTreeMap, BTreeSet};

use waxseal_model::{JoinedCalls, RunAspect, RunChange, RunDifference, RunSide, RunSummary};

use facts::{Facts, facts};
use keys::{CallKey, Key, call_keys};

pub(crate) use keys::plain_text;

/// What differs between the runs of an older and of a newer release.
///
/// What belongs to a call that was made with one of the two alone is a difference only where nobody asked for it: of the rest, the call
/// itself is what differs.
pub fn compare_runs(old: &[RunSummary], new: &[RunSummary]) -> RunChange {
    let (before, after) = (made(old), made(new));
    let both: BTreeSet<&CallKey> = before.keys().filter(|key| after.contains_key(*key)).collect();
    let (mut old_facts, mut new_facts) = (facts(old), facts(new));
    familiar(&mut old_facts, &mut new_facts);
    let mut same: BTreeMap<RunAspect, u32> = BTreeMap::new();
    // What a tool says and takes belongs to the tool.
    let counts = |key: &&Key| key.aspect != RunAspect::Tool || key.parts.get(1).is_some_and(|it| it == "name");
    for key in new_facts
        .keys()
        .filter(counts)
        .filter(|key| old_facts.contains_key(*key))
    {
        *same.entry(key.aspect).or_default() += 1;
    }
    let mut differences = Vec::new();
    for (side, these, others) in [
        (RunSide::Gained, &new_facts, &old_facts),
        (RunSide::Lost, &old_facts, &new_facts),
    ] {
        for (key, fact) in these.iter().filter(|(key, _)| !others.contains_key(*key)) {
            let joined = key.call.as_ref().is_none_or(|call| both.contains(call));
            if joined || (side == RunSide::Gained && !fact.expected) {
                differences.push(RunDifference {
                    aspect: key.aspect,
                    side,
                    what: fact.what.clone(),
                    expected: fact.expected,
                    values: fact.values.clone(),
                });
            }
        }
    }
    tidy_tools(&mut differences);
    differences.sort();
    let cut = differences.len().saturating_sub(MAX_DIFFERENCES);
    differences.truncate(MAX_DIFFERENCES);
    let only = |these: &BTreeMap<CallKey, String>, others: &BTreeMap<CallKey, String>| -> Vec<String> {
        let alone = these.iter().filter(|(key, _)| !others.contains_key(*key));
        alone.map(|(_, name)| name.clone()).take(MAX_CALLS).collect()
    };
    RunChange {
        differences,
        same: same.into_iter().collect(),
        calls: JoinedCalls {
            both: u32::try_from(both.len()).unwrap_or(u32::MAX),
            only_new: only(&after, &before),
            only_old: only(&before, &after),
        },
        cut: u32::try_from(cut).unwrap_or(u32::MAX),
    }
}

/// The calls that were made, and what they are called in a sentence.
fn made(runs: &[RunSummary]) -> BTreeMap<CallKey, String> {
    let mut made = BTreeMap::new();
    for run in runs {
        for (call, key) in call_keys(run) {
            if keys::was_made(call) {
                made.insert(key, format!("{}, {}", call.name, call.variant));
            }
        }
    }
    made
}

/// A tool that is new or gone is one difference, whatever it says and takes; one that changed is one too.
fn tidy_tools(differences: &mut Vec<RunDifference>) {
    let change = |it: &RunDifference| it.values.get("change").cloned().unwrap_or_default();
    let all: BTreeSet<(RunSide, String, String)> = differences
        .iter()
        .filter(|it| it.aspect == RunAspect::Tool)
        .map(|it| (it.side, it.what.clone(), change(it)))
        .collect();
    differences.retain(|it| {
        let has = |side, what: &str| all.contains(&(side, it.what.clone(), what.to_owned()));
        let what = change(it);
        let whole = what != "name" && has(it.side, "name");
        let twin = what != "name" && it.side == RunSide::Lost && has(RunSide::Gained, &what);
        it.aspect != RunAspect::Tool || !(whole || twin)
    });
}

/// Programs that the other side starts too, with other arguments.
fn familiar(old: &mut Facts, new: &mut Facts) {
    let started = |facts: &Facts| -> BTreeSet<String> {
        let programs = facts.iter().filter(|(key, _)| key.aspect == RunAspect::Program);
        programs.filter_map(|(_, fact)| executable(&fact.what)).collect()
    };
    let (before, after) = (started(old), started(new));
    for (facts, others) in [(old, after), (new, before)] {
        for (key, fact) in facts.iter_mut() {
            if key.aspect == RunAspect::Program && executable(&fact.what).is_some_and(|it| others.contains(&it)) {
                fact.expected = true;
            }
        }
    }
}

/// The name of the file that is started. A shell is none: what it is told is what counts.
fn executable(program: &str) -> Option<String> {
    let first = program.split(' ').next()?;
    let name = first.rsplit('/').next()?;
    (!SHELLS.contains(&name)).then(|| name.to_owned())
}

const SHELLS: [&str; 5] = ["sh", "bash", "dash", "zsh", "env"];
/// More is nothing that a person reads.
const MAX_DIFFERENCES: usize = 1_000;
/// Calls of one side alone that are named.
const MAX_CALLS: usize = 200;

#[cfg(test)]
mod tests;
