//! SendGrid: the Event Webhook, the Email Activity API and its table.
//!
//! Fields: twilio.com/docs/sendgrid/for-developers/tracking-events/event. Each event is of one recipient and shows no header. What stands
//! before `.filter` or `.recv` in `sg_message_id` is the `X-Message-Id` of the send: that rule is from memory, as are the columns of the
//! table. One send may hold many personalizations, each a mail of its own with the same id: several recipients of one id prove nothing
//! without a record of the send.

use serde_json::Value;
use waxseal_model::{Delivery, NamedBy};

use super::gather::Mails;
use super::table::{Header, Row};
use super::value::{ReadAll as _, body, each, first, moment, moment_of, page, text};
use super::{Export, Form};

pub(super) const EVENTS: Export = Export {
    id: "sendgrid",
    title: "SendGrid: Event Webhook",
    form: Form::Json {
        marks: &[&["sg_message_id", "event"], &["sg_event_id", "event"]],
        read,
    },
};

pub(super) const ACTIVITY: Export = Export {
    id: "sendgrid-activity",
    title: "SendGrid: Email Activity",
    form: Form::Json {
        marks: &[&["msg_id", "to_email", "from_email"]],
        read: read_activity,
    },
};

pub(super) const ACTIVITY_TABLE: Export = Export {
    id: "sendgrid-table",
    title: "SendGrid: table of Email Activity",
    form: Form::Table {
        is_header: |header: &Header| header.has(&["messageid", "email", "event", "recvmessageid"]),
        read: read_row,
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
    let recipient = text(value, &["email"]);
    let event = text(value, &["event"]);
    if recipient.is_empty() || event.is_empty() {
        return false;
    }
    // What a recipient does with a subscription is of no message.
    let id = text(value, &["sg_message_id"]);
    let smtp_id = text(value, &["smtp-id"]);
    let mail = mails.of(if id.is_empty() { smtp_id } else { send_id(id) });
    mail.also(smtp_id);
    mail.at(moment(&value["timestamp"]));
    mail.recipients(recipient, NamedBy::Envelope, delivery(event));
    true
}

fn read_activity(value: &Value, mails: &mut Mails) -> bool {
    if let Some(messages) = page(value, &["messages"]) {
        return messages.iter().all_read(|message| read_activity(message, mails));
    }
    let (id, recipient) = (text(value, &["msg_id"]), text(value, &["to_email"]));
    if id.is_empty() || recipient.is_empty() {
        return false;
    }
    let mail = mails.of(send_id(id));
    mail.from(text(value, &["from_email"]));
    mail.at(moment(&value["last_event_time"]));
    mail.recipients(recipient, NamedBy::Envelope, delivery(text(value, &["status"])));
    for event in each(&value["events"]) {
        mail.at(moment(&event["processed"]));
        mail.recipients(
            recipient,
            NamedBy::Envelope,
            delivery(first(event, &["event_name", "event"])),
        );
    }
    true
}

fn read_row(row: &Row<'_>, mails: &mut Mails) -> bool {
    let recipient = row.get(&["email"]);
    if recipient.is_empty() {
        return false;
    }
    let id = row.get(&["recvmessageid", "messageid"]);
    let mail = mails.of(send_id(id));
    mail.at(moment_of(row.get(&["processed"])));
    mail.from(row.get(&["from"]));
    mail.login(row.get(&["apikeyname", "apikeyid"]));
    mail.recipients(recipient, NamedBy::Envelope, delivery(row.get(&["event"])));
    true
}

/// `14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0` is of the send `14c5d75ce93.dfd.64b469`.
fn send_id(id: &str) -> &str {
    let end = [".filter", ".recv"].iter().filter_map(|mark| id.find(mark)).min();
    end.map_or(id, |end| &id[..end])
}

fn delivery(event: &str) -> Delivery {
    match event {
        "delivered" | "open" | "click" | "spamreport" | "unsubscribe" | "group_unsubscribe" => Delivery::Sent,
        "deferred" => Delivery::Deferred,
        "bounce" | "blocked" | "not_delivered" => Delivery::Bounced,
        "dropped" | "drop" => Delivery::Stopped,
        _ => Delivery::Unknown,
    }
}
