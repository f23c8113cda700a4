//! Twilio SendGrid: `@sendgrid/mail` takes lower camel case and turns it into the snake case of the wire;
//! `@sendgrid/client` takes the wire form under `body`.

mod wire;

use waxseal_model::{FieldPlace, MessageArgument, SinkSpec};

use super::{FIRST, Provider, bare_client, bcc, cc, client, client_send, headers, reply_to, to};

pub(super) const SENDGRID: Provider = Provider {
    id: "sendgrid",
    title: "Twilio SendGrid",
    sinks: SinkSpec {
        provider: "sendgrid",
        modules: &[
            "@sendgrid/mail",
            "@sendgrid/client",
            "@sendgrid/helpers",
            "sendgrid",
            "nodemailer-sendgrid",
        ],
        hosts: &[
            "api.sendgrid.com",
            "api.eu.sendgrid.com",
            "email.twilio.com",
            "smtp.sendgrid.net",
            "smtp.eu.sendgrid.net",
        ],
        clients: &[
            client("setApiKey", 0, &[]),
            client("setTwilioEmailAuth", 0, &[]),
            client("setTwilioEmailAuth", 1, &[]),
            bare_client("MailService"),
            bare_client("Client"),
            // `nodemailer-sendgrid`.
            client("default", 0, &["apiKey"]),
        ],
        sends: &[
            client_send("send", FIRST),
            client_send("sendMultiple", FIRST),
            client_send("request", FIRST),
            // The helper classes, in the order of their arguments.
            client_send(
                "addTo",
                MessageArgument::Positional(&[(0, FieldPlace::To), (1, FieldPlace::Cc), (2, FieldPlace::Bcc)]),
            ),
            client_send("setTo", MessageArgument::Positional(&[(0, FieldPlace::To)])),
            client_send("setCc", MessageArgument::Positional(&[(0, FieldPlace::Cc)])),
            client_send("addCc", MessageArgument::Positional(&[(0, FieldPlace::Cc)])),
            client_send("setBcc", MessageArgument::Positional(&[(0, FieldPlace::Bcc)])),
            client_send("addBcc", MessageArgument::Positional(&[(0, FieldPlace::Bcc)])),
            client_send("setReplyTo", MessageArgument::Positional(&[(0, FieldPlace::ReplyTo)])),
            client_send(
                "setReplyToList",
                MessageArgument::Positional(&[(0, FieldPlace::ReplyTo)]),
            ),
        ],
        recipients: &[
            to("to"),
            to("to[].email"),
            cc("cc"),
            cc("cc[].email"),
            bcc("bcc"),
            bcc("bcc[].email"),
            to("personalizations[].to"),
            to("personalizations[].to[].email"),
            cc("personalizations[].cc"),
            cc("personalizations[].cc[].email"),
            bcc("personalizations[].bcc"),
            bcc("personalizations[].bcc[].email"),
            headers("headers.*"),
            headers("personalizations[].headers.*"),
            reply_to("replyTo"),
            reply_to("replyTo.email"),
            reply_to("replyToList[].email"),
            reply_to("reply_to.email"),
            reply_to("reply_to_list[].email"),
            // Retired by the provider in 2020, still serialised by the client.
            bcc("mailSettings.bcc.email"),
            bcc("mail_settings.bcc.email"),
            // `client.request({ url: "/v3/mail/send", body })`.
            to("body.personalizations[].to[].email"),
            cc("body.personalizations[].cc[].email"),
            bcc("body.personalizations[].bcc[].email"),
            headers("body.headers.*"),
            headers("body.personalizations[].headers.*"),
            reply_to("body.reply_to.email"),
            reply_to("body.reply_to_list[].email"),
            bcc("body.mail_settings.bcc.email"),
        ],
        content: &[
            "subject",
            "text",
            "html",
            "content",
            "attachments",
            "dynamicTemplateData",
            "dynamic_template_data",
            "templateId",
            "template_id",
        ],
        credentials: &[
            "SENDGRID_API_KEY",
            "SENDGRID_KEY",
            "TWILIO_EMAIL_USERNAME",
            "TWILIO_EMAIL_PASSWORD",
        ],
    },
    api: Some(wire::API),
};
