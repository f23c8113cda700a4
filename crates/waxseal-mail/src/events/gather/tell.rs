//! What was put together, as the rest of waxseal takes it.

use waxseal_model::{EnvelopeSender, MailSeen, NamedBy, RecipientSeen, Visible};

use super::super::record::Records;
use super::{Mail, Shown};

/// Hands on what was put together.
pub(in super::super) struct Teller<'t, 'r> {
    pub(in super::super) source: &'static str,
    pub(in super::super) records: Option<&'r Records>,
    pub(in super::super) seen: &'t mut dyn FnMut(&MailSeen<'_>),
    pub(in super::super) told: u64,
}

impl Teller<'_, '_> {
    pub(super) fn tell(&mut self, mail: &Mail) {
        let record = self
            .records
            .and_then(|records| records.of(&mail.id).or_else(|| records.of(&mail.also)));
        let mut shown = mail.shown;
        if mail.unreadable {
            shown = shown.min(Shown::Partial);
        }
        let record = record.filter(|_| shown != Shown::Known);
        let mut visible: Vec<&str> = mail.visible.iter().map(String::as_str).collect();
        if let Some(record) = record {
            visible.extend(record.visible.iter().map(String::as_str));
            shown = if record.complete { Shown::Known } else { Shown::Partial };
        }
        let recipients: Vec<RecipientSeen<'_>> = mail
            .recipients
            .iter()
            .map(|it| RecipientSeen {
                address: &it.address,
                original: &it.original,
                named: match record {
                    Some(record) if it.named == NamedBy::Envelope && record.has_bcc(&it.address) => NamedBy::Bcc,
                    _ => it.named,
                },
                delivery: it.delivery,
            })
            .collect();
        let announced = (mail.more > 0).then(|| mail.more.saturating_add(recipients.len() as u32));
        self.told += 1;
        (self.seen)(&MailSeen {
            source: self.source,
            host: &mail.host,
            id: &mail.id,
            at: mail.at,
            sender: match mail.sender.as_deref() {
                None => EnvelopeSender::Unknown,
                Some("") => EnvelopeSender::Null,
                Some(address) => EnvelopeSender::Address(address),
            },
            from: &mail.from,
            login: &mail.login,
            client: &mail.client,
            listener: &mail.listener,
            list_id: &mail.list_id,
            recipients: &recipients,
            visible: match shown {
                Shown::Known => Visible::Known(&visible),
                Shown::Partial => Visible::Partial(&visible),
                Shown::Unknown => Visible::Unknown,
            },
            announced,
            bcc_header: mail.bcc_header,
        });
    }
}
