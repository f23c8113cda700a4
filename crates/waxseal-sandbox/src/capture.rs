//! Every packet of a room's network, each once: a packet socket whose ring the kernel fills (`man 7 packet`, `TPACKET_V3`;
//! `Documentation/networking/packet_mmap.rst`).
//!
//! A ring, because a socket's own buffer holds a few of loopback's packets of 64 KiB and no more may be asked for without rights. Nothing
//! that stands in a packet is looked at.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::atomic::Ordering;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::bpf::{jump, statement};
use crate::sys::{self, Mapping};

/// Reads the packets of a room, see [`crate::RoomSockets::capture`].
#[derive(Debug)]
pub struct Capture {
    socket: OwnedFd,
    ring: Mapping,
    /// The block that the kernel fills next.
    next: usize,
    /// What is copied out to.
    packet: Vec<u8>,
    seen: u64,
    dropped: u64,
}

/// One packet.
#[derive(Debug, Clone, Copy)]
pub struct Packet<'b> {
    /// When it left, since 1970.
    pub at: Duration,
    /// Its bytes, from the Ethernet header on; hostile. More than any network's frame where the kernel has not cut it up yet.
    pub bytes: &'b [u8],
    /// How many there were: more than there are `bytes` only if the kernel kept less.
    pub length: u32,
}

/// The socket: made by whoever is in the network, before anything else is.
pub(crate) fn socket() -> io::Result<OwnedFd> {
    let socket = sys::blind_packet_socket()?;
    sys::attach_filter(&socket, &LEAVES)?;
    let ring = libc::tpacket_req3 {
        tp_block_size: BLOCK as u32,
        tp_block_nr: BLOCKS as u32,
        tp_frame_size: FRAME as u32,
        tp_frame_nr: (BLOCK / FRAME * BLOCKS) as u32,
        tp_retire_blk_tov: RETIRE.as_millis() as u32,
        tp_sizeof_priv: 0,
        tp_feature_req_word: 0,
    };
    sys::make_ring(&socket, &ring)?;
    sys::see_packets(&socket)?;
    Ok(socket)
}

impl Capture {
    /// How long a packet may wait in the kernel until [`Self::read`] is told of it.
    pub const DELAY: Duration = RETIRE;

    /// Takes over the socket of a room.
    ///
    /// # Errors
    /// It has no ring, or there is no place for it in memory.
    pub fn new(socket: OwnedFd) -> io::Result<Self> {
        Ok(Self {
            ring: Mapping::new(&socket, BLOCK * BLOCKS)?,
            socket,
            next: 0,
            packet: Vec::new(),
            seen: 0,
            dropped: 0,
        })
    }

    /// Waits for packets, no longer than `timeout`, and gives what there is to `take`; how many there were.
    ///
    /// # Errors
    /// The socket fails, or what the kernel wrote makes no sense.
    pub fn read(&mut self, timeout: Duration, mut take: impl FnMut(Packet<'_>)) -> io::Result<u64> {
        if !self.is_handed_over()? {
            let timeout = Timespec {
                tv_sec: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: timeout.subsec_nanos().into(),
            };
            match poll(&mut [PollFd::new(&self.socket, PollFlags::IN)], Some(&timeout)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(err) => return Err(err.into()),
            }
        }
        let mut read = 0;
        while self.is_handed_over()? {
            read += self.block(&mut take).ok_or(io::ErrorKind::InvalidData)?;
            self.status()?.store(KERNEL, Ordering::Release);
            self.next = (self.next + 1) % BLOCKS;
        }
        Ok(read)
    }

    /// Packets that the kernel had for this, and how many of them it dropped because the ring was full.
    ///
    /// # Errors
    /// The socket fails.
    pub fn counted(&mut self) -> io::Result<(u64, u64)> {
        let (seen, dropped) = sys::packet_statistics(self.socket.as_fd())?;
        self.seen += u64::from(seen);
        self.dropped += u64::from(dropped);
        Ok((self.seen, self.dropped))
    }

    fn status(&self) -> io::Result<&std::sync::atomic::AtomicU32> {
        let at = self.next * BLOCK + BLOCK_STATUS;
        self.ring.shared(at).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    fn is_handed_over(&self) -> io::Result<bool> {
        Ok(self.status()?.load(Ordering::Acquire) & USER != 0)
    }

    /// The packets of one block. `None` for offsets that lead out of it.
    fn block(&mut self, take: &mut impl FnMut(Packet<'_>)) -> Option<u64> {
        let start = self.next * BLOCK;
        let count = self.number(start + BLOCK_PACKETS)?;
        let mut at = self.number(start + BLOCK_FIRST)?;
        for _ in 0..count {
            let [next, seconds, nanoseconds, kept, length, _, place] = self.header(start, at)?;
            let (kept, place) = (kept as usize, at.checked_add(place & 0xffff)? as usize);
            if place.checked_add(kept)? > BLOCK {
                return None;
            }
            self.packet.resize(kept, 0);
            self.ring.copy(start + place, &mut self.packet)?;
            take(Packet {
                at: Duration::new(seconds.into(), nanoseconds.min(999_999_999)),
                bytes: &self.packet,
                length,
            });
            at = at.checked_add(next)?;
        }
        Some(count.into())
    }

    /// The first numbers of a `tpacket3_hdr`; the last holds `tp_mac` in its lower half.
    fn header(&self, start: usize, at: u32) -> Option<[u32; 7]> {
        let at = at as usize;
        let mut numbers = [0; 7];
        if at.checked_add(size_of_val(&numbers))? > BLOCK {
            return None;
        }
        for (idx, number) in numbers.iter_mut().enumerate() {
            *number = self.number(start + at + idx * 4)?;
        }
        if cfg!(target_endian = "big") {
            numbers[6] >>= 16;
        }
        Some(numbers)
    }

    fn number(&self, at: usize) -> Option<u32> {
        let mut bytes = [0; 4];
        self.ring.copy(at, &mut bytes)?;
        Some(u32::from_ne_bytes(bytes))
    }
}

/// Keeps what leaves an interface. Everything that a room sends does so exactly once, and is seen once more where it arrives: on loopback
/// itself, or at the other end of the pair.
const LEAVES: [libc::sock_filter; 4] = [
    statement(
        libc::BPF_LD | libc::BPF_B | libc::BPF_ABS,
        (libc::SKF_AD_OFF + libc::SKF_AD_PKTTYPE).cast_unsigned(),
    ),
    jump(
        libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K,
        libc::PACKET_OUTGOING as u32,
        0,
        1,
    ),
    statement(libc::BPF_RET | libc::BPF_K, u32::MAX),
    statement(libc::BPF_RET | libc::BPF_K, 0),
];

/// Bytes of a block: several of the largest packets (64 KiB), so that little is left empty at its end.
const BLOCK: usize = 1 << 20;
/// 32 MiB: more than 100,000 small packets while nobody reads.
const BLOCKS: usize = 32;
/// Not used by this version of rings but to compute with.
const FRAME: usize = 2 << 10;
/// A block that is not full is handed over after so long.
const RETIRE: Duration = Duration::from_millis(10);

// `tpacket_block_desc` and `tpacket_hdr_v1` of `linux/if_packet.h`.
const BLOCK_STATUS: usize = 8;
const BLOCK_PACKETS: usize = 12;
const BLOCK_FIRST: usize = 16;
/// `TP_STATUS_KERNEL`, `TP_STATUS_USER`.
const KERNEL: u32 = 0;
const USER: u32 = 1;
