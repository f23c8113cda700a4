//! A service on this machine's own IPv4 address.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::attempt::{Attempt, Scene};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene: || listener("127.0.0.1:0"),
    ..Attempt::new(
        "connecting_to_a_loopback_listener_of_this_machine",
        |words| TcpStream::connect(&words[0]).map(drop),
        &[libc::ECONNREFUSED],
    )
};

/// A service that counts who comes.
pub(crate) fn listener(address: &str) -> io::Result<Scene> {
    let listener = TcpListener::bind(address)?;
    let count = Arc::new(AtomicU32::new(0));
    let words = vec![listener.local_addr()?.to_string()];
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for _ in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    Ok(Scene {
        words,
        arrived: Some(Box::new(move || {
            // Whoever connected is counted a little later.
            std::thread::sleep(std::time::Duration::from_millis(50));
            count.swap(0, Ordering::SeqCst) > 0
        })),
        ..Scene::default()
    })
}
