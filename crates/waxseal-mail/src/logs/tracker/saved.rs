//! The open mails as bytes, so that a reading can go on where another ended. How mails belong together is not kept.

use serde::{Deserialize, Serialize};
use waxseal_model::{Delivery, Moment};

use super::{Headers, NewRecipient, Tracker};

/// One open mail.
#[derive(Debug, Serialize, Deserialize)]
struct SavedMail {
    host: String,
    instance: String,
    logs_names: bool,
    id: String,
    at: Option<Moment>,
    /// `None` is unknown, empty the null sender.
    sender: Option<String>,
    /// From, login, client, listener, list id, forwarded.
    texts: [String; 6],
    recipients: Vec<(String, String, u8, bool)>,
    named: Vec<String>,
    announced: Option<u32>,
    headers: u8,
    /// Partial, Bcc header, active, stopped, from inside.
    flags: [bool; 5],
    given: u64,
}

impl Tracker {
    /// All open mails, oldest first.
    pub(crate) fn suspend(&self) -> Vec<u8> {
        let mut saved = Vec::new();
        let mut next = self.oldest;
        while let Some(mail) = self.mails.get(next as usize) {
            next = mail.newer;
            if mail.is_done {
                continue;
            }
            let (host, instance, logs_names) = self.hosts.parts(mail.host);
            let text = |span| mail.text(span).to_owned();
            saved.push(SavedMail {
                host: String::from_utf8_lossy(host).into_owned(),
                instance: String::from_utf8_lossy(instance).into_owned(),
                logs_names,
                id: mail.id().to_owned(),
                at: mail.at,
                sender: mail.sender().map(str::to_owned),
                texts: [
                    mail.from,
                    mail.login,
                    mail.client,
                    mail.listener,
                    mail.list_id,
                    mail.forwarded,
                ]
                .map(text),
                recipients: mail.saved_recipients(),
                named: mail.names().map(str::to_owned).collect(),
                announced: mail.announced,
                headers: match mail.headers {
                    Headers::Unseen => 0,
                    Headers::Others => 1,
                    Headers::Naming => 2,
                },
                flags: [
                    mail.is_partial,
                    mail.bcc_header,
                    mail.is_active,
                    mail.is_stopped,
                    mail.is_from_inside,
                ],
                given: mail.given as u64,
            });
        }
        postcard::to_allocvec(&saved).unwrap_or_default()
    }

    /// Takes up what [`Self::suspend`] gave. False, and nothing is taken up, if it is something else.
    pub(crate) fn resume(&mut self, bytes: &[u8]) -> bool {
        let Ok(saved) = postcard::from_bytes::<Vec<SavedMail>>(bytes) else {
            return false;
        };
        for it in saved {
            let Some(host) = self.host(it.host.as_bytes(), it.instance.as_bytes(), b"postfix") else {
                continue;
            };
            if it.logs_names {
                self.set_logs_names(host);
            }
            // Nothing is given up here: there were no more than the limits allow.
            let slot = self.open(host, it.id.as_bytes(), it.at, &mut |_| {});
            for (address, original, delivery, is_bcc) in &it.recipients {
                let recipient = NewRecipient {
                    address: address.as_bytes(),
                    original: original.as_bytes(),
                    delivery: delivery_of(*delivery),
                    is_bcc: *is_bcc,
                };
                self.recipient(slot, recipient);
            }
            let mail = self.mail(slot);
            if let Some(sender) = &it.sender {
                mail.set_sender(sender.as_bytes());
            }
            let [from, login, client, listener, list_id, forwarded] = it.texts.map(|text| mail.keep(text.as_bytes()));
            (mail.from, mail.login, mail.client) = (from, login, client);
            (mail.listener, mail.list_id, mail.forwarded) = (listener, list_id, forwarded);
            for name in &it.named {
                mail.name(name.as_bytes());
            }
            mail.announced = it.announced;
            mail.headers = match it.headers {
                0 => Headers::Unseen,
                1 => Headers::Others,
                _ => Headers::Naming,
            };
            [
                mail.is_partial,
                mail.bcc_header,
                mail.is_active,
                mail.is_stopped,
                mail.is_from_inside,
            ] = it.flags;
            mail.given = usize::try_from(it.given).unwrap_or(0).min(it.recipients.len());
        }
        true
    }
}

/// A delivery as a number.
pub(super) fn number_of(delivery: Delivery) -> u8 {
    match delivery {
        Delivery::Unknown => 0,
        Delivery::Sent => 1,
        Delivery::Deferred => 2,
        Delivery::Bounced => 3,
        Delivery::Stopped => 4,
    }
}

fn delivery_of(number: u8) -> Delivery {
    match number {
        1 => Delivery::Sent,
        2 => Delivery::Deferred,
        3 => Delivery::Bounced,
        4 => Delivery::Stopped,
        _ => Delivery::Unknown,
    }
}
