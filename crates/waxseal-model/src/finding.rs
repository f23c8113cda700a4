//! A claim with proof.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Location, Subject};

/// How bad it is if true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// Context for a person.
    Info,
    /// Worth knowing.
    Low,
    /// Worth a look when something else is found too.
    Medium,
    /// Somebody should look before this is installed.
    High,
    /// Mail, credentials or the machine are lost.
    Critical,
}

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Confidence {
    /// Often something harmless looks like this.
    Low,
    /// Sometimes something harmless looks like this.
    Medium,
    /// The code says so.
    High,
}

impl Severity {
    /// The stable id used in reports and policies.
    pub fn id(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl Confidence {
    /// The stable id used in reports and policies.
    pub fn id(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One indicator that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The indicator's id, `<method>/<what>`.
    pub indicator: String,
    /// What it is about.
    pub subject: Subject,
    /// How bad if true.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// One sentence that names the actor, the act and the object. Nothing parses it. Text that comes from the package
    /// is in it as it is; whoever prints it escapes it.
    pub summary: String,
    /// The proof, never empty.
    pub evidence: Vec<Proof>,
    /// The previous release did not have it. `None` where there is no previous release to compare with.
    pub new: Option<bool>,
}

/// One piece of proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Proof {
    /// The file, by the path npm installs it under.
    pub path: Option<String>,
    /// Where in it.
    pub location: Option<Location>,
    /// The enclosing function.
    pub function: Option<String>,
    /// The steps from an entry point to it.
    pub reached_by: Vec<String>,
    /// Named values: `recipient`, `place`, `host`, `env`, `command`, `api`, `dependency`, `script`,
    /// `canary`, `phase`, `frame`.
    pub values: BTreeMap<String, String>,
}
