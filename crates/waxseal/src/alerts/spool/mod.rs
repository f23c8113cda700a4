//! What is kept on disk until it is told: for each target a folder with its queue, its windows and what was refused.
//!
//! ```text
//! SPOOL/TARGET/queue/00000000000000000042.json   a letter that is to be sent, the lowest number first
//!              windows/HASH.json                 an alert that was told, and how often it came again since
//!              refused/00000000000000000041.json a letter that the target will never take
//!              full.json                         what was folded since the queue was full
//!              state.json                        what the target last answered
//!              sequence                          the last number; locked while something is written
//!              sender                            locked by the process that sends
//! ```
//!
//! A letter is written beside its place, synced, renamed, and its folder synced before anybody is told that it is kept. It is removed when the
//! target took it. So it may come twice, with the same id, but is not lost, whenever the process ends. Counts of repeats and of what was
//! folded are written without a sync: they outlive the process, not the loss of power.

mod files;
mod folded;
mod queue;
pub(crate) mod status;

pub(super) use files::{SpoolError, now};
pub(super) use queue::{Admitted, Name, Queue, id_of};
pub(super) use status::State;

/// Most bytes of a letter: 200 ids and the longest texts fit.
pub(super) const MAX_LETTER: u64 = 96 * 1024;
/// Most alerts that one letter stands for, each with its id.
pub(super) const MAX_FOLDED: usize = 200;
