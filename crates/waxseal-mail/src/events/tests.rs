//! Exports of every source, each with a twin that differs by one hidden recipient.

mod framing;
mod twins;

use waxseal_model::{Delivery, EnvelopeSender, MailSeen, NamedBy, Visible};

/// A mail that was told of, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    source: String,
    id: String,
    at: Option<i64>,
    sender: String,
    from: String,
    login: String,
    client: String,
    listener: String,
    recipients: Vec<ToldRecipient>,
    shown: &'static str,
    visible: Vec<String>,
    announced: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct ToldRecipient {
    address: String,
    original: String,
    named: NamedBy,
    delivery: Delivery,
}

impl Told {
    fn of(mail: &MailSeen<'_>) -> Self {
        let own = |text: &str| text.to_owned();
        Self {
            source: own(mail.source),
            id: own(mail.id),
            at: mail.at.map(|at| at.0),
            sender: match mail.sender {
                EnvelopeSender::Address(address) => own(address),
                EnvelopeSender::Null => own("<>"),
                EnvelopeSender::Unknown => String::new(),
            },
            from: own(mail.from),
            login: own(mail.login),
            client: own(mail.client),
            listener: own(mail.listener),
            recipients: mail
                .recipients
                .iter()
                .map(|it| ToldRecipient {
                    address: own(it.address),
                    original: own(it.original),
                    named: it.named,
                    delivery: it.delivery,
                })
                .collect(),
            shown: match mail.visible {
                Visible::Known(_) => "known",
                Visible::Partial(_) => "partial",
                Visible::Unknown => "unknown",
            },
            visible: mail.visible.named().iter().map(|it| own(it)).collect(),
            announced: mail.announced,
        }
    }

    /// The set difference, as simple as it can be: whom the source calls a `Bcc`, and, where it shows all headers, whom none of them names.
    fn hidden(&self) -> Vec<&str> {
        let named = |address: &str| self.visible.iter().any(|it| it.eq_ignore_ascii_case(address));
        let hidden = |it: &&ToldRecipient| match it.named {
            NamedBy::Bcc => true,
            NamedBy::Header => false,
            NamedBy::Envelope => self.shown == "known" && !named(&it.address) && !named(&it.original),
        };
        self.recipients
            .iter()
            .filter(hidden)
            .map(|it| it.address.as_str())
            .collect()
    }
}
