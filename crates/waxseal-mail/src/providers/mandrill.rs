//! Mailchimp Transactional: `@mailchimp/mailchimp_transactional` and `mandrill-api`: the place of a recipient is
//! in its own field `type`, and the key is in the body.

mod wire;

use waxseal_model::SinkSpec;

use super::{FIRST, Provider, bcc, client, client_send, envelope, headers, raw, to};

pub(super) const MANDRILL: Provider = Provider {
    id: "mandrill",
    title: "Mailchimp Transactional",
    sinks: SinkSpec {
        provider: "mandrill",
        modules: &[
            "@mailchimp/mailchimp_transactional",
            "mandrill-api",
            "mandrill-api/mandrill",
            "mandrill",
            "node-mandrill",
            "nodemailer-mandrill-transport",
        ],
        hosts: &["mandrillapp.com", "smtp.mandrillapp.com"],
        clients: &[client("default", 0, &["auth.apiKey"]), client("Mandrill", 0, &[])],
        sends: &[
            client_send("messages.send", FIRST),
            client_send("messages.sendTemplate", FIRST),
            client_send("messages.sendMcTemplate", FIRST),
            client_send("messages.sendRaw", FIRST),
        ],
        recipients: &[
            to("message.to[type].email"),
            bcc("message.bcc_address"),
            headers("message.headers.*"),
            // `sendRaw`: the envelope as plain texts beside the raw message.
            envelope("to"),
            raw("raw_message"),
        ],
        content: &[
            "message.subject",
            "message.text",
            "message.html",
            "message.attachments",
            "message.images",
            "message.merge_vars",
            "message.global_merge_vars",
            "template_content",
            "raw_message",
        ],
        credentials: &[
            "MANDRILL_API_KEY",
            "MANDRILL_APIKEY",
            "MAILCHIMP_TRANSACTIONAL_API_KEY",
            "MANDRILL_KEY",
        ],
    },
    api: Some(wire::API),
};
