//! Speaks the Model Context Protocol with a package that is a server of it: lists what it has, calls each tool with arguments that were
//! minted for that call, and lists again.
//!
//! A process of its own does that ([`role`]), sealed before the server starts: it reads and writes two pipes that lead into the room, and
//! the socket to its parent. The parent reads nothing that the package wrote.

use std::fs::File;
use std::io::{self, BufReader};
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::time::{Duration, Instant};

use waxseal_model::{Call, Manifest, Phase, ToolServer};
use waxseal_sandbox::pass_descriptors;

use super::session::{Hints, Input, Step};
use crate::reader::wire::{self, Inbox};
use protocol::{Order, Word};

mod arguments;
mod compare;
mod connection;
mod harvest;
mod part;
mod plan;
mod protocol;
mod role;
mod schema;
mod stderr;
mod talk;

pub(crate) use role::driver_main;
pub(super) use stderr::Tail;

/// The parent's end of one conversation.
#[derive(Debug)]
pub(super) struct Speaker {
    child: Child,
    words: Receiver<Word>,
    calls: Vec<Call>,
    server: Option<ToolServer>,
    /// When it was over.
    over: Option<Instant>,
}

impl Speaker {
    /// Starts it. Also gives the server's standard input and output.
    pub(super) fn start(program: &Path, seed: u64, hints: &Hints) -> io::Result<(Self, [OwnedFd; 2])> {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
        let (server_reads, input) = io::pipe()?;
        let (output, server_writes) = io::pipe()?;
        let child = Command::new(program)
            .arg(super::DRIVER_ROLE)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let (heard, words) = mpsc::channel();
        let speaker = Self {
            child,
            words,
            calls: Vec::new(),
            server: None,
            over: None,
        };
        let mut socket = File::from(OwnedFd::from(ours));
        let order = Order {
            seed,
            now: jiff::Timestamp::now().as_second(),
            file: FILE.to_owned(),
            seconds: SECONDS,
            vocabulary: hints.vocabulary.clone(),
            later: (hints.ahead > 0).then(|| ANEW.to_owned()),
        };
        wire::send(&mut socket, &order).map_err(io::Error::other)?;
        pass_descriptors(&socket, &[input.as_fd(), output.as_fd()])?;
        let mut inbox = Inbox::new(BufReader::new(socket), MAX_WORD, MAX_TOTAL);
        std::thread::Builder::new().name("driver".to_owned()).spawn(move || {
            while let Ok(word) = inbox.message() {
                if heard.send(word).is_err() {
                    return;
                }
            }
        })?;
        match speaker.words.recv_timeout(PATIENCE) {
            Ok(Word::Sealed(Ok(()))) => Ok((speaker, [server_reads.into(), server_writes.into()])),
            Ok(Word::Sealed(Err(reason))) => Err(io::Error::other(reason)),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// Takes what it said meanwhile; for how long it has had no more to say.
    pub(super) fn over_for(&mut self) -> Option<Duration> {
        while self.over.is_none() {
            match self.words.try_recv() {
                Ok(word) => self.take(word),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => self.over = Some(Instant::now()),
            }
        }
        self.over.map(|it| it.elapsed())
    }

    /// What came of it; no server if its last word is missing.
    pub(super) fn finish(mut self) -> (Vec<Call>, Option<ToolServer>) {
        let deadline = Instant::now() + REST;
        while self.over.is_none() {
            match self
                .words
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(word) => self.take(word),
                Err(_) => break,
            }
        }
        (std::mem::take(&mut self.calls), self.server.take())
    }

    fn take(&mut self, word: Word) {
        match word {
            Word::Call(call) => {
                if self.calls.len() < MAX_CALLS {
                    self.calls.push(*call);
                }
            }
            Word::Finished(server) => {
                self.server = Some(*server);
                self.over = Some(Instant::now());
            }
            Word::Sealed(_) => {}
        }
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a package is started as a server, if it is one: it depends on the protocol's library or is called so, and has a program, or a file
/// that loading starts at. `folder` is where it lies in the room.
pub fn server(manifest: &Manifest, folder: &str) -> Option<Step> {
    let named = |text: &str| {
        text.split(|c: char| !c.is_ascii_alphanumeric())
            .any(|it| it.eq_ignore_ascii_case("mcp"))
    };
    let library = manifest
        .dependencies
        .iter()
        .any(|it| LIBRARIES.contains(&it.name.as_str()));
    let called = manifest.name.as_deref().is_some_and(named) || manifest.bin.keys().any(|it| named(it));
    if !library && !called {
        return None;
    }
    let main = manifest.entries.iter().find(|it| it.label == "main");
    let program = manifest
        .bin
        .iter()
        .find(|(name, _)| named(name))
        .or_else(|| manifest.bin.iter().next().filter(|_| manifest.bin.len() == 1))
        .map(|(_, file)| file)
        .or_else(|| main.map(|it| &it.target).filter(|_| called))?;
    let program = program.trim_start_matches("./");
    let inside = !program.starts_with('/') && program.split('/').all(|it| it != "..");
    let mut command = vec!["node".to_owned(), SERVE.to_owned(), format!("{folder}/{program}")];
    // A program that does several things is told to be a server.
    command.extend(manifest.scripts.get("start").and_then(|it| subcommand(it)));
    inside.then_some(Step {
        command,
        phase: Phase::Call,
        input: Input::Protocol,
    })
}

/// The files that start a server, and start it anew on a later day.
pub fn starters(hints: &Hints) -> Vec<(String, Vec<u8>)> {
    let uncommented = |text: &str| -> String {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("// "));
        lines.flat_map(|line| [line, "\n"]).collect()
    };
    // Names of variables have no signs that a text of JavaScript would need escaped.
    let optional = serde_json::to_string(&hints.optional).unwrap_or_else(|_| "[]".to_owned());
    let starter = uncommented(STARTER)
        .replace("%WORD%", ANEW)
        .replace("%OPTIONAL%", &optional)
        .replace("%CLOCK%", LATER);
    let later = uncommented(LATER_DAY)
        .replace("//%CLOCK%", &uncommented(CLOCK))
        .replace("%AHEAD%", &hints.ahead.to_string());
    vec![
        (SERVE.to_owned(), starter.into_bytes()),
        (LATER.to_owned(), later.into_bytes()),
    ]
}

/// The one word behind the file that `npm start` runs: `node dist/main.js stdio`.
fn subcommand(script: &str) -> Option<String> {
    let words: Vec<&str> = script.split_whitespace().collect();
    match words.as_slice() {
        ["node", _, word @ ("stdio" | "serve" | "server" | "start")] => Some((*word).to_owned()),
        _ => None,
    }
}

/// Why a conversation does not show all that a server does: sentences of ours, with what it wrote to its standard error at the end where it
/// never began to speak.
pub(super) fn gaps(server: Option<&ToolServer>, tail: &Tail) -> Vec<String> {
    let Some(server) = server else {
        return vec!["the conversation with the server was cut off".to_owned()];
    };
    let mut gaps: Vec<String> = server.gaps.iter().map(|gap| format!("the server: {gap}")).collect();
    if server.protocol.is_empty() {
        gaps.extend(tail.lines().map(|lines| format!("the server wrote last: {lines}")));
        let names: Vec<String> = tail.variables().into_iter().collect();
        if !names.is_empty() {
            gaps.push(format!(
                "the server names variables; give them with `--env {}=…`",
                names.join("=… --env ")
            ));
        }
    }
    gaps
}

/// Where the room has what starts a server, and what moves its clock: both as an editor's own files are called.
const SERVE: &str = "/opt/code/resources/app/out/vs/base/node/spawn.js";
const LATER: &str = "/opt/code/resources/app/out/vs/base/node/startup.js";
const STARTER: &str = include_str!("../drive/serve.cjs");
const LATER_DAY: &str = include_str!("../drive/later.cjs");
const CLOCK: &str = include_str!("../drive/clock.cjs");
/// The line by which a server is started anew. No message is one.
const ANEW: &str = "anew";

/// The file that is there to be attached, for the room.
pub fn attachable() -> (String, Vec<u8>) {
    (FILE.to_owned(), FILE_TEXT.to_vec())
}

/// A file of the room that is there to be attached.
const FILE: &str = "/srv/share/quarterly-figures.csv";
/// Its content.
const FILE_TEXT: &[u8] = b"quarter,total\n1,48210\n2,51877\n3,50344\n";

/// What libraries a server is written with.
const LIBRARIES: [&str; 5] = [
    "@modelcontextprotocol/sdk",
    "@modelcontextprotocol/server",
    "fastmcp",
    "mcp-framework",
    "xmcp",
];
/// What one server may take in all: most take a second.
const SECONDS: u64 = 90;
/// A list of tools, and all answers that are kept.
const MAX_WORD: usize = 64 << 20;
const MAX_TOTAL: u64 = 1 << 30;
/// More calls than a conversation has.
const MAX_CALLS: usize = 5_000;
/// Longer than a process takes to start here.
const PATIENCE: Duration = Duration::from_secs(20);
const REST: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests;
