//! What a thing is known by in two runs: nothing random, nothing that only the release's number changes.

use std::collections::BTreeMap;

use waxseal_model::{Call, CallOutcome, Driver, RunAspect, RunSummary};

/// What a fact is known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) aspect: RunAspect,
    /// The call it belongs to, if it belongs to one.
    pub(super) call: Option<CallKey>,
    pub(super) parts: Vec<String>,
}

/// What a call is known by: who made it, what was called, how, and which of several such calls it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CallKey {
    driver: Driver,
    name: String,
    variant: String,
    nth: u32,
}

/// The calls of a run in their order, each with its key.
pub(super) fn call_keys(run: &RunSummary) -> Vec<(&Call, CallKey)> {
    let mut seen: BTreeMap<(Driver, &str, &str), u32> = BTreeMap::new();
    run.calls
        .iter()
        .map(|call| {
            let nth = seen.entry((call.driver, &call.name, &call.variant)).or_default();
            *nth += 1;
            let key = CallKey {
                driver: call.driver,
                name: call.name.clone(),
                variant: call.variant.clone(),
                nth: *nth,
            };
            (call, key)
        })
        .collect()
}

pub(super) fn was_made(call: &Call) -> bool {
    !matches!(call.outcome, CallOutcome::NotMade(_))
}

/// A path or command without what is different in every run: long numbers and names of temporary files.
pub(crate) fn plain_text(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric();
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let end = if is_word(c) {
            rest.find(|c: char| !is_word(c)).unwrap_or(rest.len())
        } else {
            c.len_utf8()
        };
        let (word, after) = rest.split_at(end);
        plain.push_str(if is_random(word) { "#" } else { word });
        rest = after;
    }
    plain
}

/// A long number, or letters and digits that take turns as no name's do.
fn is_random(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let hex = word.bytes().all(|it| it.is_ascii_hexdigit());
    let turns = word
        .as_bytes()
        .windows(2)
        .filter(|it| it[0].is_ascii_digit() != it[1].is_ascii_digit())
        .count();
    (digits == word.len() && digits >= 4) || (hex && digits >= 2 && word.len() >= 8) || (turns >= 3 && word.len() >= 6)
}
