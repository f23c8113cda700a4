//! Postmark's API: <https://postmarkapp.com/developer>; the shapes are those that the official client sends and takes (`postmark` 5.1).

use serde_json::{Value, json};
use waxseal_model::{ContentKind, Submission};

use super::POSTMARK;
use crate::api::read::{self, Writing as _, each, text};
use crate::api::{Act, Api, Desk, Made, Reply, Request};

pub(super) const API: Api = Api {
    hosts: &["api.postmarkapp.com"],
    answer,
};

const ID: &str = "postmark";

fn answer(request: &Request<'_>, desk: &mut Desk) -> Option<Reply> {
    let segments = request.segments();
    let path: Vec<&str> = segments.iter().map(|part| part.trim()).collect();
    let token = request
        .header("x-postmark-server-token")
        .or(request.header("x-postmark-account-token"));
    let (accepted, login) = desk.login(request, ID, None, token.unwrap_or_default());
    let acts = match (request.method, path.as_slice()) {
        ("POST", ["email"] | ["email", "withTemplate"]) => one(request, token),
        ("POST", ["email", "batch" | "batchWithTemplates"]) => many(request, token),
        ("POST", ["email", "bulk"]) => bulk(request, token),
        ("POST" | "PUT", ["webhooks", ..] | ["server"] | ["servers", ..] | ["triggers", ..]) => {
            lasting(request, token, &path)
        }
        _ => Vec::new(),
    };
    let login = token.map(|_| login);
    if !accepted {
        return Some(refused(token).acting(login).refusing(acts));
    }
    let reply = match (request.method, path.as_slice()) {
        ("POST", ["email"] | ["email", "withTemplate"]) => {
            let body = read::json(request).unwrap_or_default();
            Reply::json(200, &taken(desk, &body))
        }
        ("POST", ["email", "batch" | "batchWithTemplates"]) => {
            let body = read::json(request).unwrap_or_default();
            let replies: Vec<Value> = messages(&body).map(|message| taken(desk, message)).collect();
            Reply::json(200, &replies.into())
        }
        ("POST", ["email", "bulk"]) => {
            let id = desk.uuid();
            let value = json!({ "ID": id, "Status": "Accepted", "SubmittedAt": desk.timestamp() });
            desk.keep(Made {
                channel: ID,
                kind: "bulk",
                id,
                value: value.clone(),
            });
            Reply::json(200, &value)
        }
        _ => rest(request, desk, &path)?,
    };
    Some(reply.acting(login).acting(acts))
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

fn one(request: &Request<'_>, token: Option<&str>) -> Vec<Act> {
    let body = read::json(request).unwrap_or_default();
    vec![Act::Submitted(message(request, token, &body))]
}

/// `/email/batch` takes an array, `/email/batchWithTemplates` an object that holds one.
fn messages(body: &Value) -> impl Iterator<Item = &Value> {
    each(Some(body.get("Messages").unwrap_or(body)))
}

fn many(request: &Request<'_>, token: Option<&str>) -> Vec<Act> {
    let body = read::json(request).unwrap_or_default();
    messages(&body)
        .map(|one| Act::Submitted(message(request, token, one)))
        .collect()
}

/// One content for many recipients (`BulkEmail.d.ts` of the client): what is said above holds for each message.
fn bulk(request: &Request<'_>, token: Option<&str>) -> Vec<Act> {
    let body = read::json(request).unwrap_or_default();
    each(body.get("Messages"))
        .map(|one| {
            let mut whole = body.clone();
            if let (Some(whole), Some(one)) = (whole.as_object_mut(), one.as_object()) {
                whole.remove("Messages");
                whole.extend(one.clone());
            }
            Act::Submitted(message(request, token, &whole))
        })
        .collect()
}

fn message(request: &Request<'_>, token: Option<&str>, body: &Value) -> Submission {
    let mut message = request.submission(ID, token);
    message.complete = body.is_object();
    message.to_by_table(body, POSTMARK.sinks.recipients);
    message.from("From", &text(body, "From").unwrap_or_default());
    message.subject = text(body, "Subject");
    message.template = text(body, "TemplateAlias").or_else(|| text(body, "TemplateId"));
    for header in each(body.get("Headers")) {
        let (name, value) = (text(header, "Name"), text(header, "Value"));
        if let (Some(name), Some(value)) = (name, value) {
            message.other_header(&name, &value);
        }
    }
    for (field, kind) in [("TextBody", ContentKind::Text), ("HtmlBody", ContentKind::Html)] {
        if let Some(said) = text(body, field) {
            message.says(kind, &said);
        }
    }
    if let Some(model) = body.get("TemplateModel") {
        message.says(ContentKind::Variables, &model.to_string());
    }
    for attachment in each(body.get("Attachments")) {
        let content = text(attachment, "Content").unwrap_or_default();
        message.attaches(text(attachment, "Name"), text(attachment, "ContentType"), &content);
    }
    message
}

fn taken(desk: &mut Desk, body: &Value) -> Value {
    let to = text(body, "To").unwrap_or_default();
    if to.is_empty() && text(body, "Cc").is_none() && text(body, "Bcc").is_none() {
        return json!({ "ErrorCode": 300, "Message": "Zero recipients specified" });
    }
    let id = desk.uuid();
    let reply = json!({ "To": to, "SubmittedAt": desk.timestamp(), "MessageID": id, "ErrorCode": 0, "Message": "OK" });
    let mut value = body.clone();
    if let Some(fields) = value.as_object_mut() {
        fields.insert("MessageID".to_owned(), id.clone().into());
        fields.insert("Status".to_owned(), "Sent".into());
        fields.insert("ReceivedAt".to_owned(), desk.timestamp().into());
    }
    desk.keep(Made {
        channel: ID,
        kind: "email",
        id,
        value,
    });
    reply
}

/// Where word of mail, or mail itself, goes from then on.
fn lasting(request: &Request<'_>, token: Option<&str>, path: &[&str]) -> Vec<Act> {
    let body = read::json(request).unwrap_or_default();
    let fields: &[(&str, &str)] = match path.first() {
        Some(&"webhooks") => &[("Url", "webhook")],
        Some(&"triggers") => &[("Rule", "inbound rule")],
        _ => &[
            ("InboundHookUrl", "inbound hook"),
            ("BounceHookUrl", "bounce hook"),
            ("OpenHookUrl", "open hook"),
            ("ClickHookUrl", "click hook"),
            ("DeliveryHookUrl", "delivery hook"),
            ("SmtpApiErrorHookUrl", "error hook"),
        ],
    };
    fields
        .iter()
        .filter_map(|(field, what)| Some((text(&body, field).filter(|target| !target.is_empty())?, what)))
        .map(|(target, what)| request.forward(ID, token, what, vec![target]))
        .collect()
}

/// Start-up calls, lists, and what was made before.
fn rest(request: &Request<'_>, desk: &mut Desk, path: &[&str]) -> Option<Reply> {
    Some(match (request.method, path) {
        ("GET" | "PUT", ["server"]) => Reply::json(200, &server()),
        ("GET", ["deliverystats"]) => Reply::json(
            200,
            &json!({ "InactiveMails": 0, "Bounces": [{ "Name": "All", "Count": 0 }] }),
        ),
        ("GET", ["templates"]) => Reply::json(200, &json!({ "TotalCount": 1, "Templates": [template()] })),
        ("GET", ["templates", _]) => {
            let mut whole = template();
            whole["Subject"] = "Welcome, {{name}}".into();
            whole["HtmlBody"] = "<p>Hello {{name}}</p>".into();
            whole["TextBody"] = "Hello {{name}}".into();
            whole["AssociatedServerId"] = 1_022_417.into();
            Reply::json(200, &whole)
        }
        ("GET", ["message-streams"]) => {
            let stream = json!({ "ID": "outbound", "ServerID": 1_022_417, "Name": "Default Transactional Stream", "Description": "", "MessageStreamType": "Transactional", "CreatedAt": "2024-03-04T08:11:52Z" });
            Reply::json(200, &json!({ "MessageStreams": [stream], "TotalCount": 1 }))
        }
        ("GET", ["messages", "outbound"]) => {
            let all: Vec<Value> = desk
                .all(ID, "email")
                .rev()
                .take(50)
                .map(|made| made.value.clone())
                .collect();
            Reply::json(200, &json!({ "TotalCount": all.len(), "Messages": all }))
        }
        ("GET", ["messages", "outbound", id, "details"]) => match desk.find(ID, "email", id) {
            Some(made) => Reply::json(200, &made.value),
            None => Reply::json(
                422,
                &json!({ "ErrorCode": 701, "Message": "This message was not found." }),
            ),
        },
        ("GET", ["bounces" | "webhooks" | "stats", ..]) => {
            Reply::json(200, &json!({ "TotalCount": 0, "Bounces": [], "Webhooks": [] }))
        }
        ("POST" | "PUT", ["webhooks", ..]) => {
            let mut value = read::json(request)
                .filter(Value::is_object)
                .unwrap_or_else(|| json!({}));
            let id = desk.number() % 9_000_000 + 1_000_000;
            value["ID"] = id.into();
            desk.keep(Made {
                channel: ID,
                kind: "webhook",
                id: id.to_string(),
                value: value.clone(),
            });
            Reply::json(200, &value)
        }
        _ => return None,
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
