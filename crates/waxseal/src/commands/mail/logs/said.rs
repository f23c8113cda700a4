//! What is said of a reading: lines of findings, and what was counted.

use waxseal_detect::mail::Judgement;
use waxseal_mail::logs::Counts;

use crate::cli::MailFormat;
use crate::commands::screen::{Problem, Screen};
use crate::mail::logs::LogSet;

/// A line for each finding, as text or as JSON.
pub(super) fn show(judgement: &Judgement, format: MailFormat, screen: &Screen) -> Result<(), Problem> {
    for finding in &judgement.findings {
        let at = finding
            .at
            .and_then(|at| jiff::Timestamp::from_second(at.0).ok())
            .map(|it| it.to_string());
        let line = match format {
            MailFormat::Json => serde_json::json!({
                "indicator": finding.indicator,
                "severity": finding.severity.id(),
                "application": finding.application,
                "recipient": finding.recipient,
                "host": finding.host,
                "id": finding.id,
                "at": at,
                "summary": finding.summary,
            })
            .to_string(),
            _ => crate::report::escape::escape(
                &format!(
                    "{} {} {}: {}",
                    at.unwrap_or_default(),
                    finding.host,
                    finding.id,
                    finding.summary
                ),
                MAX_LINE,
            ),
        };
        screen.print(&format!("{line}\n"))?;
    }
    Ok(())
}

/// What a reading counted that leaves it incomplete.
pub(super) fn counted(set: &LogSet, counts: Counts) -> Vec<String> {
    let name = set.name.display();
    let mut gaps = Vec::new();
    let mut gap = |count: u64, what: &str| {
        if count > 0 {
            gaps.push(format!("`{name}`: {count} {what}"));
        }
    };
    gap(
        counts.given_up,
        "mails were judged by what was known when too many were open at once",
    );
    gap(counts.malformed, "lines about recipients or headers could not be read");
    gap(counts.overlong, "lines were too long to be read to their end");
    gap(
        counts.recipients_lost,
        "recipients of mails with too many could not be kept",
    );
    if counts.lines > 0 && counts.understood == 0 {
        gaps.push(format!(
            "`{name}`: none of its {} lines is one of {} about a mail",
            counts.lines, set.format.name
        ));
    }
    gaps
}

/// What it counted that is worth knowing.
pub(super) fn remarks(set: &LogSet, counts: Counts) -> Vec<String> {
    let name = set.name.display();
    let mut remarks = Vec::new();
    if counts.imitations > 0 {
        remarks.push(format!(
            "`{name}`: {} lines hold text of a sender's that imitates the log's own; fewer of its recipients count as named",
            counts.imitations
        ));
    }
    if counts.unfinished > 0 {
        remarks.push(format!(
            "`{name}`: {} mails were not done when the log ended; they are judged by what it says",
            counts.unfinished
        ));
    }
    remarks
}

/// Characters of a finding's line.
const MAX_LINE: usize = 1000;
