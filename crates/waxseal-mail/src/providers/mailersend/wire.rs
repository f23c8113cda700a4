//! MailerSend's API: <https://developers.mailersend.com/>; the shapes are those that the official client sends and takes
//! (`mailersend` 3.4).

use serde_json::{Value, json};
use waxseal_model::ContentKind;

use super::MAILERSEND;
use crate::api::read::{self, each};
use crate::api::shape::Shape;
use crate::api::{Answered, Api, Call, Desk, Reply, Request};

pub(super) const API: Api = Api {
    hosts: &["api.mailersend.com"],
    other_hosts: &[],
    answer,
};

const SHAPE: Shape = Shape {
    recipients: MAILERSEND.sinks.recipients,
    from: &[("From", "from")],
    subject: &["subject"],
    contents: &[
        (ContentKind::Text, "text"),
        (ContentKind::Html, "html"),
        (ContentKind::Variables, "personalization"),
        (ContentKind::Variables, "variables"),
    ],
    headers: &["headers"],
    attachments: &["attachments"],
    template: &["template_id"],
};

fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let mut call = Call::new("mailersend", request, desk);
    call.login(None, read::bearer(request));
    let body = read::json(request).unwrap_or_default();
    let reply = route(&mut call, body);
    call.end(reply, Reply::json(401, &json!({ "message": "Unauthenticated." })))
}

fn route(call: &mut Call<'_, '_>, body: Value) -> Option<Reply> {
    let path = call.request.segments();
    let (&first, rest) = path.split_first()?;
    if first != "v1" {
        return None;
    }
    match (call.request.method, rest) {
        ("POST", ["email"]) => {
            let message = SHAPE.read(call, &body);
            call.submits(message);
            if call.lacks_recipients() {
                let error = json!({ "message": "The to field is required.", "errors": { "to": ["The to field is required."] } });
                return Some(Reply::json(422, &error));
            }
            let id = call.desk.hex(24);
            Some(Reply::empty(202).with("x-message-id", id))
        }
        ("POST", ["bulk-email"]) => {
            for one in each(Some(&body)) {
                let message = SHAPE.read(call, one);
                if !call.submits(message) {
                    break;
                }
            }
            let id = call.desk.hex(24);
            call.make(
                "bulk",
                "id",
                &id,
                json!({ "state": "completed", "total_recipients_count": call.told() }),
            );
            Some(Reply::json(
                202,
                &json!({ "message": "The bulk email is being processed.", "bulk_email_id": id }),
            ))
        }
        ("POST" | "PUT", path) => changed(call, path, body),
        ("GET", path) => listed(call, path),
        _ => None,
    }
}

/// Where mail, or word of it, goes from then on.
fn changed(call: &mut Call<'_, '_>, path: &[&str], body: Value) -> Option<Reply> {
    match path {
        ["webhooks", ..] => call.forwards_to_fields("webhook", &body, &["url"]),
        ["inbound", ..] => {
            let targets: Vec<String> = each(body.get("forwards"))
                .filter_map(|it| read::text(it, "value"))
                .collect();
            call.forwards("inbound route", targets);
        }
        ["token", ..] => call.orders("api key"),
        ["users" | "invites", ..] => call.forwards_to_fields("user", &body, &["email"]),
        [
            "domains" | "identities" | "email-verification" | "recipients" | "suppressions",
            ..,
        ] => {}
        _ => return None,
    }
    let id = call.desk.hex(24);
    let mut value = call.make("thing", "id", &id, body);
    if path == ["token"] {
        let token = format!("mlsn.{}", call.desk.hex(64));
        if call.accepted() {
            call.desk.admit(token.clone());
        }
        value["accessToken"] = token.into();
    }
    Some(Reply::json(201, &json!({ "data": value })))
}

/// What programs ask for when they start.
fn listed(call: &mut Call<'_, '_>, path: &[&str]) -> Option<Reply> {
    let data = match path {
        ["domains"] => {
            json!([{ "id": "z3m5jgr8n6ldpyo6", "name": "brightfield.example", "is_verified": true, "domain_settings": {} }])
        }
        ["templates"] => {
            json!([{ "id": "pr9084z2q1xlw63d", "name": "Welcome", "type": "html", "created_at": "2024-03-04T08:11:52.000000Z" }])
        }
        ["api-quota"] => {
            return Some(Reply::json(
                200,
                &json!({ "quota": 1_000, "remaining": 988, "reset": "2027-01-01T00:00:00Z" }),
            ));
        }
        ["bulk-email", id] => call.find("bulk", id).unwrap_or_default(),
        ["webhooks" | "inbound", ..] => call.list("thing").into(),
        [
            "identities" | "messages" | "activity" | "recipients" | "token" | "users" | "scheduled-messages"
            | "suppressions",
            ..,
        ] => json!([]),
        _ => return None,
    };
    Some(Reply::json(
        200,
        &json!({ "data": data, "links": {}, "meta": { "current_page": 1, "total": 1 } }),
    ))
}
