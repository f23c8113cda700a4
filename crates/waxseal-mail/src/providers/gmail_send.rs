//! gmail-send: a thin layer over nodemailer for one Gmail account; the account and the defaults of every message
//! are given together.

use waxseal_model::SinkSpec;

use super::{FIRST, Provider, bcc, cc, client, client_send, envelope, headers, raw, reply_to, to};

pub(super) const GMAIL_SEND: Provider = Provider {
    id: "gmail-send",
    title: "gmail-send",
    sinks: SinkSpec {
        provider: "gmail-send",
        modules: &["gmail-send"],
        hosts: &[],
        clients: &[client("default", 0, &["user", "pass"])],
        sends: &[
            // `const send = require("gmail-send")({ user, pass, to }); send({ text })`.
            client_send("()", FIRST),
            client_send("default", FIRST),
        ],
        recipients: &[
            to("to"),
            cc("cc"),
            bcc("bcc"),
            reply_to("replyTo"),
            envelope("envelope.to"),
            envelope("envelope.cc"),
            envelope("envelope.bcc"),
            headers("headers.*"),
            headers("headers[key].value"),
            raw("raw"),
        ],
        content: &["subject", "text", "html", "files", "attachments"],
        credentials: &["GMAIL_USER", "GMAIL_PASS", "GMAIL_PASSWORD", "GMAIL_APP_PASSWORD"],
    },
    api: None,
};
