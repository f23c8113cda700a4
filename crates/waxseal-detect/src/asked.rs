//! What was asked for in a run, and which call a message belongs to.

use std::collections::{BTreeMap, BTreeSet};

use waxseal_model::{Call, ContentKind, Mail, RunSummary};

/// What a message has of what was made up for one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    /// The call's number.
    pub call: u32,
    /// One of its recipients.
    pub recipient: bool,
    /// Its subject.
    pub subject: bool,
    /// Its text, plain or HTML.
    pub text: bool,
}

/// What a message has of each call that it belongs to.
pub fn carried(run: &RunSummary, mail: &Mail) -> Vec<Carried> {
    let asked = Asked::of(run);
    let said = mail.message.subject.as_deref().unwrap_or_default();
    let of = |call: &Call| {
        let wanted = &call.requested;
        let texts = wanted
            .contents
            .iter()
            .filter(|(kind, _)| matches!(kind, ContentKind::Text | ContentKind::Html));
        let gets = |mailbox: &str| {
            mail.message
                .recipients
                .iter()
                .any(|it| Asked::is_same(&it.mailbox, mailbox))
        };
        Carried {
            call: call.number,
            recipient: wanted.recipients.iter().any(|it| gets(&it.mailbox)),
            subject: wanted.subject.as_deref().is_some_and(|subject| said.contains(subject)),
            text: texts.into_iter().any(|(_, text)| holds(mail, text)),
        }
    };
    asked.calls_of(mail).into_iter().map(of).collect()
}

/// What was asked for in a run.
pub(crate) struct Asked<'a> {
    calls: &'a [Call],
    /// Who asked for whom: mailboxes in lower case.
    owners: BTreeMap<String, BTreeSet<u32>>,
    fetched: &'a [(String, String)],
}

/// How a mailbox stands to what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A call that the message belongs to asked for it.
    Asked,
    /// Another call asked for it.
    OfAnotherCall,
    /// It is the person's own, whose configuration this is.
    Configured,
    /// Nobody asked for it.
    Stranger,
}

impl<'a> Asked<'a> {
    pub(crate) fn of(run: &'a RunSummary) -> Self {
        let mut owners: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
        for call in &run.calls {
            let mailboxes = call.requested.recipients.iter().map(|it| &it.mailbox);
            for mailbox in mailboxes {
                owners.entry(plain(mailbox)).or_default().insert(call.number);
            }
        }
        Self {
            calls: &run.calls,
            owners,
            fetched: &run.fetched,
        }
    }

    /// The calls that a message belongs to: those of which it has the subject or a text; if it has neither, those of which it has a recipient.
    pub(crate) fn calls_of(&self, mail: &Mail) -> Vec<&'a Call> {
        let message = &mail.message;
        let says = |call: &&Call| {
            let subject = call.requested.subject.as_deref();
            let subject = subject.is_some_and(|it| message.subject.as_deref().is_some_and(|is| is.contains(it)));
            subject || call.requested.contents.iter().any(|(_, text)| holds(mail, text))
        };
        let by_content: Vec<&Call> = self.calls.iter().filter(says).collect();
        if !by_content.is_empty() {
            return by_content;
        }
        let recipients = message.recipients.iter();
        let numbers: BTreeSet<u32> = recipients
            .filter_map(|it| self.owners(&it.mailbox))
            .flatten()
            .copied()
            .collect();
        self.calls
            .iter()
            .filter(|call| numbers.contains(&call.number))
            .collect()
    }

    /// Whether two texts name one mailbox: case and a tag behind `+` set aside.
    pub(crate) fn is_same(seen: &str, wanted: &str) -> bool {
        let (seen, wanted) = (plain(seen), plain(wanted));
        seen == wanted || untagged(&seen).is_some_and(|base| base == wanted)
    }

    /// How a mailbox stands to the calls that its message belongs to.
    pub(crate) fn standing(&self, mailbox: &str, calls: &[&Call]) -> Standing {
        match self.owners(mailbox) {
            Some(owners) if calls.iter().any(|call| owners.contains(&call.number)) => Standing::Asked,
            Some(_) => Standing::OfAnotherCall,
            None if is_own(mailbox) => Standing::Configured,
            None => Standing::Stranger,
        }
    }

    /// Whether a mailbox or URL is one that we minted, or the person's own.
    pub(crate) fn is_ours(&self, target: &str) -> bool {
        if target.contains("://") {
            let host = target.split("://").nth(1).unwrap_or_default();
            let host = host.split(['/', '?', '#', ':']).next().unwrap_or_default();
            return is_own_domain(host);
        }
        self.owners(target).is_some() || is_own(target)
    }

    /// The URL whose answer had named a mailbox before.
    pub(crate) fn fetched(&self, mailbox: &str) -> Option<&'a str> {
        let found = self.fetched.iter().find(|(it, _)| it.eq_ignore_ascii_case(mailbox));
        found.map(|(_, url)| url.as_str())
    }

    /// A tag behind `+` leads to the same mailbox, if the host has it so; both are looked for.
    fn owners(&self, mailbox: &str) -> Option<&BTreeSet<u32>> {
        let mailbox = plain(mailbox);
        self.owners
            .get(&mailbox)
            .or_else(|| self.owners.get(&untagged(&mailbox)?))
    }
}

/// Whether a text of a call is in a message, in any of its parts.
pub(crate) fn holds(mail: &Mail, text: &str) -> bool {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let wanted = words(text);
    // Line breaks fall where they like, and HTML and Markdown write some characters in other ways.
    !wanted.is_empty()
        && mail.message.contents.iter().any(|content| {
            let said = words(&String::from_utf8_lossy(&content.payload.bytes));
            said.contains(&wanted)
                || tokens(&wanted).all(|token| said.contains(token)) && tokens(&wanted).next().is_some()
        })
}

/// The words of a text that were minted: ten letters and digits that are no word.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| word.len() == 10 && word.bytes().any(|byte| byte.is_ascii_digit()))
}

/// The mailbox without its tag, if it has one.
fn untagged(mailbox: &str) -> Option<String> {
    let (local, domain) = mailbox.rsplit_once('@')?;
    let (base, _) = local.split_once('+')?;
    Some(format!("{base}@{domain}"))
}

fn plain(mailbox: &str) -> String {
    mailbox.trim().trim_end_matches('.').replace('"', "").to_lowercase()
}

fn is_own(mailbox: &str) -> bool {
    mailbox
        .rsplit_once('@')
        .is_some_and(|(_, domain)| is_own_domain(domain))
}

/// Whether a host is of the room's person.
pub(crate) fn is_own_domain(domain: &str) -> bool {
    let domain = domain.trim_end_matches('.').to_lowercase();
    domain == OWN_DOMAIN || domain.strip_suffix(OWN_DOMAIN).is_some_and(|rest| rest.ends_with('.'))
}

/// Where the room's person works: values of configuration are of it.
const OWN_DOMAIN: &str = "brightfield.example";
