//! SparkPost: on the wire only `recipients` receive; `cc` and `bcc` exist in the SDK, which turns them into
//! recipients with a false `header_to`.

mod wire;

use waxseal_model::SinkSpec;

use super::{FIRST, Provider, bcc, cc, client, envelope, headers, raw, reply_to, return_path, send, to};

pub(super) const SPARKPOST: Provider = Provider {
    id: "sparkpost",
    title: "SparkPost",
    sinks: SinkSpec {
        provider: "sparkpost",
        modules: &["sparkpost"],
        hosts: &[
            "api.sparkpost.com",
            "api.eu.sparkpost.com",
            "smtp.sparkpostmail.com",
            "smtp.eu.sparkpostmail.com",
        ],
        clients: &[client("default", 0, &[])],
        sends: &[send("transmissions.send", FIRST)],
        recipients: &[
            envelope("recipients[].address"),
            envelope("recipients[].address.email"),
            envelope("recipients[].multichannel_addresses[].email"),
            to("recipients[].address.header_to"),
            cc("cc[].address"),
            cc("cc[].address.email"),
            bcc("bcc[].address"),
            bcc("bcc[].address.email"),
            bcc("archive[].address"),
            bcc("archive[].address.email"),
            headers("content.headers.*"),
            reply_to("content.reply_to"),
            raw("content.email_rfc822"),
            return_path("return_path"),
        ],
        content: &["content", "substitution_data", "metadata"],
        credentials: &["SPARKPOST_API_KEY"],
    },
    api: Some(wire::API),
};
