//! Mailjet's API: <https://dev.mailjet.com/email/reference/>; the shapes are those that the official client sends and takes
//! (`node-mailjet` 6.0).

use serde_json::{Map, Value, json};
use waxseal_model::{ContentKind, RecipientPlace, Submission};

use super::MAILJET;
use crate::api::inbox::OWNER;
use crate::api::read;
use crate::api::shape::Shape;
use crate::api::{Answered, Api, Call, Desk, Reply, Request};

pub(super) const API: Api = Api {
    hosts: &["api.mailjet.com", "api.us.mailjet.com"],
    other_hosts: &[],
    answer,
};

/// Version 3.1; the table wants a message under `Messages`, so who gets it is read there.
const SHAPE: Shape = Shape {
    recipients: MAILJET.sinks.recipients,
    from: &[("From", "From"), ("Sender", "Sender")],
    subject: &["Subject"],
    contents: &[
        (ContentKind::Text, "TextPart"),
        (ContentKind::Html, "HTMLPart"),
        (ContentKind::Variables, "Variables"),
    ],
    headers: &["Headers"],
    attachments: &["Attachments", "InlinedAttachments"],
    template: &["TemplateID"],
};

/// Version 3.
const FLAT: Shape = Shape {
    recipients: MAILJET.sinks.recipients,
    from: &[("From", "FromEmail"), ("Sender", "Sender")],
    subject: &["Subject"],
    contents: &[
        (ContentKind::Text, "Text-part"),
        (ContentKind::Html, "Html-part"),
        (ContentKind::Variables, "Vars"),
    ],
    headers: &["Headers"],
    attachments: &["Attachments", "Inline_attachments"],
    template: &["Mj-TemplateID"],
};

fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let basic = read::basic(request);
    let mut call = Call::new("mailjet", request, desk);
    match &basic {
        Some((key, secret)) => call.login(Some(key), Some(secret)),
        None => call.login(None, read::bearer(request)),
    };
    let body = read::json(request).unwrap_or_default();
    let reply = route(&mut call, body);
    call.end(reply, refused())
}

fn refused() -> Reply {
    let message = "API key authentication/authorization failure. You may be unauthorized to access the API or your API key may be expired. Visit API keys management section to check your keys.";
    Reply::json(
        401,
        &json!({ "ErrorIdentifier": "f7a2c9d4-51b0-4c26-9b8e-0c1d2e3f4a5b", "ErrorCode": "mj-0002", "StatusCode": 401, "ErrorMessage": message }),
    )
}

fn route(call: &mut Call<'_, '_>, body: Value) -> Option<Reply> {
    let path = call.request.segments();
    match (call.request.method, path.as_slice()) {
        ("POST", ["v3.1", "send"]) => {
            let Value::Object(mut body) = body else {
                call.submits_each_over(Map::new(), vec![Value::Null], |call, _| call.message());
                return Some(Reply::json(400, &json!({ "ErrorMessage": "Malformed JSON" })));
            };
            let base = match body.remove("Globals") {
                Some(Value::Object(globals)) => globals,
                _ => Map::new(),
            };
            let messages = match body.remove("Messages") {
                Some(Value::Array(messages)) => messages,
                _ => vec![Value::Null],
            };
            call.submits_each_over(base, messages, under_messages);
            let results: Vec<Value> = call.everybody(PLACES).into_iter().map(|it| sent(call, it)).collect();
            Some(Reply::json(200, &json!({ "Messages": results })))
        }
        ("POST", ["v3", "send"]) => {
            let all = match body {
                Value::Object(mut fields) => match fields.remove("Messages") {
                    Some(Value::Array(messages)) => messages,
                    _ => vec![Value::Object(fields)],
                },
                other => vec![other],
            };
            call.submits_each_over(Map::new(), all, |call, message| FLAT.read(call, message));
            let people = call.everybody(PLACES).into_iter().flatten();
            let all: Vec<Value> = people.map(|(_, mailbox)| ids(call, mailbox)).collect();
            Some(Reply::json(200, &json!({ "Sent": all })))
        }
        ("POST" | "PUT", ["v3", "REST", kind, ..]) => changed(call, kind, body),
        ("GET", ["v3" | "v3.1", "REST", kind, ..]) => Some(listed(call, kind)),
        _ => None,
    }
}

fn under_messages(call: &Call<'_, '_>, message: &Value) -> Submission {
    use crate::api::read::Writing as _;
    let mut read = call.message();
    read.to_by_table(&json!({ "Messages": [message] }), SHAPE.recipients);
    SHAPE.read_rest(call, message, &mut read);
    read
}

/// Everybody of a message, and an id for each.
fn sent(call: &mut Call<'_, '_>, people: Vec<(RecipientPlace, String)>) -> Value {
    let (mut to, mut cc, mut bcc) = (Vec::new(), Vec::new(), Vec::new());
    for (place, mailbox) in people {
        let list = match place {
            RecipientPlace::Cc => &mut cc,
            RecipientPlace::Bcc => &mut bcc,
            _ => &mut to,
        };
        list.push(ids(call, mailbox));
    }
    json!({ "Status": "success", "CustomID": "", "To": to, "Cc": cc, "Bcc": bcc })
}

fn ids(call: &mut Call<'_, '_>, mailbox: String) -> Value {
    let id = 288_230_376_151_711_744 + call.desk.number() % 9_000_000_000_000_000;
    json!({
        "Email": mailbox, "MessageUUID": call.desk.uuid(), "MessageID": id, "MessageHref": format!("https://api.mailjet.com/v3/REST/message/{id}"),
    })
}

/// Where mail, or word of it, goes from then on.
fn changed(call: &mut Call<'_, '_>, kind: &str, body: Value) -> Option<Reply> {
    match kind {
        "eventcallbackurl" => call.forwards_to_fields("webhook", &body, &["Url"]),
        "parseroute" => call.forwards_to_fields("inbound route", &body, &["Url", "Email"]),
        "apikey" => call.orders("api key"),
        "contact" | "contactslist" | "listrecipient" | "sender" | "template" | "newsletter" => {}
        _ => return None,
    }
    let id = call.desk.number() % 9_000_000;
    let mut value = call.make("thing", "ID", &id.to_string(), body);
    value["ID"] = id.into();
    Some(Reply::json(201, &json!({ "Count": 1, "Data": [value], "Total": 1 })))
}

/// What programs ask for when they start.
fn listed(call: &Call<'_, '_>, kind: &str) -> Reply {
    let data = match kind {
        "sender" => {
            json!([{ "ID": 41_207, "Email": "hello@brightfield.example", "Status": "Active", "IsDefaultSender": true }])
        }
        "template" => json!([{ "ID": 5_200_131, "Name": "Welcome", "Author": "alex", "OwnerType": "user" }]),
        "myprofile" => json!([{ "ID": 9_017, "Firstname": "Alex", "Lastname": "Meyer", "CompanyName": "Brightfield" }]),
        "user" => json!([{ "ID": 9_017, "Email": OWNER, "Username": OWNER }]),
        "apikey" => json!([{ "ID": 8_812, "Name": "main", "IsActive": true, "IsMaster": true }]),
        "eventcallbackurl" => call.list("thing").into(),
        _ => json!([]),
    };
    let count = data.as_array().map_or(0, Vec::len);
    Reply::json(200, &json!({ "Count": count, "Data": data, "Total": count }))
}

/// Whom the answer names.
const PLACES: &[RecipientPlace] = &[
    RecipientPlace::Envelope,
    RecipientPlace::To,
    RecipientPlace::Cc,
    RecipientPlace::Bcc,
];
