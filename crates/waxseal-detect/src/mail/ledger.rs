//! The memory of a mail server: what each application did, bounded, and what follows from it.

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use waxseal_model::{Confidence, Moment, Severity};

use super::address::domain_of;
use super::application::{Application, Candidate, Companion, Copied};
use super::finding::{ALL_HIDDEN, COMPANION, CONSTANT, DECLARED, HIDDEN, MAIL, MailFinding, SHADOW};
use super::hash::hash;
use super::policy::MailPolicy;
use super::recipients::Class;
use crate::Indicator;

/// What was seen of each application. Grows with their number and that of whom they write to, each up to a limit that is counted when it is met.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ledger {
    pub(super) applications: HashMap<String, Application>,
    pub(super) totals: LedgerTotals,
    #[serde(skip)]
    pub(super) scratch: (String, String),
}

/// What was counted over all applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LedgerTotals {
    /// Mails.
    pub mails: u64,
    /// Of these, such as are not the policy's concern: from elsewhere, or by another listener.
    pub elsewhere: u64,
    /// Mails of senders beyond [`Ledger::MAX_APPLICATIONS`], which are remembered together.
    pub unremembered: u64,
    /// What may still be remembered of all applications together.
    pub room: Room,
}

/// Bytes that may still be remembered, more or less, of all applications together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// How many are left.
    pub left: u64,
    /// Things that were not remembered for want of it.
    pub refused: u64,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            left: Ledger::MAX_REMEMBERED,
            refused: 0,
        }
    }
}

impl Room {
    /// Takes so many; false, and counted, where there are not that many left.
    pub(super) fn take(&mut self, bytes: u64) -> bool {
        match self.left.checked_sub(bytes) {
            Some(left) => self.left = left,
            None => self.refused += 1,
        }
        self.refused == 0
    }
}

impl Ledger {
    /// Applications that are remembered one by one.
    pub const MAX_APPLICATIONS: usize = 5_000;
    /// Bytes that are remembered of all of them, more or less.
    pub const MAX_REMEMBERED: u64 = 256 << 20;
    /// The name under which the others are remembered together.
    pub const OTHERS: &'static str = "(other senders)";

    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was counted.
    pub fn totals(&self) -> LedgerTotals {
        self.totals
    }

    /// The applications by name, in order.
    pub fn applications(&self) -> Vec<(&str, &Application)> {
        let mut all: Vec<_> = self.applications.iter().map(|(name, it)| (name.as_str(), it)).collect();
        all.sort_unstable_by_key(|(name, _)| *name);
        all
    }

    /// Whether statistics of an application or of all met a limit, so that they may miss something: in words, else nothing.
    pub fn limits_met(&self) -> Vec<String> {
        let mut met = Vec::new();
        if self.totals.unremembered > 0 {
            met.push(format!(
                "{} mails of senders beyond the first {} are judged one by one, and remembered together",
                self.totals.unremembered,
                Self::MAX_APPLICATIONS
            ));
        }
        if self.totals.room.refused > 0 {
            met.push(format!(
                "{} things were not remembered, since all applications together fill {} MB; each mail was judged",
                self.totals.room.refused,
                Self::MAX_REMEMBERED >> 20
            ));
        }
        for (name, it) in self.applications() {
            let beyond = [
                (it.further_copies, "copies to addresses", Application::MAX_COPIES),
                (it.further_domains, "recipients at domains", Application::MAX_DOMAINS),
                (it.further_noted, "findings in single mails", Application::MAX_NOTED),
            ];
            for (count, what, limit) in beyond {
                if count > 0 {
                    met.push(format!(
                        "{name}: {count} {what} beyond the first {limit} are only counted"
                    ));
                }
            }
            if it.companions.len() >= Application::MAX_COMPANIONS {
                met.push(format!(
                    "{name}: of more than {} further recipients the rarest are forgotten",
                    Application::MAX_COMPANIONS
                ));
            }
            if it.sole.len() >= Application::MAX_SOLE {
                met.push(format!(
                    "{name}: more than {} addresses got mail alone; a companion may be one that did too",
                    Application::MAX_SOLE
                ));
            }
        }
        met
    }

    /// What follows from all that was seen, by the policy as it is now: one finding for each application and whom it is about, ordered by severity, then
    /// by name.
    pub fn conclusions(&self, policy: &MailPolicy) -> Vec<MailFinding> {
        let mut found = Vec::new();
        for (name, application) in self.applications() {
            let view = View {
                name,
                application,
                policy,
            };
            view.copies(&mut found);
            view.all_hidden(&mut found);
            view.companions(&mut found);
            view.shadows(&mut found);
            view.noted(&mut found);
        }
        found.sort_by(|a, b| {
            let key = |it: &MailFinding| {
                (
                    std::cmp::Reverse(it.severity),
                    it.application.clone(),
                    it.recipient.clone(),
                )
            };
            key(a).cmp(&key(b))
        });
        found
    }
}

/// One application, and the policy it is seen under.
struct View<'a> {
    name: &'a str,
    application: &'a Application,
    policy: &'a MailPolicy,
}

impl View<'_> {
    /// Whether a person, or the configuration, has explained copies to this address since.
    fn is_accepted(&self, key: &str) -> bool {
        let entry = self.policy.applications.iter().find(|it| it.name == self.name);
        self.policy.journals.iter().any(|it| it.covers(key)) || entry.is_some_and(|it| it.accepts(key))
    }

    fn finding(&self, indicator: Indicator, severity: Severity, recipient: &str, at: Option<Moment>) -> MailFinding {
        MailFinding {
            indicator: indicator.id,
            severity,
            confidence: Confidence::High,
            application: self.name.to_owned(),
            recipient: recipient.to_owned(),
            source: String::new(),
            host: String::new(),
            id: String::new(),
            at,
            summary: String::new(),
        }
    }

    fn copies(&self, found: &mut Vec<MailFinding>) {
        for (address, copied) in &self.application.copies {
            let constant = is_constant(copied, self.policy);
            let concern = match copied.class {
                Class::Unexplained | Class::Declared => true,
                Class::Notice => constant,
                _ => false,
            };
            if !concern || self.is_accepted(address) {
                continue;
            }
            let indicator = match (constant, copied.class) {
                (true, _) => CONSTANT,
                (false, Class::Declared) => DECLARED,
                (false, _) => HIDDEN,
            };
            let beside = copied.beside.len();
            let beside = match beside {
                0 => String::new(),
                _ if beside == Copied::MAX_BESIDE => format!(", beside {beside} or more different visible recipients"),
                1 => ", each beside the same visible recipient".to_owned(),
                _ => format!(", beside {beside} different visible recipients"),
            };
            found.push(MailFinding {
                id: copied.first_ids.first().cloned().unwrap_or_default(),
                summary: format!(
                    "`{}` sent {} to `{address}` that no header names{beside}",
                    self.name,
                    counted(copied.count, "mail"),
                ),
                ..self.finding(indicator, indicator.severity, address, copied.pace.first)
            });
        }
    }

    fn all_hidden(&self, found: &mut Vec<MailFinding>) {
        let reported: Vec<_> = self
            .application
            .copies
            .iter()
            .filter(|(_, copied)| copied.class == Class::NobodyNamed)
            .collect();
        if let Some((_, first)) = reported.iter().min_by_key(|(_, copied)| copied.pace.first) {
            found.push(MailFinding {
                id: first.first_ids.first().cloned().unwrap_or_default(),
                summary: format!(
                    "`{}` sent {} whose headers name nobody, to {}",
                    self.name,
                    counted(self.application.all_hidden, "mail"),
                    counted(reported.len() as u64, "recipient"),
                ),
                ..self.finding(ALL_HIDDEN, ALL_HIDDEN.severity, "", first.pace.first)
            });
        }
    }

    /// Where no headers are to be had: whoever is beside ever different people and never alone.
    fn companions(&self, found: &mut Vec<MailFinding>) {
        let mut counts: Vec<u64> = self.application.companions.values().map(|it| it.seen.count).collect();
        counts.sort_unstable();
        // Whoever was there once counts in the median.
        let once = self.application.once.len().saturating_sub(counts.len());
        let middle = (counts.len() + once) / 2;
        let usual = middle
            .checked_sub(once)
            .and_then(|at| counts.get(at))
            .copied()
            .unwrap_or(1);
        for Candidate { address, seen, .. } in self.application.companions.values() {
            if !is_companion(seen, usual) || self.application.sole.contains(&hash(address)) || self.is_accepted(address)
            {
                continue;
            }
            found.push(MailFinding {
                id: seen.ids.first().cloned().unwrap_or_default(),
                confidence: Confidence::Medium,
                summary: format!(
                    "`{address}` got {} of `{}`, {} of them beside people it was not beside before, and none by itself; no headers tell who was named",
                    counted(seen.count, "mail"),
                    self.name,
                    seen.fresh,
                ),
                ..self.finding(COMPANION, self.for_domain(address), address, seen.pace.first)
            });
        }
    }

    /// Whoever gets a mail of its own after each mail to somebody else.
    fn shadows(&self, found: &mut Vec<MailFinding>) {
        for it in &self.application.shadows {
            let seen = &it.seen;
            let often = seen.count * 4 >= self.application.mails && seen.fresh >= SHADOW_MAILS;
            if !often || seen.fresh * 5 < seen.count * 4 || self.is_accepted(&it.address) {
                continue;
            }
            found.push(MailFinding {
                id: seen.ids.first().cloned().unwrap_or_default(),
                confidence: Confidence::Medium,
                summary: format!(
                    "`{}` got {} of its own from `{}`, {} of them within {SHADOW_SECONDS} seconds of a mail to somebody else",
                    it.address,
                    counted(seen.count, "mail"),
                    self.name,
                    seen.fresh,
                ),
                ..self.finding(SHADOW, self.for_domain(&it.address), &it.address, seen.pace.first)
            });
        }
    }

    /// What was found in single mails.
    fn noted(&self, found: &mut Vec<MailFinding>) {
        for it in &self.application.noted {
            let Some(indicator) = MAIL.indicators.iter().find(|indicator| indicator.id == it.indicator) else {
                continue;
            };
            let at_domain = |approved: &super::policy::Approved| approved.covers(&format!("x@{}", it.recipient));
            let entry = self.policy.applications.iter().find(|entry| entry.name == self.name);
            if !it.recipient.is_empty() && entry.is_some_and(|entry| entry.allow.iter().any(at_domain)) {
                continue;
            }
            found.push(MailFinding {
                id: it.id.clone(),
                summary: it.summary.clone(),
                ..self.finding(*indicator, indicator.severity, &it.recipient, it.at)
            });
        }
    }

    /// What statistics alone say of somebody at our own domain is less.
    fn for_domain(&self, address: &str) -> Severity {
        match self.policy.is_ours(domain_of(address)) {
            true => Severity::Medium,
            false => Severity::High,
        }
    }
}

/// The statistic of the incident: an address that copies go to is constant while the visible recipients change.
pub(super) fn is_constant(copied: &Copied, policy: &MailPolicy) -> bool {
    copied.beside.len() >= policy.baseline.constant_copies as usize
}

/// Beside ever different people, and far more often than further recipients usually are: among many, some are by chance.
fn is_companion(seen: &Companion, usual: u64) -> bool {
    seen.fresh >= COMPANION_MAILS && seen.fresh * 2 >= seen.count && seen.count >= usual * TIMES_USUAL
}

/// `1 mail`, `2 mails`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Mails beside people it was not beside before, from which a companion is told. Two customers who are written to together by chance a few times
/// stay below.
const COMPANION_MAILS: u64 = 5;
/// How much more often than the median of all further recipients.
const TIMES_USUAL: u64 = 8;
/// Mails after a mail to somebody else, from which a shadow is told.
const SHADOW_MAILS: u64 = 10;
/// How long after another mail a mail counts as its shadow.
pub(super) const SHADOW_SECONDS: i64 = 10;
