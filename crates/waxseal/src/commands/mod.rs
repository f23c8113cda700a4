//! The commands, one file each, and what they share: where output goes and how an error is said.

mod all;
mod check;
mod db;
mod diff;
mod explain;
mod mail;
mod run;
mod scan;

mod completions;
mod doctor;
mod init;
mod man;

mod assess;
mod judging;
mod pin;
mod report;
mod room;
mod screen;
mod settings;
mod survey;
mod work;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::cli::{Cli, Command};
use crate::exit::Exit;
use crate::reader;
use screen::{Problem, Screen};

/// Runs the command line and says how the process ends.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.get(1).is_some_and(|word| word == reader::ROLE) {
        let rest: Vec<String> = arguments[2..]
            .iter()
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        return reader::worker_main(&rest);
    }
    if arguments.get(1).is_some_and(|word| word == crate::run::WARDEN_ROLE) {
        return waxseal_sandbox::warden_main();
    }
    if arguments.get(1).is_some_and(|word| word == crate::run::DRIVER_ROLE) {
        return crate::run::driver_main();
    }
    std::panic::set_hook(Box::new(say_fault));
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(err) => return usage(&err),
    };
    match std::panic::catch_unwind(|| run(&cli)) {
        Ok(exit) => exit.into(),
        Err(_) => Exit::Fault.into(),
    }
}

fn run(cli: &Cli) -> Exit {
    let screen = Screen::new(&cli.shared);
    let done = match &cli.command {
        Command::Check(arguments) => check::run(arguments, &cli.shared, &screen),
        Command::Diff(arguments) => diff::run(arguments, &cli.shared, &screen),
        Command::Run(arguments) => run::run(arguments, &cli.shared, &screen),
        Command::Scan(arguments) => scan::run(arguments, &cli.shared, &screen),
        Command::Db(arguments) => db::run(arguments, &cli.shared, &screen),
        Command::Mail(arguments) => mail::run(arguments, &cli.shared, &screen),
        Command::Explain(arguments) => explain::run(arguments, &screen),
        Command::Init(arguments) => init::run(arguments, &screen),
        Command::Doctor(arguments) => doctor::run(arguments, &cli.shared, &screen),
        Command::Completions(arguments) => completions::run(arguments, &screen),
        Command::Man(arguments) => man::run(arguments, &screen),
    };
    match done {
        Ok(exit) => exit,
        // Whoever read our output has gone: nobody is left to tell.
        Err(Problem::ReaderGone) => Exit::Clean,
        Err(Problem::Said(exit)) => exit,
        Err(Problem::Sentence { exit, message, hint }) => {
            screen.error(&message, hint.as_deref());
            exit
        }
    }
}

/// clap's own words; asking for help or the version is no error.
fn usage(err: &clap::Error) -> ExitCode {
    let printed = err.print();
    match (err.kind(), printed) {
        (ErrorKind::DisplayHelp | ErrorKind::DisplayVersion, _) => Exit::Clean.into(),
        _ => Exit::Usage.into(),
    }
}

/// A panic is a fault of ours; what it says may hold text of a package, so only its place is shown.
fn say_fault(info: &std::panic::PanicHookInfo<'_>) {
    let place = info
        .location()
        .map_or_else(String::new, |at| format!(" ({}:{})", at.file(), at.line()));
    screen::say(&format!(
        "error: waxseal has met a fault of its own{place}\nhint: please report it with the command you ran"
    ));
}
