//! sendmail: delivers straight to the recipients' mail servers, without an account; the module is called, and
//! what it returns is called with the message.

use waxseal_model::SinkSpec;

use super::{FIRST, Provider, bcc, cc, client, client_send, headers, reply_to, to};

pub(super) const SENDMAIL: Provider = Provider {
    id: "sendmail",
    title: "sendmail",
    sinks: SinkSpec {
        provider: "sendmail",
        modules: &["sendmail"],
        hosts: &[],
        clients: &[client("default", 0, &["smtpHost", "devHost"])],
        sends: &[client_send("()", FIRST)],
        recipients: &[
            to("to"),
            to("to[].address"),
            cc("cc"),
            cc("cc[].address"),
            bcc("bcc"),
            bcc("bcc[].address"),
            reply_to("replyTo"),
            reply_to("replyTo[].address"),
            headers("headers.*"),
            headers("headers[key].value"),
        ],
        content: &["subject", "text", "html", "attachments"],
        credentials: &[],
    },
    api: None,
};
