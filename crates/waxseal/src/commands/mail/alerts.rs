//! `waxseal mail alerts`: tries who is told, and shows what waits.

use std::fmt::Write as _;

use waxseal_model::Moment;

use super::super::screen::{Problem, Screen};
use crate::alerts::{self, QueueStatus, Targets};
use crate::cli::{AlertsCommand, MailAlerts, MailPlace};
use crate::exit::Exit;
use crate::mail::settings::MailSettings;
use crate::mail::state::StateFolder;
use crate::report::escape::escape;

pub(super) fn run(arguments: &MailAlerts, screen: &Screen) -> Result<Exit, Problem> {
    match &arguments.command {
        AlertsCommand::Test(place) => test(place, screen),
        AlertsCommand::Status(place) => status(place, screen),
    }
}

/// Sends a test to each target, without touching the spool, which belongs to whoever the milter runs as.
fn test(arguments: &MailPlace, screen: &Screen) -> Result<Exit, Problem> {
    let (settings, _) = super::place(arguments)?;
    if settings.alerts.is_empty() {
        return Err(Problem::usage(
            "nobody is told: there is no `[[alerts]]` in the mail policy",
            no_targets(&settings),
        ));
    }
    let targets = Targets::read(&settings.alerts).map_err(|err| Problem::usage(err, None))?;
    let mut text = String::new();
    let mut exit = Exit::Clean;
    for tried in targets.test() {
        let kind = if tried.kind == tried.target {
            String::new()
        } else {
            format!(" ({})", tried.kind)
        };
        let answer = match tried.trouble {
            None => "took it".to_owned(),
            Some(trouble) => {
                exit = Exit::Incomplete;
                format!("did not take it: {trouble}")
            }
        };
        let _ = writeln!(text, "{}{kind}, {}: {answer}", tried.target, tried.place);
    }
    screen.print(&text)?;
    Ok(exit)
}

/// Shows the spool, of targets that are not configured any more, too.
fn status(arguments: &MailPlace, screen: &Screen) -> Result<Exit, Problem> {
    let (settings, state) = super::place(arguments)?;
    let spool = spool(&state);
    let found = alerts::status(&spool).map_err(Problem::fault)?;
    let mut text = String::new();
    for target in &settings.alerts {
        if !found.iter().any(|queue| queue.target == target.name) {
            let _ = writeln!(text, "{}: was told nothing yet", target.name);
        }
    }
    for queue in &found {
        let known = settings.alerts.iter().any(|target| target.name == queue.target);
        write_queue(&mut text, queue, known);
    }
    if text.is_empty() {
        text.push_str("nobody is told: there is no `[[alerts]]` in the mail policy\n");
    }
    screen.print(&text)?;
    let waits = found
        .iter()
        .any(|queue| queue.waiting > 0 || queue.folded > 0 || queue.refused > 0);
    Ok(if waits { Exit::Incomplete } else { Exit::Clean })
}

fn write_queue(text: &mut String, queue: &QueueStatus, known: bool) {
    let when = |at: Moment| jiff::Timestamp::from_second(at.0).map_or_else(|_| "?".to_owned(), |at| at.to_string());
    let _ = write!(text, "{}: {} waiting", escape(&queue.target, 64), queue.waiting);
    if let Some(oldest) = queue.oldest {
        let _ = write!(text, ", the oldest since {}", when(oldest));
    }
    let _ = writeln!(text, ", {} messages taken", queue.count);
    if !known {
        let _ = writeln!(
            text,
            "  it is no target of the mail policy: what waits stays where it is"
        );
    }
    if let Some(trouble) = &queue.trouble {
        let since = queue
            .since
            .map_or_else(String::new, |since| format!(" since {}", when(since)));
        let _ = writeln!(
            text,
            "  in trouble{since}, tried {} times: {}",
            queue.tries,
            escape(trouble, 300)
        );
    }
    if let Some(delivered) = queue.delivered {
        let _ = writeln!(text, "  last taken {}", when(delivered));
    }
    if queue.folded > 0 {
        let _ = writeln!(
            text,
            "  {} more alerts in a summary, since the queue was full",
            queue.folded
        );
    }
    if queue.refused > 0 {
        let _ = writeln!(
            text,
            "  {} letters that it refused are kept in `refused`; {} older ones were removed",
            queue.refused, queue.removed
        );
    }
}

/// Where alerts wait.
fn spool(state: &StateFolder) -> std::path::PathBuf {
    state.path().join("alerts")
}

fn no_targets(settings: &MailSettings) -> String {
    let path = settings.path.as_deref().map_or_else(
        || crate::mail::settings::SYSTEM_FILE.into(),
        |path| path.display().to_string(),
    );
    format!("write one into {path}, as docs/ALERTS.md shows")
}
