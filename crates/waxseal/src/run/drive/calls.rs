//! What was asked of a package, put together from what the drivers said and from the plan: every value in it is one that we minted.

use std::collections::BTreeMap;

use waxseal_model::{
    Asked, Call, CallOutcome, ContentKind, Driver, DriverReport, Recipient, RecipientPlace, Requested, Sender,
};

use super::{Drive, REASONS, VARIANTS, minted};

impl Drive {
    /// The calls of a run, by number; behind them what was not used.
    pub(in crate::run) fn calls(&self, reports: &[DriverReport]) -> Vec<Call> {
        let mut begun: BTreeMap<u32, Begun<'_>> = BTreeMap::new();
        let mut unused = Vec::new();
        for report in reports {
            match report {
                DriverReport::Began {
                    call,
                    variant,
                    name,
                    asked,
                } if self.driver(*call).is_some() => {
                    let entry = begun.entry(*call).or_insert_with(|| Begun {
                        variant: *variant,
                        ..Begun::default()
                    });
                    entry.name = name;
                    entry.asked = both(entry.asked, *asked);
                }
                DriverReport::Ended { call, outcome } => {
                    if let Some(entry) = begun.get_mut(call) {
                        entry.outcome = Some(outcome);
                    }
                }
                DriverReport::NotMade { call, reason, name } if unused.len() < MAX_UNUSED => {
                    unused.extend(self.driver(*call).map(|driver| (driver, *reason, name)));
                }
                _ => {}
            }
        }
        let mut calls: Vec<Call> = begun
            .into_iter()
            .filter_map(|(number, it)| Some(self.call(number, self.driver(number)?, &it)))
            .collect();
        for (number, (driver, reason, name)) in (self.last + 1..).zip(unused) {
            calls.push(Call {
                number,
                driver,
                name: name.clone(),
                variant: String::new(),
                requested: Requested::default(),
                outcome: CallOutcome::NotMade(words(REASONS, reason)),
            });
        }
        calls
    }

    fn call(&self, number: u32, driver: Driver, begun: &Begun<'_>) -> Call {
        Call {
            number,
            driver,
            name: begun.name.to_owned(),
            variant: words(VARIANTS, begun.variant),
            requested: self.requested(number, begun.asked),
            outcome: begun.outcome.cloned().unwrap_or(CallOutcome::TimedOut),
        }
    }

    /// What was asked for by these of the values minted for a call, and whom the person named.
    pub(super) fn requested(&self, number: u32, asked: Asked) -> Requested {
        let minted = minted(&self.mint, number);
        let mut requested = minted.asking(asked.to.into(), asked.cc.into(), asked.bcc.into());
        requested.sends = asked.sends;
        if asked.reply_to {
            requested.recipients.push(Recipient {
                mailbox: minted.reply_to.clone(),
                place: RecipientPlace::ReplyTo,
            });
        }
        // In no place that delivers: they may get mail, and need not.
        let named = self.named.iter().map(|mailbox| Recipient {
            mailbox: mailbox.clone(),
            place: RecipientPlace::Header("named by the person".to_owned()),
        });
        requested.recipients.extend(named);
        requested.senders.extend(self.named.iter().map(|mailbox| Sender {
            mailbox: mailbox.clone(),
            place: "From".to_owned(),
        }));
        if !asked.subject {
            requested.subject = None;
        }
        let contents = [
            (asked.text, ContentKind::Text, minted.text.clone()),
            (asked.html, ContentKind::Html, minted.html.clone()),
            (asked.file, ContentKind::Attachment, minted.file_name.clone()),
            (asked.file, ContentKind::Attachment, minted.file_content),
        ];
        requested.contents = contents
            .into_iter()
            .filter(|(asked, ..)| *asked)
            .map(|(_, kind, text)| (kind, text))
            .collect();
        requested
    }

    fn driver(&self, number: u32) -> Option<Driver> {
        let found = self.drivers.iter().find(|(_, range)| range.contains(&number));
        found.map(|(driver, _)| *driver)
    }
}

/// A call, as far as it was said.
#[derive(Debug, Default)]
struct Begun<'r> {
    variant: u8,
    name: &'r str,
    asked: Asked,
    outcome: Option<&'r CallOutcome>,
}

/// What is asked for in one breath after the other.
fn both(one: Asked, other: Asked) -> Asked {
    Asked {
        sends: one.sends || other.sends,
        to: one.to.max(other.to),
        cc: one.cc.max(other.cc),
        bcc: one.bcc.max(other.bcc),
        reply_to: one.reply_to || other.reply_to,
        subject: one.subject || other.subject,
        text: one.text || other.text,
        html: one.html || other.html,
        file: one.file || other.file,
    }
}

fn words(table: &[&str], idx: u8) -> String {
    table.get(usize::from(idx)).copied().unwrap_or_default().to_owned()
}

/// Exports that were not used and are told.
const MAX_UNUSED: usize = 200;
