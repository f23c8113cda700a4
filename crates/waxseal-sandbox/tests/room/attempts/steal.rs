//! Traffic to an address outside, taken by a listener in the room before we see it.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use crate::attempt::Attempt;
use crate::stage::in_room;

pub(crate) const ATTEMPT: Attempt = Attempt::new("taking_traffic_that_is_for_others", act, &[libc::EAGAIN]);

fn act(_: &[String]) -> io::Result<()> {
    let listener = TcpListener::bind("0.0.0.0:0")?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || listener.accept().and_then(|(mut it, _)| it.write_all(b"x")));
    // In the room every address is local, so that the listener for all of them might get what is for this one.
    let address = if in_room() { "203.0.113.5" } else { "127.0.0.1" };
    let mut stream = TcpStream::connect((address, port))?;
    stream.set_read_timeout(Some(Duration::from_millis(500)))?;
    stream.read_exact(&mut [0])
}
