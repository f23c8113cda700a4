//! The shape of what only one of two releases did when they ran, for programs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use waxseal_model::{RunChange, RunDifference};

use super::shape::text;

/// What only one of two releases did, each in a room of its own, under the same calls with the same made-up values.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RunChange")]
pub(crate) struct RunChangeShape {
    /// What only one of them did.
    differences: Vec<RunDifferenceShape>,
    /// How many differences were left out.
    cut: u32,
    /// How many things both did, by aspect.
    same: BTreeMap<&'static str, u32>,
    /// How many calls were made with both.
    calls: u32,
    /// Calls that were made with the newer release alone: name and variant.
    calls_only_new: Vec<String>,
    /// Calls that were made with the older release alone.
    calls_only_old: Vec<String>,
}

/// Something that one of two releases did and the other did not.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RunDifference")]
pub(crate) struct RunDifferenceShape {
    /// `recipient`, `message`, `forward`, `login`, `leak`, `canary`, `destination`, `name`, `tool`, `program`, `file`.
    aspect: &'static str,
    /// `gained`: only the newer did it; `lost`: only the older.
    side: &'static str,
    /// What: a mailbox, `host:port`, a path, a program with its arguments, the name of a tool.
    what: String,
    /// It is of a kind that is expected, such as a recipient that the call asked for.
    expected: bool,
    /// Named values, such as `place`, `call`, `variant`, `host`, `channel`, `phase`, `change`.
    values: BTreeMap<String, String>,
}

impl RunChangeShape {
    pub(super) fn of(change: &RunChange) -> Self {
        let texts = |list: &[String]| list.iter().map(|it| text(it)).collect();
        Self {
            differences: change.differences.iter().map(RunDifferenceShape::of).collect(),
            cut: change.cut,
            same: change
                .same
                .iter()
                .map(|(aspect, number)| (aspect.id(), *number))
                .collect(),
            calls: change.calls.both,
            calls_only_new: texts(&change.calls.only_new),
            calls_only_old: texts(&change.calls.only_old),
        }
    }
}

impl RunDifferenceShape {
    fn of(it: &RunDifference) -> Self {
        Self {
            aspect: it.aspect.id(),
            side: it.side.id(),
            what: text(&it.what),
            expected: it.expected,
            values: it
                .values
                .iter()
                .map(|(name, value)| (text(name), text(value)))
                .collect(),
        }
    }
}
