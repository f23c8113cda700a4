//! What a package can do, as notes, and the few combinations that only a thief needs.

use std::collections::{BTreeMap, BTreeSet};

use waxseal_model::{
    Capability, CapabilityKind, Confidence, Finding, Novelty, Proof, Reach, Severity, SourceEvidence, Target,
};

use crate::proof::{self, Values};
use crate::{Case, Indicator, Method, Need, Step};

pub(crate) const METHOD: Method = Method {
    id: "capabilities",
    title: "What a package can do",
    summary: "Notes what the code can do, and finds combinations of capabilities that collect and send away credentials.",
    context: false,
    needs: &[Need::Source],
    indicators: &[
        Indicator {
            id: CREDENTIAL_HARVEST,
            title: "Reads other programs' credentials and reaches the network",
            summary: "Code reads credentials that other programs keep, and the package reaches the network.",
            severity: Severity::High,
            attack: &["T1552.001", "T1555", "T1041"],
            controls: &[
                "iso27001:A.5.17",
                "iso27001:A.8.30",
                "iso27001:A.8.12",
                "nist80053:SR-3",
                "nist80053:SI-4",
            ],
        },
        Indicator {
            id: ENVIRONMENT_LEAK,
            title: "Packs up the whole environment and reaches the network",
            summary: "Code turns all environment variables into text, and the package reaches the network.",
            severity: Severity::Medium,
            attack: &["T1552", "T1082", "T1041"],
            controls: &[
                "iso27001:A.5.17",
                "iso27001:A.8.30",
                "iso27001:A.8.12",
                "nist80053:SR-3",
                "nist80053:SI-4",
            ],
        },
        note(MAIL, "Can send mail", "The code can send mail."),
        note(NETWORK, "Can reach the network", "The code can reach the network."),
        note(PROCESS, "Can start processes", "The code can start processes."),
        note(
            FILE_SYSTEM,
            "Can read or write files",
            "The code can read or write files.",
        ),
        note(
            ENVIRONMENT,
            "Can read the environment",
            "The code can read environment variables.",
        ),
        note(
            DYNAMIC_CODE,
            "Can turn data into code",
            "The code can run text as code, or load modules by computed names.",
        ),
        note(
            NATIVE,
            "Can load machine code",
            "The code can load native addons or WebAssembly.",
        ),
    ],
    run,
    manual: include_str!("manual.md"),
};

const fn note(id: &'static str, title: &'static str, summary: &'static str) -> Indicator {
    Indicator {
        id,
        title,
        summary,
        severity: Severity::Info,
        attack: &[],
        controls: &["iso27001:A.8.30", "nist80053:CM-7"],
    }
}

const CREDENTIAL_HARVEST: &str = "capabilities/credential-harvest";
const ENVIRONMENT_LEAK: &str = "capabilities/environment-leak";
const MAIL: &str = "capabilities/mail";
const NETWORK: &str = "capabilities/network";
const PROCESS: &str = "capabilities/process";
const FILE_SYSTEM: &str = "capabilities/file-system";
const ENVIRONMENT: &str = "capabilities/environment";
const DYNAMIC_CODE: &str = "capabilities/dynamic-code";
const NATIVE: &str = "capabilities/native";

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Some(source) = case.source() else { return Vec::new() };
    let mut kinds: BTreeMap<CapabilityKind, Vec<&Capability>> = BTreeMap::new();
    for capability in &source.capabilities {
        kinds.entry(capability.kind).or_default().push(capability);
    }
    let mut findings: Vec<Finding> = kinds
        .iter()
        .filter_map(|(kind, places)| Some(describe(case, source, indicator(*kind)?, *kind, places)))
        .collect();
    let reached = |kind| {
        kinds
            .get(&kind)
            .is_some_and(|places| places.iter().any(|it| it.reach.is_reached()))
    };
    if reached(CapabilityKind::Network) || reached(CapabilityKind::Mail) {
        findings.extend(credential_harvest(case, source));
        findings.extend(environment_leak(case, source));
    }
    findings
}

/// One note a kind: how often, and the places that tell most.
fn describe(
    case: &Case<'_>,
    source: &SourceEvidence,
    indicator: &'static str,
    kind: CapabilityKind,
    places: &[&Capability],
) -> Finding {
    let reached = places.iter().filter(|it| it.reach.is_reached()).count();
    let mut telling: Vec<&Capability> = places.to_vec();
    telling.sort_by_key(|it| {
        (
            !it.hidden,
            !it.sensitive,
            !it.reach.is_reached(),
            matches!(it.target, Target::None | Target::Dynamic),
        )
    });
    let mut seen = BTreeSet::new();
    telling.retain(|it| seen.insert((&it.api, &it.target)));
    let targets: Vec<String> = telling
        .iter()
        .filter(|it| it.target != Target::Dynamic)
        .filter_map(|it| proof::target_text(&it.target))
        .collect();
    let aimed = match targets.first() {
        Some(first) => format!(", among them at `{}`", proof::cut(first, MAX_TARGET)),
        None => String::new(),
    };
    let summary = format!(
        "uses {} in {}, {reached} of them reached{aimed}",
        kind.id(),
        proof::count(places.len(), "place")
    );
    let total = places.len().to_string();
    let prove = |it: &&Capability| proof::of_capability(source, it).with("places", &total);
    let proofs: Vec<Proof> = telling.iter().take(MAX_TELLING).map(prove).collect();
    let new = case.change.map(|change| {
        change
            .gained
            .iter()
            .any(|gained| gained.capability.kind == kind && gained.novelty == Novelty::Kind)
    });
    proof::finding(
        case,
        indicator,
        (Severity::Info, Confidence::High),
        summary,
        proofs,
        new,
    )
}

/// A client reads its own vendor's credential file. A thief reads several vendors', or hides which, or does not wait to be called.
fn credential_harvest(case: &Case<'_>, source: &SourceEvidence) -> Option<Finding> {
    let reads: Vec<&Capability> = source.capabilities.iter().filter(|it| is_credential_file(it)).collect();
    let stores: BTreeSet<&Target> = reads.iter().map(|it| &it.target).collect();
    let hides = reads.iter().any(|it| crate::capability::hides(it));
    if stores.len() < MIN_STORES && !hides && !reads.iter().any(|it| is_unasked(it)) {
        return None;
    }
    let weight = match (newness(case, is_credential_file), hides || stores.len() >= MIN_STORES) {
        (Newness::New, true) | (Newness::NotCompared, true) => (Severity::High, Confidence::Medium),
        (Newness::New, false) => (Severity::Medium, Confidence::Medium),
        _ => (Severity::Medium, Confidence::Low),
    };
    let names: Vec<String> = stores.iter().filter_map(|target| proof::target_text(target)).collect();
    let how = if hides { ", which it hides," } else { "" };
    let summary = format!(
        "reads {}{how} and reaches the network",
        proof::some_of(names.iter().map(String::as_str))
    );
    let proofs = reads
        .iter()
        .take(proof::MAX_PROOFS)
        .map(|it| proof::of_capability(source, it).with_some("file", proof::target_text(&it.target)));
    Some(proof::finding(
        case,
        CREDENTIAL_HARVEST,
        weight,
        summary,
        proofs.collect(),
        is_new(case, is_credential_file),
    ))
}

/// Crash reporters and debuggers pack up the environment too; to do so unasked, or newly in a small step, is rare.
fn environment_leak(case: &Case<'_>, source: &SourceEvidence) -> Option<Finding> {
    let packs: Vec<&Capability> = source
        .capabilities
        .iter()
        .filter(|it| is_whole_environment(it))
        .collect();
    let first = packs.first()?;
    let by_itself = case.step().is_none_or(Step::arrives_by_itself);
    let grave = packs.iter().any(|it| it.hidden || is_unasked(it));
    let weight = match newness(case, is_whole_environment) {
        Newness::New if by_itself => (Severity::High, Confidence::Medium),
        Newness::NotCompared if grave => (Severity::High, Confidence::Low),
        _ => (Severity::Medium, Confidence::Low),
    };
    let summary = format!(
        "turns all environment variables into text in {} and reaches the network",
        source.path(first.location.file)
    );
    let proofs = packs
        .iter()
        .take(proof::MAX_PROOFS)
        .map(|it| proof::of_capability(source, it).with("env", "*"))
        .collect();
    Some(proof::finding(
        case,
        ENVIRONMENT_LEAK,
        weight,
        summary,
        proofs,
        is_new(case, is_whole_environment),
    ))
}

/// Reaches a file in which another program keeps credentials. `.env` is the project's own, and reading it is what it is for.
fn is_credential_file(capability: &Capability) -> bool {
    let (Target::Constant(path) | Target::Pattern(path)) = &capability.target else {
        return false;
    };
    capability.kind == CapabilityKind::FileSystem
        && capability.sensitive
        && capability.reach.is_reached()
        && path.split(['/', '\\']).any(|part| CREDENTIALS.contains(&part))
}

fn is_whole_environment(capability: &Capability) -> bool {
    capability.kind == CapabilityKind::Environment
        && capability.sensitive
        && capability.reach.is_reached()
        && matches!(&capability.target, Target::Constant(name) | Target::Pattern(name) if name == "*")
}

fn is_unasked(capability: &Capability) -> bool {
    matches!(capability.reach, Reach::Install(_))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Newness {
    NotCompared,
    New,
    Known,
}

fn newness(case: &Case<'_>, matches: fn(&Capability) -> bool) -> Newness {
    let Some(change) = case.change else {
        return Newness::NotCompared;
    };
    let gained = change
        .gained
        .iter()
        .any(|gained| gained.novelty != Novelty::More && matches(&gained.capability));
    if gained { Newness::New } else { Newness::Known }
}

fn is_new(case: &Case<'_>, matches: fn(&Capability) -> bool) -> Option<bool> {
    case.change.map(|_| newness(case, matches) == Newness::New)
}

/// Tampering and obfuscation have methods of their own.
fn indicator(kind: CapabilityKind) -> Option<&'static str> {
    Some(match kind {
        CapabilityKind::Mail => MAIL,
        CapabilityKind::Network => NETWORK,
        CapabilityKind::Process => PROCESS,
        CapabilityKind::FileSystem => FILE_SYSTEM,
        CapabilityKind::Environment => ENVIRONMENT,
        CapabilityKind::DynamicCode => DYNAMIC_CODE,
        CapabilityKind::Native => NATIVE,
        CapabilityKind::Tampering | CapabilityKind::Obfuscation => return None,
    })
}

/// Files and folders that hold credentials, by the name one part of their path has.
const CREDENTIALS: [&str; 44] = [
    ".ssh",
    "id_rsa",
    "id_ed25519",
    "id_ecdsa",
    "id_dsa",
    ".npmrc",
    ".yarnrc.yml",
    ".pypirc",
    ".netrc",
    "_netrc",
    ".git-credentials",
    ".aws",
    ".azure",
    "gcloud",
    "gh",
    ".kube",
    ".docker",
    ".gnupg",
    ".vault-token",
    ".pgpass",
    ".my.cnf",
    ".htpasswd",
    "shadow",
    "environ",
    "Login Data",
    "Cookies",
    "Local State",
    "key4.db",
    "logins.json",
    "cookies.sqlite",
    "wallet.dat",
    ".electrum",
    ".ethereum",
    ".bitcoin",
    ".solana",
    "Exodus",
    "exodus.wallet",
    "Keychains",
    "login.keychain",
    "login.keychain-db",
    "keyrings",
    "nkbihfbeogaeaoehlefnkodbefgpgknn",
    ".bash_history",
    ".zsh_history",
];
/// Two files may be one tool's; the third is somebody else's.
const MIN_STORES: usize = 3;
/// Places of a kind that a note shows.
const MAX_TELLING: usize = 5;
/// Enough of a target to recognise it in a sentence.
const MAX_TARGET: usize = 120;

#[cfg(test)]
pub(crate) mod tests;
