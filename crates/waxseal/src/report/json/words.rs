//! The words that a report uses for decisions and weights.

use schemars::JsonSchema;
use serde::Serialize;

/// What the policy makes of a finding or a package.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Decision {
    Allow,
    Review,
    Block,
}

/// How bad it is if true.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

/// How sure it is.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Confidence {
    Low,
    Medium,
    High,
}

impl From<waxseal_model::Decision> for Decision {
    fn from(decision: waxseal_model::Decision) -> Self {
        match decision {
            waxseal_model::Decision::Allow => Self::Allow,
            waxseal_model::Decision::Review => Self::Review,
            waxseal_model::Decision::Block => Self::Block,
        }
    }
}

impl From<waxseal_model::Severity> for Severity {
    fn from(severity: waxseal_model::Severity) -> Self {
        match severity {
            waxseal_model::Severity::Info => Self::Info,
            waxseal_model::Severity::Low => Self::Low,
            waxseal_model::Severity::Medium => Self::Medium,
            waxseal_model::Severity::High => Self::High,
            waxseal_model::Severity::Critical => Self::Critical,
        }
    }
}

impl From<waxseal_model::Confidence> for Confidence {
    fn from(confidence: waxseal_model::Confidence) -> Self {
        match confidence {
            waxseal_model::Confidence::Low => Self::Low,
            waxseal_model::Confidence::Medium => Self::Medium,
            waxseal_model::Confidence::High => Self::High,
        }
    }
}
