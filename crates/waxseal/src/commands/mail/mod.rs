//! `waxseal mail`: for the people who run a mail server.

mod alerts;
mod learn;
mod logs;
mod milter;
mod report;
mod rules;

use std::path::PathBuf;

use super::screen::{Problem, Screen};
use crate::cli::{Mail, MailCommand, MailFormat, MailOutput, MailPlace, Shared};
use crate::exit::Exit;
use crate::mail::report::MailReport;
use crate::mail::settings::MailSettings;
use crate::mail::state::{StateError, StateFolder};
use crate::report::RenderOptions;

pub(super) fn run(arguments: &Mail, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    if shared.config.is_some() {
        return Err(Problem::usage(
            "`--config` names a waxseal.toml, and these commands read none",
            "name the mail policy with `--policy`".to_owned(),
        ));
    }
    match &arguments.command {
        MailCommand::Milter(arguments) => milter::run(arguments, screen),
        MailCommand::Logs(arguments) => logs::run(arguments, shared, screen),
        MailCommand::Report(arguments) => report::run(arguments, shared, screen),
        MailCommand::Learn(arguments) => learn::run(arguments, screen),
        MailCommand::Rules(arguments) => rules::run(arguments, screen),
        MailCommand::Alerts(arguments) => alerts::run(arguments, screen),
    }
}

/// The policy, and where what was seen is kept.
fn place(arguments: &MailPlace) -> Result<(MailSettings, StateFolder), Problem> {
    let settings = MailSettings::load(arguments.policy.as_deref()).map_err(|err| Problem::usage(&err, err.hint()))?;
    let env = waxseal_npm::Environment::current()
        .map_err(|err| Problem::usage(format!("cannot read the working directory: {err}"), None))?;
    let state = StateFolder::find(arguments.state.as_deref(), &env).map_err(|err| state_problem(&err))?;
    Ok((settings, state))
}

fn state_problem(err: &StateError) -> Problem {
    Problem::Sentence {
        exit: match err {
            StateError::Nowhere => Exit::Usage,
            _ => Exit::Incomplete,
        },
        message: err.to_string(),
        hint: Some(err.hint()),
    }
}

/// `FORMAT=PATH`, each checked before anything is read.
fn outputs(output: &MailOutput) -> Result<Vec<(MailFormat, PathBuf)>, Problem> {
    let read = |text: &String| {
        let (format, path) = text.split_once('=')?;
        let format = <MailFormat as clap::ValueEnum>::from_str(format, false).ok()?;
        (!path.is_empty()).then(|| (format, PathBuf::from(path)))
    };
    output
        .output
        .iter()
        .map(|text| {
            read(text).ok_or_else(|| {
                Problem::usage(
                    format!("`--output {text}` is not understood"),
                    "write FORMAT=PATH with text, json, html or csv".to_owned(),
                )
            })
        })
        .collect()
}

/// Writes a report everywhere it was asked for, and says how the command ends.
fn write(report: &MailReport, output: &MailOutput, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    let options = |color: bool| RenderOptions {
        width: screen.width,
        color,
        verbose: shared.verbose,
        ..RenderOptions::default()
    };
    for (format, path) in outputs(output)? {
        std::fs::write(&path, report.render(format, &options(false)))
            .map_err(|err| Problem::usage(format!("cannot write `{}`: {err}", path.display()), None))?;
    }
    screen.print(&report.render(output.format, &options(screen.color)))?;
    Ok(report.exit())
}
