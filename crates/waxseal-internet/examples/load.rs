//! A client that loads a server, for benchmarks: it is run beside a server of ours on loopback, and the same in a locked room.
//!
//! - `load serve`: serves on 127.0.0.1 as the simulated internet does, and prints the port.
//! - `load connect ADDRESS COUNT THREADS`: connects, sends one byte, closes; prints connections per second.
//! - `load hold ADDRESS COUNT`: opens that many connections, then closes them all; prints how many were open at once.
//! - `load send ADDRESS MEGABYTES`: sends over one connection; prints megabytes per second.
//! - `load datagrams ADDRESS COUNT`: sends datagrams of 64 bytes, a pause after each hundred; prints how many were sent.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use waxseal_internet::{Ca, Limits, PlainAnswer, Sink, SmtpAccounts, SmtpServer, Sockets, World, serve};
use waxseal_model::{Counters, Event};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |word: &str| word.parse::<usize>().expect("a number");
    match words.as_slice() {
        ["serve"] => host(),
        ["connect", to, count, threads] => connect(address(to), number(count), number(threads)),
        ["hold", to, count] => hold(address(to), number(count)),
        ["send", to, megabytes] => send(address(to), number(megabytes)),
        ["datagrams", to, count] => datagrams(address(to), number(count)),
        _ => say("see the first lines of this example"),
    }
}

fn address(word: &str) -> SocketAddr {
    word.parse().expect("an address and a port")
}

fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).expect("an open end");
}

fn connect(to: SocketAddr, count: usize, threads: usize) {
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(move || {
                for _ in 0..count / threads {
                    let mut stream = TcpStream::connect(to).expect("somebody answers");
                    stream.write_all(b"x").expect("an open end");
                }
            });
        }
    });
    say(&format!("{:.0}", count as f64 / start.elapsed().as_secs_f64()));
}

fn hold(to: SocketAddr, count: usize) {
    let streams: Vec<TcpStream> = (0..count).map_while(|_| TcpStream::connect(to).ok()).collect();
    say(&streams.len().to_string());
}

fn send(to: SocketAddr, megabytes: usize) {
    let mut stream = TcpStream::connect(to).expect("somebody answers");
    let block = vec![0xee; 1 << 20];
    let start = Instant::now();
    for _ in 0..megabytes {
        stream.write_all(&block).expect("an open end");
    }
    stream.shutdown(Shutdown::Write).expect("an open end");
    // The other end closes when it has read everything.
    let _ = stream.read_to_end(&mut Vec::new());
    say(&format!("{:.0}", megabytes as f64 / start.elapsed().as_secs_f64()));
}

fn datagrams(to: SocketAddr, count: usize) {
    let socket = UdpSocket::bind("0.0.0.0:0").expect("a socket");
    for idx in 0..count {
        socket.send_to(&[0x55; 64], to).expect("a way out");
        if idx % 100 == 99 {
            std::thread::sleep(Duration::from_micros(200));
        }
    }
    say(&count.to_string());
}

struct Nobody;

impl Sink for Nobody {
    fn take(&self, _: Event) -> bool {
        true
    }

    fn count(&self, _: &Counters) {}
}

/// Until standard input ends.
fn host() {
    let tcp = TcpListener::bind("127.0.0.1:0").expect("a socket");
    say(&tcp.local_addr().expect("an address").port().to_string());
    let datagrams = || UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let sockets = Sockets {
        tcp,
        udp: [datagrams(), datagrams()],
        dns: [datagrams(), datagrams()],
        tap: None,
    };
    let world = World {
        ca: Ca::generate(),
        answer: Arc::new(PlainAnswer),
        mail: Arc::new(SmtpServer::new(SmtpAccounts::new(Vec::new()))),
        own_addresses: Vec::new(),
        stacks: None,
        reports: None,
        limits: Limits::default(),
        start: Instant::now(),
    };
    let server = serve(sockets, world, Arc::new(Nobody)).expect("a server");
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    server.finish();
}
