//! ZeptoMail's API: <https://www.zoho.com/zeptomail/help/api/email-sending.html>; the shapes are those that the official client sends and
//! takes (`zeptomail` 8.0).

use serde_json::{Value, json};
use waxseal_model::{ContentKind, Submission};

use super::ZEPTOMAIL;
use crate::api::read::{self, Writing as _};
use crate::api::shape::Shape;
use crate::api::{Answered, Api, Call, Desk, Reply, Request};

pub(super) const API: Api = Api {
    hosts: &["api.zeptomail.com", "api.zeptomail.eu", "api.zeptomail.in"],
    other_hosts: &[],
    answer,
};

const SHAPE: Shape = Shape {
    recipients: ZEPTOMAIL.sinks.recipients,
    from: &[("From", "from")],
    subject: &["subject"],
    contents: &[
        (ContentKind::Text, "textbody"),
        (ContentKind::Html, "htmlbody"),
        (ContentKind::Variables, "merge_info"),
    ],
    headers: &["mime_headers"],
    attachments: &["attachments", "inline_images"],
    template: &["template_key", "mail_template_key", "template_alias"],
};

fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    // `Zoho-enczapikey TOKEN`; the client sends what it is given.
    let shown = request.header("authorization").map(str::trim);
    let token = shown.map(|it| it.rsplit_once(' ').map_or(it, |(_, token)| token));
    // Some keep the word before it as a part of the token.
    let token = shown.filter(|it| desk.lets_in(it)).or(token);
    let mut call = Call::new("zeptomail", request, desk);
    call.login(None, token);
    let reply = route(&mut call);
    let details = json!([{ "code": "SERR_157", "message": "Invalid API Token found", "target": "Authorization" }]);
    let refused = json!({ "error": { "code": "TM_4001", "details": details, "message": "Access Denied", "request_id": call.desk.hex(32) } });
    call.end(reply, Reply::json(401, &refused))
}

fn route(call: &mut Call<'_, '_>) -> Option<Reply> {
    let path = call.request.segments();
    let (&version, rest) = path.split_first()?;
    if !version.starts_with('v') || call.request.method != "POST" {
        return None;
    }
    let body = read::json(call.request).unwrap_or_default();
    match rest {
        ["email"] | ["email", "template"] => {
            let message = SHAPE.read(call, &body);
            call.submits(message);
        }
        // Everybody in `to` gets a message of their own.
        ["email", "batch"] | ["email", "template", "batch"] => call.submits_each_alone(body, "to", own),
        ["files"] => {
            let key = call.desk.hex(40);
            return Some(Reply::json(
                201,
                &json!({ "data": [], "file_cache_key": key, "object": "file" }),
            ));
        }
        _ => return None,
    }
    if call.lacks_recipients() {
        let details =
            json!([{ "code": "SM_113", "message": "Mandatory Field 'to' was set as Empty Value.", "target": "to" }]);
        return Some(Reply::json(
            400,
            &json!({ "error": { "code": "TM_3201", "details": details, "message": "Mandatory Field missing" } }),
        ));
    }
    let data = json!([{ "code": "EM_104", "additional_info": [], "message": "Email request received" }]);
    let id = call.desk.hex(32);
    let value = json!({ "data": data, "message": "OK", "request_id": id, "object": "email" });
    Some(Reply::json(201, &value))
}

fn own(call: &Call<'_, '_>, body: &Value) -> Submission {
    let mut message = SHAPE.read(call, body);
    if let Some(merge) = body["to"][0].get("merge_info") {
        message.says(ContentKind::Variables, &merge.to_string());
    }
    message
}
