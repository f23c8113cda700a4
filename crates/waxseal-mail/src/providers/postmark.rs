//! Postmark: `postmark`: one flat object of comma-separated lists, in upper camel case both in the SDK and on the
//! wire.

mod wire;

use waxseal_model::{FieldPlace, MessageArgument, SinkSpec};

use super::{FIRST, Provider, bcc, cc, client, client_send, headers, reply_to, send, to};

pub(super) const POSTMARK: Provider = Provider {
    id: "postmark",
    title: "Postmark",
    sinks: SinkSpec {
        provider: "postmark",
        modules: &["postmark"],
        hosts: &[
            "api.postmarkapp.com",
            "smtp.postmarkapp.com",
            "smtp-broadcasts.postmarkapp.com",
        ],
        clients: &[
            client("ServerClient", 0, &[]),
            client("AccountClient", 0, &[]),
            client("Client", 0, &[]),
        ],
        sends: &[
            send("sendEmail", FIRST),
            send("sendEmailBatch", FIRST),
            send("sendEmailWithTemplate", FIRST),
            send("sendEmailBatchWithTemplates", FIRST),
            send("sendBulkEmail", FIRST),
            // Version 1 of the client.
            client_send("send", FIRST),
            client_send("batch", FIRST),
            // The two message classes take their fields one by one.
            send(
                "Models.Message",
                MessageArgument::Positional(&[
                    (4, FieldPlace::To),
                    (5, FieldPlace::Cc),
                    (6, FieldPlace::Bcc),
                    (7, FieldPlace::ReplyTo),
                ]),
            ),
            send(
                "Models.TemplatedMessage",
                MessageArgument::Positional(&[
                    (3, FieldPlace::To),
                    (4, FieldPlace::Cc),
                    (5, FieldPlace::Bcc),
                    (6, FieldPlace::ReplyTo),
                ]),
            ),
        ],
        recipients: &[
            to("To"),
            cc("Cc"),
            bcc("Bcc"),
            reply_to("ReplyTo"),
            headers("Headers[Name].Value"),
            to("Messages[].To"),
            cc("Messages[].Cc"),
            bcc("Messages[].Bcc"),
            reply_to("Messages[].ReplyTo"),
            headers("Messages[].Headers[Name].Value"),
        ],
        content: &["Subject", "TextBody", "HtmlBody", "Attachments", "TemplateModel"],
        credentials: &[
            "POSTMARK_SERVER_TOKEN",
            "POSTMARK_API_TOKEN",
            "POSTMARK_API_KEY",
            "POSTMARK_TOKEN",
            "POSTMARK_ACCOUNT_TOKEN",
        ],
    },
    api: Some(wire::API),
};
