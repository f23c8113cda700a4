//! Mailgun's API: <https://documentation.mailgun.com/docs/mailgun/api-reference>; the shapes are those that the official client sends and
//! takes (`mailgun.js` 14.0).

use serde_json::{Value, json};
use waxseal_model::{ContentKind, RecipientPlace, Submission};

use super::MAILGUN;
use crate::api::inbox::{LETTERS, letter};
use crate::api::read::{self, Writing as _, each, text};
use crate::api::{Answered, Api, Call, Desk, Reply, Request};
use crate::form::Form;

pub(super) const API: Api = Api {
    hosts: &["api.mailgun.net", "api.eu.mailgun.net"],
    other_hosts: &[],
    answer,
};

fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let basic = read::basic(request);
    let mut call = Call::new("mailgun", request, desk);
    call.login(None, basic.as_ref().map(|(_, key)| key.as_str()));
    let reply = route(&mut call);
    call.end(reply, Reply::new(401, "text/plain", "Forbidden"))
}

fn route(call: &mut Call<'_, '_>) -> Option<Reply> {
    let path = call.request.segments();
    match (call.request.method, path.as_slice()) {
        ("POST", ["v3", domain, "messages"]) => {
            let form = read::form(call.request);
            let body = form.flat();
            let message = message(call, &form, &body);
            submit(call, message, &body);
            Some(queued(call, domain))
        }
        ("POST", ["v3", domain, "messages.mime"]) => {
            let form = read::form(call.request);
            let message = mime(call, &form);
            call.submits(message);
            Some(queued(call, domain))
        }
        // A message that is kept is sent again, to somebody else.
        ("POST", ["v3", "domains", domain, "messages", _]) => {
            let form = read::form(call.request);
            let mut message = call.message();
            message.complete = form.complete;
            message.to_all(&RecipientPlace::Envelope, form.flat().get("to"), &[]);
            call.submits(message);
            Some(queued(call, domain))
        }
        ("POST" | "PUT", path) => changed(call, path),
        ("GET", path) => listed(call, path),
        _ => None,
    }
}

fn message(call: &Call<'_, '_>, form: &Form, body: &Value) -> Submission {
    let mut message = call.message();
    message.complete = form.complete;
    message.to_by_table(body, MAILGUN.sinks.recipients);
    message.from("From", &text(body, "from").unwrap_or_default());
    message.subject = text(body, "subject");
    message.template = text(body, "template");
    let texts = [
        ("text", ContentKind::Text),
        ("html", ContentKind::Html),
        ("amp-html", ContentKind::Html),
        ("t:variables", ContentKind::Variables),
        ("recipient-variables", ContentKind::Variables),
    ];
    for (field, kind) in texts {
        for said in each(body.get(field)) {
            message.says(kind, said.as_str().unwrap_or_default());
        }
    }
    for field in &form.fields {
        if let Some(name) = field.name.strip_prefix("h:") {
            message.other_header(name, &field.text());
        }
    }
    attach(&mut message, form);
    message
}

/// Files of the fields `attachment` and `inline`.
fn attach(message: &mut Submission, form: &Form) {
    let files = form
        .fields
        .iter()
        .filter(|it| matches!(it.name.as_str(), "attachment" | "inline"));
    for file in files {
        message.holds(file.file.clone(), file.media_type.clone(), &file.value);
    }
}

/// With `recipient-variables` everybody in `to` gets a message of their own, whose `To` names them alone
/// (<https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/batch-sending>).
fn submit(call: &mut Call<'_, '_>, message: Submission, body: &Value) {
    let variables = text(body, "recipient-variables").and_then(|it| serde_json::from_str::<Value>(&it).ok());
    let is_batch = variables.is_some_and(|it| it.as_object().is_some_and(|it| !it.is_empty()));
    if !is_batch {
        call.submits(message);
        return;
    }
    let (to, others): (Vec<_>, Vec<_>) = message
        .recipients
        .iter()
        .cloned()
        .partition(|it| it.place == RecipientPlace::To);
    let mut bare = message.clone();
    bare.contents.clear();
    bare.headers.clear();
    bare.complete = false;
    for recipient in to {
        let mut one = if call.has_room() { message.clone() } else { bare.clone() };
        one.recipients = others.clone();
        one.recipients.insert(0, recipient);
        if !call.submits(one) {
            return;
        }
    }
    if call.told() == 0 {
        call.submits(message);
    }
}

/// `to` is the envelope; what the message shows is in the message.
fn mime(call: &Call<'_, '_>, form: &Form) -> Submission {
    let body = form.flat();
    let mut message = call.message();
    message.complete = form.complete;
    for field in ["to", "cc", "bcc"] {
        message.to_all(&RecipientPlace::Envelope, body.get(field), &[]);
    }
    match form.fields.iter().find(|it| it.name == "message") {
        Some(raw) => message.raw(&raw.value),
        None => message.complete = false,
    }
    message
}

fn queued(call: &mut Call<'_, '_>, domain: &str) -> Reply {
    if call.lacks_recipients() {
        return Reply::json(
            400,
            &json!({ "message": "to parameter is not a valid address. please check documentation" }),
        );
    }
    let stamp = call.desk.timestamp().replace(['-', ':', 'T', 'Z'], "");
    let id = format!("<{stamp}.{}@{}>", call.desk.hex(16), read::cut(domain));
    call.make("email", "id", &id, json!({ "message": "Queued. Thank you." }));
    Reply::json(200, &json!({ "id": id, "message": "Queued. Thank you." }))
}

/// Where mail, or word of it, goes from then on.
fn changed(call: &mut Call<'_, '_>, path: &[&str]) -> Option<Reply> {
    let form = read::form(call.request);
    let mut body = form.flat();
    if form.fields.is_empty() {
        body = read::json(call.request).unwrap_or_default();
    }
    match path {
        ["v3", "routes", ..] => {
            let actions: Vec<String> = each(body.get("action"))
                .filter_map(|it| it.as_str().map(str::to_owned))
                .collect();
            call.forwards("route", actions.iter().flat_map(|it| quoted(it)));
            let id = call.desk.hex(24);
            let route = call.make("route", "id", &id, body);
            Some(Reply::json(
                200,
                &json!({ "message": "Route has been created", "route": route }),
            ))
        }
        ["v3" | "v4", "domains", _, "webhooks", ..] => {
            call.forwards_to_fields("webhook", &body, &["url", "urls"]);
            let id = call.desk.hex(24);
            let webhook = call.make("webhook", "id", &id, body);
            Some(Reply::json(
                200,
                &json!({ "message": "Webhook has been created", "webhook": webhook }),
            ))
        }
        ["v1", "webhooks", ..] => {
            call.forwards_to_fields("webhook", &body, &["url"]);
            Some(Reply::json(
                200,
                &json!({ "webhook_id": format!("wh_{}", call.desk.hex(24)) }),
            ))
        }
        ["v1", "keys", ..] => {
            call.orders("api key");
            let key = format!("{}-{}-{}", call.desk.hex(32), call.desk.hex(8), call.desk.hex(8));
            if call.accepted() {
                call.desk.admit(key.clone());
            }
            Some(Reply::json(
                200,
                &json!({ "message": "great success", "key": { "id": call.desk.uuid(), "secret": key } }),
            ))
        }
        ["v3", "lists", _, "members", ..] => {
            call.forwards_to_fields("list member", &body, &["address"]);
            Some(Reply::json(
                200,
                &json!({ "message": "Mailing list member has been created", "member": body }),
            ))
        }
        ["v3" | "v4", "domains", ..] | ["v3", _, "templates", ..] | ["v3", "lists", ..] => {
            Some(Reply::json(200, &json!({ "message": "Done" })))
        }
        _ => None,
    }
}

/// What stands in quotes in an order such as `forward("https://a.example")`.
fn quoted(action: &str) -> impl Iterator<Item = String> + '_ {
    action.split(['"', '\'']).skip(1).step_by(2).map(str::to_owned)
}

/// Start-up calls, lists, and mail that was there before.
fn listed(call: &mut Call<'_, '_>, path: &[&str]) -> Option<Reply> {
    let value = match path {
        ["v3" | "v4", "domains"] => json!({ "total_count": 1, "items": [domain()] }),
        ["v3" | "v4", "domains", _] => {
            json!({ "domain": domain(), "receiving_dns_records": [], "sending_dns_records": [] })
        }
        // The page behind the last one is empty.
        ["v3", _, "events", _] => json!({ "items": [], "paging": {} }),
        ["v3", name, "events"] => {
            let now = call.desk.now();
            let items: Vec<Value> = LETTERS
                .iter()
                .map(|it| {
                    json!({
                        "event": "stored", "id": it.id, "timestamp": it.came(now), "recipient": it.to,
                        "storage": { "key": it.id, "url": format!("https://{}/v3/domains/{}/messages/{}", call.request.host, read::cut(name), it.id) },
                        "message": { "headers": { "from": it.from, "to": it.to, "subject": it.subject, "message-id": format!("{}@mail.customer.example", it.id) } },
                    })
                })
                .collect();
            let page = format!(
                "https://{}/v3/{}/events/W3siYSI6IGZhbHNlfV0=",
                call.request.host,
                read::cut(name)
            );
            json!({ "items": items, "paging": { "next": page, "previous": page, "first": page, "last": page } })
        }
        ["v3", "domains", _, "messages", id] => match letter(id) {
            Some(it) => json!({
                "sender": it.from, "recipients": it.to, "From": it.from, "To": it.to, "subject": it.subject, "body-plain": it.text,
                "stripped-text": it.text, "body-mime": it.raw(call.desk.now()), "attachments": [], "message-headers": [],
            }),
            None => return Some(Reply::json(404, &json!({ "message": "Message not found" }))),
        },
        ["v3", "routes", ..] => json!({ "total_count": 0, "items": call.list("route") }),
        ["v3" | "v4", "domains", _, "webhooks", ..] => json!({ "webhooks": {} }),
        ["v3", _, "templates", ..] => {
            json!({ "items": [{ "name": "welcome", "description": "Welcome", "id": "3f6c6f0e-7a4e-4a47-8a53-5f0a7b1f2c11" }], "paging": {} })
        }
        ["v3", "lists", ..] => json!({ "items": [], "paging": {} }),
        ["v3", _, "bounces" | "complaints" | "unsubscribes" | "stats", ..] => json!({ "items": [], "paging": {} }),
        _ => return None,
    };
    Some(Reply::json(200, &value))
}

fn domain() -> Value {
    json!({
        "id": "5f0a7b1f2c113f6c6f0e7a4e", "name": "mg.brightfield.example", "state": "active", "type": "custom", "wildcard": false,
        "spam_action": "disabled", "smtp_login": "postmaster@mg.brightfield.example", "created_at": "Mon, 04 Mar 2024 08:11:52 GMT",
    })
}
