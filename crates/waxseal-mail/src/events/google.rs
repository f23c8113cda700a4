//! Google Workspace: Gmail log events (BigQuery, the Reports API) and the table of the email log search.
//!
//! Fields: knowledge.workspace.google.com, "Schema for Gmail logs in BigQuery" (`message_info.rfc2822_message_id`, `destination[].address`,
//! `source.address`, `flattened_destinations` as `service:selector:address`). The columns of the table of the log search and of the
//! investigation tool are from memory. A row is one step of one message; no header but `From` is in it.

use serde_json::Value;
use waxseal_model::{Delivery, NamedBy};

use super::gather::{Mail, Mails};
use super::table::{Header, Row};
use super::value::{ReadAll as _, at, body, each, first, moment, moment_of, page, text, word};
use super::{Export, Form};

pub(super) const LOG_EVENTS: Export = Export {
    id: "google",
    title: "Google Workspace: Gmail log events",
    form: Form::Json {
        marks: &[
            &["message_info", "rfc2822_message_id"],
            &["message_info", "destination"],
            &["message_info.rfc2822_message_id"],
            &["kind", "etag", "events", "parameters"],
        ],
        read,
    },
};

pub(super) const LOG_SEARCH: Export = Export {
    id: "google-table",
    title: "Google Workspace: table of the email log search",
    form: Form::Table {
        is_header: |header: &Header| {
            // The tables of Exchange have these columns too, and others.
            let is_exchange = header.has_any(&["eventid", "messagetraceid", "networkmessageid", "origintimestamputc"]);
            !is_exchange && header.has(&["messageid"]) && header.has_any(SENDERS) && header.has_any(RECIPIENTS)
        },
        read: read_row,
    },
};

const SENDERS: &[&str] = &["sender", "fromenvelope", "fromheaderaddress", "from", "senderaddress"];
const RECIPIENTS: &[&str] = &["recipient", "recipients", "toenvelope", "recipientaddress", "toaddress"];

fn read(value: &Value, mails: &mut Mails) -> bool {
    if let Some(items) = page(value, &["items"]) {
        return items.iter().all_read(|item| activity(item, mails));
    }
    if value["events"].is_array() {
        return activity(value, mails);
    }
    if value["gmail"].is_object() {
        return log_row(&value["gmail"], mails);
    }
    if !value["message_info"].is_object()
        && let Some(body) = body(value)
    {
        return each(&body).iter().all_read(|row| log_row(row, mails));
    }
    log_row(value, mails)
}

fn log_row(value: &Value, mails: &mut Mails) -> bool {
    let message = &value["message_info"];
    if !message.is_object() {
        return flat(value, mails);
    }
    let mail = mails.of(text(message, &["rfc2822_message_id"]));
    // BigQuery writes 64-bit numbers as text.
    mail.at(moment(&value["event_info"]["timestamp_usec"]));
    source(message, mail);
    let destinations = each(&message["destination"]);
    for destination in destinations {
        let address = text(destination, &["address"]);
        if !address.is_empty() {
            mail.recipient(address.trim(), "", NamedBy::Envelope, delivery(value));
        }
    }
    if destinations.is_empty() {
        flattened(text(message, &["flattened_destinations"]), mail);
    }
    true
}

fn source(message: &Value, mail: &mut Mail) {
    mail.sender(text(message, &["source", "address"]));
    mail.from(text(message, &["source", "from_header_address"]));
    mail.listener(text(message, &["source", "service"]));
    mail.client(first(
        at(message, &["connection_info"]),
        &["client_ip", "smtp_in_connect_ip"],
    ));
}

/// `service:selector:address, …`.
fn flattened(list: &str, mail: &mut Mail) {
    for destination in list.split(',') {
        let address = destination.rsplit(':').next().unwrap_or_default().trim();
        if !address.is_empty() {
            mail.recipient(address, "", NamedBy::Envelope, Delivery::Unknown);
        }
    }
}

fn delivery(value: &Value) -> Delivery {
    match value["event_info"]["success"].as_bool() {
        Some(false) => Delivery::Stopped,
        _ => Delivery::Unknown,
    }
}

/// A row whose columns were not nested.
fn flat(value: &Value, mails: &mut Mails) -> bool {
    let id = first(value, &["message_info.rfc2822_message_id", "rfc2822_message_id"]);
    let list = first(
        value,
        &["message_info.flattened_destinations", "flattened_destinations"],
    );
    if id.is_empty() && list.is_empty() {
        return false;
    }
    let mail = mails.of(id);
    let times = ["event_info.timestamp_usec", "timestamp_usec"];
    mail.at(times.iter().find_map(|name| moment(&value[*name])));
    mail.sender(first(value, &["message_info.source.address"]));
    mail.from(first(
        value,
        &["message_info.source.from_header_address", "from_header_address"],
    ));
    flattened(list, mail);
    true
}

/// Reports API: an activity has events, an event has named parameters.
fn activity(value: &Value, mails: &mut Mails) -> bool {
    let events = each(&value["events"]);
    events.iter().fold(!events.is_empty(), |all, event| {
        let parameter = |name: &str| {
            let found = each(&event["parameters"]).iter().find(|it| it["name"] == name);
            found.map_or_else(String::new, |it| {
                let number = word(it, &["intValue"]);
                if number.is_empty() {
                    word(it, &["value"]).into_owned()
                } else {
                    number.into_owned()
                }
            })
        };
        let id = parameter("message_info.rfc2822_message_id");
        let list = parameter("message_info.flattened_destinations");
        if id.is_empty() && list.is_empty() {
            return false;
        }
        let mail = mails.of(&id);
        let at = moment_of(&parameter("event_info.timestamp_usec"));
        mail.at(at.or_else(|| moment(&value["id"]["time"])));
        mail.login(text(value, &["actor", "email"]));
        flattened(&list, mail);
        all
    })
}

fn read_row(row: &Row<'_>, mails: &mut Mails) -> bool {
    let recipients = row.get(RECIPIENTS);
    if recipients.is_empty() {
        return false;
    }
    let mail = mails.of(row.get(&["messageid"]));
    mail.at(moment_of(row.get(&["startdate", "date", "time"])));
    mail.sender(row.get(&["fromenvelope", "sender", "senderaddress"]));
    mail.from(row.get(&["fromheaderaddress", "from", "sender"]));
    let done = row.get(&["deliverystatus", "status", "event"]).to_ascii_lowercase();
    let delivery = match done.as_str() {
        done if done.contains("deliver") || done.contains("sent") || done == "send" => Delivery::Sent,
        done if done.contains("bounce") => Delivery::Bounced,
        done if done.contains("reject") || done.contains("drop") => Delivery::Stopped,
        _ => Delivery::Unknown,
    };
    mail.recipients(recipients, NamedBy::Envelope, delivery);
    true
}
