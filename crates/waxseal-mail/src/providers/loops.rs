//! Loops: a transactional message has one recipient, `email`; the rest is a template at the provider.

mod wire;

use waxseal_model::SinkSpec;

use super::{FIRST, Provider, SECOND, client, client_send, send, to};

pub(super) const LOOPS: Provider = Provider {
    id: "loops",
    title: "Loops",
    sinks: SinkSpec {
        provider: "loops",
        modules: &["loops"],
        hosts: &["app.loops.so", "smtp.loops.so"],
        clients: &[client("LoopsClient", 0, &[])],
        sends: &[
            send("sendTransactionalEmail", FIRST),
            client_send("sendEvent", FIRST),
            client_send("sendEmailMessagePreview", SECOND),
        ],
        recipients: &[to("email"), to("emails")],
        content: &["dataVariables", "attachments", "eventProperties", "contactProperties"],
        credentials: &["LOOPS_API_KEY"],
    },
    api: Some(wire::API),
};
