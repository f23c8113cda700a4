//! HAR 1.2 as a JSON Schema, written from the format's own description (<http://www.softwareishard.com/blog/har-12-spec/>).

use serde_json::{Value, json};

/// An object with exactly these fields; fields of ours begin with `_`.
fn object(required: &[&str], properties: Value) -> Value {
    json!({
        "type": "object",
        "required": required,
        "properties": properties,
        "patternProperties": { "^_": {} },
        "additionalProperties": false,
    })
}

fn pairs() -> Value {
    let pair = json!({ "name": { "type": "string" }, "value": { "type": "string" }, "comment": { "type": "string" } });
    json!({ "type": "array", "items": object(&["name", "value"], pair) })
}

fn request() -> Value {
    object(
        &[
            "method",
            "url",
            "httpVersion",
            "cookies",
            "headers",
            "queryString",
            "headersSize",
            "bodySize",
        ],
        json!({
            "method": { "type": "string" },
            // RFC 3986 §2 and §3.
            "url": { "type": "string", "pattern": "^[a-z][a-z0-9+.-]*:([A-Za-z0-9._~:/?#@!$&'()*+,;=\\[\\]-]|%[0-9A-Fa-f]{2})*$" },
            "httpVersion": { "type": "string" },
            "cookies": pairs(),
            "headers": pairs(),
            "queryString": pairs(),
            "postData": object(&["mimeType", "params", "text"], json!({
                "mimeType": { "type": "string" },
                "params": pairs(),
                "text": { "type": "string" },
                "comment": { "type": "string" },
            })),
            "headersSize": { "type": "integer", "minimum": -1 },
            "bodySize": { "type": "integer", "minimum": -1 },
        }),
    )
}

fn response() -> Value {
    object(
        &[
            "status",
            "statusText",
            "httpVersion",
            "cookies",
            "headers",
            "content",
            "redirectURL",
            "headersSize",
            "bodySize",
        ],
        json!({
            "status": { "type": "integer" },
            "statusText": { "type": "string" },
            "httpVersion": { "type": "string" },
            "cookies": pairs(),
            "headers": pairs(),
            "content": object(&["size", "mimeType"], json!({
                "size": { "type": "integer" },
                "mimeType": { "type": "string" },
                "text": { "type": "string" },
                "encoding": { "type": "string" },
            })),
            "redirectURL": { "type": "string" },
            "headersSize": { "type": "integer", "minimum": -1 },
            "bodySize": { "type": "integer", "minimum": -1 },
        }),
    )
}

/// The whole document.
pub(super) fn har() -> Value {
    let moment = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$";
    let span = json!({ "type": "number", "minimum": -1 });
    let entry = object(
        &["startedDateTime", "time", "request", "response", "cache", "timings"],
        json!({
            "startedDateTime": { "type": "string", "pattern": moment },
            "time": { "type": "number", "minimum": 0 },
            "request": request(),
            "response": response(),
            "cache": { "type": "object" },
            "timings": object(&["send", "wait", "receive"], json!({ "send": span, "wait": span, "receive": span })),
            "serverIPAddress": { "type": "string" },
            "connection": { "type": "string" },
        }),
    );
    let creator = json!({ "name": { "type": "string" }, "version": { "type": "string" } });
    let log = json!({
        "version": { "const": "1.2" },
        "creator": object(&["name", "version"], creator),
        "pages": { "type": "array" },
        "entries": { "type": "array", "items": entry },
    });
    object(
        &["log"],
        json!({ "log": object(&["version", "creator", "entries"], log) }),
    )
}
