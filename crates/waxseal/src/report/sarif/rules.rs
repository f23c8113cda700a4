//! Rules: every indicator of the table, and any id a finding has beyond it.

use waxseal_detect::{Indicator, Method};
use waxseal_model::Severity;

use super::message;
use super::results::Results;
use super::shape::{Configuration, Help, Rule, RuleProperties};
use crate::report::answer::NAME_LIMIT;
use crate::report::escape::escape;

/// The rules, in the order of [`Results::rules`].
pub(super) fn describe(results: &Results) -> Vec<Rule> {
    results
        .rules
        .iter()
        .map(
            |id| match waxseal_detect::indicators().find(|(_, indicator)| indicator.id == id) {
                Some((method, indicator)) => of_indicator(method, indicator, results.uses(id)),
                None => unknown(id),
            },
        )
        .collect()
}

fn of_indicator(method: &Method, indicator: &Indicator, used: bool) -> Rule {
    let tags = ["security", "supply-chain"]
        .iter()
        .chain(indicator.attack)
        .chain(indicator.controls);
    Rule {
        id: indicator.id.to_owned(),
        name: pascal_case(indicator.id),
        short_description: message(indicator.title),
        full_description: message(indicator.summary),
        help: Help {
            text: format!(
                "{} `waxseal explain {}` prints the manual.",
                indicator.summary, indicator.id
            ),
            // A manual is long; only those that a reader will want are written.
            markdown: (used && !method.manual.is_empty()).then(|| method.manual.to_owned()),
        },
        default_configuration: Configuration {
            level: level(indicator.severity),
        },
        properties: RuleProperties {
            tags: tags.take(MAX_TAGS).map(|tag| (*tag).to_owned()).collect(),
            security_severity: security_severity(indicator.severity),
        },
    }
}

fn unknown(id: &str) -> Rule {
    let id = escape(id, NAME_LIMIT);
    Rule {
        name: pascal_case(&id),
        short_description: message(&id),
        full_description: message(&id),
        help: Help {
            text: id.clone(),
            markdown: None,
        },
        default_configuration: Configuration { level: "warning" },
        properties: RuleProperties {
            tags: vec!["security".to_owned()],
            security_severity: None,
        },
        id,
    }
}

/// `recipients/hidden-copy` as `RecipientsHiddenCopy`.
fn pascal_case(id: &str) -> String {
    id.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| format!("{}{}", word[..1].to_ascii_uppercase(), &word[1..]))
        .collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium | Severity::Low => "warning",
        Severity::Info => "note",
    }
}

/// GitHub calls 9.0 and above critical, 7.0 high, 4.0 medium, and what is below low; without a number it is no security alert.
fn security_severity(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("3.0"),
        Severity::Info => None,
    }
}

/// GitHub accepts no more on one rule. A test makes sure that no indicator has more, so nothing is dropped here.
pub(super) const MAX_TAGS: usize = 20;
