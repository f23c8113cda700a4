//! Amazon SES: version 1 (form fields) and version 2 (JSON) of the API share hosts and most field names; every
//! AWS client takes the wire form.

mod wire;

use waxseal_model::SinkSpec;

use super::{FIRST, Provider, bcc, cc, client, client_send, envelope, headers, raw, reply_to, return_path, send, to};

pub(super) const SES: Provider = Provider {
    id: "ses",
    title: "Amazon SES",
    sinks: SinkSpec {
        provider: "ses",
        modules: &[
            "@aws-sdk/client-ses",
            "@aws-sdk/client-sesv2",
            "aws-sdk",
            "aws-sdk/clients/ses",
            "aws-sdk/clients/sesv2",
            "nodemailer-ses-transport",
        ],
        hosts: &[
            "email.*.amazonaws.com",
            "email-fips.*.amazonaws.com",
            "email.*.api.aws",
            "email-smtp.*.amazonaws.com",
            "email-smtp-fips.*.amazonaws.com",
        ],
        clients: &[
            client("SESClient", 0, AWS_CREDENTIALS),
            client("SESv2Client", 0, AWS_CREDENTIALS),
            client("SES", 0, AWS_CREDENTIALS),
            client("SESv2", 0, AWS_CREDENTIALS),
            client("SESV2", 0, AWS_CREDENTIALS),
        ],
        sends: &[
            // `client.send(new SendEmailCommand(input))`: the command takes the message.
            send("SendEmailCommand", FIRST),
            send("SendRawEmailCommand", FIRST),
            send("SendTemplatedEmailCommand", FIRST),
            send("SendBulkTemplatedEmailCommand", FIRST),
            send("SendBulkEmailCommand", FIRST),
            send("SendCustomVerificationEmailCommand", FIRST),
            send("SendBounceCommand", FIRST),
            // Version 2 of the SDK, and the aggregated clients of version 3.
            client_send("sendEmail", FIRST),
            send("sendRawEmail", FIRST),
            send("sendTemplatedEmail", FIRST),
            send("sendBulkTemplatedEmail", FIRST),
            client_send("sendBulkEmail", FIRST),
            send("sendCustomVerificationEmail", FIRST),
            client_send("sendBounce", FIRST),
        ],
        recipients: &[
            to("Destination.ToAddresses"),
            cc("Destination.CcAddresses"),
            bcc("Destination.BccAddresses"),
            // Raw messages of version 1 name their envelope as plain texts, bulk messages as objects.
            envelope("Destinations"),
            to("Destinations[].Destination.ToAddresses"),
            cc("Destinations[].Destination.CcAddresses"),
            bcc("Destinations[].Destination.BccAddresses"),
            to("BulkEmailEntries[].Destination.ToAddresses"),
            cc("BulkEmailEntries[].Destination.CcAddresses"),
            bcc("BulkEmailEntries[].Destination.BccAddresses"),
            headers("BulkEmailEntries[].ReplacementHeaders[Name].Value"),
            raw("RawMessage.Data"),
            raw("Content.Raw.Data"),
            headers("Content.Simple.Headers[Name].Value"),
            headers("Content.Template.Headers[Name].Value"),
            headers("DefaultContent.Template.Headers[Name].Value"),
            reply_to("ReplyToAddresses"),
            return_path("ReturnPath"),
            return_path("FeedbackForwardingEmailAddress"),
            to("EmailAddress"),
            envelope("BouncedRecipientInfoList[].Recipient"),
        ],
        content: &[
            "Message",
            "RawMessage",
            "Content",
            "DefaultContent",
            "TemplateData",
            "DefaultTemplateData",
            "ReplacementTemplateData",
        ],
        credentials: &[
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "SES_ACCESS_KEY_ID",
            "SES_SECRET_ACCESS_KEY",
            "AWS_SES_ACCESS_KEY_ID",
            "AWS_SES_SECRET_ACCESS_KEY",
        ],
    },
    api: Some(wire::API),
};

const AWS_CREDENTIALS: &[&str] = &[
    "credentials.accessKeyId",
    "credentials.secretAccessKey",
    "credentials.sessionToken",
    "accessKeyId",
    "secretAccessKey",
    "endpoint",
];
