//! What is counted, and how it is shown: the text format of Prometheus, version 0.0.4. No label holds what a sender wrote.

use std::fmt::Write as _;

use waxseal_detect::mail::MAIL;

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Became {
    Accepted,
    Tagged,
    Stripped,
    Held,
    Rejected,
    PutOff,
}

impl Became {
    const ALL: [Self; 6] = [
        Self::Accepted,
        Self::Tagged,
        Self::Stripped,
        Self::Held,
        Self::Rejected,
        Self::PutOff,
    ];

    /// The word in a label or a log.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accept",
            Self::Tagged => "tag",
            Self::Stripped => "strip",
            Self::Held => "hold",
            Self::Rejected => "reject",
            Self::PutOff => "tempfail",
        }
    }
}

/// Everything that is counted by the thread that serves.
#[derive(Debug, Default)]
pub(super) struct Counters {
    mails: [u64; Became::ALL.len()],
    findings: Vec<(&'static str, u64)>,
    pub(super) recipients: u64,
    pub(super) hidden: u64,
    pub(super) undecided: u64,
    pub(super) failures: u64,
    pub(super) connections: u64,
    pub(super) refused: u64,
    pub(super) protocol_errors: u64,
    pub(super) timeouts: u64,
    pub(super) reloads: u64,
    pub(super) reload_errors: u64,
    /// Seconds since 1970.
    pub(super) started: i64,
}

/// What others know when figures are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub(super) open: usize,
    pub(super) applications: usize,
    pub(super) lines_lost: u64,
    pub(super) findings_lost: u64,
    pub(super) log_errors: u64,
    pub(super) save_errors: u64,
    /// Seconds since 1970; 0 for never.
    pub(super) saved: i64,
    pub(super) policy_good: bool,
}

impl Counters {
    pub(super) fn new(started: i64) -> Self {
        Self {
            findings: MAIL.indicators.iter().map(|it| (it.id, 0)).collect(),
            started,
            ..Self::default()
        }
    }

    pub(super) fn count(&mut self, became: Became) {
        self.mails[became as usize] += 1;
    }

    pub(super) fn found(&mut self, indicator: &'static str) {
        match self.findings.iter_mut().find(|(id, _)| *id == indicator) {
            Some((_, count)) => *count += 1,
            None => self.findings.push((indicator, 1)),
        }
    }

    /// All mails that were answered.
    pub(super) fn mails(&self) -> u64 {
        self.mails.iter().sum()
    }

    /// The page that Prometheus fetches.
    pub(super) fn render(&self, standing: Standing) -> String {
        let mut page = Page(String::with_capacity(4096));
        page.head("mails_total", "counter", "Mails answered, by what became of them.");
        for became in Became::ALL {
            page.labelled("mails_total", "action", became.word(), self.mails[became as usize]);
        }
        page.head("findings_total", "counter", "Findings, by indicator.");
        for (indicator, count) in &self.findings {
            page.labelled("findings_total", "indicator", indicator, *count);
        }
        self.of_mail(&mut page);
        self.of_connections(&mut page, standing);
        of_upkeep(&mut page, standing);
        page.counter("policy_reloads_total", self.reloads, "Times the policy was read anew.");
        let kept = "Times it could not be read, so that the one before it stayed.";
        page.counter("policy_errors_total", self.reload_errors, kept);
        let good = "Whether the policy in the file is the one in force.";
        page.gauge("policy_good", i64::from(standing.policy_good), good);
        page.gauge("start_timestamp_seconds", self.started, "When the server started.");
        page.0
    }

    fn of_mail(&self, page: &mut Page) {
        page.counter("recipients_total", self.recipients, "Recipients of these mails.");
        let hidden = "Recipients that no header names and nobody accepted.";
        page.counter("hidden_recipients_total", self.hidden, hidden);
        let undecided = "Recipients of whom it is not known whether a header names them.";
        page.counter("undecided_recipients_total", self.undecided, undecided);
        let failures = "Mails that could not be judged, or not be answered as the policy asks.";
        page.counter("failures_total", self.failures, failures);
    }

    fn of_connections(&self, page: &mut Page, standing: Standing) {
        page.gauge("connections", wide(standing.open), "Connections that are open.");
        page.counter("connections_total", self.connections, "Connections taken.");
        let refused = "Connections closed at once because there were too many.";
        page.counter("connections_refused_total", self.refused, refused);
        let strange = "Connections ended because the peer does not speak the milter protocol.";
        page.counter("protocol_errors_total", self.protocol_errors, strange);
        let silent = "Connections ended because the peer was silent for too long.";
        page.counter("timeouts_total", self.timeouts, silent);
    }
}

/// What is written and handed on beside mail.
fn of_upkeep(page: &mut Page, standing: Standing) {
    let lines = "Lines of the log that could not be written.";
    page.counter("log_lines_lost_total", standing.lines_lost, lines);
    let refused = "Times the system refused to write to the log.";
    page.counter("log_errors_total", standing.log_errors, refused);
    let alerts = "Findings that could not be handed on in time.";
    page.counter("alerts_lost_total", standing.findings_lost, alerts);
    let unsaved = "Times what was seen could not be saved.";
    page.counter("state_errors_total", standing.save_errors, unsaved);
    let saved = "When what was seen was last saved.";
    page.gauge("state_saved_timestamp_seconds", standing.saved, saved);
    page.gauge(
        "applications",
        wide(standing.applications),
        "Applications that are remembered.",
    );
}

fn wide(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The page, written line by line. Writing to a `String` does not fail.
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = write!(self.0, "# HELP {PREFIX}{name} {help}\n# TYPE {PREFIX}{name} {kind}\n");
    }

    fn labelled(&mut self, name: &str, label: &str, value: &str, count: u64) {
        let _ = writeln!(self.0, "{PREFIX}{name}{{{label}=\"{value}\"}} {count}");
    }

    fn counter(&mut self, name: &str, count: u64, help: &str) {
        self.head(name, "counter", help);
        let _ = writeln!(self.0, "{PREFIX}{name} {count}");
    }

    fn gauge(&mut self, name: &str, value: i64, help: &str) {
        self.head(name, "gauge", help);
        let _ = writeln!(self.0, "{PREFIX}{name} {value}");
    }
}

const PREFIX: &str = "waxseal_milter_";
