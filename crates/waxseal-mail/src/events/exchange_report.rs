//! Exchange Web Services: reports of `GetMessageTrackingReport`, as JSON.
//!
//! Fields: MS-OXWSMTRK §3.1.4.2.3.5, `RecipientTrackingEventType`. `BccRecipient` says itself who was a `Bcc`. A recipient that is marked
//! `HiddenRecipient` is a member that its group hides (from memory); the mark is no sign of a `Bcc` and is not taken for one.

use serde_json::Value;
use waxseal_model::{Delivery, NamedBy};

use super::gather::{Mail, Mails};
use super::value::{ReadAll as _, body, each, first, moment, text, word};
use super::{Export, Form};

pub(super) const EXPORT: Export = Export {
    id: "exchange-report",
    title: "Exchange: message tracking report (EWS)",
    form: Form::Json {
        marks: &[
            &["RecipientTrackingEvents"],
            &["Recipient", "DeliveryStatus", "EventDescription"],
        ],
        read,
    },
};

fn read(value: &Value, mails: &mut Mails) -> bool {
    read_at(value, mails, 0)
}

fn read_at(value: &Value, mails: &mut Mails, depth: usize) -> bool {
    if value["DeliveryStatus"].is_string() {
        // An event alone: of which message is not said, so each is one.
        let id = first(value, &["MessageId", "MessageTrackingReportId"]);
        return event(value, mails.of(id));
    }
    let events = &value["RecipientTrackingEvents"];
    if events.is_null() {
        let report = ["MessageTrackingReport", "GetMessageTrackingReportResponse", "Report"];
        let inside = report.iter().map(|name| &value[*name]).find(|it| it.is_object());
        return match (inside, body(value)) {
            _ if depth == MAX_DEPTH => false,
            (Some(report), _) => read_at(report, mails, depth + 1),
            (None, Some(body)) => each(&body).iter().all_read(|it| read_at(it, mails, depth + 1)),
            _ => false,
        };
    }
    let mail = mails.of(first(
        value,
        &["MessageTrackingReportId", "InternetMessageId", "MessageId"],
    ));
    mail.at(moment(&value["SubmitTime"]));
    mail.from(address_of(&value["Sender"]));
    // XML made into JSON has the events below the name of their element.
    let events = if events.is_object() {
        &events["RecipientTrackingEvent"]
    } else {
        events
    };
    let all = each(events).iter().all_read(|it| event(it, mail));
    for original in each(&value["OriginalRecipients"]) {
        mail.recipients(address_of(original), NamedBy::Envelope, Delivery::Unknown);
    }
    all
}

fn event(value: &Value, mail: &mut Mail) -> bool {
    let recipient = address_of(&value["Recipient"]);
    if recipient.is_empty() {
        return false;
    }
    mail.at(moment(&value["Date"]));
    mail.host(text(value, &["Server"]));
    // JSON that was made of XML has texts for truth values.
    let is_bcc = value["BccRecipient"]
        .as_bool()
        .unwrap_or_else(|| word(value, &["BccRecipient"]).eq_ignore_ascii_case("true"));
    let named = if is_bcc { NamedBy::Bcc } else { NamedBy::Envelope };
    let delivery = match text(value, &["DeliveryStatus"]) {
        "Delivered" | "Read" | "Transferred" => Delivery::Sent,
        "Unsuccessful" => Delivery::Bounced,
        "Pending" => Delivery::Deferred,
        _ => Delivery::Unknown,
    };
    let root = text(value, &["RootAddress"]);
    let original = if root.eq_ignore_ascii_case(recipient) { "" } else { root };
    mail.recipient(recipient.trim(), original, named, delivery);
    true
}

/// `{"EmailAddress": …}`, or a text.
fn address_of(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| first(value, &["EmailAddress", "Address", "SmtpAddress"]))
}

/// Answer, report, body.
const MAX_DEPTH: usize = 4;
