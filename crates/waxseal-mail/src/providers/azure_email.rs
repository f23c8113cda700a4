//! Azure Communication Services Email: `@azure/communication-email`: three lists under `recipients`.

mod wire;

use waxseal_model::SinkSpec;

use super::{FIRST, Provider, bcc, cc, client, headers, reply_to, send, to};

pub(super) const AZURE_EMAIL: Provider = Provider {
    id: "azure-email",
    title: "Azure Communication Services Email",
    sinks: SinkSpec {
        provider: "azure-email",
        modules: &["@azure/communication-email"],
        hosts: &[".communication.azure.com", "smtp.azurecomm.net"],
        clients: &[client("EmailClient", 0, &[]), client("EmailClient", 1, &["key"])],
        sends: &[send("beginSend", FIRST)],
        recipients: &[
            to("recipients.to[].address"),
            cc("recipients.cc[].address"),
            bcc("recipients.bcc[].address"),
            reply_to("replyTo[].address"),
            headers("headers.*"),
        ],
        content: &["content", "attachments"],
        credentials: &[
            "COMMUNICATION_SERVICES_CONNECTION_STRING",
            "AZURE_COMMUNICATION_CONNECTION_STRING",
            "ACS_CONNECTION_STRING",
        ],
    },
    api: Some(wire::API),
};
