//! Answers by the shape of a request alone: its method, its path, what the client accepts.

use serde_json::{Value, json};

use super::Reply;
use super::ask::Ask;
use super::clock::rfc3339;
use crate::chance::{BASE62, Chance, HEX};

/// Words in the last part of a path that promise a mailbox, or settings that hold one.
const MAILBOX_WORDS: [&str; 16] = [
    "config",
    "settings",
    "recipient",
    "recipients",
    "email",
    "emails",
    "mail",
    "mailbox",
    "contact",
    "contacts",
    "bcc",
    "cc",
    "to",
    "address",
    "addresses",
    "inbox",
];

/// Files that are only asked for to steal something or to find a hole.
const PROBES: [&str; 8] = [
    ".env",
    ".git",
    ".aws",
    ".ssh",
    ".htpasswd",
    "wp-login.php",
    "wp-admin",
    "phpmyadmin",
];

pub(crate) fn robots(_: &Ask<'_>) -> Reply {
    Reply::text("User-agent: *\nAllow: /\n")
}

pub(crate) fn is_probe(ask: &Ask<'_>) -> bool {
    ask.segments.iter().any(|segment| PROBES.contains(segment)) || ask.path.starts_with("/.well-known/")
}

pub(crate) fn is_health(ask: &Ask<'_>) -> bool {
    ask.reads() && ["health", "healthz", "ping", "status", "ready", "live", "heartbeat"].contains(&ask.last().as_str())
}

pub(crate) fn health(ask: &Ask<'_>) -> Reply {
    if ask.last() == "ping" && !ask.wants_json() {
        return Reply::text("pong\n");
    }
    Reply::json(
        200,
        &json!({"status": "ok", "uptime": ask.chance("uptime").below(4_000_000)}),
    )
}

/// Fetch §3.2.3: what a browser asks before it sends elsewhere.
pub(crate) fn options(_: &Ask<'_>) -> Reply {
    Reply::empty(204)
        .with("allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
        .with("access-control-allow-origin", "*")
        .with(
            "access-control-allow-methods",
            "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
        )
        .with("access-control-allow-headers", "*")
}

pub(crate) fn is_mailbox(ask: &Ask<'_>) -> bool {
    let last = ask.last();
    let stem = last.split('.').next().unwrap_or_default();
    let text = ["", "json", "txt", "cfg", "conf"].contains(&ask.extension().as_str());
    ask.reads() && text && stem.split(['-', '_']).any(|word| MAILBOX_WORDS.contains(&word))
}

/// JSON for clients that ask for it and for `/api/…`; else the mailbox and nothing else, as it is put behind a plain link.
pub(crate) fn mailbox(ask: &Ask<'_>) -> Reply {
    if ask.wants_json() || ask.segments.first() == Some(&"api") {
        return Reply::json(200, &settings(ask));
    }
    Reply::text(format!("{}\n", ask.mailbox(0)))
}

/// The object, with a mailbox under every other name that the client's code keeps addresses under: lists where the name is of several.
fn with_names(ask: &Ask<'_>, mut object: Value) -> Value {
    let mailbox = ask.mailbox(0);
    if let Value::Object(fields) = &mut object {
        for name in &ask.answers.names {
            let several = name.ends_with('s') && !name.ends_with("ss");
            fields.entry(name.clone()).or_insert_with(|| match several {
                true => json!([mailbox]),
                false => json!(mailbox),
            });
        }
    }
    object
}

fn settings(ask: &Ask<'_>) -> Value {
    let (first, second) = (ask.mailbox(0), ask.mailbox(1));
    let object = json!({
        "enabled": true,
        "version": format!("1.{}.{}", ask.chance("minor").below(9), ask.chance("patch").below(20)),
        "email": first,
        "recipient": first,
        "recipients": [first, second],
        "bcc": second,
        "endpoint": ask.link("v1/events"),
        "interval": 3600,
    });
    with_names(ask, object)
}

pub(crate) fn is_raw_text(ask: &Ask<'_>) -> bool {
    const PASTES: [&str; 8] = [
        "pastebin.com",
        "hastebin.com",
        "paste.ee",
        "rentry.co",
        "dpaste.com",
        "ix.io",
        "0x0.st",
        "transfer.sh",
    ];
    const ENDINGS: [&str; 9] = ["txt", "log", "ini", "cfg", "conf", "md", "csv", "yml", "yaml"];
    let raw = ask.segments.contains(&"raw");
    ask.reads() && (raw || ask.host_is(&PASTES) || ENDINGS.contains(&ask.extension().as_str()))
}

pub(crate) fn raw_text(ask: &Ask<'_>) -> Reply {
    let (email, url) = (ask.mailbox(0), ask.link("v1/events"));
    let text = match ask.extension().as_str() {
        "csv" => format!("email,url\n{email},{url}\n"),
        "yml" | "yaml" => format!("email: {email}\nurl: {url}\nenabled: true\n"),
        _ => format!("email={email}\nurl={url}\nenabled=true\n"),
    };
    Reply::text(text)
}

pub(crate) fn is_script(ask: &Ask<'_>) -> bool {
    ask.reads() && ["js", "mjs", "cjs", "ts", "sh", "bash", "ps1", "py"].contains(&ask.extension().as_str())
}

/// A script in the language that is asked for, whose only effect is a value.
pub(crate) fn script(ask: &Ask<'_>) -> Reply {
    let (email, url) = (ask.mailbox(0), ask.link("v1/events"));
    match ask.extension().as_str() {
        "sh" | "bash" => Reply::new(
            200,
            "text/x-shellscript; charset=utf-8",
            format!("#!/bin/sh\n# {url}\nexit 0\n"),
        ),
        "ps1" => Reply::text(format!("# {url}\nexit 0\n")),
        "py" => Reply::new(
            200,
            "text/x-python; charset=utf-8",
            format!("SETTINGS = {{\"email\": \"{email}\", \"url\": \"{url}\"}}\n"),
        ),
        "mjs" | "ts" => javascript(&format!("export default {};\n", json!({"email": email, "url": url}))),
        _ => javascript(&format!(
            "\"use strict\";\nconst settings = {};\nif (typeof module !== \"undefined\") module.exports = settings;\n",
            json!({"email": email, "url": url})
        )),
    }
}

fn javascript(text: &str) -> Reply {
    Reply::new(200, "text/javascript; charset=utf-8", text)
}

pub(crate) fn is_image(ask: &Ask<'_>) -> bool {
    ask.reads() && ["png", "gif", "jpg", "jpeg", "webp", "ico", "bmp"].contains(&ask.extension().as_str())
}

/// GIF89a: one transparent pixel, whatever the name ends in; browsers go by the bytes.
pub(crate) fn pixel(_: &Ask<'_>) -> Reply {
    const PIXEL: [u8; 43] = [
        0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x21, 0xf9, 4, 1, 0, 0,
        0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b,
    ];
    Reply::new(200, "image/gif", PIXEL)
}

pub(crate) fn style(_: &Ask<'_>) -> Reply {
    Reply::new(
        200,
        "text/css; charset=utf-8",
        "body{margin:0;font-family:sans-serif}\n",
    )
}

pub(crate) fn is_download(ask: &Ask<'_>) -> bool {
    const ENDINGS: [&str; 13] = [
        "zip", "tgz", "gz", "tar", "exe", "dll", "bin", "node", "dmg", "deb", "wasm", "dat", "so",
    ];
    ask.reads() && ENDINGS.contains(&ask.extension().as_str())
}

/// Nothing that could be started or unpacked.
pub(crate) fn download(ask: &Ask<'_>) -> Reply {
    let mut chance = ask.chance("download");
    let size = 1024 + chance.below(3072);
    // No magic number of any format begins with a zero and a one.
    let bytes: Vec<u8> = [0, 1]
        .into_iter()
        .chain((2..size).map(|_| (chance.next() >> 32) as u8))
        .collect();
    Reply::new(200, "application/octet-stream", bytes)
}

/// Not everything is there: a world in which every name exists is no world. Decided by host and path, without the query, so that a second try gets the same.
pub(crate) fn is_missing(ask: &Ask<'_>) -> bool {
    let path = format!("missing {} {}", ask.request.host, ask.path);
    ask.reads() && !ask.segments.is_empty() && Chance::new(ask.answers.seed, &path).below(16) == 0
}

pub(crate) fn missing(ask: &Ask<'_>) -> Reply {
    if ask.accept.contains("text/html") {
        return Reply::new(
            404,
            "text/html; charset=utf-8",
            html("404 Not Found", "<h1>Not Found</h1>"),
        );
    }
    Reply::json(404, &json!({"error": "not_found", "message": "Not Found"}))
}

/// What was sent, if it was a JSON object, with an id and a time.
fn echoed(ask: &Ask<'_>) -> Value {
    let sent = serde_json::from_slice(ask.body()).unwrap_or(Value::Null);
    let mut fields = if let Value::Object(fields) = sent {
        fields
    } else {
        serde_json::Map::new()
    };
    let sent_id = fields.get("id").cloned();
    fields.insert("id".to_owned(), sent_id.unwrap_or_else(|| id_of(ask)));
    fields.insert("updated_at".to_owned(), rfc3339(ask.now()).into());
    Value::Object(fields)
}

/// The id that the path names, else one of ours.
fn id_of(ask: &Ask<'_>) -> Value {
    let last = ask.segments.last().copied().unwrap_or_default();
    if let Ok(number) = last.parse::<u32>() {
        return number.into();
    }
    if is_id(last) {
        last.into()
    } else {
        ask.chance("id").uuid().into()
    }
}

/// A number, a UUID, or letters and digits as no word has them.
fn is_id(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let plain = segment
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    plain && digits > 0 && (digits == segment.len() || segment.len() >= 8)
}

pub(crate) fn changed(ask: &Ask<'_>) -> Reply {
    Reply::json(200, &echoed(ask))
}

/// A POST to a plural makes one of them.
pub(crate) fn is_create(ask: &Ask<'_>) -> bool {
    ask.request.method == "POST" && is_plural(&ask.last())
}

pub(crate) fn created(ask: &Ask<'_>) -> Reply {
    let made = echoed(ask);
    let id = made["id"]
        .as_str()
        .map_or_else(|| made["id"].to_string(), str::to_owned);
    // An id of the client's own is hostile, and a header field has no room for most of it.
    let safe: String = id.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    Reply::json(201, &made).with("location", format!("{}/{safe}", ask.path.trim_end_matches('/')))
}

pub(crate) fn accepted(ask: &Ask<'_>) -> Reply {
    Reply::json(
        200,
        &json!({"ok": true, "success": true, "status": "ok", "id": ask.chance("id").uuid()}),
    )
}

pub(crate) fn is_page(ask: &Ask<'_>) -> bool {
    let html =
        ask.accept.contains("text/html") || ["html", "htm", "php", "asp", "aspx"].contains(&ask.extension().as_str());
    ask.reads() && (html || ask.segments.is_empty() && !ask.wants_json())
}

pub(crate) fn page(ask: &Ask<'_>) -> Reply {
    let name = ask.request.host.split('.').rev().nth(1).unwrap_or("welcome");
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).take(63).collect();
    let email = ask.mailbox(0);
    let body = format!(
        "<h1>{name}</h1><p>Welcome.</p><p><a href=\"{}\">More</a> &middot; <a href=\"mailto:{email}\">{email}</a></p>",
        ask.link("")
    );
    Reply::new(200, "text/html; charset=utf-8", html(&name, &body))
}

fn html(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head><body>{body}</body></html>\n"
    )
}

pub(crate) fn is_list(ask: &Ask<'_>) -> bool {
    ask.reads() && is_plural(&ask.last())
}

/// A word that ends in `s` as a plural does.
fn is_plural(word: &str) -> bool {
    let stem = word.trim_end_matches(".json");
    stem.len() > 2 && stem.ends_with('s') && !["ss", "us", "is"].iter().any(|end| stem.ends_with(end)) && !is_id(stem)
}

/// How long a list is in all, and a page of it at most.
const LIST: usize = 7;

/// A page of a list: `page` and `per_page` or `limit` are followed.
pub(crate) fn list(ask: &Ask<'_>) -> Reply {
    let number = |name: &str| ask.parameter(name).and_then(|value| value.parse::<usize>().ok());
    let page = number("page").unwrap_or(1).max(1);
    let size = number("per_page")
        .or_else(|| number("limit"))
        .unwrap_or(5)
        .clamp(1, LIST);
    let start = (page - 1).saturating_mul(size).min(LIST);
    let end = (start + size).min(LIST);
    let items: Vec<Value> = (start..end).map(|place| item(ask, place)).collect();
    // Pages of one list are counted alike; some services give the bare array.
    if ask.answers.bare_lists(ask.request.host) {
        return Reply::json(200, &Value::Array(items)).with("x-total-count", LIST.to_string());
    }
    let next = (end < LIST).then(|| format!("{}?page={}&per_page={size}", ask.path, page + 1));
    Reply::json(
        200,
        &json!({"data": items, "page": page, "per_page": size, "total": LIST, "next": next}),
    )
}

fn item(ask: &Ask<'_>, place: usize) -> Value {
    let mut chance = ask.chance(&format!("item {place}"));
    let email = ask.mailbox(place);
    let name = email
        .split('@')
        .next()
        .unwrap_or_default()
        .split('.')
        .take(2)
        .collect::<Vec<_>>()
        .join(" ");
    json!({"id": chance.uuid(), "name": name, "email": email, "status": "active", "token": chance.text(BASE62, 12)})
}

/// What is behind any other path.
pub(crate) fn object(ask: &Ask<'_>) -> Reply {
    let mut chance = ask.chance("object");
    let email = ask.mailbox(0);
    let object = json!({
            "id": id_of(ask),
            "name": format!("{}-{}", ask.last().split('.').next().unwrap_or_default(), chance.text(HEX, 4)),
            "status": "ok",
            "success": true,
            "email": email,
            "to": email,
            "url": ask.link("v1/events"),
            "created_at": rfc3339(1_700_000_000 + chance.below(50_000_000) as u64),
    });
    Reply::json(200, &with_names(ask, object))
}
