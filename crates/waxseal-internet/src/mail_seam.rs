//! Where a mail server plugs in: a connection hands its bytes to a session, which never touches a socket.

use waxseal_model::{ConnectionId, Observation};

/// Answers for every mail server of the simulated internet.
pub trait MailServer: Send + Sync {
    /// Begins a session: one for each connection, and one for each tunnel through it. `STARTTLS` goes on in the session it was asked
    /// in.
    fn open(&self, about: &MailConnection) -> Box<dyn MailSession>;
}

/// One SMTP connection, sans-I/O.
pub trait MailSession: Send {
    /// What the server says before the client does.
    fn greeting(&mut self) -> Vec<u8>;
    /// Takes what the client sent, cut anywhere, and says what to do next. Not called again after [`MailNext::Close`].
    fn receive(&mut self, bytes: &[u8]) -> MailStep;
    /// TLS was begun after [`MailNext::StartTls`]: what the client said before is void (RFC 3207 §4.2).
    fn tls_started(&mut self);
    /// The connection ended, however it did; what was begun and not yet told of is told now. Called once.
    fn end(&mut self) -> Vec<Observation>;
}

/// What a session knows of its connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailConnection {
    /// Its number.
    pub connection: ConnectionId,
    /// The name that was asked for to get its address, or the one that TLS asked for.
    pub host: Option<String>,
    /// The port it was made to.
    pub port: u16,
    /// Under TLS from its first byte.
    pub tls: bool,
}

/// What a session answers to some bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailStep {
    /// To be sent as it is, before anything else happens.
    pub reply: Vec<u8>,
    /// What is now known.
    pub observations: Vec<Observation>,
    /// What to do after the reply.
    pub next: MailNext,
}

/// What to do after a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MailNext {
    /// Read on.
    #[default]
    Continue,
    /// Begin TLS; bytes that came behind the command in clear are dropped (they are an injection: RFC 3207 §6).
    StartTls,
    /// Close the connection.
    Close,
}
