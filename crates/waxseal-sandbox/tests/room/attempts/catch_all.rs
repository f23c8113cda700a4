//! The port that all traffic of the room is brought to.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::time::Duration;

use crate::attempt::Attempt;

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new("listening_where_all_traffic_arrives", |_| listen(), &[libc::EACCES])
};

/// Outside, the same attempt of another test may just have the port.
fn listen() -> std::io::Result<()> {
    for _ in 0..100 {
        match TcpListener::bind("127.0.0.2:1") {
            Err(err) if err.kind() == ErrorKind::AddrInUse => std::thread::sleep(Duration::from_millis(20)),
            done => return done.map(drop),
        }
    }
    TcpListener::bind("127.0.0.2:1").map(drop)
}
