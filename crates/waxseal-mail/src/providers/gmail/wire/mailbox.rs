//! What the Gmail API gives to read, and what it changes without sending.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::api::inbox::{LETTERS, Letter, OWNER, date, letter};
use crate::api::{Call, Reply};

pub(super) fn listed(call: &mut Call<'_, '_>, path: &[&str]) -> Option<Reply> {
    let now = call.desk.now();
    let value = match path {
        ["profile"] => json!({ "emailAddress": OWNER, "messagesTotal": 3, "threadsTotal": 3, "historyId": "410233" }),
        ["labels"] => {
            let labels = [
                "INBOX",
                "SENT",
                "DRAFT",
                "TRASH",
                "SPAM",
                "IMPORTANT",
                "STARRED",
                "UNREAD",
            ];
            let labels: Vec<Value> = labels
                .iter()
                .map(|it| json!({ "id": it, "name": it, "type": "system" }))
                .collect();
            json!({ "labels": labels })
        }
        ["labels", id] => json!({ "id": id, "name": id, "type": "system", "messagesTotal": 3 }),
        ["messages"] => {
            let all: Vec<Value> = LETTERS
                .iter()
                .map(|it| json!({ "id": it.id, "threadId": it.id }))
                .collect();
            json!({ "messages": all, "resultSizeEstimate": all.len() })
        }
        ["threads"] => {
            let all: Vec<Value> = LETTERS
                .iter()
                .map(|it| json!({ "id": it.id, "snippet": snippet(it), "historyId": "410233" }))
                .collect();
            json!({ "threads": all, "resultSizeEstimate": all.len() })
        }
        ["messages", id] => match letter(id) {
            Some(it) => message(it, call.request.query.contains("format=raw"), now),
            None => match call.find("email", id) {
                Some(value) => value,
                None => return Some(missing()),
            },
        },
        ["threads", id] => match letter(id) {
            Some(it) => json!({ "id": it.id, "historyId": "410233", "messages": [message(it, false, now)] }),
            None => return Some(missing()),
        },
        ["drafts"] => json!({ "resultSizeEstimate": 0 }),
        ["history"] => json!({ "historyId": "410233" }),
        ["settings", "filters"] => json!({ "filter": call.list("filter") }),
        ["settings", "sendAs"] => {
            json!({ "sendAs": [{ "sendAsEmail": OWNER, "displayName": "Alex Meyer", "isPrimary": true, "isDefault": true }] })
        }
        ["settings", "forwardingAddresses"] => json!({ "forwardingAddresses": [] }),
        ["settings", "delegates"] => json!({ "delegates": [] }),
        ["settings", "autoForwarding"] => json!({ "enabled": false }),
        ["settings", "vacation"] => json!({ "enableAutoReply": false }),
        _ => return None,
    };
    Some(Reply::json(200, &value))
}

/// Labels are moved, messages go to the trash: nothing is sent.
pub(super) fn changed(call: &mut Call<'_, '_>, path: &[&str]) -> Option<Reply> {
    match path {
        ["messages" | "threads", id, "modify" | "trash" | "untrash"] => Some(Reply::json(
            200,
            &json!({ "id": id, "threadId": id, "labelIds": ["INBOX"] }),
        )),
        ["messages", "batchModify" | "batchDelete"] | ["stop"] => Some(Reply::empty(204)),
        ["labels"] => {
            let body = crate::api::read::json(call.request).unwrap_or_default();
            let id = format!("Label_{}", call.desk.number() % 900 + 100);
            let value = call.make("label", "id", &id, body);
            Some(Reply::json(200, &value))
        }
        _ => None,
    }
}

fn missing() -> Reply {
    let error = json!({ "message": "Requested entity was not found.", "domain": "global", "reason": "notFound" });
    Reply::json(
        404,
        &json!({ "error": { "code": 404, "message": "Requested entity was not found.", "errors": [error], "status": "NOT_FOUND" } }),
    )
}

fn snippet(letter: &Letter) -> String {
    letter.text.replace("\r\n", " ")
}

/// <https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages#Message>.
fn message(letter: &Letter, raw: bool, now: u64) -> Value {
    let source = letter.raw(now);
    let mut value = json!({
        "id": letter.id, "threadId": letter.id, "labelIds": ["INBOX"], "snippet": snippet(letter), "historyId": "410233",
        "internalDate": (letter.came(now) * 1_000).to_string(), "sizeEstimate": source.len(),
    });
    if raw {
        value["raw"] = URL_SAFE_NO_PAD.encode(source).into();
        return value;
    }
    let header = |name: &str, value: String| json!({ "name": name, "value": value });
    value["payload"] = json!({
        "partId": "", "mimeType": "text/plain", "filename": "",
        "headers": [
            header("From", format!("{} <{}>", letter.name, letter.from)), header("To", letter.to.to_owned()),
            header("Subject", letter.subject.to_owned()), header("Date", date(letter.came(now))),
            header("Message-ID", format!("<{}@mail.customer.example>", letter.id)),
        ],
        "body": { "size": letter.text.len(), "data": URL_SAFE_NO_PAD.encode(letter.text) },
    });
    value
}
