//! The APIs of e-mail providers from the provider's side, sans-I/O: a request comes in, and what it asks for is read and answered.
//!
//! Each provider is one file, `providers/<id>/wire.rs`, with one [`Api`]; [`answer`] finds it by the host. What a request asked for is
//! told as [`Act`]s, whatever was answered: a message that was refused was handed over all the same.

mod call;
pub(crate) mod desk;
mod reply;

pub mod read;
pub mod shape;

pub mod generic;

pub mod inbox;

use waxseal_model::{ApiLogin, ConnectionId, Forward, Submission};

use crate::providers::{self, PROVIDERS, Provider};

pub use call::Call;
pub use desk::{Desk, Made};
pub use reply::Reply;

/// A provider's API.
#[derive(Debug, Clone, Copy)]
pub struct Api {
    /// Where it is; a leading dot stands for any subdomain, a label `*` for any one label. Hosts that only speak SMTP are not among them.
    pub hosts: &'static [&'static str],
    /// Hosts that belong to it and take no mail: they give out tokens, or manage accounts.
    pub other_hosts: &'static [&'static str],
    /// Reads a request and answers it.
    pub answer: fn(&Request<'_>, &mut Desk) -> Answered,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// It is answered.
    Reply(Reply),
    /// This API has no such call that we know of: somebody else answers. What it asked for all the same.
    Unforeseen(Vec<Act>),
}

/// A request; hostile.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The connection it came over.
    pub connection: ConnectionId,
    /// The host, lower case, without a port.
    pub host: &'a str,
    /// The method.
    pub method: &'a str,
    /// The path without its query, still percent-encoded.
    pub path: &'a str,
    /// What stands behind the question mark.
    pub query: &'a str,
    /// Header fields in their order, names in lower case.
    pub headers: &'a [(String, String)],
    /// The body, content codings undone, cut at the room's limit.
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// The first header field of this name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }

    /// The parts of the path that are not empty.
    pub fn segments(&self) -> Vec<&'a str> {
        self.path
            .split('/')
            .filter(|part| !part.is_empty())
            .take(MAX_SEGMENTS)
            .collect()
    }

    /// A message that this request handed over, as yet without anything in it.
    pub fn submission(&self, channel: &str, account: Option<&str>) -> Submission {
        Submission {
            connection: self.connection,
            channel: channel.to_owned(),
            host: self.host.to_owned(),
            account: account.map(str::to_owned),
            senders: Vec::new(),
            recipients: Vec::new(),
            subject: None,
            contents: Vec::new(),
            headers: Vec::new(),
            template: None,
            accepted: true,
            complete: true,
        }
    }

    /// A lasting order that this request gave.
    pub fn forward(&self, channel: &str, account: Option<&str>, what: &str, targets: Vec<String>) -> Act {
        Act::Forwarded(Forward {
            connection: self.connection,
            channel: channel.to_owned(),
            host: self.host.to_owned(),
            account: account.map(str::to_owned),
            what: what.to_owned(),
            targets,
        })
    }
}

/// What a request asked a provider for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// To send a message.
    Submitted(Submission),
    /// To send copies, or word, of mail somewhere from now on.
    Forwarded(Forward),
    /// To be let in.
    Login(ApiLogin),
}

/// Answers a request to a provider that is known; `None` for any other host. What no provider could read is read as that of nobody we know.
pub fn answer(request: &Request<'_>, desk: &mut Desk) -> Option<(&'static Provider, Answered)> {
    let provider = at_host(request.host)?;
    let answered = match (provider.api?.answer)(request, desk) {
        Answered::Unforeseen(acts) => Answered::Unforeseen(with_unread(acts, request)),
        reply => reply,
    };
    Some((provider, answered))
}

/// Adds the messages that a request looks like handing over, where none was read.
fn with_unread(mut acts: Vec<Act>, request: &Request<'_>) -> Vec<Act> {
    if !acts.iter().any(|act| matches!(act, Act::Submitted(_))) {
        acts.extend(generic::messages(request).into_iter().map(Act::Submitted));
    }
    acts
}

/// What a request asks for that goes to somebody we do not know.
pub fn ask_of_unknown(request: &Request<'_>) -> Vec<Act> {
    with_unread(Vec::new(), request)
}

/// The provider whose API is at this host.
pub fn at_host(host: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|provider| {
        let hosts = provider
            .api
            .map_or::<[&[&str]; 2], _>([&[], &[]], |api| [api.hosts, api.other_hosts]);
        hosts
            .iter()
            .copied()
            .flatten()
            .any(|pattern| providers::is_host(pattern, host))
    })
}

/// No API has paths of more parts.
const MAX_SEGMENTS: usize = 32;

#[cfg(test)]
mod tests;
