//! Runs a program for an alert: no shell, next to no environment, bounded in time and output.

use std::fmt;
use std::io::{self, Read, Write as _};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{Pid, Signal, kill_process_group};

/// What is run.
pub(super) struct Program<'a> {
    /// The program, by its absolute path, and its arguments.
    pub(super) argv: &'a [String],
    pub(super) timeout: Duration,
}

/// How it ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// By itself, with this status; the first line that it said.
    Exit { status: i32, output: String },
    /// By a signal, not ours.
    Killed,
    /// It took too long, and was ended with all that it had started in its group.
    TooLong,
    /// It could not be run.
    Failed(io::Error),
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exit { status, output } if output.is_empty() => write!(f, "it ended with status {status}"),
            Self::Exit { status, output } => write!(f, "it ended with status {status}: {output}"),
            Self::Killed => write!(f, "it was killed"),
            Self::TooLong => write!(f, "it took too long and was ended"),
            Self::Failed(err) => write!(f, "it cannot be run: {err}"),
        }
    }
}

/// Runs it with `input` on standard input.
pub(super) fn run(program: &Program<'_>, input: &[u8]) -> Ended {
    let [path, arguments @ ..] = program.argv else {
        return Ended::Failed(io::ErrorKind::InvalidInput.into());
    };
    let child = Command::new(path)
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LANG", "C.UTF-8")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own, which can be ended as a whole.
        .process_group(0)
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(err) => return Ended::Failed(err),
    };
    let ended = attend(&mut child, input, Instant::now() + program.timeout);
    match ended {
        Ok(Some(ended)) => ended,
        other => {
            end(&mut child);
            other.map_or_else(Ended::Failed, |_| Ended::TooLong)
        }
    }
}

/// Feeds and hears it until it ends. `None`: it did not in time.
fn attend(child: &mut Child, mut input: &[u8], until: Instant) -> io::Result<Option<Ended>> {
    let mut stdin = child.stdin.take();
    let mut stdout = child.stdout.take();
    let mut stderr = child.stderr.take();
    make_nonblocking(&stdin, &stdout, &stderr)?;
    let mut said = Vec::new();
    loop {
        if input.is_empty() {
            stdin = None;
        }
        wait_for(&stdin, &stdout, &stderr)?;
        if let Some(pipe) = stdin.as_mut() {
            match pipe.write(input) {
                Ok(written) => input = input.get(written..).unwrap_or_default(),
                Err(err) if is_passing(&err) => {}
                // It does not want to hear more: that is its affair.
                Err(_) => stdin = None,
            }
        }
        hear(&mut stdout, &mut said);
        hear(&mut stderr, &mut said);
        if let Some(status) = child.try_wait()? {
            hear(&mut stdout, &mut said);
            hear(&mut stderr, &mut said);
            let output = String::from_utf8_lossy(&said);
            let output = super::shown(output.lines().next().unwrap_or_default());
            return Ok(Some(
                status
                    .code()
                    .map_or(Ended::Killed, |status| Ended::Exit { status, output }),
            ));
        }
        if Instant::now() >= until {
            return Ok(None);
        }
    }
}

/// Sets the pipes so that neither reading nor writing waits.
fn make_nonblocking(
    stdin: &Option<impl AsFd>,
    stdout: &Option<impl AsFd>,
    stderr: &Option<impl AsFd>,
) -> io::Result<()> {
    let pipes = [
        stdin.as_ref().map(AsFd::as_fd),
        stdout.as_ref().map(AsFd::as_fd),
        stderr.as_ref().map(AsFd::as_fd),
    ];
    for pipe in pipes.into_iter().flatten() {
        fcntl_setfl(pipe, fcntl_getfl(pipe)? | OFlags::NONBLOCK)?;
    }
    Ok(())
}

/// Waits until one of the pipes can be used, [`TICK`] at most: the end of the program is looked for then.
fn wait_for(stdin: &Option<impl AsFd>, stdout: &Option<impl AsFd>, stderr: &Option<impl AsFd>) -> io::Result<()> {
    let mut pipes = Vec::with_capacity(3);
    pipes.extend(stdin.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::OUT)));
    pipes.extend(stdout.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
    pipes.extend(stderr.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
    let tick = Timespec {
        tv_sec: 0,
        tv_nsec: TICK,
    };
    match poll(&mut pipes, Some(&tick)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(err) => Err(err.into()),
    }
}

/// Reads what is there; keeps the first [`MAX_OUTPUT`] bytes, and closes the pipe at its end.
fn hear(pipe: &mut Option<impl Read>, said: &mut Vec<u8>) {
    let Some(open) = pipe.as_mut() else { return };
    let mut buffer = [0; 4096];
    // Not for ever: what never stops talking must not keep us from looking at the clock.
    for _ in 0..16 {
        match open.read(&mut buffer) {
            Ok(0) => {
                *pipe = None;
                return;
            }
            Ok(read) => {
                let room = MAX_OUTPUT.saturating_sub(said.len());
                said.extend_from_slice(buffer.get(..read.min(room)).unwrap_or_default());
            }
            Err(err) if is_passing(&err) => return,
            Err(_) => {
                *pipe = None;
                return;
            }
        }
    }
}

fn is_passing(err: &io::Error) -> bool {
    matches!(err.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

/// Ends it and its group.
fn end(child: &mut Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // It may have ended by itself in between.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// Most of what it says that is kept.
const MAX_OUTPUT: usize = 4096;
/// Nanoseconds.
const TICK: i64 = 20_000_000;
