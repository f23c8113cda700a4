//! What a mail admin reads: by application, who got copies that no header names, since when, how many, and in which mails.

mod csv;
mod html;
mod json;
mod text;

use std::path::PathBuf;

use waxseal_detect::mail::{Application, Class, Copied, Ledger, LedgerTotals, MailFinding, MailPolicy, Pace};
use waxseal_model::{Moment, Severity};

use crate::cli::MailFormat;
use crate::exit::Exit;
use crate::report::RenderOptions;

pub use json::MailReportJson;

/// A report on mail.
#[derive(Debug, Clone, PartialEq)]
pub struct MailReport<'l> {
    /// When it was made.
    pub made: Moment,
    /// The policy's file, if there is one.
    pub policy: Option<PathBuf>,
    /// What was counted.
    pub totals: LedgerTotals,
    /// From the first mail with a moment to the last.
    pub pace: Pace,
    /// The applications, those with findings first, then by name.
    pub senders: Vec<Sender<'l>>,
    /// What could not be looked at, in words.
    pub gaps: Vec<String>,
    /// Limits that statistics met, in words. They leave the report complete: each mail was judged.
    pub limits: Vec<String>,
}

/// One application.
#[derive(Debug, Clone, PartialEq)]
pub struct Sender<'l> {
    /// Its name.
    pub application: &'l str,
    /// What is remembered of it.
    pub seen: &'l Application,
    /// What was found, worst first.
    pub findings: Vec<MailFinding>,
}

impl Sender<'_> {
    /// The copies to an address, where there are any.
    pub fn copies(&self, address: &str) -> Option<&Copied> {
        self.seen.copies.get(address)
    }
}

impl<'l> MailReport<'l> {
    /// What a ledger holds, by a policy. `gaps` is what could not be read.
    pub fn new(
        ledger: &'l Ledger,
        policy: &MailPolicy,
        file: Option<PathBuf>,
        gaps: Vec<String>,
        made: Moment,
    ) -> Self {
        let mut findings = ledger.conclusions(policy);
        let mut senders: Vec<Sender<'_>> = ledger
            .applications()
            .into_iter()
            .map(|(name, seen)| Sender {
                application: name,
                seen,
                findings: findings.extract_if(.., |it| it.application == name).collect(),
            })
            .collect();
        senders.sort_by(|a, b| {
            let worst = |it: &Sender<'_>| it.findings.iter().map(|finding| finding.severity).max();
            worst(b).cmp(&worst(a)).then_with(|| a.application.cmp(b.application))
        });
        let mut gaps = gaps;
        let undecided: u64 = senders.iter().map(|it| it.seen.undecided).sum();
        let declared = |it: &Sender<'_>| it.seen.copies.values().any(|copied| copied.class == Class::Declared);
        if undecided > 0 && senders.iter().all(|it| it.seen.with_headers == 0 && !declared(it)) {
            gaps.push(NO_HEADERS.to_owned());
        }
        let firsts = senders.iter().filter_map(|it| it.seen.pace.first);
        let lasts = senders.iter().filter_map(|it| it.seen.pace.last);
        Self {
            made,
            policy: file,
            totals: ledger.totals(),
            pace: Pace {
                first: firsts.min(),
                last: lasts.max(),
            },
            senders,
            gaps,
            limits: ledger.limits_met(),
        }
    }

    /// How the command ends: findings that a person should look at, else what could not be read, else clean. A ledger of nothing is nothing to
    /// check.
    pub fn exit(&self) -> Exit {
        let worst = self
            .senders
            .iter()
            .flat_map(|it| &it.findings)
            .map(|it| it.severity)
            .max();
        if worst >= Some(Severity::Medium) {
            Exit::Findings
        } else if !self.gaps.is_empty() {
            Exit::Incomplete
        } else if self.totals.mails == self.totals.elsewhere {
            Exit::Nothing
        } else {
            Exit::Clean
        }
    }

    /// Writes it in a format.
    pub fn render(&self, format: MailFormat, options: &RenderOptions) -> String {
        match format {
            MailFormat::Text => text::render(self, options),
            MailFormat::Json => json::render(self),
            MailFormat::Html => html::render(self),
            MailFormat::Csv => csv::render(self),
        }
    }
}

/// `2026-11-30 14:05 UTC`.
fn minute(at: Moment) -> String {
    jiff::Timestamp::from_second(at.0)
        .map_or_else(|_| "?".to_owned(), |it| it.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// RFC 3339.
fn stamp(at: Moment) -> String {
    jiff::Timestamp::from_second(at.0)
        .map_or_else(|_| String::new(), |it| it.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// A log without headers answers no question about them.
const NO_HEADERS: &str = "no mail's headers could be read, so that nobody can be told hidden or named (`waxseal mail rules header-checks` and `exim` have \
     servers log them; for an export, --sent says what was asked for)";
/// Characters of an address or a name that are shown.
const MAX_SHOWN: usize = 320;

#[cfg(test)]
mod tests;
