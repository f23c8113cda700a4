//! For programs: `waxseal.mail/1`, published as a JSON Schema.

use schemars::JsonSchema;
use serde::Serialize;
use waxseal_detect::mail::{Copied, MailFinding, Pace};
use waxseal_model::Severity;

use super::{MAX_SHOWN, MailReport, Sender, stamp};
use crate::exit::Exit;
use crate::report::escape::escape;

pub(super) fn render(report: &MailReport<'_>) -> String {
    let mut out = serde_json::to_string_pretty(&MailReportJson::of(report)).expect("plain data can be written as JSON");
    out.push('\n');
    out
}

/// The document.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MailReportJson {
    /// `waxseal.mail/1`.
    schema: &'static str,
    /// When it was made, RFC 3339.
    made: String,
    /// The policy's file.
    policy: Option<String>,
    /// `block` (critical), `review` (medium and high), `unknown` (nothing worse, and something could not be looked at, or there was no mail) or
    /// `allow`: the worst of all findings.
    decision: &'static str,
    /// Everything could be looked at.
    complete: bool,
    /// The first mail that has a moment.
    first: Option<String>,
    /// The last.
    last: Option<String>,
    /// Mails that were seen.
    mails: u64,
    /// Of these, such as are not judged: from elsewhere, or another listener's.
    elsewhere: u64,
    /// By application.
    senders: Vec<SenderJson>,
    /// What could not be looked at.
    gaps: Vec<String>,
    /// Limits that statistics met.
    limits: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SenderJson {
    /// The application, by the policy's name, its login or its sender.
    application: String,
    mails: u64,
    first: Option<String>,
    last: Option<String>,
    /// Mails whose headers could all be read.
    with_headers: u64,
    /// Recipients that could not be decided.
    undecided: u64,
    /// Mails whose headers name nobody.
    all_hidden: u64,
    findings: Vec<FindingJson>,
    /// Copies to subscribers of mailing lists, who are not listed one by one.
    listed: u64,
    /// Everybody else who got copies that no header names, with known reasons too.
    copies: Vec<CopyJson>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FindingJson {
    indicator: &'static str,
    severity: &'static str,
    confidence: &'static str,
    /// An address, a domain, or nothing.
    recipient: Option<String>,
    summary: String,
    first: Option<String>,
    id: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CopyJson {
    recipient: String,
    /// `self-copy`, `journal`, `list`, `notice`, `approved`, `all-hidden-allowed`, `all-hidden`, `declared-bcc` or `unexplained`.
    class: &'static str,
    /// Whether a known reason explains it.
    explained: bool,
    count: u64,
    first: Option<String>,
    last: Option<String>,
    /// Different visible recipients beside it, up to 16.
    beside: usize,
    /// It began after the application's baseline was known.
    after_baseline: bool,
    sent: u64,
    /// Held or refused.
    stopped: u64,
    first_ids: Vec<String>,
    last_ids: Vec<String>,
}

impl MailReportJson {
    fn of(report: &MailReport<'_>) -> Self {
        let worst = report
            .senders
            .iter()
            .flat_map(|it| &it.findings)
            .map(|it| it.severity)
            .max();
        let span = |pace: Pace| (pace.first.map(stamp), pace.last.map(stamp));
        let (first, last) = span(report.pace);
        Self {
            schema: "waxseal.mail/1",
            made: stamp(report.made),
            policy: report
                .policy
                .as_ref()
                .map(|path| escape(&path.display().to_string(), MAX_SHOWN)),
            decision: match worst {
                Some(Severity::Critical) => "block",
                Some(Severity::High | Severity::Medium) => "review",
                _ if !report.gaps.is_empty() || report.exit() == Exit::Nothing => "unknown",
                _ => "allow",
            },
            complete: report.gaps.is_empty() && report.exit() != Exit::Nothing,
            first,
            last,
            mails: report.totals.mails,
            elsewhere: report.totals.elsewhere,
            senders: report.senders.iter().map(SenderJson::of).collect(),
            gaps: report.gaps.iter().map(|gap| escape(gap, MAX_SENTENCE)).collect(),
            limits: report.limits.iter().map(|it| escape(it, MAX_SENTENCE)).collect(),
        }
    }
}

impl SenderJson {
    fn of(sender: &Sender<'_>) -> Self {
        let seen = sender.seen;
        Self {
            application: escape(sender.application, MAX_SHOWN),
            mails: seen.mails,
            first: seen.pace.first.map(stamp),
            last: seen.pace.last.map(stamp),
            with_headers: seen.with_headers,
            undecided: seen.undecided,
            all_hidden: seen.all_hidden,
            listed: seen.listed,
            findings: sender.findings.iter().map(FindingJson::of).collect(),
            copies: seen
                .copies
                .iter()
                .map(|(address, copied)| CopyJson::of(address, copied))
                .collect(),
        }
    }
}

impl FindingJson {
    fn of(finding: &MailFinding) -> Self {
        let some = |text: &str| (!text.is_empty()).then(|| escape(text, MAX_SHOWN));
        Self {
            indicator: finding.indicator,
            severity: finding.severity.id(),
            confidence: finding.confidence.id(),
            recipient: some(&finding.recipient),
            summary: escape(&finding.summary, MAX_SENTENCE),
            first: finding.at.map(stamp),
            id: some(&finding.id),
        }
    }
}

impl CopyJson {
    fn of(address: &str, copied: &Copied) -> Self {
        let ids = |ids: &[String]| ids.iter().map(|id| escape(id, MAX_SHOWN)).collect();
        Self {
            recipient: escape(address, MAX_SHOWN),
            class: copied.class.id(),
            explained: copied.class.is_explained(),
            count: copied.count,
            first: copied.pace.first.map(stamp),
            last: copied.pace.last.map(stamp),
            beside: copied.beside.len(),
            after_baseline: copied.after_baseline,
            sent: copied.sent,
            stopped: copied.stopped,
            first_ids: ids(&copied.first_ids),
            last_ids: ids(&copied.last_ids),
        }
    }
}

const MAX_SENTENCE: usize = 2_000;
