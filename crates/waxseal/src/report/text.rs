//! The report for people.
use waxseal_model::Report;

use super::RenderOptions;

/// Writes the report.
pub fn render(report: &Report, _options: &RenderOptions) -> String {
    let mut out = String::new();
    for entry in &report.entries {
        out.push_str(&format!("{} {:?}\n", entry.verdict.decision.id(), entry.verdict.subject.to_string()));
    }
    out
}
