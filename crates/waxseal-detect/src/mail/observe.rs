//! One mail is judged, and remembered.

use waxseal_model::{Confidence, Delivery, EnvelopeSender, MailSeen, Moment, Severity, Visible};

use super::address::{compare_key, compare_key_into, domain_key, domain_of, registrable, remembered};
use super::application::{Application, Candidate, Companion, Copied, Noted};
use super::finding::{
    ALL_HIDDEN, CONSTANT, DECLARED, HIDDEN, MailAction, MailFinding, NEW_CLIENT, NEW_DOMAIN, UNCOUNTED, UNREADABLE,
};
use super::hash::hash;
use super::ledger::{Ledger, SHADOW_SECONDS, counted, is_constant};
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
        if !self.applications.contains_key(scratch.as_str()) {
            if self.applications.len() >= Self::MAX_APPLICATIONS && entry.is_none() {
                scratch.clear();
                scratch.push_str(Self::OTHERS);
                self.totals.unremembered += 1;
            }
            self.applications.entry_ref(scratch.as_str()).or_default();
        }
        let mut judgement = Judgement::default();
        if let Some(application) = self.applications.get_mut(scratch.as_str()) {
            let mut judge = Judge {
                name: &scratch,
                is_known: is_known(application, mail.at, policy),
                application,
                entry,
                mail,
                policy,
                judgement,
                key: &mut key,
            };
            judge.mail();
            judgement = judge.judgement;
        }
        self.scratch = (scratch, key);
        judgement
    }
}

/// Whether a mail is one that this policy is about.
fn is_concern(mail: &MailSeen<'_>, policy: &MailPolicy) -> bool {
    if !policy.listeners.is_empty()
        && !mail.listener.is_empty()
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
        EnvelopeSender::Address(sender) => ours(sender) || (!mail.from.is_empty() && ours(mail.from)),
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
    let mut push = |text: &str| match text.is_ascii() {
        true => name.extend(text.chars().map(|c| c.to_ascii_lowercase())),
        false => name.push_str(&text.to_lowercase()),
    };
    push(local);
    if !domain.is_empty() {
        push("@");
        push(domain);
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
}

impl Judge<'_> {
    fn mail(&mut self) {
        let classified = classify_for(self.mail, self.policy, self.entry);
        self.count(&classified);
        self.copies(&classified);
        self.domains(&classified);
        self.names();
        self.client();
        self.uncounted();
        self.companions();
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

    /// Hidden recipients, each by its class.
    fn copies(&mut self, classified: &Classified<'_>) {
        if classified.hidden.is_empty() && classified.undecided == 0 {
            return;
        }
        let beside: Vec<u64> = self
            .mail
            .visible
            .named()
            .iter()
            .take(Copied::MAX_BESIDE)
            .map(|it| hash(&compare_key(it)))
            .collect();
        let mut enforced = false;
        let mut nobody_named = false;
        for (written, key, class) in &classified.hidden {
            let constant = self.remember_copy(written, key, *class, &beside);
            nobody_named |= matches!(class, Class::NobodyNamed | Class::AllHidden);
            let indicator = match class {
                Class::Unexplained | Class::Declared if constant => CONSTANT,
                Class::Notice if constant => CONSTANT,
                Class::Unexplained => HIDDEN,
                Class::Declared => DECLARED,
                _ => continue,
            };
            enforced = true;
            self.judgement.hidden.push((*written).to_owned());
            let summary = match constant {
                true => format!(
                    "`{}` sends hidden copies of its mail to different people to `{}`",
                    self.name,
                    remembered(key)
                ),
                false => format!(
                    "`{}` sent a mail to `{}` that no header names",
                    self.name,
                    remembered(key)
                ),
            };
            self.find(indicator, indicator.severity, key, summary);
        }
        if nobody_named {
            let first = self.application.all_hidden == 0;
            self.application.all_hidden += 1;
            if first
                && classified
                    .hidden
                    .iter()
                    .any(|(_, _, class)| *class == Class::NobodyNamed)
            {
                let summary = format!(
                    "`{}` sent a mail whose headers name nobody, to {}",
                    self.name,
                    counted(classified.hidden.len() as u64, "recipient")
                );
                self.find(ALL_HIDDEN, ALL_HIDDEN.severity, "", summary);
            }
        }
        enforced |= self.unreadable(classified);
        // Whom nobody has written a line about is only watched until it is known.
        if enforced && (self.entry.is_some() || self.is_known || self.policy.baseline.enforce_new) {
            self.judgement.action = self.entry.and_then(|it| it.mode).unwrap_or(self.policy.mode);
        }
    }

    /// A milter is shown all headers: where they are more than it reads, that is the sender's doing.
    fn unreadable(&mut self, classified: &Classified<'_>) -> bool {
        if self.mail.source != MILTER || classified.undecided == 0 {
            return false;
        }
        let summary = format!(
            "`{}` sent a mail to {} that its headers may name or not: they are more than is read",
            self.name,
            counted(classified.undecided as u64, "recipient")
        );
        self.note(UNREADABLE, "", summary);
        true
    }

    /// Remembers one copy; whether the address is one that gets them beside different people.
    fn remember_copy(&mut self, written: &str, key: &str, class: Class, beside: &[u64]) -> bool {
        let id = self.id();
        let delivery = self
            .mail
            .recipients
            .iter()
            .find(|it| it.address == written)
            .map_or(Delivery::Unknown, |it| it.delivery);
        let key = remembered(key);
        let copies = &mut self.application.copies;
        if !copies.contains_key(key) && copies.len() >= Application::MAX_COPIES {
            self.application.further_copies += 1;
            return false;
        }
        let copied = copies
            .entry(key.to_owned())
            .or_insert_with(|| Copied::new(class, self.is_known));
        // A reason that was missing once is not made good by a later one.
        if copied.class.is_explained() {
            copied.class = class;
        }
        copied.add(id, self.mail.at, delivery);
        for other in beside {
            if copied.beside.len() < Copied::MAX_BESIDE {
                copied.beside.insert(*other);
            }
        }
        is_constant(copied, self.policy)
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
            let domain = remembered(registrable(&domain));
            let domains = &mut self.application.domains;
            if !domains.contains_key(domain) {
                if domains.len() >= Application::MAX_DOMAINS {
                    self.application.further_domains += 1;
                    continue;
                }
                new.push(domain.to_owned());
            }
            let seen = domains.entry_ref(domain).or_default();
            seen.mails += 1;
            seen.pace.add(self.mail.at);
            seen.hidden += u64::from(classified.hidden.iter().any(|(it, _, _)| *it == recipient.address));
        }
        let before = self.application.domains.len().saturating_sub(new.len()) as u64;
        if new.is_empty() || !self.is_known || !self.is_closed(before) {
            return;
        }
        for domain in new {
            let hidden = classified
                .hidden
                .iter()
                .any(|(_, key, _)| registrable(domain_of(key)) == domain);
            if !hidden {
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

    /// By which words of its own it is known.
    fn names(&mut self) {
        let sender = match self.mail.sender {
            EnvelopeSender::Address(sender) if !sender.is_empty() => sender,
            _ => self.mail.from,
        };
        let it = &mut *self.application;
        for (words, word) in [(&mut it.logins, self.mail.login), (&mut it.senders, sender)] {
            let word = remembered(word);
            if !word.is_empty() && words.len() < Application::MAX_NAMES && !words.contains(word) {
                words.insert(word.to_owned());
            }
        }
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

    /// Where no headers are to be had: who is beside whom.
    fn companions(&mut self) {
        if matches!(self.mail.visible, Visible::Known(_)) {
            return;
        }
        let recipients = self.mail.recipients;
        if let [only] = recipients {
            if self.application.sole.len() < Application::MAX_SOLE {
                compare_key_into(self.key, written(only));
                self.application.sole.insert(hash(remembered(self.key)));
            }
            return;
        }
        if recipients.len() > CROWD {
            return;
        }
        let keys: Vec<String> = recipients
            .iter()
            .map(|it| remembered(&compare_key(written(it))).to_owned())
            .collect();
        let hashes: Vec<u64> = keys.iter().map(|key| hash(key)).collect();
        for (at, key) in keys.iter().enumerate() {
            if self.policy.journals.iter().any(|it| it.covers(key)) {
                continue;
            }
            let companions = &mut self.application.companions;
            if companions.len() >= Application::MAX_COMPANIONS && !companions.contains_key(key) {
                companions.retain(|_, seen| seen.count > 1);
            }
            if companions.len() >= Application::MAX_COMPANIONS && !companions.contains_key(key) {
                continue;
            }
            let beside = hashes.iter().copied().filter(|it| *it != hashes[at]);
            companions
                .entry_ref(key.as_str())
                .or_default()
                .add(beside, self.mail.at, || id_of(self.mail));
        }
    }

    /// Mails to one person each: who gets one after each mail to somebody else?
    fn alone(&mut self) {
        let (Some(at), [first, ..]) = (self.mail.at, self.mail.recipients) else {
            return;
        };
        compare_key_into(self.key, written(first));
        let own = hash(self.key);
        let before = self.application.last_mail.replace((at, own));
        if self.mail.recipients.len() != 1 {
            return;
        }
        let beside = before
            .filter(|(then, other)| *other != own && at.since(*then).abs() <= SHADOW_SECONDS)
            .map(|(_, other)| other);
        let shadows = &mut self.application.shadows;
        if let Some(it) = shadows.iter_mut().find(|it| it.hash == own) {
            it.weight += 1;
            it.seen.add(beside.into_iter(), Some(at), || id_of(self.mail));
            return;
        }
        if shadows.len() >= Application::MAX_SHADOWS {
            shadows.retain_mut(|it| {
                it.weight -= 1;
                it.weight > 0
            });
            return;
        }
        let mut seen = Companion::default();
        seen.add(beside.into_iter(), Some(at), || id_of(self.mail));
        shadows.push(Candidate {
            hash: own,
            address: remembered(self.key).to_owned(),
            weight: 1,
            seen,
        });
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

    fn id(&self) -> String {
        id_of(self.mail)
    }
}

/// An id with the host before it, where that is known.
fn id_of(mail: &MailSeen<'_>) -> String {
    match mail.host {
        "" => remembered(mail.id).to_owned(),
        host => format!("{}/{}", remembered(host), remembered(mail.id)),
    }
}

/// What the sender wrote, where the server replaced it.
fn written<'a>(recipient: &waxseal_model::RecipientSeen<'a>) -> &'a str {
    match recipient.original {
        "" => recipient.address,
        original => original,
    }
}

/// What a milter's session calls itself in [`MailSeen::source`].
const MILTER: &str = "milter";
/// Mails for each domain from which on an application's recipients are said to hardly change.
const MAILS_PER_DOMAIN: u64 = 20;
/// More recipients than this are a list or a circular: nothing is learned from who is beside whom.
const CROWD: usize = 5;
