//! `waxseal run`: a command in the locked room, answered by a simulated internet, and everything that was seen.
//!
//! [`Roles`] are two copies of this process: the room's warden (in `waxseal-sandbox`), and the process that plays the internet, which is
//! sealed before the command starts. [`execute`] gives them their orders. The parent parses nothing that a package wrote.
//!
//! Beside that: [`allow`] reads `--allow`; [`closure`] finds out, without running anything, which releases an install needs, and
//! [`registry`] answers npm inside the room with exactly those. Afterwards [`summary`] says what was seen, and [`save`] writes the proof.

pub mod allow;
pub mod closure;
pub mod drive;
pub mod mint;
pub mod registry;
pub mod save;
pub mod summary;

mod install;
mod internet;
mod mcp;
mod mouth;
mod probe;
mod protocol;
mod recorder;
mod role;
mod room;
mod session;
mod stacks;
mod trees;
mod watch;

#[cfg(test)]
pub(crate) mod samples;

pub use install::{Install, prepare};
pub(crate) use mcp::driver_main;
pub use mcp::{attachable, server, starters};
pub use probe::{NoRoom, probe};
pub use session::{Executed, Hints, Input, Output, Roles, RunError, RunSpec, Step, Stream, execute};
pub use trees::{Tree, Unpacker};

/// The hidden subcommand that makes this binary the warden of a room.
pub const WARDEN_ROLE: &str = "__warden";

/// The hidden subcommand that makes this binary speak with a server in the room.
pub const DRIVER_ROLE: &str = "__driver";

/// `CLOCK_MONOTONIC` in nanoseconds: the same for every process of this machine.
pub(crate) fn clock() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    seconds * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap_or(0)
}
