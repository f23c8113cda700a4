//! The locked room: a process that is about to read hostile bytes gives up, for good, everything it does not need.
//!
//! [`enter`] takes the file system and the network away from the calling thread and from every thread it starts later.
//! Then the process starts its threads. [`Room::seal`] sets the limits and leaves all threads only the system calls that
//! computing, and reading and writing what is already open, need. [`Sealed::report`] says what the kernel really gave.
//!
//! ```no_run
//! # use waxseal_sandbox::{Limits, Role, enter};
//! let room = enter(Role::Reader)?;
//! let worker = std::thread::spawn(|| "threads are started here, between the two");
//! let sealed = room.seal(&Limits::default())?;
//! assert!(std::fs::File::open("/etc/hostname").is_err());
//! # Ok::<(), waxseal_sandbox::SealError>(())
//! ```
//!
//! This crate depends on no crate of ours, so that it can be audited alone.

mod bpf;
mod capture;
mod cell;
mod changes;
mod control;
mod copy;
mod files;
mod filter;
mod group;
mod keep;
mod keeper;
mod limits;
mod memory;
mod mounts;
mod netlink;
mod network;
mod pass;
mod question;
mod role_process;
mod seccomp;
mod service;
mod sys;
mod syscalls;
mod tree;
mod warden;
mod watch;
mod wire;

pub use capture::{Capture, Packet};
pub use cell::{Bind, Cell, CellLimits, CellSpec, CommandEnd, FileChange, FileCopy, Keep, Notice, Overlay, RoomFile};
pub use files::{Landlock, landlock};
pub use group::{NoGroup, control_group};
pub use keep::lend_folder;
pub use limits::Limits;
pub use network::{NAME_SERVER, OWN_IPV4, OWN_IPV6, RoomSockets};
pub use pass::{MAX_DESCRIPTORS, pass_descriptors, take_descriptors};
pub use role_process::RoleProcess;
pub use service::{Signals, become_account, forget_start, inherited_sockets};
pub use warden::{ROOM_USER, fork_warden, start_warden, warden_main};

/// What a sealed process is for. The role decides what it keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Unpacks and parses what it is handed over pipes that are already open. No files, no sockets, no new threads.
    Reader,
    /// Answers on sockets that were bound before, and writes down what it sees. No files, no new sockets, no connection of its own.
    Internet,
    /// Speaks with a program in the room over pipes that are already open, and waits for them no longer than it wants. No files, no sockets, no
    /// new threads.
    Driver,
}

/// Takes files and network away from the calling thread, as far as the kernel can (Landlock), and the way to more rights
/// (`no_new_privs`). Threads started from now on inherit both.
///
/// # Errors
/// The process already has more than one thread, which would keep its rights; or the kernel refuses what it offers.
pub fn enter(role: Role) -> Result<Room, SealError> {
    let threads = threads();
    if threads > 1 {
        return Err(SealError::Threads(threads));
    }
    let landlock = files::restrict(role)?;
    Ok(Room { role, landlock })
}

/// A room whose door is still open for starting threads.
#[derive(Debug)]
#[must_use = "the room is only locked by `seal`"]
pub struct Room {
    role: Role,
    landlock: Landlock,
}

impl Room {
    /// Sets the limits and locks the door behind all threads of the process. There is no way back.
    ///
    /// # Errors
    /// Something asked for was refused: the process is then not sealed as asked and must not go on as if it were.
    pub fn seal(self, limits: &Limits) -> Result<Sealed, SealError> {
        limits.apply(self.role)?;
        syscalls::restrict(self.role)?;
        Ok(Sealed {
            report: SealReport {
                landlock: self.landlock,
                syscalls: true,
            },
        })
    }

    /// What is in force although the room was never locked: for a caller that was told to go on without.
    pub fn left_open(self) -> SealReport {
        SealReport {
            landlock: self.landlock,
            syscalls: false,
        }
    }
}

/// Proof that the process is sealed.
#[derive(Debug)]
pub struct Sealed {
    report: SealReport,
}

impl Sealed {
    /// What is in force.
    pub fn report(&self) -> &SealReport {
        &self.report
    }
}

/// What is in force in a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealReport {
    /// Whether the kernel refuses files and network by Landlock. The filter of system calls refuses them too.
    pub landlock: Landlock,
    /// Whether the filter of system calls and the limits are in force.
    pub syscalls: bool,
}

/// Why a process could not be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Threads that were started before would stay outside.
    #[error("the process already has {0} threads; a room is entered by the only one")]
    Threads(usize),
    /// The kernel offers Landlock and then refuses it.
    #[error("the kernel refused the Landlock rules: {0}")]
    Landlock(#[from] landlock::RulesetError),
    /// A limit could not be set.
    #[error("the kernel refused the limit on {what}: {source}")]
    Limit {
        /// What should have been limited.
        what: &'static str,
        /// The kernel's answer.
        source: std::io::Error,
    },
    /// The filter could not be built or was refused: mostly a container that forbids filters, or a kernel without them.
    #[error("the kernel refused the filter of system calls: {0}")]
    Filter(String),
}

/// Why there is no room: what this machine did not give, and at which step.
#[derive(Debug, thiserror::Error)]
#[error("the room could not {step}: {source}")]
pub struct NotReady {
    /// The step, as the rest of a sentence that begins with "the room could not".
    pub step: String,
    /// The kernel's answer.
    pub source: std::io::Error,
}

impl NotReady {
    fn new(step: &str, source: std::io::Error) -> Self {
        Self {
            step: step.to_owned(),
            source,
        }
    }
}

/// How many threads this process has; 1 where the kernel does not say.
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(1, |entries| entries.count().max(1))
}
