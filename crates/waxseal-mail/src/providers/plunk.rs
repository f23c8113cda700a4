//! Plunk: `to` is one text or a list of them, `reply` the address of the answer.

mod wire;

use waxseal_model::SinkSpec;

use super::{FIRST, Provider, client, client_send, headers, reply_to, to};

pub(super) const PLUNK: Provider = Provider {
    id: "plunk",
    title: "Plunk",
    sinks: SinkSpec {
        provider: "plunk",
        modules: &["@plunk/node"],
        hosts: &["api.useplunk.com", "next-api.useplunk.com", "smtp.useplunk.com"],
        clients: &[client("default", 0, &[]), client("Plunk", 0, &[])],
        sends: &[client_send("emails.send", FIRST), client_send("events.track", FIRST)],
        recipients: &[to("to"), reply_to("reply"), headers("headers.*"), to("email")],
        content: &["subject", "body", "attachments", "data"],
        credentials: &["PLUNK_API_KEY", "PLUNK_SECRET_KEY"],
    },
    api: Some(wire::API),
};
