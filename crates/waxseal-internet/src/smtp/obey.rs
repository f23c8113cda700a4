//! Obeys one command after the other (RFC 5321 §4.1.1): what is answered, what is taken, what is refused.

use super::auth::{self, Exchange, Outcome};
use super::command::{Command, Hello, IsLast, Path};
use super::content::DotReader;
use super::line::Line;
use super::session::{Accepted, Expects, Session, Speaks};
use super::transaction::{MAX_SIZE, Refusal, Transaction};
use crate::chance::{BASE62, Chance};
use crate::mail_seam::{MailNext, MailStep};

impl Session {
    /// Does what a line asks for.
    pub(crate) fn obey(&mut self, command: Command, line: &Line, step: &mut MailStep) {
        if command != Command::Unknown {
            self.speaks = Speaks::Smtp;
            self.unheard = false;
        }
        match command {
            Command::Hello(kind, name) => self.greet(kind, name, step),
            Command::Mail(path) => self.begin(path, step),
            Command::Recipient(path) => self.add_recipient(path, step),
            Command::Data => self.begin_data(line.bare_lf, step),
            Command::Chunk(size, last) => self.begin_chunk(size, last, step),
            Command::StartTls => self.start_tls(step),
            Command::Auth(mechanism, initial) => self.begin_auth(&mechanism, initial.as_deref(), step),
            Command::Reset => {
                self.give_up(step);
                reply(step, "250 2.0.0 Ok");
            }
            Command::Nothing(said) => self.answer_idle(&said, "250 2.0.0 Ok", step),
            // RFC 5321 §3.5.3: 252 says that it was not looked up.
            Command::Verify(said) => {
                let answer = format!("252 2.0.0 {}", printable(&said));
                self.answer_idle(&said, &answer, step);
            }
            Command::Help(said) => {
                self.answer_idle(
                    &said,
                    "214 2.0.0 See RFC 5321 and the documentation of your mail client",
                    step,
                );
            }
            Command::Quit => {
                self.give_up(step);
                reply(step, "221 2.0.0 Bye");
                self.close(step);
            }
            Command::Unimplemented => self.refuse((502, "5.5.1", "Error: command not implemented"), step),
            Command::Malformed(syntax) => {
                self.errors += 1;
                self.unheard = true;
                reply(step, &format!("501 5.5.4 Syntax: {syntax}"));
            }
            Command::Unknown => self.refuse((500, "5.5.2", "Error: command not recognized"), step),
        }
    }

    /// Commands that change nothing; what they carry is a way out that no transaction shows.
    fn answer_idle(&mut self, said: &str, answer: &str, step: &mut MailStep) {
        self.unheard |= !said.is_empty();
        reply(step, answer);
    }

    /// RFC 5321 §4.1.4: EHLO in the middle of a transaction is RSET as well.
    fn greet(&mut self, kind: Hello, name: String, step: &mut MailStep) {
        self.give_up(step);
        if !self.client.helo.is_empty() && self.client.helo != name {
            let earlier = format!("HELO {}", self.client.helo);
            self.keep_stray_line(earlier.as_bytes());
        }
        self.client.helo = name;
        self.lmtp = kind == Hello::Lhlo;
        if kind == Hello::Helo {
            return reply(step, &format!("250 {}", self.host));
        }
        let mut lines = vec![
            self.host.clone(),
            "PIPELINING".to_owned(),
            format!("SIZE {MAX_SIZE}"),
            "VRFY".to_owned(),
        ];
        if self.starttls && !self.client.tls {
            lines.push("STARTTLS".to_owned());
        }
        lines.push(format!("AUTH {}", auth::MECHANISMS));
        lines.extend(
            [
                "ENHANCEDSTATUSCODES",
                "8BITMIME",
                "DSN",
                "SMTPUTF8",
                "CHUNKING",
                "BINARYMIME",
            ]
            .map(str::to_owned),
        );
        let last = lines.len() - 1;
        for (idx, line) in lines.iter().enumerate() {
            reply(step, &format!("250{}{line}", if idx == last { ' ' } else { '-' }));
        }
    }

    fn begin(&mut self, path: Path, step: &mut MailStep) {
        if self.open.is_some() {
            return self.refuse((503, "5.5.1", "Error: nested MAIL command"), step);
        }
        self.unheard |= path.shortened;
        let (transaction, allowed) = Transaction::begin(path);
        match allowed {
            Ok(()) => {
                self.open = Some(transaction);
                reply(step, "250 2.1.0 Ok");
            }
            Err(refusal) => {
                self.tell(transaction, Accepted::No, step);
                self.refuse(refusal, step);
            }
        }
    }

    fn add_recipient(&mut self, path: Path, step: &mut MailStep) {
        let Some(open) = self.open.as_mut() else {
            return self.refuse((503, "5.5.1", "Error: need MAIL command"), step);
        };
        self.unheard |= path.shortened;
        match open.add(path) {
            Ok(()) => reply(step, "250 2.1.5 Ok"),
            Err(refusal) => self.refuse(refusal, step),
        }
    }

    fn begin_data(&mut self, bare_lf: bool, step: &mut MailStep) {
        let Some(open) = &self.open else {
            return self.refuse((503, "5.5.1", "Error: need MAIL command"), step);
        };
        if let Err(refusal) = open.check_data() {
            return self.refuse(refusal, step);
        }
        self.expects = Expects::Message(DotReader::new(bare_lf));
        reply(step, "354 End data with <CR><LF>.<CR><LF>");
    }

    /// RFC 3030 §2: the bytes of a chunk come whether it is refused or not, and the reply after them.
    fn begin_chunk(&mut self, size: u64, last: IsLast, step: &mut MailStep) {
        let refused = match &self.open {
            None => Some((503, "5.5.1", "Error: need MAIL command")),
            Some(open) if open.recipients() == 0 => Some((554, "5.5.1", "Error: no valid recipients")),
            Some(_) => None,
        };
        self.expects = Expects::Chunk {
            remaining: size,
            last,
            refused,
        };
        if size == 0 {
            self.end_chunk(step);
        }
    }

    /// A chunk is whole.
    pub(crate) fn end_chunk(&mut self, step: &mut MailStep) {
        let Expects::Chunk { last, refused, .. } = std::mem::replace(&mut self.expects, Expects::Command) else {
            return;
        };
        if let Some(refusal) = refused {
            self.refuse(refusal, step);
            return self.end_when_tired(step);
        }
        if last {
            return self.finish(step);
        }
        if let Some(open) = self.open.as_mut() {
            open.chunked = true;
            reply(
                step,
                &format!("250 2.0.0 Ok: {} octets received", open.content.length()),
            );
        }
    }

    /// The message is whole.
    pub(crate) fn finish(&mut self, step: &mut MailStep) {
        let Some(open) = self.open.take() else {
            return;
        };
        // RFC 2033 §4.2: LMTP answers once for each recipient that was accepted.
        let replies = if self.lmtp { open.recipients() } else { 1 };
        let refused = open.check_size().err();
        self.tell(open, if refused.is_none() { Accepted::Yes } else { Accepted::No }, step);
        let id = self.queue_id();
        for _ in 0..replies {
            match refused {
                None => reply(step, &format!("250 2.0.0 Ok: queued as {id}")),
                Some((code, enhanced, text)) => reply(step, &format!("{code} {enhanced} {text}")),
            }
        }
    }

    /// RFC 3207 §4: the client may not pipeline behind STARTTLS.
    fn start_tls(&mut self, step: &mut MailStep) {
        if self.client.tls {
            return self.refuse((554, "5.5.1", "Error: TLS already active"), step);
        }
        if !self.starttls {
            return self.refuse((502, "5.5.1", "Error: command not implemented"), step);
        }
        self.give_up(step);
        reply(step, "220 2.0.0 Ready to start TLS");
        self.expects = Expects::Handshake;
        step.next = MailNext::StartTls;
    }

    fn begin_auth(&mut self, mechanism: &str, initial: Option<&str>, step: &mut MailStep) {
        // RFC 4954 §4: once only, and not within a transaction.
        if self.client.user.is_some() {
            return self.refuse((503, "5.5.1", "Error: already authenticated"), step);
        }
        if self.open.is_some() {
            return self.refuse((503, "5.5.1", "Error: MAIL transaction in progress"), step);
        }
        let mut chance = self.chance("challenge");
        let challenge = format!("<{}.{}@{}>", chance.below(1 << 30), chance.below(1 << 30), self.host);
        let outcome = auth::begin(mechanism, initial, challenge, &self.accounts);
        self.authenticate(outcome, step);
    }

    /// Takes what came of an authentication exchange.
    pub(crate) fn authenticate(&mut self, outcome: Outcome, step: &mut MailStep) {
        match outcome {
            Outcome::Challenge(challenge, exchange) => {
                self.expects = Expects::Auth(exchange);
                reply(step, &format!("334 {}", auth::encode(&challenge)));
            }
            Outcome::Attempt(attempt) if attempt.accepted => {
                self.client.user = Some(attempt.user.clone());
                step.observations.push(self.told_attempt(attempt));
                reply(step, "235 2.7.0 Authentication successful");
            }
            Outcome::Attempt(attempt) => {
                step.observations.push(self.told_attempt(attempt));
                self.refuse_credentials(step);
            }
            Outcome::Explain(attempt, reason) => {
                step.observations.push(self.told_attempt(attempt));
                self.expects = Expects::Auth(Exchange::Refused);
                reply(step, &format!("334 {}", auth::encode(&reason)));
            }
            Outcome::Refuse => self.refuse_credentials(step),
            Outcome::Cancelled(attempt) => {
                if let Some(attempt) = attempt {
                    step.observations.push(self.told_attempt(attempt));
                }
                self.refuse((501, "5.7.0", "Authentication aborted"), step);
            }
            Outcome::Malformed => self.refuse((501, "5.5.2", "Error: cannot decode the response"), step),
            Outcome::UnknownMechanism => self.refuse((504, "5.5.4", "Unrecognized authentication type"), step),
        }
    }

    /// Refuses what the client said, which is then kept as stray.
    pub(crate) fn refuse(&mut self, (code, enhanced, text): Refusal, step: &mut MailStep) {
        self.errors += 1;
        self.unheard = true;
        reply(step, &format!("{code} {enhanced} {text}"));
    }

    /// Refuses credentials, which an observation already tells.
    fn refuse_credentials(&mut self, step: &mut MailStep) {
        self.errors += 1;
        reply(step, "535 5.7.8 Error: authentication failed: authentication failure");
    }

    fn chance(&mut self, what: &str) -> Chance {
        self.issued += 1;
        Chance::new(
            self.issued << 32 | u64::from(self.client.connection.0),
            &format!("{what} {}", self.host),
        )
    }

    /// Looks like the long queue ids of an ordinary server.
    fn queue_id(&mut self) -> String {
        format!("4{}", self.chance("queue").text(BASE62, 14))
    }
}

/// What may be said back to a client on one line.
fn printable(said: &str) -> String {
    said.chars()
        .filter(|character| !character.is_control())
        .take(400)
        .collect()
}

fn reply(step: &mut MailStep, line: &str) {
    step.reply.extend_from_slice(line.as_bytes());
    step.reply.extend_from_slice(b"\r\n");
}
