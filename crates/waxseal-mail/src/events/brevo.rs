//! Brevo: the report of events, webhooks, and the table of logs that its console exports.
//!
//! Fields: the types of its npm client (`@getbrevo/brevo` 6, `GetEmailEventReportResponse`); those of webhooks and the columns of the
//! table are from memory. Events are of one recipient, show no header, and share the `messageId` of the send.

use serde_json::Value;
use waxseal_model::{Delivery, NamedBy};

use super::gather::Mails;
use super::table::{Header, Row};
use super::value::{ReadAll as _, body, each, first, moment, moment_of, page, text};
use super::{Export, Form};

pub(super) const EXPORT: Export = Export {
    id: "brevo",
    title: "Brevo: report of events and webhooks",
    form: Form::Json {
        marks: &[
            &["messageId", "email", "event", "date"],
            &["message-id", "email", "event", "ts_event"],
            &["message-id", "email", "event", "date"],
            &["transactionalEmails", "count"],
        ],
        read,
    },
};

pub(super) const TABLE: Export = Export {
    id: "brevo-table",
    title: "Brevo: exported table of logs",
    form: Form::Table {
        is_header: |header: &Header| {
            header.has(&["sttext", "email", "mid"]) || header.has(&["email", "messageid", "event", "tag"])
        },
        read: read_row,
    },
};

fn read(value: &Value, mails: &mut Mails) -> bool {
    if let Some(events) = page(value, &["events", "transactionalEmails"]) {
        return events.iter().all_read(|event| read_event(event, mails));
    }
    if value["email"].is_null()
        && let Some(body) = body(value)
    {
        return each(&body).iter().all_read(|event| read_event(event, mails));
    }
    read_event(value, mails)
}

fn read_event(value: &Value, mails: &mut Mails) -> bool {
    let recipient = text(value, &["email"]);
    let id = first(value, &["messageId", "message-id"]);
    if recipient.is_empty() || id.is_empty() {
        return false;
    }
    let mail = mails.of(id);
    mail.at(["ts_event", "ts", "date"].iter().find_map(|name| moment(&value[*name])));
    mail.from(first(value, &["from", "sender_email"]));
    mail.recipients(recipient, NamedBy::Envelope, delivery(text(value, &["event"])));
    true
}

fn read_row(row: &Row<'_>, mails: &mut Mails) -> bool {
    let recipient = row.get(&["email"]);
    if recipient.is_empty() {
        return false;
    }
    let mail = mails.of(row.get(&["mid", "messageid"]));
    mail.at(moment_of(row.get(&["ts", "date"])));
    mail.from(row.get(&["frm", "from"]));
    mail.recipients(recipient, NamedBy::Envelope, delivery(row.get(&["sttext", "event"])));
    true
}

/// The report writes `hardBounces`, webhooks `hard_bounce`, the table `Hard bounce`.
fn delivery(event: &str) -> Delivery {
    let letters: String = event
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    match letters.trim_end_matches('s') {
        "delivered" | "opened" | "uniqueopened" | "firstopening" | "click" | "clicked" | "loadedbyproxy"
        | "proxyopen" | "spam" | "unsubscribed" => Delivery::Sent,
        "deferred" | "softbounce" => Delivery::Deferred,
        "hardbounce" | "bounce" => Delivery::Bounced,
        "invalid" | "invalidemail" | "blocked" | "error" => Delivery::Stopped,
        _ => Delivery::Unknown,
    }
}
