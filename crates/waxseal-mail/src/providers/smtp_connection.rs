//! Nodemailer SMTP connection: the bare SMTP client under nodemailer: an envelope, then the raw message. What the
//! envelope says is all that counts.

use waxseal_model::{MessageArgument, SinkSpec};

use super::nodemailer::SMTP_ENVIRONMENT;
use super::{FIRST, Provider, client, client_send, envelope, return_path};

pub(super) const SMTP_CONNECTION: Provider = Provider {
    id: "smtp-connection",
    title: "Nodemailer SMTP connection",
    sinks: SinkSpec {
        provider: "smtp-connection",
        modules: &["smtp-connection", "nodemailer/lib/smtp-connection"],
        hosts: &[],
        clients: &[
            client("default", 0, &["host", "port", "auth.user", "auth.pass"]),
            client("SMTPConnection", 0, &["host", "port", "auth.user", "auth.pass"]),
            client(
                "login",
                0,
                &[
                    "user",
                    "pass",
                    "credentials.user",
                    "credentials.pass",
                    "oauth2.user",
                    "oauth2.refreshToken",
                    "oauth2.accessToken",
                ],
            ),
        ],
        sends: &[client_send("send", FIRST), client_send("send", MessageArgument::Raw(1))],
        recipients: &[envelope("to"), return_path("from")],
        content: &[],
        credentials: SMTP_ENVIRONMENT,
    },
    api: None,
};
