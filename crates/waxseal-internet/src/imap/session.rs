//! One session: takes bytes as they come, and obeys command by command.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use waxseal_model::{ApiLogin, ConnectionId, Observation, Payload};

use super::ImapServer;
use super::store::{INBOX, Store, special_use};
use super::words::{Framed, Word, frame, words};
use crate::mail_seam::{MailConnection, MailNext, MailSession, MailStep};
use crate::smtp::SmtpAccounts;
use crate::smtp::auth::{self, Attempt, Exchange, Outcome};

/// A session.
pub(super) struct Session {
    connection: ConnectionId,
    host: String,
    accounts: Arc<SmtpAccounts>,
    store: Arc<Mutex<Store>>,
    pub(super) now: u64,
    tls: bool,
    expects: Expects,
    let_in: bool,
    pub(super) selected: Option<Selected>,
    buffer: Vec<u8>,
    /// Literals of the command being received that the client was told to send.
    told: usize,
    errors: usize,
}

/// The mailbox that is worked in.
#[derive(Debug, Clone)]
pub(super) struct Selected {
    pub(super) name: String,
    pub(super) read_only: bool,
}

/// What the next bytes are.
enum Expects {
    Command,
    /// The client's next line in an exchange, for the command of this tag.
    Auth(String, Exchange),
    /// `DONE`, for the command of this tag (RFC 2177 §3).
    Done(String),
    Handshake,
    End,
}

impl Session {
    pub(super) fn new(server: &ImapServer, about: &MailConnection) -> Self {
        Self {
            connection: about.connection,
            host: about.host.clone().unwrap_or_default(),
            accounts: Arc::clone(&server.accounts),
            store: Arc::clone(&server.store),
            now: server.now,
            tls: about.tls,
            expects: Expects::Command,
            let_in: false,
            selected: None,
            buffer: Vec::new(),
            told: 0,
            errors: 0,
        }
    }

    pub(super) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what stands at the front of the buffer; whether there was something whole.
    fn take(&mut self, step: &mut MailStep) -> bool {
        if matches!(self.expects, Expects::Handshake | Expects::End) {
            self.buffer.clear();
            return false;
        }
        if !matches!(self.expects, Expects::Command) {
            let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') else {
                return self.is_too_long(step);
            };
            let line: Vec<u8> = self.buffer.drain(..=end).collect();
            self.hear(line.trim_ascii(), step);
            return true;
        }
        match frame(&self.buffer, self.told) {
            Framed::More => false,
            Framed::Waits => {
                self.told += 1;
                step.reply.extend(b"+ OK\r\n");
                true
            }
            Framed::TooLong => self.end(step, "BAD command is too long"),
            Framed::Whole(length) => {
                self.told = 0;
                let command: Vec<u8> = self.buffer.drain(..length).collect();
                self.obey(&command, step);
                true
            }
        }
    }

    /// A line of an exchange, or the end of waiting.
    fn hear(&mut self, line: &[u8], step: &mut MailStep) {
        match std::mem::replace(&mut self.expects, Expects::Command) {
            Expects::Auth(tag, exchange) => {
                step.observations.push(self.seen("AUTHENTICATE", line));
                let outcome = exchange.answer(line, &self.accounts);
                self.authenticate(tag, outcome, step);
            }
            Expects::Done(tag) if line.eq_ignore_ascii_case(b"DONE") => say(step, &tag, "OK Idle completed."),
            Expects::Done(tag) => say(step, &tag, "BAD Expected DONE."),
            other => self.expects = other,
        }
    }

    /// Obeys a whole command.
    fn obey(&mut self, command: &[u8], step: &mut MailStep) {
        let said = words(command).filter(|it| it.len() >= 2);
        let Some([tag, verb, rest @ ..]) = said.as_deref() else {
            if !command.trim_ascii().is_empty() {
                step.observations.push(self.seen("", command));
                self.errors += 1;
                say(step, "*", "BAD Error in IMAP command received by server.");
            }
            if self.errors > MAX_ERRORS {
                self.end(step, "BYE Too many invalid IMAP commands.");
            }
            return;
        };
        let (tag, verb) = (tag.text(), verb.upper());
        let (verb, rest) = match (verb.as_str(), rest) {
            ("UID", [inner, rest @ ..]) => (format!("UID {}", inner.upper()), rest),
            _ => (verb, rest),
        };
        if tag.is_empty() || !tag.bytes().all(|byte| byte.is_ascii_graphic()) {
            return say(step, "*", "BAD Invalid tag.");
        }
        step.observations.push(self.seen(&verb, command));
        self.answer(tag, &verb, rest, step);
    }

    /// What may be said at any time; everything else needs a login.
    fn answer(&mut self, tag: String, verb: &str, rest: &[Word], step: &mut MailStep) {
        match verb {
            "CAPABILITY" => {
                step.reply
                    .extend(format!("* CAPABILITY {}\r\n", self.capabilities()).bytes());
                say(step, &tag, "OK Capability completed.");
            }
            "NOOP" | "CHECK" => say(step, &tag, "OK NOOP completed."),
            "ID" => {
                step.reply.extend(b"* ID (\"name\" \"Dovecot\")\r\n");
                say(step, &tag, "OK ID completed.");
            }
            "LOGOUT" => {
                step.reply.extend(b"* BYE Logging out\r\n");
                say(step, &tag, "OK Logout completed.");
                self.expects = Expects::End;
                step.next = MailNext::Close;
            }
            "STARTTLS" if !self.tls => {
                say(step, &tag, "OK Begin TLS negotiation now.");
                self.expects = Expects::Handshake;
                self.buffer.clear();
                step.next = MailNext::StartTls;
            }
            "LOGIN" | "AUTHENTICATE" if !self.let_in => self.begin(&tag, verb, rest, step),
            "LOGIN" | "AUTHENTICATE" | "STARTTLS" => say(step, &tag, "BAD Not now."),
            _ if !self.let_in => say(step, &tag, "NO [AUTHENTICATIONFAILED] Please authenticate first."),
            "IDLE" => {
                step.reply.extend(b"+ idling\r\n");
                self.expects = Expects::Done(tag);
            }
            _ => self.work(&tag, verb, rest, step),
        }
    }

    fn begin(&mut self, tag: &str, verb: &str, rest: &[Word], step: &mut MailStep) {
        if let ("LOGIN", [user, secret]) = (verb, rest) {
            let attempt = auth::judge("LOGIN", user.text(), secret.text(), &self.accounts);
            return self.attempted(tag, attempt, step);
        }
        let Some(mechanism) = rest.first().filter(|_| verb == "AUTHENTICATE").map(Word::upper) else {
            return say(step, tag, "BAD Missing arguments.");
        };
        let initial = rest.get(1).map(Word::text);
        let challenge = format!("<{}.{}@{}>", self.connection.0, self.now, self.host);
        let outcome = auth::begin(&mechanism, initial.as_deref(), challenge, &self.accounts);
        self.authenticate(tag.to_owned(), outcome, step);
    }

    fn authenticate(&mut self, tag: String, outcome: Outcome, step: &mut MailStep) {
        match outcome {
            Outcome::Challenge(text, exchange) => {
                step.reply.extend(format!("+ {}\r\n", auth::encode(&text)).bytes());
                self.expects = Expects::Auth(tag, exchange);
            }
            Outcome::Attempt(attempt) => self.attempted(&tag, attempt, step),
            Outcome::Explain(attempt, text) => {
                step.observations.push(self.shown(attempt));
                step.reply.extend(format!("+ {}\r\n", auth::encode(&text)).bytes());
                self.expects = Expects::Auth(tag, Exchange::Refused);
            }
            Outcome::Refuse => say(step, &tag, REFUSED),
            Outcome::Cancelled(attempt) => {
                step.observations.extend(attempt.map(|it| self.shown(it)));
                say(step, &tag, "BAD Authentication aborted by client.");
            }
            Outcome::Malformed => say(step, &tag, "BAD Invalid base64 data."),
            Outcome::UnknownMechanism => say(step, &tag, "NO Unsupported authentication mechanism."),
        }
    }

    fn attempted(&mut self, tag: &str, attempt: Attempt, step: &mut MailStep) {
        self.let_in = attempt.accepted;
        step.observations.push(self.shown(attempt));
        if self.let_in {
            let capabilities = self.capabilities();
            say(step, tag, &format!("OK [CAPABILITY {capabilities}] Logged in"));
        } else {
            self.errors += 1;
            say(step, tag, REFUSED);
        }
    }

    /// Credentials that were shown; those of a challenge are told as they were sent.
    fn shown(&self, attempt: Attempt) -> Observation {
        Observation::ApiLogin(Box::new(ApiLogin {
            connection: self.connection,
            channel: "imap".to_owned(),
            host: self.host.clone(),
            account: Some(attempt.user).filter(|user| !user.is_empty()),
            secret: attempt.secret,
            accepted: attempt.accepted,
        }))
    }

    fn seen(&self, verb: &str, command: &[u8]) -> Observation {
        let known: String = verb
            .chars()
            .filter(|c| c.is_ascii_alphabetic() || *c == ' ')
            .take(MAX_VERB)
            .collect();
        Observation::Imap {
            connection: self.connection,
            command: known,
            payload: Payload::cut(command, MAX_KEPT),
        }
    }

    fn capabilities(&self) -> String {
        let starttls = if self.tls || self.let_in { "" } else { " STARTTLS" };
        let ways = if self.let_in {
            ""
        } else {
            " AUTH=PLAIN AUTH=LOGIN AUTH=XOAUTH2 AUTH=OAUTHBEARER"
        };
        format!("{CAPABILITIES}{starttls}{ways}")
    }

    /// The mailbox at the front of some words, if there is one of this name.
    pub(super) fn mailbox(&self, words: &[Word]) -> Option<String> {
        let name = words.first()?.text();
        self.store().find(&name).is_some().then_some(name)
    }

    /// Mailboxes that fit a pattern (RFC 3501 §6.3.8).
    pub(super) fn list(&self, verb: &str, rest: &[Word], step: &mut MailStep) {
        // Conditions and what is to be told beside are lists; the last text is the pattern, or the list of them that follows the name.
        let mut words = rest.iter().skip_while(|it| matches!(it, Word::List(_)));
        let within = words.next().map(Word::text).unwrap_or_default();
        let patterns: Vec<String> = words
            .next()
            .map(Word::items)
            .unwrap_or_default()
            .iter()
            .map(Word::text)
            .collect();
        if patterns.iter().all(String::is_empty) {
            step.reply
                .extend(format!("* {verb} (\\Noselect) \"/\" \"\"\r\n").bytes());
            return;
        }
        let store = self.store();
        for name in store.names() {
            if !patterns
                .iter()
                .any(|pattern| matches_pattern(name, &format!("{within}{pattern}")))
            {
                continue;
            }
            let usage = special_use(name);
            let gap = if usage.is_empty() { "" } else { " " };
            step.reply
                .extend(format!("* {verb} (\\HasNoChildren{gap}{usage}) \"/\" ").bytes());
            step.reply.extend(super::message::string(name.as_bytes()));
            step.reply.extend(b"\r\n");
        }
    }

    /// RFC 3501 §6.3.11.
    pub(super) fn append(&mut self, tag: &str, rest: &[Word], step: &mut MailStep) {
        let (Some(name), Some(Word::Text(raw))) = (self.mailbox(rest), rest.last().filter(|_| rest.len() > 1)) else {
            return say(step, tag, "NO [TRYCREATE] Mailbox doesn't exist.");
        };
        let flags: BTreeSet<String> = match rest.get(1) {
            Some(Word::List(flags)) => flags.iter().filter_map(super::fetch::flag).collect(),
            _ => BTreeSet::new(),
        };
        let now = self.now;
        let added = self.store().add(&name, flags, now, raw.clone());
        match added {
            Some(uid) => say(step, tag, &format!("OK [APPENDUID {VALIDITY} {uid}] Append completed.")),
            None => say(step, tag, "NO [OVERQUOTA] Quota exceeded."),
        }
    }

    fn is_too_long(&mut self, step: &mut MailStep) -> bool {
        self.buffer.len() > MAX_LINE && self.end(step, "BYE Line is too long.")
    }

    /// Ends it with a last word. Never more to take.
    fn end(&mut self, step: &mut MailStep, why: &str) -> bool {
        say(step, "*", why);
        self.expects = Expects::End;
        self.buffer.clear();
        step.next = MailNext::Close;
        false
    }
}

impl MailSession for Session {
    fn greeting(&mut self) -> Vec<u8> {
        format!("* OK [CAPABILITY {}] {} ready.\r\n", self.capabilities(), INBOX).into_bytes()
    }

    fn receive(&mut self, bytes: &[u8]) -> MailStep {
        let mut step = MailStep::default();
        self.buffer.extend_from_slice(bytes);
        while step.next == MailNext::Continue && !self.buffer.is_empty() && self.take(&mut step) {}
        step
    }

    fn tls_started(&mut self) {
        self.tls = true;
        self.expects = Expects::Command;
        self.buffer.clear();
    }

    fn end(&mut self) -> Vec<Observation> {
        // What was begun and never ended was said all the same.
        let rest = std::mem::take(&mut self.buffer);
        if rest.is_empty() {
            Vec::new()
        } else {
            vec![self.seen("", &rest)]
        }
    }
}

/// `tag OK …`
pub(super) fn say(step: &mut MailStep, tag: &str, text: &str) {
    step.reply.extend(format!("{tag} {text}\r\n").bytes());
}

/// `*` stands for anything, `%` for anything without a slash.
fn matches_pattern(name: &str, pattern: &str) -> bool {
    let is_inbox = pattern.eq_ignore_ascii_case(INBOX) && name == INBOX;
    let parts: Vec<&str> = pattern.split(['*', '%']).take(MAX_STARS).collect();
    let [first, inner @ .., last] = parts.as_slice() else {
        return is_inbox || name == pattern;
    };
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    for part in inner {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// What it can do before and behind the login.
const CAPABILITIES: &str =
    "IMAP4rev1 SASL-IR LITERAL+ ENABLE IDLE ID NAMESPACE UIDPLUS MOVE UNSELECT CHILDREN SPECIAL-USE";
const REFUSED: &str = "NO [AUTHENTICATIONFAILED] Authentication failed.";
/// What makes numbers of a mailbox valid (RFC 3501 §2.3.1.1): mailboxes are made once for a run.
pub(super) const VALIDITY: u32 = 1_700_000_000;
/// Commands that are none, and logins that failed, after which a server has enough.
const MAX_ERRORS: usize = 100;
/// RFC 4954 §4 asks for as much in SMTP.
const MAX_LINE: usize = 12 << 10;
/// Bytes of one command that are told.
const MAX_KEPT: usize = 1 << 20;
const MAX_VERB: usize = 32;
const MAX_STARS: usize = 32;
