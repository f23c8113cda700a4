//! A mail server's side of the milter protocol, and a server of ours to talk to.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use crate::support::World;

/// A running `waxseal mail milter`, killed at the end.
pub(crate) struct Running {
    child: Child,
    stderr: BufReader<ChildStderr>,
    pub(crate) socket: PathBuf,
}

impl Running {
    /// Starts it in a world, with a policy and further options, and waits until it listens.
    pub(crate) fn start(world: &World, policy: &str, options: &[&str]) -> Self {
        world.write("mail.toml", known(policy));
        Self::again(world, options)
    }

    /// Starts it with what lies in the world already.
    pub(crate) fn again(world: &World, options: &[&str]) -> Self {
        let socket = world.path("milter.sock");
        let listen = format!("unix:{}", socket.display());
        let state = world.path("state");
        let words = [
            "mail",
            "milter",
            "--policy",
            "mail.toml",
            "--listen",
            &listen,
            "--state",
            state.to_str().unwrap(),
        ];
        Self::spawn(world.command(&[&words, options].concat()), socket)
    }

    /// Waits until a command that is such a server listens.
    pub(crate) fn spawn(mut command: Command, socket: PathBuf) -> Self {
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut running = Self { child, stderr, socket };
        running.line_with("\"event\":\"start\"");
        running
    }

    /// Waits for a line on standard error that holds this.
    pub(crate) fn line_with(&mut self, what: &str) -> String {
        let mut seen = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(
                self.stderr.read_line(&mut line).unwrap(),
                0,
                "it ended without {what}:\n{seen}"
            );
            if line.contains(what) {
                return line;
            }
            seen.push_str(&line);
        }
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(self.pid(), signal).unwrap();
    }

    pub(crate) fn pid(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.child)
    }

    /// Waits for its end, and gives its status and the rest of what it said.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }

    pub(crate) fn connect(&self) -> Peer<UnixStream> {
        Peer::new(UnixStream::connect(&self.socket).unwrap())
    }

    /// Bytes of memory that are its own and in use.
    pub(crate) fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A policy under which applications are known from their first mail on, so that it is enforced at once.
pub(crate) fn known(policy: &str) -> String {
    format!("{policy}\n[baseline]\nlearn-days = 0\nmin-mails = 0\n")
}

/// The figures that a server shows at a socket.
pub(crate) fn figures(path: &std::path::Path) -> String {
    let mut stream = UnixStream::connect(path).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    page
}

/// The value of one figure.
pub(crate) fn figure(page: &str, name: &str) -> u64 {
    let line = page
        .lines()
        .find(|line| line.starts_with(&format!("waxseal_milter_{name} ")));
    line.unwrap_or_else(|| panic!("no {name} in {page}"))
        .rsplit(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

/// A mail server's side of a connection, with the no-reply steps of version 6.
pub(crate) struct Peer<S> {
    pub(crate) stream: S,
}

/// One packet.
pub(crate) fn packet(command: u8, data: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(data.len() + 1).unwrap().to_be_bytes().to_vec();
    bytes.push(command);
    bytes.extend_from_slice(data);
    bytes
}

/// A mail without its end.
pub(crate) fn mail(recipients: &[&str], headers: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = packet(b'D', b"Mi\x004jX9n95prF\0{auth_authen}\0app\0");
    bytes.extend(packet(b'M', b"<app@shop.example>\0"));
    for address in recipients {
        bytes.extend(packet(b'R', format!("<{address}>\0").as_bytes()));
    }
    for (name, value) in headers {
        bytes.extend(packet(b'L', format!("{name}\0{value}\0").as_bytes()));
    }
    bytes
}

impl<S: Read + Write> Peer<S> {
    pub(crate) fn new(stream: S) -> Self {
        let mut peer = Self { stream };
        peer.send(&packet(b'O', &[6_u32, 0x1ff, 0x1f_ffff].map(u32::to_be_bytes).concat()));
        assert_eq!(peer.receive().0, b'O');
        peer
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// The next packet.
    pub(crate) fn receive(&mut self) -> (u8, Vec<u8>) {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length).unwrap();
        let mut bytes = vec![0; u32::from_be_bytes(length) as usize];
        self.stream.read_exact(&mut bytes).unwrap();
        (bytes[0], bytes[1..].to_vec())
    }

    /// The commands of the answer to a mail, up to the one that ends it.
    pub(crate) fn judged(&mut self, mail: &[u8]) -> String {
        self.send(mail);
        self.send(&packet(b'E', b""));
        let mut commands = String::new();
        loop {
            let (command, _) = self.receive();
            commands.push(char::from(command));
            if matches!(command, b'c' | b'y') {
                return commands;
            }
        }
    }

    /// Whether the server ended the connection.
    pub(crate) fn is_ended(&mut self) -> bool {
        matches!(self.stream.read(&mut [0]), Ok(0) | Err(_))
    }
}

impl Peer<UnixStream> {
    /// Fails a test instead of waiting for ever.
    pub(crate) fn patient(self) -> Self {
        self.stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        self
    }
}
