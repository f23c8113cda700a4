//! Where the attempts take place: a copy of this program that everybody can read, and the users it is started as.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use waxseal_sandbox::{Bind, CellSpec, Overlay};

/// A folder of this test under `/tmp`, which is removed in the end.
pub(crate) struct Stage(PathBuf);

impl Stage {
    pub(crate) fn new() -> io::Result<Self> {
        let stage = Self(folder("stage", 0o755)?);
        fs::copy(std::env::current_exe()?, stage.program())?;
        fs::set_permissions(stage.program(), fs::Permissions::from_mode(0o755))?;
        Ok(stage)
    }

    /// The copy of this program.
    pub(crate) fn program(&self) -> PathBuf {
        self.0.join("room")
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A fresh folder under `/tmp`.
pub(crate) fn folder(name: &str, mode: u32) -> io::Result<PathBuf> {
    folder_in("/tmp", name, mode)
}

/// A fresh folder elsewhere.
pub(crate) fn folder_in(place: &str, name: &str, mode: u32) -> io::Result<PathBuf> {
    let path = Path::new(place).join(unique(name));
    fs::create_dir(&path)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
    Ok(path)
}

/// A name that nothing else has.
pub(crate) fn unique(name: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("waxseal-{name}-{}-{number}", std::process::id())
}

/// Whom a room is started by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum User {
    /// Whoever runs this test.
    Me,
    /// Nobody, by root.
    Nobody,
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Me if is_root() => "as_root",
            Self::Me => "as_an_ordinary_user",
            Self::Nobody => "as_nobody",
        })
    }
}

/// The users that rooms can be started by.
pub(crate) fn users() -> &'static [User] {
    if is_root() {
        &[User::Me, User::Nobody]
    } else {
        &[User::Me]
    }
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// This program, started as a user.
pub(crate) fn command(program: &Path, user: User) -> Command {
    let mut command = Command::new(program);
    if user == User::Nobody {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// A room in which the copy of this program acts.
pub(crate) fn spec(program: &Path, command: &[String]) -> CellSpec {
    let mut spec = CellSpec {
        command: [IN_ROOM.to_owned()].iter().chain(command).cloned().collect(),
        env: vec![("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned())],
        cwd: "/tmp".to_owned(),
        hostname: "room".to_owned(),
        binds: vec![bind("/usr", "/usr")],
        folders: vec!["/home/user".to_owned()],
        ..CellSpec::default()
    };
    if let Some(folder) = program.parent() {
        spec.binds.push(Bind {
            source: folder.to_path_buf(),
            target: ATTEMPTS.to_owned(),
        });
    }
    for name in ["bin", "sbin", "lib", "lib64"] {
        let path = format!("/{name}");
        match fs::read_link(&path) {
            Ok(says) => spec.links.push((path, says.to_string_lossy().into_owned())),
            Err(_) if Path::new(&path).is_dir() => spec.binds.push(bind(&path, &path)),
            Err(_) => {}
        }
    }
    spec
}

/// A folder of this machine that the room may change.
pub(crate) fn overlay(source: &str, target: &str) -> Overlay {
    Overlay {
        sources: vec![source.into()],
        target: target.to_owned(),
    }
}

/// Shows a part of this machine in the room.
pub(crate) fn bind(source: &str, target: &str) -> Bind {
    Bind {
        source: source.into(),
        target: target.to_owned(),
    }
}

/// Whether this process is in the room.
pub(crate) fn in_room() -> bool {
    Path::new(ATTEMPTS).exists()
}

/// Writes a line to standard error.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// The roles of this program.
pub(crate) const WARDEN: &str = "room-warden";
pub(crate) const STARTER: &str = "room-starter";
pub(crate) const ACT: &str = "room-act";

const ATTEMPTS: &str = "/attempts";
const IN_ROOM: &str = "/attempts/room";
pub(crate) const NOBODY: u32 = 65_534;
