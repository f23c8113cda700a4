//! From the model's words to those of `events.jsonl`.

use waxseal_model::{Content, Ends, HttpExchange, Observation, SmtpTransaction, Submission};

use super::{Bytes, Part, Seen};
use crate::report::run::{change_id, limit_word};

/// An observation as it stands in a line.
pub(super) fn seen(observation: &Observation) -> Seen<'_> {
    match observation {
        Observation::Http(exchange) => http(exchange),
        Observation::Smtp(transaction) => smtp(transaction),
        Observation::Submitted(message) => submitted(message),
        other => channel(other).or_else(|| bytes(other)).unwrap_or_else(|| inside(other)),
    }
}

/// What was seen of names, connections and what was said over them.
fn channel(observation: &Observation) -> Option<Seen<'_>> {
    Some(match observation {
        Observation::DnsQuery {
            name,
            kind,
            transport,
            server,
            answers,
            denied,
        } => Seen::Dns {
            name,
            r#type: kind,
            transport: transport.id(),
            server: *server,
            answers,
            denied: *denied,
        },
        Observation::Connect { connection, ends, host } => Seen::Connect {
            connection: connection.0,
            from: ends.from,
            to: ends.to,
            host: host.as_deref(),
        },
        Observation::Closed {
            connection,
            sent,
            received,
        } => Seen::Closed {
            connection: connection.0,
            sent_bytes: *sent,
            received_bytes: *received,
        },
        Observation::Tls {
            connection,
            server_name,
            alpn,
            version,
        } => Seen::Tls {
            connection: connection.0,
            server_name: server_name.as_deref(),
            alpn,
            version,
        },
        Observation::Opaque {
            connection,
            server_name,
            alpn,
            reason,
        } => Seen::Opaque {
            connection: connection.0,
            server_name: server_name.as_deref(),
            alpn,
            reason,
        },
        Observation::Tunnel { connection, target } => Seen::Tunnel {
            connection: connection.0,
            target,
        },
        _ => return None,
    })
}

/// What was seen of bytes and credentials.
fn bytes(observation: &Observation) -> Option<Seen<'_>> {
    Some(match observation {
        Observation::WebSocket {
            connection,
            url,
            text,
            payload,
        } => Seen::Websocket {
            connection: connection.0,
            url,
            is_text: *text,
            payload: Bytes::of(payload),
        },
        Observation::SmtpAuth {
            connection,
            mechanism,
            user,
            secret,
            accepted,
        } => Seen::SmtpAuth {
            connection: connection.0,
            mechanism,
            user,
            secret,
            accepted: *accepted,
        },
        Observation::Imap {
            connection,
            command,
            payload,
        } => Seen::Imap {
            connection: connection.0,
            command,
            payload: Bytes::of(payload),
        },
        Observation::Raw {
            connection,
            payload,
            tls,
        } => Seen::Raw {
            connection: connection.0,
            payload: Bytes::of(payload),
            tls: *tls,
        },
        Observation::Datagram {
            ends: Ends { from, to },
            host,
            protocol,
            payload,
        } => Seen::Datagram {
            from: *from,
            to: *to,
            host: host.as_deref(),
            protocol: protocol.as_deref(),
            payload: Bytes::of(payload),
        },
        Observation::Packet {
            to,
            protocol,
            port,
            payload,
        } => Seen::Packet {
            to: *to,
            protocol: *protocol,
            port: *port,
            payload: Bytes::of(payload),
        },
        _ => return None,
    })
}

/// What was seen inside the room. Every kind has its place in one of the functions here, and the compiler knows it.
fn inside(observation: &Observation) -> Seen<'_> {
    match observation {
        Observation::Exec { pid, path, arguments } => Seen::Exec {
            pid: *pid,
            path,
            arguments,
        },
        Observation::ConnectCall { pid, to } => Seen::ConnectCall { pid: *pid, to: *to },
        Observation::CanaryOpened { canary, path } => Seen::CanaryOpened { canary, path },
        Observation::CanaryChanged { canary, path } => Seen::CanaryChanged { canary, path },
        Observation::FileChanged { path, change, size } => Seen::File {
            path,
            change: change_id(*change),
            size_bytes: *size,
        },
        Observation::LimitHit { limit, detail } => Seen::Limit {
            limit: limit_word(*limit),
            detail,
        },
        Observation::Forwarded(order) => Seen::Forwarded {
            connection: order.connection.0,
            channel: &order.channel,
            host: &order.host,
            account: order.account.as_deref(),
            what: &order.what,
            targets: &order.targets,
        },
        Observation::ApiLogin(login) => Seen::ApiLogin {
            connection: login.connection.0,
            channel: &login.channel,
            host: &login.host,
            account: login.account.as_deref(),
            secret: &login.secret,
            accepted: login.accepted,
        },
        Observation::Stack { from, act, frames } => Seen::Stack {
            from: *from,
            act: act.id(),
            frames,
        },
        Observation::DnsQuery { .. }
        | Observation::Connect { .. }
        | Observation::Closed { .. }
        | Observation::Tls { .. }
        | Observation::Opaque { .. }
        | Observation::Http(_)
        | Observation::Tunnel { .. }
        | Observation::WebSocket { .. }
        | Observation::Smtp(_)
        | Observation::Submitted(_)
        | Observation::SmtpAuth { .. }
        | Observation::Imap { .. }
        | Observation::Raw { .. }
        | Observation::Datagram { .. }
        | Observation::Packet { .. } => Seen::Other,
    }
}

fn submitted(message: &Submission) -> Seen<'_> {
    let senders = message.senders.iter();
    let recipients = message.recipients.iter();
    Seen::Submitted {
        connection: message.connection.0,
        channel: &message.channel,
        host: &message.host,
        account: message.account.as_deref(),
        senders: senders.map(|it| (it.place.as_str(), it.mailbox.as_str())).collect(),
        recipients: recipients.map(|it| (it.place.as_str(), it.mailbox.as_str())).collect(),
        subject: message.subject.as_deref(),
        template: message.template.as_deref(),
        headers: &message.headers,
        contents: message.contents.iter().map(part).collect(),
        accepted: message.accepted,
        complete: message.complete,
    }
}

fn part(content: &Content) -> Part<'_> {
    Part {
        part: content.kind.id(),
        name: content.name.as_deref(),
        media_type: content.media_type.as_deref(),
        url: content.url.as_deref(),
        content: Bytes::of(&content.payload),
    }
}

fn http(exchange: &HttpExchange) -> Seen<'_> {
    Seen::Http {
        connection: exchange.connection.0,
        version: &exchange.version,
        method: &exchange.method,
        url: &exchange.url,
        headers: &exchange.headers,
        body: Bytes::of(&exchange.body),
        undecoded: exchange.undecoded.as_deref(),
        status: exchange.status,
        answered_by: &exchange.answered_by,
        answer: Bytes::of(&exchange.answer),
    }
}

fn smtp(transaction: &SmtpTransaction) -> Seen<'_> {
    Seen::Smtp {
        connection: transaction.connection.0,
        helo: &transaction.helo,
        user: transaction.user.as_deref(),
        from: &transaction.from,
        recipients: &transaction.recipients,
        message: Bytes::of(&transaction.message),
        accepted: transaction.accepted,
        tls: transaction.tls,
    }
}
