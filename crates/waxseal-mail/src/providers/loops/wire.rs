//! Loops' API: <https://loops.so/docs/api-reference>; the shapes are those that the official client sends and takes (`loops` 7.3).

use serde_json::{Value, json};
use waxseal_model::ContentKind;

use super::LOOPS;
use crate::api::read::{self, text};
use crate::api::shape::Shape;
use crate::api::{Answered, Api, Call, Desk, Reply, Request};

pub(super) const API: Api = Api {
    hosts: &["app.loops.so"],
    other_hosts: &[],
    answer,
};

/// All of a message but what is put into it stands in a template at the provider.
const SHAPE: Shape = Shape {
    recipients: LOOPS.sinks.recipients,
    from: &[],
    subject: &[],
    contents: &[
        (ContentKind::Variables, "dataVariables"),
        (ContentKind::Variables, "eventProperties"),
    ],
    headers: &[],
    attachments: &["attachments"],
    template: &["transactionalId", "eventName"],
};

fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let mut call = Call::new("loops", request, desk);
    call.login(None, read::bearer(request));
    let reply = route(&mut call);
    call.end(
        reply,
        Reply::json(401, &json!({ "success": false, "error": "Invalid API key" })),
    )
}

fn route(call: &mut Call<'_, '_>) -> Option<Reply> {
    let path = call.request.segments();
    let rest = path.strip_prefix(&["api", "v1"])?;
    let body = read::json(call.request).unwrap_or_default();
    let value = match (call.request.method, rest) {
        // An event starts what is set up for it at the provider, which is mail to this contact.
        ("POST", ["transactional"] | ["events", "send"]) => {
            let message = SHAPE.read(call, &body);
            call.submits(message);
            if rest == ["transactional"] && call.lacks_recipients() {
                let message = "email is a required field.";
                return Some(Reply::json(
                    400,
                    &json!({ "success": false, "path": "email", "message": message }),
                ));
            }
            json!({ "success": true })
        }
        ("GET", ["api-key"]) => json!({ "success": true, "teamName": "Brightfield" }),
        ("GET", ["transactional" | "transactional-emails", ..]) => {
            let data = json!([{ "id": "clx1f2g3h4j5k6l7m8n9p0q1r", "name": "Welcome", "lastUpdated": "2024-03-04T08:11:52.000Z", "dataVariables": ["name"] }]);
            json!({ "pagination": { "totalResults": 1, "returnedResults": 1, "perPage": 20, "totalPages": 1, "nextCursor": null }, "data": data })
        }
        ("GET", ["lists"] | ["contacts", ..]) => json!([]),
        ("POST" | "PUT", ["contacts", ..]) => {
            let id = format!("cm{}", call.desk.hex(22));
            call.make("contact", "id", &id, contact(&body));
            json!({ "success": true, "id": id })
        }
        _ => return None,
    };
    Some(Reply::json(200, &value))
}

fn contact(body: &Value) -> Value {
    json!({ "email": text(body, "email") })
}
