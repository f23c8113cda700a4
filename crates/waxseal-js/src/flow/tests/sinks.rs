//! A small table of sinks for tests; the product's is handed in from outside.

use waxseal_model::{ClientSpec, FieldPlace, FieldSpec, MessageArgument, SendSpec, SinkSpec};

pub(super) const SINKS: &[SinkSpec] = &[
    SinkSpec {
        hosts: &["api.postmarkapp.com"],
        clients: &[client("ServerClient", &[])],
        sends: &[
            send("sendEmail"),
            send("sendEmailBatch"),
            send("sendEmailWithTemplate"),
            SendSpec {
                method: "Models.Message",
                message: MessageArgument::Positional(&[(4, FieldPlace::To), (5, FieldPlace::Cc), (6, FieldPlace::Bcc)]),
                needs_client: false,
            },
        ],
        ..sink("postmark", &["postmark"])
    },
    SinkSpec {
        hosts: &["api.sendgrid.com"],
        clients: &[client("setApiKey", &[])],
        sends: &[client_send("send"), client_send("request")],
        ..sink("sendgrid", &["@sendgrid/mail", "@sendgrid/client"])
    },
    SinkSpec {
        clients: &[client("createTransport", &["auth.user", "auth.pass", "host", "port"])],
        sends: &[
            send("sendMail"),
            SendSpec {
                method: "createTransport",
                message: MessageArgument::Object(1),
                needs_client: true,
            },
        ],
        ..sink("nodemailer", &["nodemailer"])
    },
    SinkSpec {
        hosts: &["api.resend.com"],
        clients: &[client("Resend", &[])],
        sends: &[client_send("emails.send"), client_send("batch.send")],
        ..sink("resend", &["resend"])
    },
    SinkSpec {
        hosts: &["email.*.amazonaws.com"],
        clients: &[client(
            "SESClient",
            &["credentials.accessKeyId", "credentials.secretAccessKey"],
        )],
        sends: &[
            send("SendEmailCommand"),
            send("SendRawEmailCommand"),
            client_send("sendEmail"),
        ],
        ..sink("ses", &["@aws-sdk/client-ses", "@aws-sdk/client-sesv2"])
    },
    SinkSpec {
        hosts: &["api.mailgun.net"],
        clients: &[client("client", &["key", "url"])],
        sends: &[client_send("messages.create")],
        ..sink("mailgun", &["mailgun.js"])
    },
    SinkSpec {
        hosts: &["api.mailjet.com"],
        sends: &[client_send("post.request"), client_send("request")],
        ..sink("mailjet", &["node-mailjet"])
    },
    SinkSpec {
        hosts: &["api.sparkpost.com"],
        sends: &[client_send("transmissions.send")],
        ..sink("sparkpost", &["sparkpost"])
    },
    SinkSpec {
        hosts: &["api.brevo.com"],
        sends: &[send("sendTransacEmail")],
        ..sink("brevo", &["@getbrevo/brevo"])
    },
    SinkSpec {
        hosts: &["api.mailersend.com"],
        sends: &[client_send("email.send")],
        ..sink("mailersend", &["mailersend"])
    },
    SinkSpec {
        hosts: &["mandrillapp.com"],
        sends: &[client_send("messages.send")],
        ..sink("mandrill", &["@mailchimp/mailchimp_transactional"])
    },
    SinkSpec {
        hosts: &["gmail.googleapis.com"],
        sends: &[client_send("users.messages.send")],
        ..sink("gmail", &["googleapis", "@googleapis/gmail"])
    },
    SinkSpec {
        hosts: &["graph.microsoft.com"],
        ..sink("graph", &["@microsoft/microsoft-graph-client"])
    },
    SinkSpec {
        hosts: &["app.loops.so"],
        sends: &[send("sendTransactionalEmail")],
        recipients: &[FieldSpec {
            path: "email",
            place: FieldPlace::To,
        }],
        ..sink("loops", &["loops"])
    },
    SinkSpec {
        hosts: &["api.elasticemail.com"],
        sends: &[send("emailsPost")],
        ..sink("elastic", &["@elasticemail/elasticemail-client"])
    },
    SinkSpec {
        hosts: &["api.zeptomail.com"],
        sends: &[send("sendMail")],
        ..sink("zeptomail", &["zeptomail"])
    },
];

const fn sink(provider: &'static str, modules: &'static [&'static str]) -> SinkSpec {
    SinkSpec {
        provider,
        modules,
        hosts: &[],
        clients: &[],
        sends: &[],
        recipients: &[],
        content: &[],
        credentials: &[],
    }
}

const fn client(export: &'static str, fields: &'static [&'static str]) -> ClientSpec {
    ClientSpec {
        export,
        argument: Some(0),
        fields,
    }
}

const fn send(method: &'static str) -> SendSpec {
    SendSpec {
        method,
        message: MessageArgument::Object(0),
        needs_client: false,
    }
}

const fn client_send(method: &'static str) -> SendSpec {
    SendSpec {
        method,
        message: MessageArgument::Object(0),
        needs_client: true,
    }
}
