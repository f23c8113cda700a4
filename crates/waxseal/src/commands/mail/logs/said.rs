//! What is said of a reading: lines of findings, and what was counted.

use waxseal_detect::mail::{Judgement, MailFinding};
use waxseal_mail::logs::Counts;
use waxseal_model::Severity;

use crate::cli::MailFormat;
use crate::commands::screen::{Problem, Screen};
use crate::exit::Exit;
use crate::mail::logs::LogSet;
use crate::report::escape::escape;

/// A line for each finding, as text or as JSON.
pub(super) fn show(judgement: &Judgement, format: MailFormat, screen: &Screen) -> Result<(), Problem> {
    for finding in &judgement.findings {
        screen.print(&format!("{}\n", line(finding, format)))?;
    }
    Ok(())
}

/// One finding. Whatever is the sender's is escaped in each form: JSON leaves characters that hide or turn others as they are.
fn line(finding: &MailFinding, format: MailFormat) -> String {
    let at = finding
        .at
        .and_then(|at| jiff::Timestamp::from_second(at.0).ok())
        .map(|it| it.to_string());
    let shown = |text: &str| escape(text, MAX_LINE);
    match format {
        MailFormat::Json => serde_json::json!({
            "indicator": finding.indicator,
            "severity": finding.severity.id(),
            "application": shown(&finding.application),
            "recipient": shown(&finding.recipient),
            "host": shown(&finding.host),
            "id": shown(&finding.id),
            "at": at,
            "summary": shown(&finding.summary),
        })
        .to_string(),
        _ => shown(&format!(
            "{} {} {}: {}",
            at.unwrap_or_default(),
            finding.host,
            finding.id,
            finding.summary
        )),
    }
}

/// The status of what was seen, as that of a report.
pub(super) fn ended(worst: Option<Severity>, is_incomplete: bool) -> Exit {
    if worst >= Some(Severity::Medium) {
        Exit::Findings
    } else if is_incomplete {
        Exit::Incomplete
    } else {
        Exit::Clean
    }
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
            "`{name}`: {} lines hold text of a sender's that imitates the log's own, or were written by no mail server; fewer people count as named",
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

#[cfg(test)]
mod tests {
    use waxseal_model::Confidence;

    use super::*;

    #[test]
    fn what_a_sender_wrote_hides_nothing_in_either_form() {
        let finding = MailFinding {
            indicator: "hidden-recipient",
            severity: Severity::High,
            confidence: Confidence::High,
            application: "app\u{9b}31m".to_owned(),
            recipient: "spy@\u{202e}elpmaxe.y".to_owned(),
            source: "postfix".to_owned(),
            host: "vm".to_owned(),
            id: "9A1B2C3D4E".to_owned(),
            at: None,
            summary: "`spy@\u{202e}elpmaxe.y\u{9b}2J` got a mail\n".to_owned(),
        };
        for format in [MailFormat::Json, MailFormat::Text] {
            let said = line(&finding, format);
            assert!(!said.contains(['\u{202e}', '\u{9b}', '\n']), "{said:?}");
            assert!(said.contains("9A1B2C3D4E") && said.contains("u{202e}"), "{said:?}");
        }
    }

    #[test]
    fn a_followed_log_ends_as_a_report_does() {
        assert_eq!(ended(Some(Severity::High), true), Exit::Findings);
        assert_eq!(ended(Some(Severity::Medium), false), Exit::Findings);
        assert_eq!(ended(Some(Severity::Low), true), Exit::Incomplete);
        assert_eq!(ended(None, true), Exit::Incomplete);
        assert_eq!(ended(None, false), Exit::Clean);
    }
}
