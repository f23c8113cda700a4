//! Mail in Microsoft Graph: <https://learn.microsoft.com/en-us/graph/api/resources/mail-api-overview>, and the endpoint that gives out
//! tokens for it: <https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow>.

mod mailbox;
mod token;

use serde_json::{Value, json};
use waxseal_model::{ContentKind, Submission};

use super::MICROSOFT_GRAPH;
use crate::api::inbox::letter;
use crate::api::read::{self, Writing as _, text};
use crate::api::shape::Shape;
use crate::api::{Answered, Api, Call, Desk, Reply, Request};

pub(super) const API: Api = Api {
    hosts: &[
        "graph.microsoft.com",
        "graph.microsoft.us",
        "dod-graph.microsoft.us",
        "microsoftgraph.chinacloudapi.cn",
    ],
    other_hosts: &[
        "login.microsoftonline.com",
        "login.microsoftonline.us",
        "login.chinacloudapi.cn",
        "login.windows.net",
    ],
    answer,
};

const ID: &str = "microsoft-graph";

/// Paths are those of a message; the table knows it under `message` too.
const SHAPE: Shape = Shape {
    recipients: MICROSOFT_GRAPH.sinks.recipients,
    from: &[("From", "from"), ("Sender", "sender")],
    subject: &["subject"],
    contents: &[],
    headers: &["internetMessageHeaders"],
    attachments: &["attachments"],
    template: &[],
};

fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    if !API.hosts.contains(&request.host) {
        return token::answer(request, desk);
    }
    let key = read::bearer(request);
    let mut call = Call::new(ID, request, desk);
    call.login(None, key);
    let segments = request.segments();
    let reply = match segments.as_slice() {
        ["v1.0" | "beta", "$batch"] => return batch(request, call.desk),
        ["v1.0" | "beta", "me", rest @ ..] | ["v1.0" | "beta", "users", _, rest @ ..] => route(&mut call, rest),
        ["v1.0" | "beta", "subscriptions", ..] => subscription(&mut call),
        ["v1.0" | "beta", "users"] => {
            let list = json!({ "value": [mailbox::person()] });
            Some(Reply::json(200, &list))
        }
        _ => None,
    };
    let message = match key {
        Some(_) => "CompactToken parsing failed with error code: 80049217",
        None => "Access token is empty.",
    };
    call.end(reply, error(401, "InvalidAuthenticationToken", message))
}

fn error(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "error": { "code": code, "message": message, "innerError": {} } }),
    )
}

fn route(call: &mut Call<'_, '_>, path: &[&str]) -> Option<Reply> {
    let path = match path {
        ["mailFolders", _, "messages", ..] => &path[2..],
        path => path,
    };
    match (call.request.method, path) {
        ("POST", ["sendMail" | "microsoft.graph.sendMail"]) => {
            let message = match read::json(call.request) {
                Some(body) => message(call, body.get("message").or(body.get("Message")).unwrap_or(&body)),
                None => mime(call),
            };
            call.submits(message);
            Some(Reply::empty(202))
        }
        ("POST", ["messages"]) => Some(draft(call)),
        ("PATCH", ["messages", id]) => {
            let body = read::json(call.request).unwrap_or_default();
            let mut whole = call.find("draft", id).unwrap_or_else(|| json!({}));
            if let (Some(whole), Value::Object(body)) = (whole.as_object_mut(), body) {
                whole.extend(body);
            }
            let value = call.make("draft", "id", id, whole);
            Some(Reply::json(200, &value))
        }
        ("POST", ["messages", id, "attachments"]) => {
            let body = read::json(call.request).unwrap_or_default();
            let mut whole = call.find("draft", id).unwrap_or_else(|| json!({}));
            match whole.get_mut("attachments").and_then(Value::as_array_mut) {
                Some(all) => all.push(body.clone()),
                None => whole["attachments"] = json!([body]),
            }
            call.make("draft", "id", id, whole);
            Some(Reply::json(201, &body))
        }
        ("POST", ["messages", id, "send"]) => {
            let made = call.desk.all(ID, "draft").rev().find(|made| made.id == *id);
            let stored = made.map(|made| made.value.clone()).unwrap_or_default();
            let message = stored_message(call, &stored);
            call.submits(message);
            Some(Reply::empty(202))
        }
        ("POST", ["messages", id, verb @ ("forward" | "reply" | "replyAll")]) => {
            let body = read::json(call.request).unwrap_or_default();
            let message = answering(call, id, verb, &body);
            call.submits(message);
            Some(Reply::empty(202))
        }
        (
            "POST",
            [
                "messages",
                id,
                verb @ ("createForward" | "createReply" | "createReplyAll"),
            ],
        ) => Some(answering_draft(call, id, verb)),
        ("POST" | "PATCH", ["mailFolders", _, "messageRules", ..]) => {
            let body = read::json(call.request).unwrap_or_default();
            let fields = [
                "actions.forwardTo",
                "actions.forwardAsAttachmentTo",
                "actions.redirectTo",
            ];
            call.forwards_to_fields("rule", &body, &fields);
            let id = format!("AQAAAJ{}=", call.desk.hex(6));
            let value = call.make("rule", "id", &id, body);
            Some(Reply::json(201, &value))
        }
        ("GET", path) => mailbox::listed(call, path),
        ("DELETE", ["messages", ..]) => Some(Reply::empty(204)),
        ("POST" | "PATCH", ["messages", _, "move" | "copy"] | ["mailboxSettings"]) => {
            Some(Reply::json(200, &json!({})))
        }
        _ => None,
    }
}

/// A message object (<https://learn.microsoft.com/en-us/graph/api/resources/message>).
fn message(call: &Call<'_, '_>, value: &Value) -> Submission {
    let mut message = SHAPE.read(call, value);
    if let Some(body) = value.get("body") {
        let html = text(body, "contentType").is_some_and(|it| it.eq_ignore_ascii_case("html"));
        let kind = if html { ContentKind::Html } else { ContentKind::Text };
        message.says(kind, &text(body, "content").unwrap_or_default());
    }
    message
}

/// A raw message in Base64, as plain text (<https://learn.microsoft.com/en-us/graph/outlook-send-mime-message>).
fn mime(call: &Call<'_, '_>) -> Submission {
    let mut message = call.message();
    match std::str::from_utf8(call.request.body).ok().and_then(read::base64) {
        Some(raw) => message.raw(&raw),
        None => message.complete = false,
    }
    message
}

/// A draft is sent later, or never; one that is refused is told of, since it is handed over all the same.
fn draft(call: &mut Call<'_, '_>) -> Reply {
    let id = format!("AAMkAD{}=", call.desk.hex(120));
    let value = match read::json(call.request) {
        Some(body) => body,
        None => json!({ "raw": String::from_utf8_lossy(call.request.body) }),
    };
    if !call.accepted() {
        let message = stored_message(call, &value);
        call.submits(message);
    }
    let mut value = call.make("draft", "id", &id, value);
    if let Some(fields) = value.as_object_mut() {
        fields.remove("raw");
    }
    value["isDraft"] = true.into();
    value["createdDateTime"] = call.desk.timestamp().into();
    Reply::json(201, &value)
}

fn stored_message(call: &Call<'_, '_>, value: &Value) -> Submission {
    let Some(raw) = text(value, "raw") else {
        return message(call, value);
    };
    let mut message = call.message();
    match read::base64(&raw) {
        Some(raw) => message.raw(&raw),
        None => message.complete = false,
    }
    message
}

/// A letter that is sent on or answered: what is said above it, and itself.
fn answering(call: &Call<'_, '_>, id: &str, verb: &str, body: &Value) -> Submission {
    let own = body.get("message").unwrap_or(body);
    let mut message = message(call, own);
    if let Some(comment) = text(body, "comment").or_else(|| text(body, "Comment")) {
        message.says(ContentKind::Text, &comment);
    }
    match letter(id) {
        Some(letter) => {
            let forwards = verb.ends_with("orward");
            if !forwards {
                message.to(waxseal_model::RecipientPlace::To, letter.from);
            }
            let prefix = if forwards { "FW" } else { "RE" };
            message.subject = message.subject.or(Some(format!("{prefix}: {}", letter.subject)));
            message.says(ContentKind::Text, letter.text);
        }
        // A message that is not in the inbox: what is in it is not known.
        None => message.complete = false,
    }
    message
}

fn answering_draft(call: &mut Call<'_, '_>, id: &str, verb: &str) -> Reply {
    let body = read::json(call.request).unwrap_or_default();
    let own = body.get("message").unwrap_or(&body);
    let mut value = if own.is_object() { own.clone() } else { json!({}) };
    if let Some(letter) = letter(id) {
        if !verb.ends_with("orward") {
            value["toRecipients"] = json!([{ "emailAddress": { "address": letter.from, "name": letter.name } }]);
        }
        value["subject"] = format!("Re: {}", letter.subject).into();
        value["body"] = json!({ "contentType": "text", "content": format!("{}\r\n{}", text(&body, "comment").unwrap_or_default(), letter.text) });
    }
    let id = format!("AAMkAD{}=", call.desk.hex(120));
    let value = call.make("draft", "id", &id, value);
    Reply::json(201, &value)
}

/// Word of mail goes to a URL (<https://learn.microsoft.com/en-us/graph/api/subscription-post-subscriptions>).
fn subscription(call: &mut Call<'_, '_>) -> Option<Reply> {
    if call.request.method == "GET" {
        return Some(Reply::json(200, &json!({ "value": call.list("subscription") })));
    }
    let body = read::json(call.request).unwrap_or_default();
    let fields = ["notificationUrl", "lifecycleNotificationUrl"];
    call.forwards_to_fields("subscription", &body, &fields);
    let id = call.desk.uuid();
    let value = call.make("subscription", "id", &id, body);
    Some(Reply::json(201, &value))
}

/// Many requests in one (<https://learn.microsoft.com/en-us/graph/json-batching>).
fn batch(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let body = read::json(request).unwrap_or_default();
    let (mut responses, mut acts) = (Vec::new(), Vec::new());
    for one in read::each(body.get("requests")).take(MAX_BATCH) {
        let target = text(one, "url").unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let path = format!("/v1.0/{}", path.trim_start_matches('/'));
        let inner = match one.get("body") {
            // A raw message is a text.
            Some(Value::String(text)) => text.clone().into_bytes(),
            Some(value) => value.to_string().into_bytes(),
            None => Vec::new(),
        };
        let inner = Request {
            method: &text(one, "method").unwrap_or_default().to_ascii_uppercase(),
            path: &path,
            query,
            body: &inner,
            ..*request
        };
        // A batch in a batch is none.
        let reply = match path.ends_with("$batch") {
            true => Reply::empty(400),
            false => match answer(&inner, desk) {
                Answered::Reply(reply) => reply,
                Answered::Unforeseen(others) => Reply::empty(404).acting(others),
            },
        };
        let value: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        responses.push(json!({ "id": one["id"], "status": reply.status, "headers": {}, "body": value }));
        acts.extend(reply.acts);
    }
    Answered::Reply(Reply::json(200, &json!({ "responses": responses })).acting(acts))
}

/// Graph takes twenty.
const MAX_BATCH: usize = 100;
