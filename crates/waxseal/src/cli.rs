//! What can be typed: one type for each command, with the help a person reads.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

mod db;
mod help;
mod mail;

pub use db::{Db, DbCommand, DbExport, DbImport, DbStatus, DbUpdate, Known, StatusFormat};
pub use mail::{
    AlertsCommand, Mail, MailAlerts, MailCommand, MailFormat, MailLearn, MailLogs, MailMilter, MailOutput, MailPlace,
    MailReport, MailRules,
};

use help::{
    CHECK_HELP, COMPLETIONS_HELP, DIFF_HELP, DOCTOR_HELP, EXPLAIN_HELP, INIT_HELP, MAIN_HELP, MAN_HELP, RUN_HELP,
    SCAN_HELP,
};

use crate::config::{FailOn, Seconds, Size};
use crate::report::FORMATS;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "waxseal",
    version,
    about = "Judges an npm package by what it does with your mail, compared with what you expect of it",
    after_help = MAIN_HELP,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What every command takes.
    #[command(flatten)]
    pub shared: Shared,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Judge packages by what their code could do, and by what they do in the locked room
    Check(Check),
    /// Show what a newer release can newly do, and judge it
    Diff(Diff),
    /// Run a package or a command in the locked room, and show whom it reached and what it sent
    Run(Run),
    /// Find what is installed, or would be started, and what of it is known to be malicious
    Scan(Scan),
    /// Keep what is publicly known of malicious packages, and lists of your own
    Db(Db),
    /// See whom a mail server's mail goes to that its headers do not name
    Mail(Mail),
    /// Explain a detection method or an indicator; without an id, list all
    Explain(Explain),
    /// Write a commented waxseal.toml
    Init(Init),
    /// Say what waxseal can do on this machine
    Doctor(Doctor),
    /// Write a shell's completions
    Completions(Completions),
    /// Write the manual pages
    Man(Man),
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Shared {
    /// Use this configuration instead of the nearest waxseal.toml
    #[arg(long, global = true, value_name = "PATH", help_heading = GENERAL)]
    pub config: Option<PathBuf>,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", help_heading = GENERAL)]
    pub color: Color,
    /// Write nothing but the report
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = GENERAL)]
    pub quiet: bool,
    /// Show notes and places that are otherwise only counted
    #[arg(short, long, global = true, help_heading = GENERAL)]
    pub verbose: bool,
}

/// `check`.
#[derive(Debug, Args)]
#[command(after_help = CHECK_HELP)]
pub struct Check {
    /// A package: name, name@range, pkg:npm/…, a folder or a .tgz; with --all a lockfile, or the folder it lies in [default: .]
    #[arg(required_unless_present = "all", value_name = "PACKAGE")]
    pub packages: Vec<String>,
    /// Read every release that a lockfile names, without running any
    #[arg(long, conflicts_with_all = ["against", "env", "seed"])]
    pub all: bool,
    /// Compare with this release, or with the one before (`previous`)
    #[arg(long, value_name = "RELEASE")]
    pub against: Option<String>,
    /// Only read the code: do not run the package in the locked room
    #[arg(long)]
    pub no_run: bool,
    /// What it is given in the room.
    #[command(flatten)]
    pub room: Room,
    /// What is written.
    #[command(flatten)]
    pub output: Output,
    /// Where packages come from.
    #[command(flatten)]
    pub source: Source,
    /// What is asked of where they come from.
    #[command(flatten)]
    pub origin: Origin,
    /// How much is looked at.
    #[command(flatten)]
    pub limits: Limits,
    /// What is publicly known.
    #[command(flatten)]
    pub known: Known,
}

/// `diff`.
#[derive(Debug, Args)]
#[command(after_help = DIFF_HELP)]
pub struct Diff {
    /// The older release: a package as `check` takes it
    #[arg(value_name = "OLD")]
    pub old: String,
    /// The newer release; the name may be left out, as in `7.0.6` or `@latest`
    #[arg(value_name = "NEW")]
    pub new: String,
    /// Only the raw difference of all text, for `git apply` and `patch -p1`; judges nothing
    #[arg(long, conflicts_with_all = ["stat", "format", "output", "fail_on"])]
    pub patch: bool,
    /// Only the number of changed lines of each file; judges nothing
    #[arg(long, conflicts_with_all = ["format", "output", "fail_on"])]
    pub stat: bool,
    /// Run both in rooms of their own too, under the same calls, and report what the newer does that the older does not
    #[arg(long, conflicts_with_all = ["patch", "stat"])]
    pub run: bool,
    /// What both are given in the room.
    #[command(flatten)]
    pub room: Room,
    /// What is written.
    #[command(flatten)]
    pub output: Output,
    /// Where packages come from.
    #[command(flatten)]
    pub source: Source,
    /// What is asked of where they come from.
    #[command(flatten)]
    pub origin: Origin,
    /// How much is looked at.
    #[command(flatten)]
    pub limits: Limits,
    /// What is publicly known.
    #[command(flatten)]
    pub known: Known,
}

/// What is written, and what fails.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Report")]
pub struct Output {
    /// How the report on standard output is written [default: text]
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(FORMATS.iter().map(|format| format.id)))]
    pub format: Option<String>,
    /// Also write the report to a file; may be given more than once
    #[arg(long, value_name = "FORMAT=PATH", value_parser = format_and_path)]
    pub output: Vec<(String, PathBuf)>,
    /// The decision from which on the exit status is 1 [default: review]
    #[arg(long, value_enum, value_name = "DECISION")]
    pub fail_on: Option<FailOn>,
    /// Let a verdict pass although something that decides could not be looked at
    #[arg(long)]
    pub allow_incomplete: bool,
}

/// Where packages come from.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Source")]
pub struct Source {
    /// Use only what was downloaded before
    #[arg(long)]
    pub offline: bool,
    /// Use this registry instead of the one npm is configured with
    #[arg(long, value_name = "URL")]
    pub registry: Option<String>,
}

/// What is asked of where packages come from.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Source")]
pub struct Origin {
    /// Do not ask the repository that a package names for the release's tag and commit; with `--all` none is asked
    #[arg(long)]
    pub no_repository: bool,
}

/// What a package is given in the locked room.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Room")]
pub struct Room {
    /// An environment variable in the room, such as a token that a server asks for; may be given more than once
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub env: Vec<(String, String)>,
    /// Make the room's person, machine, secrets and messages from this number, to run the same again
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
}

/// How much is looked at.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// The most one archive may hold once unpacked [default: 512MB]
    #[arg(long, value_name = "SIZE")]
    pub max_unpacked: Option<Size>,
    /// The most memory the process that reads a package may take [default: 4GB]
    #[arg(long, value_name = "SIZE")]
    pub max_memory: Option<Size>,
    /// The longest a package may be read [default: 2m]
    #[arg(long, value_name = "TIME")]
    pub max_time: Option<Seconds>,
    /// Read packages although the reading process cannot be sealed on this machine
    #[arg(long)]
    pub allow_unsealed: bool,
}

/// `run`.
#[derive(Debug, Args)]
#[command(
    after_help = RUN_HELP,
    override_usage = "waxseal run [OPTIONS] <PACKAGE>\n       waxseal run [OPTIONS] -- <COMMAND>..."
)]
pub struct Run {
    /// A package to install and load: name, name@range, pkg:npm/…, a .tgz, or a folder, which is a project
    #[arg(
        value_name = "PACKAGE",
        required_unless_present_any = ["command", "scenario"],
        conflicts_with = "command"
    )]
    pub package: Option<String>,
    /// A program of your own (.mjs, .cjs, .js) that sends mail, instead of what waxseal would do with the package. It finds what to send in the file
    /// that SCENARIO_VALUES names; recipients of its own stand in a comment at its top, `// recipients: a@shop.example`
    #[arg(long, value_name = "FILE", conflicts_with = "command")]
    pub scenario: Option<PathBuf>,
    /// Run this release too (`previous`, a version, a range, or any package), under the same calls, and report only what differs
    #[arg(long, value_name = "RELEASE", requires = "package", conflicts_with = "command")]
    pub against: Option<String>,
    /// A command and its arguments instead, behind `--`; it works on a copy of this folder's project
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
    /// The project a command works in [default: the working directory]
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["no_project", "package"])]
    pub project: Option<PathBuf>,
    /// Work in an empty home, without a project
    #[arg(long)]
    pub no_project: bool,
    /// A host it may reach: `host`, `*.host`, `host:port` or an address; may be given more than once. Anything else fails
    #[arg(long, value_name = "HOST")]
    pub allow: Vec<String>,
    /// An environment variable in the room; may be given more than once
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub env: Vec<(String, String)>,
    /// Write the proof into this new folder: events, HTTP archive, each message, an index to open in a browser
    #[arg(long, value_name = "FOLDER")]
    pub save: Option<PathBuf>,
    /// The longest the command may take
    #[arg(long, value_name = "TIME", default_value = "5m")]
    pub max_time: Seconds,
    /// The most memory all its processes may take together
    #[arg(long, value_name = "SIZE", default_value = "4GB")]
    pub max_memory: Size,
    /// How long processes that the command leaves behind may go on
    #[arg(long, value_name = "TIME", default_value = "2s")]
    pub linger: Seconds,
    /// Make the room's person, machine and secrets from this number, to run the same again
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Have npm unpack everything in the room, and nothing outside: dependencies that lie unpacked from an earlier run are not used
    #[arg(long)]
    pub reinstall: bool,
    /// Do not find out which lines of code send what: nothing of ours is then loaded into Node
    #[arg(long)]
    pub no_attribution: bool,
    /// What is written.
    #[command(flatten)]
    pub output: Output,
    /// Where packages come from.
    #[command(flatten)]
    pub source: Source,
}

/// `scan`.
#[derive(Debug, Args)]
#[command(after_help = SCAN_HELP)]
pub struct Scan {
    /// Folders to search: a project, a folder of projects, a whole disk
    #[arg(value_name = "DIR", default_value = ".")]
    pub folders: Vec<PathBuf>,
    /// Is this here? `name`, `name@1.0.16` or `name@>=1.0.16`; may be given more than once
    #[arg(long, value_name = "PACKAGE@RANGE")]
    pub affected_by: Vec<String>,
    /// Write the answer to --affected-by into this file, as OpenVEX: what "not affected" can be shown with
    #[arg(long, value_name = "FILE", requires = "affected_by")]
    pub vex: Option<PathBuf>,
    /// Only search the folders: not your global installs, npx folders, caches and MCP clients
    #[arg(long)]
    pub no_user: bool,
    /// Compare installed files with the published archives, which are taken from caches and, without --offline, from the registry
    #[arg(long)]
    pub verify: bool,
    /// Write exact, judged versions into the configurations of MCP clients, after showing what would change
    #[arg(long, conflicts_with_all = ["affected_by", "verify"])]
    pub pin: bool,
    /// Do not ask before a configuration is changed
    #[arg(long, requires = "pin")]
    pub yes: bool,
    /// What is written.
    #[command(flatten)]
    pub output: Output,
    /// Where packages come from.
    #[command(flatten)]
    pub source: Source,
    /// What is publicly known.
    #[command(flatten)]
    pub known: Known,
}

/// `explain`.
#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_HELP)]
pub struct Explain {
    /// A method or indicator, such as `recipients`; all are listed without it
    #[arg(value_name = "ID")]
    pub id: Option<String>,
}

/// `init`.
#[derive(Debug, Args)]
#[command(after_help = INIT_HELP)]
pub struct Init {
    /// The folder to write it to
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub folder: PathBuf,
    /// Write a mail.toml for a mail server instead
    #[arg(long)]
    pub mail: bool,
}

/// `doctor`.
#[derive(Debug, Args)]
#[command(after_help = DOCTOR_HELP)]
pub struct Doctor {
    /// Where packages come from.
    #[command(flatten)]
    pub source: Source,
}

/// `completions`.
#[derive(Debug, Args)]
#[command(after_help = COMPLETIONS_HELP)]
pub struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// `man`.
#[derive(Debug, Args)]
#[command(after_help = MAN_HELP)]
pub struct Man {
    /// Write one page for each command into this folder, instead of the main page to standard output
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// `NAME=VALUE`.
fn name_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE, such as NODE_ENV=production".to_owned()),
    }
}

/// `FORMAT=PATH`.
fn format_and_path(text: &str) -> Result<(String, PathBuf), String> {
    let (format, path) = text
        .split_once('=')
        .ok_or("write it as FORMAT=PATH, such as sarif=waxseal.sarif")?;
    if crate::report::find(format).is_none() {
        let known: Vec<&str> = FORMATS.iter().map(|format| format.id).collect();
        return Err(format!(
            "`{format}` is no report format; there are {}",
            known.join(", ")
        ));
    }
    if path.is_empty() {
        return Err("there is no path behind the `=`".to_owned());
    }
    Ok((format.to_owned(), PathBuf::from(path)))
}

const GENERAL: &str = "General";
