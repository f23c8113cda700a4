//! Mailjet: the Event API (webhooks), one event or an array of them a call.
//!
//! Fields: dev.mailjet.com, "Event API", as quoted by public code. Each recipient has a `MessageID` and a `Message_GUID` of its own (from
//! memory: the answer of Send API v3.1 names them for each of `To`, `Cc` and `Bcc`), so that nothing in an event joins the recipients of one
//! message. A record of the send does, with all ids of its answer in `ids`; so does `CustomID`, where it is unique to a message, which
//! nothing here can know, and which is not used.

use serde_json::Value;
use waxseal_model::{Delivery, NamedBy};

use super::gather::Mails;
use super::value::{ReadAll as _, body, each, moment, text, word};
use super::{Export, Form};

pub(super) const EXPORT: Export = Export {
    id: "mailjet",
    title: "Mailjet: Event API",
    form: Form::Json {
        marks: &[
            &["event", "MessageID", "mj_campaign_id"],
            &["event", "Message_GUID", "email"],
            &["event", "MessageID", "mj_contact_id"],
        ],
        read,
    },
};

fn read(value: &Value, mails: &mut Mails) -> bool {
    if value["event"].is_null()
        && let Some(body) = body(value)
    {
        return each(&body).iter().all_read(|event| read_event(event, mails));
    }
    read_event(value, mails)
}

fn read_event(value: &Value, mails: &mut Mails) -> bool {
    let (event, recipient) = (text(value, &["event"]), text(value, &["email"]));
    if event.is_empty() || recipient.is_empty() {
        return false;
    }
    let id = word(value, &["MessageID"]);
    let guid = text(value, &["Message_GUID"]);
    // The console's tests carry 0.
    let mail = mails.of(if matches!(&*id, "" | "0") { guid } else { &id });
    mail.also(guid);
    mail.at(moment(&value["time"]));
    let delivery = match event {
        "sent" | "open" | "click" | "spam" | "unsub" => Delivery::Sent,
        "bounce" if value["hard_bounce"].as_bool() == Some(false) => Delivery::Deferred,
        "bounce" => Delivery::Bounced,
        "blocked" => Delivery::Stopped,
        _ => Delivery::Unknown,
    };
    mail.recipients(recipient, NamedBy::Envelope, delivery);
    true
}
