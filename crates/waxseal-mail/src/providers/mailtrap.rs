//! Mailtrap: one flat message with lists of objects, or `base` and `requests` of a batch.

mod wire;

use waxseal_model::SinkSpec;

use super::{FIRST, Provider, bcc, cc, client, client_send, headers, reply_to, to};

pub(super) const MAILTRAP: Provider = Provider {
    id: "mailtrap",
    title: "Mailtrap",
    sinks: SinkSpec {
        provider: "mailtrap",
        modules: &["mailtrap"],
        hosts: &[
            "send.api.mailtrap.io",
            "bulk.api.mailtrap.io",
            "sandbox.api.mailtrap.io",
            "live.smtp.mailtrap.io",
            "bulk.smtp.mailtrap.io",
            "sandbox.smtp.mailtrap.io",
        ],
        clients: &[
            client("MailtrapClient", 0, &["token"]),
            client("MailtrapTransport", 0, &["token"]),
        ],
        sends: &[client_send("send", FIRST), client_send("batchSend", FIRST)],
        recipients: &[
            to("to[].email"),
            cc("cc[].email"),
            bcc("bcc[].email"),
            reply_to("reply_to[].email"),
            headers("headers.*"),
            to("base.to[].email"),
            cc("base.cc[].email"),
            bcc("base.bcc[].email"),
            reply_to("base.reply_to[].email"),
            headers("base.headers.*"),
            to("requests[].to[].email"),
            cc("requests[].cc[].email"),
            bcc("requests[].bcc[].email"),
            reply_to("requests[].reply_to[].email"),
            headers("requests[].headers.*"),
        ],
        content: &["subject", "text", "html", "attachments", "template_variables"],
        credentials: &["MAILTRAP_TOKEN", "MAILTRAP_API_KEY", "MAILTRAP_API_TOKEN"],
    },
    api: Some(wire::API),
};
