//! When context is a reason to look: a note about who published a release and how becomes one where the release can newly do something
//! that matters. Here and not in a method, since it joins what several of them say.

use std::collections::BTreeSet;

use waxseal_model::{Capability, CapabilityKind, Finding, Novelty, Severity};

use crate::{Case, method};

/// Raises what methods of context found to what a person should look at, where the release newly has one of [`MATTERS`] or an install
/// script. What is merely a fact ([`Severity::Info`]) stays one.
pub(crate) fn raise(case: &Case<'_>, findings: &mut [Finding]) {
    let is_context = |finding: &Finding| {
        let id = finding.indicator.split('/').next().unwrap_or_default();
        method(id).is_some_and(|method| method.context)
    };
    let mut waiting: Vec<&mut Finding> = findings
        .iter_mut()
        .filter(|finding| is_context(finding) && matches!(finding.severity, Severity::Low | Severity::Medium))
        .collect();
    if waiting.is_empty() {
        return;
    }
    let gained = gained(case);
    if gained.is_empty() {
        return;
    }
    let gained: Vec<&str> = gained.into_iter().collect();
    for finding in &mut waiting {
        finding.severity = Severity::High;
        finding.summary = format!("{}; the release newly {}", finding.summary, gained.join(", "));
    }
}

/// What the release can newly do, in words. A first release can newly do all that it can; without a comparison nothing else is known
/// to be new.
fn gained(case: &Case<'_>) -> BTreeSet<&'static str> {
    let words = |capability: &Capability| {
        let known = MATTERS.iter().find(|(kind, _)| *kind == capability.kind);
        known.filter(|_| capability.reach.is_reached()).map(|(_, words)| *words)
    };
    let mut gained = BTreeSet::new();
    if let Some(change) = case.change {
        let new = change.gained.iter().filter(|it| it.novelty != Novelty::More);
        gained.extend(new.filter_map(|it| words(&it.capability)));
        if !change.flows.is_empty() {
            gained.insert(SENDS_MAIL);
        }
        let scripts = change.manifest.iter().filter(|it| it.new.is_some());
        if scripts
            .filter_map(|it| it.field.strip_prefix("scripts."))
            .any(is_install)
        {
            gained.insert(INSTALLS);
        }
        let gyp = |manifest: Option<&waxseal_model::Manifest>| manifest.is_some_and(|it| it.implicit_gyp);
        if gyp(case.manifest()) && !gyp(case.previous_manifest()) {
            gained.insert(INSTALLS);
        }
    } else if is_first(case) {
        let source = case.source();
        gained.extend(source.into_iter().flat_map(|it| &it.capabilities).filter_map(words));
        if source.is_some_and(|it| !it.flows.is_empty()) {
            gained.insert(SENDS_MAIL);
        }
        let manifest = case.manifest();
        if manifest.is_some_and(|it| it.implicit_gyp || it.scripts.keys().any(|name| is_install(name))) {
            gained.insert(INSTALLS);
        }
    }
    gained
}

/// Whether the registry lists no release before this one.
fn is_first(case: &Case<'_>) -> bool {
    let known = case.current.registry.present();
    known.is_some_and(|it| it.previous.is_none()) && case.history().is_some()
}

/// The scripts npm runs on whoever installs a package (npm documentation, "scripts", npm install).
fn is_install(name: &str) -> bool {
    matches!(name, "preinstall" | "install" | "postinstall" | "prepare")
}

/// What a release may gain that makes its origin matter.
const MATTERS: [(CapabilityKind, &str); 4] = [
    (CapabilityKind::Mail, SENDS_MAIL),
    (CapabilityKind::Network, "reaches the network in another way"),
    (CapabilityKind::Process, "starts processes in another way"),
    (CapabilityKind::Native, "loads native code"),
];
const SENDS_MAIL: &str = "sends mail in another way";
const INSTALLS: &str = "runs code when it is installed";

#[cfg(test)]
mod tests;
