//! Memory that is filled, and memory that is filled where nobody looks.

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use waxseal_sandbox::{CellSpec, CommandEnd, Notice};

use crate::denials::{processes, room};
use crate::kernel::{self, call, fork};

/// The kernel refuses it to one process.
pub(crate) fn one() -> Result<(), String> {
    let mut opened = room::open(&["fill", "own", "1", "1024"], small)?;
    match opened.end()? {
        CommandEnd::Exited(REFUSED) => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

pub(crate) fn many() -> Result<(), String> {
    closed(&["fill", "own", "8", "64"])
}

pub(crate) fn shared() -> Result<(), String> {
    closed(&["fill", "shared", "1", "400"])
}

/// Forty processes that see the same memory take no more than one.
pub(crate) fn shared_once() -> Result<(), String> {
    let mut opened = room::open(&["fill", "common", "40", "32"], small)?;
    let notices = opened.rest()?;
    if notices.contains(&Notice::Exited(CommandEnd::Exited(0))) {
        Ok(())
    } else {
        Err(format!("{notices:?}"))
    }
}

pub(crate) fn memfd() -> Result<(), String> {
    closed(&["fill", "memfd", "4", "100"])
}

/// The same, by a process whose descriptors nobody can list.
pub(crate) fn memfd_hidden() -> Result<(), String> {
    closed(&["fill", "hidden", "4", "100"])
}

/// The same, with the descriptors on their way through a socket.
pub(crate) fn memfd_on_its_way() -> Result<(), String> {
    closed(&["fill", "sent", "4", "100"])
}

pub(crate) fn system_v() -> Result<(), String> {
    closed(&["fill", "sysv", "4", "100"])
}

fn small(spec: &mut CellSpec) {
    spec.limits.memory = 256 << 20;
    spec.limits.disk = 256 << 20;
}

/// The room is closed by its watch, and that is told.
fn closed(act: &[&str]) -> Result<(), String> {
    let mut opened = room::open(act, small)?;
    let notices = opened.rest()?;
    if notices.contains(&Notice::OutOfMemory) {
        Ok(())
    } else {
        Err(format!("it was not closed: {notices:?}"))
    }
}

/// Fills memory of a kind, so many times so many MiB, and stays for two seconds.
pub(crate) fn fill(words: &[String]) -> u8 {
    let number = |idx: usize| words.get(idx).and_then(|it| it.parse::<usize>().ok()).unwrap_or(1);
    let (kind, times, bytes) = (words[0].as_str(), number(1), number(2) << 20);
    let private = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    let shared = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
    match kind {
        "own" if times == 1 => {
            for _ in 0..bytes >> 24 {
                if kernel::fill(1 << 24, private, -1).is_err() {
                    return REFUSED;
                }
            }
        }
        "own" => {
            for _ in 0..times {
                let _ = fork(|| u8::from(kernel::fill(bytes, private, -1).is_err()) + processes::sleep(&[]));
            }
        }
        "shared" => {
            let _ = kernel::fill(bytes, shared, -1);
        }
        "common" => {
            let _ = kernel::fill(bytes, shared, -1);
            for _ in 0..times {
                let _ = fork(|| {
                    std::thread::sleep(std::time::Duration::from_millis(1_500));
                    0
                });
            }
        }
        "memfd" => {
            let _: Vec<_> = (0..times).map(|_| fill_file(bytes)).collect();
        }
        "hidden" => {
            let _ = call(libc::SYS_prctl, &[libc::PR_SET_DUMPABLE as u64, 0]);
            let _: Vec<_> = (0..times).map(|_| fill_file(bytes)).collect();
        }
        "sent" => return send_files(times, bytes),
        "sysv" => (0..times).for_each(|_| fill_system_v(bytes)),
        _ => return 1,
    }
    std::thread::sleep(std::time::Duration::from_secs(2));
    0
}

/// Puts files without a name into a socket and closes them.
fn send_files(times: usize, bytes: usize) -> u8 {
    let Ok((sender, receiver)) = std::os::unix::net::UnixDatagram::pair() else {
        return 1;
    };
    for _ in 0..times {
        let Some(file) = fill_file(bytes) else { return 1 };
        let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let handed = [kernel::borrow(file)];
        control.push(SendAncillaryMessage::ScmRights(&handed));
        let parts = [std::io::IoSlice::new(b"x")];
        if rustix::net::sendmsg(&sender, &parts, &mut control, SendFlags::NOSIGNAL).is_err() {
            return 1;
        }
        drop(kernel::own(file));
    }
    std::thread::sleep(std::time::Duration::from_secs(2));
    drop(receiver);
    0
}

/// A file without a name that is written and never mapped.
fn fill_file(bytes: usize) -> Option<i64> {
    let name = kernel::address(c"x".to_bytes_with_nul());
    let fd = call(libc::SYS_memfd_create, &[name, 0]).ok()?;
    let block = vec![1_u8; 1 << 20];
    for _ in 0..bytes >> 20 {
        let _ = call(
            libc::SYS_write,
            &[fd as u64, kernel::address(&*block), block.len() as u64],
        );
    }
    Some(fd)
}

/// A segment that is filled and then let go of, so that no process has it.
fn fill_system_v(bytes: usize) {
    let create = 0o1000 | 0o600;
    let Ok(segment) = call(libc::SYS_shmget, &[0, bytes as u64, create]) else {
        return;
    };
    if let Ok(place) = call(libc::SYS_shmat, &[segment as u64, 0, 0]) {
        kernel::touch(place as u64, bytes);
        let _ = call(libc::SYS_shmdt, &[place as u64]);
    }
}

const REFUSED: u8 = 77;
