//! The reader: a sealed process that unpacks and parses what packages wrote, and says what it saw.
//!
//! The parent starts the same binary again in this role ([`worker_main`]), hands it bytes over a pipe and believes nothing it says:
//! every frame has a ceiling, and a reader that dies, hangs or talks nonsense is a [`ReaderFailure`], never the end of the process.
//! [`read`] is the parent's way in: it names the file the reader died on, sets it aside and reads the rest again.

mod failure;
mod input;
mod protocol;
mod session;
pub(crate) mod wire;

mod read;

mod analyse;
mod excerpts;
mod tree;
mod worker;

pub use failure::ReaderFailure;
pub use input::{ArchiveFile, SideInput};
pub use protocol::{Place, SealState, SidePart};
pub use read::{Keep, Reading, SideReading, Wanted, read};
pub use session::{Progress, ReaderOptions, Session};
pub use worker::worker_main;

/// The hidden subcommand that makes this binary a reader.
pub const ROLE: &str = "__reader";
