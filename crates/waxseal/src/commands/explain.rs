//! `waxseal explain`: the manual of a detection method.

use std::fmt::Write;

use anstyle::Style;
use waxseal_detect::mail::MAIL;
use waxseal_detect::{Indicator, METHODS};

use super::screen::{Problem, Screen};
use crate::cli::Explain;
use crate::exit::Exit;

pub(super) fn run(arguments: &Explain, screen: &Screen) -> Result<Exit, Problem> {
    let text = match arguments.id.as_deref() {
        None => list(screen),
        Some(id) => {
            let (topic, indicator) =
                find(id).ok_or_else(|| Problem::usage(format!("there is no method or indicator `{id}`"), hint(id)))?;
            let mut text = String::new();
            if let Some(indicator) = indicator {
                let bold = bold(screen);
                let _ = writeln!(text, "{bold}{}{bold:#}: {}", indicator.id, indicator.title);
                let _ = writeln!(text, "{}", indicator.summary);
                let _ = writeln!(text, "Usual severity: {}.", indicator.severity.id());
                for (what, ids) in [("ATT&CK", indicator.attack), ("Controls", indicator.controls)] {
                    if !ids.is_empty() {
                        let _ = writeln!(text, "{what}: {}.", ids.join(", "));
                    }
                }
                let _ = writeln!(text, "\nIt is found by {} `{}`:\n", topic.found_by, topic.id);
            }
            text.push_str(&manual(topic.manual, screen));
            text
        }
    };
    screen.print(&text)?;
    Ok(Exit::Clean)
}

/// What has a manual: a detection method, or the judgement of mail.
#[derive(Clone, Copy)]
struct Topic {
    id: &'static str,
    summary: &'static str,
    found_by: &'static str,
    indicators: &'static [Indicator],
    manual: &'static str,
}

fn topics() -> impl Iterator<Item = Topic> {
    let mail = Topic {
        id: MAIL.id,
        summary: MAIL.summary,
        found_by: "the command",
        indicators: MAIL.indicators,
        manual: MAIL.manual,
    };
    let methods = METHODS.iter().map(|method| Topic {
        id: method.id,
        summary: method.summary,
        found_by: "the method",
        indicators: method.indicators,
        manual: method.manual,
    });
    methods.chain([mail])
}

fn find(id: &str) -> Option<(Topic, Option<&'static Indicator>)> {
    topics().find_map(|topic| {
        if topic.id == id {
            return Some((topic, None));
        }
        let indicator = topic.indicators.iter().find(|indicator| indicator.id == id)?;
        Some((topic, Some(indicator)))
    })
}

/// Every method with its indicators.
fn list(screen: &Screen) -> String {
    let mut text = String::new();
    let bold = bold(screen);
    for topic in topics() {
        let _ = writeln!(text, "{bold}{}{bold:#}: {}", topic.id, topic.summary);
        for indicator in topic.indicators {
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
fn manual(manual: &str, screen: &Screen) -> String {
    let bold = bold(screen);
    let mut code = false;
    let mut out = String::new();
    for line in manual.lines() {
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
    let ids: Vec<&str> = topics()
        .flat_map(|topic| std::iter::once(topic.id).chain(topic.indicators.iter().map(|indicator| indicator.id)))
        .collect();
    Some(crate::config::suggestion(id, &ids).unwrap_or_else(|| "`waxseal explain` lists them".to_owned()))
}
