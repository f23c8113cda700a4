//! A mail server that mail is read at: IMAP4rev1 (RFC 3501), with IDLE (RFC 2177), literals that are not waited for (RFC 7888), UIDPLUS
//! (RFC 4315), MOVE (RFC 6851) and special mailboxes (RFC 6154), as a state machine without sockets.
//!
//! It lets in the accounts that mail is sent with, shows the inbox that mail APIs show, and keeps what is put there, for all
//! connections of a run. Each command is told of as it was said.
//!
//! Commands are read by ours: the library there is for that (`imap-codec`) is not released yet, and brings ten more crates for what two
//! hundred lines do.

mod session;

mod fetch;
mod message;
mod search;
mod store;
mod words;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex};

use crate::mail_seam::{MailConnection, MailServer, MailSession};
use crate::smtp::{SmtpAccounts, SmtpServer};
use store::Store;

/// The server that mail is read at, for any host name.
#[derive(Debug, Clone)]
pub struct ImapServer {
    accounts: Arc<SmtpAccounts>,
    store: Arc<Mutex<Store>>,
    /// When the run began, in seconds since 1970.
    now: u64,
}

impl ImapServer {
    /// A server that lets in these accounts. `now` is in seconds since 1970.
    pub fn new(accounts: SmtpAccounts, now: u64) -> Self {
        Self {
            accounts: Arc::new(accounts),
            store: Arc::new(Mutex::new(Store::new(now))),
            now,
        }
    }
}

impl MailServer for ImapServer {
    fn open(&self, about: &MailConnection) -> Box<dyn MailSession> {
        Box::new(session::Session::new(self, about))
    }
}

/// The servers that mail is handed to and read at; which is meant is said by the port.
#[derive(Debug, Clone)]
pub struct MailServers {
    /// Where it is handed to.
    pub smtp: SmtpServer,
    /// Where it is read.
    pub imap: ImapServer,
}

impl MailServer for MailServers {
    fn open(&self, about: &MailConnection) -> Box<dyn MailSession> {
        if PORTS.contains(&about.port) {
            self.imap.open(about)
        } else {
            self.smtp.open(about)
        }
    }
}

/// The ports of IMAP, without TLS and inside of it (RFC 8314 §3.2).
pub(crate) const PORTS: [u16; 2] = [143, 993];
