//! E-mail providers: their APIs are answered as they would answer, and every message that is handed to one is told of.

use std::sync::{Mutex, PoisonError};

use waxseal_mail::api::{self, Act, Answered, Desk, Reply};
use waxseal_model::Observation;

use crate::{Answer, HttpAnswer, HttpRequest};

/// Answers for the providers that are known, and hands on everything else.
pub struct MailApis<A> {
    desk: Mutex<Desk>,
    now: Box<dyn Fn() -> u64 + Send + Sync>,
    rest: A,
}

impl<A: Answer> MailApis<A> {
    /// Lets in who shows one of these secrets. `now` gives the time in seconds since 1970.
    pub fn new(seed: u64, secrets: Vec<String>, now: impl Fn() -> u64 + Send + Sync + 'static, rest: A) -> Self {
        Self {
            desk: Mutex::new(Desk::new(seed, now(), secrets)),
            now: Box::new(now),
            rest,
        }
    }
}

impl<A: Answer> Answer for MailApis<A> {
    fn answer(&self, request: &HttpRequest<'_>) -> HttpAnswer {
        let (path, query) = request.path.split_once('?').unwrap_or((request.path, ""));
        let asked = api::Request {
            connection: request.connection,
            host: request.host,
            method: request.method,
            path,
            query,
            headers: request.headers,
            body: request.body,
        };
        let answered = {
            let mut desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
            desk.set_now((self.now)());
            api::answer(&asked, &mut desk)
        };
        let (acts, provider) = match answered {
            Some((provider, Answered::Reply(reply))) => return said(request, provider.id, reply),
            Some((provider, Answered::Unforeseen(acts))) => (acts, Some(provider.id)),
            None => (api::ask_of_unknown(&asked), None),
        };
        let mut answer = self.rest.answer(request);
        if let Some(provider) = provider {
            answer.answered_by = format!("{provider}/unforeseen");
        }
        answer.observations.extend(acts.into_iter().map(observation));
        answer
    }
}

/// What a provider answers.
fn said(request: &HttpRequest<'_>, provider: &str, reply: Reply) -> HttpAnswer {
    let body = match request.method {
        "HEAD" => Vec::new(),
        _ => reply.body,
    };
    HttpAnswer {
        status: reply.status,
        headers: reply.headers,
        body: body.into(),
        answered_by: provider.to_owned(),
        observations: reply.acts.into_iter().map(observation).collect(),
    }
}

fn observation(act: Act) -> Observation {
    match act {
        Act::Submitted(message) => Observation::Submitted(Box::new(message)),
        Act::Forwarded(order) => Observation::Forwarded(Box::new(order)),
        Act::Login(login) => Observation::ApiLogin(Box::new(login)),
    }
}

#[cfg(test)]
mod tests;
