//! Ceilings the kernel holds a sealed process to, whatever its own counting says.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

use crate::{Role, SealError};

/// What a sealed process may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of address space. Reserved and never touched memory counts.
    pub address_space: u64,
    /// Seconds of processor time, over all threads. The kernel kills at this point.
    pub cpu_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            address_space: 4 << 30,
            cpu_seconds: 300,
        }
    }
}

impl Limits {
    /// Hard limits: a process without privileges cannot raise them, and a sealed one cannot ask.
    pub(crate) fn apply(&self, role: Role) -> Result<(), SealError> {
        set("address space", Resource::As, self.address_space)?;
        set("processor time", Resource::Cpu, self.cpu_seconds)?;
        match role {
            Role::Reader | Role::Driver => set("open files", Resource::Nofile, NO_MORE_FILES)?,
            Role::Internet => raise("open files", Resource::Nofile, MANY_CONNECTIONS)?,
        }
        set("the size of written files", Resource::Fsize, 0)?;
        set("core files", Resource::Core, 0)?;
        // A core handler behind a pipe ignores that limit, and the memory of a reader is hostile.
        set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(|err| SealError::Limit {
            what: "core dumps",
            source: err.into(),
        })
    }
}

/// Never raises what the process already has less of.
fn set(what: &'static str, resource: Resource, value: u64) -> Result<(), SealError> {
    let before = rustix::process::getrlimit(resource);
    let lowest = |limit: Option<u64>| Some(limit.map_or(value, |limit| limit.min(value)));
    let limit = Rlimit {
        current: lowest(before.current),
        maximum: lowest(before.maximum),
    };
    setrlimit(resource, limit).map_err(|err| SealError::Limit {
        what,
        source: err.into(),
    })
}

/// As much as this, or as the process may have.
fn raise(what: &'static str, resource: Resource, value: u64) -> Result<(), SealError> {
    let most = rustix::process::getrlimit(resource)
        .maximum
        .map_or(value, |most| most.min(value));
    let limit = Rlimit {
        current: Some(most),
        maximum: Some(most),
    };
    setrlimit(resource, limit).map_err(|err| SealError::Limit {
        what,
        source: err.into(),
    })
}

/// Standard input, output and error; whatever is open already stays open.
const NO_MORE_FILES: u64 = 3;

/// More connections at one time than a room of 512 processes makes; the machine may give fewer.
const MANY_CONNECTIONS: u64 = 65_536;
