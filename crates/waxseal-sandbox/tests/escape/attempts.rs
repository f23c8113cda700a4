//! The list of attempts.

use std::io::{Error, Result, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::process::Command;

use crate::{Attempt, Ends};

/// Every attempt. To add one: a function below and a line here.
pub(crate) const ATTEMPTS: &[Attempt] = &[
    Attempt {
        name: "reading_a_file",
        act: read_file,
        ends: Ends::Refused,
        by_landlock: true,
    },
    Attempt {
        name: "writing_a_file",
        act: write_file,
        ends: Ends::Refused,
        by_landlock: true,
    },
    Attempt {
        name: "listing_a_folder",
        act: list_folder,
        ends: Ends::Refused,
        by_landlock: true,
    },
    Attempt {
        name: "asking_whether_a_file_exists",
        act: stat_file,
        ends: Ends::Refused,
        by_landlock: false,
    },
    Attempt {
        name: "removing_a_file",
        act: remove_file,
        ends: Ends::Refused,
        by_landlock: true,
    },
    Attempt {
        name: "connecting_by_tcp",
        act: tcp_connect,
        ends: Ends::Refused,
        by_landlock: true,
    },
    Attempt {
        name: "listening_on_tcp",
        act: tcp_listen,
        ends: Ends::Refused,
        by_landlock: true,
    },
    Attempt {
        name: "sending_by_udp",
        act: udp_send,
        ends: Ends::Refused,
        by_landlock: false,
    },
    Attempt {
        name: "making_a_socket_pair",
        act: unix_pair,
        ends: Ends::Refused,
        by_landlock: false,
    },
    Attempt {
        name: "starting_a_program",
        act: start_program,
        ends: Ends::Refused,
        by_landlock: false,
    },
    Attempt {
        name: "becoming_a_program",
        act: become_program,
        ends: Ends::Killed,
        by_landlock: false,
    },
    Attempt {
        name: "starting_a_thread",
        act: start_thread,
        ends: Ends::Refused,
        by_landlock: false,
    },
    Attempt {
        name: "reading_the_memory_of_a_process",
        act: read_memory,
        ends: Ends::Refused,
        by_landlock: false,
    },
    Attempt {
        name: "signalling_a_process",
        act: signal_process,
        ends: Ends::Refused,
        by_landlock: false,
    },
    Attempt {
        name: "duplicating_a_descriptor",
        act: duplicate,
        ends: Ends::Refused,
        by_landlock: false,
    },
    Attempt {
        name: "making_a_pipe",
        act: make_pipe,
        ends: Ends::Refused,
        by_landlock: false,
    },
    Attempt {
        name: "renaming_a_thread",
        act: rename_thread,
        ends: Ends::Refused,
        by_landlock: false,
    },
    Attempt {
        name: "changing_a_limit",
        act: change_limit,
        ends: Ends::Refused,
        by_landlock: false,
    },
];

fn read_file() -> Result<()> {
    std::fs::read("/etc/passwd").map(drop)
}

fn write_file() -> Result<()> {
    let path = own_file("written");
    let done = std::fs::write(&path, "x");
    let _ = std::fs::remove_file(path);
    done
}

fn list_folder() -> Result<()> {
    std::fs::read_dir("/").map(drop)
}

fn stat_file() -> Result<()> {
    std::fs::metadata("/etc/passwd").map(drop)
}

/// A name that is not there: what counts is whether the kernel looks (outside) or refuses to (inside).
fn remove_file() -> Result<()> {
    let path = own_file("removed");
    if std::fs::write(&path, "x").is_err() {
        return std::fs::remove_file("/etc/passwd-");
    }
    std::fs::remove_file(path)
}

/// A port nobody listens on: outside the connection is refused by the peer, inside by the room.
fn tcp_connect() -> Result<()> {
    refused_by_peer_is_reached(TcpStream::connect("127.0.0.1:9").map(drop))
}

fn tcp_listen() -> Result<()> {
    TcpListener::bind("127.0.0.1:0").map(drop)
}

fn udp_send() -> Result<()> {
    UdpSocket::bind("127.0.0.1:0")?.send_to(b"x", "127.0.0.1:9").map(drop)
}

fn unix_pair() -> Result<()> {
    UnixStream::pair()?;
    UnixDatagram::pair().map(drop)
}

fn start_program() -> Result<()> {
    Command::new("/bin/true").status().map(drop)
}

/// `exec` succeeds by never coming back; the program it becomes says so by its exit status.
fn become_program() -> Result<()> {
    Err(std::os::unix::process::CommandExt::exec(
        Command::new("/bin/sh").args(["-c", "exit 10"]),
    ))
}

fn start_thread() -> Result<()> {
    let thread = std::thread::Builder::new().spawn(|| ())?;
    thread.join().map_err(|_| Error::other("the thread panicked"))
}

fn read_memory() -> Result<()> {
    std::fs::File::open("/proc/self/mem").map(drop)
}

/// Signal 0 only asks whether one could be sent.
fn signal_process() -> Result<()> {
    let own = i32::try_from(std::process::id())
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    Ok(rustix::process::test_kill_process(
        own.ok_or_else(|| Error::other("no process id"))?,
    )?)
}

fn duplicate() -> Result<()> {
    std::os::fd::AsFd::as_fd(&std::io::stderr())
        .try_clone_to_owned()
        .map(drop)
}

fn make_pipe() -> Result<()> {
    let (_reader, mut writer) = std::io::pipe()?;
    writer.write_all(b"x")
}

fn rename_thread() -> Result<()> {
    Ok(rustix::thread::set_name(c"renamed")?)
}

fn change_limit() -> Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    Ok(setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    )?)
}

fn own_file(name: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("waxseal-escape-{name}-{}", std::process::id()))
}

fn refused_by_peer_is_reached(done: Result<()>) -> Result<()> {
    match done {
        Err(err) if err.kind() == std::io::ErrorKind::ConnectionRefused => Ok(()),
        other => other,
    }
}
