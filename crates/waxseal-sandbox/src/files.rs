//! No file and no network, by Landlock (<https://docs.kernel.org/userspace-api/landlock.html>).

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, LandlockStatus, Ruleset, RulesetAttr, RulesetStatus,
    Scope,
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
        Role::Reader | Role::Internet => {}
    }
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .restrict_self()?;
    Ok(match status.landlock {
        LandlockStatus::Available { effective_abi, .. } if status.ruleset != RulesetStatus::NotEnforced => {
            Landlock::Enforced(effective_abi as u32)
        }
        LandlockStatus::Available { .. } | LandlockStatus::NotEnabled => Landlock::NotEnabled,
        LandlockStatus::NotImplemented => Landlock::NotImplemented,
    })
}

/// The newest interface whose rights are known by name; an older kernel gives what it has.
const NEWEST: ABI = ABI::V6;
