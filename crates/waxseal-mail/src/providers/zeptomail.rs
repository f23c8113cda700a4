//! Zoho ZeptoMail: each recipient is an object in an object, `email_address.address`; the SDK takes the wire form.

mod wire;

use waxseal_model::SinkSpec;

use super::{FIRST, Provider, bcc, cc, client, client_send, headers, reply_to, return_path, send, to};

pub(super) const ZEPTOMAIL: Provider = Provider {
    id: "zeptomail",
    title: "Zoho ZeptoMail",
    sinks: SinkSpec {
        provider: "zeptomail",
        modules: &["zeptomail"],
        hosts: &["api.zeptomail.com", "api.zeptomail.eu", "api.zeptomail.in"],
        clients: &[client("SendMailClient", 0, &["url", "token"])],
        sends: &[
            client_send("sendMail", FIRST),
            send("sendBatchMail", FIRST),
            send("sendMailWithTemplate", FIRST),
            send("mailBatchWithTemplate", FIRST),
        ],
        recipients: &[
            to("to[].email_address.address"),
            cc("cc[].email_address.address"),
            bcc("bcc[].email_address.address"),
            reply_to("reply_to[].address"),
            headers("mime_headers.*"),
            return_path("bounce_address"),
        ],
        content: &[
            "subject",
            "textbody",
            "htmlbody",
            "attachments",
            "inline_images",
            "merge_info",
        ],
        credentials: &["ZEPTOMAIL_TOKEN", "ZEPTOMAIL_API_KEY", "ZEPTO_TOKEN"],
    },
    api: Some(wire::API),
};
