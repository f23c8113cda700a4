//! The exit status, the same table for every command. An error never shares a code with a pass.

use std::process::ExitCode;

use waxseal_model::{Decision, Report};

/// How waxseal ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Nothing at or above `--fail-on`, and the verdicts complete.
    Clean = 0,
    /// Findings at or above `--fail-on`.
    Findings = 1,
    /// Wrong usage or configuration.
    Usage = 2,
    /// Nothing to check.
    Nothing = 3,
    /// Something that decides could not be looked at or not be had, and nothing worse was found.
    Incomplete = 4,
    /// A fault of ours.
    Fault = 70,
}

impl Exit {
    /// The table, as help and manual show it.
    pub const TABLE: [(Self, &str); 6] = [
        (Self::Clean, "nothing at or above --fail-on, and the verdicts complete"),
        (
            Self::Findings,
            "findings at or above --fail-on; a hostile or corrupt archive is one",
        ),
        (Self::Usage, "wrong usage or configuration"),
        (Self::Nothing, "nothing to check"),
        (
            Self::Incomplete,
            "something could not be looked at or not be had (not found, offline, time-out), and nothing worse was found",
        ),
        (Self::Fault, "a fault of waxseal's own"),
    ];

    /// How a report ends.
    pub fn of(report: &Report, fail_on: Decision, incomplete: Incomplete) -> Self {
        let reached = |decision: Decision| decision >= fail_on && decision > Decision::Allow;
        let is_open = |entry: &waxseal_model::ReportEntry| !entry.verdict.complete || entry.error.is_some();
        if report.entries.is_empty() {
            Self::Nothing
        } else if report.entries.iter().any(|entry| reached(entry.verdict.decision)) {
            Self::Findings
        } else if incomplete == Incomplete::Fails && report.entries.iter().any(is_open) {
            Self::Incomplete
        } else {
            Self::Clean
        }
    }
}

/// What an incomplete verdict leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incomplete {
    /// The status says so.
    Fails,
    /// It was accepted by `--allow-incomplete`.
    Accepted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
