//! What differs between what two releases did in rooms of their own, under the same calls, as facts.
//!
//! Names and texts are the packages' own: hostile, bounded, and not safe to print raw.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What differs between what an older and a newer release did under the same calls with the same made-up values.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunChange {
    /// What only one of the two did, by aspect.
    pub differences: Vec<RunDifference>,
    /// How many things both did, by aspect; without those of which there are none.
    pub same: Vec<(RunAspect, u32)>,
    /// Which calls were made in both.
    pub calls: JoinedCalls,
    /// Differences beyond those that are kept.
    pub cut: u32,
}

/// The calls of two runs, joined by who made them, what was called and how the arguments were chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct JoinedCalls {
    /// Calls that were made in both.
    pub both: u32,
    /// `name, variant` of those that were made with the newer release alone.
    pub only_new: Vec<String>,
    /// `name, variant` of those that were made with the older release alone.
    pub only_old: Vec<String>,
}

/// Something that one of two releases did and the other did not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunDifference {
    /// What kind of thing.
    pub aspect: RunAspect,
    /// Which of the two did it.
    pub side: RunSide,
    /// What: a mailbox, `host:port`, a path, a program with its arguments, the name of a tool.
    pub what: String,
    /// It is of a kind that is expected: a recipient that the call asked for, a destination on the allowlist, a program that the other
    /// release starts too, with other arguments.
    pub expected: bool,
    /// Named values: `place`, `call`, `variant`, `driver`, `host`, `channel`, `phase`, `program`, `frame`, `change`.
    pub values: BTreeMap<String, String>,
}

/// What is compared between two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RunAspect {
    /// Somebody who gets mail, an answer or a receipt: by call and place.
    Recipient,
    /// A message that was handed over: by call and server.
    Message,
    /// A lasting order to send copies on.
    Forward,
    /// Credentials that were shown.
    Login,
    /// What was made up for a call and went elsewhere.
    Leak,
    /// A planted secret that was sent, changed or opened.
    Canary,
    /// A host and port.
    Destination,
    /// A name that was asked for and never reached.
    Name,
    /// A tool of a server.
    Tool,
    /// A program that was started.
    Program,
    /// A file that was made, changed or removed.
    File,
}

/// Which of two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RunSide {
    /// The newer release did it, and the older did not.
    Gained,
    /// The older release did it, and the newer does not.
    Lost,
}

impl RunAspect {
    /// All, in the order of reports.
    pub const ALL: [Self; 11] = [
        Self::Recipient,
        Self::Message,
        Self::Forward,
        Self::Login,
        Self::Leak,
        Self::Canary,
        Self::Destination,
        Self::Name,
        Self::Tool,
        Self::Program,
        Self::File,
    ];

    /// The stable id used in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Recipient => "recipient",
            Self::Message => "message",
            Self::Forward => "forward",
            Self::Login => "login",
            Self::Leak => "leak",
            Self::Canary => "canary",
            Self::Destination => "destination",
            Self::Name => "name",
            Self::Tool => "tool",
            Self::Program => "program",
            Self::File => "file",
        }
    }
}

impl RunSide {
    /// The stable id used in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Gained => "gained",
            Self::Lost => "lost",
        }
    }
}

impl RunChange {
    /// Nothing differs, and every call was made with both.
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty() && self.calls.only_new.is_empty() && self.calls.only_old.is_empty()
    }
}
