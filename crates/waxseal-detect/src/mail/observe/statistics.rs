//! What can be said without headers, and of mails to one person each.

use waxseal_model::{RecipientSeen, Visible};

use super::super::address::{compare_key_into, remembered};
use super::super::application::{Application, Candidate, Companion};
use super::super::hash::hash;
use super::super::ledger::SHADOW_SECONDS;
use super::super::recipients::{Class, Classified, Hidden};
use super::{HASH, Judge, id_of};

impl Judge<'_> {
    /// Where no headers are to be had: who is beside whom. What the server itself adds does not count.
    pub(super) fn companions(&mut self, classified: &Classified<'_>) {
        if matches!(self.mail.visible, Visible::Known(_)) {
            return;
        }
        let is_journal = |it: &&RecipientSeen<'_>| {
            let journal = |hidden: &Hidden<'_>| hidden.class == Class::Journal && hidden.written == it.address;
            classified.hidden.iter().any(journal)
        };
        let recipients = self.mail.recipients;
        if recipients.len() > CROWD + self.policy.journals.len() {
            return;
        }
        let mut others = recipients.iter().filter(|it| !is_journal(it));
        let (Some(first), second) = (others.next(), others.next()) else {
            return;
        };
        let Some(second) = second else {
            if self.application.sole.len() < Application::MAX_SOLE && self.room.take(HASH) {
                compare_key_into(self.key, written(first));
                self.application.sole.insert(hash(remembered(self.key)));
            }
            return;
        };
        let all = [first, second].into_iter().chain(others);
        let mut hashes = [0_u64; CROWD];
        let mut count = 0;
        for recipient in all.clone() {
            let Some(place) = hashes.get_mut(count) else { return };
            compare_key_into(self.key, written(recipient));
            *place = hash(remembered(self.key));
            count += 1;
        }
        for (recipient, own) in all.zip(hashes) {
            let beside = hashes[..count].iter().copied().filter(|it| *it != own);
            self.further(recipient, own, beside);
        }
    }

    /// Remembers one of several recipients: at first that there was one, from the second time on beside whom.
    fn further(&mut self, recipient: &RecipientSeen<'_>, own: u64, beside: impl Iterator<Item = u64>) {
        let id = || id_of(self.mail);
        let it = &mut *self.application;
        if let Some(known) = it.companions.get_mut(&own) {
            known.seen.add(beside, self.mail.at, id);
            return;
        }
        if !it.once.contains(&own) {
            if it.once.len() < Application::MAX_SOLE && self.room.take(HASH) {
                it.once.insert(own);
            }
            return;
        }
        if it.companions.len() >= Application::MAX_COMPANIONS {
            it.companions.retain(|_, known| known.seen.count > 2);
        }
        if it.companions.len() >= Application::MAX_COMPANIONS || !self.room.take(COMPANION) {
            return;
        }
        compare_key_into(self.key, written(recipient));
        // The first time it was beside somebody new, too.
        let mut seen = Companion {
            count: 1,
            fresh: 1,
            ..Companion::default()
        };
        seen.add(beside, self.mail.at, id);
        let address = remembered(self.key).to_owned();
        it.companions.insert(
            own,
            Candidate {
                hash: own,
                address,
                seen,
            },
        );
    }

    /// Mails to one person each: who gets one after each mail to somebody else?
    pub(super) fn alone(&mut self) {
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
        if !self.comes_back(own) {
            return;
        }
        let shadows = &mut self.application.shadows;
        let id = || id_of(self.mail);
        if let Some(it) = shadows.iter_mut().find(|it| it.hash == own) {
            it.seen.add(beside.into_iter(), Some(at), id);
        } else {
            // The one with the fewest makes room; what matters is what is frequent.
            if shadows.len() >= Application::MAX_SHADOWS {
                let fewest = (0..shadows.len()).min_by_key(|at| shadows[*at].seen.count).unwrap_or(0);
                shadows.swap_remove(fewest);
            }
            let mut seen = Companion::default();
            seen.add(beside.into_iter(), Some(at), id);
            shadows.push(Candidate {
                hash: own,
                address: remembered(self.key).to_owned(),
                seen,
            });
        }
    }

    /// Whether an address is among the most frequent, and not for the first time.
    fn comes_back(&mut self, own: u64) -> bool {
        let heavy = &mut self.application.heavy;
        if let Some((_, weight)) = heavy.iter_mut().find(|(hash, _)| *hash == own) {
            *weight = weight.saturating_add(1);
            return true;
        }
        if heavy.len() < Application::MAX_SHADOWS {
            heavy.push((own, 1));
        } else {
            heavy.retain_mut(|(_, weight)| {
                *weight -= 1;
                *weight > 0
            });
        }
        false
    }
}

/// What the sender wrote, where the server replaced it.
fn written<'a>(recipient: &RecipientSeen<'a>) -> &'a str {
    match recipient.original {
        "" => recipient.address,
        original => original,
    }
}

/// More recipients than this are a list or a circular: nothing is learned from who is beside whom.
const CROWD: usize = 5;
/// Bytes that a remembered companion takes, more or less.
const COMPANION: u64 = 384;
