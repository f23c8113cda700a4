//! Every way in which a room ends, and what is left.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use waxseal_sandbox::{CommandEnd, Notice};

use crate::denials::{STARTER, room};
use crate::kernel;

pub(crate) fn status_255() -> Result<(), String> {
    let mut opened = room::open(&["end", "255"], |_| ())?;
    match opened.end()? {
        CommandEnd::Exited(255) => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

/// Ends with a status.
pub(crate) fn end(words: &[String]) -> u8 {
    words.first().and_then(|it| it.parse().ok()).unwrap_or(1)
}

pub(crate) fn not_started() -> Result<(), String> {
    let mut opened = room::open(&[], |spec| spec.command = vec!["/not/there".to_owned()])?;
    let notices = opened.rest()?;
    let ends: Vec<_> = notices.iter().filter(|it| matches!(it, Notice::Exited(_))).collect();
    if ends == [&Notice::Exited(CommandEnd::NotStarted(libc::ENOENT))] {
        Ok(())
    } else {
        Err(format!("{notices:?}"))
    }
}

/// The kernel's death signal follows the thread that started a process.
pub(crate) fn other_thread() -> Result<(), String> {
    let made = std::thread::spawn(|| room::open(&["sleep"], |_| ())).join();
    let mut opened = made.map_err(|_| "a panic")??;
    let traces = opened.traces(1)?;
    match opened.cell.next(Duration::from_millis(300)) {
        Ok(None) => {}
        other => return Err(format!("the room ended with the thread: {other:?}")),
    }
    opened.cell.close();
    opened.rest()?;
    traces.gone()
}

fn kill(process: u32) -> Result<(), String> {
    let process = Pid::from_raw(process.cast_signed()).ok_or("no process")?;
    kill_process(process, Signal::KILL).map_err(|err| err.to_string())
}

pub(crate) fn killed_warden() -> Result<(), String> {
    let mut opened = room::open(&["sleep"], |_| ())?;
    let traces = opened.traces(1)?;
    kill(opened.cell.warden())?;
    // It must not look like a room that ended.
    while let Ok(notice) = opened.cell.next(Duration::from_secs(5)) {
        if matches!(notice, None | Some(Notice::Empty { .. })) {
            return Err(format!("{notice:?} from a dead warden"));
        }
    }
    traces.gone()
}

/// A process that makes a room and waits.
pub(crate) const HOLD: &str = "hold";

pub(crate) fn hold(_: &str) -> ExitCode {
    let Ok(opened) = room::open(&["sleep"], |_| ()) else {
        return ExitCode::FAILURE;
    };
    let _ = writeln!(std::io::stdout(), "{} {}", opened.cell.warden(), opened.mark);
    std::thread::sleep(Duration::from_secs(60));
    ExitCode::SUCCESS
}

pub(crate) fn killed_starter() -> Result<(), String> {
    let program = std::env::current_exe().map_err(|err| err.to_string())?;
    let mut starter = Command::new(program)
        .args([STARTER, HOLD, "mark"])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|err| err.to_string())?;
    let mut line = String::new();
    if let Some(output) = starter.stdout.take() {
        let _ = BufReader::new(output).read_line(&mut line);
    }
    let traces = line
        .trim()
        .split_once(' ')
        .and_then(|(warden, mark)| Some((warden.parse().ok()?, mark)))
        .ok_or_else(|| format!("no room: {line}"))
        .and_then(|(warden, mark)| room::traces_of(warden, mark, 1));
    kill(starter.id())?;
    let _ = starter.wait();
    traces?.gone()
}

pub(crate) fn hundred() -> Result<(), String> {
    let descriptors = || std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    let mounts = || std::fs::read_to_string("/proc/self/mountinfo").map_or(0, |it| it.lines().count());
    let before = (descriptors(), mounts());
    for round in 0..100 {
        let mut opened = room::prepare(&["end", "3"], |_| ())?;
        let traces = (round % 10 == 0).then(|| opened.traces(0)).transpose()?;
        opened.cell.open().map_err(|err| err.to_string())?;
        match opened.end()? {
            CommandEnd::Exited(3) => {}
            other => return Err(format!("round {round}: {other:?}")),
        }
        drop(opened);
        if let Some(traces) = traces {
            traces.gone()?;
        }
    }
    let after = (descriptors(), mounts());
    let children = room::children(std::process::id());
    if before != after || !children.is_empty() {
        return Err(format!(
            "{before:?} descriptors and mounts became {after:?}; children {children:?}"
        ));
    }
    Ok(())
}

/// The first process has handlers for faults of memory, that it got from its language.
pub(crate) fn forged_fault() -> Result<(), String> {
    let mut opened = room::open(&["fault"], |_| ())?;
    match opened.end()? {
        CommandEnd::Exited(5) => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

/// Tells the first process of faults at every place where its stack might end.
pub(crate) fn fault(_: &[String]) -> u8 {
    for signal in [
        libc::SIGSEGV,
        libc::SIGBUS,
        libc::SIGABRT,
        libc::SIGTERM,
        libc::SIGKILL,
        libc::SIGSTOP,
    ] {
        for place in [0, 0x7ff0_0000_0000, u64::MAX] {
            let _ = kernel::send_forged(1, signal, place);
        }
    }
    5
}
