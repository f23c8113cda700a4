//! Elastic Email: transactional messages have three lists, bulk messages one list of single recipients.

mod wire;

use waxseal_model::SinkSpec;

use super::{
    FIRST, Provider, bare_client, bcc, cc, client, client_send, envelope, headers, reply_to, return_path, send, to,
};

pub(super) const ELASTIC_EMAIL: Provider = Provider {
    id: "elastic-email",
    title: "Elastic Email",
    sinks: SinkSpec {
        provider: "elastic-email",
        modules: &[
            "@elasticemail/elasticemail-client",
            "@elasticemail/elasticemail-client-ts-axios",
        ],
        hosts: &["api.elasticemail.com", "smtp.elasticemail.com"],
        clients: &[bare_client("EmailsApi"), client("Configuration", 0, &["apiKey"])],
        sends: &[
            send("emailsTransactionalPost", FIRST),
            client_send("emailsPost", FIRST),
            client_send("emailsMergefilePost", FIRST),
        ],
        recipients: &[
            to("Recipients.To"),
            cc("Recipients.CC"),
            bcc("Recipients.BCC"),
            envelope("Recipients[].Email"),
            reply_to("Content.ReplyTo"),
            headers("Content.Headers.*"),
            return_path("Content.EnvelopeFrom"),
        ],
        content: &[
            "Content.Subject",
            "Content.Body",
            "Content.Attachments",
            "Content.AttachFiles",
            "Content.Merge",
            "MergeFile",
        ],
        credentials: &["ELASTICEMAIL_API_KEY", "ELASTIC_EMAIL_API_KEY"],
    },
    api: Some(wire::API),
};
