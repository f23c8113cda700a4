//! Hidden recipients of one mail: what is remembered, said and done.

use super::super::address::{compare_key, remembered, without_detail};
use super::super::application::{Application, Copied};
use super::super::finding::{ALL_HIDDEN, CONSTANT, DECLARED, HIDDEN, UNREADABLE};
use super::super::hash::hash;
use super::super::ledger::{counted, is_constant};
use super::super::recipients::{Class, Classified, Hidden};
use super::{Judge, MILTER, id_of};

impl Judge<'_> {
    /// Hidden recipients, each by its class.
    pub(super) fn copies(&mut self, classified: &Classified<'_>) {
        if classified.hidden.is_empty() && classified.undecided == 0 {
            return;
        }
        let beside = self.beside(classified);
        let mut enforced = false;
        let mut nobody_named = false;
        let mut new_to_nobody = Vec::new();
        for hidden in &classified.hidden {
            let (key, class) = (&hidden.key, &hidden.class);
            if *class == Class::List {
                self.application.listed += 1;
                continue;
            }
            if *class == Class::NobodyNamed && !self.application.copies.contains_key(&*self.without_detail(key)) {
                new_to_nobody.push(key.as_str());
            }
            let constant = self.remember_copy(hidden, &beside);
            nobody_named |= matches!(class, Class::NobodyNamed | Class::AllHidden);
            let indicator = match class {
                Class::Unexplained | Class::Declared if constant => CONSTANT,
                Class::Notice if constant => CONSTANT,
                Class::Unexplained => HIDDEN,
                Class::Declared => DECLARED,
                _ => continue,
            };
            enforced = true;
            self.judgement.hidden.push(hidden.written.to_owned());
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
            self.nobody_named(classified.hidden.len(), &new_to_nobody);
        }
        enforced |= self.unreadable(classified);
        // Whom nobody has written a line about is only watched until it is known.
        if enforced && (self.entry.is_some() || self.is_known || self.policy.baseline.enforce_new) {
            self.judgement.action = self.entry.and_then(|it| it.mode).unwrap_or(self.policy.mode);
        }
    }

    /// Hashes of whom the headers name, where anybody is hidden without a reason that the configuration gives.
    fn beside(&self, classified: &Classified<'_>) -> Vec<u64> {
        let is_told_apart = |it: &Hidden<'_>| !it.class.is_explained() || it.class == Class::Notice;
        if !classified.hidden.iter().any(is_told_apart) {
            // Only the archive that everything goes to: the first few are enough for a report.
            let full = |key: &str| {
                self.application
                    .copies
                    .get(key)
                    .is_some_and(|it| it.beside.len() >= FEW)
            };
            if classified.hidden.iter().all(|it| full(&it.key)) {
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

    /// A mail that names nobody: the first of an application is told, and where it mostly names people, everybody new.
    fn nobody_named(&mut self, recipients: usize, new: &[&str]) {
        let first = self.application.all_hidden == 0;
        self.application.all_hidden += 1;
        if new.is_empty() {
            return;
        }
        let unusual = self.is_known && self.application.all_hidden * 4 <= self.application.mails;
        if first || unusual {
            let summary = format!(
                "`{}` sent a mail whose headers name nobody, to {}",
                self.name,
                match new {
                    [one] => format!("`{}`", remembered(one)),
                    _ => counted(recipients as u64, "recipient"),
                }
            );
            let whom = if new.len() == 1 { new[0] } else { "" };
            self.find(ALL_HIDDEN, ALL_HIDDEN.severity, whom, summary);
        }
    }

    /// `evil+1@` and `evil+2@` are one mailbox.
    fn without_detail<'k>(&self, key: &'k str) -> std::borrow::Cow<'k, str> {
        without_detail(remembered(key), &self.policy.delimiters)
    }

    /// Remembers one copy; whether the address is one that gets them beside different people.
    fn remember_copy(&mut self, hidden: &Hidden<'_>, beside: &[u64]) -> bool {
        let key = self.without_detail(&hidden.key);
        let copies = &mut self.application.copies;
        if !copies.contains_key(&*key) {
            if copies.len() >= Application::MAX_COPIES || !self.room.take(COPY) {
                self.application.further_copies += 1;
                return false;
            }
            copies.insert(key.clone().into_owned(), Copied::new(hidden.class, self.is_known));
        }
        let Some(copied) = copies.get_mut(&*key) else {
            return false;
        };
        // A reason that was missing once is not made good by a later one.
        if copied.class.is_explained() || hidden.class > copied.class {
            copied.class = hidden.class;
        }
        copied.add(|| id_of(self.mail), self.mail.at, hidden.delivery);
        for other in beside {
            if copied.beside.len() < Copied::MAX_BESIDE {
                copied.beside.insert(*other);
            }
        }
        is_constant(copied, self.policy)
    }
}

/// Visible recipients beside a copy with a known reason that are told apart.
const FEW: usize = 4;
/// Bytes that a remembered copy takes, more or less.
const COPY: u64 = 512;
