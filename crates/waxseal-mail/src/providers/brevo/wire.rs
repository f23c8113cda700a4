//! Brevo's API: <https://developers.brevo.com/reference>; the shapes are those that the official client sends and takes
//! (`@getbrevo/brevo` 6.0).

use serde_json::{Value, json};
use waxseal_model::ContentKind;

use super::BREVO;
use crate::api::inbox::OWNER;
use crate::api::read;
use crate::api::shape::Shape;
use crate::api::{Answered, Api, Call, Desk, Reply, Request};

pub(super) const API: Api = Api {
    hosts: &["api.brevo.com", "api.sendinblue.com"],
    other_hosts: &[],
    answer,
};

const SHAPE: Shape = Shape {
    recipients: BREVO.sinks.recipients,
    from: &[("From", "sender")],
    subject: &["subject"],
    contents: &[
        (ContentKind::Text, "textContent"),
        (ContentKind::Html, "htmlContent"),
        (ContentKind::Variables, "params"),
    ],
    headers: &["headers"],
    attachments: &["attachment"],
    template: &["templateId"],
};

fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let key = request.header("api-key").or(request.header("partner-key"));
    let key = key.or_else(|| read::bearer(request));
    let mut call = Call::new("brevo", request, desk);
    call.login(None, key);
    let body = read::json(request).unwrap_or_default();
    let reply = route(&mut call, body);
    let message = match key {
        Some(_) => "Key not found",
        None => "authentication not found in headers",
    };
    call.end(reply, error(401, "unauthorized", message))
}

fn error(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, &json!({ "message": message, "code": code }))
}

fn route(call: &mut Call<'_, '_>, body: Value) -> Option<Reply> {
    let path = call.request.segments();
    let (&first, rest) = path.split_first()?;
    if first != "v3" {
        return None;
    }
    match (call.request.method, rest) {
        ("POST", ["smtp", "email"]) => Some(send(call, body)),
        ("POST" | "PUT", path) => changed(call, path, body),
        ("GET", path) => listed(call, path),
        _ => None,
    }
}

/// With `messageVersions` each version is a message, and `to` of the whole is ignored
/// (<https://developers.brevo.com/reference/sendtransacemail>).
fn send(call: &mut Call<'_, '_>, mut body: Value) -> Reply {
    let versions = match body.get_mut("messageVersions").map(Value::take) {
        Some(Value::Array(versions)) if !versions.is_empty() => versions,
        _ => {
            let message = SHAPE.read(call, &body);
            call.submits(message);
            if call.lacks_recipients() {
                return error(400, "missing_parameter", "to is missing");
            }
            return Reply::json(201, &json!({ "messageId": message_id(call) }));
        }
    };
    let mut base = body.as_object().cloned().unwrap_or_default();
    for field in ["messageVersions", "to"] {
        base.remove(field);
    }
    call.submits_each_over(base, versions, |call, one| SHAPE.read(call, one));
    let ids: Vec<String> = (0..call.told()).map(|_| message_id(call)).collect();
    Reply::json(201, &json!({ "messageIds": ids }))
}

fn message_id(call: &mut Call<'_, '_>) -> String {
    let stamp = call.desk.timestamp().replace(['-', ':', 'T', 'Z'], "");
    format!(
        "<{}.{}@smtp-relay.mailin.fr>",
        &stamp[..12],
        call.desk.number() % 100_000_000_000
    )
}

/// Where mail, or word of it, goes from then on.
fn changed(call: &mut Call<'_, '_>, path: &[&str], body: Value) -> Option<Reply> {
    match path {
        ["webhooks", ..] => call.forwards_to_fields("webhook", &body, &["url"]),
        ["organization", "user", "invitation", ..] => call.forwards_to_fields("user", &body, &["email"]),
        ["contacts", ..] | ["smtp", "templates", ..] | ["senders", ..] => {}
        _ => return None,
    }
    let id = call.desk.number() % 9_000_000;
    call.make("thing", "id", &id.to_string(), body);
    Some(Reply::json(201, &json!({ "id": id })))
}

/// What programs ask for when they start.
fn listed(call: &mut Call<'_, '_>, path: &[&str]) -> Option<Reply> {
    let value = match path {
        ["account"] => json!({
            "email": OWNER, "firstName": "Alex", "lastName": "Meyer", "companyName": "Brightfield",
            "address": { "street": "Am Kai 4", "city": "Hamburg", "zipCode": "20457", "country": "Germany" },
            "plan": [{ "type": "subscription", "creditsType": "sendLimit", "credits": 18_211 }],
            "relay": { "enabled": true, "data": { "userName": OWNER, "relay": "smtp-relay.brevo.com", "port": 587 } },
        }),
        ["senders"] => {
            json!({ "senders": [{ "id": 1, "name": "Brightfield", "email": "hello@brightfield.example", "active": true }] })
        }
        ["smtp", "templates"] => json!({ "count": 1, "templates": [template()] }),
        ["smtp", "templates", _] => template(),
        ["smtp", "statistics", "events"] => json!({ "events": [] }),
        ["smtp", "emails", ..] => json!({ "count": 0, "transactionalEmails": [] }),
        ["contacts", ..] => json!({ "count": 0, "contacts": [], "lists": [] }),
        ["webhooks", ..] => json!({ "webhooks": call.list("thing") }),
        _ => return None,
    };
    Some(Reply::json(200, &value))
}

fn template() -> Value {
    json!({
        "id": 3, "name": "Welcome", "subject": "Welcome, {{ params.name }}", "isActive": true, "testSent": false, "replyTo": "",
        "sender": { "name": "Brightfield", "email": "hello@brightfield.example" }, "htmlContent": "<p>Hello {{ params.name }}</p>",
        "createdAt": "2024-03-04T08:11:52.000Z", "modifiedAt": "2024-03-04T08:11:52.000Z", "tag": "", "toField": "",
    })
}
