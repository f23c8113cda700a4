//! Attempts to leave the room. Each first succeeds outside, then fails inside, in a process of its own whose real exit
//! status is looked at.

mod attempts;
mod stays;

use std::process::{Command, ExitCode, ExitStatus};

use libtest_mimic::{Arguments, Failed, Trial};
use waxseal_sandbox::{Limits, Role, enter};

fn main() -> ExitCode {
    if let (Ok(name), Ok(place)) = (std::env::var(ATTEMPT), std::env::var(PLACE)) {
        return act(&name, &place);
    }
    let mut trials = Vec::new();
    for attempt in attempts::ATTEMPTS {
        trials.push(Trial::test(format!("{}_fails_inside", attempt.name), move || {
            fails_inside(attempt)
        }));
        if attempt.by_landlock {
            trials.push(Trial::test(
                format!("{}_fails_by_landlock_alone", attempt.name),
                move || fails_by_landlock(attempt),
            ));
        }
    }
    for (name, _) in stays::STAYS {
        trials.push(Trial::test(format!("{name}_stays_possible_inside"), move || {
            expect(run(name, "inside")?, SUCCEEDED)
        }));
    }
    trials.push(Trial::test("a_stack_overflow_ends_the_process", || {
        killed(run("overflow", "inside")?, SIGABRT)
    }));
    trials.push(Trial::test("too_much_memory_ends_the_process", || {
        killed(run("memory", "inside")?, SIGABRT)
    }));
    trials.push(Trial::test("too_much_time_ends_the_process", || {
        killed(run("time", "inside")?, SIGKILL)
    }));
    trials.push(Trial::test("a_second_thread_is_noticed", || {
        expect(run("threads", "threads")?, SUCCEEDED)
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// One way out.
pub(crate) struct Attempt {
    /// What is tried, in words.
    pub(crate) name: &'static str,
    /// Tries it.
    pub(crate) act: fn() -> std::io::Result<()>,
    /// How it ends inside.
    pub(crate) ends: Ends,
    /// Landlock alone refuses it too, where the kernel has it.
    pub(crate) by_landlock: bool,
}

/// How an attempt ends inside.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Ends {
    Refused,
    Killed,
}

fn fails_inside(attempt: &Attempt) -> Result<(), Failed> {
    expect(run(attempt.name, "outside")?, SUCCEEDED)?;
    let status = run(attempt.name, "inside")?;
    match attempt.ends {
        Ends::Refused => expect(status, REFUSED),
        Ends::Killed => killed(status, SIGSYS),
    }
}

fn fails_by_landlock(attempt: &Attempt) -> Result<(), Failed> {
    let status = run(attempt.name, "landlock")?;
    if status.code() == Some(NO_LANDLOCK.into()) {
        // Said aloud, since a skip must not look like a pass.
        return Err("this kernel has no Landlock: the second layer cannot be shown here".into());
    }
    expect(status, REFUSED)
}

fn run(name: &str, place: &str) -> Result<ExitStatus, Failed> {
    Ok(Command::new(std::env::current_exe()?)
        .env(ATTEMPT, name)
        .env(PLACE, place)
        .stderr(std::process::Stdio::null())
        .status()?)
}

fn expect(status: ExitStatus, code: u8) -> Result<(), Failed> {
    if status.code() == Some(i32::from(code)) {
        Ok(())
    } else {
        Err(format!("ended with {status}, not {code}").into())
    }
}

fn killed(status: ExitStatus, signal: i32) -> Result<(), Failed> {
    let got = std::os::unix::process::ExitStatusExt::signal(&status);
    if got == Some(signal) {
        Ok(())
    } else {
        Err(format!("ended with {status}, not signal {signal}").into())
    }
}

/// The child's side: takes its place, tries, and says by its exit status what happened.
fn act(name: &str, place: &str) -> ExitCode {
    let attempt = attempts::ATTEMPTS
        .iter()
        .find(|attempt| attempt.name == name)
        .map(|attempt| attempt.act);
    let stay = stays::STAYS.iter().find(|(stay, _)| *stay == name).map(|(_, act)| *act);
    let Some(act) = attempt.or(stay).or(ends(name)) else {
        return ExitCode::from(NOT_KNOWN);
    };
    let limits = Limits {
        address_space: 1 << 30,
        cpu_seconds: 1,
    };
    match place {
        "outside" => {}
        "landlock" => match enter(Role::Reader).map(|room| room.left_open().landlock) {
            Ok(waxseal_sandbox::Landlock::Enforced(_)) => {}
            Ok(_) => return ExitCode::from(NO_LANDLOCK),
            Err(_) => return ExitCode::from(NOT_SEALED),
        },
        "inside" => {
            let Ok(room) = enter(Role::Reader) else {
                return ExitCode::from(NOT_SEALED);
            };
            stays::start_worker();
            if room.seal(&limits).is_err() {
                return ExitCode::from(NOT_SEALED);
            }
        }
        "threads" => {
            std::thread::spawn(|| std::thread::sleep(std::time::Duration::from_secs(5)));
            let noticed = matches!(enter(Role::Reader), Err(waxseal_sandbox::SealError::Threads(2)));
            return ExitCode::from(if noticed { SUCCEEDED } else { NOT_SEALED });
        }
        _ => return ExitCode::from(NOT_KNOWN),
    }
    match act() {
        Ok(()) => ExitCode::from(SUCCEEDED),
        Err(err) if err.kind() == std::io::ErrorKind::PermissionDenied => ExitCode::from(REFUSED),
        Err(_) => ExitCode::from(OTHER),
    }
}

/// What ends a sealed process from within.
fn ends(name: &str) -> Option<fn() -> std::io::Result<()>> {
    fn deep(level: u64) -> u64 {
        if std::hint::black_box(level) == u64::MAX {
            0
        } else {
            std::hint::black_box(deep(level + 1)) + 1
        }
    }
    match name {
        "overflow" => Some(|| {
            std::hint::black_box(deep(0));
            Ok(())
        }),
        "memory" => Some(|| {
            std::hint::black_box(vec![1_u8; 2 << 30]);
            Ok(())
        }),
        "time" => Some(|| {
            loop {
                std::hint::black_box(0);
            }
        }),
        "threads" => Some(|| Ok(())),
        _ => None,
    }
}

const ATTEMPT: &str = "WAXSEAL_TEST_ATTEMPT";
const PLACE: &str = "WAXSEAL_TEST_PLACE";

const SUCCEEDED: u8 = 10;
const REFUSED: u8 = 11;
const OTHER: u8 = 12;
const NOT_SEALED: u8 = 13;
const NOT_KNOWN: u8 = 14;
const NO_LANDLOCK: u8 = 15;

const SIGABRT: i32 = libc::SIGABRT;
const SIGKILL: i32 = libc::SIGKILL;
const SIGSYS: i32 = libc::SIGSYS;
