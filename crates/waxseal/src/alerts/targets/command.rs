//! A command: the letter as JSON on its standard input.

use std::time::Duration;

use serde::Deserialize;

use super::process::{self, Ended, Program};
use super::{Kind, Outcome, Target};
use crate::alerts::alert::Letter;
use crate::alerts::settings::read;
use crate::config::Seconds;

pub(super) const KIND: Kind = Kind {
    id: "command",
    check: |table| check(&read(table)?),
    open: |table| open(read(table)?),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    /// The program, by its absolute path, and its arguments. No shell reads them, and nothing of an alert is put among them.
    argv: Vec<String>,
    /// How long it may take.
    #[serde(default = "default_timeout")]
    timeout: Seconds,
}

struct Command {
    argv: Vec<String>,
    timeout: Duration,
}

fn check(settings: &Settings) -> Result<(), String> {
    match settings.argv.first() {
        Some(program) if program.starts_with('/') => Ok(()),
        _ => Err("`argv` begins with the absolute path of a program".to_owned()),
    }
}

fn open(settings: Settings) -> Result<Box<dyn Target>, String> {
    check(&settings)?;
    Ok(Box::new(Command {
        timeout: Duration::from_secs(settings.timeout.0.min(MAX_TIMEOUT)),
        argv: settings.argv,
    }))
}

impl Target for Command {
    fn send(&self, letter: &Letter) -> Outcome {
        let program = Program {
            argv: &self.argv,
            timeout: self.timeout,
        };
        let mut input = letter.json();
        input.push('\n');
        match process::run(&program, input.as_bytes()) {
            Ended::Exit { status: 0, .. } => Outcome::Delivered,
            // EX_DATAERR of sysexits.h: the program says that it will never take this one.
            Ended::Exit { status: 65, output } => Outcome::refused(format!("it refused the letter: {output}")),
            other => Outcome::later(other),
        }
    }

    fn place(&self) -> String {
        super::shown(self.argv.first().map_or("", String::as_str))
    }
}

fn default_timeout() -> Seconds {
    Seconds(30)
}

const MAX_TIMEOUT: u64 = 600;
