//! Postmark's API: <https://postmarkapp.com/developer>; the shapes are those that the official client sends and takes (`postmark` 5.1).

use serde_json::{Value, json};
use waxseal_model::ContentKind;

use super::POSTMARK;
use crate::api::inbox::{LETTERS, Letter, date, letter};
use crate::api::read::{self, each, text};
use crate::api::shape::Shape;
use crate::api::{Answered, Api, Call, Desk, Reply, Request};

pub(super) const API: Api = Api {
    hosts: &["api.postmarkapp.com"],
    other_hosts: &[],
    answer,
};

const ID: &str = "postmark";

const SHAPE: Shape = Shape {
    recipients: POSTMARK.sinks.recipients,
    from: &[("From", "From")],
    subject: &["Subject"],
    contents: &[
        (ContentKind::Text, "TextBody"),
        (ContentKind::Html, "HtmlBody"),
        (ContentKind::Variables, "TemplateModel"),
    ],
    headers: &["Headers"],
    attachments: &["Attachments"],
    template: &["TemplateAlias", "TemplateId"],
};

fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let token = request
        .header("x-postmark-server-token")
        .or(request.header("x-postmark-account-token"));
    let mut call = Call::new(ID, request, desk);
    call.login(None, token);
    let body = read::json(request).unwrap_or_default();
    let reply = route(&mut call, body);
    call.end(reply, refused(token))
}

/// Error 10 (<https://postmarkapp.com/developer/api/overview>, "API error codes").
fn refused(token: Option<&str>) -> Reply {
    let message = match token {
        None | Some("") => {
            "No Account or Server API tokens were supplied in the HTTP headers. Please add a header for either X-Postmark-Server-Token or X-Postmark-Account-Token."
        }
        Some(_) => "Request does not contain a valid Server token.",
    };
    Reply::json(401, &json!({ "ErrorCode": 10, "Message": message }))
}

fn route(call: &mut Call<'_, '_>, body: Value) -> Option<Reply> {
    let path = call.request.segments();
    match (call.request.method, path.as_slice()) {
        ("POST", ["email"] | ["email", "withTemplate"]) => {
            let message = SHAPE.read(call, &body);
            call.submits(message);
            Some(Reply::json(200, &taken(call, &body)))
        }
        ("POST", ["email", "batch" | "batchWithTemplates"]) => {
            // The first takes an array, the second an object that holds one.
            let mut replies = Vec::new();
            for one in each(Some(body.get("Messages").unwrap_or(&body))) {
                let message = SHAPE.read(call, one);
                if !call.submits(message) {
                    break;
                }
                replies.push(taken(call, one));
            }
            Some(Reply::json(200, &replies.into()))
        }
        ("POST", ["email", "bulk"]) => Some(bulk(call, body)),
        ("POST" | "PUT", ["webhooks", ..]) => {
            call.forwards_to_fields("webhook", &body, &["Url"]);
            let id = call.desk.number() % 9_000_000 + 1_000_000;
            let mut value = call.make("webhook", "ID", &id.to_string(), body);
            value["ID"] = id.into();
            Some(Reply::json(200, &value))
        }
        ("POST" | "PUT", ["server"] | ["servers", ..]) => {
            for (field, what) in HOOKS {
                call.forwards_to_fields(what, &body, &[field]);
            }
            Some(Reply::json(200, &server()))
        }
        ("POST", ["triggers", ..]) => {
            call.forwards_to_fields("inbound rule", &body, &["Rule"]);
            Some(Reply::json(200, &json!({ "ID": 3, "Rule": body["Rule"] })))
        }
        ("GET", path) => listed(call, path),
        _ => None,
    }
}

/// One content for many recipients (`BulkEmail.d.ts` of the client): what is said above holds for each message.
fn bulk(call: &mut Call<'_, '_>, body: Value) -> Reply {
    let Value::Object(mut base) = body else {
        return Reply::json(
            422,
            &json!({ "ErrorCode": 402, "Message": "Received invalid JSON input." }),
        );
    };
    let messages = match base.remove("Messages") {
        Some(Value::Array(messages)) => messages,
        _ => vec![json!({})],
    };
    call.submits_each_over(base, messages, |call, one| SHAPE.read(call, one));
    let id = call.desk.uuid();
    let value = json!({ "ID": id, "Status": "Accepted", "SubmittedAt": call.desk.timestamp() });
    call.keep("bulk", &id, value.clone());
    Reply::json(200, &value)
}

/// Remembers a message, and says what the provider says of it.
fn taken(call: &mut Call<'_, '_>, body: &Value) -> Value {
    let to = text(body, "To").unwrap_or_default();
    if to.is_empty() && text(body, "Cc").is_none() && text(body, "Bcc").is_none() {
        return json!({ "ErrorCode": 300, "Message": "Zero recipients specified" });
    }
    let id = call.desk.uuid();
    let now = call.desk.timestamp();
    if let Value::Object(fields) = body {
        // What was attached is not listed.
        let kept = fields.iter().filter(|it| it.0 != "Attachments");
        let mut value = Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect());
        value["Status"] = "Sent".into();
        value["ReceivedAt"] = now.clone().into();
        call.make("email", "MessageID", &id, value);
    }
    json!({ "To": to, "SubmittedAt": now, "MessageID": id, "ErrorCode": 0, "Message": "OK" })
}

/// Start-up calls, lists, what was made before, and mail that came in.
fn listed(call: &mut Call<'_, '_>, path: &[&str]) -> Option<Reply> {
    let value = match path {
        ["server"] => server(),
        ["deliverystats"] => json!({ "InactiveMails": 0, "Bounces": [{ "Name": "All", "Count": 0 }] }),
        ["templates"] => json!({ "TotalCount": 1, "Templates": [template()] }),
        ["templates", _] => {
            let mut whole = template();
            whole["Subject"] = "Welcome, {{name}}".into();
            whole["HtmlBody"] = "<p>Hello {{name}}</p>".into();
            whole["TextBody"] = "Hello {{name}}".into();
            whole["AssociatedServerId"] = 1_022_417.into();
            whole
        }
        ["message-streams"] => json!({ "TotalCount": 1, "MessageStreams": [{
            "ID": "outbound", "ServerID": 1_022_417, "Name": "Default Transactional Stream", "Description": "",
            "MessageStreamType": "Transactional", "CreatedAt": "2024-03-04T08:11:52Z",
        }] }),
        ["messages", "outbound"] => {
            let all = call.list("email");
            json!({ "TotalCount": all.len(), "Messages": all })
        }
        ["messages", "outbound", id, "details"] => match call.find("email", id) {
            Some(value) => value,
            None => return Some(missing()),
        },
        ["messages", "inbound"] => {
            let all: Vec<Value> = LETTERS.iter().map(|it| inbound(it, call.desk.now())).collect();
            json!({ "TotalCount": all.len(), "InboundMessages": all })
        }
        ["messages", "inbound", id, "details"] => match letter(id) {
            Some(letter) => inbound(letter, call.desk.now()),
            None => return Some(missing()),
        },
        ["bounces" | "webhooks" | "stats", ..] => {
            json!({ "TotalCount": 0, "Bounces": [], "Webhooks": call.list("webhook") })
        }
        _ => return None,
    };
    Some(Reply::json(200, &value))
}

fn missing() -> Reply {
    Reply::json(
        422,
        &json!({ "ErrorCode": 701, "Message": "This message was not found." }),
    )
}

fn inbound(letter: &Letter, now: u64) -> Value {
    json!({
        "MessageID": letter.id, "From": letter.from, "FromName": letter.name, "FromFull": { "Email": letter.from, "Name": letter.name },
        "To": letter.to, "ToFull": [{ "Email": letter.to, "Name": "" }], "Cc": "", "CcFull": [], "Subject": letter.subject,
        "Date": date(letter.came(now)), "TextBody": letter.text, "HtmlBody": "", "Status": "Processed", "MailboxHash": "", "Tag": "",
        "OriginalRecipient": letter.to, "ReplyTo": "", "Attachments": [], "Headers": [],
    })
}

fn server() -> Value {
    json!({
        "ID": 1_022_417, "Name": "Production", "ApiTokens": [], "Color": "Blue", "SmtpApiActivated": true, "RawEmailEnabled": false,
        "DeliveryType": "Live", "InboundAddress": "", "InboundHookUrl": "", "BounceHookUrl": "", "OpenHookUrl": "", "DeliveryHookUrl": "",
        "PostFirstOpenOnly": false, "InboundDomain": "", "InboundHash": "", "InboundSpamThreshold": 5, "TrackOpens": false,
        "TrackLinks": "None", "IncludeBounceContentInHook": false, "ClickHookUrl": "", "EnableSmtpApiErrorHooks": false,
    })
}

fn template() -> Value {
    json!({ "Active": true, "TemplateId": 31_127_004, "Name": "Welcome", "Alias": "welcome", "TemplateType": "Standard", "LayoutTemplate": null })
}

/// Where word of mail goes from then on.
const HOOKS: &[(&str, &str)] = &[
    ("InboundHookUrl", "inbound hook"),
    ("BounceHookUrl", "bounce hook"),
    ("OpenHookUrl", "open hook"),
    ("ClickHookUrl", "click hook"),
    ("DeliveryHookUrl", "delivery hook"),
    ("SmtpApiErrorHookUrl", "error hook"),
];
