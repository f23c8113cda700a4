//! The shape of what was called in a run, and of the server it was called on, for programs.

use schemars::JsonSchema;
use serde::Serialize;
use waxseal_model::{Call, CallOutcome, ToolServer};

use super::shape::text;

/// One use of the package.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Call")]
pub(crate) struct CallShape {
    /// Its number: the same in another run for the same use.
    number: u32,
    /// Who did it: `mcp`, `scenario`, `exports`, `documentation`, `beside`, `person`.
    driver: &'static str,
    /// What was used, as the package calls it.
    name: String,
    /// How the arguments were chosen.
    variant: String,
    /// It is meant to send mail.
    sends: bool,
    /// Who was to get it: place and mailbox.
    recipients: Vec<Requested>,
    /// The subject that was asked for.
    subject: Option<String>,
    /// `returned`, `failed`, `timed_out`, `not_made`.
    outcome: &'static str,
    /// What it said when it failed, or why it was not made.
    detail: Option<String>,
}

/// Somebody who was to get a message.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RequestedRecipient")]
pub(crate) struct Requested {
    /// `to`, `cc`, `bcc`, `reply-to`, as the tool was given it.
    place: String,
    /// The mailbox.
    mailbox: String,
}

/// A server of the Model Context Protocol.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ToolServer")]
pub(crate) struct ServerShape {
    /// The name it gives itself.
    name: String,
    /// The version it gives itself.
    version: String,
    /// The version of the protocol that it chose; empty if it never began to speak.
    protocol: String,
    /// Its tools.
    tools: Vec<ToolShape>,
    /// The names of its prompts.
    prompts: Vec<String>,
    /// The addresses of its resources.
    resources: Vec<String>,
    /// What was not the same after the calls.
    changes: Vec<ChangeShape>,
    /// How often it said that a list had changed.
    told_changes: u32,
    /// What it asked of its client, by method.
    asked: Vec<String>,
    /// Why not all was done that was to be.
    gaps: Vec<String>,
}

/// A tool of a server.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Tool")]
pub(crate) struct ToolShape {
    /// Its name.
    name: String,
    /// It is meant to send mail.
    sends: bool,
    /// It was called.
    called: bool,
}

/// A difference between a list before the calls and after them.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ListChange")]
pub(crate) struct ChangeShape {
    /// `tools`, `prompts`, `resources`.
    list: &'static str,
    /// What differs.
    name: String,
    /// `added`, `removed`, `description`, `arguments`.
    kind: &'static str,
}

impl CallShape {
    pub(crate) fn of(call: &Call) -> Self {
        let asked = &call.requested;
        let (outcome, detail) = match &call.outcome {
            CallOutcome::Returned => ("returned", None),
            CallOutcome::Failed(said) => ("failed", Some(text(said))),
            CallOutcome::TimedOut => ("timed_out", None),
            CallOutcome::NotMade(why) => ("not_made", Some(text(why))),
        };
        Self {
            number: call.number,
            driver: call.driver.id(),
            name: text(&call.name),
            variant: text(&call.variant),
            sends: asked.sends,
            recipients: asked
                .recipients
                .iter()
                .map(|it| Requested {
                    place: text(it.place.as_str()),
                    mailbox: text(&it.mailbox),
                })
                .collect(),
            subject: asked.subject.as_deref().map(text),
            outcome,
            detail,
        }
    }
}

impl ServerShape {
    pub(crate) fn of(server: &ToolServer) -> Self {
        let texts = |list: &[String]| list.iter().map(|it| text(it)).collect();
        Self {
            name: text(&server.name),
            version: text(&server.version),
            protocol: text(&server.protocol),
            tools: server
                .tools
                .iter()
                .map(|it| ToolShape {
                    name: text(&it.name),
                    sends: it.sends,
                    called: it.called,
                })
                .collect(),
            prompts: texts(&server.prompts),
            resources: texts(&server.resources),
            changes: server
                .changes
                .iter()
                .map(|it| ChangeShape {
                    list: it.list.id(),
                    name: text(&it.name),
                    kind: it.kind.id(),
                })
                .collect(),
            told_changes: server.told_changes,
            asked: texts(&server.asked),
            gaps: texts(&server.gaps),
        }
    }
}
