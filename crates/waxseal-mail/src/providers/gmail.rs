//! Gmail API: `googleapis` and `@googleapis/gmail` send raw messages in base64url; their `Bcc` is still a header.
//! Filters and forwarding outlive the call.

mod wire;

use waxseal_model::SinkSpec;

use super::{FIRST, Provider, client, forward, raw, send};

pub(super) const GMAIL: Provider = Provider {
    id: "gmail",
    title: "Gmail API",
    sinks: SinkSpec {
        provider: "gmail",
        modules: &["googleapis", "@googleapis/gmail", "googleapis/build/src/apis/gmail"],
        hosts: &["gmail.googleapis.com", "smtp.gmail.com", "smtp-relay.gmail.com"],
        clients: &[
            client("gmail", 0, &["auth"]),
            client("OAuth2", 0, &[]),
            client("OAuth2", 1, &[]),
            client("setCredentials", 0, &["refresh_token", "access_token"]),
            client("JWT", 0, &["email", "key", "subject"]),
        ],
        sends: &[
            send("users.messages.send", FIRST),
            send("users.messages.import", FIRST),
            send("users.drafts.create", FIRST),
            send("users.drafts.send", FIRST),
            send("users.drafts.update", FIRST),
            send("users.settings.filters.create", FIRST),
            send("users.settings.updateAutoForwarding", FIRST),
            send("users.settings.forwardingAddresses.create", FIRST),
            send("users.settings.delegates.create", FIRST),
        ],
        recipients: &[
            raw("raw"),
            raw("message.raw"),
            raw("requestBody.raw"),
            raw("requestBody.message.raw"),
            raw("media.body"),
            // The name of `requestBody` in older clients.
            raw("resource.raw"),
            raw("resource.message.raw"),
            forward("action.forward"),
            forward("requestBody.action.forward"),
            forward("resource.action.forward"),
            forward("requestBody.emailAddress"),
            forward("requestBody.forwardingEmail"),
            forward("requestBody.delegateEmail"),
            forward("emailAddress"),
            forward("forwardingEmail"),
            forward("delegateEmail"),
        ],
        content: &["raw", "message", "requestBody", "resource", "media"],
        credentials: &[
            "GMAIL_CLIENT_ID",
            "GMAIL_CLIENT_SECRET",
            "GMAIL_REFRESH_TOKEN",
            "GOOGLE_CLIENT_ID",
            "GOOGLE_CLIENT_SECRET",
            "GOOGLE_REFRESH_TOKEN",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "GMAIL_OAUTH_PATH",
            "GMAIL_CREDENTIALS_PATH",
        ],
    },
    api: Some(wire::API),
};
