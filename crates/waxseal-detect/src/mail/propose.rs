//! What was learned, as questions to a person: who may get copies of which application's mail?

use super::address::{domain_of, registrable};
use super::application::{Application, Copied, Pace};
use super::ledger::{Ledger, is_constant};
use super::policy::MailPolicy;
use super::recipients::Class;

/// One application about which there is something to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The application's name: that of its entry in the policy, or the one it is remembered by.
    pub application: String,
    /// The policy has an entry of this name already.
    pub has_entry: bool,
    /// Its logins, where it has any that are not a local user's number.
    pub logins: Vec<String>,
    /// Its senders.
    pub senders: Vec<String>,
    /// Its mails.
    pub mails: u64,
    /// Since when and until when.
    pub pace: Pace,
    /// What to ask, most copies first.
    pub questions: Vec<Question>,
}

/// May this recipient, or these at one domain, get copies that no header names?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// A mailbox, `@domain` where several at one domain get copies, or empty: may the application send mail that names nobody?
    pub recipient: String,
    /// Copies so far.
    pub copies: u64,
    /// Since when and until when.
    pub pace: Pace,
    /// Different visible recipients beside it, up to [`Copied::MAX_BESIDE`].
    pub beside: usize,
    /// One address that is the same beside different visible recipients: what a planted copy looks like, and an archive too.
    pub constant: bool,
    /// It is not at one of our domains.
    pub outside: bool,
    /// A few queue ids.
    pub ids: Vec<String>,
}

/// What there is to ask, by application in order. Whatever is explained already is not asked again.
pub fn proposals(ledger: &Ledger, policy: &MailPolicy) -> Vec<Proposal> {
    let mut all = Vec::new();
    for (name, application) in ledger.applications() {
        let questions = questions(name, application, policy);
        if questions.is_empty() {
            continue;
        }
        // What an application wrote itself becomes a pattern: one that means more than itself is none.
        let words = |words: &std::collections::BTreeSet<String>| -> Vec<String> {
            let plain = |it: &&String| !it.starts_with("uid:") && !it.contains('*');
            words.iter().filter(plain).cloned().collect()
        };
        all.push(Proposal {
            application: name.to_owned(),
            has_entry: policy.applications.iter().any(|it| it.name == name),
            logins: words(&application.logins),
            senders: words(&application.senders),
            mails: application.mails,
            pace: application.pace,
            questions,
        });
    }
    all
}

fn questions(name: &str, application: &Application, policy: &MailPolicy) -> Vec<Question> {
    let entry = policy.applications.iter().find(|it| it.name == name);
    let is_open = |(key, copied): &(&String, &Copied)| {
        matches!(copied.class, Class::Unexplained | Class::Declared)
            && !policy.journals.iter().any(|it| it.covers(key))
            && !entry.is_some_and(|it| it.accepts(key) || it.refuses(key))
    };
    let open: Vec<(&String, &Copied)> = application.copies.iter().filter(is_open).collect();
    let mut questions: Vec<Question> = Vec::new();
    for (key, copied) in &open {
        let domain = domain_of(key);
        let peers = open.iter().filter(|(it, _)| domain_of(it) == domain).count();
        // Many at one domain are one question; a constant one among them is asked for by itself.
        let constant = is_constant(copied, policy);
        let recipient = match peers >= MANY && !constant && !domain.is_empty() {
            true => format!("@{domain}"),
            false => (*key).clone(),
        };
        let mut pace = copied.pace;
        let next = Question {
            copies: copied.count,
            pace,
            beside: copied.beside.len(),
            constant,
            outside: !policy.is_ours(registrable(domain)) && !policy.is_ours(domain),
            ids: copied.first_ids.iter().take(3).cloned().collect(),
            recipient,
        };
        match questions.iter_mut().find(|it| it.recipient == next.recipient) {
            Some(known) => {
                known.copies += next.copies;
                known.beside = known.beside.max(next.beside);
                pace.add(known.pace.first);
                pace.add(known.pace.last);
                known.pace = pace;
            }
            None => questions.push(next),
        }
    }
    let nobody_named = application.copies.values().any(|it| it.class == Class::NobodyNamed);
    if nobody_named && entry.and_then(|it| it.all_hidden).is_none() {
        questions.push(Question {
            recipient: String::new(),
            copies: application.all_hidden,
            pace: application.pace,
            beside: 0,
            constant: false,
            outside: true,
            ids: Vec::new(),
        });
    }
    questions.sort_by(|a, b| b.copies.cmp(&a.copies).then_with(|| a.recipient.cmp(&b.recipient)));
    questions
}

/// Addresses at one domain from which on they are asked about together.
const MANY: usize = 4;
