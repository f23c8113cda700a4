//! Reports: what a verdict looks like on a terminal, in a pull request, and to another program.
//!
//! A format is a pure function of a [`Report`], [`RenderOptions`] and the static tables of `waxseal-detect`. It reads no
//! clock, no environment and no file, and it treats every piece of text that a package wrote as hostile: nothing leaves
//! this module without passing `escape::escape`.

use waxseal_model::Report;

pub(crate) mod answer;
mod compared;
pub(crate) mod escape;
mod excerpt;
mod json;
mod junit;
mod markdown;
pub(crate) mod openvex;
pub(crate) mod run;
mod sarif;
pub(crate) mod text;
pub(crate) mod width;

/// One way to write a report.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// What the user types behind `--format`.
    pub id: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// Writes the report. Ends with a line feed.
    pub render: fn(&Report, &RenderOptions) -> String,
}

/// What a format may be told about where its output goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenderOptions {
    /// How many columns the reader has. Only `text` minds.
    pub width: usize,
    /// Write ANSI colours. Only `text` minds.
    pub color: bool,
    /// Show notes and places that are otherwise counted. `text` and `markdown` mind.
    pub verbose: bool,
    /// Only count what is allowed: there is too much of it to be read. `text` and `markdown` mind.
    pub brief: bool,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self {
            width: 80,
            color: false,
            verbose: false,
            brief: false,
        }
    }
}

/// Every format, in the order help lists them.
pub const FORMATS: &[Format] = &[
    Format {
        id: "text",
        title: "for people, on a terminal",
        media_type: "text/plain; charset=utf-8",
        render: text::render,
    },
    Format {
        id: "json",
        title: "for programs, one document",
        media_type: "application/json",
        render: json::render,
    },
    Format {
        id: "jsonl",
        title: "for programs, one object a line",
        media_type: "application/jsonl",
        render: json::render_lines,
    },
    Format {
        id: "sarif",
        title: "for code hosts, SARIF 2.1.0",
        media_type: "application/sarif+json",
        render: sarif::render,
    },
    Format {
        id: "markdown",
        title: "for pull requests and build summaries",
        media_type: "text/markdown; charset=utf-8",
        render: markdown::render,
    },
    Format {
        id: "junit",
        title: "for build servers, JUnit XML",
        media_type: "application/xml",
        render: junit::render,
    },
];

/// The format of this id.
pub fn find(id: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.id == id)
}

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
