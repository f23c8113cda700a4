//! What can be typed behind `waxseal mail`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::help::{
    MAIL_ALERTS_HELP, MAIL_HELP, MAIL_LEARN_HELP, MAIL_LOGS_HELP, MAIL_MILTER_HELP, MAIL_REPORT_HELP, MAIL_RULES_HELP,
};
use crate::mail::milter::settings::Place;

/// `mail`.
#[derive(Debug, Args)]
#[command(after_help = MAIL_HELP)]
pub struct Mail {
    /// What to do.
    #[command(subcommand)]
    pub command: MailCommand,
}

/// What can be done for a mail server.
#[derive(Debug, Subcommand)]
pub enum MailCommand {
    /// Judge each mail while Postfix or Sendmail waits, and tag, hold, refuse or mend it as the policy says
    Milter(MailMilter),
    /// Read a mail server's logs, and show who got copies that no header names
    Logs(MailLogs),
    /// Show who got copies that no header names, by application, from what was seen so far
    Report(MailReport),
    /// Write what was learned as questions for a person, or take the answers into the policy
    Learn(MailLearn),
    /// Print a rule for a mail server, a filter or a log store
    Rules(MailRules),
    /// Try who is told at once, or show what waits to be told
    Alerts(MailAlerts),
}

/// Where the policy and what was learned lie.
#[derive(Debug, Clone, Args)]
pub struct MailPlace {
    /// The mail policy [default: /etc/waxseal/mail.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Where what was seen is kept [default: /var/lib/waxseal for root, else below the user's own state folder; `mail logs` keeps nothing
    /// without it, unless it follows]
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}

/// `mail milter`. Each option goes before what `[milter]` of the policy file says.
#[derive(Debug, Args)]
#[command(after_help = MAIL_MILTER_HELP)]
pub struct MailMilter {
    /// Where the policy and what was learned lie.
    #[command(flatten)]
    pub place: MailPlace,
    /// Where to listen: unix:PATH or inet:HOST:PORT; may be given more than once [default: unix:/run/waxseal/milter.sock]
    #[arg(long, value_name = "PLACE")]
    pub listen: Vec<Place>,
    /// Who to become once it listens, if started by root
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// Where figures can be fetched by Prometheus: HOST:PORT or unix:PATH
    #[arg(long, value_name = "PLACE")]
    pub metrics: Option<Place>,
    /// Append the log to this file, a JSON object a line, instead of to standard error
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Only check the policy, and print what would be done and the settings that Postfix needs
    #[arg(long)]
    pub check: bool,
}

/// `mail logs`.
#[derive(Debug, Args)]
#[command(after_help = MAIL_LOGS_HELP)]
pub struct MailLogs {
    /// Logs, providers' exports, folders of them, or `-` for standard input [default: standard input, or /var/log at a terminal]
    #[arg(value_name = "LOG")]
    pub logs: Vec<PathBuf>,
    /// What they are: postfix, exim, sendmail, opensmtpd, journald, or a source of exports such as postmark [default: what they look like]
    #[arg(long, value_name = "FORMAT")]
    pub input: Option<String>,
    /// Only mails taken in since then: a date, a moment by RFC 3339, or 7d, 12h, 90m
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
    /// Output of `postconf -n`, or main.cf, for the copies that Postfix itself makes; `auto` runs postconf
    #[arg(long, value_name = "FILE")]
    pub postconf: Option<PathBuf>,
    /// What the sending side wrote down of its own sends, a JSON object a line: whom it asked for, where an export does not say
    #[arg(long, value_name = "FILE")]
    pub sent: Option<PathBuf>,
    /// Go on as the logs grow, and write a line for each finding
    #[arg(long, conflicts_with = "output")]
    pub follow: bool,
    /// Where the policy and what was learned lie. With --state, a log is read on from where it was read to before.
    #[command(flatten)]
    pub place: MailPlace,
    /// What is written.
    #[command(flatten)]
    pub output: MailOutput,
}

/// `mail report`.
#[derive(Debug, Args)]
#[command(after_help = MAIL_REPORT_HELP)]
pub struct MailReport {
    /// Where the policy and what was learned lie.
    #[command(flatten)]
    pub place: MailPlace,
    /// What is written.
    #[command(flatten)]
    pub output: MailOutput,
}

/// What is written, and where.
#[derive(Debug, Clone, Args)]
pub struct MailOutput {
    /// How it is written to standard output
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: MailFormat,
    /// Write a format to a file too; may be given several times
    #[arg(long, value_name = "FORMAT=PATH")]
    pub output: Vec<String>,
}

/// The formats of a report on mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum MailFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For people, in a browser
    Html,
    /// For spreadsheets: a line for each application and address
    Csv,
}

/// `mail learn`.
#[derive(Debug, Args)]
#[command(after_help = MAIL_LEARN_HELP)]
pub struct MailLearn {
    /// Where the policy and what was learned lie.
    #[command(flatten)]
    pub place: MailPlace,
    /// Write the questions here instead of to standard output
    #[arg(long, value_name = "FILE", conflicts_with = "apply")]
    pub questions: Option<PathBuf>,
    /// Take the answers in this file into the policy
    #[arg(long, value_name = "FILE", requires = "owner")]
    pub apply: Option<PathBuf>,
    /// Who signs the answers
    #[arg(long, value_name = "WHO")]
    pub owner: Option<String>,
}

/// `mail rules`.
#[derive(Debug, Args)]
#[command(after_help = MAIL_RULES_HELP)]
pub struct MailRules {
    /// Which rule; without one, they are listed
    #[arg(value_name = "KIND")]
    pub kind: Option<String>,
    /// An own domain; may be given several times
    #[arg(long, value_name = "DOMAIN")]
    pub domain: Vec<String>,
    /// A mailbox or domain that may get hidden copies; may be given several times
    #[arg(long, value_name = "NAME")]
    pub exempt: Vec<String>,
    /// Where the milter listens, as the mail server writes it: unix:PATH or inet:HOST:PORT
    #[arg(long, value_name = "ADDRESS")]
    pub socket: Option<String>,
}

/// `mail alerts`.
#[derive(Debug, Args)]
#[command(after_help = MAIL_ALERTS_HELP)]
pub struct MailAlerts {
    /// What to do.
    #[command(subcommand)]
    pub command: AlertsCommand,
}

/// What can be done with alerts.
#[derive(Debug, Subcommand)]
pub enum AlertsCommand {
    /// Send a test to each target of the policy file, and show what it answered
    Test(MailPlace),
    /// Show what waits to be told, and what targets last answered
    Status(MailPlace),
}
