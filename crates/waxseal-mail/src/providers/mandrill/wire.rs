//! Mailchimp Transactional's API (Mandrill): <https://mailchimp.com/developer/transactional/api/>; the shapes are those that the official
//! client sends and takes (`@mailchimp/mailchimp_transactional` 1.4).

use serde_json::{Value, json};
use waxseal_model::{ContentKind, RecipientPlace, Submission};

use super::MANDRILL;
use crate::api::inbox::OWNER;
use crate::api::read::{self, Writing as _, text};
use crate::api::shape::Shape;
use crate::api::{Answered, Api, Call, Desk, Reply, Request};

pub(super) const API: Api = Api {
    hosts: &["mandrillapp.com"],
    other_hosts: &[],
    answer,
};

const SHAPE: Shape = Shape {
    recipients: MANDRILL.sinks.recipients,
    from: &[("From", "message.from_email"), ("From", "from_email")],
    subject: &["message.subject"],
    contents: &[
        (ContentKind::Text, "message.text"),
        (ContentKind::Html, "message.html"),
        (ContentKind::Variables, "message.merge_vars"),
        (ContentKind::Variables, "message.global_merge_vars"),
        (ContentKind::Variables, "template_content"),
    ],
    headers: &["message.headers"],
    attachments: &["message.attachments", "message.images"],
    template: &["template_name", "template_id"],
};

fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let mut body = read::json(request).unwrap_or_default();
    let key = text(&body, "key");
    let mut call = Call::new("mandrill", request, desk);
    call.login(None, key.as_deref());
    if let Some(fields) = body.as_object_mut() {
        fields.remove("key");
    }
    let reply = route(&mut call, body);
    let refused = match key {
        Some(_) => error(401, -1, "Invalid_Key", "Invalid API key"),
        None => error(500, -2, "ValidationError", "You must specify a key value"),
    };
    call.end(reply, refused)
}

fn error(status: u16, code: i32, name: &str, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "status": "error", "code": code, "name": name, "message": message }),
    )
}

fn route(call: &mut Call<'_, '_>, body: Value) -> Option<Reply> {
    let path = call.request.segments();
    let (&group, &method) = match path.as_slice() {
        ["api", "1.0" | "1.1" | "1.2" | "1.3" | "1.4", group, method] => (group, method),
        _ => return None,
    };
    let method = method.strip_suffix(".json").unwrap_or(method);
    match (group, method) {
        ("messages", "send" | "send-template" | "send-mc-template" | "send-raw") => {
            let message = message(call, body);
            call.submits(message);
            Some(Reply::json(200, &sent(call)))
        }
        _ => managed(call, group, method, body),
    }
}

fn message(call: &Call<'_, '_>, mut body: Value) -> Submission {
    let raw = body.get_mut("raw_message").map(Value::take);
    let mut message = SHAPE.read(call, &body);
    if let Some(raw) = raw {
        match raw.as_str() {
            Some(raw) => message.raw(raw.as_bytes()),
            None => message.complete = false,
        }
    }
    message
}

/// One line for everybody who receives.
fn sent(call: &mut Call<'_, '_>) -> Value {
    let places = [
        RecipientPlace::Envelope,
        RecipientPlace::To,
        RecipientPlace::Cc,
        RecipientPlace::Bcc,
    ];
    let people = call.everybody(&places).into_iter().flatten();
    let mut all: Vec<String> = people.map(|(_, mailbox)| mailbox).collect();
    all.sort();
    all.dedup();
    all.into_iter()
        .map(|mailbox| json!({ "email": mailbox, "status": "sent", "_id": call.desk.hex(32), "reject_reason": null, "queued_reason": null }))
        .collect()
}

/// Start-up calls, lists, and where mail, or word of it, goes from then on.
fn managed(call: &mut Call<'_, '_>, group: &str, method: &str, body: Value) -> Option<Reply> {
    let value = match (group, method) {
        ("users", "ping") => json!("PONG!"),
        ("users", "ping2") => json!({ "PING": "PONG!" }),
        ("users", "info") => {
            json!({ "username": OWNER, "created_at": "2024-03-04 08:11:52", "reputation": 91, "hourly_quota": 12_000, "backlog": 0 })
        }
        ("users", "senders") | ("senders", "list") => {
            json!([{ "address": "hello@brightfield.example", "sent": 311, "hard_bounces": 0 }])
        }
        ("senders", "domains") => json!([{ "domain": "brightfield.example", "valid_signing": true }]),
        ("webhooks", "add" | "update") => {
            call.forwards_to_fields("webhook", &body, &["url"]);
            let id = call.desk.number() % 900_000;
            let mut value = call.make("webhook", "id", &id.to_string(), body);
            value["id"] = id.into();
            value["auth_key"] = call.desk.hex(22).into();
            value
        }
        ("inbound", "add-route" | "update-route") => {
            call.forwards_to_fields("inbound route", &body, &["url"]);
            let id = call.desk.hex(8);
            call.make("route", "id", &id, body)
        }
        ("subaccounts", "add") => {
            call.orders("subaccount");
            let id = text(&body, "id").unwrap_or_default();
            call.make("subaccount", "id", &id, body)
        }
        ("templates", "list") => json!([template()]),
        ("templates", "info" | "add" | "update") => template(),
        ("webhooks", "list") => call.list("webhook").into(),
        (_, "list" | "search" | "search-time-series" | "routes") => json!([]),
        _ => return None,
    };
    Some(Reply::json(200, &value))
}

fn template() -> Value {
    json!({
        "slug": "welcome", "name": "Welcome", "labels": [], "code": "<p>Hello *|NAME|*</p>", "subject": "Welcome", "from_email": "hello@brightfield.example",
        "from_name": "Brightfield", "text": "Hello *|NAME|*", "publish_name": "Welcome", "published_at": "2024-03-04 08:11:52",
    })
}
