//! Messages that were handed to mail systems, and what else those were asked for.

use std::collections::BTreeSet;

use waxseal_model::{ApiLogin, Forward, Mail, Observation, Phase, Run};

use super::destinations::Map;

/// Every message, in the order of time.
pub(super) fn mails(run: &Run, map: &Map) -> Vec<Mail> {
    let mut mails = Vec::new();
    let mut transactions = 0;
    for event in &run.events {
        let message = match &event.observation {
            Observation::Smtp(_) => {
                transactions += 1;
                continue;
            }
            Observation::Submitted(message) => message,
            _ => continue,
        };
        mails.push(Mail {
            number: mails.len() + 1,
            // A transaction is told of right before what it held.
            transaction: (message.channel == SMTP).then_some(transactions),
            at: event.at,
            phase: event.phase,
            server: map.place(message.connection),
            message: message.as_ref().clone(),
            allowed: map.destination(message.connection).is_some_and(|it| it.allowed),
            frame: map.frame(message.connection),
        });
    }
    mails
}

/// Mailboxes of messages that an answer from the network had in it before the message was handed over, with the URL that was asked; what a mail
/// system itself answers (its lists, its accounts) is not meant.
pub(super) fn fetched(run: &Run) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for (idx, event) in run.events.iter().enumerate() {
        let Observation::Submitted(message) = &event.observation else {
            continue;
        };
        let asked = |mailbox: &str| {
            run.calls.iter().any(|call| {
                call.requested
                    .recipients
                    .iter()
                    .any(|it| it.mailbox.eq_ignore_ascii_case(mailbox))
            })
        };
        for (mailbox, _) in message.addressees() {
            if asked(mailbox) || found.len() >= MAX_FETCHED || found.iter().any(|(it, _)| it == mailbox) {
                continue;
            }
            let finder = memchr::memmem::Finder::new(mailbox.as_bytes());
            let answer = run.events[..idx].iter().find_map(|event| match &event.observation {
                Observation::Http(exchange) if finder.find(&exchange.answer.bytes).is_some() => Some(exchange),
                _ => None,
            });
            found.extend(answer.map(|it| (mailbox.to_owned(), it.url.clone())));
        }
    }
    found
}

/// Every lasting order.
pub(super) fn forwards(run: &Run) -> Vec<(Phase, Forward)> {
    let orders = run.events.iter().filter_map(|event| match &event.observation {
        Observation::Forwarded(order) => Some((event.phase, order.as_ref().clone())),
        _ => None,
    });
    orders.take(MAX_ORDERS).collect()
}

/// Every credential that was shown to a provider, each once.
pub(super) fn logins(run: &Run) -> Vec<ApiLogin> {
    let mut seen = BTreeSet::new();
    let logins = run.events.iter().filter_map(|event| match &event.observation {
        Observation::ApiLogin(login) => Some(login),
        _ => None,
    });
    logins
        .filter(|login| seen.insert((&login.channel, &login.host, &login.account, &login.secret)))
        .take(MAX_LOGINS)
        .map(|login| login.as_ref().clone())
        .collect()
}

/// Mailboxes that are traced.
const MAX_FETCHED: usize = 100;
const SMTP: &str = "smtp";
/// Orders that are kept: nobody gives so many.
const MAX_ORDERS: usize = 1_000;
/// Credentials that are kept.
const MAX_LOGINS: usize = 1_000;
