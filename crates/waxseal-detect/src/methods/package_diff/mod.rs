//! What a release can newly do, weighed by how little a release of its kind should bring.

mod hosts;

use std::collections::BTreeMap;

use waxseal_model::{Capability, CapabilityKind, Confidence, Finding, Gained, Novelty, Proof, Reach, Severity, Target};

use crate::capability::{hides, is_active, is_evaluation, is_sensitive};
use crate::proof::{self, Values};
use crate::{Case, Indicator, Method, Need, Step};

pub(crate) const METHOD: Method = Method {
    id: "package-diff",
    title: "What is new in a release",
    summary: "Finds what a release can newly do, compared with the one before.",
    context: false,
    needs: &[Need::Source, Need::Manifest, Need::Change],
    indicators: &[
        Indicator {
            id: NEW_CAPABILITY,
            title: "New kind of capability",
            summary: "A release can do something of a kind that the one before could not do at all.",
            severity: Severity::Medium,
            attack: &["T1195.002", "T1059.007"],
            controls: &["iso27001:A.8.30", "iso27001:A.8.32", "nist80053:SR-3", "nist80053:CM-3"],
        },
        Indicator {
            id: HIDDEN_CAPABILITY,
            title: "New capability that hides itself",
            summary: "A release newly uses something whose name or target had to be computed to be seen.",
            severity: Severity::High,
            attack: &["T1195.002", "T1027", "T1140"],
            controls: &["iso27001:A.8.30", "iso27001:A.8.7", "nist80053:SR-3", "nist80053:SI-3"],
        },
        Indicator {
            id: SENSITIVE_TARGET,
            title: "New use of something sensitive",
            summary: "A release newly aims at a credential, a start-up file, or a command that fetches or decodes.",
            severity: Severity::Medium,
            attack: &["T1195.002", "T1552.001", "T1059"],
            controls: &["iso27001:A.8.30", "iso27001:A.5.17", "nist80053:SR-3", "nist80053:SI-4"],
        },
        Indicator {
            id: NEW_HOST,
            title: "New host",
            summary: "A release reaches a host that the one before did not name.",
            severity: Severity::Medium,
            attack: &["T1071.001"],
            controls: &["iso27001:A.8.23", "iso27001:A.8.30", "nist80053:SR-3", "nist80053:SC-7"],
        },
        Indicator {
            id: HIDDEN_HOST,
            title: "New host that hides",
            summary: "A release reaches a host that it hides, or a bare IP address, that the one before did not.",
            severity: Severity::High,
            attack: &["T1195.002", "T1027", "T1071.001"],
            controls: &["iso27001:A.8.23", "iso27001:A.8.30", "nist80053:SR-3", "nist80053:SC-7"],
        },
        Indicator {
            id: NEW_DEPENDENCY,
            title: "New dependency",
            summary: "A release installs a package that the one before did not.",
            severity: Severity::Low,
            attack: &["T1195.001"],
            controls: &["iso27001:A.5.21", "iso27001:A.8.30", "nist80053:SR-3"],
        },
        Indicator {
            id: MORE,
            title: "Known kind of capability, newly used",
            summary: "A release does more of what the one before did already: other calls or other targets.",
            severity: Severity::Info,
            attack: &[],
            controls: &["iso27001:A.8.32", "nist80053:CM-3"],
        },
        Indicator {
            id: MANIFEST,
            title: "Changed entry points or requirements",
            summary: "A release is loaded, started, required or licensed in another way than the one before.",
            severity: Severity::Info,
            attack: &[],
            controls: &["iso27001:A.8.32", "nist80053:CM-3"],
        },
    ],
    run,
    manual: include_str!("manual.md"),
};

const NEW_CAPABILITY: &str = "package-diff/new-capability";
const HIDDEN_CAPABILITY: &str = "package-diff/hidden-capability";
const SENSITIVE_TARGET: &str = "package-diff/sensitive-target";
const NEW_HOST: &str = "package-diff/new-host";
const HIDDEN_HOST: &str = "package-diff/hidden-host";
const NEW_DEPENDENCY: &str = "package-diff/new-dependency";
const MORE: &str = "package-diff/more";
const MANIFEST: &str = "package-diff/manifest";

fn run(case: &Case<'_>) -> Vec<Finding> {
    let (Some(change), Some(step)) = (case.change, case.step()) else {
        return Vec::new();
    };
    let mut new: BTreeMap<CapabilityKind, Vec<&Gained>> = BTreeMap::new();
    let mut more: BTreeMap<CapabilityKind, Vec<&Gained>> = BTreeMap::new();
    let mut hidden: BTreeMap<CapabilityKind, Vec<&Gained>> = BTreeMap::new();
    let mut sensitive: BTreeMap<CapabilityKind, Vec<&Gained>> = BTreeMap::new();
    for gained in change.gained.iter().filter(|gained| is_ours(gained.capability.kind)) {
        let it = &gained.capability;
        let known = gained.novelty != Novelty::Kind;
        if known { &mut more } else { &mut new }
            .entry(it.kind)
            .or_default()
            .push(gained);
        let beyond = gained.novelty != Novelty::More && it.reach.is_reached();
        if beyond && hides(it) && (is_active(it.kind) || is_sensitive(it)) {
            hidden.entry(it.kind).or_default().push(gained);
        } else if beyond && is_sensitive(it) && it.kind != CapabilityKind::Network {
            sensitive.entry(it.kind).or_default().push(gained);
        }
    }
    let mut findings = Vec::new();
    findings.extend(
        new.into_iter()
            .map(|(kind, gained)| new_kind(case, step, kind, &gained)),
    );
    findings.extend(
        hidden
            .into_iter()
            .map(|(kind, gained)| hidden_kind(case, step, kind, &gained)),
    );
    findings.extend(
        sensitive
            .into_iter()
            .map(|(kind, gained)| sensitive_kind(case, step, kind, &gained)),
    );
    findings.extend(more.into_iter().map(|(kind, gained)| more_of_kind(case, kind, &gained)));
    findings.extend(hosts::new_hosts(case, step, change));
    findings.extend(new_dependencies(case));
    findings.extend(manifest(case));
    findings
}

/// These two are weighed by methods of their own.
fn is_ours(kind: CapabilityKind) -> bool {
    !matches!(kind, CapabilityKind::Tampering | CapabilityKind::Obfuscation)
}

fn new_kind(case: &Case<'_>, step: Step, kind: CapabilityKind, gained: &[&Gained]) -> Finding {
    let reached = gained.iter().any(|gained| gained.capability.reach.is_reached());
    let telling = gained.iter().any(|gained| is_telling(case, &gained.capability));
    let weight = match () {
        () if !reached || !is_active(kind) => (Severity::Low, Confidence::High),
        () if telling && step.arrives_by_itself() => (Severity::High, Confidence::Medium),
        () => (Severity::Medium, Confidence::Medium),
    };
    let tail = if reached {
        ""
    } else {
        ", in code that nothing was seen to load"
    };
    let summary = format!(
        "this {} release can newly {}, which the one before could not at all: {}{tail}",
        step.word(),
        verb(kind),
        apis(gained),
    );
    proof::finding(case, NEW_CAPABILITY, weight, summary, proofs(case, gained), Some(true))
}

/// A first process or connection that does not wait to be asked for, or is hidden, or aims at something sensitive.
fn is_telling(case: &Case<'_>, capability: &Capability) -> bool {
    if hides(capability) || is_sensitive(capability) {
        return capability.reach.is_reached();
    }
    let by_itself = matches!(capability.reach, Reach::Install(_) | Reach::Import(_));
    by_itself
        && match capability.kind {
            CapabilityKind::Process => true,
            // To listen for callers is what a server does when it starts.
            CapabilityKind::Network => !is_listening(&capability.api) && !sent_mail(case),
            CapabilityKind::DynamicCode => is_evaluation(&capability.api) && capability.target == Target::Dynamic,
            _ => matches!(capability.reach, Reach::Install(_)),
        }
}

/// Who sends mail has always reached the network, if by another's hands.
fn sent_mail(case: &Case<'_>) -> bool {
    let old = case.previous.and_then(|previous| previous.source.present());
    let sends = |it: &Capability| it.kind == CapabilityKind::Mail && it.reach.is_reached();
    old.is_some_and(|old| old.capabilities.iter().any(sends))
}

fn is_listening(api: &str) -> bool {
    [
        "createServer",
        "createSecureServer",
        "createSocket",
        ".serve",
        ".listen",
        "RTCPeerConnection",
    ]
    .iter()
    .any(|it| api.ends_with(it))
}

fn hidden_kind(case: &Case<'_>, step: Step, kind: CapabilityKind, gained: &[&Gained]) -> Finding {
    let severity = if step.arrives_by_itself() {
        Severity::High
    } else {
        Severity::Medium
    };
    let summary = format!("the release newly hides that it can {}: {}", verb(kind), apis(gained));
    proof::finding(
        case,
        HIDDEN_CAPABILITY,
        (severity, Confidence::Medium),
        summary,
        proofs(case, gained),
        Some(true),
    )
}

/// Reading a credential is what clients do; starting a command that fetches or decodes, unasked, is not.
fn sensitive_kind(case: &Case<'_>, step: Step, kind: CapabilityKind, gained: &[&Gained]) -> Finding {
    let unasked = |gained: &&&Gained| matches!(gained.capability.reach, Reach::Install(_) | Reach::Import(_));
    let runs = matches!(kind, CapabilityKind::Process | CapabilityKind::DynamicCode);
    let grave = runs && step.arrives_by_itself() && gained.iter().any(|gained| unasked(&gained));
    let weight = if grave {
        (Severity::High, Confidence::Medium)
    } else {
        (Severity::Medium, Confidence::Low)
    };
    let targets: Vec<String> = gained
        .iter()
        .filter_map(|gained| proof::target_text(&gained.capability.target))
        .collect();
    let object = if targets.is_empty() {
        apis(gained)
    } else {
        proof::some_of(targets.iter().map(String::as_str))
    };
    let summary = format!("the release newly aims its {} at {object}", kind.id());
    proof::finding(
        case,
        SENSITIVE_TARGET,
        weight,
        summary,
        proofs(case, gained),
        Some(true),
    )
}

fn more_of_kind(case: &Case<'_>, kind: CapabilityKind, gained: &[&Gained]) -> Finding {
    let places: u32 = gained.iter().fold(0, |sum, gained| sum.saturating_add(gained.more));
    let places = proof::count(usize::try_from(places).unwrap_or(usize::MAX), "more place");
    let summary = format!("the release can {} in {places}: {}", verb(kind), apis(gained));
    proof::finding(
        case,
        MORE,
        (Severity::Info, Confidence::High),
        summary,
        proofs(case, gained),
        Some(true),
    )
}

fn new_dependencies(case: &Case<'_>) -> Option<Finding> {
    let (new, old) = (case.manifest()?, case.previous_manifest()?);
    use waxseal_model::DependencyKind::{Optional, Regular};
    let known: std::collections::BTreeSet<&str> = old.dependencies.iter().map(|it| it.name.as_str()).collect();
    let installed = new
        .dependencies
        .iter()
        .filter(|it| matches!(it.kind, Regular | Optional));
    let added: Vec<_> = installed.filter(|it| !known.contains(it.name.as_str())).collect();
    if added.is_empty() {
        return None;
    }
    let summary = format!(
        "the release newly installs {}",
        proof::some_of(added.iter().map(|it| it.name.as_str()))
    );
    let prove =
        |it: &&waxseal_model::Dependency| proof::in_manifest().with("dependency", &it.name).with("spec", &it.spec);
    let proofs = added.iter().take(proof::MAX_PROOFS).map(prove).collect();
    Some(proof::finding(
        case,
        NEW_DEPENDENCY,
        (Severity::Low, Confidence::High),
        summary,
        proofs,
        Some(true),
    ))
}

/// What decides how the release is loaded, started, required or licensed. Scripts and dependencies have methods of their own.
fn manifest(case: &Case<'_>) -> Option<Finding> {
    let ours = [
        "main",
        "module",
        "browser",
        "exports",
        "imports",
        "type",
        "module_type",
        "bin",
        "engines",
        "os",
        "cpu",
        "license",
    ];
    let first = |field: &str| field.split(['.', '[', ' ']).next().unwrap_or(field).to_owned();
    let changed: Vec<_> = case
        .change?
        .manifest
        .iter()
        .filter(|it| ours.contains(&first(&it.field).as_str()))
        .collect();
    if changed.is_empty() {
        return None;
    }
    let mut fields: Vec<String> = changed.iter().map(|it| first(&it.field)).collect();
    fields.sort_unstable();
    fields.dedup();
    let summary = format!(
        "the manifest changes {}",
        proof::some_of(fields.iter().map(String::as_str))
    );
    let prove = |it: &&waxseal_model::ManifestChange| {
        let proof = proof::in_manifest().with("field", &it.field);
        proof
            .with_some("before", it.old.as_ref())
            .with_some("after", it.new.as_ref())
    };
    let proofs = changed.iter().take(proof::MAX_PROOFS).map(prove).collect();
    Some(proof::finding(
        case,
        MANIFEST,
        (Severity::Info, Confidence::High),
        summary,
        proofs,
        Some(true),
    ))
}

/// The places, those that are hidden, sensitive and reached first.
fn proofs(case: &Case<'_>, gained: &[&Gained]) -> Vec<Proof> {
    let Some(source) = case.source() else { return Vec::new() };
    let mut ordered: Vec<&Capability> = gained.iter().map(|gained| &gained.capability).collect();
    ordered.sort_by_key(|it| (!hides(it), !is_sensitive(it), !it.reach.is_reached()));
    ordered
        .into_iter()
        .take(proof::MAX_PROOFS)
        .map(|it| proof::of_capability(source, it))
        .collect()
}

fn apis(gained: &[&Gained]) -> String {
    let mut names: Vec<&str> = gained.iter().map(|gained| gained.capability.api.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    proof::some_of(names)
}

/// What a kind of capability lets code do, as a verb.
fn verb(kind: CapabilityKind) -> &'static str {
    match kind {
        CapabilityKind::Mail => "send mail",
        CapabilityKind::Network => "reach the network",
        CapabilityKind::Process => "start processes",
        CapabilityKind::FileSystem => "read or write files",
        CapabilityKind::Environment => "read the environment",
        CapabilityKind::DynamicCode => "turn data into code",
        CapabilityKind::Native => "load machine code",
        CapabilityKind::Tampering => "change what belongs to others",
        CapabilityKind::Obfuscation => "hide what it does",
    }
}

#[cfg(test)]
pub(crate) mod tests;
