//! Exchange: message tracking logs of servers, and message traces of Exchange Online.
//!
//! Columns: the `#Fields:` line that the servers write themselves, as quoted by public code; of Exchange Online, the table of its console
//! (`origin_timestamp_utc`, `recipient_status` as `address##status;…`), the extended report (the columns of a tracking log with
//! underscores), `Get-MessageTraceV2 | Export-Csv`, and `exchangeMessageTrace` of Microsoft Graph
//! (learn.microsoft.com/graph/api/resources/exchangemessagetrace). No header is in any of them. That `recipient-status` of a `RECEIVE` event
//! from a mailbox says `To`, `Cc` or `Bcc` for each recipient is from memory.

use serde_json::Value;
use waxseal_model::{Delivery, NamedBy};

use super::gather::{Mail, Mails};
use super::table::{Header, Row};
use super::value::{ReadAll as _, body, each, first, moment, moment_of, page};
use super::{Export, Form};

pub(super) const TRACKING: Export = Export {
    id: "exchange",
    title: "Exchange: message tracking log",
    form: Form::Table {
        is_header: |header: &Header| {
            header.has(&["eventid", "messageid"]) && header.has_any(&["recipientaddress", "recipients"])
        },
        read: tracking,
    },
};

pub(super) const TRACE: Export = Export {
    id: "exchange-online",
    title: "Exchange Online: table of a message trace",
    form: Form::Table {
        is_header: |header: &Header| {
            !header.has(&["eventid"])
                && header.has(&["messageid", "senderaddress"])
                && header.has_any(&["recipientaddress", "recipientstatus"])
        },
        read: trace,
    },
};

pub(super) const TRACE_API: Export = Export {
    id: "exchange-online-api",
    title: "Exchange Online: message traces of Microsoft Graph",
    form: Form::Json {
        marks: &[
            &["messageId", "senderAddress", "recipientAddress"],
            &["MessageId", "SenderAddress", "RecipientAddress"],
        ],
        read: trace_api,
    },
};

fn tracking(row: &Row<'_>, mails: &mut Mails) -> bool {
    let recipients = row.get(&["recipientaddress", "recipients"]);
    // PowerShell writes lists as the name of their type, unless they are joined before.
    if recipients.contains("System.String[]") || recipients.contains("System.Object[]") {
        return false;
    }
    let event = row.get(&["eventid"]);
    // Health checks and notes of storage name nobody.
    if recipients.is_empty() {
        return true;
    }
    let id = row.get(&["messageid", "networkmessageid"]);
    let mail = mails.of(id);
    mail.at(moment_of(row.get(&["datetime", "datetimeutc", "timestamp"])));
    mail.also(row.get(&["networkmessageid"]));
    mail.from(row.get(&["senderaddress", "sender"]));
    mail.sender(row.get(&["returnpath"]));
    mail.host(row.get(&["serverhostname"]));
    if event == "RECEIVE" {
        mail.client(row.get(&["originalclientip", "clienthostname", "clientip"]));
        mail.listener(row.get(&["connectorid"]));
    }
    let group = match event {
        "EXPAND" | "REDIRECT" | "RESOLVE" => row.get(&["relatedrecipientaddress"]),
        _ => "",
    };
    list(recipients, row.get(&["recipientstatus"]), group, outcome(event), mail);
    true
}

/// Recipients, and beside each what is said of it.
fn list(recipients: &str, statuses: &str, group: &str, delivery: Delivery, mail: &mut Mail) {
    let separator = if recipients.contains(';') { ';' } else { ',' };
    let recipients: Vec<&str> = recipients
        .split(separator)
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .collect();
    let statuses: Vec<&str> = statuses.split(';').map(str::trim).collect();
    let beside = statuses.len() == recipients.len();
    for (idx, address) in recipients.iter().enumerate() {
        let named = match statuses.get(idx) {
            Some(status) if beside && (status.eq_ignore_ascii_case("To") || status.eq_ignore_ascii_case("Cc")) => {
                NamedBy::Header
            }
            Some(status) if beside && status.eq_ignore_ascii_case("Bcc") => NamedBy::Bcc,
            _ => NamedBy::Envelope,
        };
        mail.recipient(address, group, named, delivery);
    }
}

fn outcome(event: &str) -> Delivery {
    match event {
        "DELIVER" | "SEND" | "DUPLICATEDELIVER" => Delivery::Sent,
        "DEFER" => Delivery::Deferred,
        "FAIL" | "BADMAIL" => Delivery::Bounced,
        _ => Delivery::Unknown,
    }
}

fn trace(row: &Row<'_>, mails: &mut Mails) -> bool {
    let (address, statuses) = (row.get(&["recipientaddress"]), row.get(&["recipientstatus"]));
    if address.is_empty() && !statuses.contains('@') {
        return false;
    }
    let mail = mails.of(row.get(&["messageid", "messagetraceid", "networkmessageid"]));
    mail.at(moment_of(row.get(&["origintimestamputc", "datetimeutc", "received"])));
    mail.also(row.get(&["networkmessageid", "messagetraceid"]));
    mail.from(row.get(&["senderaddress"]));
    mail.client(row.get(&["originalclientip", "fromip"]));
    if !address.is_empty() {
        list(address, statuses, "", status(row.get(&["status"])), mail);
        return true;
    }
    for recipient in statuses.split(';').filter(|it| !it.trim().is_empty()) {
        let (address, done) = recipient.split_once("##").unwrap_or((recipient, ""));
        mail.recipient(address.trim(), "", NamedBy::Envelope, status(done));
    }
    true
}

/// The first of these words that a status holds decides.
const STATUSES: [(&str, Delivery); 8] = [
    ("deliver", Delivery::Sent),
    ("send", Delivery::Sent),
    ("expanded", Delivery::Sent),
    ("quarantined", Delivery::Sent),
    ("fail", Delivery::Bounced),
    ("defer", Delivery::Deferred),
    ("pending", Delivery::Deferred),
    ("filtered", Delivery::Stopped),
];

fn status(text: &str) -> Delivery {
    let text = text.to_ascii_lowercase();
    let found = STATUSES.iter().find(|(word, _)| text.contains(word));
    found.map_or(Delivery::Unknown, |(_, delivery)| *delivery)
}

fn trace_api(value: &Value, mails: &mut Mails) -> bool {
    if let Some(rows) = page(value, &["value", "d"]) {
        return rows.iter().all_read(|row| trace_one(row, mails));
    }
    if let Some(body) = body(value) {
        return each(&body).iter().all_read(|row| trace_one(row, mails));
    }
    trace_one(value, mails)
}

fn trace_one(value: &Value, mails: &mut Mails) -> bool {
    let recipient = first(value, &["recipientAddress", "RecipientAddress"]);
    if recipient.is_empty() {
        return false;
    }
    let mail = mails.of(first(value, &["messageId", "MessageId", "id", "MessageTraceId"]));
    mail.at(["receivedDateTime", "Received"]
        .iter()
        .find_map(|name| moment(&value[*name])));
    mail.also(first(value, &["id", "MessageTraceId"]));
    mail.from(first(value, &["senderAddress", "SenderAddress"]));
    mail.client(first(value, &["fromIP", "FromIP"]));
    let done = first(value, &["status", "Status"]);
    mail.recipient(recipient.trim(), "", NamedBy::Envelope, status(done));
    true
}
