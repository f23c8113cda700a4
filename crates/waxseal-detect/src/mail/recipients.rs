//! Which recipients of one mail its headers hide, and for which known reason.

use hashbrown::HashSet;
use waxseal_model::{Delivery, EnvelopeSender, MailSeen, NamedBy, RecipientSeen, Visible};

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
    /// Those whom no header names.
    pub hidden: Vec<Hidden<'a>>,
    /// How many could not be decided, because headers are missing or cut off.
    pub undecided: usize,
}

/// A recipient whom no header names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden<'a> {
    /// The address as it was written.
    pub written: &'a str,
    /// In the form addresses are compared in.
    pub key: String,
    /// Why it gets the mail.
    pub class: Class,
    /// What became of it.
    pub delivery: Delivery,
}

/// Compares whom a mail goes to with whom it names. Takes time proportional to both.
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
    let mut named: Option<Named> = None;
    let mut scratch = String::new();
    let few = mail.visible.named().len() <= FEW;
    let envelope = Envelope::of(mail, policy, application);
    for recipient in mail.recipients {
        if recipient.named == NamedBy::Header || (few && is_named_as_written(recipient, mail.visible)) {
            continue;
        }
        let mut hide = |key: String, class: Class| {
            found.hidden.push(Hidden {
                written: recipient.address,
                key,
                class,
                delivery: recipient.delivery,
            });
        };
        if recipient.named == NamedBy::Envelope && mail.visible == Visible::Unknown {
            // A journal is known without headers.
            compare_key_into(&mut scratch, recipient.address);
            match envelope.known(&scratch, true) {
                Some(class) => hide(scratch.clone(), class),
                None => found.undecided += 1,
            }
            continue;
        }
        let named = named.get_or_insert_with(|| Named::of(mail.visible, &policy.delimiters));
        let keys = Keys::of(recipient);
        if recipient.named == NamedBy::Envelope && keys.any(|key| named.has(key, &policy.delimiters)) {
            continue;
        }
        let class = envelope.reason(&keys, recipient.named, !named.keys.is_empty());
        match class == Class::Unexplained && matches!(mail.visible, Visible::Partial(_)) {
            true => found.undecided += 1,
            false => hide(keys.address, class),
        }
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

/// Names up to which looking through them all is the quickest.
const FEW: usize = 16;

/// Whom the headers name, in the form addresses are compared in, as they are and without details.
struct Named {
    keys: HashSet<String>,
    short: HashSet<String>,
}

impl Named {
    fn of(visible: Visible<'_>, delimiters: &str) -> Self {
        let keys: HashSet<String> = visible.named().iter().map(|it| compare_key(it)).collect();
        let short = keys.iter().map(|key| without_detail(key, delimiters).into_owned());
        Self {
            short: short.collect(),
            keys,
        }
    }

    fn has(&self, key: &str, delimiters: &str) -> bool {
        self.keys.contains(key) || self.short.contains(&*without_detail(key, delimiters))
    }
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

    fn any(&self, test: impl Fn(&str) -> bool) -> bool {
        test(&self.address) || self.original.as_deref().is_some_and(test)
    }
}

/// What of a mail is the same for all its recipients.
struct Envelope<'a> {
    mail: &'a MailSeen<'a>,
    policy: &'a MailPolicy,
    application: Option<&'a ApplicationPolicy>,
    /// Its sender is a list that the policy knows.
    is_list: bool,
    /// It is a notice to one person.
    is_notice: bool,
    /// Somebody is declared a `Bcc`.
    is_declared: bool,
}

impl<'a> Envelope<'a> {
    fn of(mail: &'a MailSeen<'a>, policy: &'a MailPolicy, application: Option<&'a ApplicationPolicy>) -> Self {
        // A list's mail is known by its envelope; `List-Id` is a header that anybody can write.
        let is_list = match mail.sender {
            EnvelopeSender::Address(sender) if !policy.lists.domains.is_empty() => {
                sender.rsplit_once('@').is_some_and(|(_, domain)| {
                    policy
                        .lists
                        .covers(&domain_key(domain.trim_end_matches('>')), mail.client)
                })
            }
            _ => false,
        };
        Self {
            mail,
            policy,
            application,
            is_list,
            is_notice: mail.sender == EnvelopeSender::Null && is_to_one(mail, policy),
            is_declared: mail.bcc_header || mail.recipients.iter().any(|it| it.named != NamedBy::Envelope),
        }
    }

    /// The reasons that need no header. A notice is one only where no header names anybody else.
    fn known(&self, key: &str, is_alone: bool) -> Option<Class> {
        if self.application.is_some_and(|it| it.refuses(key)) {
            return None;
        }
        if self.policy.journals.iter().any(|it| it.covers(key)) {
            return Some(Class::Journal);
        }
        let list = self.is_list.then_some(Class::List);
        list.or((self.is_notice && is_alone).then_some(Class::Notice))
    }

    /// Why a recipient that no header names gets the mail.
    fn reason(&self, keys: &Keys, named_by: NamedBy, names_anybody: bool) -> Class {
        let (policy, application) = (self.policy, self.application);
        // Whoever was refused is refused whatever else is accepted.
        if application.is_some_and(|it| keys.any(|key| it.refuses(key))) {
            return Class::Unexplained;
        }
        if let Some(class) = self.known(&keys.address, !names_anybody) {
            return class;
        }
        if policy.self_copies && keys.any(|key| is_own(key, self.mail, policy)) {
            return Class::SelfCopy;
        }
        if application.is_some_and(|it| keys.any(|key| it.accepts(key))) {
            return Class::Approved;
        }
        if !names_anybody && !self.is_declared && matches!(self.mail.visible, Visible::Known(_)) {
            return match application.and_then(|it| it.all_hidden).unwrap_or(policy.all_hidden) {
                AllHidden::Allow => Class::AllHidden,
                AllHidden::Report => Class::NobodyNamed,
                AllHidden::Enforce => Class::Unexplained,
            };
        }
        match named_by {
            NamedBy::Bcc => Class::Declared,
            NamedBy::Envelope | NamedBy::Header => Class::Unexplained,
        }
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
