//! The API of Azure Communication Services Email: <https://learn.microsoft.com/en-us/rest/api/communication/email/email>; the shapes are
//! those that the official client sends and takes (`@azure/communication-email` 1.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::{digest, hmac};
use serde_json::json;
use waxseal_model::ContentKind;

use super::AZURE_EMAIL;
use crate::api::read;
use crate::api::shape::Shape;
use crate::api::{Answered, Api, Call, Desk, Reply, Request};

pub(super) const API: Api = Api {
    hosts: &[".communication.azure.com"],
    other_hosts: &[],
    answer,
};

const SHAPE: Shape = Shape {
    recipients: AZURE_EMAIL.sinks.recipients,
    from: &[("From", "senderAddress")],
    subject: &["content.subject"],
    contents: &[
        (ContentKind::Text, "content.plainText"),
        (ContentKind::Html, "content.html"),
    ],
    headers: &["headers"],
    attachments: &["attachments"],
    template: &[],
};

fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let resource = request.host.split('.').next().unwrap_or_default();
    let mut call = Call::new("azure-email", request, desk);
    match signature(request) {
        Some(shown) => {
            let text = signed_text(request);
            let key = call.desk.secrets().find(|key| has_signed(&text, key, shown));
            let key = key.map(str::to_owned);
            call.shows(Some(resource), key.as_deref().unwrap_or(shown), key.is_some());
        }
        None => call.login(Some(resource), read::bearer(request)),
    }
    let reply = route(&mut call);
    let refused = json!({ "error": { "code": "Denied", "message": "Denied by the resource provider." } });
    call.end(reply, Reply::json(401, &refused))
}

/// `HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=…`
/// (<https://learn.microsoft.com/en-us/azure/communication-services/tutorials/hmac-header-tutorial>).
fn signature<'a>(request: &Request<'a>) -> Option<&'a str> {
    let shown = request.header("authorization")?.strip_prefix("HMAC-SHA256 ")?;
    shown.split('&').find_map(|part| part.strip_prefix("Signature="))
}

/// What is signed: the request with a hash of this very body.
fn signed_text(request: &Request<'_>) -> String {
    let hash = STANDARD.encode(digest::digest(&digest::SHA256, request.body));
    let date = request
        .header("x-ms-date")
        .or(request.header("date"))
        .unwrap_or_default();
    let target = match request.query {
        "" => request.path.to_owned(),
        query => format!("{}?{query}", request.path),
    };
    format!("{}\n{target}\n{date};{};{hash}", request.method, request.host)
}

/// Whether this key made the signature.
fn has_signed(text: &str, key: &str, signature: &str) -> bool {
    let (Ok(key), Ok(signature)) = (STANDARD.decode(key), STANDARD.decode(signature)) else {
        return false;
    };
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    hmac::verify(&key, text.as_bytes(), &signature).is_ok()
}

/// Sending is an operation that takes a while: its place is given, and asked for until it has ended.
fn route(call: &mut Call<'_, '_>) -> Option<Reply> {
    let path = call.request.segments();
    match (call.request.method, path.as_slice()) {
        ("POST", ["emails:send"]) => {
            let body = read::json(call.request).unwrap_or_default();
            let message = SHAPE.read(call, &body);
            call.submits(message);
            if call.lacks_recipients() {
                let error = json!({ "error": { "code": "BadRequest", "message": "Request body validation error. See property 'recipients'." } });
                return Some(Reply::json(400, &error));
            }
            let asked = call.request.header("operation-id").map(read::cut);
            let id = asked.unwrap_or_else(|| call.desk.uuid());
            call.keep(
                "operation",
                &id,
                json!({ "id": id, "status": "Succeeded", "error": null }),
            );
            let place = format!(
                "https://{}/emails/operations/{id}?{}",
                call.request.host, call.request.query
            );
            let begun = json!({ "id": id, "status": "Running", "error": null });
            Some(
                Reply::json(202, &begun)
                    .with("operation-location", place)
                    .with("retry-after", "1"),
            )
        }
        ("GET", ["emails", "operations", id]) => match call.find("operation", id) {
            Some(value) => Some(Reply::json(200, &value)),
            None => Some(Reply::json(
                404,
                &json!({ "error": { "code": "NotFound", "message": "The requested resource does not exist." } }),
            )),
        },
        _ => None,
    }
}
