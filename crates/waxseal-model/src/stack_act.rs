//! What a stack of the package's own led to.

use serde::{Deserialize, Serialize};

/// What a stack led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum StackAct {
    /// A connection was made.
    Connect,
    /// A request was made on a connection, which may carry those of many stacks: one record for each, in their order.
    Request,
    /// A datagram was sent; one record for each port and stack.
    Datagram,
}

impl StackAct {
    /// The stable id used in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Request => "request",
            Self::Datagram => "datagram",
        }
    }
}
