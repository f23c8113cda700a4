//! One conversation in JSON-RPC 2.0, a message a line (MCP specification 2025-06-18, "Transports", stdio), with a program that may say
//! anything or nothing.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::{Value, json};

/// Our end of a server's standard input and output. Neither ever blocks.
#[derive(Debug)]
pub(super) struct Connection {
    /// Its standard input.
    input: Option<File>,
    /// Its standard output.
    output: File,
    came: Vec<u8>,
    /// How much of what came holds no line feed.
    searched: usize,
    /// The line that is coming is too long, and is thrown away.
    skipping: bool,
    /// Bytes that may still come.
    left: u64,
    outgoing: Vec<u8>,
    last_id: u64,
    /// What it did beside answering.
    pub(super) aside: Aside,
}

/// What a server did beside answering.
#[derive(Debug, Default)]
pub(super) struct Aside {
    /// Notifications that a list has changed.
    pub(super) list_changes: u32,
    /// Methods it asked of its client, each once.
    pub(super) asked: Vec<String>,
    /// Lines that are no message, or longer than is read.
    pub(super) malformed: u64,
    /// Answers to nothing that was asked.
    pub(super) strays: u64,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoAnswer {
    /// None came in time.
    #[error("it did not answer in time")]
    Late,
    /// It closed its standard output.
    #[error("it ended")]
    Ended,
    /// It wrote more than is read.
    #[error("it wrote more than is read")]
    Flood,
    /// It answered that it cannot or will not: what it said, bounded.
    #[error("it refused: {0}")]
    Refused(String),
}

impl Connection {
    /// Both ends must not block.
    pub(super) fn new(input: File, output: File) -> Self {
        Self {
            input: Some(input),
            output,
            came: Vec::new(),
            searched: 0,
            skipping: false,
            left: MAX_TOTAL,
            outgoing: Vec::new(),
            last_id: 0,
            aside: Aside::default(),
        }
    }

    /// Asks, and waits for the answer.
    pub(super) fn ask(&mut self, method: &str, params: Value, time: Duration) -> Result<Value, NoAnswer> {
        let deadline = Instant::now() + time;
        self.last_id += 1;
        let id = self.last_id;
        self.queue(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            while let Some(line) = self.line() {
                if let Some(answer) = self.take(&line, id) {
                    return answer;
                }
                if Instant::now() >= deadline {
                    return Err(NoAnswer::Late);
                }
            }
            self.move_bytes(deadline)?;
        }
    }

    /// Tells something that has no answer.
    pub(super) fn tell(&mut self, method: &str) {
        self.queue(&json!({ "jsonrpc": "2.0", "method": method }));
        self.flush();
    }

    /// Has whoever started the server start it anew (`drive/serve.cjs`). What the old one still says is thrown away.
    pub(super) fn start_anew(&mut self, word: &str) {
        self.outgoing.extend(word.bytes());
        self.outgoing.push(b'\n');
        self.flush();
    }

    /// Closes the server's standard input, which asks it to end.
    pub(super) fn close(&mut self) {
        self.input = None;
    }

    /// Reads what still comes, until it ends or the time is over.
    pub(super) fn drain(&mut self, time: Duration) {
        let deadline = Instant::now() + time;
        while self.move_bytes(deadline).is_ok() {
            while let Some(line) = self.line() {
                let _ = self.take(&line, 0);
            }
        }
    }

    /// A message that came: the answer to `id`, if it is that.
    fn take(&mut self, line: &[u8], id: u64) -> Option<Result<Value, NoAnswer>> {
        match serde_json::from_slice::<Value>(line) {
            // Batches were part of the protocol for one version, 2025-03-26.
            Ok(Value::Array(batch)) => batch.into_iter().filter_map(|it| self.message(it, id)).next(),
            Ok(message) => self.message(message, id),
            Err(_) => {
                self.aside.malformed += 1;
                None
            }
        }
    }

    fn message(&mut self, mut message: Value, id: u64) -> Option<Result<Value, NoAnswer>> {
        let asked = message.get("id").filter(|it| it.is_number() || it.is_string()).cloned();
        match (message.get("method").and_then(Value::as_str), asked) {
            (Some(method), Some(asked)) => {
                let method = method.to_owned();
                self.answer(&method, &asked);
                None
            }
            (Some(method), None) => {
                if method.ends_with("/list_changed") {
                    self.aside.list_changes = self.aside.list_changes.saturating_add(1);
                }
                None
            }
            (None, Some(it)) if it.as_u64() == Some(id) => {
                if let Some(err) = message.get("error") {
                    let said = err.get("message").and_then(Value::as_str).unwrap_or_default();
                    return Some(Err(NoAnswer::Refused(cut(said, MAX_SAID))));
                }
                Some(Ok(message.get_mut("result").map_or(Value::Null, Value::take)))
            }
            _ => {
                self.aside.strays += 1;
                None
            }
        }
    }

    /// Answers what a server asks of its client: it has no folders to show, no model, and nobody to fill in a form.
    fn answer(&mut self, method: &str, id: &Value) {
        let name = cut(method, MAX_METHOD);
        if self.aside.asked.len() < MAX_ASKED && !self.aside.asked.contains(&name) {
            self.aside.asked.push(name);
        }
        // Somebody who asks without listening gets no more answers.
        if self.outgoing.len() > MAX_OUTGOING {
            return;
        }
        let answer = match method {
            "ping" => json!({ "jsonrpc": "2.0", "id": id, "result": {} }),
            "roots/list" => json!({ "jsonrpc": "2.0", "id": id, "result": { "roots": [] } }),
            "elicitation/create" => json!({ "jsonrpc": "2.0", "id": id, "result": { "action": "decline" } }),
            "sampling/createMessage" => {
                json!({ "jsonrpc": "2.0", "id": id, "error": { "code": -1, "message": "User rejected sampling request" } })
            }
            _ => json!({ "jsonrpc": "2.0", "id": id, "error": { "code": -32601, "message": "Method not found" } }),
        };
        self.queue(&answer);
    }

    fn queue(&mut self, message: &Value) {
        self.outgoing.extend(message.to_string().into_bytes());
        self.outgoing.push(b'\n');
    }

    /// The next line that has come whole.
    fn line(&mut self) -> Option<Vec<u8>> {
        loop {
            let Some(end) = memchr::memchr(b'\n', &self.came[self.searched..]) else {
                self.searched = self.came.len();
                if self.came.len() > MAX_LINE {
                    self.came.clear();
                    self.searched = 0;
                    self.aside.malformed += u64::from(!self.skipping);
                    self.skipping = true;
                }
                return None;
            };
            let line: Vec<u8> = self.came.drain(..=self.searched + end).collect();
            self.searched = 0;
            let skip = std::mem::take(&mut self.skipping);
            if !skip && !line.trim_ascii().is_empty() {
                return Some(line);
            }
        }
    }

    /// Waits until bytes can be moved in either direction, and moves them.
    fn move_bytes(&mut self, deadline: Instant) -> Result<(), NoAnswer> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(NoAnswer::Late);
        }
        self.flush();
        let timeout = Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: left.subsec_nanos().into(),
        };
        let mut fds = vec![PollFd::new(&self.output, PollFlags::IN)];
        if let (Some(input), false) = (&self.input, self.outgoing.is_empty()) {
            fds.push(PollFd::new(input, PollFlags::OUT));
        }
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return Err(NoAnswer::Ended),
        }
        if !fds[0].revents().is_empty() {
            self.read()?;
        }
        Ok(())
    }

    fn read(&mut self) -> Result<(), NoAnswer> {
        let mut piece = [0; PIECE];
        match self.output.read(&mut piece) {
            Ok(0) => Err(NoAnswer::Ended),
            Ok(got) => {
                self.left = self.left.checked_sub(got as u64).ok_or(NoAnswer::Flood)?;
                self.came.extend_from_slice(&piece[..got]);
                Ok(())
            }
            Err(err) if matches!(err.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(()),
            Err(_) => Err(NoAnswer::Ended),
        }
    }

    fn flush(&mut self) {
        while let Some(input) = self.input.as_mut().filter(|_| !self.outgoing.is_empty()) {
            match input.write(&self.outgoing) {
                Ok(count) => drop(self.outgoing.drain(..count)),
                Err(err) if err.kind() == io::ErrorKind::WouldBlock => return,
                Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
                // It reads no more. What it still writes is read; if that is nothing, it has ended.
                Err(_) => self.input = None,
            }
        }
        if self.input.is_none() {
            self.outgoing.clear();
        }
    }
}

/// The beginning of a text, of at most so many bytes.
pub(super) fn cut(text: &str, bytes: usize) -> String {
    text.get(..text.floor_char_boundary(bytes))
        .unwrap_or_default()
        .to_owned()
}

/// All text of an answer: what a model would be shown, or the structured content where there is none.
pub(super) fn words_of(answer: &Value) -> String {
    let content = answer.get("content").and_then(Value::as_array);
    let mut text = String::new();
    for part in content.into_iter().flatten().take(MAX_PARTS) {
        let piece = part.get("text").or_else(|| part.pointer("/resource/text"));
        if let Some(piece) = piece.and_then(Value::as_str) {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&cut(piece, MAX_TEXT.saturating_sub(text.len())));
        }
    }
    match answer.get("structuredContent") {
        Some(value) if text.is_empty() => cut(&value.to_string(), MAX_TEXT),
        _ => text,
    }
}

/// Parts of one answer, and bytes of it, that are looked at.
const MAX_PARTS: usize = 64;
const MAX_TEXT: usize = 256 << 10;
/// Bytes of one message: the largest list of tools that was met has 120 kB.
const MAX_LINE: usize = 8 << 20;
/// Bytes of one conversation.
const MAX_TOTAL: u64 = 256 << 20;
/// Bytes of answers that wait to be read.
const MAX_OUTGOING: usize = 1 << 20;
const PIECE: usize = 64 << 10;
/// Bytes of an error's text.
pub(super) const MAX_SAID: usize = 2 << 10;
/// Methods that are told.
const MAX_ASKED: usize = 16;
const MAX_METHOD: usize = 64;
