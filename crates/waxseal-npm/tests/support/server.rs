//! A small HTTP server on the loopback address that answers as a test says and remembers what it was asked.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What the server was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The request line, `GET /x HTTP/1.1`.
    pub line: String,
    /// The headers, names in small letters.
    pub headers: Vec<(String, String)>,
}

impl Asked {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The path asked for.
    pub fn path(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }
}

/// A running server.
pub struct Server {
    /// `127.0.0.1:PORT`.
    pub host: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// Answers a request; the number counts requests from zero. The bytes are sent as they are, then the connection is closed.
pub type Answer = dyn Fn(&Asked, usize) -> Vec<u8> + Send + Sync;

impl Server {
    /// Starts a server that answers by `answer`.
    pub fn start(answer: impl Fn(&Asked, usize) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let answer: Arc<Answer> = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream.unwrap(), &log, answer.as_ref()));
            }
        });
        Self { host, asked }
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<Asked>>, answer: &Answer) {
    let Some(asked) = read_head(&stream) else { return };
    let number = {
        let mut log = log.lock().unwrap();
        log.push(asked.clone());
        log.len() - 1
    };
    let bytes = answer(&asked, number);
    if let Some(target) = asked
        .line
        .strip_prefix("CONNECT ")
        .filter(|_| bytes.starts_with(b"HTTP/1.1 200"))
    {
        stream.write_all(&bytes).unwrap();
        return tunnel(stream, target.split(' ').next().unwrap());
    }
    if bytes == HANG {
        // Nothing is sent until the client gives up.
        let _ = stream.read(&mut [0; 1]);
        return;
    }
    let _ = stream.write_all(&bytes);
}

fn read_head(stream: &TcpStream) -> Option<Asked> {
    let mut lines = BufReader::new(stream).lines();
    let line = lines.next()?.ok()?;
    let mut headers = Vec::new();
    for header in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {
        let (name, value) = header.split_once(':')?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    Some(Asked { line, headers })
}

fn tunnel(client: TcpStream, target: &str) {
    let server = TcpStream::connect(target).unwrap();
    let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
    let (mut from, mut to) = (server, client);
    let _ = std::io::copy(&mut from, &mut to);
}

/// An answer that never comes.
pub const HANG: &[u8] = b"hang";

/// A whole response.
pub fn response(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut out = format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        out.push_str(&format!("{name}: {value}\r\n"));
    }
    out.push_str("\r\n");
    [out.into_bytes(), body.to_vec()].concat()
}

/// A JSON document.
pub fn json(body: &str) -> Vec<u8> {
    response("200 OK", &[("Content-Type", "application/json")], body.as_bytes())
}
