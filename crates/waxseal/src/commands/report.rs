//! Writes a report where it was asked for, and says how the command ends.

use waxseal_detect::Policy;
use waxseal_model::{DatabaseInfo, Moment, Report, ReportEntry, Verdict};

use super::screen::{Problem, Screen};
use super::settings;
use crate::cli::{Output, Shared};
use crate::config::Config;
use crate::exit::{Exit, Incomplete};
use crate::report::{self, Format, RenderOptions};

/// The formats that were asked for.
#[derive(Debug, Clone)]
pub(super) struct Outputs<'a> {
    stdout: &'static Format,
    arguments: &'a Output,
    brief: bool,
}

impl<'a> Outputs<'a> {
    /// The command line over the configuration over `text`. Both were checked when they were read.
    pub(super) fn new(arguments: &'a Output, config: &Config) -> Self {
        let id = arguments
            .format
            .as_deref()
            .or(config.report.format.as_deref())
            .unwrap_or("text");
        Self {
            stdout: report::find(id).expect("the format was checked when it was read"),
            arguments,
            brief: false,
        }
    }

    /// What is allowed is only counted.
    pub(super) fn brief(self) -> Self {
        Self { brief: true, ..self }
    }

    /// Whether somebody will read the readable difference.
    pub(super) fn show_diff(&self) -> bool {
        let files = self.arguments.output.iter().map(|(id, _)| id.as_str());
        std::iter::once(self.stdout.id)
            .chain(files)
            .any(|id| matches!(id, "text" | "markdown"))
    }

    /// Writes the report everywhere.
    pub(super) fn write(&self, report: &Report, shared: &Shared, screen: &Screen) -> Result<(), Problem> {
        let mut failed = None;
        for (id, path) in &self.arguments.output {
            let format = report::find(id).expect("the format was checked when it was read");
            let options = RenderOptions {
                verbose: shared.verbose,
                brief: self.brief,
                ..RenderOptions::default()
            };
            if let Err(err) = std::fs::write(path, (format.render)(report, &options)) {
                screen.error(&format!("cannot write `{}`: {err}", path.display()), None);
                failed = Some(Problem::Said(Exit::Usage));
            }
        }
        let options = RenderOptions {
            width: screen.width,
            color: screen.color,
            verbose: shared.verbose,
            brief: self.brief,
        };
        screen.print(&(self.stdout.render)(report, &options))?;
        // Whoever reads a log sees the errors although the report went elsewhere.
        if self.stdout.id != "text" {
            for error in report.entries.iter().filter_map(|entry| entry.error.as_ref()) {
                screen.error(&error.message, error.hint.as_deref());
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// How the command ends.
    pub(super) fn exit(&self, report: &Report, config: &Config) -> Exit {
        let accepted = self.arguments.allow_incomplete || config.report.allow_incomplete;
        let incomplete = if accepted {
            Incomplete::Accepted
        } else {
            Incomplete::Fails
        };
        Exit::of(report, settings::fail_on(self.arguments.fail_on, config), incomplete)
    }
}

/// The report of these entries.
pub(super) fn assemble(
    command: &str,
    entries: Vec<ReportEntry>,
    policy: &Policy,
    made: Moment,
    database: Option<DatabaseInfo>,
) -> Report {
    let verdicts: Vec<Verdict> = entries.iter().map(|entry| entry.verdict.clone()).collect();
    Report {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: command.to_owned(),
        warnings: waxseal_detect::warnings(policy, &verdicts, made),
        database,
        scan: None,
        made,
        entries,
    }
}
