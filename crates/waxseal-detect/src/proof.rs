//! How methods write down what they found: findings and their proof.

use waxseal_model::{
    Capability, Confidence, Finding, Location, MailFlow, Proof, Reach, Severity, SourceEvidence, Target,
};

use crate::Case;

/// A finding about the case's subject. `evidence` must not be empty.
pub(crate) fn finding(
    case: &Case<'_>,
    indicator: &'static str,
    (severity, confidence): (Severity, Confidence),
    summary: String,
    mut evidence: Vec<Proof>,
    new: Option<bool>,
) -> Finding {
    debug_assert!(
        !evidence.is_empty(),
        "a finding without proof is only an opinion: {indicator}"
    );
    evidence.truncate(MAX_PROOFS);
    Finding {
        indicator: indicator.to_owned(),
        subject: case.subject.clone(),
        severity,
        confidence,
        summary,
        evidence,
        new,
    }
}

/// Adds named values to a proof.
pub(crate) trait Values: Sized {
    /// Names a value, cut to a bounded length.
    fn with(self, name: &str, value: impl Into<String>) -> Self;

    /// Names a value if there is one.
    fn with_some(self, name: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}

impl Values for Proof {
    fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.values.insert(name.to_owned(), cut(&value.into(), MAX_VALUE));
        self
    }
}

/// Proof that is a place in a file.
pub(crate) fn at(source: &SourceEvidence, location: Location) -> Proof {
    Proof {
        path: Some(source.path(location.file).to_owned()),
        location: Some(location),
        ..Proof::default()
    }
}

/// Proof that is a file as a whole.
pub(crate) fn in_file(path: &str) -> Proof {
    Proof {
        path: Some(cut(path, MAX_VALUE)),
        ..Proof::default()
    }
}

/// Proof that is in `package.json`.
pub(crate) fn in_manifest() -> Proof {
    in_file("package.json")
}

/// The place of a capability, with its API, its target and how it is reached.
pub(crate) fn of_capability(source: &SourceEvidence, capability: &Capability) -> Proof {
    let mut proof = at(source, capability.location)
        .with("capability", capability.kind.id())
        .with("api", &capability.api)
        .with_some("target", target_text(&capability.target));
    proof.function = capability.function.clone();
    proof.reached_by = steps(&capability.reach);
    proof
}

/// The place of a mail flow, with its channel and how it is reached.
pub(crate) fn of_flow(source: &SourceEvidence, flow: &MailFlow) -> Proof {
    let mut proof = at(source, flow.location)
        .with("channel", &flow.channel)
        .with_some("condition", flow.condition.as_ref());
    proof.function = flow.function.clone();
    proof.reached_by = steps(&flow.reach);
    proof
}

/// What a capability is aimed at, as text; `None` if it takes no target.
pub(crate) fn target_text(target: &Target) -> Option<String> {
    match target {
        Target::None => None,
        Target::Constant(text) | Target::Pattern(text) => Some(text.clone()),
        Target::Dynamic => Some("(not known before it runs)".to_owned()),
    }
}

/// `text`, cut at a character to at most `limit` bytes.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let mut end = limit;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}

/// A few names for a sentence: `` `a`, `b` and 3 more ``.
pub(crate) fn some_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<&str> = names.into_iter().collect();
    let shown: Vec<String> = all
        .iter()
        .take(MAX_NAMES)
        .map(|name| format!("`{}`", cut(name, MAX_NAME)))
        .collect();
    match all.len().saturating_sub(MAX_NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// `1 place`, `2 places`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

fn steps(reach: &Reach) -> Vec<String> {
    reach
        .steps()
        .iter()
        .take(MAX_STEPS)
        .map(|step| cut(step, MAX_VALUE))
        .collect()
}

/// More places of one thing tell a reader nothing new.
pub(crate) const MAX_PROOFS: usize = 20;
/// Values are printed; the longest that means anything is a script's command line.
const MAX_VALUE: usize = 1024;
/// Longer paths from an entry point are not read.
const MAX_STEPS: usize = 32;
/// How many names a sentence bears.
const MAX_NAMES: usize = 4;
/// npm's longest package name, the longest name met in a sentence.
const MAX_NAME: usize = 214;
