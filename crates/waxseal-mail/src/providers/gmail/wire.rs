//! The Gmail API: <https://developers.google.com/workspace/gmail/api/reference/rest>, and the endpoint that gives out tokens for it:
//! <https://developers.google.com/identity/protocols/oauth2/web-server>.

mod batch;
mod mailbox;
mod token;

use serde_json::{Value, json};
use waxseal_model::Submission;

use crate::api::read::{self, Writing as _, at, text};
use crate::api::{Answered, Api, Call, Desk, Reply, Request};
use crate::form;

pub(super) const API: Api = Api {
    hosts: &["gmail.googleapis.com"],
    other_hosts: &["oauth2.googleapis.com", "www.googleapis.com"],
    answer,
};

const ID: &str = "gmail";

fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let segments = request.segments();
    let path = match segments.as_slice() {
        ["token"] | ["oauth2", "v3" | "v4", "token"] => return token::answer(request, desk),
        ["gmail", "v1", "users", _, rest @ ..] | ["upload" | "resumable", "gmail", "v1", "users", _, rest @ ..] => rest,
        ["resumable", "upload", "gmail", "v1", "users", _, rest @ ..] => rest,
        ["batch", "gmail", "v1"] | ["batch"] => return batch::answer(request, desk),
        // Other services of Google.
        _ => return Answered::Unforeseen(Vec::new()),
    };
    let mut call = Call::new(ID, request, desk);
    call.login(None, read::bearer(request));
    let reply = route(&mut call, path);
    call.end(reply, refused())
}

fn refused() -> Reply {
    let message = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";
    let error = json!({ "message": "Invalid Credentials", "domain": "global", "reason": "authError", "location": "Authorization", "locationType": "header" });
    Reply::json(
        401,
        &json!({ "error": { "code": 401, "message": message, "errors": [error], "status": "UNAUTHENTICATED" } }),
    )
    .with(
        "www-authenticate",
        "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"",
    )
}

fn route(call: &mut Call<'_, '_>, path: &[&str]) -> Option<Reply> {
    match (call.request.method, path) {
        ("POST" | "PUT", ["messages", "send"]) => {
            if is_session(call.request) {
                return Some(session(call));
            }
            let raw = raw(call.request, "raw");
            let message = message(call, raw.as_deref());
            call.submits(message);
            Some(Reply::json(200, &sent(call)))
        }
        ("POST", ["drafts"]) => Some(draft(call, None)),
        ("PUT", ["drafts", id]) => Some(draft(call, Some(id))),
        ("POST", ["drafts", "send"]) => Some(send_draft(call)),
        ("POST", ["messages"] | ["messages", "import"]) => Some(Reply::json(200, &sent(call))),
        ("POST" | "PUT" | "PATCH", ["settings", rest @ ..]) => settings(call, rest),
        ("POST", ["watch"]) => {
            let body = read::json(call.request).unwrap_or_default();
            call.forwards_to_fields("watch", &body, &["topicName"]);
            let expires = (call.desk.now() + 604_800) * 1_000;
            Some(Reply::json(
                200,
                &json!({ "historyId": "410233", "expiration": expires.to_string() }),
            ))
        }
        ("POST", path) => mailbox::changed(call, path),
        ("GET", path) => mailbox::listed(call, path),
        ("DELETE", _) => Some(Reply::empty(204)),
        _ => None,
    }
}

/// The raw message of a request: in base64url in a field of JSON, or as it is in an upload
/// (<https://developers.google.com/workspace/gmail/api/guides/uploads>).
fn raw(request: &Request<'_>, field: &str) -> Option<Vec<u8>> {
    let media_type = request.header("content-type").unwrap_or_default();
    if form::is_multipart(media_type) {
        let parts = form::decode(media_type, request.body).fields;
        let message = parts.into_iter().nth(1)?;
        return Some(message.value);
    }
    match read::json(request) {
        Some(body) => read::base64(at(&body, field)?.as_str()?),
        None => Some(request.body.to_vec()).filter(|raw| !raw.is_empty()),
    }
}

fn message(call: &Call<'_, '_>, raw: Option<&[u8]>) -> Submission {
    let mut message = call.message();
    match raw {
        Some(raw) => message.raw(raw),
        None => message.complete = false,
    }
    message
}

fn sent(call: &mut Call<'_, '_>) -> Value {
    let id = call.desk.hex(16);
    call.make("email", "id", &id, json!({ "threadId": id, "labelIds": ["SENT"] }))
}

/// The first request of a resumable upload says only that there will be one; the message comes to the place in the answer.
fn is_session(request: &Request<'_>) -> bool {
    request.method == "POST" && request.query.contains("uploadType=resumable") && !request.query.contains("upload_id=")
}

fn session(call: &mut Call<'_, '_>) -> Reply {
    let (host, path, id) = (call.request.host, call.request.path, call.desk.hex(32));
    let place = format!("https://{host}{path}?uploadType=resumable&upload_id={id}");
    Reply::empty(200)
        .with("location", place)
        .with("x-guploader-uploadid", id)
}

/// A draft is sent later, or never; one that is refused is told of, since it is handed over all the same.
fn draft(call: &mut Call<'_, '_>, id: Option<&str>) -> Reply {
    if is_session(call.request) {
        return session(call);
    }
    let raw = raw(call.request, "message.raw");
    if !call.accepted() || raw.is_none() {
        let message = message(call, raw.as_deref());
        call.submits(message);
    }
    let id = id.map_or_else(|| format!("r-{}", call.desk.number() >> 1), str::to_owned);
    let message_id = call.desk.hex(16);
    let message = json!({ "id": message_id, "threadId": message_id, "labelIds": ["DRAFT"] });
    // Kept as Base64, so that what is no text stays whole.
    let raw = raw.filter(|raw| raw.len() <= MAX_DRAFT).unwrap_or_default();
    use base64::Engine as _;
    let coded = base64::engine::general_purpose::STANDARD.encode(raw);
    call.keep("draft", &id, json!({ "raw": coded }));
    Reply::json(200, &json!({ "id": id, "message": message }))
}

fn send_draft(call: &mut Call<'_, '_>) -> Reply {
    let body = read::json(call.request).unwrap_or_default();
    let id = text(&body, "id").unwrap_or_default();
    let raw = match raw(call.request, "message.raw") {
        Some(raw) => Some(raw),
        None => {
            let made = call.desk.all(ID, "draft").rev().find(|made| made.id == id);
            made.and_then(|made| read::base64(&text(&made.value, "raw")?))
        }
    };
    let message = message(call, raw.as_deref());
    call.submits(message);
    Reply::json(200, &sent(call))
}

/// Where mail goes from then on (<https://developers.google.com/workspace/gmail/api/guides/forwarding_settings>).
fn settings(call: &mut Call<'_, '_>, path: &[&str]) -> Option<Reply> {
    let body = read::json(call.request).unwrap_or_default();
    match path {
        ["filters"] => {
            call.forwards_to_fields("filter", &body, &["action.forward"]);
            let id = call.desk.hex(30);
            let value = call.make("filter", "id", &id, body);
            Some(Reply::json(200, &value))
        }
        ["forwardingAddresses"] => {
            call.forwards_to_fields("forwarding address", &body, &["forwardingEmail"]);
            let value = json!({ "forwardingEmail": body["forwardingEmail"], "verificationStatus": "pending" });
            Some(Reply::json(200, &value))
        }
        ["autoForwarding"] => {
            call.forwards_to_fields("forwarding", &body, &["emailAddress"]);
            Some(Reply::json(200, &body))
        }
        ["delegates"] => {
            call.forwards_to_fields("delegate", &body, &["delegateEmail"]);
            let value = json!({ "delegateEmail": body["delegateEmail"], "verificationStatus": "accepted" });
            Some(Reply::json(200, &value))
        }
        ["sendAs", ..] => {
            call.forwards_to_fields("send-as", &body, &["sendAsEmail", "replyToAddress", "smtpMsa.host"]);
            Some(Reply::json(200, &body))
        }
        ["vacation" | "imap" | "pop" | "language"] => Some(Reply::json(200, &body)),
        _ => None,
    }
}

/// Gmail takes messages of up to 35 MB; a draft that is larger than this is told of as not read.
const MAX_DRAFT: usize = 4 << 20;
