//! Which recipients of one mail its headers hide, and for which known reason.

use waxseal_model::{EnvelopeSender, MailSeen, NamedBy, RecipientSeen, Visible};

use super::address::{compare_key, compare_key_into, domain_key, domain_of, without_detail};
use super::policy::{AllHidden, ApplicationPolicy, MailPolicy};

/// Why somebody gets a mail, or may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Class {
    /// The sender's own mailbox.
    SelfCopy,
    /// The server itself adds it (`always_bcc`, a map of copies).
    Journal,
    /// The mail comes from a mailing list that the policy knows.
    List,
    /// A notice to one person, from the null sender.
    Notice,
    /// A person signed that this application may.
    Approved,
    /// No header names anybody, and the policy allows that.
    AllHidden,
    /// No header names anybody.
    NobodyNamed,
    /// The source itself says that it was a `Bcc`, and no reason is known.
    Declared,
    /// No header names it, and no reason is known.
    Unexplained,
}

impl Class {
    /// The stable id in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::SelfCopy => "self-copy",
            Self::Journal => "journal",
            Self::List => "list",
            Self::Notice => "notice",
            Self::Approved => "approved",
            Self::AllHidden => "all-hidden-allowed",
            Self::NobodyNamed => "all-hidden",
            Self::Declared => "declared-bcc",
            Self::Unexplained => "unexplained",
        }
    }

    /// Whether a known reason explains it.
    pub fn is_explained(self) -> bool {
        self < Self::NobodyNamed
    }
}

/// What can be said of one mail's recipients.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Classified<'a> {
    /// Those whom no header names: as written, in the form addresses are compared in, and why.
    pub hidden: Vec<(&'a str, String, Class)>,
    /// How many could not be decided, because headers are missing or cut off.
    pub undecided: usize,
}

/// Compares whom a mail goes to with whom it names.
pub fn classify<'a>(mail: &MailSeen<'a>, policy: &MailPolicy) -> Classified<'a> {
    classify_for(mail, policy, policy.application(mail))
}

/// As [`classify`], where the application's entry is known already.
pub(super) fn classify_for<'a>(
    mail: &MailSeen<'a>,
    policy: &MailPolicy,
    application: Option<&ApplicationPolicy>,
) -> Classified<'a> {
    let mut found = Classified::default();
    let mut named: Option<Vec<String>> = None;
    let mut scratch = String::new();
    let of_sender = of_sender(mail, policy);
    for recipient in mail.recipients {
        if recipient.named == NamedBy::Header || is_named_as_written(recipient, mail.visible) {
            continue;
        }
        if recipient.named == NamedBy::Envelope && mail.visible == Visible::Unknown {
            // A journal is known without headers.
            compare_key_into(&mut scratch, recipient.address);
            match journal(&scratch, policy).or(of_sender) {
                Some(class) => found.hidden.push((recipient.address, scratch.clone(), class)),
                None => found.undecided += 1,
            }
            continue;
        }
        let named = named.get_or_insert_with(|| mail.visible.named().iter().map(|it| compare_key(it)).collect());
        let keys = Keys::of(recipient);
        if recipient.named == NamedBy::Envelope && keys.are_named(named, &policy.delimiters) {
            continue;
        }
        let known = journal(&keys.address, policy).or(of_sender);
        let class = known.unwrap_or_else(|| reason(&keys, mail, policy, application, !named.is_empty()));
        if class == Class::Unexplained && matches!(mail.visible, Visible::Partial(_)) {
            found.undecided += 1;
            continue;
        }
        found.hidden.push((recipient.address, keys.address, class));
    }
    found
}

/// The common case, without making anything: the header names the address as the envelope does.
fn is_named_as_written(recipient: &RecipientSeen<'_>, visible: Visible<'_>) -> bool {
    let same = |named: &&str| {
        named.eq_ignore_ascii_case(recipient.address)
            || (!recipient.original.is_empty() && named.eq_ignore_ascii_case(recipient.original))
    };
    recipient.named == NamedBy::Envelope && visible.named().iter().any(same)
}

/// A recipient in the form addresses are compared in.
struct Keys {
    address: String,
    /// What it was before the server replaced it.
    original: Option<String>,
}

impl Keys {
    fn of(recipient: &RecipientSeen<'_>) -> Self {
        Self {
            address: compare_key(recipient.address),
            original: (!recipient.original.is_empty()).then(|| compare_key(recipient.original)),
        }
    }

    fn are_named(&self, named: &[String], delimiters: &str) -> bool {
        let plain = |key: &str| {
            named.iter().any(|it| it == key) || {
                let short = without_detail(key, delimiters);
                named.iter().any(|it| without_detail(it, delimiters) == short)
            }
        };
        plain(&self.address) || self.original.as_deref().is_some_and(plain)
    }

    fn any(&self, test: impl Fn(&str) -> bool) -> bool {
        test(&self.address) || self.original.as_deref().is_some_and(test)
    }
}

/// Why a recipient that no header names gets the mail.
fn reason(
    keys: &Keys,
    mail: &MailSeen<'_>,
    policy: &MailPolicy,
    application: Option<&ApplicationPolicy>,
    names_anybody: bool,
) -> Class {
    if application.is_some_and(|it| keys.any(|key| it.refuses(key))) {
        return Class::Unexplained;
    }
    if policy.self_copies && keys.any(|key| is_own(key, mail, policy)) {
        return Class::SelfCopy;
    }
    if application.is_some_and(|it| keys.any(|key| it.accepts(key))) {
        return Class::Approved;
    }
    let declared = mail.bcc_header || mail.recipients.iter().any(|it| it.named != NamedBy::Envelope);
    if !names_anybody && !declared && matches!(mail.visible, Visible::Known(_)) {
        return match application.and_then(|it| it.all_hidden).unwrap_or(policy.all_hidden) {
            AllHidden::Allow => Class::AllHidden,
            AllHidden::Report => Class::NobodyNamed,
            AllHidden::Enforce => Class::Unexplained,
        };
    }
    let by_source = |it: &RecipientSeen<'_>| it.named == NamedBy::Bcc && compare_key(it.address) == keys.address;
    if mail.recipients.iter().any(by_source) {
        return Class::Declared;
    }
    Class::Unexplained
}

/// The server itself adds it.
fn journal(key: &str, policy: &MailPolicy) -> Option<Class> {
    policy
        .journals
        .iter()
        .any(|it| it.covers(key))
        .then_some(Class::Journal)
}

/// The reasons that are in the envelope's sender.
fn of_sender(mail: &MailSeen<'_>, policy: &MailPolicy) -> Option<Class> {
    match mail.sender {
        EnvelopeSender::Null if is_to_one(mail, policy) => Some(Class::Notice),
        // A list's mail is known by its envelope; `List-Id` is a header that anybody can write.
        EnvelopeSender::Address(sender) if !policy.lists.domains.is_empty() => {
            let (_, domain) = sender.rsplit_once('@')?;
            let domain = domain_key(domain.trim_end_matches('>'));
            policy.lists.covers(&domain, mail.client).then_some(Class::List)
        }
        _ => None,
    }
}

/// Whether a mail goes to one person, beside what the server adds.
fn is_to_one(mail: &MailSeen<'_>, policy: &MailPolicy) -> bool {
    let is_journal = |it: &&RecipientSeen<'_>| {
        let key = compare_key(it.address);
        policy.journals.iter().any(|journal| journal.covers(&key))
    };
    mail.recipients.len() <= 1 + policy.journals.len()
        && mail.recipients.iter().filter(|it| !is_journal(it)).count() <= 1
}

/// The login's own mailbox, or the sender's where it is one of our domains: the envelope and `From` are the application's own words, and
/// whoever wants a copy could put himself there.
fn is_own(key: &str, mail: &MailSeen<'_>, policy: &MailPolicy) -> bool {
    let same = |own: &str| {
        own.contains('@')
            && without_detail(&compare_key(own), &policy.delimiters) == without_detail(key, &policy.delimiters)
    };
    let sender = match mail.sender {
        EnvelopeSender::Address(sender) => sender,
        _ => "",
    };
    same(mail.login) || (policy.is_ours(domain_of(key)) && (same(sender) || same(mail.from)))
}
