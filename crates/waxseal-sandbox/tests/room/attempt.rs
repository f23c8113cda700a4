//! What an attempt is, and how it is shown to be contained.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Completion, Failed};
use waxseal_sandbox::{Cell, CellSpec, CommandEnd, Notice, fork_warden};

use crate::attempts::ATTEMPTS;
use crate::stage::{self, User};

/// One way out.
pub(crate) struct Attempt {
    /// What is tried, in words.
    pub(crate) name: &'static str,
    /// Makes, on this machine, what is attacked.
    pub(crate) scene: fn() -> io::Result<Scene>,
    /// Tries it, with the words of the scene: the same code on this machine and in the room.
    pub(crate) act: fn(&[String]) -> io::Result<()>,
    /// Adds to the room what the scene needs.
    pub(crate) furnish: fn(&mut CellSpec, &[String]),
    /// How it ends in the room.
    pub(crate) ends: Ends,
    /// Whether only root can do it on this machine.
    pub(crate) root: bool,
}

/// How an attempt ends in the room.
pub(crate) enum Ends {
    /// By one of these errors of the kernel.
    Refused(&'static [i32]),
    /// By this signal.
    Killed(i32),
}

impl Attempt {
    /// An attempt that needs no scene.
    pub(crate) const fn new(name: &'static str, act: fn(&[String]) -> io::Result<()>, errors: &'static [i32]) -> Self {
        Self {
            name,
            scene: || Ok(Scene::default()),
            act,
            furnish: |_, _| (),
            ends: Ends::Refused(errors),
            root: false,
        }
    }
}

/// What is attacked on this machine, for as long as it lives.
#[derive(Default)]
pub(crate) struct Scene {
    /// What the attempt has to know.
    pub(crate) words: Vec<String>,
    /// What must live as long.
    #[expect(dead_code, reason = "only dropped")]
    pub(crate) keep: Vec<Box<dyn std::any::Any>>,
    /// Whether something arrived since this was asked last.
    pub(crate) arrived: Option<Box<dyn Fn() -> bool>>,
    /// Standard input of the attempt.
    pub(crate) stdin: Option<OwnedFd>,
    /// Where whoever makes the room is.
    pub(crate) cwd: Option<PathBuf>,
    /// A program and arguments that start whoever makes the room.
    pub(crate) around: Vec<String>,
    /// Removed in the end.
    #[expect(dead_code, reason = "only dropped")]
    pub(crate) files: Files,
}

/// Files and folders that are removed in the end.
#[derive(Default)]
pub(crate) struct Files(Vec<PathBuf>);

impl From<Vec<PathBuf>> for Files {
    fn from(paths: Vec<PathBuf>) -> Self {
        Self(paths)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        for path in &self.0 {
            let _ = std::fs::remove_dir_all(path);
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A child that is ended with its scene.
pub(crate) struct Victim(pub(crate) std::process::Child);

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Shows that an attempt succeeds on this machine and fails in a room.
pub(crate) fn contained(attempt: &Attempt, user: User, program: &Path) -> Result<Completion, Failed> {
    if attempt.root && !stage::is_root() {
        return skipped(attempt, "only root can do it on this machine");
    }
    let scene = match (attempt.scene)() {
        Ok(scene) => scene,
        Err(err) if err.kind() == io::ErrorKind::Unsupported => return skipped(attempt, &err.to_string()),
        Err(err) => return Err(format!("no scene: {err}").into()),
    };
    let outside = run(program, User::Me, stage::ACT, attempt, &scene)?.status()?;
    match outside.code().map(u8::try_from) {
        Some(Ok(SUCCEEDED)) => {}
        Some(Ok(SKIPPED)) => return skipped(attempt, "this machine cannot do it either"),
        _ => return Err(format!("on this machine it ended with {}", words_of(outside)).into()),
    }
    if scene.arrived.as_ref().is_some_and(|arrived| !arrived()) {
        return Err("on this machine nothing arrived".into());
    }
    let inside = run(program, user, stage::STARTER, attempt, &scene)?
        .stdout(Stdio::piped())
        .output()?;
    let end = String::from_utf8_lossy(&inside.stdout).trim().to_owned();
    if scene.arrived.as_ref().is_some_and(|arrived| arrived()) {
        return Err(format!("something arrived from the room, which ended with `{end}`").into());
    }
    if end == format!("exited {SKIPPED}") {
        return skipped(attempt, "a room of this machine cannot show it");
    }
    let fine = match attempt.ends {
        Ends::Refused(errors) => errors.iter().any(|error| end == format!("exited {error}")),
        Ends::Killed(signal) => end == format!("signalled {signal}"),
    };
    if fine {
        Ok(Completion::Completed)
    } else {
        Err(format!("in the room it ended with `{end}`").into())
    }
}

fn skipped(attempt: &Attempt, reason: &str) -> Result<Completion, Failed> {
    stage::say(&format!("SKIPPED {}: {reason}", attempt.name));
    Ok(Completion::ignored_with(reason))
}

fn run(program: &Path, user: User, role: &str, attempt: &Attempt, scene: &Scene) -> Result<Command, Failed> {
    let mut command = match scene.around.split_first() {
        Some((around, arguments)) => {
            let mut command = stage::command(Path::new(around), User::Me);
            command.args(arguments);
            if user == User::Nobody {
                command.args(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]);
            }
            command.arg(program);
            command
        }
        None => stage::command(program, user),
    };
    command.arg(role).arg(attempt.name).args(&scene.words);
    command.stdin(match &scene.stdin {
        Some(stdin) => Stdio::from(stdin.try_clone()?),
        None => Stdio::null(),
    });
    if let Some(cwd) = &scene.cwd {
        command.current_dir(cwd);
    }
    Ok(command)
}

fn words_of(status: ExitStatus) -> String {
    match status.code() {
        Some(code) if code < i32::from(SUCCEEDED) => io::Error::from_raw_os_error(code).to_string(),
        _ => status.to_string(),
    }
}

/// Makes the room of an attempt, and says on standard output how the attempt ended in it.
pub(crate) fn start(words: &[String]) -> ExitCode {
    match start_in_room(words) {
        Ok(end) => {
            let _ = io::Write::write_all(&mut io::stdout(), end.as_bytes());
            ExitCode::SUCCESS
        }
        Err(err) => {
            let _ = io::Write::write_all(&mut io::stdout(), format!("no room: {err}").as_bytes());
            ExitCode::FAILURE
        }
    }
}

fn start_in_room(words: &[String]) -> io::Result<String> {
    // As the product does it; the denials start theirs as a program of its own.
    let warden = fork_warden().map_err(io::Error::other)?;
    let (attempt, scene) = find(words)?;
    let program = std::env::current_exe()?;
    let command: Vec<String> = [stage::ACT.to_owned()].iter().chain(words).cloned().collect();
    let mut spec = stage::spec(&program, &command);
    (attempt.furnish)(&mut spec, scene);
    let output = std::fs::OpenOptions::new().write(true).open("/dev/null")?;
    let stdio = [
        io::stdin().as_fd().try_clone_to_owned()?,
        output.into(),
        io::stderr().as_fd().try_clone_to_owned()?,
    ];
    let (mut cell, _sockets) = Cell::prepare(&spec, warden, stdio).map_err(io::Error::other)?;
    cell.open()?;
    let deadline = Instant::now() + PATIENCE;
    let mut end = "silently".to_owned();
    while Instant::now() < deadline {
        match cell.next(Duration::from_secs(1))? {
            Some(Notice::Exited(CommandEnd::Exited(status))) => end = format!("exited {status}"),
            Some(Notice::Exited(CommandEnd::Signalled(signal))) => end = format!("signalled {signal}"),
            Some(Notice::Exited(CommandEnd::NotStarted(code))) => end = format!("not started {code}"),
            Some(Notice::Empty { .. }) => return Ok(end),
            _ => {}
        }
    }
    Ok("no end".to_owned())
}

/// The attempt's own process: tries, and says by its exit status what happened.
pub(crate) fn act(words: &[String]) -> ExitCode {
    let done = find(words).and_then(|(attempt, words)| (attempt.act)(words));
    ExitCode::from(match done {
        Ok(()) => SUCCEEDED,
        Err(err) => match err.raw_os_error().map(u8::try_from) {
            Some(Ok(code)) => code,
            _ if err.kind() == io::ErrorKind::Unsupported => SKIPPED,
            _ => OTHER,
        },
    })
}

fn find(words: &[String]) -> io::Result<(&'static Attempt, &[String])> {
    words
        .split_first()
        .and_then(|(name, words)| Some((ATTEMPTS.iter().find(|it| it.name == *name)?, words)))
        .ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// An error that means: this machine cannot show it.
pub(crate) fn unsupported(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, reason.to_owned())
}

/// Above every error number of the kernel.
const SUCCEEDED: u8 = 200;
const SKIPPED: u8 = 201;
const OTHER: u8 = 202;
/// How long an attempt may take in a room.
const PATIENCE: Duration = Duration::from_secs(20);
