//! What the warden of a room and whoever started it say to each other: framed messages over a Unix socket that also carries
//! descriptors.

use std::collections::VecDeque;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::net::{TcpListener, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};

use crate::cell::{CellSpec, Notice};
use crate::network::RoomSockets;
use crate::wire::{Reader, Writer};

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Message {
    Spec(Box<CellSpec>),
    /// Carries three descriptors; behind them, where the room has a control group, the two of [`crate::group::Group::handles`].
    Stdio,
    /// Carries the room's sockets.
    Network,
    /// From the first process: carries the queue of watched files, whose numbers in it these are.
    Furnished(Vec<i32>),
    Ready,
    /// A step, and the kernel's error number.
    Failed(String, i32),
    Go,
    /// Carries the three descriptors of the command that starts.
    GoWith,
    Stop,
    Notice(Notice),
}

/// One end of the socket.
#[derive(Debug)]
pub(crate) struct Channel {
    socket: OwnedFd,
    /// What came, of which the first `taken` bytes were taken.
    bytes: Vec<u8>,
    taken: usize,
    /// What is read into.
    room: Box<[u8]>,
    descriptors: VecDeque<OwnedFd>,
    /// What was posted and not yet sent.
    posted: VecDeque<u8>,
}

impl Channel {
    pub(crate) fn new(socket: OwnedFd) -> Self {
        Self {
            socket,
            bytes: Vec::new(),
            taken: 0,
            room: vec![0; 64 << 10].into(),
            descriptors: VecDeque::new(),
            posted: VecDeque::new(),
        }
    }

    /// Sends a message as soon as the other end takes it, and does not wait for that.
    pub(crate) fn post(&mut self, message: &Message) -> io::Result<()> {
        let mut bytes = Vec::new();
        frame(&mut bytes, message)?;
        self.append(&bytes)
    }

    /// Sends frames as soon as the other end takes them, and does not wait for that.
    pub(crate) fn append(&mut self, frames: &[u8]) -> io::Result<()> {
        self.posted.extend(frames);
        self.flush()
    }

    /// Bytes that the other end has not yet taken.
    pub(crate) fn backlog(&self) -> usize {
        self.posted.len()
    }

    /// Sends of what was posted as much as the other end takes now.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.send_posted(SendFlags::DONTWAIT)
    }

    /// Sends all that was posted, waiting for the other end.
    pub(crate) fn drain(&mut self) -> io::Result<()> {
        self.send_posted(SendFlags::empty())
    }

    fn send_posted(&mut self, flags: SendFlags) -> io::Result<()> {
        while !self.posted.is_empty() {
            match rustix::net::send(&self.socket, self.posted.as_slices().0, flags | SendFlags::NOSIGNAL) {
                Ok(count) => drop(self.posted.drain(..count)),
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => return Ok(()),
                Err(err) => return Err(err.into()),
            }
        }
        Ok(())
    }

    /// Sends a message with descriptors.
    pub(crate) fn send(&self, message: &Message, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
        let mut bytes = Vec::new();
        frame(&mut bytes, message)?;
        let mut sent = 0;
        while sent < bytes.len() {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
            let mut control = SendAncillaryBuffer::new(&mut space);
            if sent == 0 && !descriptors.is_empty() && !control.push(SendAncillaryMessage::ScmRights(descriptors)) {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            let parts = [IoSlice::new(&bytes[sent..])];
            match sendmsg(&self.socket, &parts, &mut control, SendFlags::NOSIGNAL) {
                Ok(count) => sent += count,
                Err(rustix::io::Errno::INTR) => {}
                Err(err) => return Err(err.into()),
            }
        }
        Ok(())
    }

    /// Waits for the next message. `None`: the other end is gone.
    pub(crate) fn receive(&mut self) -> io::Result<Option<Message>> {
        loop {
            if let Some(message) = self.buffered()? {
                return Ok(Some(message));
            }
            match self.fill() {
                Ok(()) => {}
                Err(err) if err.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                Err(err) => return Err(err),
            }
        }
    }

    /// A message that has come already.
    pub(crate) fn buffered(&mut self) -> io::Result<Option<Message>> {
        let came = &self.bytes[self.taken..];
        let Some((head, rest)) = came.split_first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u32::from_le_bytes(*head) as usize;
        if length > MAX_FRAME {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let Some(body) = rest.get(..length) else {
            return Ok(None);
        };
        let message = Reader(body).message();
        self.taken += 4 + length;
        if self.taken == self.bytes.len() {
            self.bytes.clear();
            self.taken = 0;
        }
        message.map(Some).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// Reads once, waiting if nothing is there. The other end being gone is an error.
    pub(crate) fn fill(&mut self) -> io::Result<()> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut parts = [IoSliceMut::new(&mut self.room)];
        let got = match recvmsg(&self.socket, &mut parts, &mut control, RecvFlags::CMSG_CLOEXEC) {
            Ok(got) => got.bytes,
            Err(rustix::io::Errno::INTR) => return Ok(()),
            Err(err) => return Err(err.into()),
        };
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(descriptors) = message {
                self.descriptors.extend(descriptors);
            }
        }
        if got == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if self.taken > 0 {
            self.bytes.drain(..self.taken);
            self.taken = 0;
        }
        self.bytes.extend_from_slice(&self.room[..got]);
        Ok(())
    }

    /// The next descriptor that came.
    pub(crate) fn descriptor(&mut self) -> io::Result<OwnedFd> {
        self.descriptors
            .pop_front()
            .ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// The descriptors of [`Message::Stdio`] and [`Message::GoWith`].
    pub(crate) fn three(&mut self) -> io::Result<[OwnedFd; 3]> {
        Ok([self.descriptor()?, self.descriptor()?, self.descriptor()?])
    }

    /// The descriptors of [`Message::Network`].
    pub(crate) fn sockets(&mut self) -> io::Result<RoomSockets> {
        Ok(RoomSockets {
            tcp: TcpListener::from(self.descriptor()?),
            udp: [UdpSocket::from(self.descriptor()?), UdpSocket::from(self.descriptor()?)],
            dns: [UdpSocket::from(self.descriptor()?), UdpSocket::from(self.descriptor()?)],
            tap: self.descriptor()?,
            capture: self.descriptors.pop_front(),
        })
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Appends a message, behind the number of its bytes.
pub(crate) fn frame(to: &mut Vec<u8>, message: &Message) -> io::Result<()> {
    let start = to.len();
    let mut writer = Writer(std::mem::take(to));
    writer.0.extend([0; 4]);
    writer.message(message);
    *to = writer.0;
    let length = u32::try_from(to.len() - start - 4).map_err(|_| io::ErrorKind::InvalidInput)?;
    to[start..start + 4].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

/// Descriptors of one message: the room's sockets.
const MAX_DESCRIPTORS: usize = 8;
/// Bytes of one message: the files of a room, above all.
const MAX_FRAME: usize = 256 << 20;
