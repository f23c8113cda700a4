//! SparkPost: webhook batches and message events.
//!
//! Fields: the descriptions that its API gives of its own events, as quoted by public code. `rcpt_type` "indicates that a recipient address
//! appeared in the Cc or Bcc header or the archive JSON array": it names hidden recipients itself. A transmission is one mail a recipient;
//! recipients are put together by `transmission_id`.

use serde_json::Value;
use waxseal_model::{Delivery, NamedBy};

use super::gather::Mails;
use super::value::{ReadAll as _, body, each, first, moment, page, text, word};
use super::{Export, Form};

pub(super) const EXPORT: Export = Export {
    id: "sparkpost",
    title: "SparkPost: message events and webhooks",
    form: Form::Json {
        marks: &[
            &["msys", "message_event"],
            &["msys", "track_event"],
            &["rcpt_to", "transmission_id"],
            &["rcpt_to", "event_id", "msg_from"],
        ],
        read,
    },
};

fn read(value: &Value, mails: &mut Mails) -> bool {
    if let Some(results) = page(value, &["results"]) {
        return results.iter().all_read(|event| read_event(event, mails));
    }
    if let Some(wrapped) = value["msys"].as_object() {
        // A batch that only tests the address holds an empty object.
        return wrapped.values().all_read(|event| read_event(event, mails));
    }
    if value["rcpt_to"].is_null()
        && let Some(body) = body(value)
    {
        let events = each(&body)
            .iter()
            .flat_map(|element| match element["msys"].as_object() {
                Some(wrapped) => wrapped.values().collect::<Vec<_>>(),
                None => vec![element],
            });
        return events.all_read(|event| read_event(event, mails));
    }
    read_event(value, mails)
}

fn read_event(value: &Value, mails: &mut Mails) -> bool {
    let recipient = first(value, &["rcpt_to", "raw_rcpt_to"]);
    if recipient.is_empty() {
        return false;
    }
    let transmission = word(value, &["transmission_id"]);
    let message = text(value, &["message_id"]);
    // Mail that came in by SMTP has the transmission `0`.
    let mail = mails.of(if matches!(&*transmission, "" | "0") {
        message
    } else {
        &transmission
    });
    mail.also(message);
    mail.at(moment(&value["injection_time"]).or_else(|| moment(&value["timestamp"])));
    mail.sender(text(value, &["msg_from"]));
    mail.from(text(value, &["friendly_from"]));
    mail.login(&word(value, &["subaccount_id"]));
    let named = match text(value, &["rcpt_type"]).to_ascii_lowercase().as_str() {
        "to" | "cc" => NamedBy::Header,
        "bcc" | "archive" => NamedBy::Bcc,
        _ => NamedBy::Envelope,
    };
    let delivery = match text(value, &["type"]) {
        "delivery" | "open" | "initial_open" | "click" | "amp_open" | "amp_initial_open" | "amp_click"
        | "spam_complaint" | "list_unsubscribe" | "link_unsubscribe" => Delivery::Sent,
        "delay" => Delivery::Deferred,
        "bounce" | "out_of_band" => Delivery::Bounced,
        "policy_rejection" | "generation_failure" | "generation_rejection" => Delivery::Stopped,
        _ => Delivery::Unknown,
    };
    mail.recipients(recipient, named, delivery);
    true
}
