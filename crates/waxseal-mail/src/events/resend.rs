//! Resend: messages as the API gives them, webhooks, and the table that its console exports.
//!
//! Fields: the types of its npm client (`resend` 6, `GetEmailResponseSuccess`, `BaseEmailEventData`). A message says itself who was a `bcc`;
//! a webhook of an outgoing message shows `to` alone. The columns of the table are from memory.

use serde_json::Value;
use waxseal_model::{Delivery, NamedBy};

use super::gather::{Mail, Mails, Shown};
use super::table::{Header, Row};
use super::value::{ReadAll as _, body, each, moment, moment_of, page, text};
use super::{Export, Form};

pub(super) const EXPORT: Export = Export {
    id: "resend",
    title: "Resend: messages and webhooks",
    form: Form::Json {
        marks: &[
            &["object", "last_event", "to"],
            &["type", "data", "email_id", "created_at"],
            &["last_event", "bcc", "to", "created_at"],
        ],
        read,
    },
};

pub(super) const TABLE: Export = Export {
    id: "resend-table",
    title: "Resend: exported table of messages",
    form: Form::Table {
        is_header: |header: &Header| header.has(&["id", "to", "lastevent", "from"]),
        read: read_row,
    },
};

fn read(value: &Value, mails: &mut Mails) -> bool {
    if let Some(elements) = page(value, &["data"]) {
        return elements.iter().all_read(|element| message(element, mails));
    }
    if value["data"].is_object() {
        return webhook(value, mails);
    }
    if value["id"].is_null()
        && let Some(body) = body(value)
    {
        return webhook(&body, mails);
    }
    message(value, mails)
}

fn message(value: &Value, mails: &mut Mails) -> bool {
    let id = text(value, &["id"]);
    if id.is_empty() || value.get("to").is_none() {
        return false;
    }
    let mail = mails.of(id);
    mail.also(text(value, &["message_id"]));
    mail.at(moment(&value["created_at"]));
    mail.from(text(value, &["from"]));
    let delivery = delivery(text(value, &["last_event"]));
    // What stands in all answers of the API, empty or not: an answer without them is cut.
    let whole = ["to", "cc", "bcc"].iter().all(|name| value.get(name).is_some());
    let shown = if whole { Shown::Known } else { Shown::Partial };
    let lists = |name: &str| each(&value[name]).iter().filter_map(Value::as_str).collect::<Vec<_>>();
    tell(mail, &lists("to"), &lists("cc"), &lists("bcc"), shown, delivery);
    true
}

fn tell(mail: &mut Mail, to: &[&str], cc: &[&str], bcc: &[&str], shown: Shown, delivery: Delivery) {
    mail.shown(shown);
    for list in to.iter().chain(cc).filter(|list| !list.is_empty()) {
        mail.recipients(list, NamedBy::Header, delivery);
        mail.visible(list, shown);
    }
    for list in bcc {
        mail.recipients(list, NamedBy::Bcc, delivery);
    }
}

fn webhook(value: &Value, mails: &mut Mails) -> bool {
    let data = &value["data"];
    let kind = text(value, &["type"]);
    let id = text(data, &["email_id"]);
    // What comes in is nobody's send; contacts and domains are no mail.
    if id.is_empty() || !kind.starts_with("email.") || kind == "email.received" {
        return false;
    }
    let mail = mails.of(id);
    mail.also(text(data, &["message_id"]));
    mail.at(moment(&data["created_at"]).or_else(|| moment(&value["created_at"])));
    mail.from(text(data, &["from"]));
    let delivery = delivery(kind.trim_start_matches("email."));
    for list in each(&data["to"]).iter().filter_map(Value::as_str) {
        mail.recipients(list, NamedBy::Header, delivery);
        mail.visible(list, Shown::Partial);
    }
    // Of messages that came in by SMTP these may be there as well.
    for list in each(&data["bcc"]).iter().filter_map(Value::as_str) {
        mail.recipients(list, NamedBy::Bcc, delivery);
    }
    for list in each(&data["cc"]).iter().filter_map(Value::as_str) {
        mail.recipients(list, NamedBy::Header, delivery);
        mail.visible(list, Shown::Partial);
    }
    true
}

fn read_row(row: &Row<'_>, mails: &mut Mails) -> bool {
    let to = row.get(&["to"]);
    if to.is_empty() {
        return false;
    }
    let mail = mails.of(row.get(&["id"]));
    mail.at(moment_of(row.get(&["sentat", "createdat"])));
    mail.from(row.get(&["from"]));
    let shown = if row.has(&["cc", "bcc"]) {
        Shown::Known
    } else {
        Shown::Partial
    };
    let delivery = delivery(row.get(&["lastevent"]));
    tell(mail, &[to], &[row.get(&["cc"])], &[row.get(&["bcc"])], shown, delivery);
    true
}

fn delivery(event: &str) -> Delivery {
    match event {
        "delivered" | "opened" | "clicked" | "complained" => Delivery::Sent,
        "delivery_delayed" => Delivery::Deferred,
        "bounced" => Delivery::Bounced,
        "failed" | "canceled" | "suppressed" => Delivery::Stopped,
        _ => Delivery::Unknown,
    }
}
