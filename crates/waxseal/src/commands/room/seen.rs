//! What was seen in a run: joined with what was allowed and planted, compared with another run, and kept.

use std::path::Path;

use waxseal_detect::{Question, compare_runs};
use waxseal_model::{Collected, RunChange, RunSummary, Subject};

use super::rooms::{Outcome, evidence};
use super::{Done, incomplete};
use crate::commands::screen::Problem;
use crate::exit::Exit;
use crate::run::allow::Allowlist;
use crate::run::save::{Extras, Packets, save};
use crate::run::summary::{Known, summarize};
use crate::run::{Executed, Input, RunSpec, drive};

/// What came of running a release, and perhaps the one before.
#[derive(Debug)]
pub(in crate::commands) struct Ran {
    pub(in crate::commands) current: Collected<Vec<RunSummary>>,
    /// The other release, if there is one, and what came of running it.
    pub(in crate::commands) previous: Option<(Subject, Collected<Vec<RunSummary>>)>,
    /// What is asked of the two.
    pub(in crate::commands) question: Question,
}

impl Ran {
    /// Two releases.
    pub(in crate::commands) fn of_both(
        (old, before): (Subject, Outcome),
        (new, now): (&Subject, Outcome),
        question: Question,
    ) -> Self {
        let before = evidence(&old, before);
        Self {
            current: evidence(new, now),
            previous: Some((old, before)),
            question,
        }
    }

    /// One release, by itself.
    pub(in crate::commands) fn alone(subject: &Subject, outcome: Outcome) -> Self {
        Self {
            current: evidence(subject, outcome),
            previous: None,
            question: Question::Release,
        }
    }

    /// What differs, where both could be run.
    pub(in crate::commands) fn change(&self) -> Option<RunChange> {
        let (_, before) = self.previous.as_ref()?;
        Some(compare_runs(before.present()?, self.current.present()?))
    }
}

/// What was seen, joined with what was allowed and planted.
pub(super) fn sum_up(spec: &RunSpec, executed: &Executed, allow: &Allowlist) -> RunSummary {
    let canaries = &executed.canaries;
    let find = |bytes: &[u8]| -> Vec<String> {
        let hits = canaries.found_in(bytes);
        hits.into_iter().map(|hit| hit.canary.to_owned()).collect()
    };
    let values = canaries.environment(&spec.names);
    let mut given: Vec<String> = values.iter().flat_map(|(_, value)| find(value.as_bytes())).collect();
    // What a server for Gmail is logged in with lies where it looks for it.
    let title = spec.title.first().map_or("", String::as_str);
    let for_gmail = ["gmail", "google"]
        .iter()
        .any(|word| title.to_ascii_lowercase().contains(word));
    let logged_in = for_gmail && spec.steps.iter().any(|step| step.input == Input::Protocol);
    if logged_in {
        given.extend(GMAIL.map(str::to_owned));
    }
    if spec.drive.is_some() {
        given.extend(drive::handed().map(str::to_owned));
    }
    summarize(
        &executed.run,
        &Known {
            allow: Some(allow),
            planted: &[],
            find: Some(&find),
            given: &given,
            own_folders: if logged_in { &GMAIL_FOLDERS } else { &[] },
            resolver: Some(waxseal_sandbox::NAME_SERVER.into()),
            stacks: spec.attribution,
        },
    )
}

/// Writes the proof of a run.
pub(in crate::commands) fn keep(folder: &Path, done: &Done) -> Result<(), Problem> {
    let failed =
        |err: &dyn std::fmt::Display| incomplete(&format!("the packets could not be saved: {err}"), String::new());
    let packets = match (&done.spec.packets, &done.executed.packets) {
        (Some((file, _)), Some(Ok(count))) => Some(Packets {
            blocks: file,
            count: *count,
        }),
        (_, Some(Err(err))) => return Err(failed(err)),
        _ => None,
    };
    let extras = Extras {
        started: done.started,
        packets,
        tls_keys: &done.executed.tls_keys,
        versions: &[],
        limit: MAX_SAVED,
    };
    match save(folder, &done.executed.run, &done.summary, &extras) {
        Ok(_) => Ok(()),
        Err(err) => Err(Problem::Sentence {
            exit: Exit::Incomplete,
            hint: Some(err.hint().to_owned()),
            message: err.to_string(),
        }),
    }
}

/// The canaries that a login at Gmail is made of.
const GMAIL: [&str; 2] = ["gmail-token", "gmail-refresh-token"];
/// Where it lies.
const GMAIL_FOLDERS: [&str; 1] = ["/.gmail-mcp/"];
/// Bytes of a proof.
const MAX_SAVED: u64 = 2 << 30;
