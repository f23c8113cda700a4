//! Elastic Email's API: <https://elasticemail.com/developers/api-documentation/rest-api>; the shapes are those that the official client
//! sends and takes (`@elasticemail/elasticemail-client` 4.0). The older version 2 takes forms.

use serde_json::{Value, json};
use waxseal_model::{ContentKind, RecipientPlace, Submission};

use super::ELASTIC_EMAIL;
use crate::api::read::{self, Writing as _, each, text};
use crate::api::shape::Shape;
use crate::api::{Answered, Api, Call, Desk, Reply, Request};

pub(super) const API: Api = Api {
    hosts: &["api.elasticemail.com"],
    other_hosts: &[],
    answer,
};

const SHAPE: Shape = Shape {
    recipients: ELASTIC_EMAIL.sinks.recipients,
    from: &[("From", "Content.From")],
    subject: &["Content.Subject"],
    contents: &[(ContentKind::Variables, "Content.Merge")],
    headers: &["Content.Headers"],
    attachments: &["Content.Attachments"],
    template: &["Content.TemplateName"],
};

fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let form = crate::form::url_encoded(request.query.as_bytes());
    let in_query = form.fields.iter().find(|it| it.name.eq_ignore_ascii_case("apikey"));
    let mut key = request.header("x-elasticemail-apikey").map(str::to_owned);
    key = key.or_else(|| in_query.map(|it| it.text().into_owned()));
    let is_old = request.segments().first() == Some(&"v2");
    if is_old && key.is_none() {
        key = text(&read::form(request).flat(), "apikey");
    }
    let mut call = Call::new("elastic-email", request, desk);
    call.login(None, key.as_deref());
    if is_old {
        let reply = old_route(&mut call);
        return call.end(
            reply,
            Reply::json(200, &json!({ "success": false, "error": "Incorrect apikey" })),
        );
    }
    let reply = route(&mut call);
    call.end(
        reply,
        Reply::json(401, &json!({ "Error": "APIKey Expired or Incorrect" })),
    )
}

fn route(call: &mut Call<'_, '_>) -> Option<Reply> {
    let path = call.request.segments();
    let (&first, rest) = path.split_first()?;
    if first != "v4" {
        return None;
    }
    let body = read::json(call.request).unwrap_or_default();
    match (call.request.method, rest) {
        ("POST", ["emails"] | ["emails", "transactional" | "mergefile"]) => {
            let message = message(call, &body);
            call.submits(message);
            let (transaction, id) = (call.desk.uuid(), call.desk.hex(22));
            Some(Reply::json(
                200,
                &json!({ "TransactionID": transaction, "MessageID": id }),
            ))
        }
        ("POST" | "PUT", path) => changed(call, path, body),
        ("GET", path) => listed(path),
        _ => None,
    }
}

fn message(call: &Call<'_, '_>, body: &Value) -> Submission {
    let mut message = SHAPE.read(call, body);
    for part in each(read::at(body, "Content.Body")) {
        let kind = match text(part, "ContentType").as_deref() {
            Some("HTML" | "AMP") => ContentKind::Html,
            _ => ContentKind::Text,
        };
        message.says(kind, &text(part, "Content").unwrap_or_default());
    }
    for recipient in each(body.get("Recipients")) {
        if let Some(fields) = recipient.get("Fields").filter(|it| it.is_object()) {
            message.says(ContentKind::Variables, &fields.to_string());
        }
    }
    // A file of recipients: comma-separated values.
    if let Some(file) = body.get("MergeFile") {
        message.attaches(
            text(file, "Name"),
            text(file, "ContentType"),
            &text(file, "BinaryContent").unwrap_or_default(),
        );
        message.complete = false;
    }
    message
}

/// Version 2: <https://elasticemail.com/developers/api-documentation/web-api-v2>. Everybody in `to` gets a mail of their own.
fn old_route(call: &mut Call<'_, '_>) -> Option<Reply> {
    let path = call.request.segments();
    match path.as_slice() {
        ["v2", "email", "send"] => {
            let mut form = read::form(call.request);
            form.fields
                .extend(crate::form::url_encoded(call.request.query.as_bytes()).fields);
            let body = form.flat();
            let mut message = call.message();
            message.complete = form.complete;
            let places = [
                ("to", RecipientPlace::Envelope),
                ("recipients", RecipientPlace::Envelope),
                ("msgTo", RecipientPlace::To),
                ("msgCC", RecipientPlace::Cc),
                ("msgBcc", RecipientPlace::Bcc),
                ("replyTo", RecipientPlace::ReplyTo),
            ];
            for (field, place) in places {
                message.to_all(&place, body.get(field), &[]);
            }
            message.from("From", &text(&body, "from").unwrap_or_default());
            message.subject = text(&body, "subject");
            message.template = text(&body, "template");
            for (field, kind) in [("bodyText", ContentKind::Text), ("bodyHtml", ContentKind::Html)] {
                if let Some(said) = text(&body, field) {
                    message.says(kind, &said);
                }
            }
            for file in form.fields.iter().filter(|it| it.file.is_some()) {
                message.holds(file.file.clone(), file.media_type.clone(), &file.value);
            }
            call.submits(message);
            let data = json!({ "transactionid": call.desk.uuid(), "messageid": call.desk.hex(22) });
            Some(Reply::json(200, &json!({ "success": true, "data": data })))
        }
        ["v2", "account", "load" | "profileoverview"] => Some(Reply::json(
            200,
            &json!({ "success": true, "data": { "email": crate::api::inbox::OWNER } }),
        )),
        _ => None,
    }
}

/// Where mail, or word of it, goes from then on.
fn changed(call: &mut Call<'_, '_>, path: &[&str], body: Value) -> Option<Reply> {
    match path {
        ["inboundroute", ..] => call.forwards_to_fields("inbound route", &body, &["HttpAddress", "EmailAddress"]),
        ["webhooks", ..] => call.forwards_to_fields("webhook", &body, &["URL", "Url"]),
        ["security", ..] => call.orders("api key"),
        ["subaccounts", ..] => call.forwards_to_fields("subaccount", &body, &["Email"]),
        ["contacts" | "lists" | "templates" | "domains" | "files", ..] => {}
        _ => return None,
    }
    let id = call.desk.hex(22);
    let value = call.make("thing", "PublicId", &id, body);
    Some(Reply::json(201, &value))
}

/// What programs ask for when they start.
fn listed(path: &[&str]) -> Option<Reply> {
    let value = match path {
        ["templates"] => json!([{ "Name": "Welcome", "DateAdded": "2024-03-04T08:11:52", "Subject": "Welcome" }]),
        ["domains"] => json!([{ "Domain": "brightfield.example", "DefaultDomain": true, "Spf": true, "Dkim": true }]),
        ["statistics"] => json!({ "Recipients": 311, "EmailTotal": 311, "Delivered": 311 }),
        [
            "contacts" | "lists" | "inboundroute" | "events" | "campaigns" | "files" | "subaccounts" | "suppressions",
            ..,
        ] => json!([]),
        _ => return None,
    };
    Some(Reply::json(200, &value))
}
