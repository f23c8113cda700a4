//! Messages to the kernel about interfaces, addresses, routes and packet rules (rtnetlink, nf_tables), written by hand: four kinds of
//! message need no library, and no `ip` or `nft` has to be there.
//!
//! Sources: `linux/netlink.h`, `linux/rtnetlink.h`, `linux/if_link.h`, `linux/netfilter/nf_tables.h`.

use std::io;

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with};

/// The inside of a message: fixed parts and attributes.
#[derive(Debug, Default)]
pub(crate) struct Body(Vec<u8>);

impl Body {
    pub(crate) fn new(fixed: &[&[u8]]) -> Self {
        Self(fixed.concat())
    }

    /// One attribute: length, kind, value, padding to four bytes.
    pub(crate) fn attribute(mut self, kind: u16, value: &[u8]) -> Self {
        let length = u16::try_from(value.len() + 4).unwrap_or(u16::MAX);
        self.0.extend(length.to_ne_bytes());
        self.0.extend(kind.to_ne_bytes());
        self.0.extend(value);
        self.0.resize(self.0.len().next_multiple_of(4), 0);
        self
    }

    /// A text that ends with zero.
    pub(crate) fn text(self, kind: u16, value: &str) -> Self {
        self.attribute(kind, &[value.as_bytes(), &[0]].concat())
    }

    /// A number in network order, as nf_tables wants them.
    pub(crate) fn number(self, kind: u16, value: u32) -> Self {
        self.attribute(kind, &value.to_be_bytes())
    }

    /// Attributes inside an attribute.
    pub(crate) fn nested(self, kind: u16, inner: Self) -> Self {
        self.attribute(kind | NESTED, &inner.0)
    }

    /// Attributes one behind the other.
    pub(crate) fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Messages that are sent at once.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    asked: u32,
}

impl Batch {
    /// Adds a message whose success is awaited.
    pub(crate) fn ask(&mut self, kind: u16, flags: u16, body: &Body) {
        self.asked += 1;
        self.push(kind, REQUEST | ACK | flags, self.asked, body);
    }

    /// Adds a message that is not answered.
    pub(crate) fn tell(&mut self, kind: u16, body: &Body) {
        self.push(kind, REQUEST, 0, body);
    }

    fn push(&mut self, kind: u16, flags: u16, sequence: u32, body: &Body) {
        let length = u32::try_from(HEAD + body.0.len()).unwrap_or(u32::MAX);
        self.bytes.extend(length.to_ne_bytes());
        self.bytes.extend(kind.to_ne_bytes());
        self.bytes.extend(flags.to_ne_bytes());
        self.bytes.extend(sequence.to_ne_bytes());
        self.bytes.extend(0_u32.to_ne_bytes());
        self.bytes.extend(&body.0);
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    /// Sends everything and waits for every answer. The first refusal ends it.
    pub(crate) fn send(self, family: Family) -> io::Result<()> {
        let protocol = match family {
            Family::Route => None,
            Family::Netfilter => Some(netlink::NETFILTER),
        };
        let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, protocol)?;
        let sent = send(&socket, &self.bytes, SendFlags::empty())?;
        if sent != self.bytes.len() {
            return Err(io::Error::other("the kernel took half a message"));
        }
        let mut answered = 0;
        let mut buffer = [0; 8 << 10];
        while answered < self.asked {
            let (got, _) = recv(&socket, &mut buffer[..], RecvFlags::empty())?;
            answered += answers(&buffer[..got])?;
        }
        Ok(())
    }
}

/// Whom a message is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Family {
    Route,
    Netfilter,
}

/// How many messages a buffer says were done.
fn answers(mut buffer: &[u8]) -> io::Result<u32> {
    let mut done = 0;
    while let Some((head, _)) = buffer.split_first_chunk::<HEAD>() {
        let length = u32::from_ne_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let kind = u16::from_ne_bytes([head[4], head[5]]);
        let Some(body) = buffer.get(HEAD..length) else { break };
        if kind == ERROR
            && let Some(code) = body.first_chunk::<4>()
        {
            match i32::from_ne_bytes(*code) {
                0 => done += 1,
                code => return Err(io::Error::from_raw_os_error(-code)),
            }
        }
        buffer = buffer.get(length.next_multiple_of(4)..).unwrap_or(&[]);
    }
    Ok(done)
}

/// Bytes of `nlmsghdr`.
const HEAD: usize = 16;
/// `NLMSG_ERROR`, which is also success.
const ERROR: u16 = 2;
const REQUEST: u16 = 1;
const ACK: u16 = 4;
/// `NLM_F_CREATE`, `NLM_F_APPEND`.
pub(crate) const CREATE: u16 = 0x400;
pub(crate) const APPEND: u16 = 0x800;
/// `NLA_F_NESTED`.
const NESTED: u16 = 0x8000;
