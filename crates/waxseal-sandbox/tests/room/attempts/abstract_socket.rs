//! A Unix socket of this machine that has a name but no file.

use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};

use crate::attempt::{Attempt, Scene};
use crate::stage::unique;

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    ..Attempt::new(
        "connecting_to_an_abstract_socket_of_this_machine",
        act,
        &[libc::ECONNREFUSED],
    )
};

fn scene() -> io::Result<Scene> {
    let name = unique("socket");
    let listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name)?)?;
    Ok(Scene {
        words: vec![name],
        keep: vec![Box::new(listener)],
        ..Scene::default()
    })
}

fn act(words: &[String]) -> io::Result<()> {
    UnixStream::connect_addr(&SocketAddr::from_abstract_name(&words[0])?).map(drop)
}
