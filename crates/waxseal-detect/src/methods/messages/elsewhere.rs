//! What goes elsewhere than into a message: lasting orders, leaks, answers of tools, and somebody else's accounts.

use waxseal_model::{Confidence, Driver, Phase, Proof, ReplyKind, RunSummary, Severity};

use super::{Claim, Claims, FOREIGN_ACCOUNT, FORWARD, LEAKED, MAX_NAME, REPLY};
use crate::asked::{Asked, is_own_domain};
use crate::proof::{self, Values};

/// Orders to a provider that last.
pub(super) fn lasting_orders(run: &RunSummary, asked: &Asked<'_>, claims: &mut Claims) {
    for (phase, order) in &run.forwards {
        let strangers = order.targets.iter().filter(|target| !asked.is_ours(target));
        for target in strangers {
            let claim = Claim {
                indicator: FORWARD,
                key: format!("{} {target}", order.what),
                weight: (Severity::Critical, Confidence::High),
                summary: format!(
                    "it made a {} at {} that sends to {}",
                    order.what,
                    proof::cut(&order.host, MAX_NAME),
                    proof::cut(target, MAX_NAME)
                ),
            };
            let proof = Proof::default()
                .with("recipient", target)
                .with("host", &order.host)
                .with("channel", &order.channel)
                .with("phase", phase.id());
            claims.add(claim, proof);
        }
    }
}

/// What of a call went to no mail system.
pub(super) fn leaks(run: &RunSummary, claims: &mut Claims) {
    for leak in run.leaks.iter().filter(|leak| !is_own_place(&leak.place)) {
        let call = run.calls.iter().find(|call| call.number == leak.call);
        let name = call.map_or("a call", |call| call.name.as_str());
        // Addresses are counted and completed by services that mean no harm; what a message says is nobody's business.
        let weight = match leak.what.as_str() {
            "recipient" => (Severity::High, Confidence::Medium),
            _ => (Severity::Critical, Confidence::High),
        };
        let claim = Claim {
            indicator: LEAKED,
            key: format!("{} {}", leak.what, leak.place),
            weight,
            summary: format!(
                "it sent the {} of a message to {}, which is no mail system",
                leak.what,
                proof::cut(&leak.place, MAX_NAME)
            ),
        };
        let proof = Proof::default()
            .with("call", name)
            .with("place", &leak.place)
            .with("encoding", &leak.encoding)
            .with("phase", leak.phase.id());
        claims.add(claim, proof);
    }
}

/// A service of the person's own: whatever is configured leads there.
fn is_own_place(place: &str) -> bool {
    let host = place.rsplit_once(':').map_or(place, |(host, _)| host);
    is_own_domain(host)
}

/// What a server of tools says to its reader.
pub(super) fn replies(run: &RunSummary, asked: &Asked<'_>, claims: &mut Claims) {
    for reply in &run.replies {
        let ours = match reply.kind {
            ReplyKind::Link => is_own_domain(&reply.target),
            _ => asked.is_ours(&reply.target) || is_own_domain(&reply.target),
        };
        if ours {
            continue;
        }
        let (tool, target) = (proof::cut(&reply.tool, MAX_NAME), proof::cut(&reply.target, MAX_NAME));
        let (weight, summary) = match reply.kind {
            ReplyKind::Link => (
                (Severity::Critical, Confidence::High),
                format!(
                    "`{tool}` answers with a link to {target} that holds the {} it was handed",
                    proof::cut(&reply.what, MAX_NAME)
                ),
            ),
            ReplyKind::Order => (
                (Severity::Critical, Confidence::Medium),
                format!("`{tool}` answers with an order to send something to {target}"),
            ),
            ReplyKind::Description => (
                (Severity::Critical, Confidence::Medium),
                format!("what it says of `{tool}` orders to send something to {target}"),
            ),
        };
        let claim = Claim {
            indicator: REPLY,
            key: format!("{:?} {} {}", reply.kind, reply.tool, reply.target),
            weight,
            summary,
        };
        let name = if reply.target.contains('@') {
            "recipient"
        } else {
            "host"
        };
        let proof = Proof::default()
            .with("call", &reply.tool)
            .with(name, &reply.target)
            .with("phase", Phase::Call.id());
        claims.add(claim, proof);
    }
}

/// Credentials that nobody gave.
pub(super) fn accounts(run: &RunSummary, asked: &Asked<'_>, claims: &mut Claims) {
    for login in run
        .logins
        .iter()
        .filter(|login| !login.accepted && !login.secret.is_empty())
    {
        let name = login
            .account
            .as_deref()
            .map(|account| format!(" `{}`", proof::cut(account, MAX_NAME)));
        let handed = run.mails.iter().filter(|mail| {
            let message = &mail.message;
            message.channel == login.channel && message.host == login.host && !message.accepted
        });
        // Examples of a documentation have keys of nobody's; what code holds beside them is somebody's account.
        let mut calls = handed.flat_map(|mail| asked.calls_of(mail));
        let carries_mail = calls.any(|call| call.driver != Driver::Documentation) && is_a_secret(&login.secret);
        let claim = Claim {
            indicator: FOREIGN_ACCOUNT,
            key: format!("{} {}", login.channel, login.host),
            // A person's own command may have credentials of its own.
            weight: match (run.calls.is_empty(), carries_mail) {
                (true, _) => (Severity::Medium, Confidence::Low),
                (false, true) => (Severity::Critical, Confidence::Medium),
                (false, false) => (Severity::High, Confidence::Medium),
            },
            summary: format!(
                "it showed {} the credentials of an account{} that nobody gave to it",
                proof::cut(&login.host, MAX_NAME),
                name.unwrap_or_default()
            ),
        };
        let proof = Proof::default()
            .with("host", &login.host)
            .with("channel", &login.channel)
            .with_some("account", login.account.as_ref())
            .with("secret", beginning(&login.secret));
        claims.add(claim, proof);
    }
}

/// Whether it looks like something that a service gave out: long, and no word.
fn is_a_secret(secret: &str) -> bool {
    let digits = secret.bytes().filter(u8::is_ascii_digit).count();
    secret.len() >= SHORTEST_SECRET && digits > 1 && !secret.contains(char::is_whitespace)
}

/// Shorter than any key or password that a service gives out.
const SHORTEST_SECRET: usize = 12;

/// How a secret begins, and how long it is.
fn beginning(secret: &str) -> String {
    let shown: String = secret.chars().take(6).collect();
    format!("{shown}… ({} characters)", secret.chars().count())
}
