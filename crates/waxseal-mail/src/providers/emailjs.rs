//! emailjs: an SMTP client whose message is an object of header fields in lower case; any other field becomes a
//! header too.

use waxseal_model::SinkSpec;

use super::nodemailer::SMTP_ENVIRONMENT;
use super::{FIRST, Provider, bcc, cc, client, client_send, headers, to};

pub(super) const EMAILJS: Provider = Provider {
    id: "emailjs",
    title: "emailjs",
    sinks: SinkSpec {
        provider: "emailjs",
        modules: &["emailjs"],
        hosts: &[],
        clients: &[
            client("SMTPClient", 0, &["host", "user", "password"]),
            // Before version 3: `email.server.connect(options)`.
            client("connect", 0, &["host", "user", "password"]),
        ],
        sends: &[
            client_send("send", FIRST),
            client_send("sendAsync", FIRST),
            client_send("Message", FIRST),
            client_send("message.create", FIRST),
        ],
        recipients: &[
            // `to`, `cc`, `bcc`, `reply-to`, `return-path`: the whole object is header fields.
            headers("*"),
            to("header.to"),
            cc("header.cc"),
            bcc("header.bcc"),
        ],
        content: &["subject", "text", "attachment"],
        credentials: SMTP_ENVIRONMENT,
    },
    api: None,
};
