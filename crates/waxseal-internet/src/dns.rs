//! Answers to DNS questions: a message in, a message out.

mod data;

use std::net::SocketAddr;

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::opt::EdnsOption;
use hickory_proto::rr::{DNSClass, Name, RecordType};
use waxseal_model::{DnsTransport, Observation};

use crate::shared::Shared;
use data::{Found, find, negative};

/// What is to be done with a DNS message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// What to send back.
    pub(crate) bytes: Option<Vec<u8>>,
    /// Everything it held was told of. Else it is no question, or holds more than one, and must be told of as bytes.
    pub(crate) told: bool,
}

/// Answers the message `query` and tells of each of its questions. `None`: it deserves no answer.
///
/// Not told of as a question is what only looks like one; [`reply`] says so.
#[cfg(test)]
pub(crate) fn answer(shared: &Shared, query: &[u8], transport: DnsTransport, server: SocketAddr) -> Option<Vec<u8>> {
    reply(shared, query, transport, server).bytes
}

/// Answers the message `query`, tells of each of its questions, and says whether that was all of it.
pub(crate) fn reply(shared: &Shared, query: &[u8], transport: DnsTransport, server: SocketAddr) -> Reply {
    let Ok(asked) = Message::from_vec(query) else {
        return Reply {
            bytes: malformed(query),
            told: false,
        };
    };
    if asked.metadata.message_type != MessageType::Query {
        return Reply {
            bytes: None,
            told: false,
        };
    }
    if asked.queries.is_empty() || asked.queries.len() > MAX_QUESTIONS {
        return Reply {
            bytes: malformed(query),
            told: false,
        };
    }
    let mut message = Message::response(asked.metadata.id, asked.metadata.op_code);
    message.metadata.recursion_desired = asked.metadata.recursion_desired;
    message.metadata.checking_disabled = asked.metadata.checking_disabled;
    message.metadata.recursion_available = true;
    if let Some(edns) = &asked.edns {
        message.set_edns(echo(edns));
    }
    if asked.metadata.op_code == OpCode::Query {
        for question in &asked.queries {
            put(shared, question, &mut message, transport, server);
        }
    } else {
        message.metadata.response_code = ResponseCode::NotImp;
    }
    let told = asked.metadata.op_code == OpCode::Query && is_only_questions(&asked, query.len());
    Reply {
        bytes: fit(&asked, message, transport),
        told,
    }
}

/// Looks one question up, puts the answer into `message`, and tells of it.
fn put(shared: &Shared, question: &Query, message: &mut Message, transport: DnsTransport, server: SocketAddr) {
    let name = spell(question.name());
    let kind = question.query_type();
    let found = if question.query_class() == DNSClass::IN {
        find(&shared.names, &name, kind)
    } else {
        Found::default()
    };
    let answers = found.data.iter().map(ToString::to_string).collect();
    message.add_query(question.clone());
    if found.denied {
        message.metadata.response_code = ResponseCode::NXDomain;
    }
    if found.data.is_empty() {
        message.add_authorities(negative(&name));
    }
    let denied = found.denied;
    message.add_answers(found.records(question.name(), &name, kind));
    let kind = spell_kind(kind);
    shared.tell(Observation::DnsQuery {
        name,
        kind,
        transport,
        server,
        answers,
        denied,
    });
}

/// The OPT record of an answer (RFC 6891 §6.1.1: an answer to a question that has one must have one).
fn echo(asked: &Edns) -> Edns {
    let mut edns = Edns::new();
    edns.set_max_payload(UDP_PAYLOAD);
    edns.set_dnssec_ok(asked.flags().dnssec_ok);
    edns
}

/// The message as bytes, emptied and marked as truncated when the client could not take it (RFC 2181 §9).
fn fit(asked: &Message, message: Message, transport: DnsTransport) -> Option<Vec<u8>> {
    let bytes = message.to_vec().ok()?;
    if transport != DnsTransport::Udp {
        return Some(bytes);
    }
    // RFC 1035 §4.2.1: 512 bytes; RFC 6891 §6.2.3: what the client says it can take, never less.
    let room = asked
        .edns
        .as_ref()
        .map_or(512, |it| it.max_payload().clamp(512, UDP_PAYLOAD));
    if bytes.len() <= usize::from(room) {
        return Some(bytes);
    }
    message.truncate().to_vec().ok()
}

/// `FORMERR` for what has the header of a question, nothing for what has not.
fn malformed(query: &[u8]) -> Option<Vec<u8>> {
    let [high, low, flags, ..] = *query else { return None };
    if query.len() < HEADER || flags & 0x80 != 0 {
        return None;
    }
    Message::error_msg(u16::from_be_bytes([high, low]), OpCode::Query, ResponseCode::FormErr)
        .to_vec()
        .ok()
}

/// Whether a message holds its questions and nothing that could carry anything else: no records, no bytes behind its end, and
/// options that are no longer than cookies and client subnets are.
fn is_only_questions(asked: &Message, length: usize) -> bool {
    let options: usize = asked
        .edns
        .iter()
        .flat_map(|it| it.options().as_ref())
        .map(|it| weigh(&it.1))
        .sum();
    let padding: usize = asked
        .edns
        .iter()
        .flat_map(|it| it.options().as_ref())
        .map(|it| usize::from(it.1.len()))
        .sum();
    let names: usize = asked.queries.iter().map(|it| it.name().len() + QUESTION_TAIL).sum();
    let records = asked.answers.len() + asked.authorities.len() + asked.additionals.len();
    records == 0
        && asked.signature.is_none()
        && options <= MAX_OPTIONS
        && length <= HEADER + names + padding + OPT_SLACK
}

/// How much an option could say: its bytes, but for those of padding (RFC 7830), which are zero.
fn weigh(option: &EdnsOption) -> usize {
    match option {
        EdnsOption::Unknown(_, bytes) => bytes.iter().filter(|it| **it != 0).count(),
        other => usize::from(other.len()),
    }
}

/// The name in lower case, without its last dot; bytes that are not printable as `\ddd`.
fn spell(name: &Name) -> String {
    let mut text = name.to_ascii().to_ascii_lowercase();
    if text.ends_with('.') {
        text.pop();
    }
    text
}

fn spell_kind(kind: RecordType) -> String {
    match kind {
        RecordType::Unknown(number) => format!("TYPE{number}"),
        known => known.to_string(),
    }
}

/// The JSON form of an answer, as the public resolvers that offer it give it (their API is no standard).
pub(crate) fn answer_json(shared: &Shared, name: &str, kind: &str, server: SocketAddr) -> Option<String> {
    let kind = match kind.parse::<u16>() {
        Ok(number) => RecordType::from(number),
        Err(_) => kind.to_ascii_uppercase().parse().ok()?,
    };
    let question = Query::query(Name::from_ascii(name).ok()?, kind);
    let mut message = Message::response(0, OpCode::Query);
    put(shared, &question, &mut message, DnsTransport::Https, server);
    let asked = question.name().to_ascii();
    let answers: Vec<serde_json::Value> = message
        .answers
        .iter()
        .map(|it| {
            serde_json::json!({
                "name": it.name.to_ascii(), "type": u16::from(it.record_type()), "TTL": it.ttl, "data": it.data.to_string()
            })
        })
        .collect();
    let mut json = serde_json::json!({
        "Status": u16::from(message.metadata.response_code), "TC": false, "RD": true, "RA": true, "AD": false, "CD": false,
        "Question": [{ "name": asked, "type": u16::from(kind) }],
    });
    if !answers.is_empty() {
        json["Answer"] = answers.into();
    }
    Some(json.to_string())
}

/// RFC 1035 §4.1.1.
const HEADER: usize = 12;

/// Type and class behind a name, the root's octet, and what two spellings of a length may differ by.
const QUESTION_TAIL: usize = 6;

/// An OPT record without options takes 11 bytes, and each option four more; sixteen options are more than any resolver sends.
const OPT_SLACK: usize = 11 + 4 * 16;

/// A client cookie is 8 to 40 bytes (RFC 7873 §4), a client subnet at most 20 (RFC 7871 §6).
const MAX_OPTIONS: usize = 64;

/// Resolvers in use send one question; more than a few are an attempt.
const MAX_QUESTIONS: usize = 16;

/// What DNS servers have sent since the flag day of 2020, so that nothing is fragmented.
const UDP_PAYLOAD: u16 = 1232;

#[cfg(test)]
mod tests;
