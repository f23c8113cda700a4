//! What is said of mail, and what is done about it.

use waxseal_model::{Confidence, Moment, Severity};

use crate::Indicator;

/// What is done with one mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum MailAction {
    /// It goes on its way; what was found is told.
    #[default]
    Report,
    /// It goes on its way with a header that says so.
    Tag,
    /// Only those whom nobody accepted are taken out of its envelope.
    Strip,
    /// It is kept in the server's hold queue until a person decides.
    Hold,
    /// It is refused.
    Reject,
}

impl MailAction {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Report, Self::Tag, Self::Strip, Self::Hold, Self::Reject];

    /// The word in a policy, a log or a metric.
    pub fn policy_word(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Tag => "tag",
            Self::Strip => "strip",
            Self::Hold => "hold",
            Self::Reject => "reject",
        }
    }
}

/// One thing that was found in one mail of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailFinding {
    /// The indicator's id, one of [`MAIL`].
    pub indicator: &'static str,
    /// How bad if true.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// The application, by the name of the policy or by its login or sender.
    pub application: String,
    /// Who it is about: an address in the form addresses are compared in, or a domain; empty where it is nobody in particular.
    pub recipient: String,
    /// What told of the mail, as in [`waxseal_model::MailSeen`].
    pub source: String,
    /// The host and instance that handled it.
    pub host: String,
    /// Its queue id or message id.
    pub id: String,
    /// When.
    pub at: Option<Moment>,
    /// One sentence. Nothing parses it. Addresses are in it as they were written; whoever prints it escapes them.
    pub summary: String,
}

/// What can be found in mail, and its manual.
#[derive(Debug, Clone, Copy)]
pub struct MailIndicators {
    /// The first part of the ids.
    pub id: &'static str,
    /// A few words, for a heading.
    pub title: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// The indicators.
    pub indicators: &'static [Indicator],
    /// The manual, Markdown with the fixed headings of a method's.
    pub manual: &'static str,
}

/// What `waxseal mail` can find.
pub const MAIL: MailIndicators = MailIndicators {
    id: "mail",
    title: "Mail as the server saw it",
    summary: "Compares whom a mail goes to with whom its headers name, and each application with its own past",
    indicators: &[
        HIDDEN, CONSTANT, DECLARED, UNREADABLE, ALL_HIDDEN, COMPANION, SHADOW, NEW_DOMAIN, NEW_CLIENT, UNCOUNTED,
    ],
    manual: include_str!("manual.md"),
};

/// Whether a finding with this id follows from many mails together, and is in no single one.
pub fn is_statistic(id: &str) -> bool {
    [COMPANION.id, SHADOW.id].contains(&id)
}

const ATTACK: &[&str] = &["T1114.003", "T1020", "T1567"];
const CONTROLS: &[&str] = &["iso27001:A.8.12", "iso27001:A.8.16", "nist80053:SI-4", "nist80053:AU-6"];

const fn indicator(id: &'static str, title: &'static str, summary: &'static str, severity: Severity) -> Indicator {
    Indicator {
        id,
        title,
        summary,
        severity,
        attack: ATTACK,
        controls: CONTROLS,
    }
}

pub(super) const HIDDEN: Indicator = indicator(
    "mail/hidden-recipient",
    "Hidden recipient",
    "A mail goes to somebody whom none of its headers names and nobody accepted.",
    Severity::High,
);
pub(super) const CONSTANT: Indicator = indicator(
    "mail/constant-copy",
    "The same hidden recipient in different mails",
    "One address gets hidden copies of an application's mail to different people, and nobody accepted it.",
    Severity::Critical,
);
pub(super) const DECLARED: Indicator = indicator(
    "mail/declared-bcc",
    "Recipient that was declared a Bcc",
    "The server or the provider says itself that somebody was a Bcc, and nobody accepted it.",
    Severity::High,
);
pub(super) const UNREADABLE: Indicator = indicator(
    "mail/unreadable-headers",
    "More headers than are read",
    "A mail has so many or so long headers that who is named in them could not all be read, and it goes to somebody beyond those that were.",
    Severity::High,
);
pub(super) const ALL_HIDDEN: Indicator = indicator(
    "mail/all-hidden",
    "Mail that names nobody",
    "An application's mail names no recipient in any header, and it did not do that before.",
    Severity::Medium,
);
pub(super) const COMPANION: Indicator = indicator(
    "mail/companion",
    "Recipient that is never alone",
    "Where no headers are to be had: one address is a further recipient of mails to ever different people, and of none by itself.",
    Severity::High,
);
pub(super) const SHADOW: Indicator = indicator(
    "mail/shadow-copy",
    "A second mail after each mail",
    "One address gets a mail of its own shortly after mails of the same application to different people.",
    Severity::High,
);
pub(super) const NEW_DOMAIN: Indicator = indicator(
    "mail/new-recipient-domain",
    "Recipient domain that is new for an application",
    "An application whose recipients hardly change wrote to a domain that it never wrote to before.",
    Severity::Medium,
);
pub(super) const NEW_CLIENT: Indicator = indicator(
    "mail/new-client",
    "Client that is new for an application",
    "An application's mail was handed in from a host that never did so before.",
    Severity::Low,
);
pub(super) const UNCOUNTED: Indicator = indicator(
    "mail/more-than-named",
    "More recipients than are named",
    "The server counted more recipients than the headers name, and the lines that would say who are missing.",
    Severity::Medium,
);
