//! Reports for programs: one JSON document, or one JSON object a line. Both are published as JSON Schemas.

use waxseal_model::Report;

use self::shape::{JsonLine, JsonReport};
use super::RenderOptions;

mod calls;
mod change;
mod mail;
mod run;
mod run_change;
mod scan;
mod shape;
mod words;

/// Writes one document.
pub(crate) fn render(report: &Report, _options: &RenderOptions) -> String {
    let mut out = serde_json::to_string_pretty(&JsonReport::of(report)).expect("plain data can be written as JSON");
    out.push('\n');
    out
}

/// Writes one line a package, and a last line that sums up, so that a reader can tell a finished report from a cut one.
pub(crate) fn render_lines(report: &Report, _options: &RenderOptions) -> String {
    let mut out = String::new();
    let packages = report.entries.iter().map(JsonLine::package);
    for line in packages.chain([JsonLine::summary(report)]) {
        out.push_str(&serde_json::to_string(&line).expect("plain data can be written as JSON"));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests;
