//! Writes records as a list that others read: CSV, STIX 2.1, package URLs. Pure: records in, text out.

mod csv;
mod purls;
mod stix;

use waxseal_model::Moment;
use waxseal_npm::osv::Record;

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// name, version or range, reason, reference
    Csv,
    /// A STIX 2.1 bundle of indicators
    Stix,
    /// One package URL a line
    Purls,
}

/// A list as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exported {
    /// The text.
    pub text: String,
    /// Entries that cannot be said in this form: ranges as package URLs, hashes without a name.
    pub left_out: u64,
}

/// Writes records; those that were taken back are left out. `now` dates what has no time of its own.
pub fn export(form: Form, records: &[Record], now: Moment) -> Exported {
    let standing: Vec<&Record> = records.iter().filter(|record| record.withdrawn.is_none()).collect();
    match form {
        Form::Csv => csv::write(&standing),
        Form::Stix => stix::write(&standing, now),
        Form::Purls => purls::write(&standing),
    }
}
