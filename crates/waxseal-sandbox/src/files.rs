//! Files, and what else the kernel lets a process give up by itself: Landlock (<https://docs.kernel.org/userspace-api/landlock.html>).

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, LandlockStatus, PathBeneath, PathFd, RestrictionStatus,
    Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};

use crate::{Role, SealError};

/// Whether files and network are refused by Landlock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landlock {
    /// In force, with this version of the kernel's interface. Since 4 it covers TCP, since 6 abstract sockets and signals.
    Enforced(u32),
    /// The kernel has it, but it was not turned on at boot.
    NotEnabled,
    /// The kernel does not have it.
    NotImplemented,
}

/// Handles every right the kernel knows and grants none.
pub(crate) fn restrict(role: Role) -> Result<Landlock, SealError> {
    match role {
        Role::Reader | Role::Internet | Role::Driver => {}
    }
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .restrict_self()?;
    Ok(in_force(&status))
}

/// The second wall around the command of a room, behind its mounts: it reads and starts what the room shows, and writes only where the
/// room may be written to. Signals and abstract sockets reach no further than what the command started.
///
/// # Errors
/// The kernel has Landlock and refuses it. That it has none is no error.
pub(crate) fn restrict_command(writable: &[&str], files: &[&str]) -> Result<Landlock, RulesetError> {
    let every = AccessFs::from_all(NEWEST);
    let of_a_file = AccessFs::from_file(NEWEST);
    let beneath = |path: &str, access| {
        // What cannot be opened is not there, or cannot be used anyway.
        let fd = PathFd::new(path).ok();
        fd.map(|fd| Ok::<_, RulesetError>(PathBeneath::new(fd, access)))
    };
    let rules = std::iter::once(beneath("/", AccessFs::from_read(NEWEST)))
        .chain(writable.iter().map(|path| beneath(path, every)))
        .chain(files.iter().map(|path| beneath(path, of_a_file)));
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(every)?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .add_rules(rules.flatten())?
        .restrict_self()?;
    Ok(in_force(&status))
}

/// What this kernel has of Landlock: tried in a thread that ends with it.
pub fn landlock() -> Result<Landlock, SealError> {
    let tried = std::thread::spawn(|| restrict(Role::Reader)).join();
    tried.unwrap_or(Ok(Landlock::NotImplemented))
}

fn in_force(status: &RestrictionStatus) -> Landlock {
    match status.landlock {
        LandlockStatus::Available { effective_abi, .. } if status.ruleset != RulesetStatus::NotEnforced => {
            Landlock::Enforced(effective_abi as u32)
        }
        LandlockStatus::Available { .. } | LandlockStatus::NotEnabled => Landlock::NotEnabled,
        LandlockStatus::NotImplemented => Landlock::NotImplemented,
    }
}

/// The newest interface whose rights are known by name; an older kernel gives what it has.
const NEWEST: ABI = ABI::V6;
