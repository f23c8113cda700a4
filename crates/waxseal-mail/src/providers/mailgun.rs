//! Mailgun: `mailgun.js`, `mailgun-js` and the nodemailer transport send the same form fields; `to` of a MIME
//! message is its envelope.

mod wire;

use waxseal_model::{FieldPlace, MessageArgument, SinkSpec};

use super::{FIRST, Provider, SECOND, bcc, cc, client, client_send, forward, headers, raw, reply_to, to};

pub(super) const MAILGUN: Provider = Provider {
    id: "mailgun",
    title: "Mailgun",
    sinks: SinkSpec {
        provider: "mailgun",
        modules: &["mailgun.js", "mailgun-js", "nodemailer-mailgun-transport"],
        hosts: &[
            "api.mailgun.net",
            "api.eu.mailgun.net",
            "smtp.mailgun.org",
            "smtp.eu.mailgun.org",
        ],
        clients: &[
            // `new Mailgun(formData).client({ username, key })`.
            client("client", 0, &["username", "key", "url"]),
            // `mailgun-js` and the transport.
            client(
                "default",
                0,
                &["apiKey", "domain", "host", "auth.api_key", "auth.apiKey", "auth.domain"],
            ),
        ],
        sends: &[
            client_send("messages.create", SECOND),
            client_send(
                "messages.resendEmail",
                MessageArgument::Positional(&[(2, FieldPlace::Envelope)]),
            ),
            // `mailgun-js`: `mailgun.messages().send(data)`.
            client_send("messages.send", FIRST),
            client_send("messages.sendMime", FIRST),
            client_send("routes.create", FIRST),
        ],
        recipients: &[
            to("to"),
            cc("cc"),
            bcc("bcc"),
            headers("h:*"),
            raw("message"),
            // The nodemailer transport spells these its own way.
            to("to[].address"),
            cc("cc[].address"),
            bcc("bcc[].address"),
            reply_to("replyTo"),
            reply_to("replyTo[].address"),
            // `POST /v3/routes`.
            forward("action"),
        ],
        content: &[
            "subject",
            "text",
            "html",
            "amp-html",
            "attachment",
            "inline",
            "message",
            "template",
            "t:variables",
            "h:X-Mailgun-Variables",
        ],
        credentials: &[
            "MAILGUN_API_KEY",
            "MAILGUN_KEY",
            "MAILGUN_DOMAIN",
            "MAILGUN_PRIVATE_API_KEY",
        ],
    },
    api: Some(wire::API),
};
