//! Every message that was handed to a mail system in a run, compared with what was asked for.

mod content;
mod elsewhere;
mod recipients;

use std::collections::BTreeMap;

use waxseal_model::{Confidence, Finding, Phase, Proof, RunSummary, Severity};

use crate::asked::Asked;
use crate::proof;
use crate::{Case, Indicator, Method, Need};

pub(crate) const METHOD: Method = Method {
    id: "messages",
    title: "Who got the mail",
    summary: "Compares every message that a run handed to a mail system with what was asked for: who gets it, who it is from, what is in it.",
    context: false,
    needs: &[Need::Runs],
    indicators: &[
        indicator(
            UNASKED_RECIPIENT,
            "Recipient nobody asked for",
            "A message that was asked for goes to somebody else too.",
            Severity::Critical,
            &["T1114.003", "T1048"],
        ),
        indicator(
            UNASKED_MESSAGE,
            "Message nobody asked for",
            "A message was sent that no call asked for.",
            Severity::Critical,
            &["T1114.003", "T1048"],
        ),
        indicator(
            FORWARD,
            "Lasting order to send copies on",
            "A provider was told to send copies, or word, of mail to a stranger from now on.",
            Severity::Critical,
            &["T1114.003", "T1137.005"],
        ),
        indicator(
            LEAKED,
            "Content sent elsewhere",
            "What a message holds, or whom it goes to, went to somebody other than the mail system that took the message.",
            Severity::Critical,
            &["T1048", "T1114"],
        ),
        indicator(
            REPLY,
            "Answer that carries mail away",
            "A tool answers with a link that holds what it was handed, or with an order to send something to a stranger.",
            Severity::Critical,
            &["T1048", "T1566"],
        ),
        indicator(
            FOREIGN_ACCOUNT,
            "Somebody else's account",
            "A mail system was shown credentials that nobody gave to the package.",
            Severity::Critical,
            &["T1586.002", "T1048"],
        ),
        indicator(
            DIVERTED,
            "Answers go to somebody else",
            "Answers to a message, its bounces or its receipts go to somebody whom nobody named.",
            Severity::Critical,
            &["T1114.003", "T1566"],
        ),
        indicator(
            SENDER,
            "Another sender",
            "A message is from somebody other than it was asked to be.",
            Severity::Critical,
            &["T1586.002", "T1656"],
        ),
        indicator(
            DROPPED,
            "Recipient who gets nothing",
            "Somebody who was asked for is named in none of the messages.",
            Severity::High,
            &["T1565.002"],
        ),
        indicator(
            CONTENT,
            "Another content",
            "A message lacks what was asked for, or holds what nobody asked for.",
            Severity::Critical,
            &["T1565.002"],
        ),
        indicator(
            ADDED_TEXT,
            "Text that was added",
            "A message holds more text than it was given.",
            Severity::Critical,
            &["T1565.002", "T1566"],
        ),
        indicator(
            PIXEL,
            "Picture or attachment that was added",
            "A message loads a picture from a stranger's host, or carries a file that nobody attached.",
            Severity::Critical,
            &["T1565.002", "T1566"],
        ),
        indicator(
            CONFIGURED,
            "Copy to the configured mailbox",
            "A message goes to a mailbox of the person whose configuration it runs with.",
            Severity::Info,
            &[],
        ),
        indicator(
            SENT,
            "Sent mail",
            "A command sent mail, and nobody said what was to be sent.",
            Severity::Info,
            &[],
        ),
    ],
    run,
    manual: include_str!("manual.md"),
};

const fn indicator(
    id: &'static str,
    title: &'static str,
    summary: &'static str,
    severity: Severity,
    attack: &'static [&'static str],
) -> Indicator {
    Indicator {
        id,
        title,
        summary,
        severity,
        attack,
        controls: &[
            "iso27001:A.8.12",
            "iso27001:A.8.30",
            "iso27001:A.5.14",
            "nist80053:SC-7",
            "nist80053:SI-4",
        ],
    }
}

const UNASKED_RECIPIENT: &str = "messages/unasked-recipient";
const UNASKED_MESSAGE: &str = "messages/unasked-message";
const FORWARD: &str = "messages/persistent-forward";
const LEAKED: &str = "messages/leaked";
const REPLY: &str = "messages/reply";
const FOREIGN_ACCOUNT: &str = "messages/foreign-account";
const DIVERTED: &str = "messages/diverted";
const SENDER: &str = "messages/sender";
const DROPPED: &str = "messages/dropped-recipient";
const CONTENT: &str = "messages/content";
const ADDED_TEXT: &str = "messages/added-text";
const PIXEL: &str = "messages/added";
const CONFIGURED: &str = "messages/configured-copy";
const SENT: &str = "messages/sent";

/// One thing that is claimed, as often as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    indicator: &'static str,
    /// What tells it from others of its kind: a mailbox and a place, a host. Minted values are not in it, so that runs can be compared.
    key: String,
    weight: (Severity, Confidence),
    summary: String,
}

/// Claims with their proofs.
#[derive(Default)]
struct Claims(BTreeMap<Claim, Vec<Proof>>);

impl Claims {
    fn add(&mut self, claim: Claim, proof: Proof) {
        self.0.entry(claim).or_default().push(proof);
    }
}

fn run(case: &Case<'_>) -> Vec<Finding> {
    let claims = claims(case.runs().unwrap_or_default());
    claims
        .0
        .into_iter()
        .map(|(claim, proofs)| proof::finding(case, claim.indicator, claim.weight, claim.summary, proofs, None))
        .collect()
}

fn claims(runs: &[RunSummary]) -> Claims {
    let mut claims = Claims::default();
    for run in runs {
        let asked = Asked::of(run);
        for mail in &run.mails {
            let calls = asked.calls_of(mail);
            if run.calls.is_empty() && mail.phase == Phase::Call {
                recipients::noted(mail, &mut claims);
            } else if calls.is_empty() {
                recipients::unasked_message(mail, &mut claims);
            } else {
                recipients::compare(mail, &calls, &asked, &mut claims);
                content::compare(mail, &calls, &mut claims);
                content::additions(mail, &calls, &mut claims);
                content::in_template(mail, &calls, &asked, &mut claims);
            }
        }
        recipients::dropped(run, &asked, &mut claims);
        elsewhere::lasting_orders(run, &asked, &mut claims);
        elsewhere::leaks(run, &mut claims);
        elsewhere::replies(run, &asked, &mut claims);
        elsewhere::accounts(run, &asked, &mut claims);
    }
    claims
}

/// A host's name has 253 bytes at most, a mailbox 320.
const MAX_NAME: usize = 320;

#[cfg(test)]
pub(crate) mod tests;
