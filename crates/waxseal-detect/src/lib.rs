//! Judgement: evidence in, findings and a verdict out.
//!
//! Read in this order: a [`Case`] is everything a judgement may look at; [`METHODS`] is the table of detection methods, each a
//! pure function from a case to findings; [`detect`] runs those whose evidence is there and says what was missing; a [`Policy`]
//! is what a project accepts; [`judge`] turns findings into a verdict by it.
//!
//! No I/O, no clock, no environment, no randomness: the same evidence, policy and day give the same bytes, so that an auditor
//! can repeat a verdict next year.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that unwraps fails as it should"))]

mod asked;
mod capability;
mod case;
mod context;
mod date;
mod detect;
mod judge;
pub mod mail;
mod method;
mod methods;
mod policy;
mod proof;
mod run_change;
mod share;
mod step;
mod timeline;
mod unserved;

pub use asked::{Carried, carried};
pub use case::{Case, Question};
pub use date::{Date, DateError};
pub use detect::{Detection, detect};
pub use judge::{judge, warnings};
pub use method::{Explanation, Indicator, METHODS, Method, Need, explain, indicator, indicators, method};
pub use policy::{
    AllowedHost, AllowedRecipient, ExpectedPublishers, Policy, PolicyError, PublishedName, Waiver, WaiverSubject,
};
pub use run_change::compare_runs;
pub use step::Step;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
