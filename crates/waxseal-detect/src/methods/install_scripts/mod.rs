//! What npm runs, or fetches from elsewhere than the registry, as soon as a release is installed.

mod command;

use std::collections::BTreeSet;

use waxseal_model::{
    Capability, CapabilityKind, Confidence, Dependency, DependencyKind, DependencySource, Finding, Manifest, Novelty,
    Proof, Reach, Severity, SourceEvidence, Target,
};

use crate::capability::{hides, is_active, is_evaluation, is_sensitive};
use crate::proof::{self, Values};
use crate::{Case, Indicator, Method, Need, Step};
use command::{Command, read};

pub(crate) const METHOD: Method = Method {
    id: "install-scripts",
    title: "Install scripts and remote dependencies",
    summary: "Finds what runs on installing a release, and dependencies that do not come from the registry.",
    context: false,
    needs: &[Need::Source, Need::Manifest],
    indicators: &[
        Indicator {
            id: NEW,
            title: "New install script",
            summary: "A release runs a script on installing that the one before did not have.",
            severity: Severity::High,
            attack: &["T1195.002", "T1059.007", "T1204.005"],
            controls: &[
                "iso27001:A.8.19",
                "iso27001:A.8.30",
                "nist80053:SR-3",
                "nist80053:CM-11",
            ],
        },
        Indicator {
            id: CHANGED,
            title: "Changed install script",
            summary: "What a release runs on installing is not what the one before ran.",
            severity: Severity::Medium,
            attack: &["T1195.002", "T1059.007"],
            controls: &[
                "iso27001:A.8.19",
                "iso27001:A.8.30",
                "nist80053:SR-3",
                "nist80053:CM-11",
            ],
        },
        Indicator {
            id: GAINED,
            title: "Install script that can do more",
            summary: "The code that runs on installing can do something that it could not do in the release before.",
            severity: Severity::High,
            attack: &["T1195.002", "T1059.007", "T1105"],
            controls: &[
                "iso27001:A.8.19",
                "iso27001:A.8.30",
                "nist80053:SR-3",
                "nist80053:CM-11",
            ],
        },
        Indicator {
            id: PRESENT,
            title: "Install script",
            summary: "A release runs a script on installing.",
            severity: Severity::Low,
            attack: &["T1059.007"],
            controls: &["iso27001:A.8.19", "nist80053:CM-11"],
        },
        Indicator {
            id: REMOTE_DEPENDENCY,
            title: "Dependency from outside the registry",
            summary: "A dependency is fetched from git, a URL or a path, where its content can change and its scripts may run.",
            severity: Severity::Medium,
            attack: &["T1195.001", "T1105"],
            controls: &["iso27001:A.8.19", "iso27001:A.5.21", "nist80053:SR-3", "nist80053:SR-4"],
        },
    ],
    run,
    manual: include_str!("manual.md"),
};

const NEW: &str = "install-scripts/new";
const CHANGED: &str = "install-scripts/changed";
const GAINED: &str = "install-scripts/gained";
const PRESENT: &str = "install-scripts/present";
const REMOTE_DEPENDENCY: &str = "install-scripts/remote-dependency";

fn run(case: &Case<'_>) -> Vec<Finding> {
    let (Some(source), Some(manifest)) = (case.source(), case.manifest()) else {
        return Vec::new();
    };
    let at_install = AtInstall::of(source);
    let old = case.previous_manifest().map(Manifest::install_scripts);
    let mut findings = Vec::new();
    for (name, body) in manifest.install_scripts() {
        let command = read(&body, &manifest.scripts);
        let script = Script { name, body, command };
        findings.push(match &old {
            Some(old) => compared(case, source, &script, &at_install, old),
            None => alone(case, source, &script, &at_install),
        });
    }
    findings.extend(gained(case, source));
    findings.extend(remote_dependencies(case, manifest));
    findings
}

struct Script {
    name: String,
    body: String,
    command: Command,
}

/// What the code that runs on installing can do, taken together.
struct AtInstall<'a> {
    reached: Vec<&'a Capability>,
}

impl<'a> AtInstall<'a> {
    fn of(source: &'a SourceEvidence) -> Self {
        let at_install = |capability: &&Capability| matches!(capability.reach, Reach::Install(_));
        Self {
            reached: source.capabilities.iter().filter(at_install).collect(),
        }
    }

    /// Something sensitive that reaches out of the process is hidden.
    fn hides(&self) -> bool {
        self.reached
            .iter()
            .any(|it| hides(it) && is_sensitive(it) && is_active(it.kind))
    }

    /// It can fetch and start something, run code that is not known before, or hides what it reaches.
    fn can_load(&self) -> bool {
        let has = |kind| self.reached.iter().any(|capability| capability.kind == kind);
        let runs_unknown = |capability: &&Capability| {
            capability.kind == CapabilityKind::DynamicCode
                && capability.target == Target::Dynamic
                && is_evaluation(&capability.api)
        };
        (has(CapabilityKind::Process) && has(CapabilityKind::Network))
            || self.reached.iter().any(runs_unknown)
            || self.reached.iter().any(|it| hides(it) && is_active(it.kind))
    }

    /// The first place of each kind that tells.
    fn proofs(&self, source: &SourceEvidence) -> Vec<Proof> {
        let mut seen = BTreeSet::new();
        let telling = self.reached.iter().filter(|capability| is_active(capability.kind));
        telling
            .filter(|it| seen.insert((it.kind, it.hidden)))
            .map(|it| proof::of_capability(source, it))
            .collect()
    }
}

/// A release alone: builders are ordinary, code of its own is worth knowing, code that loads more is worth a look.
fn alone(case: &Case<'_>, source: &SourceEvidence, script: &Script, at_install: &AtInstall<'_>) -> Finding {
    let (severity, confidence) = if at_install.hides() {
        (Severity::Critical, Confidence::Medium)
    } else if at_install.can_load() || script.command == Command::Download {
        (Severity::High, Confidence::Medium)
    } else if script.command == Command::Builder {
        (Severity::Low, Confidence::High)
    } else {
        (Severity::Medium, Confidence::Low)
    };
    let summary = format!(
        "installing runs `{}` ({})",
        proof::cut(&script.body, MAX_BODY),
        script.name
    );
    proof::finding(
        case,
        PRESENT,
        (severity, confidence),
        summary,
        prove(source, script, at_install, None),
        None,
    )
}

fn compared(
    case: &Case<'_>,
    source: &SourceEvidence,
    script: &Script,
    at_install: &AtInstall<'_>,
    old: &[(String, String)],
) -> Finding {
    let same = |(name, body): &(String, String)| *body == script.body && is_same_step(name, &script.name);
    let body = proof::cut(&script.body, MAX_BODY);
    if old.iter().any(same) {
        // The reader is comparing, and this did not change; only what hides is still worth a look.
        let weight = if at_install.hides() {
            (Severity::High, Confidence::Medium)
        } else {
            (Severity::Low, Confidence::High)
        };
        let summary = format!("installing runs `{body}` ({}), as the release before did", script.name);
        return proof::finding(
            case,
            PRESENT,
            weight,
            summary,
            prove(source, script, at_install, None),
            Some(false),
        );
    }
    let step = case.step().unwrap_or(Step::Patch);
    let dangerous = at_install.can_load() || script.command == Command::Download || script.command == Command::Inline;
    if let Some((_, before)) = old.iter().find(|(name, _)| is_same_step(name, &script.name)) {
        let weight = match () {
            () if at_install.hides() => (Severity::Critical, Confidence::Medium),
            () if dangerous && !did_the_same(before, script) => (Severity::High, Confidence::Medium),
            () if script.command == Command::Builder => (Severity::Low, Confidence::High),
            () => (Severity::Medium, Confidence::Medium),
        };
        let summary = format!(
            "installing now runs `{body}` ({}) instead of `{}`",
            script.name,
            proof::cut(before, MAX_BODY)
        );
        return proof::finding(
            case,
            CHANGED,
            weight,
            summary,
            prove(source, script, at_install, Some(before)),
            Some(true),
        );
    }
    let weight = match () {
        () if at_install.hides() => (Severity::Critical, Confidence::Medium),
        () if dangerous || step.arrives_by_itself() || script.name.contains("implicit") => {
            (Severity::High, Confidence::Medium)
        }
        () if script.command == Command::Builder => (Severity::Low, Confidence::Medium),
        () => (Severity::Medium, Confidence::Medium),
    };
    let summary = format!(
        "installing now runs `{body}` ({}); the release before ran no such script",
        script.name
    );
    proof::finding(
        case,
        NEW,
        weight,
        summary,
        prove(source, script, at_install, None),
        Some(true),
    )
}

/// What the scripts' code gained, where the script itself was there before.
fn gained(case: &Case<'_>, source: &SourceEvidence) -> Option<Finding> {
    let step = case.step()?;
    case.previous_manifest()
        .filter(|manifest| !manifest.install_scripts().is_empty())?;
    let gained: Vec<&Capability> = case
        .change?
        .gained
        .iter()
        .filter(|gained| {
            matches!(gained.novelty, Novelty::Kind | Novelty::Api | Novelty::Reached) || hides(&gained.capability)
        })
        .map(|gained| &gained.capability)
        .filter(|capability| matches!(capability.reach, Reach::Install(_)) && is_active(capability.kind))
        .collect();
    if gained.is_empty() {
        return None;
    }
    let hidden = gained.iter().any(|it| hides(it) && is_sensitive(it));
    let weight = match () {
        () if hidden => (Severity::Critical, Confidence::Medium),
        () if step.arrives_by_itself() => (Severity::High, Confidence::Medium),
        () => (Severity::Medium, Confidence::Medium),
    };
    let apis: BTreeSet<&str> = gained.iter().map(|capability| capability.api.as_str()).collect();
    let summary = format!("the code that runs on installing can now use {}", proof::some_of(apis));
    let proofs = gained
        .iter()
        .map(|capability| proof::of_capability(source, capability))
        .collect();
    Some(proof::finding(case, GAINED, weight, summary, proofs, Some(true)))
}

fn remote_dependencies(case: &Case<'_>, manifest: &Manifest) -> Vec<Finding> {
    let old = case.previous_manifest();
    let remote = |it: &&Dependency| {
        it.source != DependencySource::Registry && matches!(it.kind, DependencyKind::Regular | DependencyKind::Optional)
    };
    let mut findings = Vec::new();
    for dependency in manifest.dependencies.iter().filter(remote) {
        let known = |old: &Manifest| {
            old.dependencies
                .iter()
                .any(|it| it.name == dependency.name && it.spec == dependency.spec)
        };
        let new = old.map(|old| !known(old));
        let fetched = dependency.source != DependencySource::File;
        let weight = match new {
            // A path outside the package leads nowhere once it is installed.
            _ if !fetched => (Severity::Low, Confidence::Medium),
            Some(true) => (Severity::High, Confidence::Medium),
            // Optional, so that nobody sees it fail: the shape an attack used that needs no script of its own.
            None if dependency.kind == DependencyKind::Optional => (Severity::High, Confidence::Medium),
            _ => (Severity::Medium, Confidence::Medium),
        };
        let summary = format!(
            "{} `{}` comes from {}, `{}`",
            if dependency.kind == DependencyKind::Optional {
                "the optional dependency"
            } else {
                "the dependency"
            },
            proof::cut(&dependency.name, MAX_BODY),
            origin(dependency.source),
            proof::cut(&dependency.spec, MAX_BODY),
        );
        let proof = proof::in_manifest()
            .with("dependency", &dependency.name)
            .with("spec", &dependency.spec);
        findings.push(proof::finding(
            case,
            REMOTE_DEPENDENCY,
            weight,
            summary,
            vec![proof],
            new,
        ));
    }
    findings
}

fn prove(source: &SourceEvidence, script: &Script, at_install: &AtInstall<'_>, before: Option<&str>) -> Vec<Proof> {
    let script = proof::in_manifest()
        .with("script", &script.name)
        .with("command", &script.body)
        .with_some("before", before);
    let mut proofs = vec![script];
    proofs.extend(at_install.proofs(source));
    proofs
}

/// npm's implicit install script and one written out stand for the same step.
fn is_same_step(left: &str, right: &str) -> bool {
    left == right || (left.starts_with("install") && right.starts_with("install"))
}

/// The older body already was the same kind of command.
fn did_the_same(before: &str, script: &Script) -> bool {
    let older = read(before, &std::collections::BTreeMap::new());
    older == script.command && older != Command::File
}

fn origin(source: DependencySource) -> &'static str {
    match source {
        DependencySource::Git => "a git repository",
        DependencySource::Url => "a URL",
        DependencySource::File => "a path",
        DependencySource::Registry => "the registry",
    }
}

/// Enough of a command line to recognise it in a sentence; the whole is in the proof.
const MAX_BODY: usize = 160;

#[cfg(test)]
pub(crate) mod tests;
