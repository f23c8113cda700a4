//! One mail is judged, and remembered.

mod copies;
mod statistics;

use hashbrown::HashSet;
use waxseal_model::{Confidence, Delivery, EnvelopeSender, MailSeen, Moment, Severity, Visible};

use super::address::{domain_key, domain_of, registrable, remembered};
use super::application::{Application, Noted};
use super::finding::{MailAction, MailFinding, NEW_CLIENT, NEW_DOMAIN, UNCOUNTED};
use super::hash::hash;
use super::ledger::{Ledger, Room, counted};
use super::policy::{ApplicationPolicy, MailPolicy};
use super::recipients::{Class, Classified, classify_for};
use crate::Indicator;

/// What is said of one mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judgement {
    /// What the policy has done with it.
    pub action: MailAction,
    /// The recipients that nobody accepted, as they were written.
    pub hidden: Vec<String>,
    /// Recipients that could not be decided, because headers are missing or cut off.
    pub undecided: usize,
    /// What was found.
    pub findings: Vec<MailFinding>,
}

impl Ledger {
    /// Judges one mail by the policy and by what its application did before, and remembers it. Takes time proportional to its recipients times
    /// the addresses its headers name.
    pub fn observe(&mut self, mail: &MailSeen<'_>, policy: &MailPolicy) -> Judgement {
        self.totals.mails += 1;
        if !is_concern(mail, policy) {
            self.totals.elsewhere += 1;
            return Judgement::default();
        }
        let entry = policy.application(mail);
        let (mut scratch, mut key) = std::mem::take(&mut self.scratch);
        name_into(&mut scratch, mail, entry);
        let known = self.applications.contains_key(scratch.as_str());
        if !known && self.applications.len() >= Self::MAX_APPLICATIONS && entry.is_none() {
            scratch.clear();
            scratch.push_str(Self::OTHERS);
            self.totals.unremembered += 1;
        }
        let application = self.applications.entry_ref(scratch.as_str()).or_default();
        let mut judge = Judge {
            name: &scratch,
            is_known: is_known(application, mail.at, policy),
            application,
            entry,
            mail,
            policy,
            judgement: Judgement::default(),
            key: &mut key,
            room: &mut self.totals.room,
        };
        judge.mail();
        let judgement = judge.judgement;
        self.scratch = (scratch, key);
        judgement
    }
}

/// Whether a mail is one that this policy is about.
fn is_concern(mail: &MailSeen<'_>, policy: &MailPolicy) -> bool {
    if !policy.listeners.is_empty()
        && !mail.listener.is_empty()
        && !LOCAL.contains(&mail.listener)
        && !policy.listeners.iter().any(|it| it.eq_ignore_ascii_case(mail.listener))
    {
        return false;
    }
    if policy.domains.is_empty() || !mail.login.is_empty() {
        return true;
    }
    let ours = |address: &str| {
        address
            .rsplit_once('@')
            // Without a domain it is a local user.
            .is_none_or(|(_, domain)| policy.is_ours(&domain_key(domain.trim_end_matches('>'))))
    };
    match mail.sender {
        // A milter is shown every header: a `From` that cannot be read hides whose mail it is.
        EnvelopeSender::Address(sender) => {
            ours(sender)
                || match mail.from {
                    "" => mail.source == MILTER,
                    from => ours(from),
                }
        }
        EnvelopeSender::Null | EnvelopeSender::Unknown => mail.from.is_empty() || ours(mail.from),
    }
}

/// The name an application is remembered by: the policy's, the login, or the sender without what a list or a bounce address adds to it.
fn name_into(name: &mut String, mail: &MailSeen<'_>, entry: Option<&ApplicationPolicy>) {
    name.clear();
    if let Some(entry) = entry {
        name.push_str(&entry.name);
        return;
    }
    let sender = match mail.sender {
        EnvelopeSender::Address(sender) if !sender.is_empty() => sender,
        _ => mail.from,
    };
    // A local user's number says less than the sender he writes.
    let text = if mail.login.is_empty() || (mail.login.starts_with("uid:") && !sender.is_empty()) {
        sender
    } else {
        mail.login
    };
    let (local, domain) = remembered(text).rsplit_once('@').unwrap_or((remembered(text), ""));
    let local = match local.find(['+', '=']) {
        Some(at) if at > 0 => &local[..at],
        _ => local,
    };
    name.push_str(local);
    if !domain.is_empty() {
        name.push('@');
        name.push_str(domain);
    }
    match name.is_ascii() {
        true => name.make_ascii_lowercase(),
        false => *name = name.to_lowercase(),
    }
    if name.is_empty() {
        name.push_str("<>");
    }
}

/// Whether enough was seen of an application to call something new.
fn is_known(application: &Application, at: Option<Moment>, policy: &MailPolicy) -> bool {
    let baseline = policy.baseline;
    let days = match (application.pace.first, at) {
        (Some(first), Some(at)) => at.days_since(first),
        _ => 0,
    };
    application.mails >= baseline.min_mails && days >= i64::from(baseline.learn_days)
}

/// One mail of one application, being judged.
struct Judge<'a> {
    name: &'a str,
    application: &'a mut Application,
    entry: Option<&'a ApplicationPolicy>,
    mail: &'a MailSeen<'a>,
    policy: &'a MailPolicy,
    is_known: bool,
    judgement: Judgement,
    /// An address in the form addresses are compared in, for the moment.
    key: &'a mut String,
    /// What may still be remembered.
    room: &'a mut Room,
}

impl Judge<'_> {
    fn mail(&mut self) {
        let classified = classify_for(self.mail, self.policy, self.entry);
        self.count(&classified);
        self.copies(&classified);
        self.domains(&classified);
        self.names_and_client();
        self.uncounted();
        self.companions(&classified);
        self.alone();
        // Remembered last, so that everything above speaks of the past.
        self.application.mails += 1;
        self.application.pace.add(self.mail.at);
    }

    fn count(&mut self, classified: &Classified<'_>) {
        self.judgement.undecided = classified.undecided;
        let it = &mut *self.application;
        it.undecided += classified.undecided as u64;
        it.with_headers += u64::from(matches!(self.mail.visible, Visible::Known(_)));
        let stopped = self
            .mail
            .recipients
            .iter()
            .filter(|it| it.delivery == Delivery::Stopped);
        it.stopped.recipients += stopped.count() as u64;
    }

    /// Recipients' domains, and whether one of them is new where they hardly change.
    fn domains(&mut self, classified: &Classified<'_>) {
        let mut new = Vec::new();
        for recipient in self.mail.recipients {
            let written = if recipient.original.is_empty() {
                recipient.address
            } else {
                recipient.original
            };
            let Some((_, domain)) = written.rsplit_once('@') else {
                continue;
            };
            let domain = domain_key(domain.trim_end_matches('>'));
            let domains = &mut self.application.domains;
            // What is remembered was seen: only what is not needs the list.
            if domains.contains(&hash(&domain)) {
                continue;
            }
            if domains.len() + 1 >= Application::MAX_DOMAINS || !self.room.take(2 * HASH) {
                self.application.further_domains += 1;
                continue;
            }
            domains.insert(hash(&domain));
            let registered = remembered(registrable(&domain));
            if *registered == *domain || domains.insert(hash(registered)) {
                self.application.registered += 1;
                new.push(registered.to_owned());
            }
        }
        let before = self.application.registered - new.len() as u64;
        if new.is_empty() || !self.is_known || !self.is_closed(before) {
            return;
        }
        // Whoever is a finding already, or was signed, is not news.
        let told: HashSet<&str> = classified
            .hidden
            .iter()
            .filter(|it| !matches!(it.class, Class::Notice | Class::NobodyNamed))
            .map(|it| registrable(domain_of(&it.key)))
            .collect();
        for domain in new {
            if !told.contains(domain.as_str()) {
                let summary = format!(
                    "`{}` wrote to `{domain}` for the first time, after {} to {}",
                    self.name,
                    counted(self.application.mails, "mail"),
                    counted(before, "domain")
                );
                self.note(NEW_DOMAIN, &domain, summary);
            }
        }
    }

    /// Whether an application's recipients hardly change: by the policy's word, or by twenty mails and more for each domain so far.
    fn is_closed(&self, domains: u64) -> bool {
        let shown = domains * MAILS_PER_DOMAIN <= self.application.mails;
        self.entry.and_then(|it| it.new_recipients).unwrap_or(shown)
    }

    /// By which words of its own it is known, and from where it comes.
    fn names_and_client(&mut self) {
        let sender = match self.mail.sender {
            EnvelopeSender::Address(sender) if !sender.is_empty() => sender,
            _ => self.mail.from,
        };
        let it = &mut *self.application;
        if it.familiar.has((sender, self.mail.login, self.mail.client)) {
            return;
        }
        for (words, word) in [(&mut it.logins, self.mail.login), (&mut it.senders, sender)] {
            let word = remembered(word);
            if !word.is_empty() && words.len() < Application::MAX_NAMES && !words.contains(word) {
                words.insert(word.to_owned());
            }
        }
        self.client();
    }

    fn client(&mut self) {
        let client = remembered(self.mail.client);
        if client.is_empty() || self.application.clients.contains(client) {
            return;
        }
        if self.application.clients.len() < Application::MAX_CLIENTS {
            self.application.clients.insert(client.to_owned());
        }
        // Whoever comes from everywhere is known by no place.
        if self.is_known && (2..=4).contains(&self.application.clients.len()) {
            let summary = format!("`{}` handed in mail from `{client}` for the first time", self.name);
            self.note(NEW_CLIENT, "", summary);
        }
    }

    /// The server counted more than the headers name, and does not say whom.
    fn uncounted(&mut self) {
        let (Some(announced), Visible::Known(named)) = (self.mail.announced, self.mail.visible) else {
            return;
        };
        let expected = named.len() + self.policy.journals.len();
        let aliased = self.mail.recipients.iter().any(|it| !it.original.is_empty());
        if self.mail.recipients.len() < announced as usize && announced as usize > expected && !aliased {
            let summary = format!(
                "`{}` sent a mail to {} whose headers name {}; the lines that say who got it are missing",
                self.name,
                counted(u64::from(announced), "recipient"),
                named.len()
            );
            self.note(UNCOUNTED, "", summary);
        }
    }

    /// As [`Self::find`], and remembered, since nothing else that is remembered tells of it.
    fn note(&mut self, indicator: Indicator, recipient: &str, summary: String) {
        if self.application.noted.len() < Application::MAX_NOTED {
            self.application.noted.push(Noted {
                indicator: indicator.id.to_owned(),
                recipient: recipient.to_owned(),
                summary: summary.clone(),
                id: id_of(self.mail),
                at: self.mail.at,
            });
        } else {
            self.application.further_noted += 1;
        }
        self.find(indicator, indicator.severity, recipient, summary);
    }

    fn find(&mut self, indicator: Indicator, severity: Severity, recipient: &str, summary: String) {
        self.judgement.findings.push(MailFinding {
            indicator: indicator.id,
            severity,
            confidence: Confidence::High,
            application: self.name.to_owned(),
            recipient: remembered(recipient).to_owned(),
            source: self.mail.source.to_owned(),
            host: remembered(self.mail.host).to_owned(),
            id: remembered(self.mail.id).to_owned(),
            at: self.mail.at,
            summary,
        });
    }
}

/// An id with the host before it, where that is known.
fn id_of(mail: &MailSeen<'_>) -> String {
    match mail.host {
        "" => remembered(mail.id).to_owned(),
        host => format!("{}/{}", remembered(host), remembered(mail.id)),
    }
}

/// Bytes that a remembered hash takes, more or less.
const HASH: u64 = 16;
/// What a milter's session calls itself in [`MailSeen::source`].
const MILTER: &str = "milter";
/// Listeners that only this machine's own programs reach: what they hand in is judged whatever listeners are named.
const LOCAL: [&str; 3] = ["pickup", "cleanup", "local"];
/// Mails for each domain from which on an application's recipients are said to hardly change.
const MAILS_PER_DOMAIN: u64 = 20;
