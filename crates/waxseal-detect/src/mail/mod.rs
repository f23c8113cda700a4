//! What is judged of a mail server's own sight: whom a mail goes to that its headers do not name.
//!
//! Read in this order: a [`MailPolicy`] is what the people of a server accept; [`recipients::classify`] says of one mail which recipients
//! are hidden, and for which known reason; a [`Ledger`] remembers what each application did before, so that what is new, constant or
//! a shadow of other mail can be told; [`Ledger::observe`] joins them into a [`Judgement`]; [`proposals`] turns what was learned into
//! questions for a person.
//!
//! Pure, as all of this crate: the mail and its moment are arguments.

mod address;
mod application;
mod finding;
mod glob;
mod hash;
mod ledger;
mod observe;
mod policy;
mod propose;
mod recipients;

pub use address::{compare_key, domain_key, registrable};
pub use application::{Application, Candidate, Companion, Copied, Noted, Pace, Stopped};
pub use finding::{MAIL, MailAction, MailFinding, MailIndicators, is_statistic};
pub use ledger::{Ledger, LedgerTotals, Room};
pub use observe::Judgement;
pub use policy::{AllHidden, ApplicationPolicy, Approved, Baseline, Lists, MailPolicy, MailPolicyError, OnError};
pub use propose::{Proposal, Question, proposals};
pub use recipients::{Class, Classified, Hidden, classify};

#[cfg(test)]
mod tests;
