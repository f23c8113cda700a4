//! What a release newly does when it runs, and what it no longer does, beside what other methods weigh by themselves.

use waxseal_model::{Confidence, Finding, Proof, RunAspect, RunDifference, RunSide, Severity};

use crate::proof::{self, Values};
use crate::{Case, Indicator, Method, Need};

pub(crate) const METHOD: Method = Method {
    id: "run-diff",
    title: "What it newly does",
    summary: "Compares what two releases did in rooms of their own under the same calls, and finds what only one of them did.",
    context: false,
    needs: &[Need::Runs, Need::RunChange],
    indicators: &[
        indicator(
            DESTINATION,
            "New destination",
            "A release reached a host, or asked for a name, that the one before did not under the same calls.",
            Severity::High,
            &["T1071", "T1041", "T1195.002"],
        ),
        indicator(
            PROGRAM,
            "New program",
            "A release started a program that the one before did not under the same calls.",
            Severity::High,
            &["T1059", "T1195.002"],
        ),
        indicator(
            MESSAGE,
            "Message that is sent once more",
            "A release hands over a message more often, or to another server, than the one before for the same call.",
            Severity::High,
            &["T1114.003", "T1048"],
        ),
        indicator(
            LOST,
            "Mail that is no longer sent",
            "Somebody got a message from the release before, and gets none for the same call.",
            Severity::High,
            &["T1565.002"],
        ),
        indicator(
            RECIPIENT,
            "Other place of a recipient",
            "Somebody who was asked for is newly named in another place, or somebody whom nobody asked for no longer gets mail.",
            Severity::Low,
            &[],
        ),
        indicator(
            TOOL,
            "Other tools",
            "A server has a tool, a description or arguments that the release before had not, or lacks one.",
            Severity::Medium,
            &["T1195.002"],
        ),
        indicator(
            FILE,
            "Other files",
            "A release made, changed or removed files that the one before did not.",
            Severity::Low,
            &["T1546", "T1195.002"],
        ),
    ],
    run,
    manual: include_str!("manual.md"),
};

const fn indicator(
    id: &'static str,
    title: &'static str,
    summary: &'static str,
    severity: Severity,
    attack: &'static [&'static str],
) -> Indicator {
    Indicator {
        id,
        title,
        summary,
        severity,
        attack,
        controls: &[
            "iso27001:A.8.30",
            "iso27001:A.8.32",
            "nist80053:SR-3",
            "nist80053:CM-3",
            "nist80053:SI-4",
        ],
    }
}

const DESTINATION: &str = "run-diff/destination";
const PROGRAM: &str = "run-diff/program";
const MESSAGE: &str = "run-diff/message";
const LOST: &str = "run-diff/lost";
const RECIPIENT: &str = "run-diff/recipient";
const TOOL: &str = "run-diff/tool";
const FILE: &str = "run-diff/file";

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Some(change) = case.run_change else {
        return Vec::new();
    };
    let by_itself = case.step().is_none_or(crate::Step::arrives_by_itself);
    let mut claims: Vec<(Claim, Vec<Proof>)> = Vec::new();
    for it in &change.differences {
        let silent = || {
            let mut all = change.differences.iter();
            all.any(|other| is_silent(other) && other.values.get("call") == it.values.get("call"))
        };
        let claim = match (it.aspect, it.side) {
            (RunAspect::Destination, RunSide::Gained) => destination(it, by_itself),
            (RunAspect::Name, RunSide::Gained) => name(it),
            (RunAspect::Program, RunSide::Gained) => program(it, by_itself),
            (RunAspect::File, RunSide::Gained) => file(it),
            (RunAspect::Tool, side) => tool(it, side),
            (RunAspect::Message, RunSide::Gained) if it.expected => message(it),
            (RunAspect::Message, RunSide::Lost) if is_silent(it) => lost_message(it),
            // Whoever gets nothing of a call that sends nothing was said already.
            (RunAspect::Recipient, RunSide::Lost) if it.expected && silent() => None,
            (RunAspect::Recipient, side) => recipient(it, side),
            _ => None,
        };
        let Some(claim) = claim else { continue };
        match claims.iter_mut().find(|(known, _)| *known == claim) {
            Some((_, proofs)) => proofs.push(prove(it)),
            None => claims.push((claim, vec![prove(it)])),
        }
    }
    claims
        .into_iter()
        .map(|(claim, proofs)| proof::finding(case, claim.indicator, claim.weight, claim.summary, proofs, Some(true)))
        .collect()
}

/// What is claimed; differences of which the same is claimed are one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Claim {
    indicator: &'static str,
    weight: (Severity, Confidence),
    summary: String,
}

fn claim(indicator: &'static str, weight: (Severity, Confidence), summary: String) -> Option<Claim> {
    Some(Claim {
        indicator,
        weight,
        summary,
    })
}

/// The first message of a call.
fn is_silent(it: &RunDifference) -> bool {
    it.aspect == RunAspect::Message && it.side == RunSide::Lost && it.expected && !it.values.contains_key("times")
}

fn destination(it: &RunDifference, by_itself: bool) -> Option<Claim> {
    let weight = match (it.expected, by_itself) {
        (true, _) => (Severity::Info, Confidence::High),
        (false, true) => (Severity::High, Confidence::Low),
        (false, false) => (Severity::Medium, Confidence::Low),
    };
    claim(DESTINATION, weight, format!("it newly reaches {}", short(&it.what)))
}

fn name(it: &RunDifference) -> Option<Claim> {
    let summary = format!("it newly asks for the name {}, and does not go there", short(&it.what));
    claim(DESTINATION, (Severity::Medium, Confidence::Medium), summary)
}

fn program(it: &RunDifference, by_itself: bool) -> Option<Claim> {
    let weight = match (it.expected, by_itself) {
        // The same program, told something else.
        (true, _) => (Severity::Medium, Confidence::Low),
        (false, true) => (Severity::High, Confidence::Medium),
        (false, false) => (Severity::Medium, Confidence::Medium),
    };
    claim(PROGRAM, weight, format!("it newly starts `{}`", short(&it.what)))
}

fn file(it: &RunDifference) -> Option<Claim> {
    // What lies outside of the project and of caches outlives it.
    let inside = ["/projects/", "/.npm", "/.cache", "/tmp/", "/dev/"];
    let weight = if inside.iter().any(|part| it.what.contains(part)) {
        (Severity::Low, Confidence::High)
    } else {
        (Severity::High, Confidence::Low)
    };
    let change = it.values.get("change").map_or("changed", String::as_str);
    let verb = match change {
        "made" => "makes",
        "removed" => "removes",
        _ => "changes",
    };
    claim(FILE, weight, format!("it newly {verb} {}", short(&it.what)))
}

fn tool(it: &RunDifference, side: RunSide) -> Option<Claim> {
    let name = short(&it.what);
    let what = it.values.get("change").map_or("name", String::as_str);
    let (weight, summary) = match (side, what) {
        (RunSide::Gained, "name") => (
            (Severity::Low, Confidence::High),
            format!("the server newly has the tool `{name}`"),
        ),
        (RunSide::Lost, "name") => (
            (Severity::Low, Confidence::High),
            format!("the server no longer has the tool `{name}`"),
        ),
        // What a model is told decides what it does.
        (_, "description") => (
            (Severity::Medium, Confidence::Medium),
            format!("the tool `{name}` describes itself otherwise"),
        ),
        _ => (
            (Severity::Low, Confidence::High),
            format!("the tool `{name}` takes other arguments"),
        ),
    };
    claim(TOOL, weight, summary)
}

fn message(it: &RunDifference) -> Option<Claim> {
    let (call, host) = (call(it), short(&it.what));
    match it.values.get("times") {
        // A client that tries again does this too.
        Some(times) => {
            let summary = format!("`{call}` newly hands a message to {host} {} times", short(times));
            claim(MESSAGE, (Severity::Medium, Confidence::Medium), summary)
        }
        None => {
            let summary = format!("`{call}` newly hands its message to {host}");
            claim(MESSAGE, (Severity::High, Confidence::Medium), summary)
        }
    }
}

fn lost_message(it: &RunDifference) -> Option<Claim> {
    let summary = format!("`{}` no longer sends a message through {}", call(it), short(&it.what));
    claim(LOST, (Severity::High, Confidence::Medium), summary)
}

fn recipient(it: &RunDifference, side: RunSide) -> Option<Claim> {
    let place = it.values.get("place").map_or("a recipient", String::as_str);
    let (call, place) = (call(it), short(place));
    match (side, it.expected) {
        (RunSide::Lost, true) => {
            let summary = format!("`{call}` no longer sends to the one it was asked to send to ({place})");
            claim(LOST, (Severity::High, Confidence::Medium), summary)
        }
        (RunSide::Lost, false) => {
            let summary = format!("{} no longer gets what `{call}` sends ({place})", short(&it.what));
            claim(RECIPIENT, (Severity::Info, Confidence::High), summary)
        }
        (RunSide::Gained, true) => {
            let summary = format!("`{call}` newly names the one it was asked to send to as {place}");
            claim(RECIPIENT, (Severity::Low, Confidence::Medium), summary)
        }
        // Who nobody asked for is weighed by how it stands to what was asked.
        (RunSide::Gained, false) => None,
    }
}

fn call(it: &RunDifference) -> String {
    it.values
        .get("call")
        .map_or_else(|| "the package".to_owned(), |name| short(name))
}

fn short(text: &str) -> String {
    proof::cut(text, MAX_NAME)
}

fn prove(it: &RunDifference) -> Proof {
    let proof = Proof::default()
        .with("aspect", it.aspect.id())
        .with("side", it.side.id());
    let named = match it.aspect {
        RunAspect::Recipient => Some("recipient"),
        RunAspect::Program => Some("command"),
        RunAspect::File => Some("file"),
        RunAspect::Tool => Some("tool"),
        RunAspect::Name => Some("host"),
        _ => None,
    };
    let proof = match named {
        Some(name) => proof.with(name, &it.what),
        None => proof,
    };
    it.values
        .iter()
        .fold(proof, |proof, (name, value)| proof.with(name, value))
}

/// Long enough to know a program by.
const MAX_NAME: usize = 320;

#[cfg(test)]
pub(crate) mod tests;
