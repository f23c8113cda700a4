//! One request on its way to an answer: whether it is let in, what it asks for, and what is made for it.

use serde_json::{Map, Value};
use waxseal_model::{ApiLogin, RecipientPlace, Submission};

use super::read::{at, cut, each};
use super::shape::address;
use super::{Act, Answered, Desk, Made, Reply, Request, generic};

/// A request on its way to an answer.
///
/// A provider says what was shown ([`Call::login`]), tells of everything that was asked for, and ends the call with the answer that an
/// accepted request gets and the one that a refused request gets. A refused request makes nothing, and tells everything.
#[derive(Debug)]
pub struct Call<'r, 'd> {
    /// The request.
    pub request: &'r Request<'r>,
    /// What the providers remember.
    pub desk: &'d mut Desk,
    channel: &'static str,
    account: Option<String>,
    accepted: bool,
    acts: Vec<Act>,
    /// Bytes of contents and header fields that may still be kept.
    contents: usize,
    /// Recipients that may still be kept.
    recipients: usize,
}

impl<'r, 'd> Call<'r, 'd> {
    /// Begins a call to a provider; nobody is let in yet.
    pub fn new(channel: &'static str, request: &'r Request<'r>, desk: &'d mut Desk) -> Self {
        Self {
            request,
            desk,
            channel,
            account: None,
            accepted: false,
            acts: Vec::new(),
            contents: MAX_CONTENTS,
            recipients: MAX_RECIPIENTS,
        }
    }

    /// Looks at what is shown to be let in, and tells of it; nothing shown is refused.
    ///
    /// The account is what it is called, else the secret itself.
    pub fn login(&mut self, account: Option<&str>, secret: Option<&str>) {
        if let Some(secret) = secret.filter(|secret| !secret.is_empty()) {
            let accepted = self.desk.lets_in(secret);
            self.shows(account, secret, accepted);
        }
    }

    /// Tells of what is shown to be let in, where something else says whether it is.
    pub fn shows(&mut self, account: Option<&str>, secret: &str, accepted: bool) {
        self.account = Some(cut(account.unwrap_or(secret)));
        self.accepted = accepted;
        self.acts.push(Act::Login(ApiLogin {
            connection: self.request.connection,
            channel: self.channel.to_owned(),
            host: self.request.host.to_owned(),
            account: account.map(cut),
            secret: cut(secret),
            accepted,
        }));
    }

    /// Whether the request is let in.
    pub fn accepted(&self) -> bool {
        self.accepted
    }

    /// A message of this request, as yet without anything in it.
    pub fn message(&self) -> Submission {
        self.request.submission(self.channel, self.account.as_deref())
    }

    /// Whether contents of messages may still be kept.
    pub fn has_room(&self) -> bool {
        self.contents > 0
    }

    /// Tells of a message. Says whether more may come: a small request can stand for very many large messages.
    pub fn submits(&mut self, mut message: Submission) -> bool {
        let headers: usize = message
            .headers
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        let contents: usize = message.contents.iter().map(|it| it.payload.bytes.len()).sum();
        let kept = headers + contents;
        if kept > self.contents {
            message.contents.clear();
            message.headers.clear();
            message.complete = false;
        }
        self.contents = self.contents.saturating_sub(kept);
        if message.recipients.len() > self.recipients {
            message.recipients.truncate(self.recipients);
            message.complete = false;
        }
        self.recipients = self.recipients.saturating_sub(message.recipients.len().max(1));
        let more = self.recipients > 0;
        message.complete &= more;
        self.acts.push(Act::Submitted(message));
        more
    }

    /// Tells of one message for each element of the array `list`, as if the array held that one alone.
    pub fn submits_each_alone(&mut self, mut body: Value, list: &str, read: impl Fn(&Self, &Value) -> Submission) {
        let entries = match body.get_mut(list).map(Value::take) {
            Some(Value::Array(entries)) => entries,
            _ => Vec::new(),
        };
        if entries.is_empty() {
            let mut message = read(self, &body);
            message.complete = false;
            self.submits(message);
        }
        let most = most(&body);
        for (idx, entry) in entries.into_iter().enumerate() {
            if idx == most {
                // From here on without what stands beside them.
                body = Value::Object(Map::new());
            }
            body[list] = Value::Array(vec![entry]);
            let mut message = read(self, &body);
            message.complete &= idx < most;
            if !self.submits(message) {
                return;
            }
        }
    }

    /// Tells of one message for each of the objects, which are laid over `base`.
    pub fn submits_each_over(
        &mut self,
        base: Map<String, Value>,
        entries: Vec<Value>,
        read: impl Fn(&Self, &Value) -> Submission,
    ) {
        let mut whole = Value::Object(base);
        let most = most(&whole);
        for (idx, entry) in entries.into_iter().enumerate() {
            if idx == most {
                // From here on without what stands beside them.
                whole = Value::Object(Map::new());
            }
            let Value::Object(fields) = entry else {
                let mut message = self.message();
                message.complete = false;
                self.submits(message);
                continue;
            };
            let Some(object) = whole.as_object_mut() else { return };
            let before: Vec<(String, Option<Value>)> = fields
                .into_iter()
                .map(|(name, value)| (name.clone(), object.insert(name, value)))
                .collect();
            let mut message = read(self, &whole);
            message.complete &= idx < most;
            let more = self.submits(message);
            let Some(object) = whole.as_object_mut() else { return };
            for (name, value) in before {
                match value {
                    Some(value) => object.insert(name, value),
                    None => object.remove(&name),
                };
            }
            if !more {
                return;
            }
        }
    }

    /// Tells of a lasting order, if it names anybody.
    pub fn forwards(&mut self, what: &str, targets: impl IntoIterator<Item = String>) {
        let targets: Vec<String> = targets
            .into_iter()
            .filter(|target| !target.is_empty())
            .take(MAX_TARGETS)
            .map(|target| cut(&target))
            .collect();
        if !targets.is_empty() {
            let act = self
                .request
                .forward(self.channel, self.account.as_deref(), what, targets);
            self.acts.push(act);
        }
    }

    /// Tells of a lasting order whose targets stand in these fields of the body: texts, objects with an address, or arrays of either.
    pub fn forwards_to_fields(&mut self, what: &str, body: &Value, fields: &[&str]) {
        let values = fields.iter().flat_map(|field| each(at(body, field)));
        let targets: Vec<String> = values.filter_map(address).collect();
        self.forwards(what, targets);
    }

    /// Tells of a lasting order that names nobody outside: a new key, a receipt rule that keeps mail.
    pub fn orders(&mut self, what: &str) {
        let act = self
            .request
            .forward(self.channel, self.account.as_deref(), what, Vec::new());
        self.acts.push(act);
    }

    /// Remembers something that was made, unless the request is refused.
    pub fn keep(&mut self, kind: &'static str, id: &str, value: Value) {
        if self.accepted {
            self.desk.keep(Made {
                channel: self.channel,
                kind,
                id: id.to_owned(),
                value,
            });
        }
    }

    /// Makes what the body describes, under a new id, and gives what the provider says of it.
    pub fn make(&mut self, kind: &'static str, id_field: &str, id: &str, body: Value) -> Value {
        let mut value = match body {
            Value::Object(fields) => Value::Object(fields),
            _ => Value::Object(Map::new()),
        };
        if let Some(fields) = value.as_object_mut() {
            fields.insert(id_field.to_owned(), id.into());
        }
        self.keep(kind, id, value.clone());
        value
    }

    /// Something that was made.
    pub fn find(&self, kind: &str, id: &str) -> Option<Value> {
        self.desk.find(self.channel, kind, id).map(|made| made.value.clone())
    }

    /// The last things of a kind that were made, the newest first.
    pub fn list(&self, kind: &str) -> Vec<Value> {
        let all = self.desk.all(self.channel, kind).rev().take(MAX_LISTED);
        all.map(|made| made.value.clone()).collect()
    }

    /// How many messages were told of.
    pub fn told(&self) -> usize {
        self.acts.iter().filter(|act| matches!(act, Act::Submitted(_))).count()
    }

    /// Who is at these places in each message that was told of.
    pub fn everybody(&self, places: &[RecipientPlace]) -> Vec<Vec<(RecipientPlace, String)>> {
        let messages = self.acts.iter().filter_map(|act| match act {
            Act::Submitted(message) => Some(message),
            _ => None,
        });
        let people = messages.map(|message| {
            let all = message.recipients.iter().filter(|it| places.contains(&it.place));
            all.map(|it| (it.place.clone(), it.mailbox.clone())).collect()
        });
        people.collect()
    }

    /// Whether a message was told of that has nobody to go to.
    pub fn lacks_recipients(&self) -> bool {
        let mut messages = self.acts.iter().filter_map(|act| match act {
            Act::Submitted(message) => Some(message),
            _ => None,
        });
        messages.any(|message| message.recipients.is_empty())
    }

    /// Ends the call: with `reply` if it is let in, else with `refusal`. No reply is for what the API does not have.
    pub fn end(self, reply: Option<Reply>, refusal: Reply) -> Answered {
        if self.accepted {
            return match reply {
                Some(reply) => Answered::Reply(reply.acting(self.acts)),
                None => Answered::Unforeseen(self.acts),
            };
        }
        let unread = match reply {
            Some(_) => Vec::new(),
            None => generic::messages(self.request),
        };
        let unread = unread.into_iter().map(Act::Submitted);
        Answered::Reply(refusal.refusing(self.acts.into_iter().chain(unread)))
    }
}

/// How many messages may repeat what stands beside them: each is read again.
fn most(base: &Value) -> usize {
    MAX_REPEATED / base.to_string().len().max(1)
}

/// Bytes that are read again and again for the messages of one request.
const MAX_REPEATED: usize = 256 << 20;
/// Bytes of contents that are kept of all messages of one request.
const MAX_CONTENTS: usize = 32 << 20;
/// Recipients that are kept of all messages of one request: as many as ten of the largest have.
const MAX_RECIPIENTS: usize = 100_000;
/// Mailboxes and URLs of one lasting order.
const MAX_TARGETS: usize = 256;
/// What a list shows.
const MAX_LISTED: usize = 50;
