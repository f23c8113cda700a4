//! Chat services that take messages: Telegram's bots, Discord's and Slack's webhooks.

use serde_json::{Value, json};

use super::Reply;
use super::ask::Ask;
use super::clock::rfc3339;

pub(crate) fn is_telegram(ask: &Ask<'_>) -> bool {
    ask.host_is(&["api.telegram.org"])
}

/// `https://core.telegram.org/bots/api`: `/bot<token>/<method>`, answered by `{"ok":true,"result":…}`.
pub(crate) fn telegram(ask: &Ask<'_>) -> Reply {
    let [bot, method, ..] = ask.segments[..] else {
        return Reply::json(
            404,
            &json!({"ok": false, "error_code": 404, "description": "Not Found"}),
        );
    };
    let id: u64 = bot
        .trim_start_matches("bot")
        .split(':')
        .next()
        .and_then(|id| id.parse().ok())
        .unwrap_or(6_100_200_300);
    let user = json!({"id": id, "is_bot": true, "first_name": "Notifier", "username": "notifier_bot"});
    let chat = field(ask, "chat_id")
        .and_then(|chat| chat.parse::<i64>().ok())
        .unwrap_or(1_284_556_001);
    let result = match method.to_ascii_lowercase().as_str() {
        "getme" => user,
        "getupdates" => json!([{"update_id": 700_001, "message": message(ask, chat, &user, &ask.mailbox(0))}]),
        "getfile" => json!({"file_id": field(ask, "file_id"), "file_path": "documents/file_1.txt"}),
        "setwebhook" | "deletewebhook" | "sendchataction" | "deletemessage" => Value::Bool(true),
        _ => message(ask, chat, &user, &field(ask, "text").unwrap_or_default()),
    };
    Reply::json(200, &json!({"ok": true, "result": result}))
}

fn message(ask: &Ask<'_>, chat: i64, from: &Value, text: &str) -> Value {
    json!({
        "message_id": 100 + ask.chance("message").below(9000), "from": from, "chat": {"id": chat, "type": "private"}, "date": ask.now(),
        "text": text,
    })
}

/// A field of the query or of a JSON body, as text, cut at what Telegram takes.
fn field(ask: &Ask<'_>, name: &str) -> Option<String> {
    const MAX_TEXT: usize = 4096;
    let from_body = || {
        let body: Value = serde_json::from_slice(ask.body()).ok()?;
        let value = body.get(name)?;
        Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let value = ask.parameter(name).map(str::to_owned).or_else(from_body)?;
    Some(value.chars().take(MAX_TEXT).collect())
}

pub(crate) fn is_discord(ask: &Ask<'_>) -> bool {
    ask.host_is(&["discord.com", "discordapp.com"]) && ask.segments.contains(&"webhooks")
}

/// `https://discord.com/developers/docs/resources/webhook`: 204, or the message for `wait=true`.
pub(crate) fn discord(ask: &Ask<'_>) -> Reply {
    let channel = ask
        .segments
        .iter()
        .skip_while(|segment| **segment != "webhooks")
        .nth(1)
        .copied()
        .unwrap_or("0");
    match ask.request.method {
        "GET" => Reply::json(
            200,
            &json!({"id": channel, "type": 1, "name": "Captain Hook", "channel_id": "1180011223344556677"}),
        ),
        "DELETE" => Reply::empty(204),
        _ if ask.parameter("wait") != Some("true") => Reply::empty(204),
        _ => Reply::json(
            200,
            &json!({
                "id": format!("11{:017}", ask.chance("message").next() % 100_000_000_000_000_000), "type": 0,
                "content": field(ask, "content").unwrap_or_default(), "channel_id": "1180011223344556677", "timestamp": rfc3339(ask.now()),
                "webhook_id": channel,
            }),
        ),
    }
}

pub(crate) fn is_slack(ask: &Ask<'_>) -> bool {
    ask.host_is(&["hooks.slack.com"]) || ask.host_is(&["slack.com"]) && ask.path.starts_with("/api/")
}

/// `https://api.slack.com/messaging/webhooks`: `ok` as text; the Web API answers in JSON.
pub(crate) fn slack(ask: &Ask<'_>) -> Reply {
    if ask.host_is(&["hooks.slack.com"]) {
        return Reply::new(200, "text/html", "ok");
    }
    let ts = format!("{}.{:06}", ask.now(), ask.chance("ts").below(1_000_000));
    let user = "U05AB12CD34";
    Reply::json(
        200,
        &json!({"ok": true, "channel": "C05AB12CD34", "ts": ts, "team_id": "T05AB12CD34", "user_id": user, "user": user}),
    )
}
