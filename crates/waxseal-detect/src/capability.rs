//! Questions that several methods ask of a capability.

use waxseal_model::{Capability, CapabilityKind, Target};

/// Whether it hides what it reaches, and what came to light is something that one would hide.
///
/// Paths put together and tables of file names are computed too. What only the run decides shows nothing that was hidden, and a
/// file of the package's own is looked into itself.
pub(crate) fn hides(capability: &Capability) -> bool {
    let evaluates = capability.kind == CapabilityKind::DynamicCode && is_evaluation(&capability.api);
    capability.hidden
        && match &capability.target {
            Target::Constant(text) => !text.starts_with('.'),
            Target::Pattern(text) => {
                let loads = capability.kind == CapabilityKind::DynamicCode && !evaluates;
                !loads && !text.starts_with(['.', '*'])
            }
            Target::Dynamic | Target::None => evaluates,
        }
}

/// Whether it is aimed at something sensitive, rather than only at something computed.
pub(crate) fn is_sensitive(capability: &Capability) -> bool {
    capability.sensitive && (!capability.hidden || hides(capability))
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

#[cfg(test)]
mod tests;
