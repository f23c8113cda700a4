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

const SMTP: &str = "smtp";
/// Orders that are kept: nobody gives so many.
const MAX_ORDERS: usize = 1_000;
/// Credentials that are kept.
const MAX_LOGINS: usize = 1_000;
