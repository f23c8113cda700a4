//! email-templates: templates over nodemailer: the message is under `message`, and the one given to the
//! constructor is the default of all.

use waxseal_model::{MessageArgument, SinkSpec};

use super::nodemailer::SMTP_ENVIRONMENT;
use super::{FIRST, Provider, bcc, cc, client, client_send, envelope, headers, raw, reply_to, return_path, to};

pub(super) const EMAIL_TEMPLATES: Provider = Provider {
    id: "email-templates",
    title: "email-templates",
    sinks: SinkSpec {
        provider: "email-templates",
        modules: &["email-templates"],
        hosts: &[],
        clients: &[client(
            "default",
            0,
            &[
                "transport.host",
                "transport.service",
                "transport.auth.user",
                "transport.auth.pass",
            ],
        )],
        sends: &[
            client_send("send", FIRST),
            // `new Email({ message, transport })`.
            client_send("default", FIRST),
            client_send("renderAll", MessageArgument::Object(2)),
        ],
        recipients: &[
            to("message.to"),
            to("message.to[].address"),
            cc("message.cc"),
            cc("message.cc[].address"),
            bcc("message.bcc"),
            bcc("message.bcc[].address"),
            reply_to("message.replyTo"),
            reply_to("message.replyTo[].address"),
            envelope("message.envelope.to"),
            envelope("message.envelope.cc"),
            envelope("message.envelope.bcc"),
            return_path("message.envelope.from"),
            headers("message.headers.*"),
            headers("message.headers[key].value"),
            raw("message.raw"),
        ],
        content: &["message", "locals", "template"],
        credentials: SMTP_ENVIRONMENT,
    },
    api: None,
};
