//! Mail flows for tests.

use waxseal_model::{FlowKind, MailFlow, MessageShape, Origin, Reach, RecipientPlace};

use crate::testing::*;

pub(super) const STRANGER: &str = "archive@collector.example";

pub(super) fn bcc() -> MailFlow {
    copy(RecipientPlace::Bcc, STRANGER)
}

pub(super) fn from(origin: Origin, flow: MailFlow) -> MailFlow {
    MailFlow { origin, ..flow }
}

/// The value itself is not known.
pub(super) fn unnamed(origin: Origin, flow: MailFlow) -> MailFlow {
    MailFlow {
        origin,
        value: None,
        mailbox: None,
        ..flow
    }
}

pub(super) fn unreached(flow: MailFlow) -> MailFlow {
    MailFlow {
        reach: Reach::Unreached,
        ..flow
    }
}

pub(super) fn hidden(flow: MailFlow) -> MailFlow {
    MailFlow { hidden: true, ..flow }
}

pub(super) fn message(flow: MailFlow, words: &[&str]) -> MailFlow {
    let has = |word| words.contains(&word);
    let message = MessageShape {
        caller_recipients: has("recipients"),
        caller_content: has("content"),
        sent: has("sent"),
        beside_caller_message: has("beside"),
        fields: Vec::new(),
    };
    MailFlow { message, ..flow }
}

pub(super) fn second(host: &str) -> MailFlow {
    let flow = MailFlow {
        kind: FlowKind::SecondDestination,
        value: Some(host.to_owned()),
        mailbox: None,
        ..bcc()
    };
    message(flow, &["content", "sent", "beside"])
}

pub(super) fn account(field: &str, value: &str) -> MailFlow {
    MailFlow {
        kind: FlowKind::Account(field.to_owned()),
        value: Some(value.to_owned()),
        mailbox: None,
        ..bcc()
    }
}
