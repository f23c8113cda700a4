//! The simulated internet of the locked room: every name resolves, every connection is answered, nothing real is reached, and
//! everything that was said is written down.
//!
//! [`serve`] is handed sockets that are already bound inside the room ([`Sockets`]) and a [`World`] that says who answers what. It
//! opens no connection and no file: what it sees leaves through a [`Sink`].

mod serve;

mod conn;
mod limits;
mod meter;
mod shared;
mod sniff;

mod names;

mod dns;
mod tls;

mod http;
mod http_seam;
mod tape;
mod websocket;

mod answers;

mod mail_apis;
mod mail_seam;
mod smtp;

mod imap;

mod reports;
mod stacks;
mod tap;
mod udp;

mod canary;
mod chance;

use std::net::{TcpListener, UdpSocket};
use std::os::fd::OwnedFd;

use waxseal_model::{Counters, DriverReport, Event};

pub use answers::{Answers, Bait, BaitOwner, RULES, Rule};
pub use canary::{Canaries, Canary, Hit, Needles, PlantedFile};
pub use http_seam::*;
pub use imap::{ImapServer, MailServers};
pub use limits::Limits;
pub use mail_apis::MailApis;
pub use mail_seam::*;
pub use names::{MAX_NAMES, Names, could_exist};
pub use serve::{Server, serve};
pub use shared::World;
pub use smtp::{SmtpAccounts, SmtpServer};
pub use tls::Ca;

/// The room's sockets, bound before the package started. All are blocking and not inherited.
#[derive(Debug)]
pub struct Sockets {
    /// Every TCP connection of the room, IPv4 as mapped IPv6: transparent, so that its local address is what was asked for.
    pub tcp: TcpListener,
    /// Every IPv4 and IPv6 datagram, with the original destination as ancillary data.
    pub udp: [UdpSocket; 2],
    /// Datagrams to port 53, IPv4 and IPv6, with the address that was asked as ancillary data.
    pub dns: [UdpSocket; 2],
    /// A packet socket of Ethernet frames (`SOCK_RAW`) on all interfaces, that sees what no other socket does.
    pub tap: Option<OwnedFd>,
}

/// Where events go. Called from several threads; must not block for long.
pub trait Sink: Send + Sync {
    /// Takes one event. `false`: no more are taken.
    fn take(&self, event: Event) -> bool;
    /// Takes what was counted, now and then and at the end.
    fn count(&self, counters: &Counters);
    /// Takes what a driver inside the room says of its calls.
    fn report(&self, _: DriverReport) {}
}

// The tests in here take the same small world as those outside.
#[cfg(test)]
extern crate self as waxseal_internet;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;
