//! `waxseal completions`: what a shell needs to complete the command line.

use clap::CommandFactory;

use super::screen::{Problem, Screen};
use crate::cli::{Cli, Completions};
use crate::exit::Exit;

pub(super) fn run(arguments: &Completions, screen: &Screen) -> Result<Exit, Problem> {
    let mut out = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "waxseal", &mut out);
    screen.write(&out)?;
    Ok(Exit::Clean)
}
