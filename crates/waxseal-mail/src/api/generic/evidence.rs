//! What was found of a message so far.

use serde_json::Value;
use waxseal_model::{ContentKind, Recipient, RecipientPlace, Submission};

use crate::address::parse_list;
use crate::api::read::{MAX_CONTENTS, MAX_RECIPIENTS, Writing as _, cut, each, text};
use crate::api::shape::address;

/// Parts of a message.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    pub(super) recipients: Vec<Recipient>,
    /// Mailboxes under keys that say nothing, in the object that is read.
    mentioned: Vec<String>,
    senders: Vec<String>,
    subject: Option<String>,
    template: Option<String>,
    contents: Vec<(ContentKind, String)>,
    attachments: Vec<(Option<String>, Option<String>, String)>,
    /// A subject and a text stand in the object that is read.
    own_subject: bool,
    own_text: bool,
    /// Something under a key of recipients is no mailbox, or a limit was met.
    unsure: bool,
}

impl Evidence {
    /// Everybody in a list.
    pub(super) fn receives(&mut self, place: &RecipientPlace, list: &str) {
        // Telephone numbers, ids, ranges: what has no at sign is none of ours.
        if !list.contains('@') {
            return;
        }
        let found = parse_list(list);
        self.unsure |= !found.complete || self.recipients.len() >= MAX_RECIPIENTS;
        let room = MAX_RECIPIENTS.saturating_sub(self.recipients.len());
        self.recipients
            .extend(found.mailboxes.iter().take(room).map(|mailbox| Recipient {
                mailbox: mailbox.to_string(),
                place: place.clone(),
            }));
    }

    /// A text under a key that says nothing: a mailbox if it is nothing else.
    pub(super) fn mentions(&mut self, text: &str) {
        if text.len() > MAX_ADDRESS || !text.contains('@') || self.mentioned.len() >= MAX_MENTIONED {
            return;
        }
        let found = parse_list(text);
        if found.complete && found.mailboxes.len() == 1 {
            self.mentioned.extend(found.mailboxes.iter().map(ToString::to_string));
        }
    }

    pub(super) fn sent_by(&mut self, value: &Value) {
        for one in each(Some(value)) {
            let Some(text) = address(one).filter(|text| text.contains('@') && text.len() <= MAX_ADDRESS) else {
                continue;
            };
            if self.senders.len() < MAX_MENTIONED {
                self.senders
                    .extend(parse_list(&text).mailboxes.iter().map(ToString::to_string));
            }
        }
    }

    pub(super) fn has_subject(&mut self, text: &str) {
        self.own_subject = true;
        self.subject.get_or_insert_with(|| cut(text));
    }

    pub(super) fn has_template(&mut self, value: &Value) {
        self.template
            .get_or_insert_with(|| cut(&value.to_string()).trim_matches('"').to_owned());
    }

    pub(super) fn says(&mut self, kind: ContentKind, text: &str) {
        self.own_text = true;
        if self.contents.len() < MAX_CONTENTS {
            self.contents.push((kind, text.to_owned()));
        }
    }

    pub(super) fn attaches(&mut self, value: &Value) {
        for one in each(Some(value)).take(MAX_CONTENTS) {
            let find = |keys: &[&str]| keys.iter().find_map(|key| text(one, key));
            let coded = find(&["content", "data", "contentBytes", "base64", "Content"]);
            if let Some(coded) = coded
                && self.attachments.len() < MAX_CONTENTS
            {
                let name = find(&["filename", "name", "fileName", "Name"]);
                self.attachments
                    .push((name, find(&["type", "contentType", "content_type"]), coded));
            }
        }
    }

    /// Adds what stands in a value beside or below.
    pub(super) fn join(&mut self, mut other: Self) {
        let room = MAX_RECIPIENTS.saturating_sub(self.recipients.len());
        self.unsure |= other.unsure || other.recipients.len() > room;
        other.recipients.truncate(room);
        self.recipients.append(&mut other.recipients);
        self.senders.append(&mut other.senders);
        self.senders.truncate(MAX_MENTIONED);
        self.subject = self.subject.take().or(other.subject);
        self.template = self.template.take().or(other.template);
        self.contents.append(&mut other.contents);
        self.contents.truncate(MAX_CONTENTS);
        self.attachments.append(&mut other.attachments);
        self.attachments.truncate(MAX_CONTENTS);
    }

    /// What stood in this object does not stand in the one around it.
    pub(super) fn leave_object(&mut self) {
        self.mentioned.clear();
        self.own_subject = false;
        self.own_text = false;
    }

    /// Whether it is a message by the rule of this module.
    pub(super) fn is_message(&self) -> bool {
        let says = self.subject.is_some() || !self.contents.is_empty() || self.template.is_some();
        let any = self.receives_mail() || !self.senders.is_empty() || !self.mentioned.is_empty();
        (self.receives_mail() && (says || !self.senders.is_empty())) || (self.own_subject && self.own_text && any)
    }

    /// Whether everybody who gets it stands where recipients stand.
    pub(super) fn is_sure(&self) -> bool {
        self.receives_mail() && !self.unsure
    }

    fn receives_mail(&self) -> bool {
        let places = [
            RecipientPlace::To,
            RecipientPlace::Cc,
            RecipientPlace::Bcc,
            RecipientPlace::Envelope,
        ];
        self.recipients.iter().any(|it| places.contains(&it.place))
    }

    /// Adds who receives to a message.
    pub(super) fn add_recipients(self, message: &mut Submission) {
        let room = MAX_RECIPIENTS.saturating_sub(message.recipients.len());
        message.recipients.extend(self.recipients.into_iter().take(room));
    }

    /// Writes all of it into a message. Mailboxes that merely stand in it are recipients only if there is no other.
    pub(super) fn write(self, message: &mut Submission) {
        for mailbox in &self.senders {
            message.from("From", mailbox);
        }
        message.subject.clone_from(&self.subject);
        message.template.clone_from(&self.template);
        for (kind, said) in &self.contents {
            message.says(*kind, said);
        }
        for (name, media_type, coded) in &self.attachments {
            message.attaches(name.clone(), media_type.clone(), coded);
        }
        if !self.receives_mail() {
            for mailbox in &self.mentioned {
                message.to(RecipientPlace::To, mailbox);
            }
        }
        self.add_recipients(message);
    }
}

/// RFC 5321 §4.5.3.1 allows 320 characters; a name may stand before.
const MAX_ADDRESS: usize = 1_024;
/// Mailboxes of one object under keys that say nothing.
const MAX_MENTIONED: usize = 64;
