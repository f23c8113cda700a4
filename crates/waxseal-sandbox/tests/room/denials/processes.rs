//! Too many processes, files, and processes that will not go.

use std::time::Duration;

use waxseal_sandbox::{CommandEnd, Notice};

use crate::denials::room;
use crate::kernel::{call, fork};

pub(crate) fn fork_bomb() -> Result<(), String> {
    let mut opened = room::prepare(&["forks"], |spec| spec.limits.processes = 64)?;
    let traces = opened.traces(0)?;
    opened.cell.open().map_err(|err| err.to_string())?;
    match opened.end()? {
        CommandEnd::Exited(count @ 8..64) => traces.gone().map_err(|err| format!("{count} processes; {err}")),
        other => Err(format!("{other:?}, not fewer than 64 processes")),
    }
}

/// Makes processes that wait, until it is refused; says how many.
pub(crate) fn forks(_: &[String]) -> u8 {
    let mut count = 0_u32;
    while count < 700 && fork(|| sleep(&[])).is_ok() {
        count += 1;
    }
    let _ = call(libc::SYS_kill, &[u64::MAX, libc::SIGKILL as u64]);
    count.min(250) as u8
}

pub(crate) fn daemon() -> Result<(), String> {
    let mut opened = room::open(&["daemonise"], |_| ())?;
    let mut ended = false;
    while !ended {
        match opened.cell.next(room::PATIENCE).map_err(|err| err.to_string())? {
            Some(Notice::Exited(CommandEnd::Exited(0))) => ended = true,
            other => return Err(format!("{other:?}")),
        }
    }
    let traces = opened.traces(1)?;
    opened.cell.close();
    opened.rest()?;
    traces.gone()
}

/// Leaves a process behind that belongs to nobody and hears no signal.
pub(crate) fn daemonise(_: &[String]) -> u8 {
    let done = fork(|| {
        let _ = call(libc::SYS_setsid, &[]);
        let grandchild = fork(|| {
            // `SIG_IGN` for every signal that can be ignored.
            let ignore = [1_u64, 0, 0, 0];
            for signal in (1..65).filter(|it| ![9, 19].contains(it)) {
                let _ = call(libc::SYS_rt_sigaction, &[signal, crate::kernel::address(&ignore), 0, 8]);
            }
            sleep(&[])
        });
        u8::from(grandchild.is_err())
    });
    let waited = crate::kernel::wait_any();
    u8::from(done.is_err() || waited.is_err())
}

pub(crate) fn endless() -> Result<(), String> {
    let mut opened = room::open(&["sleep"], |_| ())?;
    let traces = opened.traces(1)?;
    opened.cell.close();
    opened.rest()?;
    traces.gone()
}

/// Waits, for longer than any test.
pub(crate) fn sleep(_: &[String]) -> u8 {
    std::thread::sleep(Duration::from_secs(120));
    0
}

pub(crate) fn open_files() -> Result<(), String> {
    let mut opened = room::open(&["files"], |spec| spec.limits.open_files = 100)?;
    match opened.end()? {
        CommandEnd::Exited(80..=100) => Ok(()),
        other => Err(format!("{other:?}, not about 100 files")),
    }
}

/// Opens files until it is refused; says how many.
pub(crate) fn files(_: &[String]) -> u8 {
    let opened: Vec<_> = (0..250).map_while(|_| std::fs::File::open("/dev/null").ok()).collect();
    opened.len() as u8
}
