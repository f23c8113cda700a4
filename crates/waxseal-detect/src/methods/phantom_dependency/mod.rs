//! Dependencies that are declared and installed, but that no code of the package loads.

mod uses;

use waxseal_model::{Confidence, Dependency, DependencyKind, FileState, Finding, Manifest, Severity};

use crate::proof::{self, Values};
use crate::{Case, Indicator, Method, Need, Step};
use uses::{Use, Uses};

pub(crate) const METHOD: Method = Method {
    id: "phantom-dependency",
    title: "Phantom dependencies",
    summary: "Finds dependencies that are installed with a release although nothing in it loads them.",
    context: false,
    needs: &[Need::Source, Need::Manifest],
    indicators: &[
        Indicator {
            id: NEW,
            title: "New dependency that nothing loads",
            summary: "A release newly declares a dependency that none of its code, programs or scripts uses.",
            severity: Severity::High,
            attack: &["T1195.001", "T1195.002"],
            controls: &[
                "iso27001:A.8.30",
                "iso27001:A.5.21",
                "nist80053:SR-3",
                "nist80053:SR-11",
            ],
        },
        Indicator {
            id: UNUSED,
            title: "Dependency that nothing loads",
            summary: "A release declares a dependency that none of its code, programs or scripts was seen to use.",
            severity: Severity::Info,
            attack: &["T1195.001"],
            controls: &["iso27001:A.8.30", "nist80053:SR-3"],
        },
    ],
    run,
    manual: include_str!("manual.md"),
};

const NEW: &str = "phantom-dependency/new";
const UNUSED: &str = "phantom-dependency/unused";

fn run(case: &Case<'_>) -> Vec<Finding> {
    let (Some(source), Some(manifest)) = (case.source(), case.manifest()) else {
        return Vec::new();
    };
    let uses = Uses::of(source, manifest);
    let old = case.previous_manifest();
    let declared = |manifest: &Manifest, name: &str| {
        manifest
            .dependencies
            .iter()
            .any(|it| it.name == name && is_installed(it))
    };
    let mut known: Vec<&Dependency> = Vec::new();
    let mut findings = Vec::new();
    for dependency in manifest
        .dependencies
        .iter()
        .filter(|dependency| is_installed(dependency))
    {
        let is_new = old.is_some_and(|old| !declared(old, &dependency.name));
        match uses.of_dependency(dependency) {
            Use::Seen => {}
            used if is_new => findings.push(new(case, manifest, dependency, used)),
            Use::Plausible => {}
            Use::Unseen => known.push(dependency),
        }
    }
    if !known.is_empty() {
        findings.push(unused(case, &known));
    }
    findings
}

/// A peer is installed for the sake of whoever else needs it.
fn is_installed(dependency: &Dependency) -> bool {
    matches!(dependency.kind, DependencyKind::Regular | DependencyKind::Optional)
}

/// What a new dependency is for is to be loaded; one that is not can only act by being installed.
fn new(case: &Case<'_>, manifest: &Manifest, dependency: &Dependency, used: Use) -> Finding {
    let source = case.source();
    let unsure = source.is_none_or(|source| source.loads_unknown);
    let has_code = source.is_some_and(|source| source.files.iter().any(|file| file.state == FileState::Parsed));
    let weight = match case.step().unwrap_or(Step::Patch) {
        // Nothing in it could load anything: a package of types, of styles, or one that only names others.
        _ if !has_code => (Severity::Low, Confidence::Medium),
        _ if used == Use::Plausible => (Severity::Low, Confidence::Low),
        _ if unsure => (Severity::Medium, Confidence::Low),
        _ if is_family(manifest, dependency) => (Severity::Medium, Confidence::Medium),
        Step::Breaking => (Severity::Medium, Confidence::Medium),
        Step::Patch | Step::Minor => (Severity::High, Confidence::Medium),
    };
    let tail = if unsure { ", as far as could be seen" } else { "" };
    let summary = format!(
        "the release newly installs `{}`, which none of its code loads{tail}",
        proof::cut(&dependency.name, MAX_NAME)
    );
    proof::finding(case, NEW, weight, summary, vec![prove(dependency)], Some(true))
}

fn unused(case: &Case<'_>, dependencies: &[&Dependency]) -> Finding {
    let names = dependencies.iter().map(|dependency| dependency.name.as_str());
    let summary = format!("none of the package's code was seen to load {}", proof::some_of(names));
    let proofs = dependencies
        .iter()
        .take(proof::MAX_PROOFS)
        .map(|dependency| prove(dependency))
        .collect();
    let new = case.previous.map(|_| false);
    proof::finding(case, UNUSED, (Severity::Info, Confidence::Low), summary, proofs, new)
}

/// Under one scope packages have one owner, who needs no dependency to get in.
fn is_family(manifest: &Manifest, dependency: &Dependency) -> bool {
    let scope = |name: &str| {
        name.strip_prefix('@')
            .and_then(|rest| rest.split_once('/'))
            .map(|(scope, _)| scope.to_owned())
    };
    let own = manifest.name.as_deref().and_then(scope);
    own.is_some() && own == scope(&dependency.name)
}

fn prove(dependency: &Dependency) -> waxseal_model::Proof {
    proof::in_manifest()
        .with("dependency", &dependency.name)
        .with("spec", &dependency.spec)
}

/// npm's longest package name.
const MAX_NAME: usize = 214;

#[cfg(test)]
pub(crate) mod tests;
