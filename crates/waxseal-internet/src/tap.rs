//! Packets that no socket of ours receives: multicast, link-local, ICMP, and protocols that are neither TCP nor UDP.

mod look;

use std::io::{IoSliceMut, Result};
use std::net::IpAddr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::Ordering;

use nix::errno::Errno;
use nix::sys::socket::{ControlMessageOwned, LinkAddr, MsgFlags, recvmsg, setsockopt, sockopt};
use nix::sys::time::TimeVal;
use waxseal_model::{Observation, Payload};

use crate::shared::Shared;
use crate::udp::enlarge;
pub(crate) use look::look;

/// A packet socket that is listened to by a thread of its own. It is not bound to one interface: each packet shows as it leaves,
/// and again where it arrives, and only the first counts.
pub(crate) struct Tap {
    socket: OwnedFd,
}

impl Tap {
    pub(crate) fn new(socket: OwnedFd) -> Result<Self> {
        let _ = setsockopt(&socket, sockopt::RxqOvfl, &1);
        enlarge(&socket);
        setsockopt(&socket, sockopt::ReceiveTimeout, &TimeVal::new(0, WAKE_MICROSECONDS))?;
        Ok(Self { socket })
    }

    /// Takes packets until told to end and there are no more.
    pub(crate) fn listen(&self, shared: &Shared) {
        let mut buffer = vec![0; MAX_PACKET];
        let mut dropped = 0;
        let mut failures = 0;
        loop {
            match self.receive(&mut buffer) {
                Ok((length, leaves, now)) => {
                    failures = 0;
                    let now = now.unwrap_or(dropped);
                    shared
                        .tally
                        .packets_lost
                        .fetch_add(u64::from(now.wrapping_sub(dropped)), Ordering::Relaxed);
                    dropped = now;
                    if leaves {
                        take(shared, &buffer[..length]);
                    }
                }
                Err(_) if shared.is_stopping() => return,
                Err(Errno::EAGAIN | Errno::EINTR) => {}
                Err(_) if failures < MAX_FAILURES => failures += 1,
                Err(_) => return,
            }
        }
    }

    /// The length of a packet, whether it leaves, and how many the kernel dropped so far.
    fn receive(&self, buffer: &mut [u8]) -> std::result::Result<(usize, bool, Option<u32>), Errno> {
        let mut control = nix::cmsg_space!(u32);
        let mut parts = [IoSliceMut::new(buffer)];
        let fd = self.socket.as_raw_fd();
        let message = recvmsg::<LinkAddr>(fd, &mut parts, Some(&mut control), MsgFlags::empty())?;
        let leaves = message.address.is_none_or(|it| it.pkttype() == PACKET_OUTGOING);
        let mut dropped = None;
        for item in message.cmsgs()? {
            if let ControlMessageOwned::RxqOvfl(it) = item {
                dropped = Some(it);
            }
        }
        Ok((message.bytes, leaves, dropped))
    }
}

/// Tells of a packet, when it is one to tell of.
fn take(shared: &Shared, frame: &[u8]) {
    shared.tally.packets.fetch_add(1, Ordering::Relaxed);
    let Some(seen) = look(frame) else { return };
    // What goes to the room itself are our own answers and the kernel's.
    let own = |it: &IpAddr| it.to_canonical() == seen.to.to_canonical();
    if seen.to.to_canonical().is_loopback() || shared.world.own_addresses.iter().any(own) {
        return;
    }
    shared.tell(Observation::Packet {
        to: seen.to,
        protocol: seen.protocol,
        port: seen.port,
        payload: Payload::cut(seen.payload, MAX_TOLD),
    });
}

/// `linux/if_packet.h`.
const PACKET_OUTGOING: u8 = 4;

/// The largest IP packet, and an Ethernet header.
const MAX_PACKET: usize = 65_535 + 14;

/// What of a packet an event holds: more than a network without jumbo frames carries in one.
const MAX_TOLD: usize = 9000;

/// How long the end may be waited for; little enough that a run is not held up by it.
const WAKE_MICROSECONDS: i64 = 50_000;

/// A socket that fails this often without a packet in between has been taken from us.
const MAX_FAILURES: u32 = 1000;
