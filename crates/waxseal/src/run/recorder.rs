//! Writes every packet of a room's network into a file, as it comes. Nothing that stands in a packet is looked at.

use std::fs::File;
use std::io::{self, BufWriter};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use waxseal_model::PacketCount;
use waxseal_sandbox::{Capture, Packet};

use super::save::pcapng;

/// A thread that writes packets.
#[derive(Debug)]
pub(super) struct Recorder {
    thread: JoinHandle<io::Result<PacketCount>>,
    over: Arc<AtomicBool>,
}

impl Recorder {
    /// Begins to write what `socket` sees to `file`: no more than `limit` bytes.
    pub(super) fn start(socket: OwnedFd, file: File, limit: u64) -> io::Result<Self> {
        let capture = Capture::new(socket)?;
        let over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&over);
        let thread = std::thread::Builder::new()
            .name("packets".to_owned())
            .spawn(move || record(capture, file, limit, &told))?;
        Ok(Self { thread, over })
    }

    /// Writes what is left, once nothing more comes.
    pub(super) fn finish(self) -> io::Result<PacketCount> {
        self.over.store(true, Ordering::Release);
        self.thread
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the thread that writes packets broke")))
    }
}

fn record(mut capture: Capture, file: File, limit: u64, over: &AtomicBool) -> io::Result<PacketCount> {
    let mut tape = Tape::new(BufWriter::with_capacity(BUFFER, file), limit);
    let mut read = 0;
    while !over.load(Ordering::Acquire) {
        read += capture.read(WAKE, |packet| tape.take(packet))?;
    }
    // Nothing is sent any more, but the kernel may not have handed over what was sent last.
    let deadline = Instant::now() + PATIENCE;
    let dropped = loop {
        let (seen, dropped) = capture.counted()?;
        if read + dropped >= seen || Instant::now() > deadline {
            break dropped + seen.saturating_sub(read + dropped);
        }
        read += capture.read(Capture::DELAY, |packet| tape.take(packet))?;
    };
    let mut count = tape.end()?;
    count.dropped = dropped;
    Ok(count)
}

/// What packets are written to, up to a ceiling.
struct Tape<W> {
    out: W,
    /// Bytes that may still be written.
    left: u64,
    count: PacketCount,
    failure: Option<io::Error>,
}

impl<W: io::Write> Tape<W> {
    fn new(out: W, limit: u64) -> Self {
        Self {
            out,
            left: limit,
            count: PacketCount::default(),
            failure: None,
        }
    }

    /// Goes on counting when nothing can be written any more.
    fn take(&mut self, packet: Packet<'_>) {
        let size = pcapng::packet_size(packet.bytes.len()) as u64;
        // What comes behind a gap is left out too, so that what is there is whole.
        if self.count.cut > 0 || size > self.left || self.failure.is_some() {
            self.count.cut += 1;
            return;
        }
        self.left -= size;
        self.count.kept += 1;
        self.failure = pcapng::packet(&mut self.out, packet.at, packet.length, packet.bytes).err();
    }

    fn end(mut self) -> io::Result<PacketCount> {
        match self.failure {
            Some(err) => Err(err),
            None => self.out.flush().map(|()| self.count),
        }
    }
}

/// How often it is looked whether the run is over.
const WAKE: Duration = Duration::from_millis(20);
/// A hundred times what the kernel is told to wait.
const PATIENCE: Duration = Duration::from_secs(1);
const BUFFER: usize = 256 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(bytes: &[u8]) -> Packet<'_> {
        Packet {
            at: Duration::from_secs(1),
            bytes,
            length: 5,
        }
    }

    #[test]
    fn what_is_over_the_ceiling_is_counted_and_nothing_behind_it_is_kept() {
        let mut out = Vec::new();
        let mut tape = Tape::new(&mut out, 2 * 40 + 39);
        for bytes in [b"12345", b"12345", b"12345"] {
            tape.take(packet(bytes));
        }
        tape.take(packet(b""));
        let count = tape.end().expect("written");
        let expected = PacketCount {
            kept: 2,
            cut: 2,
            dropped: 0,
        };
        assert_eq!((count, out.len()), (expected, 80));
        assert_eq!(count.gap().as_deref(), Some("2 of 4 packets are not in the capture"));
        assert_eq!(PacketCount::default().gap(), None);
    }

    #[test]
    fn a_full_disk_is_an_error_and_no_short_capture() {
        let full = File::options().write(true).open("/dev/full").expect("a device");
        let mut tape = Tape::new(BufWriter::with_capacity(1, full), u64::MAX);
        tape.take(packet(b"12345"));
        tape.take(packet(b"12345"));
        assert!(tape.end().is_err());
    }
}
