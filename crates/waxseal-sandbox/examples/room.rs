//! Runs a command in a bare room and prints what the kernel told of it: `room COMMAND…`. Nobody answers its network.
//!
//! In the environment: `NOTICES` has programs started and connects told too, `QUIET` leaves out what was told.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use waxseal_sandbox::{Bind, Cell, CellSpec, CommandEnd, Notice, start_warden, warden_main};

fn main() -> ExitCode {
    let command: Vec<String> = std::env::args().skip(1).collect();
    if command == ["warden"] {
        return warden_main();
    }
    let bind = |path: &str| Bind {
        source: PathBuf::from(path),
        target: path.to_owned(),
    };
    let link = |name: &str| (format!("/{name}"), format!("usr/{name}"));
    let spec = CellSpec {
        command,
        env: vec![("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned())],
        cwd: "/tmp".to_owned(),
        hostname: "room".to_owned(),
        binds: vec![bind("/usr")],
        links: ["bin", "sbin", "lib", "lib64"].map(link).into(),
        folders: vec!["/home/user".to_owned()],
        notices: std::env::var_os("NOTICES").is_some(),
        ..CellSpec::default()
    };
    let own = |fd: std::os::fd::BorrowedFd<'_>| fd.try_clone_to_owned().expect("a descriptor");
    use std::os::fd::AsFd as _;
    let stdio = [
        own(std::io::stdin().as_fd()),
        own(std::io::stdout().as_fd()),
        own(std::io::stderr().as_fd()),
    ];
    let program = std::env::current_exe().expect("this program");
    let (mut cell, _sockets) =
        match start_warden(&program, "warden").and_then(|warden| Cell::prepare(&spec, warden, stdio)) {
            Ok(ready) => ready,
            Err(err) => {
                std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{err}\n")).expect("an open end");
                return ExitCode::FAILURE;
            }
        };
    cell.open().expect("a warden");
    let mut end = ExitCode::FAILURE;
    loop {
        let notice = cell.next(Duration::from_secs(60));
        if std::env::var_os("QUIET").is_none() {
            std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{notice:?}\n")).expect("an open end");
        }
        match notice {
            Ok(Some(Notice::Exited(CommandEnd::Exited(status)))) => end = ExitCode::from(status),
            Ok(Some(Notice::Empty { .. }) | None) | Err(_) => return end,
            Ok(Some(_)) => {}
        }
    }
}
