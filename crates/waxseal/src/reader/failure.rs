//! Every way a reader can fail its parent, each in words of ours.

use std::process::ExitStatus;

use super::protocol::Response;

/// Why the reader gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReaderFailure {
    /// It could not be started: a fault of ours or of the machine.
    #[error("the reader could not be started: {0}")]
    Start(String),
    /// The machine does not let it be sealed.
    #[error("the reader could not be sealed: {0}")]
    Unsealed(String),
    /// It ended before it answered.
    #[error("the reader {0}")]
    Died(String),
    /// It took longer than it may.
    #[error("the reader was stopped after {0} seconds")]
    TimeOut(u64),
    /// It said something that is no answer.
    #[error("the reader's answer could not be used: {0}")]
    Nonsense(String),
    /// It gave up in words of its own.
    #[error("the reader gave up: {0}")]
    GaveUp(String),
}

impl ReaderFailure {
    /// Whether it would fail in the same way on any package.
    pub fn is_of_the_machine(&self) -> bool {
        matches!(self, Self::Start(_) | Self::Unsealed(_))
    }
}

/// What a reader that ended by itself died of.
pub(super) fn died(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.signal(), status.code()) {
        (Some(signal), _) => match signal {
            // Abort: a stack overflow, or memory beyond the limit.
            6 => "ran out of stack or memory".to_owned(),
            9 => "was killed, mostly for taking too much processor time or memory".to_owned(),
            24 => "took too much processor time".to_owned(),
            31 => "tried what a sealed process may not".to_owned(),
            _ => format!("was stopped by signal {signal}"),
        },
        (None, code) => format!("ended with status {}", code.unwrap_or(-1)),
    }
}

/// An answer that is none to what was asked.
pub(super) fn unexpected(response: &Response) -> ReaderFailure {
    let what = match response {
        Response::Hello(_) => "a greeting",
        Response::Unpacked(_) => "sides",
        Response::Files(_) => "a number of files",
        Response::Working { .. } => "progress",
        Response::Evidence(_) => "evidence",
        Response::Change(_) => "a change",
        Response::Human(_) => "a readable difference",
        Response::Variables(..) => "names of variables",
        Response::Hints { .. } => "what code looks out for",
        Response::Excerpts(_) => "excerpts",
        Response::PatchEnd => "the end of a patch",
        Response::Stats(_) => "counts",
        Response::Failed(_) => "a failure",
    };
    ReaderFailure::Nonsense(format!("{what}, which nobody asked for"))
}
