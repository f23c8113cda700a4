//! Hidden recipients of one mail: what is remembered, said and done.

use waxseal_model::Delivery;

use super::super::address::{compare_key, remembered};
use super::super::application::{Application, Copied};
use super::super::finding::{ALL_HIDDEN, CONSTANT, DECLARED, HIDDEN, UNREADABLE};
use super::super::hash::hash;
use super::super::ledger::{counted, is_constant};
use super::super::recipients::{Class, Classified};
use super::{Judge, id_of};

impl Judge<'_> {
    /// Hidden recipients, each by its class.
    pub(super) fn copies(&mut self, classified: &Classified<'_>) {
        if classified.hidden.is_empty() && classified.undecided == 0 {
            return;
        }
        let beside = self.beside(classified);
        let mut enforced = false;
        let mut nobody_named = false;
        for (written, key, class) in &classified.hidden {
            if *class == Class::List {
                self.application.listed += 1;
                continue;
            }
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

    /// Hashes of whom the headers name, where anybody is hidden without a reason that the configuration gives.
    fn beside(&self, classified: &Classified<'_>) -> Vec<u64> {
        let is_told_apart = |class: &Class| !class.is_explained() || *class == Class::Notice;
        if !classified.hidden.iter().any(|(_, _, class)| is_told_apart(class)) {
            // Only the archive that everything goes to: the first few are enough for a report.
            let full = |key: &str| {
                self.application
                    .copies
                    .get(key)
                    .is_some_and(|it| it.beside.len() >= FEW)
            };
            if classified.hidden.iter().all(|(_, key, _)| full(key)) {
                return Vec::new();
            }
        }
        let named = self.mail.visible.named().iter().take(Copied::MAX_BESIDE);
        named.map(|it| hash(&compare_key(it))).collect()
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
        let delivery = self
            .mail
            .recipients
            .iter()
            .find(|it| it.address == written)
            .map_or(Delivery::Unknown, |it| it.delivery);
        let key = remembered(key);
        let copies = &mut self.application.copies;
        if !copies.contains_key(key) {
            if copies.len() >= Application::MAX_COPIES {
                self.application.further_copies += 1;
                return false;
            }
            copies.insert(key.to_owned(), Copied::new(class, self.is_known));
        }
        let Some(copied) = copies.get_mut(key) else {
            return false;
        };
        // A reason that was missing once is not made good by a later one.
        if copied.class.is_explained() {
            copied.class = class;
        }
        copied.add(|| id_of(self.mail), self.mail.at, delivery);
        for other in beside {
            if copied.beside.len() < Copied::MAX_BESIDE {
                copied.beside.insert(*other);
            }
        }
        is_constant(copied, self.policy)
    }
}

/// What a milter's session calls itself in [`waxseal_model::MailSeen::source`].
const MILTER: &str = "milter";
/// Visible recipients beside a copy with a known reason that are told apart.
const FEW: usize = 4;
