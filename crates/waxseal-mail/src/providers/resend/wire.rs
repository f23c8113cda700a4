//! Resend's API: <https://resend.com/docs/api-reference>; the shapes are those that the official client sends and takes (`resend` 6.38).

use serde_json::{Value, json};
use waxseal_model::{ContentKind, Submission};

use super::RESEND;
use crate::api::desk::timestamp;
use crate::api::inbox::{LETTERS, Letter, letter};
use crate::api::read::{self, each};
use crate::api::shape::Shape;
use crate::api::{Answered, Api, Call, Desk, Reply, Request};

pub(super) const API: Api = Api {
    hosts: &["api.resend.com"],
    other_hosts: &[],
    answer,
};

const SHAPE: Shape = Shape {
    recipients: RESEND.sinks.recipients,
    from: &[("From", "from")],
    subject: &["subject"],
    contents: &[
        (ContentKind::Text, "text"),
        (ContentKind::Html, "html"),
        (ContentKind::Variables, "template.variables"),
    ],
    headers: &["headers"],
    attachments: &["attachments"],
    template: &["template.id"],
};

fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let key = read::bearer(request);
    let mut call = Call::new("resend", request, desk);
    call.login(None, key);
    let body = read::json(request).unwrap_or_default();
    let reply = route(&mut call, body);
    // <https://resend.com/docs/api-reference/errors>
    let refused = match key {
        Some(_) => error(401, "validation_error", "API key is invalid"),
        None => error(401, "missing_api_key", "Missing API Key"),
    };
    call.end(reply, refused)
}

fn error(status: u16, name: &str, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "statusCode": status, "message": message, "name": name }),
    )
}

fn route(call: &mut Call<'_, '_>, body: Value) -> Option<Reply> {
    let path = call.request.segments();
    match (call.request.method, path.as_slice()) {
        ("POST", ["emails"]) => {
            let message = SHAPE.read(call, &body);
            call.submits(message);
            if call.lacks_recipients() {
                return Some(error(422, "missing_required_field", "Missing `to` field."));
            }
            Some(Reply::json(200, &json!({ "id": keep(call, &body) })))
        }
        ("POST", ["emails", "batch"]) => {
            let mut ids = Vec::new();
            for one in each(Some(&body)) {
                let message = SHAPE.read(call, one);
                if !call.submits(message) {
                    break;
                }
                ids.push(json!({ "id": keep(call, one) }));
            }
            Some(Reply::json(200, &json!({ "data": ids })))
        }
        ("POST", ["broadcasts"]) => {
            let now = body["send"].as_bool().unwrap_or(false) || !call.accepted();
            if now {
                let message = broadcast(call, &body);
                call.submits(message);
            }
            let id = call.desk.uuid();
            call.make("broadcast", "id", &id, body);
            Some(Reply::json(201, &json!({ "id": id })))
        }
        ("PATCH", ["broadcasts", id]) => {
            let mut whole = call.find("broadcast", id).unwrap_or_else(|| json!({}));
            if let (Some(whole), Value::Object(body)) = (whole.as_object_mut(), body) {
                whole.extend(body);
            }
            call.make("broadcast", "id", id, whole);
            Some(Reply::json(200, &json!({ "id": id })))
        }
        ("POST", ["broadcasts", id, "send"]) => {
            let made = call.desk.all("resend", "broadcast").rev().find(|made| made.id == *id);
            let stored = made.map(|made| made.value.clone()).unwrap_or_default();
            let message = broadcast(call, &stored);
            call.submits(message);
            Some(Reply::json(200, &json!({ "id": id })))
        }
        ("POST" | "PATCH" | "PUT", path) => changed(call, path, body),
        ("GET", path) => listed(call, path),
        ("DELETE", [kind, id]) => Some(Reply::json(200, &json!({ "object": kind, "id": id, "deleted": true }))),
        _ => None,
    }
}

/// It goes to everybody of an audience, whom only the provider knows.
fn broadcast(call: &Call<'_, '_>, body: &Value) -> Submission {
    let mut message = SHAPE.read(call, body);
    message.complete = false;
    message
}

fn keep(call: &mut Call<'_, '_>, body: &Value) -> String {
    let id = call.desk.uuid();
    if let Value::Object(fields) = body {
        // What was attached is not listed.
        let kept = fields.iter().filter(|it| it.0 != "attachments");
        let mut value = Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect());
        value["object"] = "email".into();
        value["created_at"] = call.desk.timestamp().into();
        value["last_event"] = "delivered".into();
        call.make("email", "id", &id, value);
    }
    id
}

/// Where mail, or word of it, goes from then on; and new keys.
fn changed(call: &mut Call<'_, '_>, path: &[&str], body: Value) -> Option<Reply> {
    let id = call.desk.uuid();
    match path {
        ["webhooks", ..] => {
            call.forwards_to_fields("webhook", &body, &["endpoint", "url"]);
            call.make("webhook", "id", &id, body);
            let secret = format!("whsec_{}", call.desk.hex(32));
            Some(Reply::json(
                201,
                &json!({ "object": "webhook", "id": id, "signing_secret": secret }),
            ))
        }
        ["api-keys", ..] => {
            call.orders("api key");
            let token = format!("re_{}_{}", call.desk.hex(8), call.desk.hex(24));
            if call.accepted() {
                call.desk.admit(token.clone());
            }
            Some(Reply::json(201, &json!({ "id": id, "token": token })))
        }
        ["contacts", ..] | ["audiences", ..] => {
            let mut value = call.make("contact", "id", &id, body);
            value["object"] = "contact".into();
            Some(Reply::json(201, &value))
        }
        ["domains" | "templates" | "segments" | "topics", ..] => {
            let value = call.make("thing", "id", &id, body);
            Some(Reply::json(201, &value))
        }
        ["emails", id] | ["emails", id, "cancel"] => Some(Reply::json(200, &json!({ "object": "email", "id": id }))),
        _ => None,
    }
}

/// Start-up calls, lists, what was made before, and mail that came in.
fn listed(call: &mut Call<'_, '_>, path: &[&str]) -> Option<Reply> {
    let list = |data: Vec<Value>| json!({ "object": "list", "has_more": false, "data": data });
    let value = match path {
        ["domains"] => list(vec![
            json!({ "id": "d91cd9bd-1176-453e-8fc1-35364d380206", "name": "brightfield.example", "status": "verified", "created_at": "2024-03-04 08:11:52+00", "region": "eu-west-1" }),
        ]),
        ["domains", _] => {
            json!({ "object": "domain", "id": path[1], "name": "brightfield.example", "status": "verified", "records": [] })
        }
        ["emails"] => list(call.list("email")),
        ["emails", "receiving"] => list(LETTERS.iter().map(|it| received(it, call.desk.now())).collect()),
        ["emails", "receiving", id] => match letter(id) {
            Some(it) => received(it, call.desk.now()),
            None => return Some(error(404, "not_found", "Email not found")),
        },
        ["emails", id] => match call.find("email", id) {
            Some(value) => value,
            None => return Some(error(404, "not_found", "Email not found")),
        },
        ["broadcasts", id] => match call.find("broadcast", id) {
            Some(value) => value,
            None => return Some(error(404, "not_found", "Broadcast not found")),
        },
        ["broadcasts"] => list(call.list("broadcast")),
        ["webhooks"] => list(call.list("webhook")),
        ["audiences" | "segments"] => list(vec![
            json!({ "id": "78261eea-8f8b-4381-83c6-79fa7120f1cf", "name": "Customers", "created_at": "2024-03-04 08:11:52+00" }),
        ]),
        ["api-keys" | "contacts" | "templates" | "topics" | "logs"] | ["audiences", _, "contacts"] => list(Vec::new()),
        _ => return None,
    };
    Some(Reply::json(200, &value))
}

fn received(letter: &Letter, now: u64) -> Value {
    json!({
        "object": "email", "id": letter.id, "to": [letter.to], "from": format!("{} <{}>", letter.name, letter.from), "cc": [], "bcc": [],
        "reply_to": [], "subject": letter.subject, "text": letter.text, "html": null, "headers": {}, "attachments": [],
        "message_id": format!("<{}@mail.customer.example>", letter.id), "created_at": timestamp(letter.came(now)),
    })
}
