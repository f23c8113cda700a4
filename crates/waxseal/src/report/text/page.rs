//! Writes lines on a page of a given width: colours only where asked for, no blank at the end of a line, no two empty lines.

use anstyle::{AnsiColor, Effects, Style};

use crate::report::RenderOptions;
use crate::report::width::{width, wrap};

/// A page that is being written.
pub(crate) struct Page {
    out: String,
    lines: usize,
    /// How many columns it has.
    pub(crate) width: usize,
    /// Show what is otherwise counted.
    pub(crate) verbose: bool,
    color: bool,
}

impl Page {
    /// An empty page.
    pub(crate) fn new(options: &RenderOptions) -> Self {
        Self {
            out: String::new(),
            lines: 0,
            width: options.width.clamp(MIN_WIDTH, MAX_WIDTH),
            verbose: options.verbose,
            color: options.color,
        }
    }

    /// `text` in a style, or as it is on a page without colours.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        if self.color && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end_matches(' '));
        self.out.push('\n');
        self.lines += 1;
    }

    /// Adds an empty line, unless there is one already or the page is empty.
    pub(crate) fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
            self.lines += 1;
        }
    }

    /// Adds `text` behind `label`, broken at spaces; further lines are indented like the text. The label is printed in
    /// `style`, its width is that of its characters. A label that leaves too little room gets a line of its own.
    pub(crate) fn labelled(&mut self, label: &str, style: Style, text: &str) {
        let indent = width(label);
        let room = self.width.saturating_sub(indent);
        if room < width(text) && room < self.width / 2 && !label.trim().is_empty() {
            for line in wrap(label.trim_start(), self.width.saturating_sub(2)) {
                let line = format!("  {}", self.paint(style, &line));
                self.line(&line);
            }
            return self.labelled("      ", PLAIN, text);
        }
        let lines = wrap(text, room.max(MIN_TEXT));
        let label = self.paint(style, label);
        if lines.is_empty() {
            self.line(&label);
        }
        for (idx, line) in lines.iter().enumerate() {
            if idx == 0 {
                self.line(&format!("{label}{line}"));
            } else {
                self.line(&format!("{}{line}", " ".repeat(indent)));
            }
        }
    }

    /// How many lines there are so far.
    pub(crate) fn lines(&self) -> usize {
        self.lines
    }

    /// The finished page.
    pub(crate) fn finish(mut self) -> String {
        while self.out.ends_with("\n\n") {
            self.out.pop();
        }
        self.out
    }
}

/// Bold.
pub(crate) const STRONG: Style = Style::new().effects(Effects::BOLD);
/// Line numbers, arrows, and what explains.
pub(crate) const FAINT: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::BrightBlue)));
/// What blocks, and lines that were removed.
pub(crate) const BAD: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
/// What a person should look at.
pub(crate) const DOUBT: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));
/// What is well, and lines that were added.
pub(crate) const GOOD: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
/// What could not be looked at.
pub(crate) const UNKNOWN: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Magenta)));
/// No style.
pub(crate) const PLAIN: Style = Style::new();

/// On a narrower page nothing could be laid out.
const MIN_WIDTH: usize = 40;

/// A page is never laid out wider, so that a wrong width cannot ask for endless blanks.
const MAX_WIDTH: usize = 400;

/// However deep the indentation, some text fits beside it.
const MIN_TEXT: usize = 20;
