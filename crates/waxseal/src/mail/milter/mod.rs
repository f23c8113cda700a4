//! `waxseal mail milter`: the server that Postfix or Sendmail asks about each mail.
//!
//! [`settings`] is what `mail.toml` and the command line say, [`place`] where it listens, [`account`] who it becomes, [`notify`] what the service
//! manager is told. [`serve`] is the one thread that does everything a mail waits for: it reads and writes (`connection`), judges
//! (`desk`) and counts (`counters`). Whatever may take long, the log and the saved ledger, is the `clerk`'s, whom no mail waits for.

pub mod settings;

pub mod account;
pub mod notify;
pub mod place;

pub mod serve;

mod clerk;
mod connection;
mod counters;
mod desk;
mod journal;
mod scrape;

pub use clerk::AlertSink;

/// Says on standard error what a person must see, whatever the log is.
fn complain(message: &str) {
    use std::io::Write as _;
    let shown = crate::report::escape::escape(message, MAX_COMPLAINT);
    let _ = writeln!(std::io::stderr().lock(), "error: {shown}");
}

/// Longer sentences are not read.
const MAX_COMPLAINT: usize = 2000;
