//! Amazon SES: event publishing and notifications, raw, in SNS, SQS, EventBridge and Lambda envelopes, and as Firehose writes them.
//!
//! Fields: docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html. Every event holds the whole message: `destination`
//! is everybody it goes to, `commonHeaders` whom its headers name. Headers above 10 KB are cut, which `headersTruncated` says; notifications
//! hold them only where that is switched on. The envelopes of SQS and Lambda are from memory.

use std::borrow::Cow;

use serde_json::Value;
use waxseal_model::{Delivery, NamedBy};

use super::gather::{Mail, Mails, Shown};
use super::value::{ReadAll as _, body, each, inner, moment, text};
use super::{Export, Form};

pub(super) const EXPORT: Export = Export {
    id: "ses",
    title: "Amazon SES: event publishing",
    form: Form::Json {
        marks: &[
            &["mail", "destination", "commonHeaders"],
            &["mail", "destination", "eventType"],
            &["mail", "destination", "notificationType"],
            &["detail-type", "detail", "mail", "destination"],
            &["Type", "TopicArn", "Message", "SignatureVersion"],
            &["Messages", "ReceiptHandle", "Body"],
            &["Records", "EventSource", "Sns"],
        ],
        read,
    },
};

fn read(value: &Value, mails: &mut Mails) -> bool {
    read_at(value, mails, 0)
}

fn read_at(value: &Value, mails: &mut Mails, depth: usize) -> bool {
    if value["mail"].is_object() {
        return event(value, mails);
    }
    if depth == MAX_ENVELOPES {
        return false;
    }
    let lists = ["Records", "Messages"].iter().flat_map(|name| each(&value[*name]));
    let inside: Vec<Cow<'_, Value>> = ["Message", "detail"]
        .iter()
        .filter_map(|name| inner(&value[*name]))
        .chain(inner(&value["Sns"]["Message"]))
        .chain(body(value))
        .chain(lists.map(Cow::Borrowed))
        .collect();
    !inside.is_empty()
        && inside
            .iter()
            .flat_map(|value| each(value))
            .all_read(|value| read_at(value, mails, depth + 1))
}

fn event(value: &Value, mails: &mut Mails) -> bool {
    let sent = &value["mail"];
    let id = text(sent, &["messageId"]);
    if id.is_empty() || !sent["destination"].is_array() {
        return false;
    }
    let mail = mails.of(id);
    mail.at(moment(&sent["timestamp"]));
    mail.sender(text(sent, &["source"]));
    mail.client(text(sent, &["sourceIp"]));
    mail.login(text(sent, &["callerIdentity"]));
    let tags = &sent["tags"];
    let tag = |name: &str| each(&tags[name]).first().and_then(Value::as_str).unwrap_or_default();
    mail.client(tag("ses:source-ip"));
    mail.login(tag("ses:caller-identity"));
    mail.listener(tag("ses:configuration-set"));
    for address in each(&sent["destination"]).iter().filter_map(Value::as_str) {
        mail.recipients(address, NamedBy::Envelope, Delivery::Unknown);
    }
    headers(sent, mail);
    deliveries(value, mail);
    true
}

fn headers(sent: &Value, mail: &mut Mail) {
    let common = &sent["commonHeaders"];
    let headers = sent["headers"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !common.is_object() && headers.is_empty() {
        return;
    }
    let shown = if sent["headersTruncated"].as_bool() == Some(true) {
        Shown::Partial
    } else {
        Shown::Known
    };
    // Without the common ones `To` is in the others, if they are whole.
    mail.shown(shown);
    for name in ["to", "cc"] {
        for list in each(&common[name]).iter().filter_map(Value::as_str) {
            mail.visible(list, shown);
        }
    }
    if let Some(from) = each(&common["from"]).first().and_then(Value::as_str) {
        mail.from(from);
    }
    mail.also(text(common, &["messageId"]));
    for header in headers {
        let value = text(header, &["value"]);
        match text(header, &["name"]).to_ascii_lowercase().as_str() {
            "to" | "cc" | "resent-to" | "resent-cc" => mail.visible(value, shown),
            "from" => mail.from(value),
            "list-id" => mail.list_id(value),
            "bcc" | "resent-bcc" => mail.bcc_header(),
            _ => {}
        }
    }
}

/// Which object of an event lists recipients, under which names, and what became of them.
const DELIVERIES: [(&str, &str, Delivery); 4] = [
    ("delivery", "recipients", Delivery::Sent),
    ("bounce", "bouncedRecipients", Delivery::Bounced),
    ("complaint", "complainedRecipients", Delivery::Sent),
    ("deliveryDelay", "delayedRecipients", Delivery::Deferred),
];

fn deliveries(value: &Value, mail: &mut Mail) {
    for (object, list, delivery) in DELIVERIES {
        for recipient in each(&value[object][list]) {
            let address = recipient.as_str().unwrap_or_else(|| text(recipient, &["emailAddress"]));
            mail.recipients(address, NamedBy::Envelope, delivery);
        }
    }
    if value["reject"].is_object() || value["failure"].is_object() {
        mail.deliver_rest(Delivery::Stopped);
    }
}

/// SNS in SQS in a list in what took in a webhook.
const MAX_ENVELOPES: usize = 5;
