//! How bad one mail flow is, and how sure that is.

use waxseal_model::{Confidence, FlowKind, MailFlow, Origin, RecipientPlace, Severity};

use super::{
    CONFIGURED, CONSTANT, DYNAMIC, FOREIGN_ACCOUNT, FOREIGN_SERVER, HIDDEN_COPY, REPLY_DIVERTED, SECOND_DESTINATION,
    SEPARATE_MESSAGE, place, servers,
};

/// An indicator with the severity and confidence it has here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Weight {
    pub(super) indicator: &'static str,
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
}

/// What is known around a flow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    /// The file it stands in.
    pub(super) path: &'a str,
    /// The previous release lacked it, if there is one.
    pub(super) new: Option<bool>,
    /// Something in the package was seen to send mail.
    pub(super) sends_mail: bool,
}

/// What a flow means; `None` if it means nothing: the caller decides.
pub(super) fn weigh(flow: &MailFlow, around: Around<'_>) -> Option<Weight> {
    let weight = match (&flow.origin, &flow.kind) {
        (Origin::Caller, _) => return None,
        (Origin::Configured(_), _) => weight(CONFIGURED, Severity::Info, Confidence::High),
        (Origin::Unknown, FlowKind::Account(_)) => weight(DYNAMIC, Severity::Low, Confidence::Low),
        (Origin::Unknown, _) => weight(DYNAMIC, Severity::Medium, Confidence::Low),
        // An object that only looks like a message, in a package that never mails, with nobody named in it.
        (_, FlowKind::Recipient(_)) if is_unnamed(flow) && !around.sends_mail => {
            weight(DYNAMIC, Severity::Medium, Confidence::Low)
        }
        // Nothing was made out of it. Mail clients build these two lists themselves, in ways that are not followed;
        // nobody builds a Bcc out of constants.
        (Origin::Derived, FlowKind::Recipient(RecipientPlace::Envelope | RecipientPlace::To))
            if flow.mailbox.is_none() =>
        {
            let severity = if around.new == Some(true) {
                Severity::High
            } else {
                Severity::Medium
            };
            weight(DYNAMIC, severity, Confidence::Low)
        }
        (_, FlowKind::Recipient(place)) => recipient(flow, place, around.new),
        (_, FlowKind::SecondDestination) => second_destination(flow),
        (_, FlowKind::Account(field)) => account(flow, field, around.new)?,
    };
    Some(if flow.reach.is_reached() {
        weight
    } else {
        unreached(flow, weight, around)
    })
}

fn recipient(flow: &MailFlow, place: &RecipientPlace, new: Option<bool>) -> Weight {
    let message = &flow.message;
    if !could_receive(flow) {
        return weight(CONSTANT, Severity::Low, Confidence::Medium);
    }
    let callers = message.caller_recipients || message.beside_caller_message || message.caller_content;
    if place::diverts_answers(place) && callers {
        // Whoever gets the answers can go on with the conversation. A company's own package may answer to its own desk, but then
        // the release before did so too, and does not hide it.
        let known = new == Some(false) && !flow.hidden;
        let severity = if known || !message.caller_recipients {
            Severity::High
        } else {
            Severity::Critical
        };
        return weight(REPLY_DIVERTED, severity, Confidence::Medium);
    }
    if place::forwards_everything(place) {
        // Whatever the account receives from now on goes there, whoever called what.
        return weight(HIDDEN_COPY, Severity::Critical, sureness(flow));
    }
    if message.caller_recipients {
        if is_placeholder(flow, place) {
            return weight(HIDDEN_COPY, Severity::Medium, Confidence::Low);
        }
        return weight(HIDDEN_COPY, Severity::Critical, sureness(flow));
    }
    if message.caller_content {
        // A form that mails its maker looks the same; one that the previous release had already is likely to be that.
        let form = !message.beside_caller_message && new == Some(false) && !flow.hidden;
        return weight(
            SEPARATE_MESSAGE,
            Severity::Critical,
            if form { Confidence::Low } else { sureness(flow) },
        );
    }
    if message.beside_caller_message {
        return weight(SEPARATE_MESSAGE, Severity::High, Confidence::Medium);
    }
    let severity = if is_written_down(flow) && !flow.hidden {
        Severity::Low
    } else {
        Severity::Medium
    };
    weight(CONSTANT, severity, Confidence::Medium)
}

fn second_destination(flow: &MailFlow) -> Weight {
    // A provider's address in front of a path that is not known: whose host it is in the end, a run tells.
    let open = flow.value.as_deref().and_then(|value| value.strip_suffix('*'));
    if !flow.hidden && open.is_some_and(|value| servers::is_known(&servers::host(value))) {
        return weight(SECOND_DESTINATION, Severity::Low, Confidence::Low);
    }
    if flow
        .value
        .as_deref()
        .is_some_and(|value| servers::is_nearby(&servers::host(value)))
    {
        return weight(SECOND_DESTINATION, Severity::Low, Confidence::Medium);
    }
    if !flow.message.caller_content && !flow.message.caller_recipients {
        return weight(SECOND_DESTINATION, Severity::High, Confidence::Medium);
    }
    let seen = flow.message.sent || flow.message.beside_caller_message;
    let sure = is_written_down(flow) && flow.value.is_some() && seen;
    weight(
        SECOND_DESTINATION,
        Severity::Critical,
        if sure { Confidence::High } else { Confidence::Medium },
    )
}

fn account(flow: &MailFlow, field: &str, new: Option<bool>) -> Option<Weight> {
    if servers::is_server(field) {
        return server(flow, new);
    }
    if servers::is_detail(field) {
        return None;
    }
    if servers::is_user_name(field) {
        // Several providers give everybody the same user name for SMTP; without a secret it opens nothing.
        return Some(weight(FOREIGN_ACCOUNT, Severity::Low, Confidence::Low));
    }
    let callers = flow.message.caller_recipients || flow.message.caller_content;
    Some(match flow.origin {
        Origin::Constant if callers => weight(FOREIGN_ACCOUNT, Severity::Critical, sent(flow)),
        // A token that is fetched is how OAuth works.
        Origin::Fetched if !flow.hidden => weight(FOREIGN_ACCOUNT, Severity::Medium, Confidence::Low),
        _ if flow.hidden && callers => weight(FOREIGN_ACCOUNT, Severity::Critical, Confidence::Medium),
        _ => weight(FOREIGN_ACCOUNT, Severity::High, Confidence::Medium),
    })
}

/// A server that is written down is usual where it is a known provider's, or the package's own service; then the release before
/// named it too.
fn server(flow: &MailFlow, new: Option<bool>) -> Option<Weight> {
    if let Some(value) = &flow.value {
        let host = servers::host(value);
        if servers::is_known(&host) || servers::is_this_machine(&host) {
            return None;
        }
    }
    let callers = flow.message.caller_recipients || flow.message.caller_content;
    let unexpected = flow.hidden || new == Some(true) || (new.is_none() && callers);
    let confidence = if unexpected {
        Confidence::Medium
    } else {
        Confidence::Low
    };
    Some(match flow.origin {
        Origin::Default if new != Some(true) && !flow.hidden => {
            weight(FOREIGN_SERVER, Severity::Medium, Confidence::Low)
        }
        Origin::Default => weight(FOREIGN_SERVER, Severity::High, confidence),
        Origin::Fetched | Origin::Shipped if !flow.hidden => weight(FOREIGN_SERVER, Severity::High, confidence),
        _ => weight(FOREIGN_SERVER, Severity::Critical, confidence),
    })
}

/// Nothing was found to lead here. In tests, examples and documentation fixed addresses are what one expects. Elsewhere the way
/// may only not have been seen, so that a person should look, unless the previous release had it too and it does not hide.
fn unreached(flow: &MailFlow, found: Weight, around: Around<'_>) -> Weight {
    if found.severity <= Severity::Medium {
        return Weight {
            confidence: Confidence::Low,
            ..found
        };
    }
    let expected = place::is_for_show(around.path) || (around.new == Some(false) && !flow.hidden);
    let severity = if expected { Severity::Medium } else { Severity::High };
    Weight {
        severity,
        confidence: Confidence::Low,
        ..found
    }
}

/// Neither is anybody named, nor was the message seen to leave.
fn is_vague(flow: &MailFlow) -> bool {
    is_unnamed(flow) && !flow.message.sent
}

fn is_unnamed(flow: &MailFlow) -> bool {
    flow.value.is_none() && flow.mailbox.is_none()
}

/// High where an address is written down and the message is seen to leave with it.
fn sureness(flow: &MailFlow) -> Confidence {
    let named = flow.mailbox.is_some() && is_written_down(flow);
    match () {
        () if named => sent(flow),
        () if is_vague(flow) => Confidence::Low,
        () => Confidence::Medium,
    }
}

fn sent(flow: &MailFlow) -> Confidence {
    if flow.message.sent {
        Confidence::High
    } else {
        Confidence::Medium
    }
}

fn is_written_down(flow: &MailFlow) -> bool {
    matches!(flow.origin, Origin::Constant | Origin::Default)
}

/// A constant without an at sign in it names no mailbox anywhere else.
fn could_receive(flow: &MailFlow) -> bool {
    let dead = is_written_down(flow)
        && flow.mailbox.is_none()
        && flow.value.as_ref().is_some_and(|value| !value.contains(['@', '*']));
    !dead
}

/// A recipient used when the caller names none, at a domain that accepts no mail (RFC 2606 §3; it publishes a null MX, RFC 7505).
fn is_placeholder(flow: &MailFlow, place: &RecipientPlace) -> bool {
    let nowhere = |domain: &str| ["example.com", "example.net", "example.org"].contains(&domain);
    flow.origin == Origin::Default
        && *place == RecipientPlace::To
        && !flow.hidden
        && flow.mailbox.as_ref().is_some_and(|mailbox| nowhere(mailbox.domain()))
}

fn weight(indicator: &'static str, severity: Severity, confidence: Confidence) -> Weight {
    Weight {
        indicator,
        severity,
        confidence,
    }
}
