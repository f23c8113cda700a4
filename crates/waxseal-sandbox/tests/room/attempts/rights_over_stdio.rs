//! Standard input is a socket: descriptors that somebody has put into it would come along.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
};

use crate::attempt::{Attempt, Scene};
use crate::stage::in_room;

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    ..Attempt::new("taking_a_descriptor_from_standard_input", act, &[libc::EAGAIN])
};

/// Nobody puts a descriptor into the room's input; on this machine the attempt does so itself.
fn scene() -> io::Result<Scene> {
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    let again = ours.try_clone()?;
    // What the room sends away is not taken by a plain read, and the kernel closes it.
    let arrived = move || {
        let got = io::Read::read(&mut &again, &mut [0; 16]);
        !matches!(got, Err(err) if err.kind() == io::ErrorKind::WouldBlock)
    };
    Ok(Scene {
        keep: vec![Box::new(ours), Box::new(arrived)],
        stdin: Some(theirs.into()),
        ..Scene::default()
    })
}

fn act(_: &[String]) -> io::Result<()> {
    let stdin = io::stdin();
    let (sender, receiver) = UnixStream::pair()?;
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let handed = [stdin.as_fd()];
    control.push(SendAncillaryMessage::ScmRights(&handed));
    let end = if in_room() { stdin.as_fd() } else { sender.as_fd() };
    rustix::net::sendmsg(end, &[IoSlice::new(b"x")], &mut control, SendFlags::NOSIGNAL)?;
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let end = if in_room() { stdin.as_fd() } else { receiver.as_fd() };
    let mut buffer = [0; 1];
    let mut parts = [io::IoSliceMut::new(&mut buffer)];
    rustix::net::recvmsg(end, &mut parts, &mut control, RecvFlags::DONTWAIT)?;
    let got = control
        .drain()
        .any(|it| matches!(it, RecvAncillaryMessage::ScmRights(_)));
    if got {
        Ok(())
    } else {
        Err(io::Error::from_raw_os_error(libc::EAGAIN))
    }
}
