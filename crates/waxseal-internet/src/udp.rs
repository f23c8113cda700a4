//! Datagrams: questions are answered from the address that was asked, all others are written down.

mod guess;

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, UdpSocket};
use std::os::fd::{AsFd, AsRawFd};
use std::sync::atomic::Ordering;
use std::time::Duration;

use nix::errno::Errno;
use nix::libc::{in_addr, in_pktinfo, in6_addr, in6_pktinfo, sockaddr_in, sockaddr_in6};
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, SockaddrStorage, getsockopt, recvmsg, sendmsg, setsockopt, sockopt,
};
use waxseal_model::{DnsTransport, Ends, Observation, Payload};

use crate::dns::reply;
use crate::meter::canonical;
use crate::reports;
use crate::shared::Shared;
use crate::stacks;
pub(crate) use guess::guess;

/// A socket that is listened to by a thread of its own.
pub(crate) struct Ear {
    socket: UdpSocket,
    local: SocketAddr,
    role: Role,
    /// What we send ourselves at the end, so that the kernel tells how many datagrams it dropped before it.
    farewell: [u8; 16],
}

/// What comes to a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Questions, on port 53.
    Questions,
    /// Everything else.
    Rest,
}

/// One datagram.
struct Received {
    length: usize,
    from: SocketAddr,
    to: SocketAddr,
    /// The interface it came by.
    interface: u32,
    /// How many the kernel dropped on this socket so far.
    dropped: u32,
}

impl Ear {
    /// Asks the kernel for what is needed to know of each datagram: where it was sent to, and how many were dropped.
    pub(crate) fn new(socket: UdpSocket, role: Role, farewell: [u8; 16]) -> io::Result<Self> {
        let local = socket.local_addr()?;
        // Options of the other address family fail, which is no loss; that of a missing destination is seen when it is missing.
        let _ = setsockopt(&socket, sockopt::RxqOvfl, &1);
        let _ = setsockopt(&socket, sockopt::Ipv4OrigDstAddr, &true);
        let _ = setsockopt(&socket, sockopt::Ipv4PacketInfo, &true);
        if local.is_ipv6() {
            let _ = setsockopt(&socket, sockopt::Ipv6OrigDstAddr, &true);
            let _ = setsockopt(&socket, sockopt::Ipv6RecvPacketInfo, &true);
        }
        enlarge(&socket);
        socket.set_nonblocking(false)?;
        socket.set_read_timeout(Some(WAKE))?;
        Ok(Self {
            socket,
            local,
            role,
            farewell,
        })
    }

    /// Another handle of the socket, with which [`Ear::listen`] is told that it ends.
    pub(crate) fn farewell(&self) -> io::Result<Farewell> {
        let mut to = self.local;
        if to.ip().is_unspecified() {
            to.set_ip(if to.is_ipv6() {
                Ipv6Addr::LOCALHOST.into()
            } else {
                Ipv4Addr::LOCALHOST.into()
            });
        }
        Ok(Farewell {
            socket: self.socket.try_clone()?,
            to,
            token: self.farewell,
        })
    }

    /// Takes datagrams until told to end and there are no more.
    pub(crate) fn listen(&self, shared: &Shared) {
        let mut buffer = vec![0; MAX_DATAGRAM];
        let mut control = nix::cmsg_space!(in_pktinfo, in6_pktinfo, sockaddr_in, sockaddr_in6, u32);
        let mut dropped = 0;
        let mut failures = 0;
        loop {
            match self.receive(&mut buffer, &mut control) {
                Ok(received) => {
                    failures = 0;
                    // The counter is the kernel's, of 32 bits, and wraps.
                    let lost = received.dropped.wrapping_sub(dropped);
                    dropped = received.dropped;
                    shared
                        .tally
                        .datagrams_lost
                        .fetch_add(u64::from(lost), Ordering::Relaxed);
                    if buffer[..received.length] == self.farewell {
                        return;
                    }
                    self.take(shared, &received, &buffer[..received.length]);
                }
                Err(_) if shared.is_stopping() => return,
                Err(Errno::EAGAIN | Errno::EINTR) => {}
                Err(_) if failures < MAX_FAILURES => failures += 1,
                Err(_) => return,
            }
        }
    }

    fn take(&self, shared: &Shared, received: &Received, bytes: &[u8]) {
        if shared.world.reports == Some(received.to) {
            return reports::take(shared, bytes);
        }
        if shared.world.stacks == Some(received.to) {
            return stacks::take(shared, bytes);
        }
        shared.tally.datagrams.fetch_add(1, Ordering::Relaxed);
        let mut protocol = guess(bytes, received.to.port());
        if self.role == Role::Questions {
            let reply = reply(shared, bytes, DnsTransport::Udp, received.to);
            if let Some(bytes) = reply.bytes {
                self.send(received, &bytes);
            }
            if reply.told {
                return;
            }
            protocol = Some("dns".to_owned());
        }
        shared.tell(Observation::Datagram {
            ends: Ends {
                from: received.from,
                to: received.to,
            },
            host: shared.names.host(received.to.ip()),
            protocol,
            payload: Payload::cut(bytes, MAX_TOLD),
        });
    }

    fn receive(&self, buffer: &mut [u8], control: &mut [u8]) -> Result<Received, Errno> {
        let mut parts = [IoSliceMut::new(buffer)];
        let fd = self.socket.as_raw_fd();
        let message = recvmsg::<SockaddrStorage>(fd, &mut parts, Some(control), MsgFlags::empty())?;
        let local = self.local;
        let from = message.address.as_ref().and_then(address).unwrap_or(local);
        let mut received = Received {
            length: message.bytes,
            from: canonical(from),
            to: local,
            interface: 0,
            dropped: 0,
        };
        let (mut packet, mut original) = (None, None);
        for item in message.cmsgs()? {
            match item {
                ControlMessageOwned::Ipv4PacketInfo(info) => {
                    received.interface = info.ipi_ifindex.unsigned_abs();
                    packet = packet.or(Some(IpAddr::V4(u32::from_be(info.ipi_addr.s_addr).into())));
                }
                ControlMessageOwned::Ipv6PacketInfo(info) => {
                    received.interface = info.ipi6_ifindex;
                    packet = Some(IpAddr::V6(info.ipi6_addr.s6_addr.into()));
                }
                ControlMessageOwned::Ipv4OrigDstAddr(it) => {
                    let ip = Ipv4Addr::from(u32::from_be(it.sin_addr.s_addr));
                    original = original.or(Some(SocketAddr::from((ip, u16::from_be(it.sin_port)))));
                }
                ControlMessageOwned::Ipv6OrigDstAddr(it) => {
                    let ip = Ipv6Addr::from(it.sin6_addr.s6_addr);
                    original = Some(SocketAddr::from((ip, u16::from_be(it.sin6_port))));
                }
                ControlMessageOwned::RxqOvfl(dropped) => received.dropped = dropped,
                _ => {}
            }
        }
        let packet = packet.map(|it| SocketAddr::new(it, local.port()));
        received.to = canonical(original.or(packet).unwrap_or(local));
        Ok(received)
    }

    /// Sends a reply from the address that was asked: a client drops what comes from another.
    fn send(&self, received: &Received, bytes: &[u8]) {
        let fd = self.socket.as_raw_fd();
        let parts = [IoSlice::new(bytes)];
        let to = SockaddrStorage::from(if self.local.is_ipv6() {
            mapped(received.from)
        } else {
            received.from
        });
        // A client that is gone is told nothing; so is one whose buffer is full.
        let _ = match received.to.ip() {
            IpAddr::V4(v4) => {
                let spec = in_addr {
                    s_addr: u32::from(v4).to_be(),
                };
                let info = in_pktinfo {
                    ipi_ifindex: 0,
                    ipi_spec_dst: spec,
                    ipi_addr: in_addr { s_addr: 0 },
                };
                sendmsg(
                    fd,
                    &parts,
                    &[ControlMessage::Ipv4PacketInfo(&info)],
                    MsgFlags::empty(),
                    Some(&to),
                )
            }
            IpAddr::V6(v6) => {
                let scope = if v6.is_unicast_link_local() {
                    received.interface
                } else {
                    0
                };
                let info = in6_pktinfo {
                    ipi6_addr: in6_addr { s6_addr: v6.octets() },
                    ipi6_ifindex: scope,
                };
                sendmsg(
                    fd,
                    &parts,
                    &[ControlMessage::Ipv6PacketInfo(&info)],
                    MsgFlags::empty(),
                    Some(&to),
                )
            }
        };
    }
}

/// Makes the receive buffer of a socket as large as can be had, unless whoever made the socket was allowed more than the usual.
pub(crate) fn enlarge(socket: &impl AsFd) {
    if getsockopt(socket, sockopt::RcvBuf).is_ok_and(|it| it <= USUAL_BUFFER) {
        let _ = setsockopt(socket, sockopt::RcvBuf, &RECEIVE_BUFFER);
    }
}

/// The end of an [`Ear`].
pub(crate) struct Farewell {
    socket: UdpSocket,
    to: SocketAddr,
    token: [u8; 16],
}

impl Farewell {
    /// Tells the thread to end behind all that came before. Does no harm when it is lost: the thread wakes by itself.
    pub(crate) fn say(&self) {
        let _ = self.socket.send_to(&self.token, self.to);
    }
}

fn address(storage: &SockaddrStorage) -> Option<SocketAddr> {
    let v4 = storage
        .as_sockaddr_in()
        .map(|it| SocketAddr::V4(SocketAddrV4::from(*it)));
    v4.or_else(|| {
        storage
            .as_sockaddr_in6()
            .map(|it| SocketAddr::V6(SocketAddrV6::from(*it)))
    })
}

/// An address as a socket of IPv6 wants it.
fn mapped(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) => SocketAddr::from((v4.ip().to_ipv6_mapped(), v4.port())),
        v6 => v6,
    }
}

/// The largest payload that the length field of UDP allows.
const MAX_DATAGRAM: usize = 65_535;

/// What of a datagram an event holds: more than a network without jumbo frames carries in one.
const MAX_TOLD: usize = 9000;

/// How long a thread may take to see that it is to end, should the farewell be lost.
const WAKE: Duration = Duration::from_millis(200);

/// A socket that fails this often without a datagram in between has been taken from us.
const MAX_FAILURES: u32 = 1000;

/// What sockets have by default (`net.core.rmem_default`), as the kernel doubles it.
const USUAL_BUFFER: usize = 2 * 212_992;

/// As much as can be had: a program that sends without pause must not outrun us. The kernel gives what it is set up to give.
const RECEIVE_BUFFER: usize = 8 << 20;
