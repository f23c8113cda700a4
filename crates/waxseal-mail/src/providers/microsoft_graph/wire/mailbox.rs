//! What Microsoft Graph gives to read.

use serde_json::{Value, json};

use crate::api::desk::timestamp;
use crate::api::inbox::{LETTERS, Letter, OWNER, letter};
use crate::api::{Call, Reply};

pub(super) fn listed(call: &mut Call<'_, '_>, path: &[&str]) -> Option<Reply> {
    let now = call.desk.now();
    let value = match path {
        [] => person(),
        ["messages"] => json!({ "value": LETTERS.iter().map(|it| message(it, now)).collect::<Vec<_>>() }),
        ["messages", id] => match (letter(id), call.find("draft", id)) {
            (Some(it), _) => message(it, now),
            (None, Some(draft)) => draft,
            (None, None) => {
                return Some(super::error(
                    404,
                    "ErrorItemNotFound",
                    "The specified object was not found in the store.",
                ));
            }
        },
        ["messages", id, "$value"] => return letter(id).map(|it| Reply::new(200, "text/plain", it.raw(now))),
        ["messages", _, "attachments"] => json!({ "value": [] }),
        ["mailFolders"] => {
            json!({ "value": [folder("inbox", "Inbox"), folder("sentitems", "Sent Items"), folder("drafts", "Drafts")] })
        }
        ["mailFolders", _, "messageRules"] => json!({ "value": call.list("rule") }),
        ["mailFolders", id] => folder(id, "Inbox"),
        ["mailboxSettings"] => {
            json!({ "timeZone": "W. Europe Standard Time", "automaticRepliesSetting": { "status": "disabled" } })
        }
        _ => return None,
    };
    Some(Reply::json(200, &value))
}

pub(super) fn person() -> Value {
    json!({
        "id": "48d31887-5fad-4d73-a9f5-3c356e68a038", "displayName": "Alex Meyer", "givenName": "Alex", "surname": "Meyer", "mail": OWNER,
        "userPrincipalName": OWNER, "businessPhones": [], "jobTitle": null, "mobilePhone": null, "officeLocation": null,
    })
}

fn folder(id: &str, name: &str) -> Value {
    json!({ "id": id, "displayName": name, "childFolderCount": 0, "unreadItemCount": 0, "totalItemCount": LETTERS.len() })
}

fn message(letter: &Letter, now: u64) -> Value {
    let came = timestamp(letter.came(now));
    let mailbox = |address: &str, name: &str| json!({ "emailAddress": { "address": address, "name": name } });
    json!({
        "id": letter.id, "subject": letter.subject, "bodyPreview": letter.text, "body": { "contentType": "text", "content": letter.text },
        "from": mailbox(letter.from, letter.name), "sender": mailbox(letter.from, letter.name), "toRecipients": [mailbox(letter.to, "Alex Meyer")],
        "ccRecipients": [], "bccRecipients": [], "replyTo": [], "receivedDateTime": came, "sentDateTime": came, "isRead": true, "isDraft": false,
        "hasAttachments": false, "importance": "normal", "internetMessageId": format!("<{}@mail.customer.example>", letter.id),
    })
}
