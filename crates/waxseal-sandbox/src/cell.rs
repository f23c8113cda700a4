//! One locked room with one process tree in it.
//!
//! [`Cell::prepare`] has the room's warden ([`crate::fork_warden`], [`crate::start_warden`]) make the namespaces, the network and the file
//! system, and hand out the room's sockets. [`Cell::open`] then lets the command start, and [`Cell::next`] tells
//! what the kernel saw. When the warden goes, for whatever reason, the kernel ends everything in the room.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::control::{Channel, Message};
use crate::group::Group;
use crate::role_process::RoleProcess;
use crate::{NotReady, RoomSockets};

/// What a room is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CellSpec {
    /// The program in the room and its arguments; the program is looked for on the `PATH` of `env`.
    pub command: Vec<String>,
    /// Programs that are started one after the other behind it, each when [`Cell::open`] is called once more.
    pub then: Vec<Vec<String>>,
    /// Its whole environment.
    pub env: Vec<(String, String)>,
    /// Where it starts: a path in the room.
    pub cwd: String,
    /// What the room's machine is called.
    pub hostname: String,
    /// Parts of this machine that are seen in the room, read-only.
    pub binds: Vec<Bind>,
    /// Folders of this machine that the room may change without the change ever leaving it.
    pub overlays: Vec<Overlay>,
    /// Empty folders the room may write to.
    pub folders: Vec<String>,
    /// Symbolic links: where, and what it says.
    pub links: Vec<(String, String)>,
    /// Files that are made for the room.
    pub files: Vec<RoomFile>,
    /// Files of this machine that the room has copies of.
    pub copies: Vec<FileCopy>,
    /// Paths in the room that are watched: opens and changes of them are told.
    pub watched: Vec<String>,
    /// Programs started and connects are told.
    pub notices: bool,
    /// Every packet of its network can be seen ([`RoomSockets::capture`]).
    pub capture: bool,
    /// What of the room is there afterwards, if anything is to be.
    pub keep: Option<Keep>,
    /// Ceilings.
    pub limits: CellLimits,
}

/// Folders of this machine, one over the other, as one folder of the room. What the room changes of it is gone with the room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlay {
    /// The paths on this machine; what lies in one hides what the next has under the same name.
    pub sources: Vec<PathBuf>,
    /// The path in the room.
    pub target: String,
}

/// A folder of the room that is copied out of it when all its processes have ended by themselves: files, folders and links, as the room left
/// them. Only for a room in which nothing runs that is not trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    /// The path in the room.
    pub source: String,
    /// An empty folder of this machine, that was lent to rooms ([`lend_folder`](crate::lend_folder)).
    pub target: PathBuf,
}

/// A part of this machine in the room. A folder is shown behind an overlay, without what is mounted in it; a system folder that has
/// something mounted in it is shown as it is. A target is resolved in the room, whatever links lie on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bind {
    /// The path on this machine.
    pub source: PathBuf,
    /// The path in the room.
    pub target: String,
}

/// A file that is made for the room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomFile {
    /// The path in the room.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its permission bits. The room may change it where it lies in a folder that the room may write to.
    pub mode: u32,
}

/// A copy of a file of this machine, for everybody to read. What a machine does not have, cannot be read or is larger than 4 MiB, its room
/// does not have either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCopy {
    /// The path on this machine.
    pub source: PathBuf,
    /// The path in the room.
    pub target: String,
    /// Bytes behind those of the file. If there are any, the room has the file in any case.
    pub rest: Vec<u8>,
}

/// Ceilings of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellLimits {
    /// Resident bytes of all processes together, and of what they hold in files without a name and in segments. Looked at every
    /// [`Self::TICK`]; one process alone is held to it by the kernel (as data).
    pub memory: u64,
    /// Processes and threads.
    pub processes: u64,
    /// Bytes that may be written to files, in all of the room.
    pub disk: u64,
    /// Open files of one process.
    pub open_files: u64,
    /// Seconds of processor time of one process.
    pub cpu_seconds: u64,
}

impl CellLimits {
    /// How often memory is looked at.
    pub const TICK: Duration = Duration::from_millis(100);
}

impl Default for CellLimits {
    fn default() -> Self {
        Self {
            memory: 4 << 30,
            processes: 512,
            disk: 2 << 30,
            open_files: 4_096,
            cpu_seconds: 600,
        }
    }
}

/// What happened in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A program is about to be started, or tried to be.
    Exec {
        /// The process, as the room numbers it.
        pid: u32,
        /// The file.
        path: Vec<u8>,
        /// Its arguments, bounded.
        arguments: Vec<Vec<u8>>,
    },
    /// A process is about to connect.
    Connect {
        /// The process, as the room numbers it.
        pid: u32,
        /// Where to: a `sockaddr` as the kernel has it.
        address: Vec<u8>,
    },
    /// A watched path was opened.
    Opened(String),
    /// A watched path was changed, moved or removed.
    Changed(String),
    /// A file of a folder that the room may write to is not what it was when the room was ready: told once, when the last command has ended.
    File {
        /// The path in the room.
        path: Vec<u8>,
        /// What happened to it.
        change: FileChange,
        /// Its size in bytes; of a new folder, that of all that is in it.
        size: u64,
    },
    /// More files changed than are told, or looked at: so many times something was left out.
    FilesCut(u64),
    /// The command has ended; others may still run.
    Exited(CommandEnd),
    /// What was to be kept ([`Keep`]) has been: so many files, folders and links.
    Kept(u64),
    /// What was to be kept could not be: the kernel's error number.
    NotKept(i32),
    /// All processes together took too much memory, or the machine had none left, and the room was closed.
    OutOfMemory,
    /// Nothing runs in the room any more.
    Empty {
        /// Questions of the kernel that were answered.
        answered: u64,
        /// Notices that were left out, because there were too many.
        lost: u64,
    },
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileChange {
    /// It was not there before.
    Made,
    /// It was there before.
    Changed,
    /// It is no longer there.
    Removed,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandEnd {
    /// With this status.
    Exited(u8),
    /// By this signal.
    Signalled(u8),
    /// It could not be started: the kernel's error number.
    NotStarted(i32),
}

/// A room that is ready, and what its network arrives at.
#[derive(Debug)]
pub struct Cell {
    warden: RoleProcess,
    channel: Channel,
    network_after: Duration,
    ended: bool,
    /// Dropped after the warden, with which the room goes.
    #[expect(dead_code, reason = "only dropped")]
    group: Option<Group>,
}

impl Cell {
    /// Has a warden make a room. `stdio` is what the command gets as input, output and errors.
    ///
    /// # Errors
    /// What this machine did not give, and at which step.
    pub fn prepare(spec: &CellSpec, warden: RoleProcess, stdio: [OwnedFd; 3]) -> Result<(Self, RoomSockets), NotReady> {
        let failed = |err: io::Error| NotReady::new("start the warden", err);
        let begun = Instant::now();
        let channel = Channel::new(warden.as_fd().try_clone_to_owned().map_err(failed)?);
        // Where this machine lends none, the watch over memory and the limits of each process are all there is.
        let group = Group::make(&spec.limits).ok();
        let handles = group.as_ref().map(Group::handles).transpose().map_err(failed)?;
        let mut cell = Self {
            warden,
            channel,
            network_after: Duration::ZERO,
            ended: false,
            group,
        };
        cell.channel
            .send(&Message::Spec(Box::new(spec.clone())), &[])
            .map_err(failed)?;
        let handed: Vec<_> = stdio.iter().chain(handles.iter().flatten()).map(AsFd::as_fd).collect();
        cell.channel.send(&Message::Stdio, &handed).map_err(failed)?;
        cell.hear(&Message::Network)?;
        let sockets = cell.channel.sockets().map_err(failed)?;
        cell.network_after = cell.warden.made_in + begun.elapsed();
        cell.hear(&Message::Ready)?;
        Ok((cell, sockets))
    }

    /// Waits for a message of the warden that says that a step is done.
    fn hear(&mut self, expected: &Message) -> Result<(), NotReady> {
        let failed = |err: io::Error| NotReady::new("start the warden", err);
        match self.channel.receive().map_err(failed)? {
            Some(message) if message == *expected => Ok(()),
            Some(Message::Failed(step, code)) => Err(NotReady {
                step,
                source: io::Error::from_raw_os_error(code),
            }),
            _ => Err(failed(io::ErrorKind::UnexpectedEof.into())),
        }
    }

    /// How long it took to make the warden, and from the order to make the room until its network was there and its sockets had been handed
    /// out.
    pub fn network_after(&self) -> Duration {
        self.network_after
    }

    /// Lets the command start, or the next one, once the one before has ended.
    ///
    /// # Errors
    /// The warden is gone.
    pub fn open(&mut self) -> io::Result<()> {
        self.channel.send(&Message::Go, &[])
    }

    /// As [`Self::open`], with an input, output and errors of its own for this command alone. Nobody else in the room keeps them: when the
    /// command and whoever it hands them to are gone, their other ends are told.
    ///
    /// # Errors
    /// The warden is gone.
    pub fn open_with(&mut self, stdio: [OwnedFd; 3]) -> io::Result<()> {
        let stdio: Vec<_> = stdio.iter().map(AsFd::as_fd).collect();
        self.channel.send(&Message::GoWith, &stdio)
    }

    /// The next notice, or `None` if none came in time. After [`Notice::Empty`] none comes.
    ///
    /// # Errors
    /// The warden is gone without having said that the room is empty: what it would have told is lost.
    pub fn next(&mut self, timeout: Duration) -> io::Result<Option<Notice>> {
        if self.ended {
            return Ok(None);
        }
        let deadline = Instant::now() + timeout;
        loop {
            if let Some(message) = self.channel.buffered()? {
                return match message {
                    Message::Notice(notice) => {
                        self.ended = matches!(notice, Notice::Empty { .. });
                        Ok(Some(notice))
                    }
                    Message::Failed(step, code) => {
                        let err = io::Error::from_raw_os_error(code);
                        Err(io::Error::other(format!("the room could not {step}: {err}")))
                    }
                    _ => Err(io::ErrorKind::InvalidData.into()),
                };
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let timeout = Timespec {
                tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: left.subsec_nanos().into(),
            };
            let mut fds = [PollFd::new(&self.channel, PollFlags::IN)];
            match poll(&mut fds, Some(&timeout)) {
                Ok(0) => return Ok(None),
                Ok(_) => self.channel.fill()?,
                Err(rustix::io::Errno::INTR) => {}
                Err(err) => return Err(err.into()),
            }
        }
    }

    /// Ends everything in the room.
    pub fn close(&mut self) {
        let _ = self.channel.send(&Message::Stop, &[]);
    }

    /// The warden's process, as this machine numbers it.
    pub fn warden(&self) -> u32 {
        self.warden.id()
    }
}
