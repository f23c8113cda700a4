//! `waxseal explain`: the manual of a detection method.

use std::fmt::Write;

use anstyle::Style;
use waxseal_detect::{METHODS, Method};

use super::screen::{Problem, Screen};
use crate::cli::Explain;
use crate::exit::Exit;

pub(super) fn run(arguments: &Explain, screen: &Screen) -> Result<Exit, Problem> {
    let text = match arguments.id.as_deref() {
        None => list(screen),
        Some(id) => {
            let found = waxseal_detect::explain(id)
                .ok_or_else(|| Problem::usage(format!("there is no method or indicator `{id}`"), hint(id)))?;
            let mut text = String::new();
            if let Some(indicator) = found.indicator {
                let bold = bold(screen);
                let _ = writeln!(text, "{bold}{}{bold:#}: {}", indicator.id, indicator.title);
                let _ = writeln!(text, "{}", indicator.summary);
                let _ = writeln!(text, "Usual severity: {}.", indicator.severity.id());
                for (what, ids) in [("ATT&CK", indicator.attack), ("Controls", indicator.controls)] {
                    if !ids.is_empty() {
                        let _ = writeln!(text, "{what}: {}.", ids.join(", "));
                    }
                }
                let _ = writeln!(text, "\nIt is found by the method `{}`:\n", found.method.id);
            }
            text.push_str(&manual(found.method, screen));
            text
        }
    };
    screen.print(&text)?;
    Ok(Exit::Clean)
}

/// Every method with its indicators.
fn list(screen: &Screen) -> String {
    let mut text = String::new();
    let bold = bold(screen);
    for method in METHODS {
        let _ = writeln!(text, "{bold}{}{bold:#}: {}", method.id, method.summary);
        for indicator in method.indicators {
            let _ = writeln!(
                text,
                "  {:<34} {:<8} {}",
                indicator.id,
                indicator.severity.id(),
                indicator.title
            );
        }
        text.push('\n');
    }
    text.push_str("`waxseal explain ID` shows the manual of one of them.\n");
    text
}

/// The manual as it is written, its headings in bold where that can be shown.
fn manual(method: &Method, screen: &Screen) -> String {
    let bold = bold(screen);
    let mut code = false;
    let mut out = String::new();
    for line in method.manual.lines() {
        code ^= line.starts_with("```");
        match line.trim_start_matches('#') {
            heading if heading.len() < line.len() && !code => {
                let _ = writeln!(out, "{bold}{line}{bold:#}");
            }
            _ => {
                let _ = writeln!(out, "{line}");
            }
        }
    }
    out
}

fn bold(screen: &Screen) -> Style {
    if screen.color {
        Style::new().bold()
    } else {
        Style::new()
    }
}

fn hint(id: &str) -> Option<String> {
    let ids: Vec<&str> = METHODS
        .iter()
        .flat_map(|method| std::iter::once(method.id).chain(method.indicators.iter().map(|indicator| indicator.id)))
        .collect();
    Some(crate::config::suggestion(id, &ids).unwrap_or_else(|| "`waxseal explain` lists them".to_owned()))
}
