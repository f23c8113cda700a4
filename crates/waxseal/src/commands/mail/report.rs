//! `waxseal mail report`: what was seen so far, by application.

use waxseal_detect::mail::Ledger;
use waxseal_model::Moment;

use super::{place, state_problem, write};
use crate::cli::{MailReport as Arguments, Shared};
use crate::commands::screen::{Problem, Screen};
use crate::exit::Exit;
use crate::mail::report::MailReport;
use crate::mail::state::StateFolder;

pub(super) fn run(arguments: &Arguments, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    super::outputs(&arguments.output)?;
    let (settings, state) = place(&arguments.place)?;
    let ledger = ledgers(&state)?;
    let now = Moment(jiff::Timestamp::now().as_second());
    let report = MailReport::new(&ledger, &settings.policy, settings.path.clone(), Vec::new(), now);
    write(&report, &arguments.output, shared, screen)
}

/// What the milter saw, or else what was read from logs: they see the same mail, so that they do not add up.
pub(super) fn ledgers(state: &StateFolder) -> Result<Ledger, Problem> {
    for source in ["milter", "logs"] {
        if let Some((ledger, _)) = state.load(source).map_err(|err| state_problem(&err))? {
            return Ok(ledger);
        }
    }
    Err(Problem::Sentence {
        exit: Exit::Nothing,
        message: format!(
            "nothing was seen yet: there is no ledger in `{}`",
            state.path().display()
        ),
        hint: Some("run `waxseal mail milter`, or `waxseal mail logs --state DIR`, first".to_owned()),
    })
}
