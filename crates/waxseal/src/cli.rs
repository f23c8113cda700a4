//! What can be typed: one type for each command, with the help a person reads.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// Judge packages by what their code could do
    Check(Check),
    /// Show what a newer release can newly do, and judge it
    Diff(Diff),
    /// Run a package or a command in the locked room, and show whom it reached and what it sent
    Run(Run),
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
    /// A package: name, name@range, pkg:npm/…, a folder or a .tgz
    #[arg(required = true, value_name = "PACKAGE")]
    pub packages: Vec<String>,
    /// Compare with this release, or with the one before (`previous`)
    #[arg(long, value_name = "RELEASE")]
    pub against: Option<String>,
    /// What is written.
    #[command(flatten)]
    pub output: Output,
    /// Where packages come from.
    #[command(flatten)]
    pub source: Source,
    /// How much is looked at.
    #[command(flatten)]
    pub limits: Limits,
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
    /// What is written.
    #[command(flatten)]
    pub output: Output,
    /// Where packages come from.
    #[command(flatten)]
    pub source: Source,
    /// How much is looked at.
    #[command(flatten)]
    pub limits: Limits,
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

const MAIN_HELP: &str = "\
Examples:
  waxseal check nodemailer               judge the latest release of a package
  waxseal diff nodemailer@7.0.5 7.0.6    what can the newer one newly do?
  waxseal run -- npm test                run it in the locked room; whom does it reach?
  waxseal explain recipients             what a finding means and what to do

Exit status:
  0   nothing at or above --fail-on, and the verdicts complete
  1   findings at or above --fail-on; a hostile or corrupt archive is one
  2   wrong usage or configuration
  3   nothing to check
  4   something could not be looked at or not be had, and nothing worse was found
  70  a fault of waxseal's own";

const CHECK_HELP: &str = "\
Examples:
  waxseal check nodemailer
  waxseal check nodemailer@^7 @sendgrid/mail --against previous
  waxseal check ./my-package ./my-package-1.0.0.tgz
  waxseal check pkg:npm/postmark@4.0.5 --format json
  waxseal check resend --output sarif=waxseal.sarif --fail-on block";

const DIFF_HELP: &str = "\
Examples:
  waxseal diff nodemailer@7.0.5 nodemailer@7.0.6
  waxseal diff nodemailer@7.0.5 7.0.6
  waxseal diff ./old-folder ./new-1.0.1.tgz --format markdown
  waxseal diff nodemailer@7.0.5 7.0.6 --patch";

const RUN_HELP: &str = "\
Examples:
  waxseal run nodemailer@7.0.6
  waxseal run ./my-package --save proof
  waxseal run my-mailer --scenario send.mjs
  waxseal run -- npm test
  waxseal run --allow api.postmarkapp.com -- node send.js
  waxseal run --save proof -- npm run build
  waxseal run --no-project -- node --version

A package is installed with its install scripts, then each entry point is loaded and each program started with --help, and
it is made to send mail to recipients that are made up: by a scenario of ours or yours (--scenario), its documentation, its exports. What it
needs is found out and fetched outside, without running anything. Everything runs with no way out: every name it asks for resolves, every connection is answered by a simulated internet, and
nothing real is reached. A command works on a copy of the project: what it changes is thrown away.

Exit status:
  0   nothing at or above --fail-on: everything it reached was allowed, and no planted secret was misused
  1   findings at or above --fail-on: it reached what was not allowed, or sent, changed or opened a planted secret
  2   wrong usage or configuration
  4   nothing can be concluded: no room on this machine, the command could not be started, or something was lost
  70  a fault of waxseal's own";

const EXPLAIN_HELP: &str = "\
Examples:
  waxseal explain
  waxseal explain recipients
  waxseal explain archive/corrupt";

const INIT_HELP: &str = "\
Examples:
  waxseal init";

const DOCTOR_HELP: &str = "\
Examples:
  waxseal doctor
  waxseal doctor --offline";

const COMPLETIONS_HELP: &str = "\
Examples:
  waxseal completions bash
  waxseal completions fish";

const MAN_HELP: &str = "\
Examples:
  waxseal man
  waxseal man --out man1";
