//! What the parent and the process that speaks with a server say to each other.

use serde::{Deserialize, Serialize};
use waxseal_model::{Call, ToolServer};

use crate::run::mint::Vocabulary;

/// From the parent, once. Two descriptors follow: the server's standard input, to write to, and its standard output, to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Order {
    /// What every value is minted from.
    pub(super) seed: u64,
    /// Seconds since 1970, for dates that lie ahead.
    pub(super) now: i64,
    /// A file that is there to be attached.
    pub(super) file: String,
    /// Seconds that everything may take.
    pub(super) seconds: u64,
    /// What the code looks out for.
    pub(super) vocabulary: Vocabulary,
    /// The server can be started anew on a later day, by this line.
    pub(super) later: Option<String>,
}

/// From the process that speaks with the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Word {
    /// It can do nothing else any more; or why it could not be sealed.
    Sealed(Result<(), String>),
    /// A call was made, or not.
    Call(Box<Call>),
    /// The last word: all that was said besides.
    Finished(Box<ToolServer>),
}
