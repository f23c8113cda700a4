//! Where output goes: data to standard output, everything else to standard error, nothing raw.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};

use crate::cli::{Color, Shared};
use crate::exit::Exit;

/// How a command ends early.
#[derive(Debug)]
pub(super) enum Problem {
    /// Standard output is closed.
    ReaderGone,
    /// Everything was said already.
    Said(Exit),
    /// One sentence, and what to do.
    Sentence {
        exit: Exit,
        message: String,
        hint: Option<String>,
    },
}

impl Problem {
    /// Wrong usage or configuration.
    pub(super) fn usage(message: impl Display, hint: impl Into<Option<String>>) -> Self {
        Self::Sentence {
            exit: Exit::Usage,
            message: message.to_string(),
            hint: hint.into(),
        }
    }

    /// A fault of ours or of the machine.
    pub(super) fn fault(message: impl Display) -> Self {
        Self::Sentence {
            exit: Exit::Fault,
            message: message.to_string(),
            hint: None,
        }
    }
}

/// The two streams, and what they may show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Screen {
    /// Columns of standard output.
    pub(super) width: usize,
    /// Colours on standard output.
    pub(super) color: bool,
    /// Standard output is a terminal.
    pub(super) terminal: bool,
    /// Progress may be shown.
    pub(super) progress: bool,
    error_color: bool,
    quiet: bool,
}

impl Screen {
    pub(super) fn new(shared: &Shared) -> Self {
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let columns = std::env::var("COLUMNS")
            .ok()
            .and_then(|text| text.parse().ok())
            .filter(|width| *width >= NARROWEST);
        let terminal_columns = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        Self {
            width: columns
                .or_else(|| out.then(terminal_columns).flatten())
                .unwrap_or(DEFAULT_WIDTH)
                .max(NARROWEST),
            color: color(shared.color, out),
            terminal: out,
            progress: err && !shared.quiet,
            error_color: color(shared.color, err),
            quiet: shared.quiet,
        }
    }

    /// Whether anything beside the report is wanted.
    pub(super) fn shows_notes(&self) -> bool {
        !self.quiet
    }

    /// Writes data. A closed pipe ends the command quietly.
    pub(super) fn print(&self, text: &str) -> Result<(), Problem> {
        self.write(text.as_bytes())
    }

    /// As [`Self::print`], for bytes.
    pub(super) fn write(&self, bytes: &[u8]) -> Result<(), Problem> {
        let mut out = io::stdout().lock();
        written(out.write_all(bytes).and_then(|()| out.flush()))
    }

    /// One sentence on standard error, and what to do.
    pub(super) fn error(&self, message: &str, hint: Option<&str>) {
        let bold = |color: AnsiColor| {
            if self.error_color {
                color.on_default().bold()
            } else {
                Style::new()
            }
        };
        let (red, cyan) = (bold(AnsiColor::Red), bold(AnsiColor::Cyan));
        let mut text = format!("{red}error{red:#}: {}", plain(message));
        if let Some(hint) = hint.filter(|hint| !hint.is_empty()) {
            text.push_str(&format!("\n{cyan}hint{cyan:#}: {}", plain(hint)));
        }
        say(&text);
    }

    /// What weakens a result without changing it, on standard error.
    pub(super) fn warn(&self, sentences: &[String]) {
        let yellow = if self.error_color {
            AnsiColor::Yellow.on_default().bold()
        } else {
            Style::new()
        };
        for sentence in sentences.iter().filter(|_| !self.quiet) {
            say(&format!("{yellow}warning{yellow:#}: {}", plain(sentence)));
        }
    }

    /// Something worth knowing, on standard error.
    pub(super) fn note(&self, message: &str) {
        if !self.quiet {
            say(&plain(message));
        }
    }
}

/// What became of writing to standard output.
pub(super) fn written(done: io::Result<()>) -> Result<(), Problem> {
    done.map_err(|err| match err.kind() {
        io::ErrorKind::BrokenPipe => Problem::ReaderGone,
        _ => Problem::fault(format!("cannot write to standard output: {err}")),
    })
}

/// Writes to standard error; if that is closed too, nobody is left to tell.
pub(super) fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Text that may hold what a package or a server wrote, on one line and without anything a terminal would obey.
pub(super) fn plain(text: &str) -> String {
    crate::report::escape::escape(text, MAX_SENTENCE)
}

/// <https://no-color.org> and <https://bixense.com/clicolors/>.
fn color(asked: Color, terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match asked {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto if std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0") => {
            true
        }
        Color::Auto => terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// Where nobody says how wide the page is.
const DEFAULT_WIDTH: usize = 80;

/// Below this nothing can be laid out.
const NARROWEST: usize = 40;

/// Longer sentences are not read.
const MAX_SENTENCE: usize = 2000;
