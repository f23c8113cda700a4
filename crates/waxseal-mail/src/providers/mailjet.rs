//! Mailjet: version 3.1 takes `Messages`, each with lists of objects; version 3 one flat message with
//! `Recipients` or comma-separated lists.

mod wire;

use waxseal_model::SinkSpec;

use super::{FIRST, Provider, bcc, cc, client, client_send, envelope, headers, reply_to, to};

pub(super) const MAILJET: Provider = Provider {
    id: "mailjet",
    title: "Mailjet",
    sinks: SinkSpec {
        provider: "mailjet",
        modules: &["node-mailjet"],
        hosts: &[
            "api.mailjet.com",
            "api.us.mailjet.com",
            "in-v3.mailjet.com",
            "in.mailjet.com",
        ],
        clients: &[
            client("default", 0, &["apiKey", "apiSecret", "apiToken"]),
            client("Client", 0, &["apiKey", "apiSecret", "apiToken"]),
            client("apiConnect", 0, &[]),
            client("apiConnect", 1, &[]),
            client("connect", 0, &[]),
            client("connect", 1, &[]),
        ],
        sends: &[
            // `mailjet.post("send", { version }).request(body)`.
            client_send("post.request", FIRST),
            client_send("request", FIRST),
        ],
        recipients: &[
            to("Messages[].To[].Email"),
            cc("Messages[].Cc[].Email"),
            bcc("Messages[].Bcc[].Email"),
            reply_to("Messages[].ReplyTo.Email"),
            headers("Messages[].Headers.*"),
            to("Globals.To[].Email"),
            cc("Globals.Cc[].Email"),
            bcc("Globals.Bcc[].Email"),
            reply_to("Globals.ReplyTo.Email"),
            headers("Globals.Headers.*"),
            envelope("Recipients[].Email"),
            to("To"),
            cc("Cc"),
            bcc("Bcc"),
            headers("Headers.*"),
            // Version 3 takes an array of flat messages under the same name.
            envelope("Messages[].Recipients[].Email"),
            to("Messages[].To"),
            cc("Messages[].Cc"),
            bcc("Messages[].Bcc"),
            // Errors in a template are mailed here, with the message.
            to("Messages[].TemplateErrorReporting.Email"),
        ],
        content: &[
            "Subject",
            "TextPart",
            "HTMLPart",
            "Text-part",
            "Html-part",
            "Attachments",
            "InlinedAttachments",
            "Variables",
            "Vars",
        ],
        credentials: &[
            "MJ_APIKEY_PUBLIC",
            "MJ_APIKEY_PRIVATE",
            "MAILJET_API_KEY",
            "MAILJET_API_SECRET",
            "MAILJET_SECRET_KEY",
            "MJ_API_TOKEN",
        ],
    },
    api: Some(wire::API),
};
