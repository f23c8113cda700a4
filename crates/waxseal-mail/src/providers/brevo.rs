//! Brevo: `@getbrevo/brevo`, and `sib-api-v3-sdk` of when it was called Sendinblue; the message is the same in
//! each and on the wire.

mod wire;

use waxseal_model::SinkSpec;

use super::{FIRST, Provider, bare_client, bcc, cc, client, client_send, headers, reply_to, send, to};

pub(super) const BREVO: Provider = Provider {
    id: "brevo",
    title: "Brevo",
    sinks: SinkSpec {
        provider: "brevo",
        modules: &[
            "@getbrevo/brevo",
            "sib-api-v3-sdk",
            "sib-api-v3-typescript",
            "nodemailer-brevo-transport",
            "nodemailer-sendinblue-transport",
        ],
        hosts: &[
            "api.brevo.com",
            "api.sendinblue.com",
            "smtp-relay.brevo.com",
            "smtp-relay.sendinblue.com",
        ],
        clients: &[
            client("BrevoClient", 0, &["apiKey"]),
            bare_client("TransactionalEmailsApi"),
            client("setApiKey", 1, &[]),
            // `new BrevoTransport({ apiKey })`.
            client("default", 0, &["apiKey"]),
        ],
        sends: &[send("sendTransacEmail", FIRST), client_send("SendSmtpEmail", FIRST)],
        recipients: &[
            to("to[].email"),
            cc("cc[].email"),
            bcc("bcc[].email"),
            reply_to("replyTo.email"),
            headers("headers.*"),
            to("messageVersions[].to[].email"),
            cc("messageVersions[].cc[].email"),
            bcc("messageVersions[].bcc[].email"),
            reply_to("messageVersions[].replyTo.email"),
        ],
        content: &[
            "subject",
            "htmlContent",
            "textContent",
            "attachment",
            "params",
            "templateId",
        ],
        credentials: &["BREVO_API_KEY", "SENDINBLUE_API_KEY", "SIB_API_KEY"],
    },
    api: Some(wire::API),
};
