//! Questions that several methods ask of a capability.

use waxseal_model::{Capability, CapabilityKind, Target};

/// Whether it hides its API or its target. A file of the package's own, loaded by a computed path, is looked into itself.
pub(crate) fn hides(capability: &Capability) -> bool {
    let own_file = capability.kind == CapabilityKind::DynamicCode
        && !is_evaluation(&capability.api)
        && matches!(&capability.target, Target::Constant(path) | Target::Pattern(path) if path.starts_with('.'));
    capability.hidden && !own_file
}

/// Whether it reaches out of the process, or runs what is not there to be read.
pub(crate) fn is_active(kind: CapabilityKind) -> bool {
    use CapabilityKind::{DynamicCode, Mail, Native, Network, Process};
    matches!(kind, Mail | Network | Process | DynamicCode | Native)
}

/// Whether the API runs text as code, as opposed to loading a module whose name is computed, which bundles do all the time.
pub(crate) fn is_evaluation(api: &str) -> bool {
    ["eval", "Function", "node:vm", "vm2", "timer", "_compile"]
        .iter()
        .any(|word| api.contains(word))
}
