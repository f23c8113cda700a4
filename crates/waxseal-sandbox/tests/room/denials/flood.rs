//! More events than anybody can write down.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use waxseal_sandbox::{CellSpec, CommandEnd, Notice, RoomFile};

use crate::denials::{memory, processes, room};
use crate::kernel::{address, call, fork};

/// One more than are told.
pub(crate) fn connects() -> Result<(), String> {
    let mut opened = room::open(&["connect", "200010"], |spec| spec.notices = true)?;
    let notices = opened.rest()?;
    let told = notices.iter().filter(|it| matches!(it, Notice::Connect { .. })).count();
    match notices.last() {
        Some(Notice::Empty { answered, lost })
            if *lost > 0 && told as u64 + lost + 1 >= *answered && told <= 200_000 =>
        {
            Ok(())
        }
        other => Err(format!("{told} told; {other:?}")),
    }
}

/// Connects in a loop, to nowhere.
pub(crate) fn connect(words: &[String]) -> u8 {
    let count: u64 = words[0].parse().unwrap_or(0);
    let nowhere = [1_u8, 0, b'/', b'x', 0, 0, 0, 0];
    let Ok(socket) = call(libc::SYS_socket, &[libc::AF_UNIX as u64, libc::SOCK_DGRAM as u64, 0]) else {
        return 1;
    };
    for _ in 0..count {
        let _ = call(
            libc::SYS_connect,
            &[socket as u64, address(&nowhere), nowhere.len() as u64],
        );
    }
    0
}

fn watched(spec: &mut CellSpec) {
    for path in ["/home/user/a", "/home/user/b"] {
        spec.files.push(RoomFile {
            path: path.to_owned(),
            bytes: b"planted".to_vec(),
            mode: 0o600,
        });
        spec.watched.push(path.to_owned());
    }
}

/// The kernel's queue runs over while the warden is held up: that must be told.
pub(crate) fn opens() -> Result<(), String> {
    let mut opened = room::prepare(&["open", "1", "20000"], watched)?;
    let warden = Pid::from_raw(opened.cell.warden().cast_signed()).ok_or("no warden")?;
    opened.cell.open().map_err(|err| err.to_string())?;
    opened.traces(1)?;
    kill_process(warden, Signal::STOP).map_err(|err| err.to_string())?;
    // Until the queue of the kernel, of 16,384, has run over.
    std::thread::sleep(Duration::from_millis(1_500));
    kill_process(warden, Signal::CONT).map_err(|err| err.to_string())?;
    let notices = opened.rest()?;
    match notices.last() {
        Some(Notice::Empty { lost: 1.., .. }) if notices.contains(&Notice::Opened("/home/user/a".to_owned())) => Ok(()),
        other => Err(format!("{} notices; {other:?}", notices.len())),
    }
}

/// Opens the watched files in turn, by so many processes so many times.
pub(crate) fn open(words: &[String]) -> u8 {
    let number = |idx: usize| words.get(idx).and_then(|it| it.parse::<u32>().ok()).unwrap_or(1);
    let flood = |times: u32| {
        for _ in 0..times {
            let _ = std::fs::File::open("/home/user/a");
            let _ = std::fs::File::open("/home/user/b");
        }
        0
    };
    // Lets whoever watches get ready.
    std::thread::sleep(Duration::from_millis(300));
    for _ in 1..number(0) {
        let _ = fork(|| flood(number(1)));
    }
    flood(number(1))
}

pub(crate) fn opens_and_memory() -> Result<(), String> {
    let mut opened = room::open(&["noise", "open"], |spec| {
        watched(spec);
        spec.limits.memory = 128 << 20;
    })?;
    let begun = Instant::now();
    let notices = opened.rest()?;
    let took = begun.elapsed();
    if !notices.contains(&Notice::OutOfMemory) {
        return Err(format!("{} notices, {:?}", notices.len(), notices.last()));
    }
    if took > Duration::from_secs(6) {
        return Err(format!("it took {took:?} to see it"));
    }
    Ok(())
}

/// Many processes make noise, others take memory.
pub(crate) fn noise(words: &[String]) -> u8 {
    for _ in 0..6 {
        let _ = if words[0] == "open" {
            fork(|| open(&["1".to_owned(), "4000000".to_owned()]))
        } else {
            fork(|| connect(&["100000000".to_owned()]))
        };
    }
    std::thread::sleep(Duration::from_millis(600));
    memory::fill(&["own".to_owned(), "4".to_owned(), "64".to_owned()]);
    processes::sleep(&[])
}

/// The parent does nothing for a while: what it does not read must hold nobody up but the room.
pub(crate) fn deaf_parent() -> Result<(), String> {
    let mut opened = room::open(&["noise", "connect"], |spec| {
        spec.notices = true;
        spec.limits.memory = 128 << 20;
    })?;
    let traces = opened.traces(8)?;
    let deadline = Instant::now() + Duration::from_secs(10);
    while !room::marked(&opened.mark).is_empty() {
        if Instant::now() > deadline {
            return Err("the room went on with too much memory, unseen".to_owned());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let notices = opened.rest()?;
    if !notices.contains(&Notice::OutOfMemory) {
        return Err(format!("it was not told: {:?}", notices.last()));
    }
    if notices.contains(&Notice::Exited(CommandEnd::Exited(0))) {
        return Err("the command ended well".to_owned());
    }
    traces.gone()
}
