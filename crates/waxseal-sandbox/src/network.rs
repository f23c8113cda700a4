//! The room's network: an ordinary looking interface, and every address of IPv4 and IPv6 brought to sockets of ours.
//!
//! `local 0.0.0.0/0 dev lo` and the same for IPv6 make every address one of this machine (AnyIP), and a rule of nf_tables hands every
//! TCP connection and every datagram to one transparent socket (TPROXY, `Documentation/networking/tproxy.rst`). The local address of
//! an accepted connection is then the address that was asked for.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, TcpListener, UdpSocket};
use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, listen, socket_with};

use crate::bpf::{jump, statement};
use crate::netlink::{APPEND, Batch, Body, CREATE, Family};
use crate::{capture, sys};

/// The room's own IPv4 address, which is not intercepted.
pub const OWN_IPV4: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 15);
/// The room's own IPv6 address, which is not intercepted.
pub const OWN_IPV6: Ipv6Addr = Ipv6Addr::new(0x2600, 0x1f18, 0, 0, 0, 0, 0, 0x15);
/// The name server that the room's `resolv.conf` names.
pub const NAME_SERVER: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 3);

/// What the room's traffic arrives at. All of it was bound before the package started.
#[derive(Debug)]
pub struct RoomSockets {
    /// Every TCP connection; transparent, dual-stack.
    pub tcp: TcpListener,
    /// Every datagram but DNS, IPv4 and IPv6, with the original destination as ancillary data.
    pub udp: [UdpSocket; 2],
    /// Datagrams to port 53, IPv4 and IPv6, with the address that was asked as ancillary data.
    pub dns: [UdpSocket; 2],
    /// Sees the packets that no other socket does.
    pub tap: OwnedFd,
    /// Sees every packet, if that was asked for: for [`crate::Capture`].
    pub capture: Option<OwnedFd>,
}

/// Makes the network of the namespace this process is in. With `capture`, all of its packets are seen.
pub(crate) fn furnish(capture: bool) -> io::Result<RoomSockets> {
    interfaces()?;
    rules()?;
    let tap = tap()?;
    let capture = capture.then(capture::socket).transpose()?;
    Ok(RoomSockets {
        tcp: listener()?,
        udp: [datagrams(false, CATCH_ALL)?, datagrams(true, CATCH_ALL)?],
        dns: [datagrams(false, DNS)?, datagrams(true, DNS)?],
        tap,
        capture,
    })
}

fn interfaces() -> io::Result<()> {
    let mut batch = Batch::default();
    batch.ask(NEW_LINK, 0, &link(LOOPBACK, UP));
    // One queue each: by itself the kernel makes as many as the machine could have processors.
    let one = |name: &str| {
        link(0, 0)
            .text(IFLA_IFNAME, name)
            .attribute(IFLA_NUM_TX_QUEUES, &1_u32.to_ne_bytes())
            .attribute(IFLA_NUM_RX_QUEUES, &1_u32.to_ne_bytes())
    };
    let peer = one(PEER);
    let info = Body::default()
        .text(IFLA_INFO_KIND, "veth")
        .nested(IFLA_INFO_DATA, Body::default().attribute(VETH_INFO_PEER, peer.bytes()));
    let pair = one(INTERFACE).nested(IFLA_LINKINFO, info);
    batch.ask(NEW_LINK, CREATE, &pair);
    batch.send(Family::Route)?;

    let (outer, inner) = (index(INTERFACE)?, index(PEER)?);
    let mut batch = Batch::default();
    batch.ask(NEW_ADDR, CREATE, &address(outer, &OWN_IPV4.octets(), 24));
    batch.ask(NEW_ADDR, CREATE, &address(outer, &OWN_IPV6.octets(), 64));
    batch.ask(NEW_LINK, 0, &link(outer, UP));
    batch.ask(NEW_LINK, 0, &link(inner, UP));
    batch.ask(NEW_ROUTE, CREATE, &everything_is_here(&OWN_IPV4.octets()));
    batch.ask(NEW_ROUTE, CREATE, &everything_is_here(&OWN_IPV6.octets()));
    batch.send(Family::Route)
}

/// `ifinfomsg`.
fn link(index: u32, flags: u32) -> Body {
    Body::new(&[
        &[0; 4],
        &index.to_ne_bytes(),
        &flags.to_ne_bytes(),
        &flags.to_ne_bytes(),
    ])
}

/// `ifaddrmsg`. Without a route for the prefix, which would win over the one for everything; without duplicate detection.
fn address(index: u32, address: &[u8], prefix: u8) -> Body {
    Body::new(&[&[family(address), prefix, 0, 0], &index.to_ne_bytes()])
        .attribute(IFA_LOCAL, address)
        .attribute(IFA_ADDRESS, address)
        .attribute(IFA_FLAGS, &(NO_PREFIX_ROUTE | NO_DUPLICATE_DETECTION).to_ne_bytes())
}

/// `rtmsg`: `local default dev lo src ADDRESS table local`.
fn everything_is_here(source: &[u8]) -> Body {
    Body::new(&[
        &[
            family(source),
            0,
            0,
            0,
            TABLE_LOCAL,
            PROTOCOL_STATIC,
            SCOPE_HOST,
            TYPE_LOCAL,
        ],
        &0_u32.to_ne_bytes(),
    ])
    .attribute(RTA_OIF, &LOOPBACK.to_ne_bytes())
    .attribute(RTA_PREFSRC, source)
}

fn family(address: &[u8]) -> u8 {
    if address.len() == 4 { INET } else { INET6 }
}

fn index(name: &str) -> io::Result<u32> {
    let any = socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?;
    Ok(rustix::net::netdevice::name_to_index(&any, name)?)
}

/// Leaves alone what is for the room itself and for DNS; hands on everything else.
fn rules() -> io::Result<()> {
    let mut batch = Batch::default();
    let about = |family: u8| Body::new(&[&[family, 0, 0, 0]]);
    batch.tell(BATCH_BEGIN, &Body::new(&[&[0, 0], &NF_TABLES.to_be_bytes()]));
    batch.ask(nf(NEW_TABLE), CREATE, &about(NFPROTO_INET).text(1, TABLE));
    let hook = Body::default()
        .number(1, HOOK_PREROUTING)
        .number(2, PRIORITY_MANGLE.cast_unsigned());
    let chain = about(NFPROTO_INET)
        .text(1, TABLE)
        .text(3, CHAIN)
        .nested(4, hook)
        .text(7, "filter");
    batch.ask(nf(NEW_CHAIN), CREATE, &chain);
    let mut rule = |expressions: Body| {
        let rule = about(NFPROTO_INET).text(1, TABLE).text(2, CHAIN).nested(4, expressions);
        batch.ask(nf(NEW_RULE), CREATE | APPEND, &rule);
    };
    for (protocol, offset, destination) in [
        (INET, IPV4_DESTINATION, vec![127]),
        (INET, IPV4_DESTINATION, OWN_IPV4.octets().to_vec()),
        (INET6, IPV6_DESTINATION, Ipv6Addr::LOCALHOST.octets().to_vec()),
        (INET6, IPV6_DESTINATION, OWN_IPV6.octets().to_vec()),
    ] {
        let length = u32::try_from(destination.len()).unwrap_or(0);
        rule(
            meta(META_NFPROTO)
                .then(compare(&[protocol]))
                .then(payload(NETWORK_HEADER, offset, length))
                .then(compare(&destination))
                .then(accept()),
        );
    }
    let dns = payload(TRANSPORT_HEADER, 2, 2).then(compare(&DNS.to_be_bytes()));
    rule(meta(META_L4PROTO).then(compare(&[UDP])).then(dns).then(accept()));
    for protocol in [TCP, UDP] {
        let port = Body::default().attribute(1, &CATCH_ALL.to_be_bytes());
        let load = expression("immediate", Body::default().number(1, 1).nested(2, port));
        let hand_on = expression("tproxy", Body::default().number(1, 0).number(3, 1));
        rule(
            meta(META_L4PROTO)
                .then(compare(&[protocol]))
                .then(load)
                .then(hand_on)
                .then(accept()),
        );
    }
    batch.tell(BATCH_END, &Body::new(&[&[0, 0], &NF_TABLES.to_be_bytes()]));
    batch.send(Family::Netfilter)
}

fn nf(kind: u16) -> u16 {
    (NF_TABLES << 8) | kind
}

fn expression(name: &str, data: Body) -> Body {
    Body::default().nested(1, Body::default().text(1, name).nested(2, data))
}

/// Loads what is known of the packet into register 1.
fn meta(key: u32) -> Body {
    expression("meta", Body::default().number(2, key).number(1, 1))
}

/// Loads bytes of a header into register 1.
fn payload(header: u32, offset: u32, length: u32) -> Body {
    let data = Body::default()
        .number(1, 1)
        .number(2, header)
        .number(3, offset)
        .number(4, length);
    expression("payload", data)
}

/// Goes on if register 1 is this.
fn compare(value: &[u8]) -> Body {
    let value = Body::default().attribute(1, value);
    expression("cmp", Body::default().number(1, 1).number(2, 0).nested(3, value))
}

fn accept() -> Body {
    let verdict = Body::default().nested(2, Body::default().number(1, 1));
    expression("immediate", Body::default().number(1, 0).nested(2, verdict))
}

fn listener() -> io::Result<TcpListener> {
    let socket = socket_with(AddressFamily::INET6, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    sys::set_option(&socket, libc::SOL_IPV6, libc::IPV6_V6ONLY, 0)?;
    sys::set_option(&socket, libc::SOL_IP, libc::IP_TRANSPARENT, 1)?;
    sys::set_option(&socket, libc::SOL_IPV6, libc::IPV6_TRANSPARENT, 1)?;
    bind(&socket, &unspecified(true, CATCH_ALL))?;
    listen(&socket, BACKLOG)?;
    Ok(TcpListener::from(socket))
}

fn datagrams(v6: bool, port: u16) -> io::Result<UdpSocket> {
    let family = if v6 { AddressFamily::INET6 } else { AddressFamily::INET };
    let socket = socket_with(family, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?;
    sys::set_option(&socket, libc::SOL_SOCKET, libc::SO_RCVBUF, RECEIVE_BUFFER)?;
    sys::set_option(&socket, libc::SOL_SOCKET, libc::SO_RXQ_OVFL, 1)?;
    let options: &[(i32, i32)] = if v6 {
        &[
            (libc::SOL_IPV6, libc::IPV6_V6ONLY),
            (libc::SOL_IPV6, libc::IPV6_TRANSPARENT),
            (libc::SOL_IPV6, libc::IPV6_RECVORIGDSTADDR),
            (libc::SOL_IPV6, libc::IPV6_RECVPKTINFO),
        ]
    } else {
        &[
            (libc::SOL_IP, libc::IP_TRANSPARENT),
            (libc::SOL_IP, libc::IP_RECVORIGDSTADDR),
            (libc::SOL_IP, libc::IP_PKTINFO),
        ]
    };
    for (level, option) in options {
        sys::set_option(&socket, *level, *option, 1)?;
    }
    bind(&socket, &unspecified(v6, port))?;
    Ok(UdpSocket::from(socket))
}

fn unspecified(v6: bool, port: u16) -> SocketAddr {
    if v6 {
        SocketAddrV6::new(Ipv6Addr::UNSPECIFIED, port, 0, 0).into()
    } else {
        SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, port).into()
    }
}

/// A socket that sees multicast, link-local and whatever is neither TCP nor UDP: the others see the rest.
fn tap() -> io::Result<OwnedFd> {
    let socket = sys::packet_socket()?;
    sys::set_option(&socket, libc::SOL_SOCKET, libc::SO_RCVBUF, RECEIVE_BUFFER)?;
    sys::attach_filter(&socket, &UNSEEN)?;
    Ok(socket)
}

const LOAD_HALF: u32 = libc::BPF_LD | libc::BPF_H | libc::BPF_ABS;
const LOAD_BYTE: u32 = libc::BPF_LD | libc::BPF_B | libc::BPF_ABS;
const EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
const AT_LEAST: u32 = libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K;
const MASK: u32 = libc::BPF_ALU | libc::BPF_AND | libc::BPF_K;
const RETURN: u32 = libc::BPF_RET | libc::BPF_K;

/// Keeps a packet that no other socket sees, behind an Ethernet header (14 bytes).
const UNSEEN: [libc::sock_filter; 20] = [
    statement(LOAD_HALF, 12),
    jump(EQUAL, libc::ETH_P_IP as u32, 0, 6),
    statement(LOAD_BYTE, 30), // destination of IPv4
    jump(AT_LEAST, 240, 1, 0),
    jump(AT_LEAST, 224, 14, 0), // multicast
    statement(LOAD_BYTE, 23),   // protocol
    jump(EQUAL, TCP as u32, 11, 0),
    jump(EQUAL, UDP as u32, 10, 11),
    jump(EQUAL, libc::ETH_P_IPV6 as u32, 0, 9),
    statement(LOAD_BYTE, 38), // destination of IPv6
    jump(EQUAL, 0xff, 8, 0),  // multicast
    jump(EQUAL, 0xfe, 0, 3),
    statement(LOAD_BYTE, 39),
    statement(MASK, 0xc0),
    jump(EQUAL, 0x80, 4, 0),  // link-local
    statement(LOAD_BYTE, 20), // next header
    jump(EQUAL, TCP as u32, 1, 0),
    jump(EQUAL, UDP as u32, 0, 1),
    statement(RETURN, 0),
    statement(RETURN, u16::MAX as u32 + 14),
];

/// Port of the sockets that take everything: below 1024, so that nothing in the room can take it.
const CATCH_ALL: u16 = 1;
const DNS: u16 = 53;
const BACKLOG: i32 = 4_096;
/// What is asked for; the kernel gives as much as `net.core.rmem_max` says.
const RECEIVE_BUFFER: i32 = 8 << 20;

const INTERFACE: &str = "eth0";
/// The other end of the pair, which the room sees too.
const PEER: &str = "eth1";
const LOOPBACK: u32 = 1;
const UP: u32 = 1;

const INET: u8 = 2;
const INET6: u8 = 10;
const TCP: u8 = 6;
const UDP: u8 = 17;

const NEW_LINK: u16 = 16;
const NEW_ADDR: u16 = 20;
const NEW_ROUTE: u16 = 24;
const IFLA_IFNAME: u16 = 3;
const IFLA_LINKINFO: u16 = 18;
const IFLA_NUM_TX_QUEUES: u16 = 31;
const IFLA_NUM_RX_QUEUES: u16 = 32;
const IFLA_INFO_KIND: u16 = 1;
const IFLA_INFO_DATA: u16 = 2;
const VETH_INFO_PEER: u16 = 1;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
const IFA_FLAGS: u16 = 8;
const NO_PREFIX_ROUTE: u32 = 0x200;
const NO_DUPLICATE_DETECTION: u32 = 0x02;
const RTA_OIF: u16 = 4;
const RTA_PREFSRC: u16 = 7;
const TABLE_LOCAL: u8 = 255;
const PROTOCOL_STATIC: u8 = 4;
const SCOPE_HOST: u8 = 254;
const TYPE_LOCAL: u8 = 2;

const BATCH_BEGIN: u16 = 0x10;
const BATCH_END: u16 = 0x11;
const NF_TABLES: u16 = 10;
const NEW_TABLE: u16 = 0;
const NEW_CHAIN: u16 = 3;
const NEW_RULE: u16 = 6;
const NFPROTO_INET: u8 = 1;
const HOOK_PREROUTING: u32 = 0;
const PRIORITY_MANGLE: i32 = -150;
const META_NFPROTO: u32 = 15;
const META_L4PROTO: u32 = 16;
const NETWORK_HEADER: u32 = 1;
const TRANSPORT_HEADER: u32 = 2;
const IPV4_DESTINATION: u32 = 16;
const IPV6_DESTINATION: u32 = 24;
const TABLE: &str = "room";
const CHAIN: &str = "everything";
