//! What was done with a package to see what it does, and what was asked of it.
//!
//! **What is requested holds only values that we minted, or that a person wrote in a scenario**: no text that comes from the package ever
//! enters it.

use serde::{Deserialize, Serialize};

use crate::{ContentKind, Recipient, Sender};

/// One use of a package: a tool of an MCP server that was called, an example of its documentation that was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Its number, from 1, the same in every run of one plan; minted values hold it.
    pub number: u32,
    /// Who did it.
    pub driver: Driver,
    /// What was used, as the package calls it: `sendEmail`. Hostile, bounded, not safe to print raw.
    pub name: String,
    /// How the arguments were chosen, in words of ours: `every optional argument`.
    pub variant: String,
    /// What was asked for.
    pub requested: Requested,
    /// What came of it.
    pub outcome: CallOutcome,
}

/// Who uses a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Driver {
    /// Speaks the Model Context Protocol with a server over its standard input and output.
    Mcp,
    /// A scenario written for this library.
    Scenario,
    /// Calls what the package exports.
    Exports,
    /// Runs the examples of its documentation.
    Documentation,
    /// Sends through another library beside it.
    Beside,
    /// A person's own command or scenario.
    Person,
}

impl Driver {
    /// The stable id used in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Mcp => "mcp",
            Self::Scenario => "scenario",
            Self::Exports => "exports",
            Self::Documentation => "documentation",
            Self::Beside => "beside",
            Self::Person => "person",
        }
    }
}

/// What a call asked for. Whatever is in no list was not asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Requested {
    /// It is meant to send mail.
    pub sends: bool,
    /// Who is to get it, and in which place that was said.
    pub recipients: Vec<Recipient>,
    /// Who it is to be from.
    pub senders: Vec<Sender>,
    /// The subject.
    pub subject: Option<String>,
    /// Texts and attachments: the kind, and the text, or the name and content of an attachment.
    pub contents: Vec<(ContentKind, String)>,
}

/// What came of a call, as the driver saw it. The package may forge it where the driver runs beside it: no verdict depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallOutcome {
    /// It returned.
    Returned,
    /// It failed: what it said, bounded.
    Failed(String),
    /// It took too long.
    TimedOut,
    /// It was not made: why, in a sentence of ours.
    NotMade(String),
}

/// What a driver inside the room says while it works. The package may forge it, since it runs beside it: so it names minted values by
/// their number only, and never holds one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DriverReport {
    /// A call begins.
    Began {
        /// Its number.
        call: u32,
        /// How the arguments were chosen: a place in the table of whoever made the plan.
        variant: u8,
        /// What is used, as the package calls it; hostile, bounded.
        name: String,
        /// Which of the values minted for this call are handed over.
        asked: Asked,
    },
    /// A call ended.
    Ended {
        /// Its number.
        call: u32,
        /// How.
        outcome: CallOutcome,
    },
    /// Something was not used.
    NotMade {
        /// The driver's first number, by which it is known.
        call: u32,
        /// Why: a place in the table of whoever made the plan.
        reason: u8,
        /// What was not used, as the package calls it; hostile, bounded.
        name: String,
    },
}

/// Which of the values minted for a call are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Asked {
    /// It is meant to send mail.
    pub sends: bool,
    /// How many recipients for `To`.
    pub to: u8,
    /// How many for `Cc`.
    pub cc: u8,
    /// How many for `Bcc`.
    pub bcc: u8,
    /// The one who gets the answer.
    pub reply_to: bool,
    /// The subject.
    pub subject: bool,
    /// The plain text.
    pub text: bool,
    /// The HTML.
    pub html: bool,
    /// The attachment.
    pub file: bool,
}
