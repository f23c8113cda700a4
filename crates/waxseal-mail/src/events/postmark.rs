//! Postmark: messages as the API lists and details them, and webhooks.
//!
//! Fields: the types of its npm client (`postmark` 5, `models/messages/OutboundMessage.d.ts`, `models/webhooks/payload`).
//! A message says itself who was a `Bcc`. Webhooks tell of one recipient each, and show no header.

use serde_json::Value;
use waxseal_model::{Delivery, NamedBy};

use super::gather::{Mails, Shown};
use super::value::{ReadAll as _, body, each, first, moment, page, text, word};
use super::{Export, Form};

pub(super) const EXPORT: Export = Export {
    id: "postmark",
    title: "Postmark: outbound messages and webhooks",
    form: Form::Json {
        marks: &[
            &["RecordType", "MessageID"],
            &["MessageID", "Recipients", "MessageStream"],
            &["MessageID", "To", "Bcc"],
            &["Bounces", "TotalCount"],
            &["Opens", "TotalCount"],
            &["Clicks", "TotalCount"],
        ],
        read,
    },
};

fn read(value: &Value, mails: &mut Mails) -> bool {
    if let Some(elements) = page(value, &["Messages", "Bounces", "Opens", "Clicks"]) {
        // All of them, whatever the first ones are.
        return elements.iter().all_read(|element| read_one(element, mails));
    }
    if value["MessageID"].is_null()
        && let Some(body) = body(value)
    {
        return each(&body).iter().all_read(|element| read_one(element, mails));
    }
    read_one(value, mails)
}

fn read_one(value: &Value, mails: &mut Mails) -> bool {
    let id = text(value, &["MessageID"]);
    // An inbound message is somebody else's.
    if id.is_empty() || !value["OriginalRecipient"].is_null() {
        return false;
    }
    if value["Recipients"].is_array() || value["To"].is_array() {
        message(value, id, mails);
        return true;
    }
    let recipient = first(value, &["Recipient", "Email"]);
    if recipient.is_empty() {
        return false;
    }
    let mail = mails.of(id);
    let times = ["DeliveredAt", "BouncedAt", "ReceivedAt", "ChangedAt"];
    mail.at(times.iter().find_map(|name| moment(&value[*name])));
    mail.from(text(value, &["From"]));
    mail.listener(text(value, &["MessageStream"]));
    mail.login(&word(value, &["ServerID"]));
    let delivery = match text(value, &["RecordType"]) {
        "Bounce" => bounce(text(value, &["Type"])),
        "SubscriptionChange" => Delivery::Unknown,
        // A delivery, and what only happens behind one.
        _ => Delivery::Sent,
    };
    mail.recipients(recipient, NamedBy::Envelope, delivery);
    true
}

fn message(value: &Value, id: &str, mails: &mut Mails) {
    let mail = mails.of(id);
    mail.at(moment(&value["ReceivedAt"]));
    mail.from(text(value, &["From"]));
    mail.listener(text(value, &["MessageStream"]));
    let whole = ["To", "Cc"].iter().all(|name| value.get(name).is_some());
    let shown = if whole { Shown::Known } else { Shown::Partial };
    for name in ["To", "Cc"] {
        for address in each(&value[name]) {
            let address = address_of(address);
            mail.recipients(address, NamedBy::Header, Delivery::Unknown);
            mail.visible(address, shown);
        }
    }
    mail.shown(shown);
    for address in each(&value["Bcc"]) {
        mail.recipients(address_of(address), NamedBy::Bcc, Delivery::Unknown);
    }
    for address in each(&value["Recipients"]) {
        mail.recipients(address_of(address), NamedBy::Envelope, Delivery::Unknown);
    }
    for event in each(&value["MessageEvents"]) {
        let delivery = match text(event, &["Type"]) {
            "Delivered" | "Opened" | "LinkClicked" => Delivery::Sent,
            "Transient" => Delivery::Deferred,
            "Bounced" => Delivery::Bounced,
            _ => Delivery::Unknown,
        };
        mail.recipients(text(event, &["Recipient"]), NamedBy::Envelope, delivery);
    }
}

/// `{"Email": …, "Name": …}`, or a text.
fn address_of(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| text(value, &["Email"]))
}

fn bounce(kind: &str) -> Delivery {
    match kind {
        "Transient" | "DnsError" => Delivery::Deferred,
        // Answers of a recipient who got it.
        "AutoResponder" | "AddressChange" | "ChallengeVerification" | "Unsubscribe" | "Subscribe" | "SpamComplaint" => {
            Delivery::Sent
        }
        "Blocked" | "SMTPApiError" | "ManuallyDeactivated" => Delivery::Stopped,
        _ => Delivery::Bounced,
    }
}
