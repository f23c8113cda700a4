//! Writes and records what was agreed to.

use std::path::PathBuf;

use waxseal_npm::clients::edit::{self, EditError, Rewritten, Target, Wish};

use super::Asking;
use super::judged::Judgement;
use super::tasks::{Config, Task};
use crate::pins::{self, Pin, Tools};

/// The configuration with the judged versions in it.
pub(super) fn rewrite(config: &Config, pinned: &[(&Task, &Judgement)]) -> Result<Rewritten, EditError> {
    let wishes: Vec<Wish> = pinned
        .iter()
        .filter_map(|(task, judgement)| match judgement {
            Judgement::Fit { release, .. } => Some(Wish {
                server: task.server,
                package: task.package,
                version: release.version.clone(),
            }),
            Judgement::Unfit { .. } => None,
        })
        .collect();
    edit::rewrite(config.client, &config.path, &config.bytes, &wishes)
}

/// Writes the configuration, then records what was written; the copy of the old file, or one sentence.
pub(super) fn write(
    config: &Config,
    rewritten: &Rewritten,
    pinned: &[(&Task, &Judgement)],
    asking: &Asking<'_>,
) -> Result<PathBuf, String> {
    let target = Target::of(&config.path).map_err(|err| err.to_string())?;
    let written = target
        .replace(&config.bytes, &rewritten.bytes)
        .map_err(|err| err.to_string())?;
    let pins: Vec<Pin> = pinned
        .iter()
        .filter_map(|(task, judgement)| pin(config, task, judgement, asking.now))
        .collect();
    let recorded = pins::update(asking.env, |all| pins.into_iter().for_each(|pin| all.record(pin)));
    match recorded {
        Ok(()) => Ok(written.backup),
        Err(err) => Err(format!("it was written, and could not be recorded: {err}")),
    }
}

fn pin(config: &Config, task: &Task, judgement: &Judgement, now: i64) -> Option<Pin> {
    let Judgement::Fit {
        release,
        integrity,
        tools,
    } = judgement
    else {
        return None;
    };
    let (tools, no_tools) = match tools {
        Tools::Listed { hash, .. } => (Some(hash.clone()), None),
        Tools::Unknown(reason) => (None, Some((*reason).to_owned())),
    };
    Some(Pin {
        client: config.client.id.to_owned(),
        path: config.path.to_string_lossy().into_owned(),
        server: task.path.clone(),
        package: release.name.to_string(),
        version: release.version.clone(),
        integrity: integrity.clone(),
        tools,
        no_tools,
        pinned: now,
    })
}
