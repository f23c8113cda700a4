//! Mailgun: events as the API lists them, webhooks in their signature wrapper, and stored messages.
//!
//! Fields: documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure and …/webhooks/webhook-payloads, and the types of
//! `mailgun.js`. An event shows `To` of the headers and nothing of `Cc`: who is not among them may be a `Cc`. A stored message
//! (`storage.url` of an event) shows all headers; its field names are from memory.

use serde_json::Value;
use waxseal_model::{Delivery, NamedBy};

use super::gather::{Mail, Mails, Shown};
use super::value::{ReadAll as _, at, body, each, first, moment, page, text};
use super::{Export, Form};

pub(super) const EXPORT: Export = Export {
    id: "mailgun",
    title: "Mailgun: events, webhooks and stored messages",
    form: Form::Json {
        marks: &[
            &["event-data", "signature"],
            &["recipient", "message", "headers", "event", "log-level"],
            &["recipient", "envelope", "message-id", "event"],
            &["message-headers", "recipients"],
        ],
        read,
    },
};

fn read(value: &Value, mails: &mut Mails) -> bool {
    if let Some(items) = page(value, &["items"]) {
        return items.iter().all_read(|item| read(item, mails));
    }
    if value["event-data"].is_object() {
        return event(&value["event-data"], mails);
    }
    if value["message-headers"].is_array() || !text(value, &["recipients"]).is_empty() {
        return stored(value, mails);
    }
    if value["event"].is_null()
        && let Some(body) = body(value)
    {
        return each(&body).iter().all_read(|value| {
            // Bodies are no wrappers again: this ends.
            let inside = if value["event-data"].is_object() {
                &value["event-data"]
            } else {
                value
            };
            event(inside, mails)
        });
    }
    event(value, mails)
}

fn event(value: &Value, mails: &mut Mails) -> bool {
    let kind = text(value, &["event"]);
    let recipient = text(value, &["recipient"]);
    let headers = at(value, &["message", "headers"]);
    if kind.is_empty() || recipient.is_empty() {
        return false;
    }
    let id = text(headers, &["message-id"]);
    let mail = mails.of(id);
    mail.at(moment(&value["timestamp"]).or_else(|| moment(&value["@timestamp"])));
    mail.sender(text(value, &["envelope", "sender"]));
    mail.client(first(&value["envelope"], &["sending-ip"]));
    mail.login(text(value, &["domain", "name"]));
    mail.from(text(headers, &["from"]));
    let delivery = match kind {
        "delivered" | "opened" | "clicked" | "complained" | "unsubscribed" | "stored" => Delivery::Sent,
        "failed" if text(value, &["severity"]) == "temporary" => Delivery::Deferred,
        "failed" => Delivery::Bounced,
        "rejected" => Delivery::Stopped,
        _ => Delivery::Unknown,
    };
    mail.recipients(recipient, NamedBy::Envelope, delivery);
    mail.recipients(
        text(value, &["envelope", "targets"]),
        NamedBy::Envelope,
        Delivery::Unknown,
    );
    for address in each(at(value, &["message", "recipients"]))
        .iter()
        .filter_map(Value::as_str)
    {
        mail.recipients(address, NamedBy::Envelope, Delivery::Unknown);
    }
    if let Some(to) = headers["to"].as_str() {
        mail.visible(to, Shown::Partial);
    }
    true
}

fn stored(value: &Value, mails: &mut Mails) -> bool {
    let headers = each(&value["message-headers"]);
    let header = |name: &str| {
        let found = headers.iter().find(|pair| text_at(pair, 0).eq_ignore_ascii_case(name));
        found.map_or("", |pair| text_at(pair, 1))
    };
    let id = first(value, &["Message-Id", "Message-ID", "message-id"]);
    let id = if id.is_empty() { header("message-id") } else { id };
    let mail = mails.whole(id, &value.to_string());
    mail.sender(first(value, &["sender"]));
    mail.from(first(value, &["From", "from"]));
    mail.recipients(text(value, &["recipients"]), NamedBy::Envelope, Delivery::Unknown);
    if headers.is_empty() {
        for name in ["To", "Cc", "Resent-To", "Resent-Cc"] {
            visible(text(value, &[name]), mail);
        }
        mail.list_id(text(value, &["List-Id"]));
    }
    for pair in headers {
        let value = text_at(pair, 1);
        match text_at(pair, 0).to_ascii_lowercase().as_str() {
            "to" | "cc" | "resent-to" | "resent-cc" => visible(value, mail),
            "from" => mail.from(value),
            "list-id" => mail.list_id(value),
            "bcc" | "resent-bcc" => mail.bcc_header(),
            _ => {}
        }
    }
    mail.shown(Shown::Known);
    true
}

fn visible(list: &str, mail: &mut Mail) {
    if !list.is_empty() {
        mail.visible(list, Shown::Known);
    }
}

fn text_at(pair: &Value, idx: usize) -> &str {
    pair[idx].as_str().unwrap_or_default()
}
