//! Where one mail is judged and its answer written. Whatever goes wrong here ends in the answer the policy has for that.

use std::panic::{AssertUnwindSafe, catch_unwind};

use waxseal_detect::mail::{Judgement, Ledger, MailAction, MailFinding, MailPolicy, OnError};
use waxseal_mail::milter::{Answer, NotPossible, Session, Terms};
use waxseal_model::{EnvelopeSender, MailSeen, Moment};

use super::counters::{Became, Counters};
use super::journal;
use super::settings::LogMails;
use crate::alerts::TargetSettings;

/// What is known and decided with.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) ledger: Ledger,
    pub(super) policy: MailPolicy,
    /// Findings that the clerk has not got yet.
    pub(super) findings: Vec<MailFinding>,
    /// Who is told of findings. The mails that tell are none to tell of.
    pub(super) alert_targets: Vec<TargetSettings>,
    pub(super) log_mails: LogMails,
    pub(super) counters: Counters,
    /// Lines for the log that the clerk has not got yet.
    pub(super) lines: Vec<u8>,
}

/// What was decided on a mail, or why nothing could be.
enum Decided {
    Judged(Judgement),
    Failed(&'static str),
}

impl Desk {
    /// Judges the mail that a session shows, and writes the answer.
    pub(super) fn settle(&mut self, session: &mut Session, now: Moment, output: &mut Vec<u8>) {
        let decided = self.judge(session, now);
        let became = match &decided {
            Decided::Judged(judgement) => {
                let answered = answer(session, judgement, output);
                answered.unwrap_or_else(|err| self.give_up(session, now, &err.to_string(), output))
            }
            Decided::Failed(why) => self.give_up(session, now, why, output),
        };
        self.counters.count(became);
    }

    fn judge(&mut self, session: &mut Session, now: Moment) -> Decided {
        let Self {
            ledger,
            policy,
            log_mails,
            counters,
            lines,
            findings,
            alert_targets,
        } = self;
        let judged = session.mail(Some(now), |mail| {
            counters.recipients += mail.recipients.len() as u64;
            let judgement = catch_unwind(AssertUnwindSafe(|| ledger.observe(mail, policy))).ok()?;
            let is_quiet = judgement.hidden.is_empty() && judgement.findings.is_empty() && judgement.undecided == 0;
            if !is_quiet || *log_mails == LogMails::All {
                journal::mail(lines, mail, &judgement, now);
            }
            let is_own = !judgement.findings.is_empty() && is_own(mail, alert_targets);
            Some((judgement, is_own))
        });
        let (judgement, is_own) = match judged {
            Ok(Some(judged)) => judged,
            Ok(None) => return Decided::Failed("a fault of waxseal's own while the mail was judged"),
            Err(_) => return Decided::Failed("the mail has more recipients than are taken"),
        };
        counters.hidden += judgement.hidden.len() as u64;
        counters.undecided += judgement.undecided as u64;
        for finding in &judgement.findings {
            counters.found(finding.indicator);
            if !is_own {
                findings.push(finding.clone());
            }
        }
        Decided::Judged(judgement)
    }

    /// Answers as the policy has it for what could not be judged, or not be done.
    fn give_up(&mut self, session: &mut Session, now: Moment, why: &str, output: &mut Vec<u8>) -> Became {
        self.counters.failures += 1;
        // A mail that cannot be shown has no id to be told.
        let id = session.mail(None, |mail| mail.id.to_owned()).unwrap_or_default();
        let (answer, became) = match self.policy.on_error {
            OnError::Accept => (Answer::Accept, Became::Accepted),
            OnError::Tempfail => (Answer::TryLater("mail cannot be checked at the moment"), Became::PutOff),
        };
        let message = format!("{why}; by the policy's on-error: {}", became.word());
        journal::event(&mut self.lines, now, "failure", &message, &id);
        // Both are always possible.
        let _ = session.answer(answer, output);
        became
    }
}

/// Does what the policy asks for.
fn answer(session: &mut Session, judgement: &Judgement, output: &mut Vec<u8>) -> Result<Became, NotPossible> {
    let hidden = judgement.hidden.len();
    let words = match hidden {
        0 => "the headers of this mail name more people than can be read".to_owned(),
        1 => "1 recipient of this mail is named in none of its headers".to_owned(),
        _ => format!("{hidden} recipients of this mail are named in none of its headers"),
    };
    let (answer, became) = match judgement.action {
        MailAction::Report => (Answer::Accept, Became::Accepted),
        MailAction::Tag => (Answer::Tag(hidden + judgement.undecided), Became::Tagged),
        // Whom to take out is not known of all of them.
        MailAction::Strip if judgement.undecided > 0 => firmly(session, &words),
        MailAction::Strip => (Answer::Strip(&judgement.hidden), Became::Stripped),
        MailAction::Hold => (Answer::Hold(&words), Became::Held),
        MailAction::Reject => (Answer::Reject(&words), Became::Rejected),
    };
    match session.answer(answer, output) {
        Ok(()) => Ok(became),
        // A mail without recipients would vanish: its sender must hear of it.
        Err(NotPossible::NobodyLeft) => session
            .answer(Answer::Reject(&words), output)
            .map(|()| Became::Rejected),
        Err(NotPossible::TooLong | NotPossible::NoSuchRecipient) => {
            let (answer, became) = firmly(session, &words);
            session.answer(answer, output).map(|()| became)
        }
        Err(err) => Err(err),
    }
}

/// What becomes of a mail whose hidden recipients cannot be taken out: none of them gets it without a person who looks.
fn firmly<'a>(session: &Session, words: &'a str) -> (Answer<'a>, Became) {
    match session.terms().is_some_and(Terms::may_hold) {
        true => (Answer::Hold(words), Became::Held),
        false => (Answer::Reject(words), Became::Rejected),
    }
}

/// Whether a mail is an alert of our own.
fn is_own(mail: &MailSeen<'_>, targets: &[TargetSettings]) -> bool {
    let EnvelopeSender::Address(sender) = mail.sender else {
        return false;
    };
    let recipients: Vec<&str> = mail.recipients.iter().map(|it| it.address).collect();
    targets.iter().any(|it| it.is_own_mail(sender, &recipients))
}
