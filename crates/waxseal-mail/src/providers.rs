//! The e-mail providers and mail libraries, one value each in one table.
//!
//! To add a provider, write `providers/<id>.rs` from the types of its real client, and add one line to [`PROVIDERS`].
//! List only hosts whose domain is known to be the provider's: a host in the table is one that mail may go to.

use crate::api::Api;
use waxseal_model::{ClientSpec, FieldPlace, FieldSpec, MessageArgument, SendSpec, SinkSpec};

/// An e-mail provider, or a library that speaks SMTP itself.
#[derive(Debug, Clone, Copy)]
pub struct Provider {
    /// Stable id, also the name of its file: `postmark`.
    pub id: &'static str,
    /// The name a person knows it by.
    pub title: &'static str,
    /// Its client and its API as the static analysis knows them.
    pub sinks: SinkSpec,
    /// Its API as it is spoken, where we can play it.
    pub api: Option<Api>,
}

/// What counts as sending mail, for the static analysis.
pub fn sink_specs() -> Vec<SinkSpec> {
    PROVIDERS.iter().map(|provider| provider.sinks).collect()
}

/// The provider that takes mail at this host.
pub fn at_host(host: &str) -> Option<&'static Provider> {
    PROVIDERS
        .iter()
        .find(|provider| provider.sinks.hosts.iter().any(|pattern| is_host(pattern, host)))
}

/// Whether `host` is one of those that `pattern` stands for: a leading dot is any subdomain, a label `*` any one label.
pub fn is_host(pattern: &str, host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    if pattern.starts_with('.') {
        return host.len() > pattern.len()
            && host.is_char_boundary(host.len() - pattern.len())
            && host[host.len() - pattern.len()..].eq_ignore_ascii_case(pattern);
    }
    let mut labels = host.split('.');
    pattern.split('.').all(|wanted| {
        labels
            .next()
            .is_some_and(|label| (wanted == "*" && !label.is_empty()) || wanted.eq_ignore_ascii_case(label))
    }) && labels.next().is_none()
}

mod azure_email;
mod brevo;
mod elastic_email;
mod email_templates;
mod emailjs;
mod gmail;
mod gmail_send;
mod loops;
mod mailersend;
mod mailgun;
mod mailjet;
mod mailtrap;
mod mandrill;
mod microsoft_graph;
mod nodemailer;
mod plunk;
mod postmark;
mod resend;
mod sendgrid;
mod sendmail;
mod ses;
mod smtp_connection;
mod sparkpost;
mod zeptomail;

/// Every provider, in the order reports list them.
pub const PROVIDERS: &[Provider] = &[
    postmark::POSTMARK,
    sendgrid::SENDGRID,
    mailgun::MAILGUN,
    ses::SES,
    resend::RESEND,
    mailjet::MAILJET,
    sparkpost::SPARKPOST,
    brevo::BREVO,
    mailersend::MAILERSEND,
    mandrill::MANDRILL,
    elastic_email::ELASTIC_EMAIL,
    gmail::GMAIL,
    microsoft_graph::MICROSOFT_GRAPH,
    azure_email::AZURE_EMAIL,
    zeptomail::ZEPTOMAIL,
    loops::LOOPS,
    plunk::PLUNK,
    mailtrap::MAILTRAP,
    nodemailer::NODEMAILER,
    smtp_connection::SMTP_CONNECTION,
    emailjs::EMAILJS,
    sendmail::SENDMAIL,
    email_templates::EMAIL_TEMPLATES,
    gmail_send::GMAIL_SEND,
];

/// A client whose credentials are in this argument itself, or in these fields of it.
const fn client(export: &'static str, argument: usize, fields: &'static [&'static str]) -> ClientSpec {
    ClientSpec {
        export,
        argument: Some(argument),
        fields,
    }
}

/// A client that is made without credentials, which it gets later.
const fn bare_client(export: &'static str) -> ClientSpec {
    ClientSpec {
        export,
        argument: None,
        fields: &[],
    }
}

/// A call by a name that says enough.
const fn send(method: &'static str, message: MessageArgument) -> SendSpec {
    SendSpec {
        method,
        message,
        needs_client: false,
    }
}

/// A call by a name so common that the client must be known.
const fn client_send(method: &'static str, message: MessageArgument) -> SendSpec {
    SendSpec {
        method,
        message,
        needs_client: true,
    }
}

const fn to(path: &'static str) -> FieldSpec {
    FieldSpec {
        path,
        place: FieldPlace::To,
    }
}

const fn cc(path: &'static str) -> FieldSpec {
    FieldSpec {
        path,
        place: FieldPlace::Cc,
    }
}

const fn bcc(path: &'static str) -> FieldSpec {
    FieldSpec {
        path,
        place: FieldPlace::Bcc,
    }
}

const fn reply_to(path: &'static str) -> FieldSpec {
    FieldSpec {
        path,
        place: FieldPlace::ReplyTo,
    }
}

const fn envelope(path: &'static str) -> FieldSpec {
    FieldSpec {
        path,
        place: FieldPlace::Envelope,
    }
}

/// Where bounces go, and with them usually the whole message.
const fn return_path(path: &'static str) -> FieldSpec {
    FieldSpec {
        path,
        place: FieldPlace::Header("Return-Path"),
    }
}

/// A lasting order to send copies on.
const fn forward(path: &'static str) -> FieldSpec {
    FieldSpec { path, place: FORWARD }
}

/// Header fields: the name in the path decides.
const fn headers(path: &'static str) -> FieldSpec {
    FieldSpec {
        path,
        place: FieldPlace::Header("*"),
    }
}

/// A raw MIME message: its own header fields decide.
const fn raw(path: &'static str) -> FieldSpec {
    FieldSpec {
        path,
        place: FieldPlace::Header("*"),
    }
}

/// The first argument is the message.
const FIRST: MessageArgument = MessageArgument::Object(0);
/// The second argument is the message.
const SECOND: MessageArgument = MessageArgument::Object(1);

/// The place of an address in a forwarding rule; the text there may be an order like `forward("a@b.example")`.
pub(crate) const FORWARD: FieldPlace = FieldPlace::Header("forwarding rule");

#[cfg(test)]
mod tests;
