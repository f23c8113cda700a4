//! A small simulated internet on the loopback, and what it told.

#![allow(dead_code, unreachable_pub, reason = "each test takes what it needs")]

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use waxseal_internet::{
    Ca, Limits, MailConnection, MailNext, MailServer, MailSession, MailStep, PlainAnswer, Server, Sink, Sockets, World,
    serve,
};
use waxseal_model::{ConnectionId, Counters, Event, HttpExchange, Observation, Payload, SmtpTransaction};

/// How long anything may take that is waited for.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// A sink that keeps everything.
#[derive(Default)]
pub struct Told {
    events: Mutex<Vec<Observation>>,
    more: Condvar,
}

impl Sink for Told {
    fn take(&self, event: Event) -> bool {
        self.events.lock().expect("not poisoned").push(event.observation);
        self.more.notify_all();
        true
    }

    fn count(&self, _: &Counters) {}
}

impl Told {
    /// Everything so far.
    pub fn all(&self) -> Vec<Observation> {
        self.events.lock().expect("not poisoned").clone()
    }

    /// Waits until `wanted` finds what it looks for.
    pub fn wait<T>(&self, wanted: impl Fn(&Observation) -> Option<T>) -> T {
        let end = Instant::now() + DEADLINE;
        let mut events = self.events.lock().expect("not poisoned");
        loop {
            if let Some(found) = events.iter().find_map(&wanted) {
                return found;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "not told in time; only {events:#?}");
            events = self.more.wait_timeout(events, left).expect("not poisoned").0;
        }
    }

    pub fn wait_http(&self) -> HttpExchange {
        self.wait(|it| {
            if let Observation::Http(it) = it {
                Some((**it).clone())
            } else {
                None
            }
        })
    }

    pub fn wait_raw(&self) -> (Payload, bool) {
        self.wait(|it| {
            if let Observation::Raw { payload, tls, .. } = it {
                Some((payload.clone(), *tls))
            } else {
                None
            }
        })
    }

    pub fn wait_opaque(&self) -> (Option<String>, String) {
        self.wait(|it| match it {
            Observation::Opaque {
                server_name, reason, ..
            } => Some((server_name.clone(), reason.clone())),
            _ => None,
        })
    }

    pub fn wait_closed(&self) -> (u64, u64) {
        self.wait(|it| {
            if let Observation::Closed { sent, received, .. } = it {
                Some((*sent, *received))
            } else {
                None
            }
        })
    }
}

/// A world with nothing in it but what the tests need.
pub fn world() -> World {
    World {
        ca: Ca::generate(),
        answer: Arc::new(PlainAnswer),
        mail: Arc::new(StubMail),
        own_addresses: Vec::new(),
        stacks: None,
        reports: None,
        limits: Limits::default(),
        start: Instant::now(),
    }
}

/// The internet of one test.
pub struct Room {
    pub server: Server,
    pub told: Arc<Told>,
    pub tcp: SocketAddr,
    pub udp: [SocketAddr; 2],
    pub dns: [SocketAddr; 2],
    pub pem: String,
}

impl Room {
    pub fn open() -> Self {
        Self::open_with(world())
    }

    pub fn open_with(world: World) -> Self {
        Self::open_tapped(world, None)
    }

    pub fn open_tapped(world: World, tap: Option<OwnedFd>) -> Self {
        let tcp = TcpListener::bind("127.0.0.1:0").expect("a port");
        let udp = ["127.0.0.1:0", "[::1]:0"].map(|it| UdpSocket::bind(it).expect("a port"));
        let dns = ["127.0.0.1:0", "[::1]:0"].map(|it| UdpSocket::bind(it).expect("a port"));
        let ends = |it: &UdpSocket| it.local_addr().expect("it is bound");
        let (tcp_end, udp_ends, dns_ends) = (
            tcp.local_addr().expect("it is bound"),
            [ends(&udp[0]), ends(&udp[1])],
            [ends(&dns[0]), ends(&dns[1])],
        );
        let (pem, told) = (world.ca.pem(), Arc::new(Told::default()));
        let sockets = Sockets { tcp, udp, dns, tap };
        let server = serve(sockets, world, Arc::<Told>::clone(&told)).expect("it serves");
        Self {
            server,
            told,
            tcp: tcp_end,
            udp: udp_ends,
            dns: dns_ends,
            pem,
        }
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.tcp).expect("it is accepted");
        stream.set_read_timeout(Some(DEADLINE)).expect("a time");
        stream
    }

    /// Ends it, and checks that every connection was told of once, and its end once and last.
    pub fn finish(self) -> (Counters, Vec<Observation>) {
        let counters = self.server.finish();
        let all = self.told.all();
        assert_eq!(counters.accepted, counters.connections);
        for number in 1..=counters.accepted {
            let id = ConnectionId(number as u32);
            let connects = all
                .iter()
                .filter(|it| matches!(it, Observation::Connect { connection, .. } if *connection == id));
            assert_eq!(connects.count(), 1, "{id:?}");
            let ends = all
                .iter()
                .filter(|it| matches!(it, Observation::Closed { connection, .. } if *connection == id));
            assert_eq!(ends.count(), 1, "{id:?}");
        }
        (counters, all)
    }
}

/// Understands just enough for real clients to send one message.
pub struct StubMail;

struct StubSession {
    about: MailConnection,
    pending: Vec<u8>,
    /// The message, while it is sent.
    data: Option<Vec<u8>>,
    tls: bool,
}

impl MailServer for StubMail {
    fn open(&self, about: &MailConnection) -> Box<dyn MailSession> {
        Box::new(StubSession {
            about: about.clone(),
            pending: Vec::new(),
            data: None,
            tls: about.tls,
        })
    }
}

impl MailSession for StubSession {
    fn greeting(&mut self) -> Vec<u8> {
        b"220 mx.example ESMTP\r\n".to_vec()
    }

    fn receive(&mut self, bytes: &[u8]) -> MailStep {
        self.pending.extend_from_slice(bytes);
        let mut step = MailStep::default();
        while let Some(end) = self.pending.iter().position(|it| *it == b'\n') {
            let line: Vec<u8> = self.pending.drain(..=end).collect();
            self.line(&line, &mut step);
            if step.next != MailNext::Continue {
                self.pending.clear();
            }
        }
        step
    }

    fn tls_started(&mut self) {
        self.tls = true;
    }

    fn end(&mut self) -> Vec<Observation> {
        let left = self.data.take();
        left.map(|it| self.transaction(&it, false)).into_iter().collect()
    }
}

impl StubSession {
    fn line(&mut self, line: &[u8], step: &mut MailStep) {
        if let Some(mut data) = self.data.take() {
            if line == b".\r\n" {
                step.observations.push(self.transaction(&data, true));
                step.reply.extend_from_slice(b"250 queued\r\n");
            } else {
                data.extend_from_slice(line);
                self.data = Some(data);
            }
            return;
        }
        let verb = line[..line.len().min(4)].to_ascii_uppercase();
        let reply: &[u8] = match verb.as_slice() {
            b"EHLO" if self.tls => b"250 mx.example\r\n",
            b"EHLO" => b"250-mx.example\r\n250 STARTTLS\r\n",
            b"STAR" => b"220 go on\r\n",
            b"DATA" => b"354 go on\r\n",
            b"QUIT" => b"221 bye\r\n",
            _ => b"250 ok\r\n",
        };
        step.reply.extend_from_slice(reply);
        match verb.as_slice() {
            b"STAR" => step.next = MailNext::StartTls,
            b"DATA" => self.data = Some(Vec::new()),
            b"QUIT" => step.next = MailNext::Close,
            _ => {}
        }
    }

    fn transaction(&self, message: &[u8], accepted: bool) -> Observation {
        Observation::Smtp(Box::new(SmtpTransaction {
            connection: self.about.connection,
            helo: self.about.host.clone().unwrap_or_default(),
            user: None,
            from: String::new(),
            recipients: Vec::new(),
            message: Payload::cut(message, 1 << 16),
            accepted,
            tls: self.tls,
        }))
    }
}

/// Sends `bytes`, says no more, and reads what is answered.
pub fn exchange(room: &Room, bytes: &[u8]) -> String {
    let mut stream = room.connect();
    stream.write_all(bytes).expect("it is read");
    stream.shutdown(Shutdown::Write).expect("it is open");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// A question for the address of `name`.
pub fn query(name: &str) -> Vec<u8> {
    let mut bytes = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00".to_vec();
    for label in name.split('.') {
        bytes.push(label.len() as u8);
        bytes.extend(label.as_bytes());
    }
    bytes.extend(b"\x00\x00\x01\x00\x01");
    bytes
}
