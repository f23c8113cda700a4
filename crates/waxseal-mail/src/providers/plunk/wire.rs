//! Plunk's API: <https://docs.useplunk.com/api-reference>; the shapes are those that the official client sends and takes
//! (`@plunk/node` 3.0).

use serde_json::{Value, json};
use waxseal_model::{ContentKind, RecipientPlace};

use super::PLUNK;
use crate::api::read;
use crate::api::shape::Shape;
use crate::api::{Answered, Api, Call, Desk, Reply, Request};

pub(super) const API: Api = Api {
    hosts: &["api.useplunk.com", "next-api.useplunk.com"],
    other_hosts: &[],
    answer,
};

const SHAPE: Shape = Shape {
    recipients: PLUNK.sinks.recipients,
    from: &[("From", "from")],
    subject: &["subject"],
    contents: &[(ContentKind::Html, "body"), (ContentKind::Variables, "data")],
    headers: &["headers"],
    attachments: &["attachments"],
    template: &["event", "template"],
};

fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let mut call = Call::new("plunk", request, desk);
    call.login(None, read::bearer(request));
    let reply = route(&mut call);
    let refused = json!({ "code": 401, "error": "Unauthorized", "message": "Incorrect Bearer token specified", "time": call.desk.now() * 1_000 });
    call.end(reply, Reply::json(401, &refused))
}

fn route(call: &mut Call<'_, '_>) -> Option<Reply> {
    let path = call.request.segments();
    let (&first, rest) = path.split_first()?;
    if first != "v1" {
        return None;
    }
    let body = read::json(call.request).unwrap_or_default();
    let value = match (call.request.method, rest) {
        ("POST", ["send"]) => {
            let message = SHAPE.read(call, &body);
            call.submits(message);
            if call.lacks_recipients() {
                let error = json!({ "code": 400, "error": "Bad Request", "message": "Invalid input: to" });
                return Some(Reply::json(400, &error));
            }
            let all = call.everybody(&[RecipientPlace::To]).into_iter().flatten();
            let emails: Vec<Value> = all
                .map(|(_, mailbox)| json!({ "contact": { "id": call.desk.uuid(), "email": mailbox }, "email": call.desk.uuid() }))
                .collect();
            json!({ "success": true, "emails": emails, "timestamp": call.desk.timestamp() })
        }
        // An event starts what is set up for it at the provider, which is mail to this contact.
        ("POST", ["track"]) => {
            let message = SHAPE.read(call, &body);
            call.submits(message);
            json!({ "success": true, "contact": call.desk.uuid(), "event": call.desk.uuid(), "timestamp": call.desk.timestamp() })
        }
        ("GET", ["contacts" | "campaigns" | "events" | "actions", ..]) => json!([]),
        ("POST" | "PUT", ["contacts", ..]) => {
            let id = call.desk.uuid();
            call.make("contact", "id", &id, body)
        }
        _ => return None,
    };
    Some(Reply::json(200, &value))
}
