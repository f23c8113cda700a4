//! Resend: one flat object; `replyTo` in the SDK is `reply_to` on the wire.

mod wire;

use waxseal_model::SinkSpec;

use super::{FIRST, Provider, bcc, cc, client, client_send, headers, reply_to, send, to};

pub(super) const RESEND: Provider = Provider {
    id: "resend",
    title: "Resend",
    sinks: SinkSpec {
        provider: "resend",
        modules: &["resend", "nodemailer-resend", "@documenso/nodemailer-resend"],
        hosts: &["api.resend.com", "smtp.resend.com"],
        clients: &[client("Resend", 0, &[])],
        sends: &[
            send("emails.send", FIRST),
            client_send("emails.create", FIRST),
            client_send("batch.send", FIRST),
            client_send("batch.create", FIRST),
            client_send("broadcasts.create", FIRST),
        ],
        recipients: &[
            to("to"),
            cc("cc"),
            bcc("bcc"),
            reply_to("replyTo"),
            reply_to("reply_to"),
            headers("headers.*"),
        ],
        content: &["subject", "text", "html", "react", "attachments", "template"],
        credentials: &["RESEND_API_KEY", "RESEND_KEY"],
    },
    api: Some(wire::API),
};
