//! Mailtrap's sending API: <https://api-docs.mailtrap.io/>; the shapes are those that the official client sends and takes
//! (`mailtrap` 4.10).

use serde_json::{Map, Value, json};
use waxseal_model::ContentKind;

use super::MAILTRAP;
use crate::api::read;
use crate::api::shape::Shape;
use crate::api::{Answered, Api, Call, Desk, Reply, Request};

pub(super) const API: Api = Api {
    hosts: &[
        "send.api.mailtrap.io",
        "bulk.api.mailtrap.io",
        "sandbox.api.mailtrap.io",
    ],
    other_hosts: &["mailtrap.io"],
    answer,
};

const SHAPE: Shape = Shape {
    recipients: MAILTRAP.sinks.recipients,
    from: &[("From", "from")],
    subject: &["subject"],
    contents: &[
        (ContentKind::Text, "text"),
        (ContentKind::Html, "html"),
        (ContentKind::Variables, "template_variables"),
    ],
    headers: &["headers"],
    attachments: &["attachments"],
    template: &["template_uuid"],
};

fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let token = request.header("api-token").or_else(|| read::bearer(request));
    let mut call = Call::new("mailtrap", request, desk);
    call.login(None, token);
    let reply = route(&mut call);
    call.end(
        reply,
        Reply::json(401, &json!({ "success": false, "errors": ["Unauthorized"] })),
    )
}

fn route(call: &mut Call<'_, '_>) -> Option<Reply> {
    let path = call.request.segments();
    let body = read::json(call.request).unwrap_or_default();
    match (call.request.method, path.as_slice()) {
        ("POST", ["api", "send"] | ["api", "send", _]) => {
            let message = SHAPE.read(call, &body);
            call.submits(message);
            if call.lacks_recipients() {
                let error = json!({ "success": false, "errors": ["'to' is required and should be an array"] });
                return Some(Reply::json(400, &error));
            }
            let id = call.desk.uuid();
            Some(Reply::json(200, &json!({ "success": true, "message_ids": [id] })))
        }
        ("POST", ["api", "batch"] | ["api", "batch", _]) => Some(batch(call, body)),
        ("POST", ["api", "accounts", _, "webhooks"] | ["api", "webhooks"]) => {
            call.forwards_to_fields("webhook", &body, &["webhook.url", "url"]);
            let id = (call.desk.number() % 90_000).to_string();
            let value = call.make("webhook", "id", &id, body);
            Some(Reply::json(200, &json!({ "data": value })))
        }
        ("GET", ["api", "accounts"]) => Some(Reply::json(
            200,
            &json!([{ "id": 31_204, "name": "Brightfield", "access_levels": [1_000] }]),
        )),
        ("GET", ["api", "accounts", _, "sending_domains", ..]) => {
            let domain = json!({ "id": 435, "domain_name": "brightfield.example", "compliance_status": "compliant" });
            Some(Reply::json(200, &json!({ "data": [domain] })))
        }
        ("GET", ["api", "accounts", _, ..]) => Some(Reply::json(200, &json!([]))),
        _ => None,
    }
}

/// What `base` says holds for every request that does not say it itself.
fn batch(call: &mut Call<'_, '_>, mut body: Value) -> Reply {
    let base = match body.get_mut("base").map(Value::take) {
        Some(Value::Object(base)) => base,
        _ => Map::new(),
    };
    let requests = match body.get_mut("requests").map(Value::take) {
        Some(Value::Array(requests)) => requests,
        _ => vec![Value::Null],
    };
    call.submits_each_over(base, requests, |call, one| SHAPE.read(call, one));
    let responses: Vec<Value> = (0..call.told())
        .map(|_| json!({ "success": true, "message_ids": [call.desk.uuid()] }))
        .collect();
    Reply::json(200, &json!({ "success": true, "responses": responses }))
}
