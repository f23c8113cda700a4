//! What the people of a mail server accept: who may get copies, of which application, and what is done with the rest.

mod parse;

use serde::Deserialize;

use super::finding::MailAction;
use super::glob::Glob;

pub use parse::MailPolicyError;

/// What a mail server accepts. The empty policy reports every hidden recipient and stops nothing.
///
/// It deserializes from any format of serde's; the keys are those of `mail.toml`, and unknown keys are errors.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "parse::RawMailPolicy")]
pub struct MailPolicy {
    /// `mode`: what is done with mail that goes to somebody nobody accepted. Default: `report`.
    pub mode: MailAction,
    /// `on-error`: what becomes of mail that could not be judged. Default: `accept`.
    pub on_error: OnError,
    /// `domains`: domains that are ours, each with everything below it. With any, mail from elsewhere that came in without a login is
    /// counted and not judged.
    pub domains: Vec<String>,
    /// `listeners`: names of listeners whose mail is judged. Default: every one's.
    pub listeners: Vec<String>,
    /// `recipient-delimiters`: characters that begin a detail in a local part. Default: `+`.
    pub delimiters: String,
    /// `[journals] addresses`: mailboxes and `@domains` that the server itself adds (`always_bcc`, maps of copies).
    pub journals: Vec<Approved>,
    /// `[lists]`: mailing lists, whose mail goes to whoever subscribed.
    pub lists: Lists,
    /// `all-hidden`: what is done with mail whose headers name nobody. Default: `report`.
    pub all_hidden: AllHidden,
    /// `self-copies`: whether a copy to the sender's own mailbox is accepted. Default: yes.
    pub self_copies: bool,
    /// `[baseline]`.
    pub baseline: Baseline,
    /// `[[applications]]`, in order; the first that fits a mail counts.
    pub applications: Vec<ApplicationPolicy>,
}

/// `[lists]`: mailing lists.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lists {
    /// `domains`: the domains of their envelope senders.
    pub domains: Vec<String>,
    /// `clients`: patterns of the hosts that hand their mail in; default: any. An envelope sender is whatever an application writes.
    pub(super) clients: Vec<Glob>,
}

impl Lists {
    /// Whether mail with an envelope sender at this domain, from this client, is a list's.
    pub(super) fn covers(&self, domain: &str, client: &str) -> bool {
        self.domains.iter().any(|list| list == domain)
            && (self.clients.is_empty()
                || self
                    .clients
                    .iter()
                    .any(|glob| client_forms(client).iter().any(|it| glob.fits(it))))
    }
}

/// `[[applications]]`: what one application may do.
#[derive(Debug, Clone, PartialEq)]
pub struct ApplicationPolicy {
    /// `name`: how reports call it.
    pub name: String,
    /// `senders`, `logins`, `clients`, `listeners`: patterns with `*`. A mail is of this application if it fits one of each kind that is
    /// given, and at least one kind is given.
    pub(super) fits: Fits,
    /// `allow`: who may get hidden copies of its mail.
    pub allow: Vec<Approved>,
    /// `refuse`: who may not, whatever else is accepted. Not asked about again.
    pub refuse: Vec<Approved>,
    /// `mode`, where it differs from that of the server.
    pub mode: Option<MailAction>,
    /// `all-hidden`, where it differs.
    pub all_hidden: Option<AllHidden>,
    /// `new-recipients`: whether a recipient's domain that it never wrote to before is reported once its baseline is known. Default: as
    /// the baseline shows: only where new domains are rare.
    pub new_recipients: Option<bool>,
    /// `reason`, `owner`: why, and who signed.
    pub reason: String,
    /// See `reason`.
    pub owner: String,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Fits {
    pub(super) senders: Vec<Glob>,
    pub(super) logins: Vec<Glob>,
    pub(super) clients: Vec<Glob>,
    pub(super) listeners: Vec<Glob>,
}

impl ApplicationPolicy {
    /// Whether a person signed that copies may go to an address in the form addresses are compared in.
    pub fn accepts(&self, key: &str) -> bool {
        self.allow.iter().any(|it| it.covers(key)) && !self.refuses(key)
    }

    /// Whether a person refused it.
    pub fn refuses(&self, key: &str) -> bool {
        self.refuse.iter().any(|it| it.covers(key))
    }
}

/// Who may get hidden copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approved {
    /// This mailbox, in the form addresses are compared in.
    Mailbox(String),
    /// Every mailbox at this domain; written `@crm.example`.
    Domain(String),
    /// Every mailbox at this registrable domain and below it; written `@*.crm.example`.
    Registrable(String),
}

/// What is done with mail whose headers name nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AllHidden {
    /// It is no concern.
    Allow,
    /// The first such mail of an application is reported.
    #[default]
    Report,
    /// As any other hidden recipient.
    Enforce,
}

/// What becomes of mail that could not be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// It goes on its way, and the log says so.
    #[default]
    Accept,
    /// The sender is told to try again later (4.7.1).
    Tempfail,
}

/// `[baseline]`: when enough was seen of an application to call something new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Baseline {
    /// `learn-days`: days from its first mail. Default: 7.
    pub learn_days: u32,
    /// `min-mails`: mails. Default: 50.
    pub min_mails: u64,
    /// `constant-copies`: over how many different visible recipients one hidden address is the same before that is critical. Default: 3.
    pub constant_copies: u32,
    /// `enforce-new`: whether mail of applications that are not known yet, and that no entry names, is stopped too. Default: no, it is reported:
    /// their archives were not asked about yet. An application that changes its name is a new one.
    pub enforce_new: bool,
}

impl Default for MailPolicy {
    fn default() -> Self {
        Self {
            mode: MailAction::default(),
            on_error: OnError::default(),
            domains: Vec::new(),
            listeners: Vec::new(),
            delimiters: DELIMITERS.to_owned(),
            journals: Vec::new(),
            lists: Lists::default(),
            all_hidden: AllHidden::default(),
            self_copies: true,
            baseline: Baseline::default(),
            applications: Vec::new(),
        }
    }
}

/// What begins a detail in a local part on most servers (RFC 5233 §1).
const DELIMITERS: &str = "+";

impl Default for Baseline {
    fn default() -> Self {
        Self {
            learn_days: 7,
            min_mails: 50,
            constant_copies: 3,
            enforce_new: false,
        }
    }
}

impl MailPolicy {
    /// The `[[applications]]` entry that a mail falls under.
    pub(super) fn application(&self, mail: &waxseal_model::MailSeen<'_>) -> Option<&ApplicationPolicy> {
        self.applications.iter().find(|it| it.fits.fit(mail))
    }

    /// Whether a domain, in the form it is compared in, is one of ours or lies below one.
    pub(super) fn is_ours(&self, domain: &str) -> bool {
        self.domains.iter().any(|ours| is_at_or_below(domain, ours))
    }
}

/// Whether `domain` is `parent` or lies below it.
pub(super) fn is_at_or_below(domain: &str, parent: &str) -> bool {
    domain
        .strip_suffix(parent)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

impl Approved {
    /// Whether an address, in the form it is compared in, is meant.
    pub fn covers(&self, key: &str) -> bool {
        let domain = super::address::domain_of(key);
        match self {
            Self::Mailbox(mailbox) => mailbox == key,
            Self::Domain(approved) => approved == domain,
            Self::Registrable(approved) => is_at_or_below(domain, approved),
        }
    }
}

impl std::fmt::Display for Approved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Mailbox(mailbox) => f.write_str(mailbox),
            Self::Domain(domain) => write!(f, "@{domain}"),
            Self::Registrable(domain) => write!(f, "@*.{domain}"),
        }
    }
}

/// A client as it is written, and of `name[address]`, as logs write it, both parts.
fn client_forms(client: &str) -> [&str; 3] {
    let parts = client.strip_suffix(']').and_then(|it| it.rsplit_once('['));
    let (name, address) = parts.unwrap_or((client, client));
    [client, name.trim_end(), address]
}

impl Fits {
    fn fit(&self, mail: &waxseal_model::MailSeen<'_>) -> bool {
        let sender = match mail.sender {
            waxseal_model::EnvelopeSender::Address(address) => address,
            _ => "",
        };
        let kinds = [
            (&self.senders, &[sender, mail.from][..]),
            (&self.logins, &[mail.login][..]),
            (&self.clients, &client_forms(mail.client)[..]),
            (&self.listeners, &[mail.listener][..]),
        ];
        let mut any = false;
        for (globs, values) in kinds {
            if globs.is_empty() {
                continue;
            }
            any = true;
            let fits = |glob: &Glob| values.iter().any(|value| !value.is_empty() && glob.fits(value));
            if !globs.iter().any(fits) {
                return false;
            }
        }
        any
    }
}
