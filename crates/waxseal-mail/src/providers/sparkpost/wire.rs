//! SparkPost's API: <https://developers.sparkpost.com/api/>; the shapes are those that the official client sends and takes
//! (`sparkpost` 2.1).

use serde_json::{Value, json};
use waxseal_model::{ContentKind, RecipientPlace};

use super::SPARKPOST;
use crate::api::read::{self, Writing as _, each, text};
use crate::api::shape::Shape;
use crate::api::{Answered, Api, Call, Desk, Reply, Request};

pub(super) const API: Api = Api {
    hosts: &["api.sparkpost.com", "api.eu.sparkpost.com"],
    other_hosts: &[],
    answer,
};

const SHAPE: Shape = Shape {
    recipients: SPARKPOST.sinks.recipients,
    from: &[("From", "content.from")],
    subject: &["content.subject"],
    contents: &[
        (ContentKind::Text, "content.text"),
        (ContentKind::Html, "content.html"),
        (ContentKind::Html, "content.amp_html"),
        (ContentKind::Variables, "substitution_data"),
    ],
    headers: &["content.headers"],
    attachments: &["content.attachments", "content.inline_images"],
    template: &["content.template_id"],
};

fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let key = request.header("authorization").map(str::trim);
    let basic = read::basic(request).map(|(key, _)| key);
    let mut call = Call::new("sparkpost", request, desk);
    call.login(None, basic.as_deref().or(key));
    let body = read::json(request).unwrap_or_default();
    let reply = route(&mut call, body);
    call.end(
        reply,
        Reply::json(401, &json!({ "errors": [{ "message": "Unauthorized." }] })),
    )
}

fn route(call: &mut Call<'_, '_>, body: Value) -> Option<Reply> {
    let path = call.request.segments();
    let rest = path.strip_prefix(&["api", "v1"])?;
    match (call.request.method, rest) {
        ("POST", ["transmissions"]) => Some(transmission(call, body)),
        ("POST" | "PUT", [kind, ..]) => changed(call, kind, body),
        ("GET", path) => listed(call, path),
        _ => None,
    }
}

/// Whoever is in `recipients` receives. `header_to` is what the message shows them instead of themselves; who is shown nothing else is
/// shown in `To` (<https://developers.sparkpost.com/api/recipient-lists/>, "Address Attributes").
fn transmission(call: &mut Call<'_, '_>, mut body: Value) -> Reply {
    let raw = body
        .get_mut("content")
        .and_then(|it| it.get_mut("email_rfc822"))
        .map(Value::take);
    let mut message = SHAPE.read(call, &body);
    for recipient in each(body.get("recipients")) {
        let address = recipient.get("address");
        match address {
            Some(Value::String(list)) => message.to(RecipientPlace::To, list),
            Some(address) if address.get("header_to").is_none() => {
                message.to(RecipientPlace::To, &text(address, "email").unwrap_or_default());
            }
            _ => {}
        }
        if call.has_room()
            && let Some(own) = recipient.get("substitution_data")
        {
            message.says(ContentKind::Variables, &own.to_string());
        }
    }
    if let Some(raw) = raw.as_ref().and_then(Value::as_str) {
        message.raw(raw.as_bytes());
    }
    // A stored list: only the provider knows who is on it.
    message.complete &= body["recipients"].is_array();
    let count = each(body.get("recipients")).count();
    call.submits(message);
    if body["recipients"].is_null() {
        let error = json!({ "errors": [{ "message": "required field is missing", "code": "1400", "description": "recipients or list_id required" }] });
        return Reply::json(422, &error);
    }
    let id = call.desk.number() % 90_000_000_000_000_000 + 10_000_000_000_000_000;
    let results = json!({ "total_rejected_recipients": 0, "total_accepted_recipients": count, "id": id.to_string() });
    Reply::json(200, &json!({ "results": results }))
}

/// Where mail, or word of it, goes from then on.
fn changed(call: &mut Call<'_, '_>, kind: &str, body: Value) -> Option<Reply> {
    match kind {
        "webhooks" | "relay-webhooks" => call.forwards_to_fields("webhook", &body, &["target"]),
        "recipient-lists" | "templates" | "sending-domains" | "inbound-domains" => {}
        "subaccounts" => call.orders("api key"),
        _ => return None,
    }
    let id = call.desk.uuid();
    call.make("thing", "id", &id, body);
    Some(Reply::json(200, &json!({ "results": { "id": id } })))
}

/// What programs ask for when they start.
fn listed(call: &mut Call<'_, '_>, path: &[&str]) -> Option<Reply> {
    let results = match path {
        ["account"] => {
            json!({ "company_name": "Brightfield", "country_code": "DE", "status": "active", "service_level": "standard" })
        }
        ["templates"] => {
            json!([{ "id": "welcome", "name": "Welcome", "published": true, "last_update_time": "2024-03-04T08:11:52+00:00" }])
        }
        ["templates", id] => {
            json!({ "id": id, "name": "Welcome", "content": { "from": "hello@brightfield.example", "subject": "Welcome, {{name}}", "text": "Hello {{name}}" } })
        }
        ["sending-domains"] => {
            json!([{ "domain": "brightfield.example", "status": { "ownership_verified": true, "dkim_status": "valid" } }])
        }
        ["webhooks" | "relay-webhooks"] => call.list("thing").into(),
        [
            "recipient-lists" | "subaccounts" | "transmissions" | "suppression-list" | "events" | "message-events",
            ..,
        ] => json!([]),
        _ => return None,
    };
    Some(Reply::json(200, &json!({ "results": results })))
}
