//! One session: takes bytes as they come, and decides line by line (RFC 5321 §3).

use std::sync::Arc;

use waxseal_model::{Observation, Payload};

use super::auth::{Attempt, Exchange};
use super::command::{self, IsLast};
use super::content::DotReader;
use super::line::{Line, LineBuffer};
use super::transaction::{Client, Refusal, Transaction};
use super::{SmtpAccounts, SmtpServer};
use crate::mail_seam::{MailConnection, MailNext, MailSession, MailStep};

/// RFC 5321 §4.3.2 lets a server close with 421; ordinary ones do after some errors.
const MAX_ERRORS: usize = 100;

/// How much is kept of what was said beside transactions.
const MAX_STRAY: usize = 256 * 1024;

/// Who connects without a name is told this one, which says nothing about whose server it is.
const NAMELESS: &str = "mx.localdomain";

/// A session.
pub(crate) struct Session {
    pub(crate) host: String,
    pub(crate) accounts: Arc<SmtpAccounts>,
    pub(crate) starttls: bool,
    pub(crate) client: Client,
    pub(crate) expects: Expects,
    pub(crate) line: LineBuffer,
    pub(crate) open: Option<Transaction>,
    pub(crate) errors: usize,
    /// No observation tells what the line says that is being heard.
    pub(crate) unheard: bool,
    /// Messages and challenges so far, so that their ids differ.
    pub(crate) issued: u64,
    pub(crate) speaks: Speaks,
    pub(crate) lmtp: bool,
    /// A transaction of this session was told.
    pub(crate) told: bool,
    pub(crate) stray: Payload,
}

/// What the next bytes are.
pub(crate) enum Expects {
    Command,
    Auth(Exchange),
    Message(DotReader),
    /// Bytes of a chunk that are still to come; without room for them when the chunk was refused.
    Chunk {
        remaining: u64,
        last: IsLast,
        refused: Option<Refusal>,
    },
    /// Nothing until the TLS handshake is done: whatever comes before was not protected by it, and is dropped.
    Handshake,
    /// Nothing any more.
    End,
}

/// Whether the client speaks SMTP.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaks {
    /// It has said nothing yet that tells.
    Unknown,
    /// It has said a verb of SMTP.
    Smtp,
    /// Its first line holds bytes that no command has: it is written down, and not answered.
    Other,
}

impl Session {
    /// A session on a new connection.
    pub(crate) fn new(server: &SmtpServer, about: &MailConnection) -> Self {
        Self {
            host: host_name(about.host.as_deref()),
            accounts: Arc::clone(&server.accounts),
            starttls: server.starttls,
            client: Client {
                connection: about.connection,
                helo: String::new(),
                user: None,
                tls: about.tls,
            },
            expects: Expects::Command,
            line: LineBuffer::default(),
            open: None,
            errors: 0,
            unheard: false,
            issued: 0,
            speaks: Speaks::Unknown,
            lmtp: false,
            told: false,
            stray: Payload::default(),
        }
    }

    /// Takes some of the bytes; gives how many.
    fn take(&mut self, bytes: &[u8], step: &mut MailStep) -> usize {
        match &mut self.expects {
            Expects::Command | Expects::Auth(_) => self.take_line(bytes, step),
            Expects::Message(reader) => {
                let Some(open) = self.open.as_mut() else {
                    self.expects = Expects::Command;
                    return 0;
                };
                let (taken, ended) = reader.take(bytes, &mut open.content);
                if ended {
                    self.expects = Expects::Command;
                    self.finish(step);
                }
                taken
            }
            Expects::Chunk { remaining, refused, .. } => {
                let taken = usize::try_from(*remaining).unwrap_or(usize::MAX).min(bytes.len());
                *remaining -= taken as u64;
                let done = *remaining == 0;
                match self.open.as_mut().filter(|_| refused.is_none()) {
                    Some(open) => open.content.push(&bytes[..taken]),
                    None => self.keep_stray(&bytes[..taken]),
                }
                if done {
                    self.end_chunk(step);
                }
                taken
            }
            Expects::Handshake | Expects::End => bytes.len(),
        }
    }

    fn take_line(&mut self, bytes: &[u8], step: &mut MailStep) -> usize {
        if self.speaks == Speaks::Unknown && matches!(self.expects, Expects::Command) {
            let mut first_line = bytes.iter().take(self.line.room()).take_while(|byte| **byte != b'\n');
            if first_line.any(|byte| is_foreign(*byte)) {
                self.speaks = Speaks::Other;
            }
        }
        if self.speaks == Speaks::Other {
            self.keep_begun_line();
            self.keep_stray(bytes);
            return bytes.len();
        }
        let (taken, line) = self.line.take(bytes);
        if let Some(line) = line {
            self.hear(&line, step);
        }
        taken
    }

    fn hear(&mut self, line: &Line, step: &mut MailStep) {
        self.unheard = self.speaks == Speaks::Unknown;
        let exchange = match std::mem::replace(&mut self.expects, Expects::Command) {
            Expects::Auth(exchange) => Some(exchange),
            _ => None,
        };
        match exchange {
            _ if line.too_long => {
                if let Some(attempt) = exchange.and_then(Exchange::give_up) {
                    step.observations.push(self.told_attempt(attempt));
                }
                self.refuse((500, "5.5.2", "Error: line too long"), step);
            }
            Some(exchange) => {
                let outcome = exchange.answer(&line.bytes, &self.accounts);
                self.authenticate(outcome, step);
            }
            None => self.obey(command::read(&line.bytes), line, step),
        }
        if self.unheard {
            self.keep_stray_line(&line.bytes);
            self.stray.length += (line.length - line.bytes.len()) as u64;
        }
        self.end_when_tired(step);
    }

    pub(crate) fn end_when_tired(&mut self, step: &mut MailStep) {
        if self.errors >= MAX_ERRORS && !matches!(self.expects, Expects::Handshake | Expects::End) {
            step.reply
                .extend_from_slice(format!("421 4.7.0 {} Error: too many errors\r\n", self.host).as_bytes());
            self.close(step);
        }
    }

    pub(crate) fn told_attempt(&self, attempt: Attempt) -> Observation {
        Observation::SmtpAuth {
            connection: self.client.connection,
            mechanism: attempt.mechanism.to_owned(),
            user: attempt.user,
            secret: attempt.secret,
            accepted: attempt.accepted,
        }
    }

    pub(crate) fn tell(&mut self, transaction: Transaction, accepted: Accepted, step: &mut MailStep) {
        self.told = true;
        step.observations
            .extend(transaction.told(&self.client, &self.host, accepted == Accepted::Yes));
    }

    pub(crate) fn give_up(&mut self, step: &mut MailStep) {
        if let Some(open) = self.open.take() {
            self.tell(open, Accepted::No, step);
        }
    }

    pub(crate) fn close(&mut self, step: &mut MailStep) {
        self.give_up(step);
        self.expects = Expects::End;
        step.next = MailNext::Close;
    }

    fn keep_stray(&mut self, bytes: &[u8]) {
        let room = MAX_STRAY - self.stray.bytes.len().min(MAX_STRAY);
        self.stray.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.stray.length = self.stray.length.saturating_add(bytes.len() as u64);
    }

    /// What came of a line that did not end.
    fn keep_begun_line(&mut self) {
        let (begun, length) = self.line.rest();
        self.keep_stray(&begun);
        self.stray.length += (length - begun.len()) as u64;
    }

    pub(crate) fn keep_stray_line(&mut self, line: &[u8]) {
        self.keep_stray(line);
        self.keep_stray(b"\n");
    }
}

impl MailSession for Session {
    fn greeting(&mut self) -> Vec<u8> {
        format!("220 {} ESMTP\r\n", self.host).into_bytes()
    }

    fn receive(&mut self, bytes: &[u8]) -> MailStep {
        let mut step = MailStep {
            reply: Vec::new(),
            observations: Vec::new(),
            next: MailNext::Continue,
        };
        let mut rest = bytes;
        while !rest.is_empty() {
            let taken = self.take(rest, &mut step);
            rest = &rest[taken.min(rest.len())..];
        }
        step
    }

    /// RFC 3207 §4.2: "The server MUST discard any knowledge obtained from the client, such as the argument to the EHLO command, which was
    /// not obtained from the TLS negotiation itself".
    fn tls_started(&mut self) {
        self.client.helo.clear();
        self.client.user = None;
        self.client.tls = true;
        self.lmtp = false;
        self.line.rest();
        self.open = None;
        self.expects = Expects::Command;
    }

    fn end(&mut self) -> Vec<Observation> {
        let mut step = MailStep {
            reply: Vec::new(),
            observations: Vec::new(),
            next: MailNext::Close,
        };
        if let Expects::Auth(exchange) = std::mem::replace(&mut self.expects, Expects::End)
            && let Some(attempt) = exchange.give_up()
        {
            step.observations.push(self.told_attempt(attempt));
        }
        self.keep_begun_line();
        self.give_up(&mut step);
        // A client that only said its name is told as a transaction without anything: the name is a way out, too.
        if !self.told && !self.client.helo.is_empty() {
            self.tell(Transaction::default(), Accepted::No, &mut step);
        }
        if self.stray.length > 0 {
            let payload = std::mem::take(&mut self.stray);
            let tls = self.client.tls;
            step.observations.push(Observation::Raw {
                connection: self.client.connection,
                payload,
                tls,
            });
        }
        step.observations
    }
}

/// Whether a transaction came to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accepted {
    Yes,
    No,
}

/// The name to greet with: the one that was asked for, as far as it is a name.
fn host_name(host: Option<&str>) -> String {
    let plain = |host: &&str| {
        host.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    host.filter(|host| !host.is_empty())
        .filter(plain)
        .unwrap_or(NAMELESS)
        .to_owned()
}

/// A control character that no command line has.
fn is_foreign(byte: u8) -> bool {
    byte < b' ' && !matches!(byte, b'\t' | b'\r' | b'\n')
}
