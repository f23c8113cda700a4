//! What makes a result the same result in the next run, though lines moved and the version changed.

use sha2::{Digest, Sha256};
use waxseal_model::{Finding, Subject};

/// A fingerprint of what was found, where: indicator, package without its version, file, and the values that tell findings
/// of one indicator apart. Hashed so that a package cannot write a finding that passes for one already accepted.
pub(super) fn of(finding: &Finding, subject: &Subject) -> String {
    let package = match subject {
        Subject::Package(package) => package.name.to_string(),
        other => other.to_string(),
    };
    let mut hash = Sha256::new();
    // Lengths go in front, so that no two lists of texts run together into one.
    let mut push = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    push("waxseal/v1");
    push(&finding.indicator);
    push(&package);
    if let Some(proof) = finding.evidence.first() {
        push(proof.path.as_deref().unwrap_or_default());
        for (key, value) in proof.values.iter().filter(|(key, _)| KEYS.contains(&key.as_str())) {
            push(key);
            push(value);
        }
    }
    hash.finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Values that say what was found. Others, such as a condition's text, say how it is written.
const KEYS: &[&str] = &[
    "api",
    "capability",
    "command",
    "credential",
    "dependency",
    "env",
    "field",
    "host",
    "place",
    "recipient",
    "script",
    "target",
];
