//! SendGrid's API: <https://www.twilio.com/docs/sendgrid/api-reference>; the shapes are those that the official client sends and takes
//! (`@sendgrid/mail` 8.1).

use serde_json::{Value, json};
use waxseal_model::{ContentKind, Submission};

use super::SENDGRID;
use crate::api::read::{self, Writing as _, each, text};
use crate::api::shape::{Shape, address};
use crate::api::{Answered, Api, Call, Desk, Reply, Request};

pub(super) const API: Api = Api {
    hosts: &["api.sendgrid.com", "api.eu.sendgrid.com", "email.twilio.com"],
    other_hosts: &[],
    answer,
};

const SHAPE: Shape = Shape {
    recipients: SENDGRID.sinks.recipients,
    from: &[("From", "from")],
    subject: &["subject"],
    contents: &[],
    headers: &["headers"],
    attachments: &["attachments"],
    template: &["template_id"],
};

fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let key = read::bearer(request);
    let mut call = Call::new("sendgrid", request, desk);
    match read::basic(request) {
        // Twilio's own keys.
        Some((user, password)) => call.login(Some(&user), Some(&password)),
        None => call.login(None, key),
    }
    let body = read::json(request).unwrap_or_default();
    let reply = route(&mut call, body);
    let message = match key {
        Some(_) => "The provided authorization grant is invalid, expired, or revoked",
        None => "Permission denied, wrong credentials",
    };
    call.end(reply, errors(401, message))
}

/// <https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/errors>.
fn errors(status: u16, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "errors": [{ "message": message, "field": null, "help": null }] }),
    )
}

fn route(call: &mut Call<'_, '_>, body: Value) -> Option<Reply> {
    let path = call.request.segments();
    let (&first, rest) = path.split_first()?;
    if first != "v3" {
        return None;
    }
    match (call.request.method, rest) {
        ("POST", ["mail", "send"]) => {
            call.submits_each_alone(body, "personalizations", message);
            if call.lacks_recipients() {
                return Some(errors(
                    400,
                    "The personalizations field is required and must have at least one personalization.",
                ));
            }
            let id = call.desk.hex(22);
            Some(Reply::empty(202).with("x-message-id", id))
        }
        ("POST" | "PATCH" | "PUT", path) => changed(call, path, body),
        ("GET", path) => listed(call, path),
        _ => None,
    }
}

/// One personalization is one message: it overrides what is said for all.
fn message(call: &Call<'_, '_>, body: &Value) -> Submission {
    let mut message = SHAPE.read(call, body);
    let own = &body["personalizations"][0];
    if let Some(from) = own.get("from").and_then(address) {
        message.senders.clear();
        message.from("From", &from);
    }
    if let Some(subject) = text(own, "subject") {
        message.subject = Some(subject);
    }
    for (name, value) in own["headers"].as_object().into_iter().flatten() {
        message.other_header(name, value.as_str().unwrap_or_default());
    }
    if !call.has_room() {
        message.complete = false;
        return message;
    }
    for content in each(body.get("content")) {
        let html = text(content, "type").is_some_and(|kind| kind.contains("html"));
        let kind = if html { ContentKind::Html } else { ContentKind::Text };
        message.says(kind, &text(content, "value").unwrap_or_default());
    }
    for field in ["dynamic_template_data", "substitutions"] {
        if let Some(value) = own.get(field).filter(|value| !value.is_null()) {
            message.says(ContentKind::Variables, &value.to_string());
        }
    }
    message
}

/// Where mail, or word of it, goes from then on.
fn changed(call: &mut Call<'_, '_>, path: &[&str], body: Value) -> Option<Reply> {
    match path {
        ["user", "webhooks", "event", ..] => call.forwards_to_fields("webhook", &body, &["url", "oauth_token_url"]),
        ["user", "webhooks", "parse", ..] => call.forwards_to_fields("inbound route", &body, &["url"]),
        ["mail_settings", "forward_bounce"] => call.forwards_to_fields("bounce forwarding", &body, &["email"]),
        ["mail_settings", "forward_spam"] => call.forwards_to_fields("spam forwarding", &body, &["email"]),
        ["mail_settings", "bcc"] => call.forwards_to_fields("bcc of all mail", &body, &["email"]),
        ["teammates", ..] => call.forwards_to_fields("teammate", &body, &["email"]),
        ["subusers", ..] => call.forwards_to_fields("subuser", &body, &["email"]),
        ["api_keys", ..] => call.orders("api key"),
        ["templates", ..] | ["verified_senders", ..] | ["mail", "batch"] => {}
        _ => return None,
    }
    let id = call.desk.uuid();
    let status = if call.request.method == "POST" { 201 } else { 200 };
    let mut value = call.make("setting", "id", &id, body);
    if path == ["api_keys"] {
        let key = format!("SG.{}.{}", call.desk.hex(22), call.desk.hex(43));
        if call.accepted() {
            call.desk.admit(key.clone());
        }
        value["api_key"] = key.into();
        value["api_key_id"] = id.into();
    }
    if path == ["mail", "batch"] {
        value["batch_id"] = value["id"].clone();
    }
    Some(Reply::json(status, &value))
}

/// What clients ask for when they start.
fn listed(call: &mut Call<'_, '_>, path: &[&str]) -> Option<Reply> {
    let value = match path {
        ["scopes"] => json!({ "scopes": ["mail.send", "templates.read", "sender_verification_eligible"] }),
        ["user", "profile"] => {
            json!({ "first_name": "Alex", "last_name": "Meyer", "company": "Brightfield", "country": "DE", "city": "Hamburg" })
        }
        ["user", "account"] => json!({ "type": "paid", "reputation": 99.7 }),
        ["user", "email"] => json!({ "email": crate::api::inbox::OWNER }),
        ["user", "credits"] => json!({ "remain": 93_120, "total": 100_000, "overage": 0, "used": 6_880 }),
        ["templates"] => json!({ "result": [template()], "templates": [template()], "_metadata": { "count": 1 } }),
        ["templates", _] => template(),
        ["verified_senders", ..] => {
            json!({ "results": [{ "id": 1_207, "from_email": "hello@brightfield.example", "verified": true }] })
        }
        ["whitelabel", "domains", ..] => {
            json!([{ "id": 30_211, "domain": "brightfield.example", "valid": true, "default": true }])
        }
        ["api_keys"] => json!({ "result": [] }),
        ["user", "webhooks", ..] => json!({ "webhooks": call.list("setting"), "result": [] }),
        ["suppression" | "messages" | "stats" | "asm", ..] => json!([]),
        _ => return None,
    };
    Some(Reply::json(200, &value))
}

fn template() -> Value {
    json!({
        "id": "d-4b1f6f0c2a9e4c5f8d7b3e1a6c0d9f21", "name": "Welcome", "generation": "dynamic", "updated_at": "2024-03-04 08:11:52",
        "versions": [{ "id": "8aefe0ee-f12b-4575-b5b7-c97e21cb36f3", "active": 1, "name": "Welcome", "subject": "Welcome, {{name}}" }],
    })
}
