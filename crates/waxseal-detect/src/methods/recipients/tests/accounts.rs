//! Cases of recipients: second destinations, accounts, servers, and context.

use waxseal_model::{MailFlow, Origin, RecipientPlace};

use super::flows::*;
use crate::testing::*;

pub(super) fn destinations_and_accounts() -> Vec<Sample> {
    const SECOND: &str = "recipients/second-destination";
    const ACCOUNT: &str = "recipients/foreign-account";
    const SERVER: &str = "recipients/foreign-server";
    vec![
        flagged(
            SECOND,
            "critical high block",
            "the body goes to a host",
            release().flow(second("mirror.collector.example")),
        ),
        flagged(
            SECOND,
            "critical medium block",
            "the host is computed",
            release().flow(MailFlow {
                value: None,
                origin: Origin::Derived,
                ..second("")
            }),
        ),
        flagged(
            SECOND,
            "high medium review",
            "only the fact goes to a host",
            release().flow(message(second("count.collector.example"), &["sent", "beside"])),
        ),
        flagged(
            SECOND,
            "low medium allow",
            "the host is this machine",
            release().flow(second("http://127.0.0.1:4318/v1")),
        ),
        flagged(
            SECOND,
            "low medium allow",
            "a path below the client's own address",
            release().flow(second("transmissions")),
        ),
        clean(
            SECOND,
            "the host is configured",
            release().flow(unnamed(Origin::Configured("WEBHOOK_URL".to_owned()), second(""))),
        ),
        flagged(
            ACCOUNT,
            "critical high block",
            "a constant API key",
            release().flow(account("apiKey", "pk_l… (36)")),
        ),
        flagged(
            ACCOUNT,
            "critical high block",
            "a constant password",
            release().flow(account("auth.pass", "hunt… (12)")),
        ),
        flagged(
            ACCOUNT,
            "high medium review",
            "a constant API key used by default",
            release().flow(from(Origin::Default, account("apiKey", "pk_l… (36)"))),
        ),
        flagged(
            ACCOUNT,
            "high medium review",
            "a constant API key for mail of its own",
            release().flow(message(account("apiKey", "pk_l… (36)"), &["sent"])),
        ),
        flagged(
            ACCOUNT,
            "low low allow",
            "the user name that everybody has",
            release().flow(account("auth.user", "apik… (6)")),
        ),
        flagged(
            ACCOUNT,
            "medium low allow",
            "a token fetched at run time",
            release().flow(unnamed(Origin::Fetched, account("auth.accessToken", ""))),
        ),
        clean(
            ACCOUNT,
            "a configured API key",
            release().flow(unnamed(
                Origin::Configured("POSTMARK_SERVER_TOKEN".to_owned()),
                account("apiKey", ""),
            )),
        ),
        flagged(
            SERVER,
            "critical medium block",
            "a constant server, new in an update",
            update().new_flow(account("host", "smtp.collector.example")),
        ),
        flagged(
            SERVER,
            "critical medium block",
            "a constant server in one release",
            release().flow(account("host", "smtp.collector.example")),
        ),
        flagged(
            SERVER,
            "critical low review",
            "a constant server that the last release had too",
            update().flow(account("host", "smtp.collector.example")),
        ),
        flagged(
            SERVER,
            "critical low review",
            "a constant server for mail of its own",
            release().flow(message(account("host", "smtp.collector.example"), &["sent"])),
        ),
        flagged(
            SERVER,
            "critical medium block",
            "a hidden server",
            release().flow(hidden(account("host", "smtp.collector.example"))),
        ),
        flagged(
            SERVER,
            "critical medium block",
            "a rented host that only looks like the provider's",
            update().new_flow(account(
                "endpoint",
                "https://x1.execute-api.eu-west-1.amazonaws.com/mail",
            )),
        ),
        clean(
            SERVER,
            "a provider's server",
            update().new_flow(account("host", "smtp.gmail.com:587")),
        ),
        clean(
            SERVER,
            "a provider's service by name",
            update().new_flow(account("service", "gmail")),
        ),
        clean(
            SERVER,
            "the cloud's mail service",
            update().new_flow(account("host", "email-smtp.eu-west-1.amazonaws.com")),
        ),
        clean(SERVER, "this machine", update().new_flow(account("host", "localhost"))),
        clean(SERVER, "a port", update().new_flow(account("port", "587"))),
    ]
}

pub(super) fn context() -> Vec<Sample> {
    let configured = |name: &str| unnamed(Origin::Configured(name.to_owned()), bcc());
    vec![
        flagged(
            "recipients/configured",
            "info high allow",
            "several names are one note",
            release().flow(configured("COPY_TO")).flow(configured("ALWAYS_COPY_ME")),
        ),
        clean(
            "recipients/configured",
            "the caller decides",
            release().flow(unnamed(Origin::Caller, bcc())),
        ),
        flagged(
            "recipients/dynamic",
            "medium low allow",
            "where a recipient comes from could not be said",
            release().flow(unnamed(Origin::Unknown, bcc())),
        ),
        clean(
            "recipients/dynamic",
            "the caller decides",
            release().flow(unnamed(Origin::Caller, bcc())),
        ),
        flagged(
            "recipients/constant",
            "low medium allow",
            "a test mail to its maker",
            release().flow(message(copy(RecipientPlace::To, STRANGER), &["sent"])),
        ),
        flagged(
            "recipients/constant",
            "medium medium allow",
            "a message of its own to a hidden address",
            release().flow(hidden(message(copy(RecipientPlace::To, STRANGER), &["sent"]))),
        ),
        clean(
            "recipients/constant",
            "a test mail to whom the caller says",
            release().flow(unnamed(
                Origin::Caller,
                message(copy(RecipientPlace::To, ""), &["sent"]),
            )),
        ),
    ]
}
