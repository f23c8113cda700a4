//! MailerSend: `EmailParams` takes snake case and is sent as it is; its setters and the class `Recipient` are the
//! documented way to fill it.

mod wire;

use waxseal_model::{FieldPlace, MessageArgument, SinkSpec};

use super::{FIRST, Provider, bcc, cc, client, client_send, envelope, headers, reply_to, to};

pub(super) const MAILERSEND: Provider = Provider {
    id: "mailersend",
    title: "MailerSend",
    sinks: SinkSpec {
        provider: "mailersend",
        modules: &["mailersend"],
        hosts: &["api.mailersend.com", "smtp.mailersend.net"],
        clients: &[client("MailerSend", 0, &["apiKey"])],
        sends: &[
            client_send("email.send", FIRST),
            client_send("email.sendBulk", FIRST),
            client_send("EmailParams", FIRST),
            client_send("setTo", MessageArgument::Positional(&[(0, FieldPlace::To)])),
            client_send("setCc", MessageArgument::Positional(&[(0, FieldPlace::Cc)])),
            client_send("setBcc", MessageArgument::Positional(&[(0, FieldPlace::Bcc)])),
            client_send("setRcptTo", MessageArgument::Positional(&[(0, FieldPlace::Envelope)])),
            client_send("setReplyTo", MessageArgument::Positional(&[(0, FieldPlace::ReplyTo)])),
        ],
        recipients: &[
            to("to[].email"),
            cc("cc[].email"),
            bcc("bcc[].email"),
            envelope("rcpt_to[].email"),
            reply_to("reply_to.email"),
            headers("headers[name].value"),
        ],
        content: &[
            "subject",
            "text",
            "html",
            "attachments",
            "personalization",
            "template_id",
        ],
        credentials: &["MAILERSEND_API_KEY", "MAILERSEND_API_TOKEN"],
    },
    api: Some(wire::API),
};
