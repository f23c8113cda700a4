//! A mail server that takes every mail and delivers none: SMTP (RFC 5321) and LMTP (RFC 2033) as a state machine without sockets.
//!
//! [`SmtpServer`] opens one session per connection. A session is given bytes in whatever pieces they arrive and answers as an
//! ordinary server would; each mail transaction, whole or given up, and each attempt to authenticate becomes one observation.
//! Whatever else a client said that was refused or has no place in those comes at the end as [`Raw`](waxseal_model::Observation).

mod session;

mod obey;

mod command;
mod transaction;

pub(crate) mod auth;
mod content;
mod line;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::mail_seam::{MailConnection, MailServer, MailSession};

/// The accounts that the world planted, and that may therefore authenticate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SmtpAccounts {
    accounts: Vec<(String, String)>,
    /// Names and secrets that were handed out apart from each other.
    users: Vec<String>,
    secrets: Vec<String>,
}

impl SmtpAccounts {
    /// Accounts as pairs of user and secret.
    pub fn new(accounts: Vec<(String, String)>) -> Self {
        Self {
            accounts,
            ..Self::default()
        }
    }

    /// Also lets in each of these users with each of these secrets: what was handed out as the values of variables does not say which
    /// belongs to which. Neither may be empty.
    #[must_use]
    pub fn handed_out(mut self, users: Vec<String>, secrets: Vec<String>) -> Self {
        self.users.extend(users.into_iter().filter(|it| !it.is_empty()));
        self.secrets.extend(secrets.into_iter().filter(|it| !it.is_empty()));
        self
    }

    /// The secrets of a user. Its case does not matter, as with mailboxes everywhere in practice.
    pub(crate) fn secrets<'a>(&'a self, user: &'a str) -> impl Iterator<Item = &'a str> {
        let of_user = move |account: &&(String, String)| account.0.eq_ignore_ascii_case(user);
        let own = self.accounts.iter().filter(of_user).map(|account| account.1.as_str());
        let known = self.users.iter().any(|it| it.eq_ignore_ascii_case(user));
        let handed = if known { self.secrets.as_slice() } else { &[] };
        own.chain(handed.iter().map(String::as_str))
    }
}

/// A mail server for any host name: it calls itself what the client asked for.
#[derive(Debug, Clone)]
pub struct SmtpServer {
    pub(crate) accounts: Arc<SmtpAccounts>,
    pub(crate) starttls: bool,
}

impl SmtpServer {
    /// A server that offers STARTTLS and lets in these accounts.
    pub fn new(accounts: SmtpAccounts) -> Self {
        Self {
            accounts: Arc::new(accounts),
            starttls: true,
        }
    }

    /// Does not offer STARTTLS, for callers that have no TLS.
    #[must_use]
    pub fn without_starttls(mut self) -> Self {
        self.starttls = false;
        self
    }
}

impl MailServer for SmtpServer {
    fn open(&self, about: &MailConnection) -> Box<dyn MailSession> {
        Box::new(session::Session::new(self, about))
    }
}
