//! What a project accepts: decisions by indicator, allowlists, and waivers that say why, who and until when.

mod parse;

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use waxseal_model::{CapabilityKind, Decision, Finding, Mailbox, PackageName, Subject};

pub use parse::PolicyError;

use crate::Date;

/// What a project accepts. Every part may be left out, and the empty policy is the default one.
///
/// It deserializes from any format of serde's; the keys are those of `waxseal.toml`. Unknown keys, ids that no method has, and
/// waivers without reason, owner or end are errors.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "parse::RawPolicy")]
pub struct Policy {
    /// `[decisions]`: what an indicator, or every indicator of a method, leads to, whatever its severity. The indicator's own entry
    /// goes before its method's. Default: by severity and confidence.
    pub decisions: BTreeMap<String, Decision>,
    /// `[recipients] allow`: mailboxes and `@domains` that packages may send to on their own. Default: none.
    pub recipients: Vec<AllowedRecipient>,
    /// `[network] allow`: hosts that may be new in a release. Default: none.
    pub hosts: Vec<AllowedHost>,
    /// `[capabilities] allow`: kinds of capability a release may gain. Default: none.
    pub capabilities: Vec<CapabilityKind>,
    /// `[install-scripts] allow`: packages whose install scripts are accepted, by name. Default: none.
    pub install_scripts: Vec<PackageName>,
    /// `[publishers]`: whose releases of a package, or of every package of a scope, are expected; the exact name goes before its scope.
    /// Default: nobody is named, and nobody is unexpected.
    pub publishers: Vec<ExpectedPublishers>,
    /// `[origin] minimum-age-days`: how many days a release must have been public. Default: none.
    pub minimum_age_days: Option<u32>,
    /// `[[waivers]]`: findings that are accepted, one by one. Default: none.
    pub waivers: Vec<Waiver>,
}

/// Who may publish what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedPublishers {
    /// What they may publish.
    pub of: PublishedName,
    /// The accounts, as the registry names them.
    pub accounts: Vec<String>,
}

/// A package, or all of a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublishedName {
    /// This package.
    Package(PackageName),
    /// Every package of this scope; written `@scope/*`, kept without the sign.
    Scope(String),
}

/// A recipient that packages may send to on their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedRecipient {
    /// This mailbox. The local part is compared as written (RFC 5321 §2.4).
    Mailbox(Mailbox),
    /// Every mailbox at this domain, but not below it.
    Domain(String),
}

/// A host that may be new in a release, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedHost {
    /// This host.
    Host(String),
    /// This domain and every host below it; written with a leading dot.
    Domain(String),
}

/// A finding that is accepted, why, by whom, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The indicator, or the method all of whose indicators are meant.
    pub id: String,
    /// What it is accepted in.
    pub package: WaiverSubject,
    /// Named values the finding must show, and no others under these names. Empty: any.
    pub values: BTreeMap<String, String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day it counts.
    pub expires: Date,
}

/// What a waiver is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaiverSubject {
    /// Every release of a package.
    Package(PackageName),
    /// One release of it.
    Release(PackageName, String),
    /// A folder or an archive, by the path as it is typed. Never by the name its own manifest claims, which anybody can write.
    Path(String),
}

impl fmt::Display for WaiverSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Package(name) => name.fmt(f),
            Self::Release(name, version) => write!(f, "{name}@{version}"),
            Self::Path(path) => f.write_str(path),
        }
    }
}

impl Policy {
    /// What `[decisions]` says of an indicator.
    pub(crate) fn decision(&self, indicator: &str) -> Option<Decision> {
        let method = indicator.split('/').next().unwrap_or(indicator);
        self.decisions
            .get(indicator)
            .or_else(|| self.decisions.get(method))
            .copied()
    }

    /// Who is expected to publish a package; `None` where the policy does not say.
    pub(crate) fn publishers_of(&self, name: &PackageName) -> Option<&[String]> {
        let exact = |it: &&ExpectedPublishers| matches!(&it.of, PublishedName::Package(package) if package == name);
        let scope =
            |it: &&ExpectedPublishers| matches!(&it.of, PublishedName::Scope(scope) if name.scope() == Some(scope));
        let found = self
            .publishers
            .iter()
            .find(exact)
            .or_else(|| self.publishers.iter().find(scope));
        found.map(|it| it.accounts.as_slice())
    }

    /// Why a finding is accepted, if it is.
    pub(crate) fn accepts(&self, subject: &Subject, finding: &Finding, now: Date) -> Option<String> {
        let waiver = self
            .waivers
            .iter()
            .find(|waiver| waiver.expires >= now && waiver.covers(subject) && waiver.matches(finding));
        if let Some(waiver) = waiver {
            return Some(format!(
                "{} (waived by {} until {})",
                waiver.reason, waiver.owner, waiver.expires
            ));
        }
        let (_, list) = ALLOWED_BY
            .iter()
            .find(|(indicator, _)| finding.indicator.starts_with(indicator))?;
        self.lists(*list, subject, finding)
            .then(|| format!("the policy's `{}` allows it", list.key()))
    }

    fn lists(&self, list: Allowlist, subject: &Subject, finding: &Finding) -> bool {
        match list {
            Allowlist::Recipients => all_values(finding, "recipient", |text| self.allows_recipient(text)),
            Allowlist::Hosts => all_values(finding, "host", |text| self.allows_host(text)),
            Allowlist::Capabilities => all_values(finding, "capability", |text| {
                self.capabilities.iter().any(|kind| kind.id() == text)
            }),
            Allowlist::InstallScripts => match subject {
                Subject::Package(package) => self.install_scripts.contains(&package.name),
                _ => false,
            },
        }
    }

    fn allows_recipient(&self, text: &str) -> bool {
        let Some(mailbox) = Mailbox::parse(text) else {
            return false;
        };
        self.recipients.iter().any(|allowed| match allowed {
            AllowedRecipient::Mailbox(allowed) => *allowed == mailbox,
            AllowedRecipient::Domain(domain) => domain == mailbox.domain(),
        })
    }

    fn allows_host(&self, text: &str) -> bool {
        let host = text.to_lowercase();
        self.hosts.iter().any(|allowed| match allowed {
            AllowedHost::Host(allowed) => *allowed == host,
            AllowedHost::Domain(domain) => host
                .strip_suffix(domain.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.')),
        })
    }
}

impl Waiver {
    /// Whether it is for any release of this subject.
    pub(crate) fn names(&self, subject: &Subject) -> bool {
        match (&self.package, subject) {
            (WaiverSubject::Package(name) | WaiverSubject::Release(name, _), Subject::Package(package)) => {
                *name == package.name
            }
            (WaiverSubject::Path(path), Subject::Folder(typed) | Subject::Archive(typed)) => path == typed,
            _ => false,
        }
    }

    /// Whether it is for exactly this subject.
    pub(crate) fn covers(&self, subject: &Subject) -> bool {
        let version = match (&self.package, subject) {
            (WaiverSubject::Release(_, version), Subject::Package(package)) => *version == package.version,
            _ => true,
        };
        version && self.names(subject)
    }

    /// Whether it is about this finding: its indicator or method, and its values.
    pub(crate) fn matches(&self, finding: &Finding) -> bool {
        let id = finding.indicator == self.id || finding.indicator.split('/').next() == Some(self.id.as_str());
        id && self
            .values
            .iter()
            .all(|(name, expected)| all_values(finding, name, |value| value == expected))
    }
}

/// Whether the finding has values of this name and all of them pass: one accepted recipient does not cover a second one.
fn all_values(finding: &Finding, name: &str, pass: impl Fn(&str) -> bool) -> bool {
    let mut values = finding
        .evidence
        .iter()
        .filter_map(|proof| proof.values.get(name))
        .peekable();
    values.peek().is_some() && values.all(|value| pass(value))
}

#[derive(Debug, Clone, Copy)]
enum Allowlist {
    Recipients,
    Hosts,
    Capabilities,
    InstallScripts,
}

impl Allowlist {
    fn key(self) -> &'static str {
        match self {
            Self::Recipients => "[recipients] allow",
            Self::Hosts => "[network] allow",
            Self::Capabilities => "[capabilities] allow",
            Self::InstallScripts => "[install-scripts] allow",
        }
    }
}

/// Which list can accept which findings, by the start of the indicator's id.
///
/// A second destination for a message is not among them: that a host may be reached does not mean that mail may be copied to it.
const ALLOWED_BY: [(&str, Allowlist); 9] = [
    ("recipients/hidden-copy", Allowlist::Recipients),
    ("recipients/separate-message", Allowlist::Recipients),
    ("recipients/reply-diverted", Allowlist::Recipients),
    ("recipients/constant", Allowlist::Recipients),
    ("package-diff/new-host", Allowlist::Hosts),
    ("package-diff/hidden-host", Allowlist::Hosts),
    ("package-diff/new-capability", Allowlist::Capabilities),
    ("capabilities/", Allowlist::Capabilities),
    ("install-scripts/", Allowlist::InstallScripts),
];

#[cfg(test)]
mod tests;
