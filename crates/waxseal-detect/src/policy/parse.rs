//! From what a policy file may say to what a policy is.

use std::collections::BTreeMap;

use serde::Deserialize;
use waxseal_model::{CapabilityKind, Decision, Mailbox, NameError, PackageName};

use super::{AllowedHost, AllowedRecipient, ExpectedPublishers, Policy, PublishedName, Waiver, WaiverSubject};
use crate::{Date, explain};

/// A policy as written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawPolicy {
    decisions: BTreeMap<String, String>,
    recipients: RawList,
    network: RawList,
    capabilities: RawList,
    install_scripts: RawList,
    publishers: BTreeMap<String, Vec<String>>,
    origin: RawOrigin,
    waivers: Vec<RawWaiver>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawList {
    allow: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct RawOrigin {
    minimum_age_days: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawWaiver {
    indicator: Option<String>,
    method: Option<String>,
    package: Option<String>,
    values: BTreeMap<String, String>,
    reason: Option<String>,
    owner: Option<String>,
    expires: Option<Date>,
}

/// Why a policy was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// `[decisions]`, or a waiver, names an id that no method and no indicator has.
    #[error("`{0}` is neither a method nor an indicator; `waxseal explain` lists them")]
    UnknownId(String),
    /// `[decisions]` has another word than the three there are.
    #[error("`{id} = \"{word}\"` is no decision; write `allow`, `review` or `block`")]
    Decision {
        /// The key.
        id: String,
        /// The word.
        word: String,
    },
    /// `[recipients] allow` has something that is neither a mailbox nor a domain.
    #[error("`{0}` is no recipient; write a mailbox as `archive@crm.example` or a domain as `@crm.example`")]
    Recipient(String),
    /// `[network] allow` has something that is no host.
    #[error("`{0}` is no host; write `api.crm.example`, or `.crm.example` for a domain with all hosts below it")]
    Host(String),
    /// `[capabilities] allow` has something that is no kind of capability.
    #[error("`{0}` is no capability; there are {kinds}", kinds = kinds())]
    Capability(String),
    /// A name that npm would not accept.
    #[error("`{name}` is no package: {cause}")]
    Package {
        /// The name.
        name: String,
        /// Why.
        cause: NameError,
    },
    /// `[publishers]` names nobody for a package.
    #[error(
        "`[publishers]` names no account for `{0}`; write `\"{0}\" = [\"account\"]` as the registry names it, or leave the line out"
    )]
    Publishers(String),
    /// `[publishers]` has something that is neither a package nor a scope.
    #[error("`{0}` in `[publishers]` is neither a package nor a scope; write `name`, `@scope/name` or `@scope/*`")]
    PublishedName(String),
    /// A waiver for a range of versions.
    #[error("the waiver for `{0}` names a range; name one exact version, or none for every release")]
    Range(String),
    /// A waiver with neither or both of the two.
    #[error("the waiver for `{0}` needs either `indicator` or `method`")]
    WaiverId(String),
    /// A waiver for nothing.
    #[error("the waiver of `{0}` has no `package`; write what it is accepted in")]
    WaiverPackage(String),
    /// A waiver without one of the three things that make it one.
    #[error(
        "the waiver of `{id}` for `{package}` has no `{field}`; a waiver says why (`reason`), who answers for it (`owner`) and until when (`expires`)"
    )]
    WaiverField {
        /// The indicator or method.
        id: String,
        /// What it is for.
        package: String,
        /// What is missing.
        field: &'static str,
    },
}

impl TryFrom<RawPolicy> for Policy {
    type Error = PolicyError;

    fn try_from(raw: RawPolicy) -> Result<Self, PolicyError> {
        Ok(Self {
            decisions: raw.decisions.into_iter().map(decision).collect::<Result<_, _>>()?,
            recipients: raw
                .recipients
                .allow
                .into_iter()
                .map(recipient)
                .collect::<Result<_, _>>()?,
            hosts: raw.network.allow.into_iter().map(host).collect::<Result<_, _>>()?,
            capabilities: raw
                .capabilities
                .allow
                .into_iter()
                .map(capability)
                .collect::<Result<_, _>>()?,
            install_scripts: raw
                .install_scripts
                .allow
                .into_iter()
                .map(|name| package(&name))
                .collect::<Result<_, _>>()?,
            publishers: raw.publishers.into_iter().map(publishers).collect::<Result<_, _>>()?,
            minimum_age_days: raw.origin.minimum_age_days,
            waivers: raw.waivers.into_iter().map(waiver).collect::<Result<_, _>>()?,
        })
    }
}

fn decision((id, word): (String, String)) -> Result<(String, Decision), PolicyError> {
    known(&id)?;
    let decision = [Decision::Allow, Decision::Review, Decision::Block]
        .into_iter()
        .find(|it| it.id() == word);
    decision
        .map(|decision| (id.clone(), decision))
        .ok_or(PolicyError::Decision { id, word })
}

fn recipient(text: String) -> Result<AllowedRecipient, PolicyError> {
    match text.strip_prefix('@') {
        // The model's own reading of a mailbox decides what a domain is.
        Some(domain) => {
            Mailbox::parse(&format!("x@{domain}")).map(|mailbox| AllowedRecipient::Domain(mailbox.domain().to_owned()))
        }
        None => Mailbox::parse(&text).map(AllowedRecipient::Mailbox),
    }
    .ok_or(PolicyError::Recipient(text))
}

fn host(text: String) -> Result<AllowedHost, PolicyError> {
    let lower = text.to_lowercase();
    let name = lower.strip_prefix('.').unwrap_or(&lower);
    let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    if !name.split('.').all(label) {
        return Err(PolicyError::Host(text));
    }
    Ok(if lower.starts_with('.') {
        AllowedHost::Domain(name.to_owned())
    } else {
        AllowedHost::Host(lower)
    })
}

fn capability(text: String) -> Result<CapabilityKind, PolicyError> {
    CapabilityKind::ALL
        .into_iter()
        .find(|kind| kind.id() == text)
        .ok_or(PolicyError::Capability(text))
}

fn package(name: &str) -> Result<PackageName, PolicyError> {
    PackageName::parse(name).map_err(|cause| PolicyError::Package {
        name: name.to_owned(),
        cause,
    })
}

fn publishers((text, accounts): (String, Vec<String>)) -> Result<ExpectedPublishers, PolicyError> {
    if accounts.is_empty() || accounts.iter().any(|name| name.trim().is_empty()) {
        return Err(PolicyError::Publishers(text));
    }
    let no_name = || PolicyError::PublishedName(text.clone());
    let name = |name: &str| {
        PackageName::parse(name)
            .ok()
            .filter(|_| !name.contains('*'))
            .ok_or_else(no_name)
    };
    let of = match text.strip_suffix("/*") {
        // Any name of the scope shows whether npm takes it for one.
        Some(scope) => {
            let inside = name(&format!("{scope}/x"))?;
            PublishedName::Scope(inside.scope().ok_or_else(no_name)?.to_owned())
        }
        None => PublishedName::Package(name(&text)?),
    };
    Ok(ExpectedPublishers { of, accounts })
}

fn waiver(raw: RawWaiver) -> Result<Waiver, PolicyError> {
    let id = match (raw.indicator, raw.method) {
        (Some(id), None) | (None, Some(id)) => id,
        _ => return Err(PolicyError::WaiverId(raw.package.unwrap_or_default())),
    };
    known(&id)?;
    let Some(written) = raw.package.filter(|text| !text.trim().is_empty()) else {
        return Err(PolicyError::WaiverPackage(id));
    };
    let missing = |field| PolicyError::WaiverField {
        id: id.clone(),
        package: written.clone(),
        field,
    };
    let said = |text: Option<String>, field| {
        text.filter(|text| !text.trim().is_empty())
            .ok_or_else(|| missing(field))
    };
    let reason = said(raw.reason, "reason")?;
    let owner = said(raw.owner, "owner")?;
    let expires = raw.expires.ok_or_else(|| missing("expires"))?;
    let package = waiver_subject(&written)?;
    Ok(Waiver {
        id,
        package,
        values: raw.values,
        reason,
        owner,
        expires,
    })
}

fn waiver_subject(text: &str) -> Result<WaiverSubject, PolicyError> {
    if text.starts_with(['.', '/', '~']) || text.ends_with(".tgz") || (text.contains('/') && !text.starts_with('@')) {
        return Ok(WaiverSubject::Path(text.to_owned()));
    }
    // The first character may be a scope's `@`.
    match text.char_indices().skip(1).find(|(_, c)| *c == '@') {
        None => Ok(WaiverSubject::Package(package(text)?)),
        Some((at, _)) => {
            let (name, version) = (&text[..at], &text[at + 1..]);
            let exact = version.split('.').count() >= 3
                && version.starts_with(|c: char| c.is_ascii_digit())
                && version
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'))
                && !version
                    .split(['-', '+'])
                    .next()
                    .is_some_and(|core| core.contains(['x', 'X']));
            if !exact {
                return Err(PolicyError::Range(text.to_owned()));
            }
            Ok(WaiverSubject::Release(package(name)?, version.to_owned()))
        }
    }
}

fn known(id: &str) -> Result<(), PolicyError> {
    explain(id)
        .map(|_| ())
        .ok_or_else(|| PolicyError::UnknownId(id.to_owned()))
}

fn kinds() -> String {
    CapabilityKind::ALL.map(|kind| format!("`{}`", kind.id())).join(", ")
}
