//! `waxseal init`: a configuration in which every line explains itself. Never overwrites one.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};

use super::screen::{Problem, Screen};
use crate::cli::Init;
use crate::config::NAME;
use crate::exit::Exit;

pub(super) fn run(arguments: &Init, screen: &Screen) -> Result<Exit, Problem> {
    let (name, template) = match arguments.mail {
        true => (MAIL_NAME, MAIL_TEMPLATE),
        false => (NAME, TEMPLATE),
    };
    let path = arguments.folder.join(name);
    let shown = path.display().to_string();
    if arguments.mail {
        std::fs::create_dir_all(&arguments.folder)
            .map_err(|err| Problem::usage(format!("cannot make `{}`: {err}", arguments.folder.display()), None))?;
    }
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .and_then(|mut file| file.write_all(template.as_bytes()));
    match written {
        Ok(()) => {
            screen.note(&format!("wrote {shown}"));
            Ok(Exit::Clean)
        }
        Err(err) if err.kind() == ErrorKind::AlreadyExists => Err(Problem::usage(
            format!("there is a `{shown}` already"),
            "it is left as it is; remove it first if you want a new one".to_owned(),
        )),
        Err(err) => Err(Problem::usage(format!("cannot write `{shown}`: {err}"), None)),
    }
}

/// A test reads it back: as it is, and with every commented line in force.
pub(super) const TEMPLATE: &str = include_str!("waxseal.toml");
/// The same for a mail server.
pub(super) const MAIL_TEMPLATE: &str = include_str!("mail/mail.toml");
const MAIL_NAME: &str = "mail.toml";
