//! Where a run went: one entry for each host and port, whatever was spoken and however often.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use waxseal_model::{
    AskedName, Attribution, Author, ConnectionId, Destination, DnsTransport, Ends, Event, HttpExchange, Observation,
    Run,
};

use super::Known;
use super::authors::Authors;
use crate::run::allow::Contact;

/// Name or address, and port.
type Key = (String, Option<u16>);

/// The destinations of a run, and which connection led to which.
pub(super) struct Map {
    by_key: BTreeMap<Key, Destination>,
    of_connection: BTreeMap<ConnectionId, Key>,
    names: BTreeSet<String>,
    /// Who made each connection, as far as it is known.
    makers: BTreeMap<ConnectionId, Author>,
    attribution: Attribution,
}

impl Map {
    /// Walks through a run.
    pub(super) fn of(run: &Run, known: &Known<'_>) -> Self {
        let authors = Authors::of(run);
        let mut map = Self {
            by_key: BTreeMap::new(),
            of_connection: BTreeMap::new(),
            names: BTreeSet::new(),
            makers: BTreeMap::new(),
            attribution: authors.attribution(),
        };
        let mut requests = authors.requests.iter();
        for event in &run.events {
            map.add(event, &authors, known);
            if let Observation::Http(exchange) = &event.observation {
                map.requested(event, exchange.connection, requests.next().cloned().flatten());
            }
        }
        for destination in map.by_key.values_mut() {
            destination.allowed = is_allowed(destination, known);
        }
        map
    }

    fn add(&mut self, event: &Event, authors: &Authors<'_>, known: &Known<'_>) {
        match &event.observation {
            Observation::Connect { connection, ends, host } => {
                let author = authors.of_connection(*connection, event.at, ends);
                self.makers.extend(author.clone().map(|author| (*connection, author)));
                let key = self.reach(event, ends, host.as_deref(), author);
                self.of_connection.insert(*connection, key);
            }
            Observation::Datagram {
                ends,
                host,
                protocol,
                payload,
            } => {
                let author = authors.of_datagram(event.at, ends);
                let key = self.reach(event, ends, host.as_deref(), author);
                let destination = self.at(key, event);
                destination.sent += payload.length;
                destination
                    .protocols
                    .insert(protocol.clone().unwrap_or_else(|| "udp".to_owned()));
            }
            Observation::Packet {
                to,
                protocol,
                port,
                payload,
            } => {
                let destination = self.at((to.to_canonical().to_string(), *port), event);
                destination.addresses.insert(to.to_canonical());
                destination.times += 1;
                destination.sent += payload.length;
                destination.protocols.insert(protocol_name(*protocol));
            }
            Observation::DnsQuery { transport, server, .. } if is_foreign(*transport, server, known) => {
                let destination = self.at((server.ip().to_canonical().to_string(), Some(server.port())), event);
                destination.addresses.insert(server.ip().to_canonical());
                destination.times += 1;
                destination.protocols.insert("dns".to_owned());
            }
            Observation::Tunnel { connection, target } => self.tunnel(event, *connection, target),
            other => self.spoken(event, other),
        }
    }

    /// A connection or datagram to somewhere.
    fn reach(&mut self, event: &Event, ends: &Ends, host: Option<&str>, author: Option<Author>) -> Key {
        let address = ends.to.ip().to_canonical();
        let name = host.map_or_else(|| address.to_string(), bare);
        if host.is_some() {
            self.names.insert(name.clone());
        }
        let key = (name.clone(), Some(ends.to.port()));
        let destination = self.at(key.clone(), event);
        destination.name = host.is_some().then_some(name);
        destination.addresses.insert(address);
        destination.times += 1;
        if let Some(author) = author {
            credit(&mut destination.by, author);
        }
        key
    }

    /// A request on a connection, which another line than the one that made the connection may have asked for.
    fn requested(&mut self, event: &Event, connection: ConnectionId, frame: Option<String>) {
        let (Some(frame), Some(key)) = (frame, self.of_connection.get(&connection).cloned()) else {
            return;
        };
        let maker = self.makers.get(&connection).cloned().unwrap_or_default();
        let author = Author {
            frame: Some(frame),
            ..maker
        };
        credit(&mut self.at(key, event).by, author);
    }

    /// The line of code that made a connection.
    pub(super) fn frame(&self, connection: ConnectionId) -> Option<String> {
        self.makers.get(&connection)?.frame.clone()
    }

    /// How many connections have a stack.
    pub(super) fn attribution(&self) -> Attribution {
        self.attribution
    }

    /// The rest of the connection goes to where the proxy was asked to connect to.
    fn tunnel(&mut self, event: &Event, connection: ConnectionId, target: &str) {
        let by = match self.of_connection.get(&connection) {
            Some(proxy) => {
                let proxy = proxy.clone();
                let proxy = self.at(proxy, event);
                proxy.protocols.insert("proxy".to_owned());
                proxy.by.clone()
            }
            None => BTreeSet::new(),
        };
        let (host, port) = split(target);
        let address: Option<IpAddr> = host.parse().ok();
        let name = address.map_or_else(|| bare(host), |address| address.to_canonical().to_string());
        let key = (name.clone(), port);
        let destination = self.at(key.clone(), event);
        destination.times += 1;
        destination.by.extend(by);
        match address {
            Some(address) => drop(destination.addresses.insert(address.to_canonical())),
            None => {
                destination.name = Some(name.clone());
                self.names.insert(name);
            }
        }
        self.of_connection.insert(connection, key);
    }

    /// What was said over a connection.
    fn spoken(&mut self, event: &Event, observation: &Observation) {
        let (connection, protocol, called) = match observation {
            Observation::Closed {
                connection,
                sent,
                received,
            } => {
                // A connection may end after the command that made it: the phase is that of what was said on it.
                let key = self.of_connection.get(connection);
                if let Some(destination) = key.and_then(|key| self.by_key.get_mut(key)) {
                    destination.sent += sent;
                    destination.received += received;
                }
                return;
            }
            Observation::Tls {
                connection,
                server_name,
                ..
            } => (connection, "tls", server_name.clone()),
            Observation::Opaque {
                connection,
                server_name,
                reason,
                ..
            } => {
                self.note(*connection, |destination| {
                    destination.opaque.insert(reason.clone());
                });
                (connection, "opaque", server_name.clone())
            }
            Observation::Http(exchange) => {
                self.note(exchange.connection, |destination| {
                    if destination.answered_by.len() < MAX_ANSWERERS {
                        destination.answered_by.insert(exchange.answered_by.clone());
                    }
                });
                let (secure, host) = host_of(exchange);
                (&exchange.connection, if secure { "https" } else { "http" }, host)
            }
            Observation::WebSocket { connection, .. } => (connection, "websocket", None),
            Observation::Smtp(transaction) => (&transaction.connection, "smtp", None),
            Observation::SmtpAuth { connection, .. } => (connection, "smtp", None),
            Observation::Imap { connection, .. } => (connection, "imap", None),
            Observation::Raw { connection, .. } => (connection, "unknown", None),
            _ => return,
        };
        let Some(key) = self.of_connection.get(connection).cloned() else {
            return;
        };
        let called = called.map(|called| bare(&called)).filter(|called| *called != key.0);
        let destination = self.at(key, event);
        destination.protocols.insert(protocol.to_owned());
        if let Some(called) = called {
            if destination.also.len() < MAX_NAMES {
                destination.also.insert(called.clone());
            }
            self.names.insert(called);
        }
    }

    /// Adds to what is known of a connection's destination.
    fn note(&mut self, connection: ConnectionId, add: impl FnOnce(&mut Destination)) {
        let key = self.of_connection.get(&connection);
        if let Some(destination) = key.and_then(|key| self.by_key.get_mut(key)) {
            add(destination);
        }
    }

    fn at(&mut self, key: Key, event: &Event) -> &mut Destination {
        let port = key.1;
        let destination = self.by_key.entry(key).or_insert_with(|| Destination {
            name: None,
            addresses: BTreeSet::new(),
            port,
            protocols: BTreeSet::new(),
            times: 0,
            sent: 0,
            received: 0,
            by: BTreeSet::new(),
            also: BTreeSet::new(),
            answered_by: BTreeSet::new(),
            opaque: BTreeSet::new(),
            allowed: false,
            first: event.at,
            phases: BTreeSet::new(),
        });
        destination.phases.insert(event.phase);
        destination
    }

    /// The destination of a connection.
    pub(super) fn destination(&self, connection: ConnectionId) -> Option<&Destination> {
        self.by_key.get(self.of_connection.get(&connection)?)
    }

    /// `host:port` of a connection.
    pub(super) fn place(&self, connection: ConnectionId) -> String {
        self.destination(connection)
            .map_or_else(|| format!("connection {}", connection.0), Destination::place)
    }

    /// What was not allowed first, then by time.
    pub(super) fn into_sorted(self) -> Vec<Destination> {
        let mut destinations: Vec<Destination> = self.by_key.into_values().collect();
        destinations.sort_by_key(|destination| (destination.allowed, destination.first));
        destinations
    }
}

/// Adds an author, unless it is known better already.
fn credit(by: &mut BTreeSet<Author>, author: Author) {
    let less = |one: &Author, other: &Author| one.pid == other.pid && one.frame.is_none() && other.frame.is_some();
    if by.iter().any(|known| less(&author, known)) {
        return;
    }
    by.retain(|known| !less(known, &author));
    if by.len() < MAX_AUTHORS {
        by.insert(author);
    }
}

/// Names that were asked for and never reached, by name.
pub(super) fn unreached(run: &Run, map: &Map) -> Vec<AskedName> {
    let mut asked: BTreeMap<String, AskedName> = BTreeMap::new();
    for event in &run.events {
        let Observation::DnsQuery { name, kind, denied, .. } = &event.observation else {
            continue;
        };
        if map.names.contains(&bare(name)) {
            continue;
        }
        let entry = asked.entry(bare(name)).or_insert_with(|| AskedName {
            name: bare(name),
            kinds: BTreeSet::new(),
            times: 0,
            denied: true,
        });
        entry.kinds.insert(kind.clone());
        entry.times += 1;
        entry.denied &= denied;
    }
    asked.into_values().collect()
}

/// A name by which another host was called makes a destination as little allowed as that host.
fn is_allowed(destination: &Destination, known: &Known<'_>) -> bool {
    let Some(allow) = known.allow else { return false };
    let own = match &destination.name {
        Some(name) => allow.is_allowed(&Contact {
            name: Some(name),
            address: None,
            port: destination.port,
        }),
        None => destination.addresses.iter().all(|address| {
            allow.is_allowed(&Contact {
                name: None,
                address: Some(*address),
                port: destination.port,
            })
        }),
    };
    own && destination.also.iter().all(|name| {
        allow.is_allowed(&Contact {
            name: Some(name),
            address: None,
            port: destination.port,
        })
    })
}

/// A question that went around the room's own name server. Over TCP it is a connection, which is seen as one.
fn is_foreign(transport: DnsTransport, server: &SocketAddr, known: &Known<'_>) -> bool {
    let own = known.resolver.map(|resolver| resolver.to_canonical());
    transport == DnsTransport::Udp && own.is_some_and(|own| own != server.ip().to_canonical())
}

/// Whether a request was secure, and the host it names.
pub(super) fn host_of(exchange: &HttpExchange) -> (bool, Option<String>) {
    let secure = exchange.url.starts_with("https:");
    let host = url::Url::parse(&exchange.url).ok().and_then(|url| {
        let host = url.host()?;
        // A bare address is no other name.
        match host {
            url::Host::Domain(name) => Some(name.to_owned()),
            _ => None,
        }
    });
    (secure, host)
}

fn bare(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// `host:port` of a tunnel, as it was asked for.
fn split(target: &str) -> (&str, Option<u16>) {
    match target.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() => (host.trim_matches(['[', ']']), port.parse().ok()),
        _ => (target, None),
    }
}

/// <https://www.iana.org/assignments/protocol-numbers>
fn protocol_name(number: u8) -> String {
    match number {
        1 | 58 => "icmp".to_owned(),
        2 => "igmp".to_owned(),
        6 => "tcp".to_owned(),
        17 => "udp".to_owned(),
        other => format!("ip-{other}"),
    }
}

/// Different programs at one destination that are kept.
const MAX_AUTHORS: usize = 16;

/// There are not many more parts of the simulated internet.
const MAX_ANSWERERS: usize = 64;

/// Different names of one destination that are kept: a package can make up as many as it likes.
const MAX_NAMES: usize = 256;
