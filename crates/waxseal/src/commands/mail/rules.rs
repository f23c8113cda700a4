//! `waxseal mail rules`: prints a rule for another program.

use std::fmt::Write as _;

use waxseal_mail::rules::{self, Filling, KINDS, Name, RuleError};

use super::super::screen::{Problem, Screen};
use crate::cli::MailRules;
use crate::exit::Exit;

pub(super) fn run(arguments: &MailRules, screen: &Screen) -> Result<Exit, Problem> {
    let Some(id) = &arguments.kind else {
        screen.print(&list())?;
        return Ok(Exit::Clean);
    };
    let kind = rules::find(id).ok_or_else(|| {
        let ids: Vec<&str> = KINDS.iter().map(|kind| kind.id).collect();
        let hint = crate::config::suggestion(id, &ids).unwrap_or_else(|| "`waxseal mail rules` lists them".to_owned());
        Problem::usage(format!("there is no rule `{}`", id.escape_debug()), Some(hint))
    })?;
    let names = |texts: &[String]| {
        texts
            .iter()
            .map(|text| text.parse())
            .collect::<Result<Vec<Name>, RuleError>>()
    };
    let usage = |err: RuleError| Problem::usage(err, None);
    let filling = Filling {
        domains: names(&arguments.domain).map_err(usage)?,
        exempt: names(&arguments.exempt).map_err(usage)?,
        socket: arguments.socket.clone(),
    };
    screen.print(&kind.render(&filling).map_err(usage)?)?;
    Ok(Exit::Clean)
}

/// Every kind, and what can be filled in.
fn list() -> String {
    let mut text = String::new();
    for kind in KINDS {
        let mut options = Vec::new();
        options.extend(kind.domain.map(|_| "--domain"));
        options.extend(kind.exempt.map(|_| "--exempt"));
        options.extend(kind.socket.map(|_| "--socket"));
        let options = if options.is_empty() {
            String::new()
        } else {
            format!(" [{}]", options.join(", "))
        };
        let _ = writeln!(text, "{:<22}{}{options}", kind.id, kind.title);
    }
    text
}
