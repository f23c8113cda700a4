//! From what `mail.toml` may say to what a mail policy is.

use serde::Deserialize;

use super::super::address::{compare_key, domain_key};
use super::super::finding::MailAction;
use super::super::glob::Glob;
use super::{AllHidden, ApplicationPolicy, Approved, Baseline, DELIMITERS, Fits, Lists, MailPolicy, OnError};

/// A policy as written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawMailPolicy {
    mode: Option<String>,
    on_error: Option<String>,
    domains: Vec<String>,
    listeners: Vec<String>,
    recipient_delimiters: Option<String>,
    journals: RawAddresses,
    lists: RawLists,
    all_hidden: Option<String>,
    self_copies: Option<bool>,
    baseline: RawBaseline,
    applications: Vec<RawApplication>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawAddresses {
    addresses: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawLists {
    domains: Vec<String>,
    clients: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct RawBaseline {
    learn_days: Option<u32>,
    min_mails: Option<u64>,
    constant_copies: Option<u32>,
    enforce_new: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct RawApplication {
    name: String,
    senders: Vec<String>,
    logins: Vec<String>,
    clients: Vec<String>,
    listeners: Vec<String>,
    allow: Vec<String>,
    refuse: Vec<String>,
    mode: Option<String>,
    all_hidden: Option<String>,
    new_recipients: Option<bool>,
    reason: String,
    owner: String,
}

/// Why a mail policy was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailPolicyError {
    /// A word that a key does not take.
    #[error("`{key} = \"{word}\"` is not understood; write {choices}")]
    Word {
        /// The key.
        key: &'static str,
        /// What is written.
        word: String,
        /// What may be written.
        choices: &'static str,
    },
    /// Neither a mailbox nor a domain.
    #[error(
        "`{0}` is no recipient; write a mailbox as `archive@crm.example`, a domain as `@crm.example`, or one with all below it as `@*.crm.example`"
    )]
    Recipient(String),
    /// No domain.
    #[error("`{0}` is no domain; write it as `crm.example`, without `@` and `*`")]
    Domain(String),
    /// A whole public suffix would be accepted.
    #[error("`{0}` would accept every domain below a public suffix; name the domain that somebody registered")]
    Suffix(String),
    /// No pattern of senders.
    #[error("`{0}` fits no sender; write `*@{0}` for every mailbox at a domain, or one mailbox")]
    Sender(String),
    /// No pattern of clients.
    #[error(
        "`{0}` fits no client; write an address or a name, with `*` for any part, as `10.0.0.*`; networks such as `10.0.0.0/8` are not understood"
    )]
    Client(String),
    /// Somebody is accepted and refused.
    #[error("the application `{name}` both accepts and refuses `{recipient}`")]
    Both {
        /// The application.
        name: String,
        /// Who.
        recipient: String,
    },
    /// An application without a name.
    #[error("an entry of `[[applications]]` has no `name`")]
    Nameless,
    /// Two applications with one name.
    #[error("there are two `[[applications]]` with the name `{0}`")]
    Twice(String),
    /// An application that no mail can be of.
    #[error("the application `{0}` names no mail: give it `senders`, `logins`, `clients` or `listeners`")]
    Unmatched(String),
    /// An approval that nobody signed.
    #[error(
        "the application `{name}` accepts hidden copies and has no `{field}`; say why (`reason`) and who signed it (`owner`)"
    )]
    Unsigned {
        /// The application.
        name: String,
        /// What is missing.
        field: &'static str,
    },
    /// A limit of nothing.
    #[error("`{0} = 0` would call everything constant; write 2 or more")]
    Zero(&'static str),
}

impl TryFrom<RawMailPolicy> for MailPolicy {
    type Error = MailPolicyError;

    fn try_from(raw: RawMailPolicy) -> Result<Self, MailPolicyError> {
        let mut applications: Vec<ApplicationPolicy> = Vec::with_capacity(raw.applications.len());
        for it in raw.applications {
            let next = application(it)?;
            if applications.iter().any(|it| it.name == next.name) {
                return Err(MailPolicyError::Twice(next.name));
            }
            applications.push(next);
        }
        Ok(Self {
            mode: raw.mode.map_or(Ok(MailAction::default()), mode)?,
            on_error: raw.on_error.map_or(Ok(OnError::default()), on_error)?,
            domains: raw.domains.into_iter().map(domain).collect::<Result<_, _>>()?,
            listeners: raw.listeners,
            delimiters: raw.recipient_delimiters.unwrap_or_else(|| DELIMITERS.to_owned()),
            journals: raw
                .journals
                .addresses
                .into_iter()
                .map(approved)
                .collect::<Result<_, _>>()?,
            lists: Lists {
                domains: raw.lists.domains.into_iter().map(domain).collect::<Result<_, _>>()?,
                clients: raw.lists.clients.into_iter().map(client).collect::<Result<_, _>>()?,
            },
            all_hidden: raw.all_hidden.map_or(Ok(AllHidden::default()), all_hidden)?,
            self_copies: raw.self_copies.unwrap_or(true),
            baseline: baseline(&raw.baseline)?,
            applications,
        })
    }
}

fn mode(word: String) -> Result<MailAction, MailPolicyError> {
    MailAction::ALL
        .into_iter()
        .find(|it| it.policy_word() == word)
        .ok_or(MailPolicyError::Word {
            key: "mode",
            word,
            choices: "`report`, `tag`, `hold`, `reject` or `strip`",
        })
}

fn on_error(word: String) -> Result<OnError, MailPolicyError> {
    match word.as_str() {
        "accept" => Ok(OnError::Accept),
        "tempfail" => Ok(OnError::Tempfail),
        _ => Err(MailPolicyError::Word {
            key: "on-error",
            word,
            choices: "`accept` or `tempfail`",
        }),
    }
}

fn all_hidden(word: String) -> Result<AllHidden, MailPolicyError> {
    match word.as_str() {
        "allow" => Ok(AllHidden::Allow),
        "report" => Ok(AllHidden::Report),
        "enforce" => Ok(AllHidden::Enforce),
        _ => Err(MailPolicyError::Word {
            key: "all-hidden",
            word,
            choices: "`allow`, `report` or `enforce`",
        }),
    }
}

fn baseline(raw: &RawBaseline) -> Result<Baseline, MailPolicyError> {
    let default = Baseline::default();
    let constant_copies = raw.constant_copies.unwrap_or(default.constant_copies);
    if constant_copies < 2 {
        return Err(MailPolicyError::Zero("baseline.constant-copies"));
    }
    Ok(Baseline {
        learn_days: raw.learn_days.unwrap_or(default.learn_days),
        min_mails: raw.min_mails.unwrap_or(default.min_mails),
        constant_copies,
        enforce_new: raw.enforce_new,
    })
}

fn application(raw: RawApplication) -> Result<ApplicationPolicy, MailPolicyError> {
    if raw.name.trim().is_empty() {
        return Err(MailPolicyError::Nameless);
    }
    let globs = |texts: Vec<String>| texts.iter().map(|text| Glob::new(text)).collect::<Vec<_>>();
    let fits = Fits {
        senders: raw.senders.into_iter().map(sender).collect::<Result<_, _>>()?,
        logins: globs(raw.logins),
        clients: raw.clients.into_iter().map(client).collect::<Result<_, _>>()?,
        listeners: globs(raw.listeners),
    };
    if fits == Fits::default() {
        return Err(MailPolicyError::Unmatched(raw.name));
    }
    if !raw.allow.is_empty() {
        for (field, text) in [("reason", &raw.reason), ("owner", &raw.owner)] {
            if text.trim().is_empty() {
                return Err(MailPolicyError::Unsigned { name: raw.name, field });
            }
        }
    }
    let allow: Vec<Approved> = raw.allow.into_iter().map(approved).collect::<Result<_, _>>()?;
    let refuse: Vec<Approved> = raw.refuse.into_iter().map(approved).collect::<Result<_, _>>()?;
    if let Some(both) = allow.iter().find(|it| refuse.contains(it)) {
        return Err(MailPolicyError::Both {
            name: raw.name,
            recipient: both.to_string(),
        });
    }
    Ok(ApplicationPolicy {
        fits,
        allow,
        refuse,
        mode: raw.mode.map(mode).transpose()?,
        all_hidden: raw.all_hidden.map(all_hidden).transpose()?,
        new_recipients: raw.new_recipients,
        reason: raw.reason,
        owner: raw.owner,
        name: raw.name,
    })
}

/// A pattern of senders: `@shop.example` is every mailbox there.
fn sender(text: String) -> Result<Glob, MailPolicyError> {
    match text.as_str() {
        domain if domain.starts_with('@') => Ok(Glob::new(&format!("*{domain}"))),
        // A local user has no domain.
        word if word.contains(['@', '*']) || !word.contains('.') => Ok(Glob::new(word)),
        _ => Err(MailPolicyError::Sender(text)),
    }
}

fn client(text: String) -> Result<Glob, MailPolicyError> {
    match text.contains(['/', ' ']) || text.is_empty() {
        true => Err(MailPolicyError::Client(text)),
        false => Ok(Glob::new(&text)),
    }
}

/// A domain of two labels or more, or one label as private networks have them.
fn domain(text: String) -> Result<String, MailPolicyError> {
    let key = domain_key(text.trim()).into_owned();
    let label = |label: &str| {
        !label.is_empty() && label.len() <= 63 && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    };
    if key.is_empty() || !key.split('.').all(label) {
        return Err(MailPolicyError::Domain(text));
    }
    Ok(key)
}

fn approved(text: String) -> Result<Approved, MailPolicyError> {
    if let Some(name) = text.strip_prefix("@*.") {
        let name = domain(name.to_owned()).map_err(|_| MailPolicyError::Recipient(text.clone()))?;
        // `@*.com` is a mistake, or somebody's hope that nobody reads it.
        if psl::suffix_str(&name).is_some_and(|suffix| suffix == name) && psl::domain_str(&name).is_none() {
            return Err(MailPolicyError::Suffix(text));
        }
        return Ok(Approved::Registrable(name));
    }
    if let Some(name) = text.strip_prefix('@') {
        return domain(name.to_owned())
            .map(Approved::Domain)
            .map_err(|_| MailPolicyError::Recipient(text));
    }
    let key = compare_key(&text);
    match key.rsplit_once('@') {
        Some((local, name)) if !local.is_empty() && !local.contains('*') && domain(name.to_owned()).is_ok() => {
            Ok(Approved::Mailbox(key))
        }
        _ => Err(MailPolicyError::Recipient(text)),
    }
}
