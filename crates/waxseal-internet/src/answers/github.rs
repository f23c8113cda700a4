//! What a code host answers: files, repositories, users and gists, of which none exist.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Reply;
use super::ask::Ask;
use super::clock::rfc3339;
use super::generic;
use crate::chance::HEX;

pub(crate) fn is_raw(ask: &Ask<'_>) -> bool {
    let raw_path = ask.path.contains("/-/raw/") || ask.path.contains("/raw/refs/");
    ask.reads() && (ask.host_is(&["raw.githubusercontent.com", "gist.githubusercontent.com"]) || raw_path)
}

/// By the name of the file: what a file of this name holds. GitHub sends all of them as text.
pub(crate) fn raw(ask: &Ask<'_>) -> Reply {
    Reply::text(content(ask)).with("x-content-type-options", "nosniff")
}

/// A file's content by its name.
fn content(ask: &Ask<'_>) -> Vec<u8> {
    match ask.extension().as_str() {
        "json" => json!({"email": ask.mailbox(0), "recipients": [ask.mailbox(0), ask.mailbox(1)], "url": ask.link("v1/events")}).to_string().into(),
        "js" | "mjs" | "cjs" | "ts" | "py" | "sh" => generic::script(ask).body,
        "md" => format!("# {}\n\nContact: {}\n", ask.segments.get(1).copied().unwrap_or("notes"), ask.mailbox(0)).into(),
        _ if generic::is_mailbox(ask) => format!("{}\n", ask.mailbox(0)).into(),
        _ => generic::raw_text(ask).body,
    }
}

pub(crate) fn is_api(ask: &Ask<'_>) -> bool {
    ask.host_is(&["api.github.com"])
}

/// `https://docs.github.com/rest`.
pub(crate) fn api(ask: &Ask<'_>) -> Reply {
    let reply = match (ask.request.method, &ask.segments[..]) {
        ("GET", ["repos", owner, name, "contents", path @ ..]) => {
            Reply::json(200, &contents(ask, owner, name, &path.join("/")))
        }
        ("GET", ["repos", owner, name]) => Reply::json(200, &repository(ask, owner, name)),
        ("GET", ["user"]) if ask.request.header("authorization").is_none() => {
            Reply::json(401, &json!({"message": "Requires authentication", "status": "401"}))
        }
        ("GET", ["user"]) => Reply::json(200, &user(ask, "devbox-ci")),
        ("GET", ["users", login]) => Reply::json(200, &user(ask, login)),
        ("GET", ["user", "repos"]) => Reply::json(200, &json!([repository(ask, "devbox-ci", "orders-api")])),
        ("POST", ["user", "repos"]) => Reply::json(201, &repository(ask, "devbox-ci", &name_sent(ask))),
        ("GET", ["gists", id]) => Reply::json(200, &gist(ask, id)),
        ("POST", ["gists"]) => Reply::json(201, &gist(ask, &ask.chance("gist").text(HEX, 32))),
        ("PUT", ["repos", _, _, "contents", ..]) => {
            Reply::json(201, &json!({"content": {"sha": ask.chance("sha").text(HEX, 40)}}))
        }
        ("GET", _) => Reply::json(404, &json!({"message": "Not Found", "status": "404"})),
        ("DELETE", _) => Reply::empty(204),
        _ => Reply::json(
            201,
            &json!({"id": ask.chance("id").below(1 << 31), "url": ask.request.url.chars().take(512).collect::<String>()}),
        ),
    };
    reply
        .with("x-ratelimit-limit", "5000")
        .with("x-ratelimit-remaining", "4987")
        .with("x-github-media-type", "github.v3; format=json")
}

fn contents(ask: &Ask<'_>, owner: &str, name: &str, path: &str) -> Value {
    let bytes = content(ask);
    let encoded = STANDARD.encode(&bytes);
    let lines: Vec<&str> = (0..encoded.len())
        .step_by(60)
        .map(|start| &encoded[start..encoded.len().min(start + 60)])
        .collect();
    json!({
        "type": "file", "name": path.rsplit('/').next(), "path": path, "sha": ask.chance("sha").text(HEX, 40), "size": bytes.len(),
        "encoding": "base64", "content": lines.join("\n") + "\n",
        "download_url": format!("https://raw.githubusercontent.com/{owner}/{name}/main/{path}"),
    })
}

fn repository(ask: &Ask<'_>, owner: &str, name: &str) -> Value {
    let mut chance = ask.chance("repository");
    json!({
        "id": chance.below(900_000_000), "name": name, "full_name": format!("{owner}/{name}"), "private": false, "owner": {"login": owner},
        "default_branch": "main", "description": null, "stargazers_count": chance.below(400), "homepage": ask.link(""),
        "created_at": rfc3339(1_600_000_000 + chance.below(100_000_000) as u64),
    })
}

fn user(ask: &Ask<'_>, login: &str) -> Value {
    json!({"login": login, "id": ask.chance("user").below(90_000_000), "type": "User", "email": ask.mailbox(0), "blog": ask.link("")})
}

fn gist(ask: &Ask<'_>, id: &str) -> Value {
    let text = format!("{}\n", ask.mailbox(0));
    json!({"id": id, "public": false, "files": {"config.txt": {"filename": "config.txt", "type": "text/plain", "size": text.len(), "content": text}}})
}

/// The name that a new repository is given.
fn name_sent(ask: &Ask<'_>) -> String {
    let body: Value = serde_json::from_slice(ask.body()).unwrap_or(Value::Null);
    body["name"].as_str().unwrap_or("new").chars().take(100).collect()
}
