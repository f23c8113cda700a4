//! A mail as it is given: borrowed, and without an allocation where it has few recipients.

use waxseal_model::{EnvelopeSender, MailSeen, NamedBy, RecipientSeen, Visible};

use super::{Headers, Mail, Place, Recipient, Sender};

impl Mail {
    /// Shows the mail with those of its recipients that `choose` takes.
    pub(in crate::logs::tracker) fn show<R>(
        &self,
        place: Place<'_>,
        choose: impl Fn(usize, &Recipient) -> bool,
        take: impl FnOnce(&MailSeen<'_>) -> R,
    ) -> R {
        let mut few = [EMPTY; FEW];
        let mut many = Vec::new();
        let mut count = 0;
        for (at, recipient) in self.recipients.iter().enumerate() {
            if !choose(at, recipient) {
                continue;
            }
            let shown = self.show_recipient(recipient);
            match few.get_mut(count) {
                Some(slot) if many.is_empty() => *slot = shown,
                _ => {
                    if many.is_empty() {
                        many.reserve(self.recipients.len());
                        many.extend_from_slice(&few);
                    }
                    many.push(shown);
                }
            }
            count += 1;
        }
        let recipients = if many.is_empty() {
            few.get(..count).unwrap_or_default()
        } else {
            &many
        };
        let mut few_named = [""; FEW];
        let many_named: Vec<&str>;
        let named = match few_named.get_mut(..self.named.len()) {
            Some(few) => {
                for (slot, span) in few.iter_mut().zip(&self.named) {
                    *slot = self.text(*span);
                }
                &*few
            }
            None => {
                many_named = self.named.iter().map(|span| self.text(*span)).collect();
                &many_named
            }
        };
        take(&self.seen(place, recipients, named))
    }

    fn show_recipient(&self, recipient: &Recipient) -> RecipientSeen<'_> {
        let original = match self.text(recipient.original) {
            "" => self.text(self.forwarded),
            original => original,
        };
        RecipientSeen {
            address: self.text(recipient.address),
            original,
            named: if recipient.is_bcc {
                NamedBy::Bcc
            } else {
                NamedBy::Envelope
            },
            delivery: recipient.delivery,
        }
    }

    fn seen<'a>(&'a self, place: Place<'a>, recipients: &'a [RecipientSeen<'a>], named: &'a [&'a str]) -> MailSeen<'a> {
        let visible = match self.headers {
            _ if self.is_partial => Visible::Partial(named),
            Headers::Naming => Visible::Known(named),
            // Header lines are logged for this server, and this mail's name nobody.
            Headers::Others if place.logs_names => Visible::Known(named),
            Headers::Others | Headers::Unseen => Visible::Unknown,
        };
        MailSeen {
            source: place.source,
            host: place.host,
            id: self.id(),
            at: self.at,
            sender: match self.sender {
                Sender::Unknown => EnvelopeSender::Unknown,
                Sender::Null => EnvelopeSender::Null,
                Sender::Address(span) => EnvelopeSender::Address(self.text(span)),
            },
            from: self.text(self.from),
            login: self.text(self.login),
            client: self.text(self.client),
            listener: self.text(self.listener),
            list_id: self.text(self.list_id),
            recipients,
            visible,
            announced: self.announced,
            bcc_header: self.bcc_header,
        }
    }
}

const EMPTY: RecipientSeen<'static> = RecipientSeen {
    address: "",
    original: "",
    named: NamedBy::Envelope,
    delivery: waxseal_model::Delivery::Unknown,
};

/// Most mails have fewer recipients, and are shown without an allocation.
const FEW: usize = 8;
