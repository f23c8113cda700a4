//! Nodemailer: the SMTP library most of npm sends with. Every field but `envelope` becomes a header; `Bcc` is
//! taken out again and reaches only the envelope.

use waxseal_model::SinkSpec;

use super::{
    FIRST, Provider, SECOND, bcc, cc, client, client_send, envelope, headers, raw, reply_to, return_path, send, to,
};

pub(super) const NODEMAILER: Provider = Provider {
    id: "nodemailer",
    title: "Nodemailer",
    sinks: SinkSpec {
        provider: "nodemailer",
        modules: &[
            "nodemailer",
            "nodemailer/lib/mailer",
            "nodemailer/lib/mail-composer",
            "nodemailer/lib/smtp-transport",
            "nodemailer/lib/smtp-pool",
            "nodemailer/lib/sendmail-transport",
            "nodemailer/lib/ses-transport",
            "nodemailer/lib/stream-transport",
            "nodemailer/lib/json-transport",
            "nodemailer-smtp-transport",
            "nodemailer-smtp-pool",
            "nodemailer-direct-transport",
            "nodemailer-sendmail-transport",
            "mailcomposer",
            "@tryghost/nodemailer",
            "@reactioncommerce/nodemailer",
        ],
        hosts: &[],
        clients: &[
            client("createTransport", 0, SMTP_OPTIONS),
            // The transports, called or constructed on their own.
            client("default", 0, SMTP_OPTIONS),
        ],
        sends: &[
            send("sendMail", FIRST),
            // Defaults of every message: `createTransport(options, { bcc })`.
            client_send("createTransport", SECOND),
            client_send("MailComposer", FIRST),
        ],
        recipients: &[
            to("to"),
            to("to[].address"),
            cc("cc"),
            cc("cc[].address"),
            bcc("bcc"),
            bcc("bcc[].address"),
            reply_to("replyTo"),
            reply_to("replyTo[].address"),
            envelope("envelope.to"),
            envelope("envelope.to[].address"),
            envelope("envelope.cc"),
            envelope("envelope.cc[].address"),
            envelope("envelope.bcc"),
            envelope("envelope.bcc[].address"),
            return_path("envelope.from"),
            headers("headers.*"),
            headers("headers.*.value"),
            headers("headers[key].value"),
            raw("raw"),
            raw("raw.content"),
        ],
        content: &[
            "subject",
            "text",
            "html",
            "amp",
            "attachments",
            "alternatives",
            "icalEvent",
            "raw",
            "watchHtml",
        ],
        credentials: SMTP_ENVIRONMENT,
    },
    api: None,
};

/// Where the options of a transport hold the server and the account.
const SMTP_OPTIONS: &[&str] = &[
    "host",
    "service",
    "url",
    "auth.user",
    "auth.pass",
    "auth.accessToken",
    "auth.refreshToken",
    "auth.clientSecret",
    "auth.serviceClient",
    "auth.privateKey",
];

/// What programs usually call the variables with an SMTP account.
pub(super) const SMTP_ENVIRONMENT: &[&str] = &[
    "SMTP_HOST",
    "SMTP_USER",
    "SMTP_USERNAME",
    "SMTP_PASS",
    "SMTP_PASSWORD",
    "SMTP_URL",
    "MAIL_HOST",
    "MAIL_USER",
    "MAIL_USERNAME",
    "MAIL_PASS",
    "MAIL_PASSWORD",
    "EMAIL_HOST",
    "EMAIL_USER",
    "EMAIL_PASS",
    "EMAIL_PASSWORD",
];
