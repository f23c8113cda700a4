//! What a server of the Model Context Protocol said of itself while it was asked to use its tools.
//!
//! Texts are the package's own: hostile, bounded, and not safe to print raw.

use serde::{Deserialize, Serialize};

/// A server of the Model Context Protocol, as it was spoken with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ToolServer {
    /// The name it gives itself.
    pub name: String,
    /// The version it gives itself.
    pub version: String,
    /// The version of the protocol it chose: `2025-06-18`.
    pub protocol: String,
    /// What it tells every model to do (`instructions`).
    pub instructions: Option<String>,
    /// Its tools, by name, as they were listed before the calls.
    pub tools: Vec<Tool>,
    /// The names of its prompts.
    pub prompts: Vec<String>,
    /// The addresses of its resources.
    pub resources: Vec<String>,
    /// What was not the same in the lists after the calls.
    pub changes: Vec<ListChange>,
    /// How often it said that a list had changed.
    pub told_changes: u32,
    /// What its tools answered, by the number of the call, in the order of time.
    pub replies: Vec<(u32, String)>,
    /// What it asked of its client, by method: `sampling/createMessage`.
    pub asked: Vec<String>,
    /// Why not all was done that was to be: sentences of ours.
    pub gaps: Vec<String>,
}

/// One tool of a server.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tool {
    /// The name it is called by.
    pub name: String,
    /// What it says that it does.
    pub description: String,
    /// The schema of its arguments, as JSON.
    pub schema: String,
    /// It is meant to send mail, as far as its name and its arguments say.
    pub sends: bool,
    /// It was called.
    pub called: bool,
}

/// One difference between a list before the calls and after them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ListChange {
    /// Which list.
    pub list: ToolList,
    /// The name of what differs.
    pub name: String,
    /// How.
    pub kind: ListChangeKind,
}

/// A list of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ToolList {
    /// `tools/list`.
    Tools,
    /// `prompts/list`.
    Prompts,
    /// `resources/list`.
    Resources,
}

/// How an entry of a list differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ListChangeKind {
    /// It was not there before.
    Added,
    /// It is no longer there.
    Removed,
    /// It has another description.
    Description,
    /// It takes other arguments.
    Arguments,
}

impl ToolList {
    /// The stable id used in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Prompts => "prompts",
            Self::Resources => "resources",
        }
    }
}

impl ListChangeKind {
    /// The stable id used in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Description => "description",
            Self::Arguments => "arguments",
        }
    }
}
