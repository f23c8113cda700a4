//! What the parent and the process that plays the internet say to each other.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use waxseal_model::{Counters, DriverReport, Event, Phase};

/// From the parent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Order {
    /// The first: how the world is made.
    Make {
        /// What everything random in it is made from.
        seed: u64,
        /// `CLOCK_MONOTONIC` in nanoseconds when time begins.
        epoch: u64,
        /// Keys of TLS are told.
        keys: bool,
        /// Where records of stacks are sent to, if there are any.
        stacks: Option<SocketAddr>,
        /// What the person who runs it gave it to show: mail APIs let it in, as they do what is planted.
        own: Vec<String>,
        /// The names of accounts that the package was handed, which mail servers let in with what is planted.
        users: Vec<String>,
        /// Where drivers inside the room send what they say, if there are any.
        reports: Option<SocketAddr>,
        /// Names under which the package's code keeps addresses.
        names: Vec<String>,
    },
    /// What the registry in the room answers. The archives' bytes follow, one behind the other.
    Registry {
        /// The registry's host.
        host: String,
        /// The path of the registry on it, with a slash at its end.
        prefix: String,
        /// Each package's document, whole and abbreviated.
        documents: Vec<(String, Vec<u8>, Vec<u8>)>,
        /// Each archive's path and length.
        archives: Vec<(String, u64)>,
        /// Packages that may be asked for and are not there.
        optional: Vec<String>,
    },
    /// The sockets follow as descriptors.
    Serve,
    /// What the package is doing now.
    Phase(Phase),
    /// How long nothing moved, and how many connections are open.
    Idle,
    /// No more is coming: say the rest and end.
    Finish,
}

/// From the process that plays the internet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Word {
    /// It is there, and this certificate signs what it shows.
    Made {
        /// PEM.
        authority: String,
    },
    /// It answers, and can do nothing else; or why it could not be sealed.
    Sealed(Result<(), String>),
    /// Something was seen.
    Event(Box<Event>),
    /// A driver inside the room said something.
    Report(DriverReport),
    /// A line of a key log.
    Key(String),
    /// Answers [`Order::Idle`].
    Idle {
        /// Microseconds without a byte.
        still: u64,
        /// Connections that are open.
        open: u32,
    },
    /// The last word.
    Finished(Counters),
}
